"""What happens to machines and processes at moments of its own: rows of ``faults.FAULTS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelite.api.conditions import pod_finished
from kubelite.apimachinery.rest import MERGE_PATCH, Request
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.chaos.simulation import Chaos

MANAGER = "kube-controller-manager"
SCHEDULER = "kube-scheduler"
MONKEY = "pod-monkey"
SLOWER = 2 * SECOND

# Processes


def process_of(chaos: Chaos, component: str) -> str:
    """The process in which a component works; "" for one that no fault stops."""
    if component.startswith("kubelet/"):
        return component
    if component == "default-scheduler":
        return SCHEDULER
    if component == MANAGER or component in chaos.controllers:
        return MANAGER
    return ""


def crash(chaos: Chaos, component: str, pause: int) -> bool:
    """Stop the process of a component, and start it again ``pause`` later; whether it ran."""
    process = process_of(chaos, component)
    if process.startswith("kubelet/"):
        worker = chaos.cluster.workers.get(process.removeprefix("kubelet/"))
        if worker is None or not worker.powered or process in chaos.stopped:
            return False
    elif not process or process in chaos.stopped:
        return False
    chaos.stop(process, pause)
    return True


def manager_off(chaos: Chaos, where: str, amount: int) -> None:
    """The controller manager is switched off for ``amount``."""
    crash(chaos, MANAGER, amount)


def scheduler_off(chaos: Chaos, where: str, amount: int) -> None:
    """The scheduler is switched off for ``amount``."""
    crash(chaos, "default-scheduler", amount)


def kubelet_restart(chaos: Chaos, where: str, amount: int) -> None:
    """A kubelet's process ends and is started again."""
    crash(chaos, f"kubelet/{where}", amount)


def server_off(chaos: Chaos, where: str, amount: int) -> None:
    """The API server answers nobody for ``amount``."""
    wire = chaos.wire
    if not wire.down:
        wire.down = True
        wire.break_links(SECOND)
        chaos.later(amount, lambda: setattr(wire, "down", False))


def compact(chaos: Chaos, where: str, amount: int) -> None:
    """The store forgets how things were before now."""
    chaos.compact()


# Machines


def power_loss(chaos: Chaos, where: str, amount: int) -> None:
    """A machine is without power for ``amount``."""
    worker = chaos.cluster.workers[where]
    if worker.powered and f"kubelet/{where}" not in chaos.stopped:
        worker.power_off()
        chaos.later(amount, worker.power_on)


def partition(chaos: Chaos, where: str, amount: int) -> None:
    """Nothing passes between a kubelet and the server for ``amount``."""
    _cut(chaos, where, amount, arrives=False)


def deaf(chaos: Chaos, where: str, amount: int) -> None:
    """A kubelet's requests arrive, and nothing comes back for ``amount``."""
    _cut(chaos, where, amount, arrives=True)


def _cut(chaos: Chaos, where: str, amount: int, arrives: bool) -> None:
    wire, component = chaos.wire, f"kubelet/{where}"
    if component not in wire.cut_off:
        wire.cut_off[component] = arrives
        wire.break_links(min(amount, 30 * SECOND), component)
        chaos.later(amount, lambda: wire.cut_off.pop(component, None))
        chaos.reach("a node was cut off from the server")


def slow(chaos: Chaos, where: str, amount: int) -> None:
    """Every step of a machine's runtime takes seconds longer for ``amount``."""
    runtime = chaos.wiring.runtimes[where]
    runtime.slowness = SLOWER
    chaos.later(amount, lambda: setattr(runtime, "slowness", 0))


def container_dies(chaos: Chaos, where: str, amount: int) -> None:
    """The process of one container on a node is gone."""
    worker = chaos.cluster.workers[where]
    runtime = worker.runtime
    running = [one for uid in runtime.pods() for one in runtime.containers(uid)]
    if running and worker.powered:
        running[chaos.choose(len(running))].exit(137, "Error")
        chaos.reach("a container died")


# People


def delete_pod(chaos: Chaos, where: str, amount: int) -> None:
    """Somebody deletes a pod."""
    if pod := _any_pod(chaos):
        ask(chaos, "delete", pod)


def orphan_pod(chaos: Chaos, where: str, amount: int) -> None:
    """Somebody changes a pod's labels, so that its owner loses it, and deletes it later."""
    pod = _any_pod(chaos)
    if pod and pod.metadata.labels:
        nothing = {"metadata": {"labels": dict.fromkeys(pod.metadata.labels)}}
        ask(chaos, "patch", pod, nothing)
        chaos.later(20 * SECOND, lambda: ask(chaos, "delete", pod))
        chaos.reach("a pod lost its labels")


def ask(chaos: Chaos, verb: str, obj: Any, body: Any = None) -> None:
    """A request about a pod in the monkey's name, which may be refused."""
    meta = obj.metadata
    asked = Request(
        verb, "pods", meta.namespace, meta.name, body=body, component=MONKEY,
        patch_type=MERGE_PATCH if body else "", precondition_uid="" if body else meta.uid,
    )  # fmt: skip
    chaos.wire.server.handle(asked)


def _any_pod(chaos: Chaos) -> Any | None:
    alive = [
        p
        for p in chaos.cluster.api.all("pods")
        if not pod_finished(p) and p.metadata.deletion_timestamp is None
    ]
    return alive[chaos.choose(len(alive))] if alive else None
