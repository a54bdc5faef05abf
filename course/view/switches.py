"""What can be switched on a running cluster: each act, and how kubectl would say it.

An act returns the command that does the same to a real cluster. What no command can do says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from course.story.trouble import crash_container, hang_container, slow_network
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.told import UsageError

SWITCH = "no kubectl for this: a machine's switch"
CUSTOMERS = "no kubectl for this: customers come by themselves"
PROGRAM = "no kubectl for this: a fault in the program"
CABLES = "no kubectl for this: cables and routers"
TIME = "no kubectl for this: time passes by itself"

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
SETTINGS: Mapping[str, tuple[str, int, int]] = {
    "periodSeconds": ("probe period (s)", 1, 30),
    "failureThreshold": ("failure threshold", 1, 10),
    "initialDelaySeconds": ("initial delay (s)", 0, 60),
}
"""The settings of a probe that have sliders: label, least and most."""


def scale(cluster: Any, deployment: str, replicas: int) -> str:
    """So many replicas."""
    cluster.scale(deployment, replicas)
    return f"kubectl scale {deployment} --replicas={replicas}"


def send(load: Any, rate: float) -> str:
    """So many requests a second from now on."""
    load.set(rate)
    return CUSTOMERS


def service_of(cluster: Any, deployment: str) -> str:
    """The Service in front of a Deployment. Raises ValueError if it has none."""
    labels = cluster.get(deployment).spec.template.metadata.labels
    for service in cluster.get("services"):
        selector = service.spec.selector
        if selector and selector.items() <= labels.items():
            return str(service.metadata.name)
    raise UsageError(f"{deployment} has no Service: apply one, or leave traffic out")


def machines(cluster: Any) -> list[str]:
    """The machines that have power, in the order of their making."""
    return [name for name, worker in cluster.workers.items() if worker.powered]


def nodes(cluster: Any, count: int) -> str:
    """So many machines: new ones are switched on, the youngest are emptied and switched off."""
    said: list[str] = []
    while len(there := machines(cluster)) < count:
        off = [name for name in cluster.workers if name not in there]
        cluster.start_node(off[0]) if off else cluster.add_node()
    while len(there := machines(cluster)) > max(count, 1):
        name = there[-1]
        cluster.drain(name, ignore_daemonsets=True, delete_emptydir_data=True, force=True)
        cluster.kill_node(name)
        cluster.delete(f"node/{name}")
        said.append(f"kubectl drain {name} --ignore-daemonsets && kubectl delete node {name}")
    return " && ".join(said) or SWITCH


def probe_of(cluster: Any, deployment: str, probe: str) -> Any:
    """A probe of the Deployment's first container; None if it has none of that kind."""
    container = cluster.get(deployment).spec.template.spec.containers[0]
    field = {"startupProbe": "startup_probe", "readinessProbe": "readiness_probe"}
    return getattr(container, field.get(probe, "liveness_probe"))


def probe_setting(cluster: Any, deployment: str, probe: str, setting: str, value: int) -> str:
    """Change one setting of a probe: that is a new template, so a rollout."""
    name = cluster.get(deployment).spec.template.spec.containers[0].name
    container = {"name": name, probe: {setting: value}}
    return pod_template(cluster, deployment, {"containers": [container]})


def pod_template(cluster: Any, deployment: str, spec: Mapping[str, Any]) -> str:
    """Change what a Deployment's pods are to be like."""
    change = {"spec": {"template": {"spec": spec}}}
    cluster.patch(deployment, change, patch_type=STRATEGIC_PATCH)
    return f"kubectl patch {deployment} -p '{json.dumps(change, separators=(',', ':'))}'"


def kill_node(cluster: Any, name: str) -> str:
    """Cut a machine's power."""
    if name not in machines(cluster):
        return f"nothing to do: {name} has no power"
    cluster.kill_node(name)
    return SWITCH


def start_node(cluster: Any, name: str) -> str:
    """Switch it on again."""
    if name in machines(cluster):
        return f"nothing to do: {name} has power"
    cluster.start_node(name)
    return SWITCH


def crash(cluster: Any, pod: str) -> str:
    """End a container."""
    crash_container(cluster, pod)
    return PROGRAM


def hang(cluster: Any, pod: str) -> str:
    """Let a container answer nobody."""
    hang_container(cluster, pod)
    return PROGRAM


def delete_pod(cluster: Any, pod: str) -> str:
    """Delete a pod; whoever owns it makes another."""
    cluster.delete(f"pod/{pod}")
    return f"kubectl delete pod/{pod}"


def slow(cluster: Any, milliseconds: float) -> str:
    """Delay everything that goes from machine to machine."""
    slow_network(cluster, milliseconds)
    return CABLES
