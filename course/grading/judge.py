"""The judge: runs an exercise's checks on answers and says what was seen.

In a notebook it is called directly, by ``check()``. For the grader it is a process of its own
(``python -m course.grading.judge``) that reads one job as JSON and writes the results as JSON,
so that a manifest which keeps the cluster busy for ever costs only that one answer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from course.grading.exercise import PUBLIC_SEED, Check, Exercise, Seen, load, not_yet

LONGEST_SENTENCE = 400
"""Characters kept of one sentence: it may quote what a learner wrote."""

MEMORY = 2 << 30
"""Bytes that judging one answer may take."""

NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})


class CheckResult(NamedTuple):
    """One check's outcome: what it is worth, what was earned, and what was observed."""

    name: str
    title: str
    points: int
    max: int
    sentence: str


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
) -> Result:
    """Run every check on fresh clusters; a check earns its points if it holds for every seed.

    A check that needs an answer named in ``problems`` is not run; its sentence is given instead.
    """
    results = [_result(check, answers, seeds, problems) for check in exercise.checks]
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


def _result(
    check: Check,
    answers: Mapping[str, Any],
    seeds: Sequence[int],
    problems: Mapping[str, str],
) -> CheckResult:
    needs = [name for name in signature(check.look).parameters if name != "seed"]
    if missing := [problems[name] for name in needs if name in problems]:
        return CheckResult(check.name, check.title, 0, check.points, shortened(missing[0]))
    needed = {name: answers[name] for name in needs}
    for seed in seeds:
        held, sentence = _look(check, needed, seed)
        if not held:
            break
    points = check.points if held else 0
    return CheckResult(check.name, check.title, points, check.points, shortened(sentence))


def _look(check: Check, answers: Mapping[str, Any], seed: int) -> Seen:
    try:
        return check.look(**answers, seed=seed)
    except Exception as problem:  # an answer can be wrong in ways no check foresaw
        return not_yet(f"This could not be observed: {type(problem).__name__}: {problem}")


def main() -> None:
    """Read ``{exercise, root, answers, seeds, problems}`` as JSON, write the checks' results."""
    _bound_memory()
    job = json.load(sys.stdin)
    exercise = load(job["exercise"], Path(job["root"]))
    result = judge(exercise, job["answers"], job["seeds"], job["problems"])
    json.dump([check._asdict() for check in result.checks], sys.stdout)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
