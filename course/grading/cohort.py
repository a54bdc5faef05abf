"""What a whole cohort got wrong: mistaken ideas that checks recognised, the commonest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from course.grading.grader import Grade
from course.grading.imports import table

COLUMNS = ("misconception", "learners", "of", "exercise", "check", "who")


class Misconception(NamedTuple):
    """One mistaken idea: who showed it, out of how many who tried that exercise, and where."""

    idea: str
    exercise: str
    check: str
    learners: tuple[str, ...]
    tried: int


def misconceptions(grades: Sequence[Grade]) -> list[Misconception]:
    """Every idea that was recognised, the commonest first."""
    who: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    tried: dict[str, set[str]] = defaultdict(set)
    for grade in grades:
        tried[grade.result.exercise].add(grade.learner)
        for check in grade.result.checks:
            if check.misconception and check.points < check.max:
                key = (check.misconception, grade.result.exercise, check.title)
                who[key][grade.learner] = None
    found = [Misconception(*key, tuple(names), len(tried[key[1]])) for key, names in who.items()]
    return sorted(found, key=lambda one: (-len(one.learners), one.exercise, one.check, one.idea))


def as_csv(found: Sequence[Misconception]) -> str:
    """A row for each idea."""
    rows = (
        (idea, len(learners), tried, exercise, check, "; ".join(learners))
        for idea, exercise, check, learners, tried in found
    )
    return table([COLUMNS, *rows])
