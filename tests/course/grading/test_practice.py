"""check() and hint() in a notebook: points, what was seen, one step further."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.grading import practise
from course.grading.exercise import NoSuchExercise
from tests.course.grading.conftest import NAME


def test_check_gives_points_and_one_sentence(toy: Path) -> None:
    check, _ = practise(NAME, toy)
    assert repr(check({"number": 5})).splitlines() == [
        "Half a dozen: 1 of 3 points (public checks)",
        "  ✓ There is an egg  1/1",
        "  · There are six    0/2",
        "Not yet: 5 eggs lay there, not 6.",
    ]


def test_check_says_what_was_seen_when_all_holds(toy: Path) -> None:
    check, _ = practise(NAME, toy)
    assert repr(check({"number": 6})).splitlines()[-1] == "Observed: Six eggs lay there."


def test_check_looks_the_same_twice_in_text_and_html(toy: Path) -> None:
    check, _ = practise(NAME, toy)
    first, second = check({"number": 5}), check({"number": 5})
    assert repr(first) == repr(second)
    assert first._repr_html_() == second._repr_html_()


def test_what_a_learner_wrote_is_escaped(toy: Path) -> None:
    check, _ = practise(NAME, toy)
    assert "<script>" not in check({"number": "<script>"})._repr_html_()


def test_a_surprising_answer_is_a_sentence_not_a_traceback(toy: Path) -> None:
    check, _ = practise(NAME, toy)
    assert "This could not be observed: TypeError" in repr(check(None))


def test_hints_go_one_step_at_a_time_and_are_counted(toy: Path) -> None:
    check, hint = practise(NAME, toy)
    assert "Run check" in repr(hint())
    check({"number": 5})
    assert repr(hint()) == "There are six, hint 1 of 2: More than five."
    assert repr(hint()) == "There are six, hint 2 of 2: Fewer than seven."
    assert "no more hints" in repr(hint())
    assert "hints taken: 2" in repr(check({"number": 5}))
    check({"number": 6})
    assert "nothing left" in repr(hint())


def test_a_misspelt_exercise_is_told_which_there_are(toy: Path) -> None:
    with pytest.raises(NoSuchExercise, match=NAME):
        practise("00_toy/half_a_dozzen", toy)
    with pytest.raises(NoSuchExercise):
        practise("../../etc", toy)
