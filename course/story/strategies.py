"""The ways of running the shop, as a table, and those in which people do the work.

Servers stand in a fixed list of the load balancer. It gives each the same share of the customers,
whether it answers or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from course.story.day import Day
from course.story.ledger import Ledger, Losses, Sample
from course.story.parameters import Parameters
from course.story.queueing import Served, served
from course.story.team import Team
from course.story.traffic import (
    Arrivals,
    Hours,
    Trouble,
    arrivals,
    busiest,
    minutes_of,
    troubles_in,
)

CRASH_MINUTES = 1
"""A process that ends is started again by its machine; that works without any orchestrator."""


class Broken(NamedTuple):
    """A server in the list that answers nobody; ``heals`` is when it does by itself, or -1."""

    since: int
    what: str
    heals: int


class Shop:
    """A shop run by people. ``handwork`` is the minutes one more server costs."""

    name = "by hand"
    balancer = True

    def __init__(self, numbers: Parameters, seed: int, chaos: bool, hours: Hours):
        self.numbers = numbers
        self.team = Team(numbers)
        self.customers = arrivals(numbers, seed)
        self.waiting = troubles_in(numbers, seed, chaos, hours)
        self.servers = self.first()
        self.ordered = 0  # paid for, and not in the list yet
        self.broken: list[Broken] = []
        self.losses = Losses()
        self.now_rate = 0.0

    @property
    def handwork(self) -> float:
        """Minutes for one more server."""
        return self.numbers.server_minutes

    def first(self) -> int:
        """What stands ready at midnight."""
        return self.numbers.servers_for(busiest(self.numbers) * self.numbers.prepared)

    def run(self, hours: Hours) -> list[Sample]:
        """These hours of the day, minute by minute."""
        return [self._minute(minute, self.customers[minute]) for minute in minutes_of(hours)]

    def _minute(self, minute: int, came: Arrivals) -> Sample:
        self.now_rate = rate = came.requests / 60
        self._go_wrong(minute)
        self.team.step(minute)
        self._look(minute)
        each, sick = self.spread(rate)
        share = sick + (1 - sick) * each.lost
        lost = self.losses.of(came.orders, share)
        p50, p95, p99 = (each.latency(q) for q in (0.5, 0.95, 0.99))
        return Sample(
            hour=minute / 60,
            seconds=60,
            sent=came.requests,
            failed=came.requests * share,
            p50=p50,
            p95=p95,
            p99=p99,
            orders=came.orders,
            orders_lost=lost,
            per_hour=self.per_hour(),
            replicas=self.servers - len(self.broken),
            wanted=self.servers + self.ordered,
            nodes=self.machines(),
            busy=each.busy * (1 - sick) * self.servers / max(self.machines(), 1),
        )

    def spread(self, rate: float) -> tuple[Served, float]:
        """What a healthy server makes of its share, and the share that goes to broken ones."""
        numbers, listed = self.numbers, max(self.servers, 1)
        each = served(
            round(rate / listed, 2), numbers.prices.cores, numbers.cpu_seconds, numbers.patience
        )
        return each, min(len(self.broken) / listed, 1.0)

    def machines(self) -> int:
        """Servers paid for."""
        return self.servers + self.ordered

    def per_hour(self) -> float:
        """Dollars an hour for machines and the load balancer."""
        prices = self.numbers.prices
        fixed = prices.balancer_hour if self.balancer else 0.0
        return self.machines() * prices.server_hour + fixed

    # Trouble

    def _go_wrong(self, minute: int) -> None:
        self.broken = [one for one in self.broken if one.heals < 0 or one.heals > minute]
        while self.waiting and self.waiting[0].minute <= minute:
            self._hit(self.waiting.pop(0), minute)

    def _hit(self, one: Trouble, minute: int) -> None:
        if int(one.lot * self.servers) < len(self.broken):
            return  # it would have been one that is broken already
        heals = minute + CRASH_MINUTES if one.what == "crash container" else -1
        self.broken.append(Broken(minute, one.what, heals))

    def _noticed(self, minute: int) -> Broken | None:
        """Everything down is noticed by the alarm; one of several by customers' complaints."""
        numbers, down = self.numbers, len(self.broken) >= self.servers
        after = numbers.alarm_minutes if down else numbers.complaint_minutes
        for one in self.broken:
            if one.heals < 0 and minute - one.since >= after:
                return one
        return None

    def _repair(self, one: Broken) -> Callable[[int], None]:
        minutes = self.numbers.restart_minutes if one.what == "hang container" else self.handwork

        def done(minute: int) -> None:
            if one in self.broken:
                self.broken.remove(one)
            self.team.say(minute, f"a broken server is back ({one.what})")

        return lambda minute: self.team.busy_for(minute, minutes, done)

    # The team

    def _look(self, minute: int) -> None:
        """What the dashboard shows, and whether somebody is called."""
        team, wanted = self.team, self.numbers.servers_for(self.now_rate)
        busy = self.now_rate / (self.servers * self.numbers.server_rate)
        alarm, calm = team.sees(busy, wanted < self.servers)
        if not team.free:
            return
        if (one := self._noticed(minute)) is not None:
            team.call(minute, f"customers complain: {one.what}", self._repair(one))
        elif alarm:
            team.call(minute, f"alarm: servers are {busy:.0%} busy", self._grow)
        elif calm and team.at_work(minute):
            team.call(minute, "it has been quiet for long", self._shrink)

    def _grow(self, minute: int) -> None:
        """One server more, and another look, until there are enough."""
        if self.servers >= self.numbers.servers_for(self.now_rate):
            return
        self.ordered = 1

        def joins(minute: int) -> None:
            self.ordered = 0
            self.servers += 1
            self.team.say(minute, f"server {self.servers} is in the load balancer's list")
            self._grow(minute)

        self.team.busy_for(minute, max(self.handwork, self.numbers.boot_minutes), joins)

    def _shrink(self, minute: int) -> None:
        """One server less, and another look; not after hours."""
        spare = self.servers > self.numbers.servers_for(self.now_rate)
        if not spare or not self.team.at_work(minute):
            return

        def gone(minute: int) -> None:
            self.servers = max(self.servers - 1, 1)
            self.team.say(minute, f"{self.servers} servers left in the list")
            self._shrink(minute)

        self.team.busy_for(minute, self.numbers.removal_minutes, gone)


