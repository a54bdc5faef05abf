"""The judge: runs an exercise's checks on answers and says what was seen.

In a notebook it is called directly, by ``check()``. For the grader it is a process of its own
(``judging``), so that an answer which keeps the cluster busy for ever costs only itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from types import MappingProxyType
from typing import Any, NamedTuple

from course.grading.calling import AnswerError, Function
from course.grading.exercise import (
    FUNCTIONS,
    PUBLIC_SEED,
    Check,
    Exercise,
    Seen,
    not_yet,
)

LONGEST_SENTENCE = 400
"""Characters kept of one sentence: it may quote what a learner wrote."""

NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})

NOT_ANSWERS = ("seed", "given")
"""What a check may ask for besides answers: the cluster's seed, and the learner's own numbers."""


class CheckResult(NamedTuple):
    """One check's outcome: what it is worth, what was earned, and what was observed.

    ``hidden`` says that it failed where the notebook does not look; the sentence is for
    instructors then, and ``said`` is what a learner may read.
    """

    name: str
    title: str
    points: int
    max: int
    sentence: str
    misconception: str = ""
    schedule: tuple[str, ...] = ()
    hidden: bool = False
    run: Any = None

    @property
    def said(self) -> str:
        """The sentence as its owner may read it: what is hidden stays hidden."""
        if not self.hidden:
            return self.sentence
        return (
            f"“{self.title}” held where the notebook looks, and did not on another cluster that "
            "differs in its numbers."
        )


class Result(NamedTuple):
    """All checks of one exercise on one answer."""

    exercise: str
    title: str
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> int:
        """What the answer earned."""
        return sum(check.points for check in self.checks)

    @property
    def max(self) -> int:
        """What could be earned."""
        return sum(check.max for check in self.checks)

    @property
    def open(self) -> CheckResult | None:
        """The first check that does not hold yet."""
        return next((check for check in self.checks if check.points < check.max), None)


def judge(
    exercise: Exercise,
    answers: Mapping[str, Any],
    seeds: Sequence[int] = (PUBLIC_SEED,),
    problems: Mapping[str, str] = NO_PROBLEMS,
    learner: str = "",
) -> Result:
    """Run every check on fresh clusters; a check earns its points if it holds for every seed.

    A check that needs an answer named in ``problems`` is not run; its sentence is given instead.
    ``learner`` is whose own numbers are meant. Hidden checks of the same name are run last.
    """
    given = exercise.given(learner)
    problems = {**_misfits(exercise, answers), **problems}
    results = [_result(exercise, c, answers, seeds, problems, given) for c in exercise.checks]
    return Result(exercise.name, exercise.title, tuple(results))


def nothing_earned(exercise: Exercise, sentence: str) -> Result:
    """The result when there was no answer to judge: every check says why."""
    said = shortened(sentence)
    checks = [CheckResult(c.name, c.title, 0, c.points, said) for c in exercise.checks]
    return Result(exercise.name, exercise.title, tuple(checks))


def shortened(text: str) -> str:
    """A text as one line without control characters, cut where it gets too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_SENTENCE else line[: LONGEST_SENTENCE - 1] + "…"


def _misfits(exercise: Exercise, answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers of the wrong kind: a function where a value is wanted, or the other way round."""
    found = {}
    for name, value in answers.items():
        called = isinstance(value, Function)
        if called and exercise.kind not in FUNCTIONS:
            found[name] = f"`{name}` is a function, where text or plain values are wanted."
        if not called and exercise.kind == "build":
            found[name] = f"`{name}` is a {type(value).__name__}, where a function is wanted."
    return found


def _result(
    exercise: Exercise,
    check: Check,
    answers: Mapping[str, Any],
    seeds: Sequence[int],
    problems: Mapping[str, str],
    given: Mapping[str, Any],
) -> CheckResult:
    needs = [name for name in signature(check.look).parameters if name not in NOT_ANSWERS]
    if missing := [problems[name] for name in needs if name in problems]:
        return CheckResult(check.name, check.title, 0, check.points, shortened(missing[0]))
    twins = [twin for twin in exercise.hidden if twin.name == check.name]
    looks = [(check, seed) for seed in seeds] + [(twin, PUBLIC_SEED) for twin in twins]
    first = None
    for look, seed in looks:
        found = _look(look, answers, seed, given)
        first = first or found
        if not found.held:
            hidden = (look, seed) != (check, PUBLIC_SEED)
            return _reported(check, found, 0, hidden)
    assert first is not None, "there is always a cluster to look at"
    return _reported(check, first, check.points)


def _reported(check: Check, found: Seen, points: int, hidden: bool = False) -> CheckResult:
    schedule = tuple(shortened(step) for step in found.schedule[:20])
    texts = (shortened(found.sentence), found.misconception, schedule)
    return CheckResult(check.name, check.title, points, check.points, *texts, hidden, found.run)


def _look(check: Check, answers: Mapping[str, Any], seed: int, given: Mapping[str, Any]) -> Seen:
    offered = {**answers, "seed": seed, "given": given}
    try:
        return check.look(**{name: offered[name] for name in signature(check.look).parameters})
    except AnswerError as problem:
        return not_yet(str(problem))
    except Exception as problem:  # an answer can be wrong in ways no check foresaw
        return not_yet(f"This could not be observed: {type(problem).__name__}: {problem}")
