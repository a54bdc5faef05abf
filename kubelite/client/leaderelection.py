"""Leader election: of several copies of a component one works, the others stand by.

They race for a Lease. Whoever holds it renews it all the time; when it has not been renewed for
its whole duration, by the watch of the one who looks, another takes it. So two may think for a
moment that they lead, but never for longer than the clocks of the copies differ.
Models client-go/tools/leaderelection and its resourcelock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.coordination_v1 import Lease, LeaseSpec
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Response
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import MicroTime
from kubelite.client.client import Client
from kubelite.client.events import NORMAL, EventRecorder
from kubelite.sim.chance import Chance
from kubelite.sim.clock import SECOND, Timer

LEASES = "leases.coordination.k8s.io"
JITTER_FACTOR = 1.2


class Terms(Value):
    """How long a lease holds, how long its holder tries to renew it, and how often anybody tries.

    Microseconds; the defaults of kube-controller-manager and kube-scheduler.
    """

    lease_duration: int = 15 * SECOND
    renew_deadline: int = 10 * SECOND
    retry_period: int = 2 * SECOND


DEFAULT_TERMS = Terms()


class LeaderElector:
    """One candidate. ``on_started`` runs when it has won, ``on_stopped`` when it has lost.

    ``identity`` must be nobody else's.
    """

    def __init__(
        self,
        client: Client,
        recorder: EventRecorder,
        name: str,
        identity: str,
        chance: Chance,
        on_started: Callable[[], object],
        on_stopped: Callable[[], object],
        namespace: str = "kube-system",
        terms: Terms = DEFAULT_TERMS,
    ):
        self.identity = identity
        self._client = client
        self._clock = client.clock
        self._recorder = recorder
        self._meta = ObjectMeta(name=name, namespace=namespace)
        self._chance = chance
        self._on_started = on_started
        self._on_stopped = on_stopped
        self._terms = terms
        self._lease: Lease | None = None  # as this candidate last saw it
        self._seen = 0  # when the record in it was last seen to change
        self._leads = False  # and works
        self._life = 0
        self._timer: Timer | None = None
        self._deadline: Timer | None = None  # of the renewal under way

    @property
    def leader(self) -> str:
        """The identity of the last leader this candidate has seen, or nothing."""
        return (self._lease and self._lease.spec.holder_identity) or ""

    @property
    def is_leader(self) -> bool:
        """Whether this candidate thinks that it leads."""
        return self.leader == self.identity

    def start(self) -> None:
        """Begin to race."""
        self._life += 1
        self._lease = None
        self._try()

    def stop(self, release: bool = False) -> None:
        """Stop racing, and working; with ``release`` the next one need not wait."""
        self._life += 1
        for timer in (self._timer, self._deadline):
            if timer:
                timer.cancel()
        self._deadline = None
        if release and self.is_leader and self._lease is not None:
            now = MicroTime(self._clock.now)
            freed = LeaseSpec(
                lease_duration_seconds=1,
                acquire_time=now,
                renew_time=now,
                lease_transitions=self._lease.spec.lease_transitions,
            )
            self._client.update(replace(self._lease, spec=freed))
        if self._leads:
            self._leads = False
            self._on_stopped()

    # One attempt

    # DOC: leader-election
    def _try(self) -> None:
        """Renew what is mine; take what is nobody's, or has not been renewed for too long."""
        self._timer = None
        if self._leads and self._deadline is None:
            self._deadline = self._clock.after(self._terms.renew_deadline, self._too_late)
        if self.is_leader and self._valid() and self._lease is not None:
            self._write(self._lease)
            return
        self._look()

    def _look(self) -> None:
        """The slow way: read the lease first."""
        try:
            found: Lease = self._client.get(LEASES, self._meta.name, self._meta.namespace)
        except StatusError as error:
            if error.code == 404:
                self._client.create(Lease(metadata=self._meta, spec=self._mine(None)), self._then())
            else:
                self._over(False)
            return
        if self._lease is None or found.spec != self._lease.spec:
            self._observe(found)
        self._lease = found
        if self.leader and self._valid() and not self.is_leader:
            self._over(False)
        else:
            self._write(found)

    def _valid(self) -> bool:
        spec = self._lease.spec if self._lease else LeaseSpec()
        return self._seen + (spec.lease_duration_seconds or 0) * SECOND > self._clock.now

    def _observe(self, lease: Lease) -> None:
        self._lease = lease
        self._seen = self._clock.now

    def _mine(self, held: LeaseSpec | None) -> LeaseSpec:
        """The record of this candidate as holder, after ``held``."""
        now = MicroTime(self._clock.now)
        acquired, transitions = now, 0
        if held is not None:
            same = held.holder_identity == self.identity
            acquired = (held.acquire_time if same else None) or now
            transitions = (held.lease_transitions or 0) + (not same)
        return LeaseSpec(
            holder_identity=self.identity,
            lease_duration_seconds=self._terms.lease_duration // SECOND,
            acquire_time=acquired,
            renew_time=now,
            lease_transitions=transitions,
        )

    def _write(self, lease: Lease) -> None:
        fast = self.is_leader and self._valid()
        mine = replace(lease, spec=self._mine(lease.spec))
        self._client.update(mine, self._then(fast))

    def _then(self, fast: bool = False) -> Callable[[Response], None]:
        life = self._life

        def answered(response: Response) -> None:
            if life != self._life:
                return
            if response.ok:
                self._observe(response.body)
                self._over(True)
            elif fast:
                self._look()
            else:
                self._over(False)

        return answered

    # After an attempt

    def _over(self, won: bool) -> None:
        if won:
            self._won()
        elif self._leads:
            self._again(self._terms.retry_period)
        else:
            stream = f"leaderelection/{self.identity}"
            self._again(self._chance.jitter(self._terms.retry_period, JITTER_FACTOR, stream))

    def _won(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if not self._leads:
            self._leads = True
            self._say("became leader")
            self._on_started()
        self._again(self._terms.retry_period)

    def _too_late(self) -> None:
        """It could not renew: somebody else may lead soon, so stop, whatever may still be heard."""
        self._life += 1
        if self._timer:
            self._timer.cancel()
        self._deadline = None
        self._leads = False
        self._say("stopped leading")
        self._on_stopped()
        self._again(self._terms.retry_period)  # the process ends, and is started again

    def _again(self, delay: int) -> None:
        self._timer = self._clock.after(delay, self._try)

    def _say(self, what: str) -> None:
        about: Any = self._lease
        self._recorder.event(about, NORMAL, "LeaderElection", f"{self.identity} {what}")
