"""Building: one source, four files, the same bytes every time, and no solution given away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course.grading.exercise import Place, load, places
from course.grading.source import SourceError, build
from tests.course.grading.conftest import NAME, SOURCE

EXERCISES = [place.name for place in places()]


def code(path: Path) -> str:
    return "\n".join("".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"])


def test_a_source_becomes_two_notebooks_the_checks_and_the_tests(toy: Path) -> None:
    assert sorted(path.relative_to(toy).as_posix() for path in build(NAME, toy)) == [
        "00_toy/half_a_dozen.ipynb",
        "00_toy/half_a_dozen/checks.py",
        "00_toy/half_a_dozen/solution.ipynb",
        "00_toy/half_a_dozen/test_half_a_dozen.py",
    ]


def test_the_learner_gets_neither_solution_nor_checks(toy: Path) -> None:
    shipped = code(toy / f"{NAME}.ipynb")
    assert '{"number": 0}' in shipped
    assert '{"number": 6}' not in shipped
    assert "SOLUTION" not in shipped
    assert "def six_eggs" not in shipped


def test_the_solution_has_the_solution_only(toy: Path) -> None:
    solved = code(toy / NAME / "solution.ipynb")
    assert '{"number": 6}' in solved
    assert '{"number": 0}' not in solved


def test_notebooks_keep_nbgraders_metadata_and_say_which_exercise_they_are(toy: Path) -> None:
    notebook = json.loads((toy / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    labels = [c["metadata"]["nbgrader"] for c in notebook["cells"] if "nbgrader" in c["metadata"]]
    assert [(label["grade_id"], label["schema_version"]) for label in labels] == [("eggs", 3)]
    assert notebook["metadata"]["kubelite"] == {"exercise": NAME}


def test_an_exercise_is_loaded_from_what_was_built(toy: Path) -> None:
    exercise = load(NAME, toy)
    assert (exercise.title, exercise.answers, exercise.points) == ("Half a dozen", ("eggs",), 3)
    assert [check.name for check in exercise.checks] == ["any_egg", "six_eggs"]


@pytest.mark.parametrize("missing", ["# # Half", 'tags=["checks"]', "nbgrader="])
def test_a_source_without_one_of_its_parts_is_refused(toy: Path, missing: str) -> None:
    Place(toy, NAME).source.write_text(SOURCE.replace(missing, "# "), encoding="utf-8")
    with pytest.raises(SourceError, match="needs"):
        build(NAME, toy)


@pytest.mark.parametrize("name", EXERCISES)
def test_each_exercise_is_built_from_its_source_byte_for_byte(name: str) -> None:
    built = build(name)
    assert built == build(name)
    old = [p.name for p, t in built.items() if not p.exists() or p.read_bytes() != t.encode()]
    assert old == [], "to rebuild: kubelite exercise build"
