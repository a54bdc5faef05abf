"""From ``kubelite exercise nbgrader`` to the exported grades, with nbgrader's own commands."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.grading.exercise import EXERCISES, Place
from course.grading.forgrader import course_folder
from course.grading.source import answer_text
from tests.nbgrader.installing import ROOT, NotInstalledError, python

NAME = "11_bin_packing/your_filter"  # its answers are functions: the harder case
WRONG = "def score(pod, node):\n    return 100 - 100 * node['used_cpu'] // node['cpu']"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder, graded: ada has the solution, bob spreads, eve left it as it was."""
    try:
        by = python()
    except NotInstalledError as error:
        pytest.fail(str(error), pytrace=False)
    folder = tmp_path_factory.mktemp("course")
    course_folder(folder, [NAME])
    assignment = NAME.partition("/")[0]
    do(by, folder, "generate_assignment", assignment)
    solved = answer_text(Place(EXERCISES, NAME), solved=True)
    for learner, answers in {"ada": solved, "bob": [solved[0], WRONG], "eve": None}.items():
        hand_in(folder, learner, answers)
    do(by, folder, "autograde", assignment)
    do(by, folder, "generate_feedback", assignment)
    do(by, folder, "export")
    return folder


def do(by: Path, folder: Path, *words: str) -> None:
    path = os.pathsep.join((str(by.parent), os.environ["PATH"]))  # it calls alembic by its name
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": path}
    for name in list(environment):
        if name.startswith("JUPYTER"):
            del environment[name]
    environment["JUPYTER_PATH"] = str(Path(sys.prefix, "share", "jupyter"))  # templates of pages
    command = [by, "-m", "nbgrader", *words]
    options = {"cwd": folder, "env": environment, "timeout": 300}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr


def hand_in(folder: Path, learner: str, answers: list[str] | None) -> None:
    notebook = json.loads((folder / "release" / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    cells = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    for cell, answer in zip(cells, answers or [], strict=False):
        cell["source"] = answer
    path = folder / "submitted" / learner / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_what_nbgrader_releases_has_no_solution_and_keeps_the_start(course: Path) -> None:
    text = (course / "release" / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "Insufficient {name}" not in text
    assert "I do not know yet" in text


def test_the_points_are_those_of_our_grader(course: Path) -> None:
    with (course / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)}
    assert rows == {"ada": ("8.0", "8.0"), "bob": ("6.0", "8.0"), "eve": ("0.0", "8.0")}


def test_feedback_says_what_was_observed(course: Path) -> None:
    page = (course / "feedback" / "bob" / f"{NAME}.html").read_text(encoding="utf-8")
    assert "Nine small pods lay on" in page
