"""The gradebook: grades as CSV (one line for each learner and check) and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from course.grading.grader import Grade

COLUMNS = ("learner", "exercise", "check", "points", "max", "sentence", "file")


def write(grades: Sequence[Grade], folder: Path) -> tuple[Path, Path]:
    """Write ``grades.csv`` and ``grades.json`` into the folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table, record = folder / "grades.csv", folder / "grades.json"
    table.write_text(as_csv(grades), encoding="utf-8", newline="")
    record.write_text(as_json(grades), encoding="utf-8", newline="\n")
    return table, record


def as_csv(grades: Sequence[Grade]) -> str:
    """One row for each learner and check."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows([_harmless(value) for value in row] for row in _rows(grades))
    return text.getvalue()


def as_json(grades: Sequence[Grade]) -> str:
    """One record for each learner and exercise, with its checks inside."""
    return json.dumps([_record(grade) for grade in grades], indent=2, ensure_ascii=False) + "\n"


def _rows(grades: Sequence[Grade]) -> Iterator[tuple[object, ...]]:
    for learner, file, result, remarks in grades:
        for check in result.checks:
            sentence = " ".join([check.sentence, *remarks])
            yield learner, result.exercise, check.name, check.points, check.max, sentence, file


def _record(grade: Grade) -> dict[str, Any]:
    return {
        "learner": grade.learner,
        "exercise": grade.result.exercise,
        "file": grade.file,
        "points": grade.result.points,
        "max": grade.result.max,
        "remarks": list(grade.remarks),
        "checks": [
            {"check": c.name, "title": c.title, "points": c.points, "max": c.max}
            | {"sentence": c.sentence}
            for c in grade.result.checks
        ],
    }


def _harmless(value: object) -> object:
    """A value that a spreadsheet does not take for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
