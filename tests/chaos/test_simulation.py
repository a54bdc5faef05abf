"""One seed: the same every time, whole, and able to fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from kubelite.api.apps_v1 import ReplicaSet
from kubelite.chaos import Injected, shrink, simulate
from kubelite.chaos.shrinking import fewest
from kubelite.chaos.simulation import RECOVERY
from kubelite.chaos.situations import SITUATIONS
from kubelite.client.controller import Action
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.replicaset import ReplicaSetController
from kubelite.sim.clock import SECOND


class Forgetful(ReplicaSetController):
    """Broken on purpose: it never looks at a ReplicaSet again once a container has died."""

    def sync(self, key: str) -> Sequence[Action]:
        found: ReplicaSet | None = self.sets.get(key)
        pods = self.pods.items()
        died = any(c.restart_count for p in pods for c in p.status.container_statuses)
        return () if found is not None and died else super().sync(key)


BROKEN = tuple(Forgetful if kind is ReplicaSetController else kind for kind in CONTROLLERS)


def test_the_same_seed_is_the_same_run() -> None:
    first, second = simulate(3), simulate(3)
    assert first.faults == second.faults
    assert first.faults
    assert first.situations == second.situations
    assert first.cluster.trace.digest() == second.cluster.trace.digest()


def test_a_recorded_list_is_the_same_run_again() -> None:
    drawn = simulate(4)
    again = simulate(4, faults=drawn.faults)
    assert again.faults == drawn.faults
    assert again.cluster.trace.digest() == drawn.cluster.trace.digest()


def test_situations_are_met() -> None:
    met: Counter[str] = Counter()
    for seed in range(60):
        met.update(simulate(seed).situations)
        if all(met[situation] for situation in SITUATIONS):
            return
    assert [situation for situation in SITUATIONS if not met[situation]] == []


def test_a_manager_that_dies_after_any_of_its_first_writes() -> None:
    for write in range(1, 12):
        run = simulate(2, "scale-up", faults=[], crash_after=write)
        assert [fault.fault for fault in run.faults] == ["manager restart"]
        assert run.ok, f"after write {write}: " + "\n".join(map(str, run.violations))


def test_a_broken_controller_is_caught_and_the_list_is_shortened() -> None:
    run = next(
        run for run in (simulate(seed, controllers=BROKEN) for seed in range(30)) if not run.ok
    )
    assert run.violations[0].sentence.startswith(("27.", "30.", "34.", "37.", "39."))
    short = shrink(run, attempts=40, controllers=BROKEN)
    assert not short.ok
    assert len(short.faults) <= len(run.faults)
    assert simulate(run.seed, run.scenario, short.faults, controllers=BROKEN).violations
    assert str(short.story())


def test_the_shrinker_finds_the_two_that_matter() -> None:
    tried: list[int] = []

    def fails(items: Sequence[int]) -> bool:
        tried.append(len(items))
        return {17, 58} <= {*items}

    assert list(fewest(list(range(100)), fails, 500)) == [17, 58]
    assert len(tried) < 100


def test_a_fault_reads_like_a_sentence() -> None:
    fault = Injected("reply lost", "request", "default-scheduler", 4, 0, 12_500_000)
    assert str(fault) == (
        "  12.500 s  reply lost               request 4 of default-scheduler (0.000 s)"
    )


def test_a_pod_that_nobody_saw_is_missed_until_the_resync() -> None:
    """A pod was created and killed while the manager's copy of the pods was listed anew."""
    run = simulate(94753)
    assert run.violations == ()
    assert run.settled > RECOVERY / SECOND, "no event helped"


@pytest.mark.parametrize("seed", [22246, 68051, 200653])
def test_what_nobody_could_have_known_is_not_complained_of(seed: int) -> None:
    """Pods are stopped by a plan that was right: the request to shrink their version was seconds on
    its way (22246), another pod was set free while the stop waited for its turn (68051), or the
    stop waited behind another that was seconds on its way (200653)."""
    assert simulate(seed).violations == ()


def test_a_scenario_whose_pods_are_all_gone_ends_early() -> None:
    """db-0 lost its labels and ended; the back-off of half a minute had to pass before it could be
    made again, as upstream, and the others wait for it."""
    run = simulate(5018, "moved")
    assert run.violations == ()
    assert run.replay.expected is None, "it is not held against a calm run"
