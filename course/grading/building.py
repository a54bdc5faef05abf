"""A learner's code in place of ours, in the real engine.

``replicaset`` makes a controller that asks a learner's function for its plan, ``fit`` a scheduler
plugin that asks one whether a node has room. What they are given is plain: objects as kubectl
shows them in JSON, times as seconds. A function that fails stops nothing: what it did wrong is kept
in ``failures``, and a check raises it when the run is over.

``survives`` is the search: small stories and the trouble of many seeds (``kubelite.chaos``); of a
run in which a sentence was false it finds the shortest schedule that still makes it false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from course.grading.calling import AnswerError
from course.grading.exercise import Seen, not_yet, seen
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.struct import to_dict
from kubelite.chaos import Injected, Run, shrink, simulate
from kubelite.client.controller import Action, Create, Delete
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController, controller_of
from kubelite.controllers.replicaset import ReplicaSetController, new_pod
from kubelite.scheduler.framework import UNSCHEDULABLE, CycleState, Status
from kubelite.scheduler.profile import Profile
from kubelite.scheduler.types import NodeInfo, PodInfo
from kubelite.sim.clock import SECOND

Plan = Callable[..., Any]

SHRINKING = 25
"""How many runs the search for a shorter schedule may cost."""

MOST_ACTIONS = 500
"""What a plan may ask for at once, as upstream's burst."""


class Failures:
    """What a learner's function did wrong while the engine went on."""

    def __init__(self) -> None:
        self.first: AnswerError | None = None

    def ask(self, function: Callable[..., Any], otherwise: Any, **facts: Any) -> Any:
        """What the function says; ``otherwise`` when it fails, and from then on."""
        if self.first is not None:
            return otherwise
        try:
            return function(**facts)
        except AnswerError as problem:
            self.first = problem
            return otherwise

    def refuse(self, sentence: str) -> None:
        """What it said cannot be used."""
        self.first = self.first or AnswerError(sentence)

    def raise_(self) -> None:
        """Raise AnswerError if there was anything."""
        if self.first is not None:
            raise self.first


