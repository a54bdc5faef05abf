"""One machine's accounts: what its containers use, and who waits because of whom.

Worked out from what the meters have noted (``usage``), at the moment somebody asks.
Models what cadvisor reads from cgroups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kubelite.kubelet.runtime.usage import Claim, Usage, queueing_delay, shared_out
from kubelite.sim.clock import Clock

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.container import Container

CROWDING = 100
"""A program that wants so much cpu for itself may make it short for others."""

UNBOUNDED = 1e9
"""The cpu of a machine without bounds."""


class Accounts:
    """The accounts of a machine with so many ``cores`` (thousandths; 0 for no bounds).

    ``crowded``: cpu may be short, for somebody has asked for much of it.
    """

    def __init__(self, clock: Clock, containers: Mapping[str, Container], cores: int):
        self._clock = clock
        self._containers = containers
        self.cores = cores
        self.crowded = False
        self._memory = 0
        self._growing: dict[str, Container] = {}

    def began(self, container: Container) -> None:
        """A container has started."""
        program = container.program
        if program.cpu >= CROWDING:
            self.crowded = True
        if container.running:
            self.holds(container, program.memory)
            if program.grows:
                self._growing[container.id] = container

    def holds(self, container: Container, memory: int) -> None:
        """A container uses so many bytes from now on."""
        self._memory += memory - container.memory
        container.memory = memory

    def ended(self, container: Container) -> None:
        """Its process has ended: its memory is free."""
        self._memory -= container.memory
        container.memory = 0
        self._growing.pop(container.id, None)

    # DOC: memory-in-use
    def memory_in_use(self) -> int:
        """Bytes in use now: what is known of each, and of those that grow what they use now."""
        if not self._growing:
            return self._memory
        grown = [one.memory_used() - one.memory for one in self._growing.values()]
        return self._memory + sum(grown)

    def usage(self, begin: int, end: int) -> dict[str, dict[str, Usage]]:
        """What each running container used on average, by its pod's uid and its own name."""
        running = self._running(end)
        claims = [_claim(one, max(begin, one.started_at), end) for one in running]
        found: dict[str, dict[str, Usage]] = {}
        for one, claim, got in zip(running, claims, shared_out(self.cores, claims), strict=True):
            beyond = max(claim.wanted - claim.limit, 0) if claim.limit else 0
            memory = one.memory_used()
            used = Usage(round(got), memory, round(claim.wanted), round(beyond))
            found.setdefault(one.sandbox.config.uid, {})[one.config.name] = used
        return found

    def entitled(self, container: Container) -> float:
        """The cpu that a container would get now if it wanted all it may have.

        Of one that has ended it is only known what it might have had.
        """
        now, limit = self._clock.now, container.config.cpu_limit
        if not self.cores or not container.running:
            return float(limit or self.cores) or UNBOUNDED
        running = self._running(now)
        claims = [_claim(one, now, now) for one in running]
        place = running.index(container)
        claims[place] = claims[place]._replace(wanted=limit or self.cores)
        return shared_out(self.cores, claims)[place]

    def queueing(self, container: Container, cost: int) -> int:
        """How much longer a request takes because of all the others."""
        meter, now = container.metered(), self._clock.now
        return queueing_delay(cost, meter.rate, self.entitled(container), now - meter.since)

    def _running(self, before: int) -> list[Container]:
        found = self._containers.values()
        return [one for one in found if one.running and one.started_at <= before]


def _claim(one: Container, begin: int, end: int) -> Claim:
    meter, config = one.meter, one.config
    wanted = one.cpu_wanted(meter.mean_rate(begin, end) if meter else 0.0)
    if meter is not None and end > begin:
        wanted += meter.worked(begin, end) * 1000 / (end - begin)
    return Claim(wanted, config.cpu_limit, config.cpu_request)