class Containers(Shop):
    """The application comes in containers; everything else is done by people."""

    name = "containers"

    @property
    def handwork(self) -> float:
        """Minutes for one more server: order it, docker run, edit the list."""
        return self.numbers.container_minutes


class OneServer(Shop):
    """One machine, made bigger when it is too small and away meanwhile; not made smaller."""

    name = "one server"
    balancer = False

    def __init__(self, numbers: Parameters, seed: int, chaos: bool, hours: Hours):
        super().__init__(numbers, seed, chaos, hours)
        self.size = self._size_for(self.servers)
        self.servers = 1
        self.away_until = -1

    def _size_for(self, servers: int) -> int:
        sizes = self.numbers.prices.sizes
        return next((size for size in sizes if size >= servers), sizes[-1])

    def spread(self, rate: float) -> tuple[Served, float]:
        """One machine with all its cores; nobody is served while it is away."""
        numbers = self.numbers
        cores = self.size * numbers.prices.cores
        each = served(round(rate, 2), cores, numbers.cpu_seconds, numbers.patience)
        return each, 1.0 if self.broken else 0.0

    def machines(self) -> int:
        """One machine counts for as many servers as it is large."""
        return self.size

    def _look(self, minute: int) -> None:
        team = self.team
        busy = self.now_rate / (self.size * self.numbers.server_rate)
        alarm, _ = team.sees(busy, False)
        if not team.free:
            return
        if (one := self._noticed(minute)) is not None:
            team.call(minute, f"the shop is down: {one.what}", self._repair(one))
        elif alarm and self._size_for(self.numbers.servers_for(self.now_rate)) > self.size:
            team.call(minute, f"alarm: the server is {busy:.0%} busy", self._grow)

    def _grow(self, minute: int) -> None:
        """Stop it, change its type, start it."""
        wanted = self._size_for(self.numbers.servers_for(self.now_rate))
        if wanted <= self.size:
            return
        minutes = self.numbers.bigger_minutes
        self.broken.append(Broken(minute, "made bigger", minute + round(minutes)))

        def back(minute: int) -> None:
            self.size = wanted
            cores = wanted * self.numbers.prices.cores
            self.team.say(minute, f"the server is back with {cores} cores")

        self.team.busy_for(minute, minutes, back)


def by_people(kind: type[Shop]) -> Callable[[Parameters, int, bool, Hours], Day]:
    """A strategy of the table from a shop of this kind."""

    def run(numbers: Parameters, seed: int, chaos: bool, hours: Hours) -> Day:
        shop = kind(numbers, seed, chaos, hours)
        ledger = Ledger(shop.run(hours), kind.name)
        return Day(kind.name, seed, numbers, ledger, shop.team.worked, tuple(shop.team.log))

    return run
