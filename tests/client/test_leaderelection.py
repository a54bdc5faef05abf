"""Racing for a lease. The tables are upstream's: client-go/tools/leaderelection/
leaderelection_test.go (testTryAcquireOrRenew, testReleaseLease).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubelite.api.coordination_v1 import Lease, LeaseSpec
from kubelite.api.core_v1 import Namespace
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import API, Postponed, Request, Response, Watch, WatchEvent
from kubelite.apimachinery.scheme import Scheme
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import MicroTime
from kubelite.client import Client, EventRecorder
from kubelite.client.leaderelection import LEASES, LeaderElector
from kubelite.controllers.manager import UNREACHABLE
from kubelite.sim.chance import Chance
from kubelite.sim.clock import FOREVER, SECOND
from tests.client.conftest import Bench


class Race:
    """Candidates called baz and bing, and what befell them."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.log: list[str] = []
        bench.ask("create", Namespace(metadata=ObjectMeta(name="kube-system")))

    def candidate(self, identity: str) -> LeaderElector:
        client = Client(self.bench.server, self.bench.clock, identity)
        return LeaderElector(
            client,
            EventRecorder(client, "kube-scheduler"),
            "kube-scheduler",
            identity,
            Chance(7),
            lambda: self.log.append(f"{identity} leads"),
            lambda: self.log.append(f"{identity} retires"),
        )

    @property
    def lease(self) -> Lease:
        found: Lease = self.bench.server.find(LEASES, "kube-system", "kube-scheduler")
        return found

    def hold(self, holder: str | None, transitions: int = 0) -> None:
        spec = LeaseSpec(
            holder_identity=holder,
            lease_duration_seconds=15,
            lease_transitions=transitions,
            renew_time=MicroTime(self.bench.clock.now),
        )
        lease = Lease(metadata=ObjectMeta(name="kube-scheduler", namespace="kube-system"))
        self.ask("create", replace(lease, spec=spec))

    def ask(self, verb: str, lease: Lease) -> None:
        request = Request(verb, LEASES, "kube-system", "kube-scheduler", body=lease)
        self.bench.server.handle(request).unwrap()

    def events(self) -> list[str]:
        return [event.message for event in self.bench.server.all("events")]


@pytest.fixture
def race(bench: Bench) -> Race:
    return Race(bench)


def test_acquire_from_no_object(race: Race) -> None:
    baz = race.candidate("baz")
    baz.start()
    race.bench.wait(100)
    spec = race.lease.spec
    assert (spec.holder_identity, spec.lease_duration_seconds) == ("baz", 15)
    assert spec.lease_transitions == 0 and spec.acquire_time == spec.renew_time
    assert race.log == ["baz leads"] and race.events() == ["baz became leader"]


@pytest.mark.parametrize(
    ("holder", "wait", "expected", "transitions"),
    [
        ("bing", 14, "bing", 0),  # seen to be led, and not yet expired
        ("bing", 25, "baz", 1),  # not renewed since it was first seen
        (None, 1, "baz", 1),  # led by nobody
        ("baz", 1, "baz", 0),  # already mine
    ],
)
def test_acquire(
    race: Race, holder: str | None, wait: int, expected: str, transitions: int
) -> None:
    race.hold(holder)
    race.bench.wait(3_000)  # how long ago it was renewed says nothing: only what one sees counts
    race.candidate("baz").start()
    race.bench.wait(wait * 1_000)
    spec = race.lease.spec
    assert (spec.holder_identity, spec.lease_transitions) == (expected, transitions)


def test_the_holder_renews_every_two_seconds_and_keeps_the_time_of_taking(race: Race) -> None:
    race.candidate("baz").start()
    race.bench.wait(100)
    first = race.lease.spec
    race.bench.wait(10_000)
    now = race.lease.spec
    assert now.acquire_time == first.acquire_time
    assert (now.renew_time or 0) - (first.renew_time or 0) == pytest.approx(10 * SECOND, abs=SECOND)
    assert now.lease_transitions == 0


def test_another_one_takes_over_when_the_lease_has_run_out(race: Race) -> None:
    baz, bing = race.candidate("baz"), race.candidate("bing")
    baz.start()
    race.bench.wait(100)
    bing.start()
    race.bench.wait(30_000)
    assert race.log == ["baz leads"] and bing.leader == "baz"
    baz.stop()
    race.bench.wait(12_000)
    assert race.log == ["baz leads", "baz retires"]
    race.bench.wait(8_000)
    assert race.log == ["baz leads", "baz retires", "bing leads"]
    assert race.lease.spec.lease_transitions == 1


def test_who_gives_the_lease_back_lets_the_next_one_start_at_once(race: Race) -> None:
    baz, bing = race.candidate("baz"), race.candidate("bing")
    baz.start()
    race.bench.wait(100)
    bing.start()
    race.bench.wait(5_000)
    baz.stop(release=True)
    race.bench.wait(10)
    assert race.lease.spec.holder_identity is None
    race.bench.wait(4_500)
    assert bing.is_leader and race.log[-1] == "bing leads"


def test_who_cannot_renew_stops_before_anybody_else_may_start(race: Race) -> None:
    baz, bing = race.candidate("baz"), race.candidate("bing")
    baz.start()
    race.bench.wait(100)
    bing.start()
    race.bench.wait(3_000)
    since = race.bench.clock.now
    lost = baz._client.api
    baz._client.api = UNREACHABLE
    while race.log[-1] == "baz leads":
        race.bench.wait(100)
    assert 10 * SECOND <= race.bench.clock.now - since < 15 * SECOND
    race.bench.wait(8_000)
    assert race.log == ["baz leads", "baz retires", "bing leads"]
    baz._client.api = lost
    race.bench.wait(5_000)
    assert baz.leader == "bing"


def test_who_hears_nothing_stops_before_anybody_else_may_start(race: Race) -> None:
    """Found by seed 0 of three control planes: a reply took ten seconds, and two of them led."""
    baz, bing = race.candidate("baz"), race.candidate("bing")
    baz.start()
    race.bench.wait(100)
    bing.start()
    race.bench.wait(3_000)
    baz._client.api = Silent(race.bench.server)
    race.bench.wait(12_000)
    assert race.log == ["baz leads", "baz retires"]
    race.bench.wait(8_000)
    assert race.log == ["baz leads", "baz retires", "bing leads"]


class Silent:
    """A server from which no answer comes back."""

    def __init__(self, server: API):
        self._server = server

    @property
    def scheme(self) -> Scheme:
        return self._server.scheme

    def handle(self, request: Request) -> Response:
        raise Postponed(FOREVER, Response(503))

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        raise NotImplementedError