def replicaset(plan: Plan) -> tuple[type[ReplicaSetController], Failures]:
    """A ReplicaSet controller that does what ``plan(owner, owned, now)`` answers.

    ``owner`` is the ReplicaSet and ``owned`` the pods that it controls, as JSON shows them;
    ``now`` is seconds. The answer is a list of ``{"create": 2}`` and ``{"delete": "pod-name"}``.
    """
    failures = Failures()

    class Controller(ReplicaSetController):
        """Ours, but for the plan."""

        def planned(self, owner: Any) -> list[Action]:
            owned = [
                pod
                for pod in self.pods.items()
                if (by := controller_of(pod)) and by.uid == owner.metadata.uid
            ]
            facts = {"owner": to_dict(owner), "owned": [to_dict(pod) for pod in owned]}
            answer = failures.ask(plan, [], **facts, now=self.clock.now // SECOND)
            return list(_actions(answer, owner, owned, failures))

    return Controller, failures


def _actions(answer: Any, owner: Any, owned: Sequence[Pod], failures: Failures) -> Iterable[Action]:
    pods = {pod.metadata.name: pod.metadata for pod in owned}
    count = 0
    for step in answer if isinstance(answer, list) else [answer]:
        what, value = (
            next(iter(step.items())) if isinstance(step, dict) and len(step) == 1 else ("", 0)
        )
        if what == "create" and type(value) is int and value >= 0:
            count += value
            if count > MOST_ACTIONS:
                failures.refuse(f"`plan` asked for more than {MOST_ACTIONS} pods at once.")
                return
            yield from [Create(new_pod(owner))] * value
        elif what == "delete" and value in pods:
            meta = pods[value]
            yield Delete("pods", meta.name, meta.namespace, meta.uid)
        elif what == "delete":
            failures.refuse(
                f"`plan` wanted to delete {str(value)[:80]!r}, which was not in `owned`."
            )
        else:
            failures.refuse(
                f"`plan` answered {str(step)[:80]}; it takes a list of "
                '{"create": 2} and {"delete": "name"}.'
            )


def in_place(mine: type[ManagedController]) -> tuple[type[ManagedController], ...]:
    """All controllers, with this one in the place of ours of the same name."""
    return tuple(mine if mine.name == kind.name else kind for kind in CONTROLLERS)


def fit(
    fits: Callable[..., Any], score: Callable[..., Any] | None = None
) -> tuple[Profile, Failures]:
    """A scheduler profile in which ``fits(pod, node)`` decides whether a node has room.

    It answers "" for yes or the reason why not; ``score(pod, node)`` a number from 0 to 100.
    ``pod`` is ``{"name", "labels", "cpu", "memory"}`` (millicores, bytes), ``node``
    ``{"name", "labels", "cpu", "memory", "pods", "used_cpu", "used_memory", "used_pods"}``.
    """
    failures = Failures()

    class Fit:
        """In the place of NodeResourcesFit."""

        name = "LearnersFit"

        def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
            said = failures.ask(fits, "", pod=_asked(pod), node=_room(node))
            if not isinstance(said, str):
                failures.refuse('`fits` answers "" or a reason, a text.')
                return None
            return Status(UNSCHEDULABLE, (said,), self.name) if said else None

    class FitAndScore(Fit):
        """... with a score."""

        def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
            assert score is not None
            said = failures.ask(score, 0, pod=_asked(pod), node=_room(node))
            if type(said) not in (int, float) or not 0 <= said <= 100:
                failures.refuse("`score` answers a number from 0 to 100.")
                return 0
            return int(said)

    kind = FitAndScore if score else Fit
    off = ("NodeResourcesFit", *(("NodeResourcesBalancedAllocation",) if score else ()))
    return Profile(disabled=off, extra=(lambda listers: kind(),)), failures


def _asked(pod: PodInfo) -> dict[str, Any]:
    meta, needs = pod.pod.metadata, pod.needs.requests
    return {"name": meta.name, "labels": dict(meta.labels or {})} | {
        "cpu": needs.milli_cpu,
        "memory": needs.memory,
    }


def _room(node: NodeInfo) -> dict[str, Any]:
    has, used = node.allocatable, node.requested
    return {
        "name": node.name,
        "labels": dict(node.labels),
        "cpu": has.milli_cpu,
        "memory": has.memory,
        "pods": has.allowed_pod_number,
        "used_cpu": used.milli_cpu,
        "used_memory": used.memory,
        "used_pods": len(node.pods),
    }


def survives(
    make: Callable[[], tuple[type[ManagedController], Failures]],
    stories: Sequence[str],
    seeds: Sequence[int],
) -> Seen:
    """Search stories and seeds for trouble that the learner's controller does not survive."""
    for story in stories:
        for seed in seeds:
            mine, failures = make()
            run = simulate(seed, story, controllers=in_place(mine))
            failures.raise_()
            if not run.ok:
                return _told(shrink(run, SHRINKING, controllers=in_place(mine)), len(run.faults))
    count = len(stories) * len(seeds)
    return seen(f"{count} clusters came to rest as they were asked to, whatever had gone wrong.")


def _told(run: Run, before: int) -> Seen:
    found = run.violations[0]
    sentence = found.sentence.partition(". ")[2] or found.sentence
    for exception in (", unless", " (", ", or they"):  # what does not concern a learner
        sentence = sentence.partition(exception)[0]
    complaint = " ".join(w for w in found.complaint.split() if not w.startswith("/registry/"))
    about = "/".join(
        part for part in (found.subject[0].partition(".")[0], found.subject[2]) if part
    )
    fewer = len(run.faults)
    went = (
        "Nothing had gone wrong before that"
        if not fewer
        else f"Of {before} troubles {fewer} {'is' if fewer == 1 else 'are'} enough for it"
    )
    return not_yet(
        f"In the story “{run.scenario}” this was not true: {sentence.rstrip('.')}. "
        f"But {about} {complaint.rstrip('.')}. {went}.",
        schedule=[describe(fault) for fault in run.faults],
        run=run.cluster,
    )


def describe(fault: Injected) -> str:
    """One fault as a line: when, what, where."""
    return f"{fault.when / SECOND:7.1f} s  {fault.fault} at {fault.where}"


__all__ = ["Failures", "fit", "in_place", "replicaset", "survives"]
