"""A machine that is told to shut down ends its pods first."""

from __future__ import annotations

from kubelite import Cluster
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.sim.clock import SECOND
from tests.kubelet.conftest import World
from tests.manifests import deployment

CRITICAL = "system-cluster-critical"
SLOW = "trap 'sleep 4; exit 0' TERM; while true; do sleep 1; done"


def test_pods_end_first_and_the_critical_ones_last(world: World) -> None:
    meta = ObjectMeta(name=CRITICAL)
    world.me.create(PriorityClass(metadata=meta, value=2_000_000_000))
    world.run(1)
    world.shell(SLOW, "plain")
    world.shell(SLOW, "stubborn", container={"command": ["sleep", "600"]})
    world.shell(SLOW, "critical", priorityClassName=CRITICAL)
    world.until(lambda: all(world.state(n) == "running" for n in ("plain", "critical")))
    world.run(5)
    began, over = world.clock.now, []
    world.kubelet.shut_down(20 * SECOND, 10 * SECOND, lambda: over.append(world.clock.now))
    world.run(40)
    ends = {
        name: world.get(name).status.container_statuses[0].state.terminated
        for name in ("plain", "stubborn", "critical")
    }
    took = {name: round((end.finished_at - began) / SECOND) for name, end in ends.items() if end}
    assert took["plain"] in (4, 5) and took["stubborn"] == 10  # half of the time is not theirs
    assert 14 <= took["critical"] <= 16
    assert round((over[0] - began) / SECOND) == took["critical"]
    status = world.get("plain").status
    assert (status.phase, status.reason) == ("Failed", "Terminated")
    assert status.message == "Pod was terminated in response to imminent node shutdown."


def test_nothing_new_begins_meanwhile(world: World) -> None:
    world.kubelet.shut_down(20 * SECOND, 10 * SECOND, lambda: None)
    world.run(1)
    node = world.me.get("nodes", "node-1")
    ready = next(c for c in node.status.conditions if c.type == "Ready")
    assert (ready.status, ready.message) == ("False", "node is shutting down")
    world.shell("sleep 600", "late")
    world.run(5)
    status = world.get("late").status
    assert (status.phase, status.reason) == ("Failed", "NodeShutdown")
    assert status.message == "Pod was rejected: Pod was rejected as the node is shutting down."


def test_what_it_ran_runs_elsewhere() -> None:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply(deployment(replicas=4))
    cluster.run_until("deployment/web ready")
    assert cluster.shut_down_node("node-1") < 30
    cluster.run_until("deployment/web ready")
    running = [p for p in cluster.get("pods") if p.status.phase == "Running"]
    assert {p.spec.node_name for p in running} == {"node-2"} and len(running) == 4
    cluster.start_node("node-1")
    cluster.run_until("nodes ready")
