"""What each orchestrator does after an exit and after the loss of a node: its rules as functions.

A rulebook is asked about one try (``Task``) and answers when the next one is due, where, and what
it is to remember. It keeps nothing itself. The numbers come from ``rules.yaml`` and from the file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from course.market.application import Application
from course.market.tasks import Task, seconds_to

Draw = Callable[[], float]
"""A number between 0 and 1, drawn by chance."""


class Next(NamedTuple):
    """The next try: due ``delay`` microseconds after the end, on ``node`` or anywhere."""

    delay: int
    carried: Mapping[str, Any] = {}
    node: str = ""


class Rulebook(ABC):
    """The common part: nothing is forgiven, nothing is restarted."""

    forgives: ClassVar[bool] = False
    """Whether a copy that was lost is kept when its node is back before a new one was due."""

    def __init__(self, application: Application):
        self.application = application
        self.policy = application.policy

    def silence(self, draw: Draw) -> int:
        """How long a node may be silent before it counts as lost, in microseconds."""
        policy = self.policy
        return seconds_to(policy["node_silence"] + draw() * policy.get("node_silence_more", 0))

    @abstractmethod
    def after_exit(self, task: Task, tasks: Sequence[Task], draw: Draw) -> Next | None:
        """What follows the end of a try; None for nothing."""

    @abstractmethod
    def after_loss(self, task: Task) -> Next | None:
        """What follows the loss of its node, counted from when it was noticed."""

    def superfluous(self, current: Sequence[Task], count: int) -> list[Task]:
        """Which ``count`` of the current tries go when fewer are wanted."""
        return sorted(current, key=lambda task: task.slot)[-count:]


# DOC: market-swarm
class Swarm(Rulebook):
    """An ended task is replaced by a new one after a pause, always the same, on any node."""

    def after_exit(self, task: Task, tasks: Sequence[Task], draw: Draw) -> Next | None:
        """A new task, unless the restart policy says no or its attempts are used up."""
        condition = self.policy.get("condition", "any")
        if condition == "none" or (condition == "on-failure" and task.succeeded):
            return None
        restarts = [*task.carried.get("restarts", ()), task.ended]
        if window := seconds_to(self.policy.get("window", 0)):
            restarts = [moment for moment in restarts if moment > task.ended - window]
        if (attempts := self.policy.get("attempts", 0)) and len(restarts) > attempts:
            return None
        kept = {"restarts": restarts[-attempts:]} if attempts else {}
        return Next(seconds_to(self.policy["restart_delay"]), kept)

    def after_loss(self, task: Task) -> Next | None:
        """The same pause as after an exit."""
        return Next(seconds_to(self.policy["restart_delay"]), task.carried)

    def superfluous(self, current: Sequence[Task], count: int) -> list[Task]:
        """Those on the fullest nodes, one after the other."""
        left, gone = sorted(current, key=lambda task: task.slot), []
        for _ in range(count):
            nodes = [task.node for task in left]
            fullest = max(left, key=lambda task: (nodes.count(task.node), task.slot))
            left.remove(fullest)
            gone.append(fullest)
        return gone


# DOC: market-nomad
class Nomad(Rulebook):
    """First again in the same place, a few times; then somewhere else, later and later."""

    def after_exit(self, task: Task, tasks: Sequence[Task], draw: Draw) -> Next | None:
        """On the same node while attempts are left in the interval; after them elsewhere."""
        policy, carried = self.policy, dict(task.carried)
        since = carried.get("since") or task.began
        restarts = carried.get("restarts", 0)
        if task.ended > since + seconds_to(policy["restart_interval"]):
            since, restarts = task.ended, 0
        carried["since"] = since
        if restarts < policy["restart_attempts"]:
            longer = 1 + draw() * policy["restart_jitter_share"]
            carried["restarts"] = restarts + 1
            return Next(seconds_to(policy["restart_delay"] * longer), carried, task.node)
        if policy.get("mode", "fail") == "delay":
            carried |= {"restarts": 0, "since": 0}
            until = since + seconds_to(policy["restart_interval"])
            return Next(until - task.ended, carried, task.node)
        return self._elsewhere(task, carried)

    def _elsewhere(self, task: Task, carried: Mapping[str, Any]) -> Next | None:
        policy, moved = self.policy, carried.get("moved", 0)
        if 0 <= policy.get("reschedules", -1) <= moved:
            return None
        most = policy["reschedule_delay_most"]
        growth = 1 if policy.get("constant") else 2**moved
        delay = min(policy["reschedule_delay"] * growth, most)
        if delay == most and task.ended - task.began > seconds_to(most):
            delay, moved = policy["reschedule_delay"], 0
        return Next(seconds_to(delay), {"moved": moved + 1, "left": task.node})

    def after_loss(self, task: Task) -> Next | None:
        """At once, and rather not on the node that was lost."""
        return Next(0, {"moved": task.carried.get("moved", 0), "left": task.node})


# DOC: market-marathon
class Marathon(Rulebook):
    """A pause that grows with each failure, and is forgotten once a copy has lived a while."""

    forgives = True

    def after_exit(self, task: Task, tasks: Sequence[Task], draw: Draw) -> Next | None:
        """After the pause, which all copies of the app share while none has proved viable."""
        policy = self.policy
        viable = seconds_to(policy["viable_after"])
        if task.ended - task.began >= viable:
            return Next(seconds_to(policy["backoff"]), {"pause": policy["backoff"]})
        recent = [one.carried.get("pause", 0) for one in tasks if one.began > task.ended - viable]
        pause = max([*recent, task.carried.get("pause", 0)]) * policy["backoff_factor"]
        pause = min(max(pause, policy["backoff"]), policy["backoff_most"])
        return Next(seconds_to(pause), {"pause": pause})

    def after_loss(self, task: Task) -> Next | None:
        """When it counts as inactive; never with the strategy "disabled"."""
        after = self.policy["inactive_after"]
        return None if after < 0 else Next(seconds_to(after), task.carried)

    def superfluous(self, current: Sequence[Task], count: int) -> list[Task]:
        """The youngest, unless the file says the oldest."""
        youngest = self.policy.get("kill", "YOUNGEST_FIRST") == "YOUNGEST_FIRST"
        return sorted(current, key=lambda task: (task.began, task.slot), reverse=youngest)[:count]


RULEBOOKS: dict[str, type[Rulebook]] = {"swarm": Swarm, "nomad": Nomad, "marathon": Marathon}
