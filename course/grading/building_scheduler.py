"""A learner's score in the place of all of ours.

``scoring`` gives a scheduler profile in which one function says how good a node is for a pod, and
nobody else is asked; which nodes have room remains the engine's affair. See ``building``, whose
``fit`` puts a learner's filter in place, for how a failure is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.grading.building import Failures, _asked, _room
from kubelite.scheduler.framework import CycleState
from kubelite.scheduler.profile import Framework, Profile
from kubelite.scheduler.types import NodeInfo, PodInfo


def scoring(score: Callable[..., Any]) -> tuple[Profile, Failures]:
    """A profile in which ``score(pod, node)``, a number from 0 to 100, alone decides.

    ``pod`` and ``node`` are what ``fit`` gives: see there. The highest score wins, and among equal
    ones chance.
    """
    failures = Failures()

    class Score:
        """Beside our filters, instead of our scores."""

        name = "LearnersScore"

        def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
            said = failures.ask(score, 0, pod=_asked(pod), node=_room(node))
            if type(said) not in (int, float) or not 0 <= said <= 100:
                failures.refuse(f"`score` answers a number from 0 to 100, not {str(said)[:80]}.")
                return 0
            return int(said)

    silent = {scorer.name: 0 for scorer in Framework().scorers}
    return Profile(weights=silent, extra=(lambda listers: Score(),)), failures


__all__ = ["scoring"]
