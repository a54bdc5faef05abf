"""One HTML page for each learner: points, what was observed, and what is not yet true.

Everything that somebody else wrote is shown as text. What is hidden stays hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from course.grading.grader import Grade
from course.grading.judge import CheckResult

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d0d7de }
th:nth-child(2), td:nth-child(2) { text-align: right; white-space: nowrap }
ol { margin: .3rem 0 0; padding-left: 1.4rem; font-size: .9rem } .note { color: #57606a }
"""  # noqa: E501


def write(grades: Sequence[Grade], folder: Path) -> list[Path]:
    """Write a page for each learner; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    taken: set[str] = set()
    for learner in dict.fromkeys(grade.learner for grade in grades):
        name = filename(learner, taken)
        path = folder / name
        own = [grade for grade in grades if grade.learner == learner]
        path.write_text(page(learner, own), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def filename(learner: str, taken: set[str]) -> str:
    """A harmless name for a learner's page, that no other has."""
    plain = re.sub(r"[^\w.-]", "_", learner).strip(".")[:80] or "learner"
    name, number = f"{plain}.html", 2
    while name.casefold() in taken:
        name, number = f"{plain}-{number}.html", number + 1
    taken.add(name.casefold())
    return name


def page(learner: str, grades: Sequence[Grade]) -> str:
    """All that one learner handed in."""
    points = sum(grade.result.points for grade in grades)
    most = sum(grade.result.max for grade in grades)
    title = f"{learner}: {points} of {most} points"
    parts = "".join(_exercise(grade) for grade in grades)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{parts}</body></html>\n"
    )


def _exercise(grade: Grade) -> str:
    result = grade.result
    title = result.title or "A notebook of no known exercise"
    rows = "".join(_row(check) for check in result.checks)
    remarks = "".join(f'<p class="note">{escape(remark)}</p>' for remark in grade.remarks)
    return (
        f"<h2>{escape(title)}: {result.points} of {result.max}</h2>\n"
        f'<p class="note">{escape(grade.file)}</p>{remarks}\n'
        "<table><tr><th>What is to be true</th><th>Points</th><th>What was observed</th></tr>\n"
        f"{rows}</table>\n"
    )


def _row(check: CheckResult) -> str:
    steps = () if check.hidden else check.schedule
    listed = "".join(f"<li>{escape(step)}</li>" for step in steps)
    said = escape(check.said) + (f"<ol>{listed}</ol>" if listed else "")
    held = "holds" if check.points == check.max else "not yet"
    return (
        f"<tr><td>{escape(check.title)}</td><td>{check.points} of {check.max}<br>"
        f'<span class="note">{held}</span></td><td>{said}</td></tr>\n'
    )
