"""The learner's side of an exercise in a notebook: ``check`` and ``hint``.

check, hint = practise("07_declarative/five_shops")
check(manifest)      # points, what was observed, what is not yet true
hint()               # one step further; costs nothing
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from course.grading.exercise import EXERCISES, PUBLIC_SEED, Exercise, load
from course.grading.judge import CheckResult, Result, judge
from course.progress import keeper


class Practice:
    """One learner at one exercise: remembers the last result and the hints taken."""

    def __init__(self, exercise: Exercise, seed: int = PUBLIC_SEED):
        self.exercise = exercise
        self.seed = seed
        self.result: Result | None = None
        self.hints_taken: dict[str, int] = {}

    def check(self, *answers: Any) -> Report:
        """Judge the answers, in the order the exercise names them."""
        if len(answers) != len(self.exercise.answers):
            raise TypeError(f"check() takes: {', '.join(self.exercise.answers)}")
        named = dict(zip(self.exercise.answers, answers, strict=True))
        self.result = judge(self.exercise, named, (self.seed,))
        keeper.exercised(self.exercise.name, self.result.points, self.result.max)
        return Report(self.result, sum(self.hints_taken.values()))

    def hint(self) -> Note:
        """The next hint for the first thing that is not yet true."""
        if self.result is None:
            return Note("Run check(...) first: a hint goes with what was observed.")
        if (not_yet := self.result.open) is None:
            return Note("There is nothing left to hint at: every public check holds.")
        hints = next(c.hints for c in self.exercise.checks if c.name == not_yet.name)
        taken = self.hints_taken.get(not_yet.name, 0)
        if taken >= len(hints):
            return Note(f"{not_yet.title}: there are no more hints for this one.")
        self.hints_taken[not_yet.name] = taken + 1
        return Note(f"{not_yet.title}, hint {taken + 1} of {len(hints)}: {hints[taken]}")


def practise(name: str, root: Path = EXERCISES) -> tuple[Callable[..., Report], Callable[[], Note]]:
    """``check`` and ``hint`` for the exercise called ``name``; raises NoSuchExercise."""
    practice = Practice(load(name, root))
    return practice.check, practice.hint


class Note:
    """A sentence that a notebook shows as a sentence."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.text)}</p>"


class Report:
    """A result as a learner reads it: one line for each check, one sentence on what to see to."""

    def __init__(self, result: Result, hints: int = 0):
        self.result = result
        self.hints = hints

    @property
    def points(self) -> int:
        """What the answer earned in the public checks."""
        return self.result.points

    def __repr__(self) -> str:
        checks = self.result.checks
        wide = max(len(check.title) for check in checks)
        lines = [self._headline()]
        lines += [f"  {_mark(c)} {c.title:<{wide}}  {c.points}/{c.max}" for c in checks]
        return "\n".join([*lines, self._closing()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{_mark(c)}</td><td style='text-align:left'>{escape(c.title)}</td>"
            f"<td>{c.points}/{c.max}</td></tr>"
            for c in self.result.checks
        )
        return (
            f"<p><b>{escape(self._headline())}</b></p><table>{rows}</table>"
            f"<p>{escape(self._closing())}</p>"
        )

    def _headline(self) -> str:
        result = self.result
        hints = f", hints taken: {self.hints}" if self.hints else ""
        return f"{result.title}: {result.points} of {result.max} points (public checks{hints})"

    def _closing(self) -> str:
        if (not_yet := self.result.open) is None:
            return f"Observed: {self.result.checks[-1].sentence}"
        return f"Not yet: {not_yet.sentence}"


def _mark(check: CheckResult) -> str:
    return "✓" if check.points == check.max else "·"
