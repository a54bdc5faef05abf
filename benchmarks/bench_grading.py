"""A cohort: 200 submissions, every exercise and every declared answer in turn, two at a time.

The bar: 5 minutes on 2 cores, judges included.
"""

from __future__ import annotations

import json
import resource
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from course.grading import gradebook
from course.grading.exercise import EXERCISES, places
from course.grading.grader import Grade, Grader, grade_all, jobs
from course.grading.holding import Declared, Holding

COHORT = 200


def answered(holding: Holding, answer: Declared) -> str:
    """A notebook with this answer in each answer cell."""
    notebook = json.loads(holding.place.notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    for cell in cells:
        cell["source"] = answer.code
    return json.dumps(notebook)


def hand_in(folder: Path) -> None:
    """Write the cohort's notebooks."""
    holdings = [Holding(EXERCISES / place.name) for place in places()]
    answers = [(holding, answer) for holding in holdings for answer in holding.answers]
    for number in range(COHORT):
        holding, answer = answers[number % len(answers)]
        text = answered(holding, answer)
        (folder / f"learner-{number:03d}.ipynb").write_text(text, encoding="utf-8")


def grade(folder: Path, out: Path) -> list[Grade]:
    grades = list(grade_all(Grader(), jobs(folder), workers=2))
    gradebook.write(grades, out)
    return grades


def test_two_hundred_submissions(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    hand_in(folder)
    args = (folder, tmp_path / "out")
    grades = benchmark.pedantic(grade, args=args, rounds=1, iterations=1)
    assert len(grades) == COHORT
    assert len({grade.result.points for grade in grades}) > 5
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    benchmark.extra_info["cpu_seconds"] = round(used.ru_utime + used.ru_stime)
    print(f"{COHORT} submissions: {benchmark.extra_info['cpu_seconds']} s of cpu")
    assert used.ru_utime + used.ru_stime < 2 * 300  # wall time depends on who else is there
