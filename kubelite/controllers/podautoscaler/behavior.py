"""How fast an autoscaler may go: recent recommendations, and policies of so many in a period.

Models normalizeDesiredReplicas, stabilizeRecommendation and their siblings of
``pkg/controller/podautoscaler/horizontal.go``. Times are microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import NamedTuple

from kubelite.api.autoscaling_v2 import DISABLED, MIN_CHANGE, PODS_POLICY, HPAScalingRules
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import MINUTE, SECOND

DOWNSCALE_STABILISATION = 5 * MINUTE
SCALE_UP_FACTOR = 2
SCALE_UP_MINIMUM = 4

LOWER = (
    "recent recommendations were lower than current one, applying the lowest recent recommendation"
)
HIGHER = (
    "recent recommendations were higher than current one, "
    "applying the highest recent recommendation"
)


class Recommendation(Value):
    """What the metrics asked for, and when."""

    replicas: int
    when: int


class ScaleEvent(Value):
    """By how many it grew or shrank (always positive), and when."""

    change: int
    when: int


class Outcome(NamedTuple):
    """A number of replicas, and the reason and message of the condition that explains it."""

    replicas: int
    reason: str
    message: str


WITHIN = ("DesiredWithinRange", "the desired count is within the acceptable range")
TOO_MANY = (
    "TooManyReplicas",
    "the desired replica count is more than the maximum replica count",
)
TOO_FEW = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
UP_LIMIT = (
    "ScaleUpLimit",
    "the desired replica count is increasing faster than the maximum scale rate",
)
DOWN_LIMIT = (
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
)


class Memory:
    """What an autoscaler remembers: recommendations, and how it has grown and shrunk."""

    def __init__(self) -> None:
        self.recommendations: list[Recommendation] = []
        self.ups: list[ScaleEvent] = []
        self.downs: list[ScaleEvent] = []

    def begin(self, replicas: int, now: int) -> None:
        """The size at the first look counts as a recommendation."""
        if not self.recommendations:
            self.recommendations.append(Recommendation(replicas, now))

    def recommend(self, replicas: int, now: int, oldest: int) -> None:
        """Remember a recommendation, in the place of one older than ``oldest`` if there is one."""
        old = [i for i, known in enumerate(self.recommendations) if known.when < oldest]
        if old:
            self.recommendations[old[-1]] = Recommendation(replicas, now)
        else:
            self.recommendations.append(Recommendation(replicas, now))

    def scaled(self, before: int, after: int, rules: HPAScalingRules, now: int) -> None:
        """Remember a change for as long as the longest period of the rules."""
        events = self.ups if after > before else self.downs
        longest = max((policy.period_seconds for policy in rules.policies), default=0)
        event = ScaleEvent(abs(after - before), now)
        old = [i for i, known in enumerate(events) if known.when < now - longest * SECOND]
        if old:
            events[old[-1]] = event
        else:
            events.append(event)


# DOC: hpa-stabilise
def stabilised(memory: Memory, desired: int, now: int) -> int:
    """Without rules: the highest recommendation of the last five minutes."""
    cutoff = now - DOWNSCALE_STABILISATION
    recent = [known.replicas for known in memory.recommendations if known.when >= cutoff]
    memory.recommend(desired, now, cutoff)
    return max([desired, *recent])


def limited(current: int, desired: int, least: int, most: int) -> Outcome:
    """Without rules: between the limits, and at most twice as many at a time, or four."""
    factor = max(SCALE_UP_FACTOR * current, SCALE_UP_MINIMUM)
    ceiling, why = (factor, UP_LIMIT) if most > factor else (most, TOO_MANY)
    if desired < least:
        return Outcome(least, *TOO_FEW)
    if desired > ceiling:
        return Outcome(ceiling, *why)
    return Outcome(desired, *WITHIN)


def stabilised_by_rules(
    memory: Memory, current: int, desired: int, up: HPAScalingRules, down: HPAScalingRules, now: int
) -> Outcome:
    """With rules: the lowest of the window for growing, the highest of that for shrinking."""
    lowest = highest = desired
    up_cutoff, down_cutoff = now - _window(up, 0), now - _window(down, DOWNSCALE_STABILISATION)
    for known in memory.recommendations:
        if known.when > up_cutoff:
            lowest = min(lowest, known.replicas)
        if known.when > down_cutoff:
            highest = max(highest, known.replicas)
    memory.recommend(desired, now, min(up_cutoff, down_cutoff))
    replicas = min(max(current, lowest), highest)
    if desired >= current:
        return Outcome(replicas, "ScaleUpStabilized", LOWER)
    return Outcome(replicas, "ScaleDownStabilized", HIGHER)


def _window(rules: HPAScalingRules, default: int) -> int:
    seconds = rules.stabilization_window_seconds
    return default if seconds is None else seconds * SECOND


# DOC: hpa-rate
def limited_by_rules(
    memory: Memory,
    current: int,
    desired: int,
    least: int,
    most: int,
    up: HPAScalingRules,
    down: HPAScalingRules,
    now: int,
) -> Outcome:
    """With rules: between the limits, and as fast as the policies allow."""
    if desired > current:
        limit = max(scale_up_limit(current, memory, up, now), current)
        ceiling, why = (limit, UP_LIMIT) if most > limit else (most, TOO_MANY)
        if desired > ceiling:
            return Outcome(ceiling, *why)
    elif desired < current:
        limit = min(scale_down_limit(current, memory, down, now), current)
        floor, why = (limit, DOWN_LIMIT) if least < limit else (least, TOO_FEW)
        if desired < floor:
            return Outcome(floor, *why)
    return Outcome(desired, *WITHIN)


def scale_up_limit(current: int, memory: Memory, rules: HPAScalingRules, now: int) -> int:
    """The most replicas that the policies allow now."""
    return _limit(current, memory, rules, now, _grown, max, min)


def scale_down_limit(current: int, memory: Memory, rules: HPAScalingRules, now: int) -> int:
    """The fewest replicas that the policies allow now."""
    return _limit(current, memory, rules, now, _shrunk, min, max)


def _limit(
    current: int,
    memory: Memory,
    rules: HPAScalingRules,
    now: int,
    proposed: Callable[[int, str, int], int],
    farthest: Callable[[list[int]], int],
    nearest: Callable[[list[int]], int],
) -> int:
    """What one of the policies allows: the largest change, or the smallest if the rules say so."""
    if rules.select_policy == DISABLED:
        return current
    proposals = []
    for policy in rules.policies:
        since = now - policy.period_seconds * SECOND
        begin = current - _changes(memory.ups, since) + _changes(memory.downs, since)
        proposals.append(proposed(begin, policy.type, policy.value))
    return nearest(proposals) if rules.select_policy == MIN_CHANGE else farthest(proposals)


def _grown(begin: int, kind: str, value: int) -> int:
    return begin + value if kind == PODS_POLICY else ceil(begin * (1 + value / 100))


def _shrunk(begin: int, kind: str, value: int) -> int:
    return begin - value if kind == PODS_POLICY else int(begin * (1 - value / 100))


def _changes(events: Sequence[ScaleEvent], since: int) -> int:
    return sum(event.change for event in events if event.when > since)
