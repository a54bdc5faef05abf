"""The command line, as an instructor uses it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from click.testing import CliRunner

from course.cli import main
from course.grading.exercise import EXERCISES

NAME = "07_declarative/five_shops"


def test_exercises_are_listed_with_their_points() -> None:
    done = CliRunner().invoke(main, ["exercise", "list"])
    assert done.exit_code == 0, done.output
    assert f"{NAME}" in done.output
    assert "10 points  Keep five shops open" in done.output


def test_what_is_built_is_current() -> None:
    done = CliRunner().invoke(main, ["exercise", "build", "--check"])
    assert done.exit_code == 0, done.output


def test_a_folder_is_graded_from_end_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    for learner, file in (("ada", f"{NAME}/solution.ipynb"), ("bob", f"{NAME}.ipynb")):
        (folder / f"{learner}.ipynb").write_bytes((EXERCISES / file).read_bytes())
    (folder / "cyd.ipynb").write_text("not a notebook")
    done = CliRunner().invoke(main, ["grade", str(folder), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    grades = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))
    assert [(g["learner"], g["exercise"], g["points"], g["max"]) for g in grades] == [
        ("ada", NAME, 10, 10),
        ("bob", NAME, 0, 10),
        ("cyd", "", 0, 0),
    ]
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 11
    assert all(row["sentence"] for row in rows)


def test_an_unknown_exercise_is_refused_before_anything_is_graded(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["grade", str(tmp_path), "--out", "x", "--exercise", "no/such"])
    assert done.exit_code == 2
    assert NAME in done.output
