"""The learner's side of an exercise in a notebook: ``check`` and ``hint``.

check, hint = practise("07_declarative/five_shops")
check(manifest)      # points, what was observed, what is not yet true
hint()               # one step further; costs nothing

shop = practise("20_probes/restarting_shop")
check, hint = shop
shop.kubectl("get pods")     # on the cluster that is to be mended; shop.cluster is for views
shop.again()                 # a new one, as it was
shop.given                   # the learner's own numbers: practise(name, learner="Ada")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from course.grading.calling import callable_here
from course.grading.exercise import EXERCISES, PUBLIC_SEED, Exercise, Place, load
from course.grading.judge import CheckResult, Result, judge
from course.progress import keeper


class Practice:
    """One learner at one exercise: remembers the last result and the hints taken."""

    def __init__(self, exercise: Exercise, seed: int = PUBLIC_SEED, learner: str = ""):
        self.exercise = exercise
        self.seed = seed
        self.learner = learner
        self.given = exercise.given(learner)
        self._cluster: Any = None
        self.result: Result | None = None
        self.hints_taken: dict[str, int] = {}

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        """``check, hint = practise(...)``."""
        return iter((self.check, self.hint))

    @property
    def cluster(self) -> Any:
        """The cluster of this exercise as a learner finds it, and as their commands leave it."""
        if self._cluster is None:
            if self.exercise.scenario is None:
                raise LookupError(f"{self.exercise.title} brings no cluster: make one of your own")
            self._cluster = self.exercise.scenario(self.seed)
        return self._cluster

    @property
    def kubectl(self) -> Any:
        """kubectl for that cluster: ``kubectl("get pods")``, ``kubectl.wait(30)`` seconds."""
        return Kubectl(self)

    def again(self) -> Any:
        """A new cluster, as it was in the beginning."""
        self._cluster = None
        return self.cluster

    def check(self, *answers: Any) -> Report:
        """Judge the answers, in the order the exercise names them."""
        if len(answers) != len(self.exercise.answers):
            raise TypeError(f"check() takes: {', '.join(self.exercise.answers)}")
        pairs = zip(self.exercise.answers, answers, strict=True)
        named = {name: callable_here(name, value) for name, value in pairs}
        self.result = judge(self.exercise, named, (self.seed,), learner=self.learner)
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


class Kubectl:
    """What a learner holds in a notebook; an answer of the kind "operate" gets the like of it."""

    def __init__(self, practice: Practice):
        self._practice = practice

    def __call__(self, line: str) -> Any:
        """Run one command; shown as a terminal shows it."""
        return self._practice.cluster.kubectl(line)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._practice.cluster.run(seconds)

    def __repr__(self) -> str:
        return f"kubectl of the exercise “{self._practice.exercise.title}”"


def practise(name: str, root: Path | None = None, learner: str = "") -> Practice:
    """The exercise called ``name``, ready to be worked on; raises NoSuchExercise.

    ``check, hint = practise(name)`` is what most need of it. ``learner`` chooses the numbers of
    exercises in which everybody has their own. Without ``root`` it is looked for around the
    notebook, and then in the course.
    """
    return Practice(load(name, root or _around(name), public=True), learner=learner)


def _around(name: str) -> Path:
    here = Path.cwd()
    near = (here, *here.parents[:2])
    return next((root for root in near if Place(root, name).checks.is_file()), EXERCISES)


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

    @property
    def run(self) -> Any:
        """The cluster in which the first thing that is not yet true was seen, with its history.

        For the views: ``ClusterView(report.run)``, ``timeline(report.run)``. None if that check
        keeps none.
        """
        open_ = self.result.open
        found = open_.run if open_ else None
        return found() if callable(found) else found

    def __repr__(self) -> str:
        checks = self.result.checks
        wide = max(len(check.title) for check in checks)
        lines = [self._headline()]
        lines += [f"  {_mark(c)} {c.title:<{wide}}  {c.points}/{c.max}" for c in checks]
        return "\n".join([*lines, self._closing(), *(f"    {step}" for step in self._schedule())])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{_mark(c)}</td><td style='text-align:left'>{escape(c.title)}</td>"
            f"<td>{c.points}/{c.max}</td></tr>"
            for c in self.result.checks
        )
        return (
            f"<p><b>{escape(self._headline())}</b></p><table>{rows}</table>"
            f"<p>{escape(self._closing())}</p>{self._steps()}"
        )

    def _schedule(self) -> tuple[str, ...]:
        return self.result.open.schedule if self.result.open else ()

    def _steps(self) -> str:
        steps = "".join(f"<li>{escape(step)}</li>" for step in self._schedule())
        return f"<ol>{steps}</ol>" if steps else ""

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
