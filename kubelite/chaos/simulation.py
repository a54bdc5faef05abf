"""One seed: a cluster, a workload, trouble; then peace, and a look at what is left.

Safety: while things go wrong every write is held against the invariants. Liveness: then nothing
goes wrong any more, and within ``RECOVERY`` the cluster must be what it was asked to be, stay so,
and fall silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from kubelite.apimachinery.rest import Request, Response
from kubelite.chaos import accidents, situations
from kubelite.chaos.acting import UNDONE, Scenario, Wait
from kubelite.chaos.difference import Expected, expected, outcome
from kubelite.chaos.faults import FAULTS, FORGOTTEN
from kubelite.chaos.invariants_of_history import LEASES
from kubelite.chaos.plan import MOMENT, REQUEST, Injected, Plan
from kubelite.chaos.replay import Replay
from kubelite.chaos.rest import AT_LAST, AT_REST, writes_since
from kubelite.chaos.scenarios import SCENARIOS
from kubelite.chaos.small import SMALL
from kubelite.chaos.watching import Violation, Watchman
from kubelite.chaos.wire import FaultyWiring, Wire
from kubelite.cluster import Cluster
from kubelite.cluster.collecting import rare_collections
from kubelite.cluster.story import Story
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController
from kubelite.etcd.backend import CompactedError
from kubelite.sim.clock import MINUTE, SECOND, HotLoopError, Timer

RECOVERY = 20 * MINUTE
"""How long a cluster may take to put everything right: back-offs end after five minutes, a node
is given up after five, and they may have to wait for each other."""

SILENCE = 5 * MINUTE
"""How long nothing but signs of life may be written once everything is right."""

STALE = 150 * SECOND
"""What is put right by time alone: a request that got no answer is made again after 20 s, and a
DisruptionTarget that came to nothing is cleared after two minutes."""

LOOK = 15 * SECOND
"""Between two looks whether all is right. What is not by ``RECOVERY`` may need a resync: a pod
that was created and gone between two lists is waited for in vain, as upstream."""

MARGIN = 3 * SECOND
"""How late the reply to a renewal may be: a lease holds 15 s, and after the reply its holder waits
2 s, and tries for 10 s."""

CALM_SEEDS = (0, 1, 2)
"""Whatever they do not agree on is chance."""


class Chaos:
    """What goes wrong in one cluster, as faults and accidents need it."""

    wire: Wire

    def __init__(
        self,
        seed: int,
        scenario: Scenario,
        only: Iterable[Injected] | None,
        controllers: tuple[type[ManagedController], ...],
        crash_after: int,
    ):
        self.plan = Plan(seed, FAULTS, only)
        self.wiring = FaultyWiring(self)
        self.controllers = frozenset(kind.name for kind in controllers)
        self.faults: list[Injected] = []
        self.situations: Counter[str] = Counter()
        self.stopped: dict[str, int] = {}  # process -> when
        self._single = scenario.control_planes == 1
        self._repairs: dict[Timer, Callable[[], object]] = {}
        self._crash_after = crash_after
        self._controllers_wrote = 0
        self._choice = self.plan.stream("choice")
        self.cluster = Cluster(
            scenario.nodes,
            seed,
            controllers=controllers,
            control_planes=scenario.control_planes,
            wiring=self.wiring,
        )
        self.clock = self.cluster.clock
        self.start = self.clock.now
        self.duration = scenario.seconds * SECOND
        self.watchman = self.wiring.witness.watchman = Watchman(self.cluster, self.reach)

    def begin(self) -> None:
        """From now on things go wrong."""
        self.wire.active = True
        for fault in FAULTS:
            if fault.point == MOMENT:
                for injected in self.plan.moments(fault, self.cluster.workers, self.duration):
                    when = self.start + injected.when
                    self.clock.at(when, self._moment, injected)

    def _moment(self, injected: Injected) -> None:
        if self.wire.active:
            self.inject(injected, injected.where)

    def end(self) -> None:
        """Nothing goes wrong any more, and whatever is broken is repaired at once."""
        self.wire.heal()
        for timer, repair in tuple(self._repairs.items()):
            if timer.pending:
                timer.cancel()
                repair()
        self._repairs.clear()

    # For faults

    def inject(self, found: Injected, at: Any) -> Any:
        """Let one fault happen."""
        self.faults.append(found._replace(when=self.clock.now - self.start))
        if found.point == MOMENT:
            self._choice = self.plan.stream(f"choice/{found.fault}/{found.nth}")
        return self.plan.table[found.fault].inject(self, at, found.amount)

    def choose(self, count: int) -> int:
        """One of so many."""
        return int(self._choice.random() * count)

    def reach(self, situation: str) -> None:
        """Something worth counting has come about."""
        self.situations[situation] += 1

    def resync(self) -> bool:
        """Whether somebody waits in vain for what came and went between two lists.

        Then the look at everything that comes every 12 to 24 hours comes now.
        """
        manager = self.cluster._control_plane.controllers
        held = [getattr(one, "expectations", None) for one in manager.controllers.values()]
        waiting = any(expectations.waiting() for expectations in held if expectations)
        listed = any(
            found.fault == FORGOTTEN and str(found.where).startswith(accidents.MANAGER)
            for found in self.faults
        )
        if waiting and listed:
            manager.resync()
        return waiting and listed

    def later(self, delay: int, repair: Callable[[], object]) -> None:
        """Repair something after a while, or when all trouble ends."""
        self._repairs[self.clock.after(delay, repair)] = repair

    def compact(self) -> None:
        """Let the store forget its history."""
        store = self.cluster.store
        if store.revision > store.compacted:
            store.compact(store.revision)

    def unknown(self, request: Request, response: Response) -> None:
        """What has been done is unknown to the one who asked for it."""
        if request.component in self.controllers:
            self.watchman.replay.disturbed = True
        if request.subresource == "binding":
            self.watchman.replay.doubted[f"{request.namespace}/{request.name}"] = self.clock.now
        if response.ok and request.subresource == "binding":
            self.reach("a bind was done and nobody heard of it")

    def late(self, request: Request, amount: int) -> None:
        """A request or its reply takes so long: it is as right as it was when it was sent."""
        replay = self.watchman.replay
        name = request.name or getattr(getattr(request.body, "metadata", None), "name", "")
        where = f"{request.namespace}/{name}" if request.namespace else name
        key = f"/registry/{request.resource}/{where}"
        replay.overdue[request.component, key] = None
        replay.arrived.setdefault(request.component, []).append(self.clock.now + amount)
        if request.resource == LEASES and amount > MARGIN:
            replay.renewed_late = self.clock.now + amount

    def written(self, request: Request) -> None:
        """A component has sent a write."""
        if self._crash_after and request.component in self.controllers:
            self._controllers_wrote += 1
            if self._controllers_wrote == self._crash_after:
                self.inject(crash(self._crash_after), accidents.MANAGER)

    def stop(self, process: str, pause: int) -> None:
        """A process ends; it is started again after ``pause``."""
        cluster = self.cluster
        self.stopped[process] = self.clock.now
        self._silence()
        self.reach(f"{process.partition('/')[0]} died")
        if process.startswith("kubelet/"):
            cluster.workers[process.removeprefix("kubelet/")].kubelet.stop()
        else:
            self.watchman.replay.disturbed = True
            if process == accidents.SCHEDULER:
                self.watchman.replay.replaced = self.clock.now
            try:
                cluster.stop_component(process)
            except ValueError:
                self.reach("nobody led")
        self.later(pause, lambda: self._start(process))

    def _silence(self) -> None:
        """Whom nobody may hear of: where there is one copy of each, all parts of the stopped."""
        silent: dict[str, int] = {}
        for process, when in self.stopped.items() if self._single else ():
            silent.update(dict.fromkeys(self._parts(process), when))
        self.watchman.replay.stopped = silent

    def _parts(self, process: str) -> Iterable[str]:
        if process == accidents.MANAGER:
            return (process, *sorted(self.controllers))
        return ("default-scheduler",) if process == accidents.SCHEDULER else (process,)

    def _start(self, process: str) -> None:
        self.stopped.pop(process, None)
        self._silence()
        if not process.startswith("kubelet/"):
            self.cluster.start_component(process)
            return
        worker = self.cluster.workers[process.removeprefix("kubelet/")]
        if worker.powered:
            worker.kubelet.start()


def crash(nth: int, pause: int = 5 * SECOND) -> Injected:
    """The controller manager dies after its ``nth`` write."""
    return Injected("manager restart", REQUEST, accidents.MANAGER, nth, pause)


class Run(NamedTuple):
    """What came of one seed. ``writes`` counts what controllers sent; ``settled`` is how many
    virtual seconds the cluster took to recover; ``places`` counts the opportunities for faults;
    ``replay`` has seen it all."""

    seed: int
    scenario: str
    cluster: Cluster
    violations: tuple[Violation, ...]
    faults: tuple[Injected, ...]
    situations: Counter[str]
    settled: float
    places: Mapping[tuple[str, str], int]
    replay: Replay

    @property
    def ok(self) -> bool:
        """Whether everything was as it must be."""
        return not self.violations

    def story(self) -> Story | str:
        """What befell the object of the first violation."""
        subject = self.violations[0].subject if self.violations else ("", "", "")
        if not subject[2]:
            return ""
        try:
            return self.cluster.story(f"{subject[0]}/{subject[2]}", subject[1] or "default")
        except CompactedError:  # only the trace is left
            about = self.cluster.trace.about(subject)
            return "\n".join(f"{e.component} {e.verb} {e.note}" for e in about)


def simulate(
    seed: int = 7,
    scenario: str = "standard",
    faults: Sequence[Injected] | None = None,
    controllers: tuple[type[ManagedController], ...] = CONTROLLERS,
    crash_after: int = 0,
) -> Run:
    """Run one seed of a scenario to its end.

    With ``faults`` exactly those happen, and none for an empty list; otherwise the seed decides.
    With ``crash_after`` the controller manager dies after that many writes of its controllers.
    """
    chosen = SCENARIOS.get(scenario) or SMALL[scenario]
    chaos = Chaos(seed, chosen, faults, controllers, crash_after)
    watchman = chaos.watchman
    if faults is None or faults:
        watchman.replay.expected = calm(scenario)
    settled = 0.0
    try:
        with rare_collections():
            chaos.begin()
            _act(chaos, chosen)
            chaos.end()
            settled = _recover(chaos)
    except (Exception, HotLoopError) as error:
        watchman.raised(error)
    return Run(
        seed,
        scenario,
        chaos.cluster,
        tuple(watchman.violations),
        tuple(chaos.faults),
        chaos.situations,
        settled,
        {place: found.count for place, found in chaos.wire.places.items()},
        watchman.replay,
    )


@cache
def calm(scenario: str) -> Expected:
    """What a scenario comes to without faults."""
    return expected([outcome(simulate(seed, scenario, ()).replay) for seed in CALM_SEEDS])


def _act(chaos: Chaos, scenario: Scenario) -> None:
    clock = chaos.clock
    end = chaos.start + chaos.duration
    for wait in scenario.act(chaos.cluster, chaos.plan.stream("scenario")):
        assert isinstance(wait, Wait)
        if wait is UNDONE:
            chaos.watchman.replay.expected = None
        clock.run_until(min(end, clock.now + round(wait.seconds * SECOND)))
        if chaos.watchman.violations:
            return
    clock.run_until(end)


def _recover(chaos: Chaos) -> float:
    """Wait until everything is as asked; the seconds that took."""
    clock, watchman = chaos.clock, chaos.watchman
    began = start = clock.now
    resynced = False
    situations.count_faults(chaos.faults, chaos.reach)
    while not watchman.violations:
        clock.run_until(clock.now + LOOK)
        last = writes_since(chaos.cluster, clock.now - LOOK)
        if last and clock.now - began < RECOVERY:
            continue
        wrong = watchman.ask(AT_REST)
        if not wrong:
            break
        if clock.now - began >= RECOVERY:
            if not resynced and chaos.resync():
                resynced, began = True, clock.now
            else:
                watchman.violations += wrong
    settled = (clock.now - start) / SECOND
    if not watchman.violations:
        clock.run_until(clock.now + STALE)
        quiet = clock.now
        clock.run_until(quiet + SILENCE)
        watchman.silent(writes_since(chaos.cluster, quiet))
        watchman.violations += watchman.ask(AT_LAST)
    return settled
