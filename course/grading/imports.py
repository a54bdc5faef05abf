"""Grades in the column layouts that Moodle and Canvas import.

Moodle (Grades > Import > CSV) lets one choose which column means what: one names the user by
username, e-mail address or ID number, each other holds a grade item's points or its feedback
(https://docs.moodle.org/405/en/Grade_import; ``grade/import/csv/classes/load_data.php``).
Canvas wants its own columns first, "Points Possible" in the second row, and matches students by
``ID``, ``SIS User ID`` or ``SIS Login ID`` (``lib/gradebook_importer.rb`` of canvas-lms).

Of several notebooks that a learner handed in for one exercise, the best counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from course.grading.grader import Grade

USERNAME, EMAIL, NUMBER = "username", "email", "idnumber"

MOODLE = {USERNAME: "Username", EMAIL: "Email address", NUMBER: "ID number"}
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"

MOODLE_MOST = 100
"""Points above which Moodle refuses a grade, unless it was set up otherwise."""


def moodle(grades: Sequence[Grade], known_by: str = USERNAME) -> str:
    """A row for each learner: points and feedback for each exercise."""
    best = _best(grades)
    exercises = _exercises(grades)
    header = [MOODLE[known_by]]
    for title, _ in exercises.values():
        header += [title, f"{title} (feedback)"]
    rows = [header]
    for learner in dict.fromkeys(grade.learner for grade in grades):
        row = [learner]
        for exercise in exercises:
            found = best.get((learner, exercise))
            row += ["-", ""] if found is None else [str(found.result.points), feedback(found)]
        rows.append(row)
    return table(rows)


def canvas(grades: Sequence[Grade], known_by: str = USERNAME) -> str:
    """Canvas' columns, the points possible, and a row for each learner."""
    best = _best(grades)
    exercises = _exercises(grades)
    rows = [
        [*CANVAS, *(title for title, _ in exercises.values())],
        [
            POINTS_POSSIBLE,
            *[""] * (len(CANVAS) - 1),
            *(str(most) for _, most in exercises.values()),
        ],
    ]
    for learner in dict.fromkeys(grade.learner for grade in grades):
        number, login = (learner, "") if known_by == NUMBER else ("", learner)
        found = [best.get((learner, exercise)) for exercise in exercises]
        points = ["" if one is None else str(one.result.points) for one in found]
        rows.append([learner, "", number, login, "", *points])
    return table(rows)


def feedback(grade: Grade) -> str:
    """What a learner may read about one exercise, in a line."""
    open_ = grade.result.open
    if open_ is None:
        return "Everything held."
    return f"{open_.title}: {open_.said}"


def harmless(value: object) -> object:
    """A value that a spreadsheet does not take for a formula; Moodle's "-" is none."""
    if (
        isinstance(value, str)
        and value != "-"
        and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    ):
        return "'" + value
    return value


def table(rows: Iterable[Sequence[object]]) -> str:
    """CSV in which no value is taken for a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([harmless(v) for v in row] for row in rows)
    return text.getvalue()


def _best(grades: Sequence[Grade]) -> dict[tuple[str, str], Grade]:
    best: dict[tuple[str, str], Grade] = {}
    for grade in grades:
        key = grade.learner, grade.result.exercise
        if key not in best or grade.result.points > best[key].result.points:
            best[key] = grade
    return best


def _exercises(grades: Sequence[Grade]) -> dict[str, tuple[str, int]]:
    """Title and most points of each exercise that somebody handed in."""
    found = {g.result.exercise: (g.result.title, g.result.max) for g in grades if g.result.exercise}
    return dict(sorted(found.items()))
