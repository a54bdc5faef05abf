"""Every exercise below ``exercises/``: complete, up to date, and it runs from top to bottom.

What its answers earn (as shipped, the solution, each wrong one) is in each exercise's own tests.
"""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from course.grading import practise
from course.grading.exercise import EXERCISES, KINDS, Place, load, places
from course.grading.source import start, wrong_answers
from course.notebooks.build import client_for

NAMES = [place.name for place in places()]
LEAST = 3
"""Wrong answers that an exercise declares to score in between."""


def test_there_is_an_exercise_of_each_kind() -> None:
    assert {load(name).kind for name in NAMES} == set(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_answers_score_in_between(name: str) -> None:
    place, most = Place(EXERCISES, name), load(name).points
    between = [w for w in wrong_answers(place) if start(place) < w.points < most]
    assert len(between) >= LEAST
    assert [w.name for w in wrong_answers(place) if not w.because] == []


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_hold_it_to_that(name: str) -> None:
    assert "HOLDING.hold(answer)" in Place(EXERCISES, name).tests.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_check_has_hints_that_end(name: str) -> None:
    assert [check.name for check in load(name).checks if not check.hints] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_runs_from_top_to_bottom(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(EXERCISES, name)
    monkeypatch.chdir(place.notebook.parent)
    scope: dict[str, Any] = {"__name__": "__main__"}
    notebook = nbformat.read(place.notebook, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}.ipynb", "exec"), scope)
    result = scope["check"].__self__.result
    assert result.points == start(place)
    assert "hint 2 of" in repr(scope["hint"]()) or "no more hints" in repr(scope["hint"]())


def test_in_a_kernel_it_shows_points_and_a_hint() -> None:
    place = Place(EXERCISES, "20_probes/restarting_shop")
    notebook = nbformat.read(place.notebook, as_version=4)
    client_for(notebook, place.notebook.parent).execute()
    shown = [o["data"]["text/plain"] for c in notebook.cells for o in c.get("outputs", [])]
    assert "RESTARTS" in shown[0]
    assert "0 of 6 points (public checks)" in shown[1]
    assert "hint 1 of" in shown[2]


def test_check_reads_the_same_twice() -> None:
    check, _ = practise("11_bin_packing/how_many_fit")
    answer = {"on_one": 1, "in_all": 2, "short_of": "cpu"}
    first, second = check(answer), check(answer)
    assert (repr(first), first._repr_html_()) == (repr(second), second._repr_html_())
