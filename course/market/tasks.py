"""A copy of an application as its orchestrator sees it: read from a pod, and written as one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

from course.market.application import Application, Check
from kubelite.apimachinery.struct import to_dict
from kubelite.controllers.base import owned_by
from kubelite.sim.clock import SECOND

GROUP = "market.example"
SLOT = f"{GROUP}/slot"
SERVING = f"{GROUP}/serving"
CARRIED = f"{GROUP}/carried"
LOST = f"{GROUP}/lost-at"
RULES = f"{GROUP}/rules"
SPREAD = f"{GROUP}/spread"
COUNT = f"{GROUP}/count"
HOSTNAME = "kubernetes.io/hostname"
ENDED = ("Failed", "Succeeded")
STAYS = [
    {"key": f"node.kubernetes.io/{taint}", "operator": "Exists", "effect": "NoExecute"}
    for taint in ("not-ready", "unreachable")
]
"""Kubernetes' rule of lost nodes is not to act on these pods: their orchestrator has its own."""


class Task(NamedTuple):
    """One try of one slot; times in microseconds, 0 for not yet."""

    name: str
    uid: str
    slot: int
    number: int
    node: str
    began: int
    ended: int
    succeeded: bool
    lost: int
    leaving: bool
    carried: Mapping[str, Any]

    @property
    def alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return not self.ended and not self.leaving


def task_of(pod: Any, now: int) -> Task:
    """What a pod says of the try that it is."""
    meta, status = pod.metadata, pod.status
    slot, number = meta.name.rpartition("-")[2].split(".")
    return Task(
        name=meta.name,
        uid=meta.uid,
        slot=int(slot),
        number=int(number),
        node=pod.spec.node_name or "",
        began=_began(pod),
        ended=_ended(pod, now) if status.phase in ENDED else 0,
        succeeded=status.phase == "Succeeded",
        lost=int((meta.annotations or {}).get(LOST, 0)),
        leaving=meta.deletion_timestamp is not None,
        carried=_read((meta.annotations or {}).get(CARRIED, "{}")),
    )


@lru_cache(maxsize=256)
def _read(text: str) -> Mapping[str, Any]:
    """What a try carries; the same text comes back with every look at the pod."""
    found: Mapping[str, Any] = json.loads(text)
    return found


def _began(pod: Any) -> int:
    start = pod.status.start_time
    return int(start) if start is not None else 0


def _ended(pod: Any, now: int) -> int:
    """When its container ended, by the node's clock; of one that has vanished, now."""
    for one in pod.status.container_statuses or ():
        ended = one.state.terminated if one.state else None
        if ended is not None and ended.finished_at is not None:
            return int(ended.finished_at)
    return now


def pod_for(
    owner: Any,
    application: Application,
    slot: int,
    number: int,
    carried: Mapping[str, Any],
    node: str = "",
    avoid: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The pod of a new try; on ``node`` if one is given, else placed, but not on ``avoid``."""
    rules = [tuple(vars(rule).values()) for rule in application.rules]
    metadata = {
        "name": f"{application.name}-{slot}.{number}",
        "namespace": owner.metadata.namespace,
        "labels": {"app": application.name, SLOT: str(slot), SERVING: "yes"},
        "annotations": {
            CARRIED: json.dumps(carried),
            RULES: json.dumps(rules),
            SPREAD: json.dumps(application.spread),
            COUNT: str(application.replicas),
        },
        "ownerReferences": [to_dict(owned_by(owner))],
    }
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "schedulerName": application.orchestrator,
        "terminationGracePeriodSeconds": round(application.policy["stop_grace"]),
        "tolerations": STAYS,
        "containers": [_container(application)],
    }
    if node:
        spec["nodeName"] = node
    elif terms := _terms(application, avoid):
        required = {"nodeSelectorTerms": [{"matchExpressions": terms}]}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _terms(application: Application, avoid: tuple[str, ...]) -> list[dict[str, Any]]:
    """Demands on labels that the engine's own NodeAffinity can answer."""
    words = {"==": "In", "!=": "NotIn"}
    terms: list[dict[str, Any]] = [
        {"key": rule.attribute, "operator": words[rule.operator], "values": [rule.value]}
        for rule in application.rules
        if rule.operator in words
    ]
    if avoid:
        terms.append({"key": HOSTNAME, "operator": "NotIn", "values": list(avoid)})
    return terms


def _container(application: Application) -> dict[str, Any]:
    requests = {"cpu": f"{application.cpu}m", "memory": f"{application.memory}Mi"}
    found: dict[str, Any] = {
        "name": "main",
        "image": application.image,
        "resources": {"requests": requests},
        "env": [{"name": name, "value": value} for name, value in application.env.items()],
    }
    if application.command:
        found["command"] = list(application.command)
    if application.args:
        found["args"] = list(application.args)
    if application.port:
        found["ports"] = [{"containerPort": application.port}]
    if application.check is not None:
        found |= _probes(application.check)
    return found


def _probes(check: Check) -> dict[str, Any]:
    """The check as the kubelet's probes: they ask, and they end what is unhealthy."""
    asked: dict[str, Any] = {
        ("httpGet" if check.http else "tcpSocket"): {"port": check.port}
        | ({"path": check.http} if check.http else {}),
        "periodSeconds": max(1, round(check.interval)),
        "timeoutSeconds": max(1, round(check.timeout)),
    }
    first = max(round(check.first) - 1, 0)  # the kubelet asks at the next turn of its period
    later = {"initialDelaySeconds": first}
    found = {"readinessProbe": asked | later | {"failureThreshold": check.leaves}}
    if check.ends:
        patience = {"initialDelaySeconds": max(first, round(check.patience))}
        found["livenessProbe"] = asked | patience | {"failureThreshold": check.ends}
    if check.ends and check.grace:
        more = ceil(check.grace / asked["periodSeconds"])
        found["startupProbe"] = asked | later | {"failureThreshold": more + check.ends}
    return found


def seconds_to(moment: float) -> int:
    """Seconds as the clock counts them."""
    return round(moment * SECOND)
