"""Every exercise: what is shipped earns nothing, the solution everything, and in good time.

What wrong answers score is in each exercise's own tests, below ``exercises/``.
"""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from course.grading import practise
from course.grading.exercise import EXERCISES, Place, load, places
from course.grading.grader import SEEDS
from course.grading.judge import Result, judge
from course.grading.source import answer_text
from course.notebooks.build import client_for

NAMES = [place.name for place in places()]


def answers(name: str, solved: bool) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    for text in answer_text(Place(EXERCISES, name), solved):
        exec(text, scope)
    return {answer: scope[answer] for answer in load(name).answers}


def judged(name: str, solved: bool) -> Result:
    return judge(load(name), answers(name, solved), SEEDS)


def test_there_are_exercises() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shipped_earns_nothing(name: str) -> None:
    result = judged(name, solved=False)
    assert {check.name: check.points for check in result.checks if check.points} == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_earns_everything(name: str) -> None:
    result = judged(name, solved=True)
    assert [check for check in result.checks if check.points < check.max] == []


@pytest.mark.parametrize("name", NAMES)
def test_check_reads_the_same_twice(name: str) -> None:
    check, _ = practise(name)
    values = answers(name, solved=False).values()
    first, second = check(*values), check(*values)
    assert (repr(first), first._repr_html_()) == (repr(second), second._repr_html_())


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_runs_from_top_to_bottom(name: str) -> None:
    place = Place(EXERCISES, name)
    notebook = nbformat.read(place.notebook, as_version=4)
    client_for(notebook, place.notebook.parent).execute()
    shown = [o["data"]["text/plain"] for c in notebook.cells for o in c.get("outputs", [])]
    assert f"0 of {load(name).points} points (public checks)" in shown[0]
    assert "hint 1 of" in shown[1]


@pytest.mark.parametrize("name", NAMES)
def test_each_check_has_hints_that_end(name: str) -> None:
    assert [check.name for check in load(name).checks if not check.hints] == []
