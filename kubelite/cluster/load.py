"""Load: so many requests a second to a Service, as a rate and not one by one.

A load divides its rate among the ready endpoints, and again whenever these change; their programs
know the rate and use cpu for it. So an hour of Black Friday costs what changes in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import NamedTuple

from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.machines import World
from kubelite.dns.server import by_service
from kubelite.kubelet.runtime.container import Container
from kubelite.kubelet.runtime.network import Network
from kubelite.sim.clock import SECOND


class Totals(NamedTuple):
    """How many requests were sent, answered, and not answered: nobody was there, or too slow."""

    sent: int
    answered: int
    failed: int

    @property
    def success_rate(self) -> float:
        """The share of customers who got an answer; 1 when nobody asked."""
        return self.answered / self.sent if self.sent else 1.0


class Load:
    """A steady stream of requests to one Service. ``rate`` is requests a second."""

    def __init__(self, loads: Loads, number: int, key: str, port: str):
        self._loads = loads
        self._number = number
        self.key = key
        self.port = port
        self.rate = 0.0
        self._backends: tuple[Container, ...] = ()
        self._looking = False
        self._silent = 0  # endpoints that count as ready, where nobody listens
        self._since = loads.now
        self._sent = self._answered = 0.0

    @property
    def service(self) -> str:
        """The Service it goes to."""
        return self.key.partition("/")[2]

    @property
    def pods(self) -> dict[str, float]:
        """Requests a second by pod."""
        share = self._share()
        return {one.sandbox.config.name: share for one in self._backends}

    @property
    def capacity(self) -> float:
        """Requests a second for which the pods behind have cpu; infinite if they need none."""
        return sum((_capacity(one) for one in self._backends), 0.0)

    @property
    def page_seconds(self) -> float:
        """What one request costs the pods behind, in seconds of a core; 0 when nobody is there."""
        costs = [one.program.cpu_per_request for one in self._backends]
        return sum(costs) / len(costs) / SECOND if costs else 0.0

    @property
    def addresses(self) -> dict[str, float]:
        """Requests a second by the address of the pod that gets them."""
        share = self._share()
        return {one.sandbox.ip: share for one in self._backends}

    def set(self, rate: float) -> None:
        """Go on with so many requests a second."""
        if rate < 0:
            raise UsageError(f"{rate} requests a second: give 0 or more")
        self._loads.noted(self, rate)
        self._count()
        self.rate = rate
        self.spread()

    def stop(self) -> None:
        """No more requests."""
        self.set(0)

    def totals(self) -> Totals:
        """What has come of it so far."""
        self._count()
        sent, answered = round(self._sent), round(self._answered)
        return Totals(sent, answered, sent - answered)

    # DOC: load-spread
    def spread(self) -> None:
        """Divide the rate among the endpoints that are ready now."""
        self._count()
        now, before = self._loads.now, self._backends
        found = self._loads.backends(self.key, self.port) if self.rate else ()
        self._backends = tuple([one for one in found if one is not None])
        self._silent = len(found) - len(self._backends)
        if self._silent and not self._looking:
            self._looking = True
            self._loads.later(self._look_again)
        for gone in before:
            if gone not in self._backends:
                gone.metered().take(self._number, 0.0, now)
        for one in self._backends:
            one.metered().take(self._number, self._share(), now)
            one.runtime.accounts.crowded = True

    def _share(self) -> float:
        """Requests a second to each ready endpoint, whether anybody listens there or not."""
        endpoints = len(self._backends) + self._silent
        return self.rate / endpoints if endpoints else 0.0

    def _look_again(self) -> None:
        """Somebody may listen by now where nobody did: no endpoint tells of that."""
        self._looking = False
        self.spread()

    def _count(self) -> None:
        """Add up what has happened since the last change."""
        now = self._loads.now
        seconds = (now - self._since) / SECOND
        if seconds > 0 and self.rate:
            self._sent += self.rate * seconds
            share = self._share()
            for one in self._backends:
                well = one.answers(self._since, now)
                self._answered += _served(one, share) * self._lived(one) * well
        self._since = now

    def _lived(self, container: Container) -> float:
        """The seconds since the last change in which a container ran: it may have ended since."""
        until = self._loads.now if container.running else container.finished_at
        return max(until - self._since, 0) / SECOND

    def __repr__(self) -> str:
        totals = self.totals()
        return (
            f"<Load {self.rate:g}/s to service/{self.service}: {len(self._backends)} pods, "
            f"{totals.sent} sent, {totals.failed} failed>"
        )


def _served(container: Container, rate: float) -> float:
    """How many of so many requests a second a container answers with the cpu it gets, or got."""
    cost = container.program.cpu_per_request
    all_of_them = container.metered().rate * cost / 1000
    entitled = container.runtime.accounts.entitled(container) if cost else 0.0
    return rate * min(1.0, entitled / all_of_them) if all_of_them else rate


def _capacity(container: Container) -> float:
    """Requests a second that a container could answer with the cpu it may have."""
    cost = container.program.cpu_per_request
    return container.runtime.accounts.entitled(container) * 1000 / cost if cost else inf


class Loads:
    """All loads of a cluster; they hear of endpoints once there is a load."""

    def __init__(self, world: World):
        self._world = world
        self._loads: dict[tuple[str, str], Load] = {}
        self.noted: Callable[[Load, float], object] = lambda load, rate: None

    @property
    def now(self) -> int:
        """The moment."""
        return self._world.clock.now

    @property
    def network(self) -> Network:
        """Where containers are found by their addresses."""
        return self._world.network

    def on(self, namespace: str, service: str, port: str, rate: float) -> Load:
        """The load on a Service's port, at this rate from now on."""
        if not self._loads:
            slices = self._world.slices
            slices.on(add=self._changed, update=lambda _, new: self._changed(new))
            slices.on(delete=self._changed)
        key = f"{namespace}/{service}"
        port = self._port(key, port)
        load = self._loads.get((key, port))
        if load is None:
            load = self._loads[key, port] = Load(self, len(self._loads), key, port)
        load.set(rate)
        return load

    def __iter__(self) -> Iterator[Load]:
        """All loads, those that rest too, in the order in which they began."""
        return iter(self._loads.values())

    def _port(self, key: str, wanted: str) -> str:
        """The name of the Service's port that is meant."""
        service = self._world.services.informer.get(key)
        if service is None:
            raise UsageError(f"there is no service/{key.partition('/')[2]} to send requests to")
        for port in service.spec.ports:
            if wanted in ("", port.name, str(port.port)):
                return str(port.name)
        raise UsageError(f"service/{service.metadata.name} has no port {wanted!r}")

    def later(self, look: Callable[[], object]) -> None:
        """Look again in a second."""
        self._world.clock.after(SECOND, look)

    def backends(self, key: str, port: str) -> tuple[Container | None, ...]:
        """What listens behind each ready endpoint of a Service; None where nobody does."""
        found = []
        for held in self._world.slices.index("service", key):
            numbers = [known.port for known in held.ports if known.name == port and known.port]
            for endpoint in held.endpoints:
                if endpoint.conditions.ready is False or not numbers:
                    continue
                found.append(self.network.listening(endpoint.addresses[0], numbers[0]))
        return tuple(found)

    def _changed(self, held: EndpointSlice) -> None:
        keys = by_service(held)
        for (key, _), load in self._loads.items():
            if key in keys:
                load.spread()
