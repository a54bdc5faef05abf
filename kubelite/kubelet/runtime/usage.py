"""What containers use: cpu as the kernel shares it out, and how much work each was given.

Nothing here happens by itself: work and rates of requests are noted when they change, and what
was used in a stretch of time is worked out when somebody asks. Models the parts of Linux cgroups
that are felt: cpu shares (by requests), the quota of a limit, and time throttled.
Cpu is in thousandths of a core, work in microseconds of one core, times are microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubelite.apimachinery.struct import Value
from kubelite.sim.clock import MILLISECOND, SECOND

RESOLUTION = 15 * SECOND
"""Single requests are added up in stretches of this length: those the metrics server looks at."""

CFS_PERIOD = 100 * MILLISECOND
"""The quota of a limit is given out anew after each period."""

KEPT = 4  # stretches
LONGEST_QUEUE = 10 * SECOND
MIN_SHARES = 2


class Usage(Value):
    """What one container used: thousandths of a core, and bytes.

    ``wanted`` is the cpu it would have used alone on a large machine; ``throttled`` the part of
    it that its own limit took away.
    """

    cpu: int
    memory: int
    wanted: int
    throttled: int


class Claim(NamedTuple):
    """What one container wants of a node's cpu, its limit (0 for none), and its request."""

    wanted: float
    limit: int
    request: int


# DOC: cpu-shares
def shared_out(capacity: float, claims: Sequence[Claim]) -> list[float]:
    """What each gets: all it wants if there is enough, else by cpu shares, nobody more than its
    limit. A ``capacity`` of 0 is a machine without bounds.
    """
    wanted = [min(c.wanted, c.limit) if c.limit else c.wanted for c in claims]
    if not capacity or sum(wanted) <= capacity:
        return wanted
    got = [0.0] * len(claims)
    hungry = [place for place, amount in enumerate(wanted) if amount > 0]
    left = capacity
    while hungry:
        weights = sum(_shares(claims[place]) for place in hungry)
        part = {place: left * _shares(claims[place]) / weights for place in hungry}
        content = [place for place in hungry if wanted[place] <= part[place]]
        if not content:
            for place in hungry:
                got[place] = part[place]
            break
        for place in content:
            got[place] = wanted[place]
            left -= wanted[place]
        hungry = [place for place in hungry if place not in content]
    return got


def _shares(claim: Claim) -> int:
    return max(claim.request * 1024 // 1000, MIN_SHARES)


class Meter:
    """The work one container was given: request by request, and as rates of requests."""

    __slots__ = ("_backlog", "_backlog_at", "_buckets", "_loads", "_rates")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self._loads: dict[int, float] = {}  # by the number of the load
        self._rates: list[tuple[int, float]] = []
        self._backlog = 0.0
        self._backlog_at = 0

    # Single requests

    def add(self, now: int, cost: int) -> None:
        """One request's work."""
        bucket = now // RESOLUTION
        if bucket not in self._buckets and len(self._buckets) >= KEPT:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[bucket] = self._buckets.get(bucket, 0) + cost

    # DOC: cfs-quota
    def throttled_for(self, now: int, cost: int, limit: int) -> int:
        """How long this work waits for its quota: what is beyond one period's is put off."""
        earned = (now - self._backlog_at) * limit / 1000
        self._backlog = max(0.0, self._backlog - earned) + cost
        self._backlog_at = now
        beyond = self._backlog - CFS_PERIOD * limit / 1000
        return int(beyond * 1000 / limit) if beyond > 0 else 0

    def worked(self, begin: int, end: int) -> int:
        """The work of single requests in this time, to the nearest stretch."""
        first, last = begin // RESOLUTION, (end - 1) // RESOLUTION
        return sum(self._buckets.get(bucket, 0) for bucket in range(first, last + 1))

    # Rates

    @property
    def rate(self) -> float:
        """Requests a second, now."""
        return self._rates[-1][1] if self._rates else 0.0

    @property
    def since(self) -> int:
        """When the rate last changed."""
        return self._rates[-1][0] if self._rates else 0

    def take(self, load: int, rate: float, now: int) -> None:
        """From now on this load sends so many requests a second."""
        if rate == self._loads.get(load, 0.0):
            return
        self._loads[load] = rate
        self._rates.append((now, sum(self._loads.values())))

    def mean_rate(self, begin: int, end: int) -> float:
        """Requests a second, on average."""
        total, until = 0.0, end
        for when, rate in reversed(self._rates):
            start = max(when, begin)
            if until > start:
                total += rate * (until - start)
                until = start
            if when <= begin:
                break
        return total / (end - begin) if end > begin else self.rate


# DOC: queueing-delay
def queueing_delay(cost: int, rate: float, allotted: float, overloaded_for: int) -> int:
    """How much longer an answer takes for those that come at the same time.

    ``allotted`` is the cpu for ``rate`` requests a second of ``cost`` each. With enough of it
    they wait as for a single counter with equal customers; with too little the queue grows for
    as long as that lasts, up to 10 s.
    """
    if allotted <= 0:
        return LONGEST_QUEUE
    service = cost * 1000 / min(allotted, 1000.0)
    load = rate * cost / (allotted * 1000)
    if load < 1:
        wait = service * load / (2 * (1 - load)) + service - cost
    else:
        wait = overloaded_for * (1 - 1 / load) + service
    return min(int(wait), LONGEST_QUEUE)
