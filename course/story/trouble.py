"""Things that go wrong in a running cluster, each as one call: what the chaos buttons press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.kubelet.cri import NEVER, Reply, Request
from kubelite.sim.clock import MILLISECOND


def containers_of(cluster: Any, pod: str, namespace: str = "default") -> tuple[Any, ...]:
    """The running containers of a pod, as its machine's runtime has them."""
    found = cluster.get(pod if "/" in pod else f"pod/{pod}", namespace=namespace)
    worker = cluster.workers.get(found.spec.node_name)
    if worker is None:
        return ()
    return tuple(one for one in worker.runtime.containers(found.metadata.uid) if one.running)


def crash_container(cluster: Any, pod: str, namespace: str = "default") -> None:
    """End a pod's first container as by SIGKILL; the kubelet will see it."""
    for container in containers_of(cluster, pod, namespace)[:1]:
        container.exit(137, "Error")


def hang_container(cluster: Any, pod: str, namespace: str = "default") -> None:
    """Let a pod's first container accept connections and answer nobody, not even SIGTERM."""
    for container in containers_of(cluster, pod, namespace)[:1]:
        program, now = container.program, cluster.clock.now
        if hasattr(program, "hangs"):
            program.hangs = now  # a shop knows that by itself, and when it began
        else:
            _stop_answering(program)


def _stop_answering(program: Any) -> None:
    def silence(request: Request) -> Reply:
        return Reply(delay=NEVER)

    program.handle = program.healthy = silence
    program.stop = lambda: None
    program.answers = lambda begin, end: 0.0


def slow_network(cluster: Any, milliseconds: float) -> None:
    """From now on everything between machines arrives so much later; 0 ends it."""
    for worker in cluster.workers.values():
        worker.runtime.network.slowness = round(milliseconds * MILLISECOND)
        return  # they share one network


def ready_pods(cluster: Any, selector: str = "", namespace: str = "default") -> list[str]:
    """The names of the pods that are ready, in order."""
    return [
        pod.metadata.name
        for pod in cluster.get("pods", selector=selector, namespace=namespace)
        if pod.metadata.deletion_timestamp is None
        and any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
    ]


def powered_nodes(cluster: Any) -> list[str]:
    """The names of the machines that have power, in order."""
    return sorted(name for name, worker in cluster.workers.items() if worker.powered)


def strike(cluster: Any, what: str, lot: float, selector: str = "") -> str:
    """Do ``what`` to the pod or machine on which the lot (0 to 1) falls; its name, or ""."""
    names = powered_nodes(cluster) if what == "kill node" else ready_pods(cluster, selector)
    if not names:
        return ""
    name = names[min(int(lot * len(names)), len(names) - 1)]
    ACCIDENTS[what](cluster, name)
    return name


def kill_node(cluster: Any, name: str) -> None:
    """Cut a machine's power."""
    cluster.kill_node(name)


ACCIDENTS: dict[str, Callable[[Any, str], None]] = {
    "kill node": kill_node,
    "crash container": crash_container,
    "hang container": hang_container,
}
"""What a day may bring, by its name in ``course/story/traffic.py``."""
