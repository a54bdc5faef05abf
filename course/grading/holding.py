"""Holding an exercise to what it declares: its own tests, built, and the project's, use this.

As shipped an exercise earns nothing (or its stated start), the solution everything, and each
declared wrong answer the points it says, for the reason it says. No answer costs more virtual
work than ``check()`` has time for: events of the clusters' clocks are counted, not seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from course.grading.calling import callable_here
from course.grading.exercise import PUBLIC_SEED, Place, load
from course.grading.judge import Result, judge
from course.grading.source import answer_text, start, wrong_answers
from kubelite.sim.clock import Clock

SEEDS = (PUBLIC_SEED, 101)
"""What the grader takes unless told otherwise."""

EVENTS_A_SECOND = 20_000
"""Fewer than the slowest machine does in a second of which a measurement is known."""

SECONDS = {"build": 5}
"""How long ``check()`` may take, by kind; 1 second for all others."""


class Declared(NamedTuple):
    """One answer and what it is to earn; no points stand for all of them."""

    name: str
    code: str
    points: int | None
    because: str = ""

    def __str__(self) -> str:
        return self.name


class Holding:
    """One exercise, by its folder."""

    def __init__(self, folder: Path):
        self.place = Place(folder.parent.parent, f"{folder.parent.name}/{folder.name}")

    @cached_property
    def answers(self) -> list[Declared]:
        """What is shipped, the solution, and every wrong answer that is declared."""
        shipped, solved = ("\n".join(answer_text(self.place, one)) for one in (False, True))
        wrongs = [
            Declared(w.name, f"{solved}\n{w.code}", w.points, w.because)
            for w in wrong_answers(self.place)
        ]
        begin = Declared("as shipped", shipped, start(self.place))
        return [begin, Declared("the solution", solved, None), *wrongs]

    def judged(self, code: str, seeds: tuple[int, ...] = SEEDS) -> Result:
        """What the grader would give for a cell of this code."""
        exercise = load(self.place.name, self.place.root)
        scope: dict[str, Any] = {"__name__": "__answer__"}
        exec(compile(code, "<answer>", "exec"), scope)
        answers = {name: callable_here(name, scope[name]) for name in exercise.answers}
        more = (seed for seed in exercise.seeds if seed not in seeds)
        return judge(exercise, answers, (*seeds, *more))

    def hold(self, answer: Declared) -> None:
        """Insist that an answer earns what it is to earn, and in time."""
        public = len(load(self.place.name, self.place.root, public=True).checks)
        assert public, "an exercise has checks that a learner may see"
        with counted() as clocks:
            result = self.judged(answer.code)
        wanted = result.max if answer.points is None else answer.points
        told = {c.name: c.sentence for c in result.checks if c.points < c.max}
        assert result.points == wanted, f"{result.points} of {result.max} points: {told}"
        reasons = [c.sentence + c.misconception for c in result.checks if c.points < c.max]
        assert not answer.because or any(answer.because in why for why in reasons), told
        exercise = load(self.place.name, self.place.root)
        looks = len({*SEEDS, *exercise.seeds})
        allowed = SECONDS.get(exercise.kind, 1) * EVENTS_A_SECOND * looks
        worked = sum(clock.events_run for clock in clocks)
        assert worked <= allowed, f"check() takes too long: {worked} events, {allowed} at most"


@contextmanager
def counted() -> Iterator[list[Clock]]:
    """The clocks of all clusters that are made meanwhile."""
    clocks: list[Clock] = []
    made = Clock.__init__

    def remembered(clock: Clock, *args: Any) -> None:
        made(clock, *args)
        clocks.append(clock)

    Clock.__init__ = remembered  # type: ignore[method-assign]
    try:
        yield clocks
    finally:
        Clock.__init__ = made  # type: ignore[method-assign]
