"""Each row of the table of faults: it happens, it does what it says, and a cluster survives it."""

from __future__ import annotations

from collections import Counter

import pytest

from kubelite import Cluster
from kubelite.chaos import FAULTS, Injected, simulate
from kubelite.chaos.plan import EVENT, MOMENT, PULL, READ, REQUEST, SANDBOX, START, Plan

SECOND = 1_000_000
SCHEDULER = "default-scheduler"
REPLICAS = "replicaset-controller"
PLACES = {
    REQUEST: REPLICAS,
    READ: "kubelet/node-1",
    EVENT: "kube-controller-manager pods",
    PULL: "node-1",
    SANDBOX: "node-1",
    START: "node-1",
    MOMENT: "node-2",
}


def one(name: str, nth: int = 2, where: str = "", amount: int = 5 * SECOND) -> Injected:
    """One fault, at a place where the standard workload meets it."""
    point = next(fault.point for fault in FAULTS if fault.name == name)
    return Injected(name, point, where or PLACES[point], nth, amount, 40 * SECOND)


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_each_fault_is_injected_and_survived(name: str) -> None:
    run = simulate(1, faults=[one(name, 1 if one(name).point in (PULL, READ) else 2)])
    assert [fault.fault for fault in run.faults] == [name]
    assert run.violations == ()


def test_a_bind_that_was_done_and_not_heard_of() -> None:
    run = simulate(1, faults=[one("reply lost", 1, SCHEDULER)])
    assert run.situations["a bind was done and nobody heard of it"] == 1
    assert run.ok


def test_a_forgotten_revision_is_answered_with_410() -> None:
    run = simulate(1, faults=[one("revision forgotten", 20, amount=SECOND)])
    assert run.situations["a watch was refused with 410 Gone"] >= 1
    assert run.ok


def test_a_broken_watch_goes_on_without_a_new_list() -> None:
    run = simulate(1, faults=[one("watch broken", 20, amount=SECOND)])
    assert run.situations["a watch lost an event and went on later"] == 1
    assert run.situations["a watch was refused with 410 Gone"] == 0
    assert run.ok


def test_power_comes_back() -> None:
    run = simulate(1, faults=[one("power loss", amount=90 * SECOND)])
    assert run.situations["a node stopped being Ready"] >= 1
    assert all(worker.powered for worker in run.cluster.workers.values())
    assert run.ok


def test_without_faults_nothing_is_put_in_between() -> None:
    cluster = Cluster()
    assert cluster._world.api is cluster._world.server
    assert cluster.workers["node-1"].kubelet.runtime is cluster.workers["node-1"].runtime


def test_a_wire_that_does_nothing_changes_nothing() -> None:
    plain, wired = simulate(5, faults=[]), simulate(5, faults=[])
    assert plain.faults == ()
    assert plain.cluster.trace.digest() == wired.cluster.trace.digest()


def test_each_seed_has_faults_and_rates_of_its_own() -> None:
    plans = [Plan(seed, FAULTS) for seed in range(40)]
    on = Counter(name for plan in plans for name in plan.rates)
    assert set(on) == {fault.name for fault in FAULTS}
    assert all(5 < times < 35 for times in on.values())
    rates = {plan.rates[name] for plan in plans for name in plan.rates if name == "reply lost"}
    assert len(rates) == on["reply lost"]


def test_faults_of_one_place_do_not_depend_on_another() -> None:
    first, second = Plan(3, FAULTS), Plan(3, FAULTS)
    other = second.opportunities(REQUEST, SCHEDULER)
    for _ in range(50):
        other.next()
    mine, same = first.opportunities(REQUEST, REPLICAS), second.opportunities(REQUEST, REPLICAS)
    assert [mine.next() for _ in range(500)] == [same.next() for _ in range(500)]


def test_a_watch_that_breaks_while_it_is_opened_says_nothing_more() -> None:
    """Seed 3614: it went on to double an event, and so the one that was lost was never missed."""
    where = "kube-controller-manager pods"
    run = simulate(
        3614,
        faults=[
            Injected("watch broken", EVENT, where, 54, 33_999),
            Injected("watch broken", EVENT, where, 57, 735_558),
            Injected("event doubled", EVENT, where, 67, 0),
        ],
    )
    assert [fault.nth for fault in run.faults] == [54, 57, 67]
    assert run.violations == ()


def test_a_dead_listener_does_not_hear_that_its_watch_is_broken() -> None:
    """Seed 17499: it did, listed its pods, and a kubelet that was off started containers."""
    run = simulate(
        17499,
        faults=[
            Injected("revision forgotten", EVENT, "kubelet/node-1 pods", 5, 2_101_862),
            Injected("crash before a request", REQUEST, "kubelet/node-1", 5, 18_176_000),
        ],
    )
    assert [fault.point for fault in run.faults] == [EVENT, REQUEST]
    assert run.violations == ()
