"""The items of the list of bad inputs, and where each is tried: by its number in this folder (see
``test_the_list.py``), and in the tests named here, which stand beside what they try.
"""

from __future__ import annotations

ITEMS: dict[int, str] = {
    1: "YAML billion laughs",
    2: "deep nesting",
    3: "a manifest of 100 MB",
    4: "duplicate keys",
    5: "unknown and misspelt fields",
    6: "surprises of YAML 1.1",
    7: "numbers that are none, or too large",
    8: "unicode: confusables, right to left, NUL, half characters, normal forms",
    9: "a trailing newline",
    10: "names that are paths, or too long",
    11: "bad labels and selectors",
    12: "bad quantities",
    13: "bad schedules, durations, ports and ranges of addresses",
    14: "owners in circles, of other namespaces, of oneself; a finalizer on everything",
    15: "a selector that matches the world; a million replicas",
    16: "request smuggling",
    17: "large headers, and many of them",
    18: "slow clients, silent clients, bodies without an end",
    19: "a flood of watches, and a slow reader",
    20: "DNS rebinding",
    21: "requests forged by a web page",
    22: "scripts in names and annotations",
    23: "a malicious notebook",
    24: "pickle and eval in saved files",
    25: "a learner's code that tampers with the grader",
    26: "endless loops, sleep, memory bombs, huge files, endless output",
    27: "fork bombs",
    28: "a controller that loops, mutates, blocks, raises",
    29: "clock, locale, platform: line ends and byte order marks",
    30: "links and paths that lead out",
    31: "real processes asked to run anything",
    32: "ports in use, stale locks",
}

LETTING_IN = "tests/edge/test_letting_in.py::"
GRADER = "tests/course/grading/test_grader.py::"
GUESTS = "tests/cluster/test_guest_controllers.py::"

ELSEWHERE: dict[int, tuple[str, ...]] = {
    1: ("tests/cluster/test_refusals.py::test_it_is_named_and_nothing_changes",),
    2: (
        "tests/cluster/test_refusals.py::test_it_is_named_and_nothing_changes",
        f"{LETTING_IN}test_bad_json",
    ),
    4: ("tests/apimachinery/test_manifest.py::test_all_duplicate_keys_are_named_with_their_paths",),
    5: ("tests/apimachinery/test_strict.py::test_wrong_types_are_worded_as_by_the_server",),
    9: ("tests/architecture/test_house_style.py::test_patterns_end_in_z",),
    12: ("tests/golden/test_golden_quantity.py::test_quantity",),
    16: (f"{LETTING_IN}test_a_request_that_can_be_read_in_two_ways_is_refused",),
    17: (f"{LETTING_IN}test_headers_have_a_limit",),
    18: (f"{LETTING_IN}test_who_says_nothing_is_sent_away",),
    19: (f"{LETTING_IN}test_a_watch_of_one_who_never_reads_ends",),
    20: (
        f"{LETTING_IN}test_a_foreign_name_for_this_server_is_refused",
        f"{LETTING_IN}test_only_this_machine_is_listened_to",
        f"{LETTING_IN}test_a_token_is_needed",
    ),
    21: (
        f"{LETTING_IN}test_pages_of_others_are_refused",
        f"{LETTING_IN}test_a_form_is_no_body",
        f"{LETTING_IN}test_a_get_never_writes",
        f"{LETTING_IN}test_a_token_in_a_cookie_or_a_url_is_none",
    ),
    22: (
        "tests/badinput/test_views.py::test_the_picture_the_words_and_the_message_to_the_browser",
        "tests/badinput/test_views.py::test_tables_stories_and_events_are_text",
        "tests/course/grading/test_practice.py::test_what_a_learner_wrote_is_escaped",
    ),
    23: ("tests/course/notebooks/test_guard.py::test_damage_is_named",),
    25: (f"{GRADER}test_hostile_answers_cost_only_themselves",),
    26: (
        f"{GRADER}test_hostile_answers_cost_only_themselves",
        "tests/edge/test_watchdog.py::test_an_endless_line_is_stopped_and_the_cluster_goes_on",
    ),
    27: (f"{GRADER}test_hostile_answers_cost_only_themselves",),
    28: (
        f"{GUESTS}test_what_it_raises_is_told_with_method_and_line",
        f"{GUESTS}test_a_hot_loop_ends_after_a_thousand_looks_and_the_rest_goes_on",
        f"{GUESTS}test_nothing_it_is_handed_can_be_changed",
        "tests/edge/test_watchdog.py::test_sleeping_inside_the_loop_is_refused_at_once",
    ),
    29: (
        "tests/apimachinery/test_manifest.py"
        "::test_several_documents_with_windows_line_ends_and_byte_order_marks",
    ),
    30: (f"{GRADER}test_links_are_not_followed",),
    32: ("tests/edge/test_faults.py::test_one_file_belongs_to_one_cluster",),
}
