"""What an exercise is: its folder, the names its answers have, and its checks.

A check is a function of the answers and a seed. It makes a cluster, does something to it,
looks, and says what it saw:

    @check(points=2, title="Five shops are open", hints=("How many did you ask for?",))
    def five_open(manifest, seed):
        ...
        return seen("5 of 5 shops were open.")     # or not_yet("2 of 5 shops were open.")
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

EXERCISES = Path(__file__).parent.parent.parent / "exercises"

PUBLIC_SEED = 7
"""The seed of the cluster that ``check()`` shows to a learner."""


KINDS = ("write", "fix", "predict", "operate", "build")
"""What a learner hands in: a manifest, a cure, a value, operations, or a function."""

FUNCTIONS = ("operate", "build")
"""Kinds whose answers may be functions, which the judge calls (see ``calling``)."""


class Seen(NamedTuple):
    """What a check saw: whether the goal held, and one sentence about the cluster.

    ``misconception`` names the mistaken idea behind a wrong answer where the check recognises it;
    ``schedule`` is the shortest list of what has to happen for the failure to show, and ``run``
    a cluster in which it did, with its history, or a function that makes one.
    """

    held: bool
    sentence: str
    misconception: str = ""
    schedule: tuple[str, ...] = ()
    run: Any = None


def seen(sentence: str, run: Any = None) -> Seen:
    """The goal held, and this is what was observed."""
    return Seen(True, sentence, run=run)


def not_yet(
    sentence: str, misconception: str = "", schedule: Sequence[str] = (), run: Any = None
) -> Seen:
    """The goal did not hold yet, and this is what was observed."""
    return Seen(False, sentence, misconception, tuple(schedule), run)


class Check(NamedTuple):
    """One thing that is to be true of the cluster, and what it is worth."""

    name: str
    title: str
    points: int
    hints: tuple[str, ...]
    look: Callable[..., Seen]


def check(
    points: int, title: str, hints: Sequence[str] = ()
) -> Callable[[Callable[..., Seen]], Check]:
    """Make a check of a function that takes the answers by name, and ``seed``."""

    def make(look: Callable[..., Seen]) -> Check:
        return Check(look.__name__, title, points, tuple(hints), look)

    return make


def once(make: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """For what several checks look at: ``make(answer, seed)`` is done once for each.

    Checks that share it must only look. What it raised is raised again.
    """
    kept: dict[Any, tuple[Any, Exception | None]] = {}
    held: list[Any] = []

    def made(answer: Any, seed: Any) -> Any:
        if not (held and held[0] is answer):
            kept.clear()
            held[:] = [answer]
        if seed not in kept:
            try:
                kept[seed] = make(answer, seed), None
            except Exception as problem:
                kept[seed] = None, problem
        found, problem = kept[seed]
        if problem is not None:
            raise problem
        return found

    return made


Draw = Random


def draw(exercise: str, learner: str) -> Draw:
    """Chance that depends on the learner's name and on the exercise alone."""
    return Random(f"{exercise} for {learner.strip().casefold()}")


class Exercise(NamedTuple):
    """One exercise: ``name`` is ``set/exercise``, ``answers`` what its answer cells define.

    ``problem`` draws a learner's own numbers, ``scenario`` makes the cluster that a learner finds.
    ``hidden`` are checks that learners are not given: one of the name of a public check has to
    hold beside it for its points. ``seeds`` are the clusters a grader adds to the public one.
    """

    name: str
    title: str
    answers: tuple[str, ...]
    checks: tuple[Check, ...]
    kind: str = "write"
    problem: Callable[[Draw], dict[str, Any]] | None = None
    scenario: Callable[[int], Any] | None = None
    hidden: tuple[Check, ...] = ()
    seeds: tuple[int, ...] = ()

    def given(self, learner: str = "") -> dict[str, Any]:
        """The learner's own numbers; "" is the problem that all share."""
        return self.problem(draw(self.name, learner)) if self.problem else {}

    @property
    def points(self) -> int:
        """What the whole exercise is worth."""
        return sum(check.points for check in self.checks)


class NoSuchExercise(LookupError):
    """There is no exercise of this name; the message lists those there are."""


class Place(NamedTuple):
    """Where the files of one exercise are; ``root`` is the folder of all exercises."""

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        """The instructor's folder, which holds the source and most of what is built from it."""
        return self.root / self.name

    @property
    def source(self) -> Path:
        """The one file that is written by hand."""
        return self.folder / "source.py"

    @property
    def checks(self) -> Path:
        """The checks as a module, built."""
        return self.folder / "checks.py"

    @property
    def hidden(self) -> Path:
        """The checks that learners are not given, built; it sees every name of ``checks``."""
        return self.folder / "hidden.py"

    @property
    def solution(self) -> Path:
        """The notebook with the solution in it, built."""
        return self.folder / "solution.ipynb"

    @property
    def tests(self) -> Path:
        """The exercise's own tests, built: wrong answers and what each one scores."""
        return self.folder / f"test_{self.folder.name}.py"

    @property
    def notebook(self) -> Path:
        """The learner's notebook, built; it stands in the folder of its set."""
        return self.folder.with_suffix(".ipynb")


def places(root: Path = EXERCISES) -> list[Place]:
    """Every exercise below ``root``, in order."""
    sources = sorted(root.glob("*/*/source.py"))
    return [Place(root, source.parent.relative_to(root).as_posix()) for source in sources]


def load(name: str, root: Path = EXERCISES, public: bool = False) -> Exercise:
    """The exercise called ``name``, with its checks; raises NoSuchExercise.

    ``public`` leaves out what learners are not given, and is all there is where only that is.
    """
    place = Place(root, name)
    if not all(part.replace("_", "").isalnum() for part in name.split("/")) or not (
        place.checks.is_file()
    ):
        there = sorted(root.glob("*/*/checks.py"))
        known = ", ".join(p.parent.relative_to(root).as_posix() for p in there) or "none"
        raise NoSuchExercise(f"There is no exercise called {name!r}; there are: {known}.")
    module = vars(_module(place.checks))
    secret = {} if public or not place.hidden.is_file() else vars(_module(place.hidden, module))
    return Exercise(
        name,
        module["TITLE"],
        tuple(module["ANSWERS"]),
        _checks_in(module),
        module.get("KIND", "write"),
        module.get("problem"),
        module.get("scenario"),
        tuple(check for check in _checks_in(secret) if check not in _checks_in(module)),
        tuple(secret.get("SEEDS", ())),
    )


def _checks_in(module: Mapping[str, Any]) -> tuple[Check, ...]:
    return tuple(value for value in module.values() if isinstance(value, Check))


def _module(path: Path, names: Mapping[str, Any] = MappingProxyType({})) -> ModuleType:
    # Two exercises may be called alike, so a module's name is made of its whole path.
    name = "exercise_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    vars(module).update({key: names[key] for key in names if not key.startswith("__")})
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module  # type: ignore[no-any-return]
