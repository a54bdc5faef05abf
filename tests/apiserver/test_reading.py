"""Lists with selectors and pages, and watches that miss nothing.

Facts from upstream's storage tests (store_tests.go, watcher_tests.go).
"""

from __future__ import annotations

import pytest

from kubelite.apimachinery.errors import StatusError
from tests.apiserver.conftest import Desk, config_map, deployment, pod, told


@pytest.fixture
def filled(desk: Desk) -> Desk:
    for name, team in (("a", "red"), ("b", "blue"), ("c", "red"), ("d", "")):
        desk.create(config_map(name, {"team": team} if team else {}))
    return desk


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("team=red", ["a", "c"]),
        ("team!=red", ["b", "d"]),
        ("team in (red, blue)", ["a", "b", "c"]),
        ("!team", ["d"]),
        ("team,team!=blue", ["a", "c"]),
        ("", ["a", "b", "c", "d"]),
    ],
)
def test_labels_select(filled: Desk, selector: str, names: list[str]) -> None:
    assert filled.names("configmaps", label_selector=selector) == names


def test_fields_select(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.create(pod(name))
    desk.ask("create", "pods/b", "node-1", subresource="binding")
    assert desk.names("pods", field_selector="spec.nodeName=node-1") == ["b"]
    assert desk.names("pods", field_selector="spec.nodeName=") == ["a"]
    assert desk.names("pods", field_selector="status.phase=Pending,metadata.name!=a") == ["b"]
    assert desk.names("pods", field_selector="metadata.namespace=elsewhere") == []


def test_selectors_that_cannot_be_understood(desk: Desk) -> None:
    error = desk.refused("list", "pods", field_selector="spec.colour=red")
    assert error.code == 400
    assert "field label not supported: spec.colour" in str(error)
    assert desk.refused("list", "pods", label_selector="a in b").code == 400


# Pages


def test_a_long_list_comes_in_pages_of_one_moment(filled: Desk) -> None:
    first = filled.ask("list", "configmaps", limit=2)
    assert first.metadata.remaining_item_count == 2
    filled.create(config_map("bb"))
    filled.ask("delete", "configmaps/c")
    second = filled.ask("list", "configmaps", limit=2, continue_=first.metadata.continue_)
    assert [obj.metadata.name for obj in (*first.items, *second.items)] == ["a", "b", "c", "d"]
    assert second.metadata.continue_ == ""
    assert second.metadata.resource_version == first.metadata.resource_version


def test_pages_of_a_selection_do_not_count_what_remains(filled: Desk) -> None:
    page = filled.ask("list", "configmaps", limit=1, label_selector="team=red")
    assert page.metadata.continue_
    assert page.metadata.remaining_item_count is None


def test_an_expired_page_says_how_to_go_on(filled: Desk) -> None:
    first = filled.ask("list", "configmaps", limit=2)
    filled.create(config_map("cc"))
    filled.store.compact(filled.store.revision)
    error = filled.refused("list", "configmaps", continue_=first.metadata.continue_)
    assert (error.code, error.reason) == (410, "Expired")
    assert "too old to display a consistent list result" in str(error)
    rest = error.status.metadata.continue_  # type: ignore[union-attr]
    assert filled.names("configmaps", continue_=rest) == ["c", "cc", "d"]


@pytest.mark.parametrize("token", ["nonsense", "bm8tY29sb24=", "MTovcmVnaXN0cnkvcG9kcy9h"])
def test_a_token_is_not_made_up(filled: Desk, token: str) -> None:
    assert "continue key is not valid" in str(filled.refused("list", "configmaps", continue_=token))


def test_an_exact_revision_can_be_listed_until_it_is_compacted(filled: Desk) -> None:
    then = str(filled.store.revision)
    filled.ask("delete", "configmaps/a")
    exact = {"resource_version": then, "resource_version_match": "Exact"}
    assert filled.names("configmaps", **exact) == ["a", "b", "c", "d"]
    filled.store.compact(filled.store.revision)
    error = filled.refused("list", "configmaps", **exact)
    assert (error.code, str(error)) == (
        410,
        "The resourceVersion for the provided list is too old.",
    )


@pytest.mark.parametrize(
    ("version", "match", "code", "text"),
    [
        ("abc", "", 400, 'resourceVersion: Invalid value: "abc": strconv.ParseUint'),
        ("9999", "", 504, "Too large resource version: 9999, current: "),
        ("", "Exact", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided"),
    ],
)
def test_versions_nobody_has(desk: Desk, version: str, match: str, code: int, text: str) -> None:
    options = {"resource_version": version, "resource_version_match": match}
    error = desk.refused("list", "pods", **options)
    assert error.code == code
    assert text in str(error)


def test_requests_that_name_no_place(desk: Desk) -> None:
    error = desk.refused("get", "pods/a", namespace="")
    assert str(error) == "an empty namespace may not be set when a resource name is provided"
    error = desk.refused("create", "pods", pod("a"), namespace="")
    assert str(error) == "an empty namespace may not be set during creation"
    assert desk.refused("dance", "pods").code == 405


# Watches


def test_a_watch_from_the_start_begins_with_what_is_there(desk: Desk) -> None:
    desk.create(config_map("a"))
    events = desk.watch("configmaps")
    desk.create(config_map("b"))
    desk.patch("configmaps/a", {"data": {"k": "v"}})
    desk.ask("delete", "configmaps/b")
    assert told(events) == ["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]


def test_a_watch_resumes_after_the_version_it_has_seen(desk: Desk) -> None:
    seen = desk.create(config_map("a")).metadata.resource_version
    desk.patch("configmaps/a", {"data": {"k": "v"}})
    desk.create(deployment())
    events = desk.watch("configmaps", since=seen)
    desk.ask("delete", "configmaps/a")
    assert told(events) == ["MODIFIED a", "DELETED a"]
    revisions = [event.revision for event in events]
    assert revisions == sorted(revisions)
    assert events[-1].object.metadata.resource_version == str(desk.store.revision)


def test_what_enters_a_selection_is_added_and_what_leaves_it_deleted(desk: Desk) -> None:
    events = desk.watch("configmaps", label_selector="team=red")
    desk.create(config_map("a", {"team": "blue"}, k="0"))
    desk.patch("configmaps/a", {"metadata": {"labels": {"team": "red"}}, "data": {"k": "1"}})
    desk.patch("configmaps/a", {"data": {"k": "2"}})
    desk.patch("configmaps/a", {"metadata": {"labels": {"team": "blue"}}, "data": {"k": "3"}})
    desk.ask("delete", "configmaps/a")
    assert told(events) == ["ADDED a", "MODIFIED a", "DELETED a"]
    last = events[-1].object
    assert last.data == {"k": "2"}, "as it last looked inside the selection"
    assert last.metadata.resource_version == str(events[-1].revision)


def test_a_kubelets_watch_sees_the_pods_of_its_node(desk: Desk) -> None:
    mine = desk.watch("pods", field_selector="spec.nodeName=node-1")
    other = desk.watch("pods", field_selector="spec.nodeName=node-2")
    nobodys = desk.watch("pods", field_selector="spec.nodeName=")
    desk.create(pod("a"))
    desk.ask("create", "pods/a", "node-1", subresource="binding")
    desk.ask("delete", "pods/a", grace_period_seconds=0)
    assert told(mine) == ["ADDED a", "DELETED a"]
    assert told(other) == []
    assert told(nobodys) == ["ADDED a", "DELETED a"]


def test_a_watch_of_one_node_may_ask_for_labels_besides(desk: Desk) -> None:
    mine = desk.watch("pods", field_selector="spec.nodeName=node-1", label_selector="team=red")
    for name in "ab":
        desk.create(pod(name))
    desk.patch("pods/a", {"metadata": {"labels": {"team": "red"}}})
    assert told(mine) == []
    for name in "ab":
        desk.ask("create", f"pods/{name}", "node-1", subresource="binding")
    desk.patch("pods/b", {"metadata": {"labels": {"team": "red"}}})
    desk.patch("pods/a", {"metadata": {"labels": {"team": "blue"}}})
    desk.ask("delete", "pods/a", grace_period_seconds=0)
    assert told(mine) == ["ADDED a", "ADDED b", "DELETED a"]


def test_a_watch_of_one_object_by_name(desk: Desk) -> None:
    events = desk.watch("configmaps", field_selector="metadata.name=b")
    for name in "abc":
        desk.create(config_map(name))
    assert told(events) == ["ADDED b"]


def test_a_watch_from_a_forgotten_version_is_refused(desk: Desk) -> None:
    seen = desk.create(config_map("a")).metadata.resource_version
    desk.create(config_map("b"))
    desk.store.compact(desk.store.revision)
    with pytest.raises(StatusError, match="too old resource version") as gone:
        desk.watch("configmaps", since=seen)
    assert (gone.value.code, gone.value.reason) == (410, "Expired")
    for bad, code in (("abc", 400), ("9999", 504)):
        with pytest.raises(StatusError) as refused:
            desk.watch("configmaps", since=bad)
        assert refused.value.code == code
    desk.create(config_map("c"))  # nobody is left listening


def test_a_watch_knows_the_cause_of_each_change(desk: Desk) -> None:
    live = desk.watch("configmaps")
    since = str(desk.store.revision)
    desk.create(config_map("a"))
    replayed = desk.watch("configmaps", since=since)
    assert live == replayed
    cause = desk.trace.entries[live[0].cause]
    assert (cause.component, cause.verb) == ("me", "create")
    assert cause.subject == ("configmaps", "default", "a")
