"""What a learner has done, chapter by chapter, and what to do next: ``progress`` on 00."""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path
from typing import NamedTuple

from course import syllabus
from course.progress import Keeper, Record, keeper, key_of
from course.questions.bank import FIVE
from course.syllabus import Chapter


class Row(NamedTuple):
    """One chapter's standing."""

    chapter: Chapter
    written: bool
    predictions: tuple[int, int]
    quiz: int
    exercises: int

    @property
    def done(self) -> bool:
        """Every prediction made, every question answered rightly once."""
        made, of = self.predictions
        return self.written and made == of and self.quiz == FIVE

    @property
    def begun(self) -> bool:
        """Whether anything was done in it."""
        return bool(self.predictions[0] or self.quiz or self.exercises)

    @property
    def practised(self) -> bool:
        """Whether every exercise of it has full points."""
        return self.exercises == len(self.chapter.exercises)


class Progress:
    """Shows what was done when a cell ends with it; ``progress.reset()`` forgets it all."""

    def __init__(self, record: Keeper = keeper, folder: Path = syllabus.NOTEBOOKS):
        self._keeper, self._folder = record, folder

    def reset(self) -> str:
        """Forget everything that was done."""
        self._keeper.reset()
        return "Forgotten: you begin anew."

    def rows(self) -> list[Row]:
        """The standing of each chapter, in order."""
        record = self._keeper.read()
        written = syllabus.written(self._folder)
        return [self._row(one, record, one.slug in written) for one in syllabus.chapters()]

    def next_step(self) -> str:
        """What to do next, as one sentence."""
        rows = [row for row in self.rows() if row.written]
        for row in rows:
            if not row.done:
                return f"Next: {_todo(row)}."
            if not row.practised:
                return f"Next: practise with {', '.join(row.chapter.exercises)}."
        return "You have done all there is."

    def _row(self, chapter: Chapter, record: Record, written: bool) -> Row:
        asked = predictions_in(self._folder, chapter) if self._keeper.kept else ()
        made = sum(key_of(question) in record.predictions for question in asked)
        full = [
            n for n in chapter.exercises if record.exercises.get(n, (0, 1))[0] >= _most(record, n)
        ]
        right = min(len(record.answered.get(chapter.number, ())), FIVE)
        return Row(chapter, written, (made, len(asked)), right, len(full))

    def __repr__(self) -> str:
        lines = [*self._first_lines(), ""]
        for row in self.rows():
            title, done = f"{row.chapter.number} {row.chapter.title}", self._cells(row)
            told = [
                f"{name.lower()} {cell}"
                for name, cell in zip(COLUMNS[2:], done, strict=True)
                if cell
            ]
            lines.append(f"{title:<52} {row.chapter.minutes} min  {', '.join(told)}".rstrip())
        return "\n".join(lines)

    def _first_lines(self) -> list[str]:
        lines = [self.next_step()]
        return [*lines, self._keeper.trouble] if self._keeper.trouble else lines

    def _repr_html_(self) -> str:
        head = "".join(f"<th {LEFT}>{name}</th>" for name in COLUMNS)
        rows = "".join(self._html(row) for row in self.rows())
        said = "".join(f"<p>{escape(line)}</p>" for line in self._first_lines())
        return f"{said}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _html(self, row: Row) -> str:
        title = escape(f"{row.chapter.number} {row.chapter.title}")
        if row.written and self._keeper.kept:
            title = f'<a href="{row.chapter.file}">{title}</a>'
        cells = "".join(f"<td {LEFT}>{escape(cell)}</td>" for cell in self._cells(row))
        return f"<tr><td {LEFT}>{title}</td><td>{row.chapter.minutes} min</td>{cells}</tr>"

    def _cells(self, row: Row) -> list[str]:
        """Predictions, quiz, exercises; nothing where nothing was done."""
        made, of = row.predictions
        exercises = len(row.chapter.exercises)
        return [
            _share(made, of) if made else "",
            _share(row.quiz, FIVE) if row.quiz else "",
            _share(row.exercises, exercises) if row.exercises else "",
        ]


LEFT = "style='text-align:left'"
COLUMNS = ("Chapter", "Time", "Predictions", "Quiz", "Exercises")


def predictions_in(folder: Path, chapter: Chapter) -> tuple[str, ...]:
    """The questions that a chapter's ``predict`` cells ask, read from its source."""
    source = folder / "src" / f"{chapter.slug}.py"
    if not source.exists():
        return ()
    calls = (node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if _is_predict(node))
    asked = (call.args[0] for call in calls if call.args)  # type: ignore[attr-defined]
    return tuple(arg.value for arg in asked if isinstance(arg, ast.Constant))


def _is_predict(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "predict"
    )


def _most(record: Record, name: str) -> int:
    return record.exercises.get(name, (0, 1))[1]


def _share(done: int, of: int) -> str:
    return f"{done} of {of}{' ✓' if done == of else ''}"


def _todo(row: Row) -> str:
    verb = "go on with" if row.begun else "begin with"
    made, of = row.predictions
    left = [
        *([f"{of - made} predictions"] if made < of else []),
        *([f"{FIVE - row.quiz} questions of the quiz"] if row.quiz < FIVE else []),
    ]
    return f"{verb} {row.chapter.label} (still open: {', '.join(left)})"


progress = Progress()
"""The learner's own."""
