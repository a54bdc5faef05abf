"""The orchestrator's rules, reckoned minute by minute without a cluster: for many runs in a row.

A day of the real thing takes seconds; this one takes milliseconds, so that a sensitivity figure
can try hundreds. It knows the autoscaler's formula with its tolerance and hesitation, how long
pods and machines take to start, and how long a hanging container keeps its place. A test holds
it to the cluster's day.
"""

from __future__ import annotations

from collections import deque
from math import ceil

from course.story.day import Day
from course.story.ledger import Ledger, Losses, Sample
from course.story.parameters import Parameters
from course.story.queueing import served
from course.story.traffic import Arrivals, Hours, arrivals, minutes_of, troubles_in, upkeep

NAME = "orchestrator, reckoned"
LEAST = 2
TOLERANCE = 0.1
"""The horizontal pod autoscaler leaves things alone within 10 % of its target."""

HESITATION = 5
"""Minutes for which the largest recent answer counts before it scales down."""

UNNEEDED = 10
"""Minutes for which a machine is hardly used before the cluster autoscaler takes it."""

SICK = 1.5
"""Minutes for which a hanging container is served customers or starts again: three failed probes of
10 s; it leaves the Service then, and is started again 30 s later."""

AWAY = 6
"""Minutes until pods of a dead machine are replaced: 50 s of silence and 300 s of toleration. They
leave the Service after the first of these."""


class Sketch:
    """Replicas and machines as numbers."""

    def __init__(self, numbers: Parameters):
        self.numbers = numbers
        self.ready = self.wanted = LEAST
        self.machines = LEAST
        self.booting: list[int] = []  # minutes at which machines are there
        self.recent: deque[int] = deque(maxlen=HESITATION)
        self.spare_for = 0
        self.sick: list[tuple[int, float]] = []  # until when, and how many pods

    def minute(self, minute: int, rate: float) -> None:
        """What the autoscalers do in a minute, having seen ``rate`` requests a second."""
        cores = self.numbers.prices.cores
        busy = min(rate * self.numbers.cpu_seconds / max(self.ready, 1), 1.0)
        ratio = busy / self.numbers.target
        wanted = self.ready if abs(ratio - 1) <= TOLERANCE else ceil(self.ready * ratio - 1e-9)
        most = int(self.numbers.most_servers) * cores
        self.recent.append(max(LEAST, min(wanted, most)))
        self.wanted = max(self.recent) if wanted < self.wanted else self.recent[-1]
        self._machines(minute, cores)
        self.ready = min(self.wanted, self.machines * cores)

    def _machines(self, minute: int, cores: int) -> None:
        there = [when for when in self.booting if when <= minute]
        self.machines += len(there)
        self.booting = [when for when in self.booting if when > minute]
        needed = max(ceil(self.wanted / cores), LEAST)
        missing = min(needed, int(self.numbers.most_servers)) - self.machines - len(self.booting)
        self.booting += [minute + ceil(self.numbers.boot_minutes + 0.5)] * max(missing, 0)
        least = max(self.wanted, LEAST)  # pods are spread, and a machine goes when it is empty
        self.spare_for = self.spare_for + 1 if self.machines > least else 0
        if self.spare_for > UNNEEDED:
            self.machines, self.spare_for = least, 0

    @property
    def paid(self) -> int:
        """Machines paid for: from the order on."""
        return self.machines + len(self.booting)

    def hit(self, minute: int, what: str) -> None:
        """Trouble with one pod, or with a machine and all on it."""
        if what == "hang container":
            self.sick.append((minute, 0.5))
        elif what == "kill node":
            pods = self.ready / max(self.machines, 1)
            self.sick.append((minute, pods * 50 / 60))


def run(numbers: Parameters, seed: int, chaos: bool, hours: Hours) -> Day:
    """The day."""
    state, losses, prices = Sketch(numbers), Losses(), numbers.prices
    coming = troubles_in(numbers, seed, chaos, hours)
    fixed = prices.balancer_hour + prices.control_plane_hour
    samples = []
    customers = arrivals(numbers, seed)
    for minute in minutes_of(hours):
        came = customers[minute]
        while coming and coming[0].minute <= minute:
            state.hit(minute, coming.pop(0).what)
        samples.append(_sample(state, minute, came, numbers, losses, fixed))
        state.minute(minute, came.requests / 60)
    return Day(NAME, seed, numbers, Ledger(samples, NAME), upkeep(numbers, hours))


def _sample(
    state: Sketch, minute: int, came: Arrivals, numbers: Parameters, losses: Losses, fixed: float
) -> Sample:
    rate = came.requests / 60
    each = served(round(rate / state.ready, 2), 1, numbers.cpu_seconds, numbers.patience)
    lost_pods = sum(pods for since, pods in state.sick if since == minute)
    sick = min(lost_pods / state.ready, 1.0)
    share = sick + (1 - sick) * each.lost
    return Sample(
        hour=minute / 60,
        seconds=60,
        sent=came.requests,
        failed=came.requests * share,
        p50=each.latency(0.5),
        p95=each.latency(0.95),
        p99=each.latency(0.99),
        orders=came.orders,
        orders_lost=losses.of(came.orders, share),
        per_hour=state.paid * numbers.prices.server_hour + fixed,
        replicas=state.ready,
        wanted=state.wanted,
        nodes=state.paid,
        busy=rate * (1 - share) / (state.paid * numbers.server_rate),
    )
