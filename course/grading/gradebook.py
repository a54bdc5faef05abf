"""What a graded folder leaves behind, for instructors and for learners.

grades.csv            one line for each learner and check
grades.json           the same with all that was observed
learners/NAME.html    one page for each learner: what may be read by its owner
moodle.csv canvas.csv for the imports of these gradebooks (``imports``)
misconceptions.csv    the commonest mistaken ideas of the cohort (``cohort``)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from course.grading import cohort, imports, pages
from course.grading.grader import Grade

COLUMNS = ("learner", "exercise", "check", "points", "max", "sentence", "file")


def write(
    grades: Sequence[Grade], folder: Path, known_by: str = imports.USERNAME
) -> tuple[Path, ...]:
    """Write all files into the folder; the paths of those that are not pages."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "grades.csv": as_csv(grades),
        "grades.json": as_json(grades),
        "moodle.csv": imports.moodle(grades, known_by),
        "canvas.csv": imports.canvas(grades, known_by),
        "misconceptions.csv": cohort.as_csv(cohort.misconceptions(grades)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    pages.write(grades, folder / "learners")
    return tuple(folder / name for name in texts)


def as_csv(grades: Sequence[Grade]) -> str:
    """One row for each learner and check."""
    return imports.table([COLUMNS, *_rows(grades)])


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
            | {"sentence": c.sentence, "hidden": c.hidden}
            | {"misconception": c.misconception, "schedule": list(c.schedule)}
            for c in grade.result.checks
        ],
    }
