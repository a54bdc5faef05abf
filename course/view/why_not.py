"""Why is this pod not ready? What stands in the way now, in sentences, and what would help.

Unlike ``why`` it looks at the pod as it is: no node, no image, a container that ends, a probe
that fails, a node that is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from course.view.plain import plain
from kubelite.api.conditions import condition, node_ready, pod_ready
from kubelite.api.core_v1 import ContainerStatus, Pod
from kubelite.apimachinery.told import UsageError

LONGEST = 600


class WhyNot:
    """What keeps a pod from being ready (``reasons``), and what would help (``remedies``)."""

    def __init__(self, title: str, reasons: Iterable[str], remedies: Iterable[str] = ()):
        self.title = plain(title)
        self.reasons = [plain(reason, LONGEST) for reason in reasons]
        self.remedies = [plain(remedy, LONGEST) for remedy in remedies]

    def __repr__(self) -> str:
        lines = [self.title, *(f"  - {reason}" for reason in self.reasons)]
        if self.remedies:
            lines += ["What would help:", *(f"  - {remedy}" for remedy in self.remedies)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        helping = f"<p>What would help:</p>{_list(self.remedies)}" if self.remedies else ""
        return f"<p><b>{escape(self.title)}</b></p>{_list(self.reasons)}{helping}"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def why_not(cluster: Any, what: str, namespace: str = "default") -> WhyNot:
    """What keeps a pod (``pod/web-1``) from running and being ready.

    Raises StatusError when there is no such pod, ValueError for another kind.
    """
    pod = cluster.get(what if "/" in what else f"pod/{what}", namespace=namespace)
    if pod.kind != "Pod":
        raise UsageError(f"why_not is about pods; for {what} ask why(cluster, {what!r})")
    name = f"pod/{pod.metadata.name}"
    if pod.metadata.deletion_timestamp is not None:
        grace = pod.metadata.deletion_grace_period_seconds
        return WhyNot(f"{name} is ending", [f"it was deleted, with {grace} s to end"])
    if pod.status.phase in ("Succeeded", "Failed"):
        return WhyNot(f"{name} has ended: {pod.status.phase}", _endings(pod))
    if not pod.spec.node_name:
        return _pending(cluster, what, namespace, name, pod)
    if pod_ready(pod):
        return WhyNot(f"{name} is ready", [f"it runs on {pod.spec.node_name}"])
    return WhyNot(f"{name} is not ready", _hindrances(cluster, pod))


def _pending(cluster: Any, what: str, namespace: str, name: str, pod: Pod) -> WhyNot:
    if pod.spec.scheduling_gates:
        gates = ", ".join(gate.name for gate in pod.spec.scheduling_gates)
        return WhyNot(f"{name} has no node", [f"its scheduling gates hold it back: {gates}"])
    told = cluster.explain(what, namespace=namespace)
    reason = told.decision.message or "the scheduler has not decided on it yet"
    lines = [reason]
    lines += [f"{node}: {status.message}" for node, status in told.decision.refusals.items()]
    return WhyNot(f"{name} has no node", lines[:40], told.changes)


def _endings(pod: Pod) -> Iterator[str]:
    if pod.status.reason:
        yield f"{pod.status.reason}: {pod.status.message}"
    for status in pod.status.container_statuses:
        if status.state.terminated is not None:
            yield f"container {status.name} ended: {_ending(status.state.terminated)}"


def _ending(ended: Any) -> str:
    return f"{ended.reason}, exit code {ended.exit_code}"


def _hindrances(cluster: Any, pod: Pod) -> Iterator[str]:
    node = cluster.history.at(None).get("nodes", "", pod.spec.node_name)
    if node is None or not node_ready(node):
        yield f"its node {pod.spec.node_name} is {'gone' if node is None else 'not Ready'}"
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    known = {status.name: status for status in statuses}
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        status = known.get(container.name)
        if status is None:
            yield f"container {container.name} was not begun yet"
        elif not status.ready and not (status.state.terminated and _is_init(pod, container.name)):
            yield from _container(pod, container, status)
    for gate in pod.spec.readiness_gates:
        found = condition(pod, gate.condition_type)
        if found is None or found.status != "True":
            yield f"its readiness gate {gate.condition_type} is not True"


def _is_init(pod: Pod, name: str) -> bool:
    return any(container.name == name for container in pod.spec.init_containers)


def _container(pod: Pod, container: Any, status: ContainerStatus) -> Iterator[str]:
    """One container that is not ready: what it waits for, how it ended, which probe it fails."""
    name, waiting = container.name, status.state.waiting
    if waiting is not None:
        yield f"container {name} waits: {waiting.reason}" + (
            f" ({waiting.message})" if waiting.message else ""
        )
    elif status.state.terminated is not None:
        yield f"container {name} ended: {_ending(status.state.terminated)}"
    elif container.startup_probe is not None and not status.started:
        yield f"container {name} runs, but its startup probe has not passed yet"
    elif container.readiness_probe is not None:
        yield f"container {name} runs, but its readiness probe does not pass"
    else:
        yield f"container {name} runs, and nobody has said yet that it is ready"
    if status.last_state.terminated is not None:
        yield f"container {name} ended before: {_ending(status.last_state.terminated)}"
