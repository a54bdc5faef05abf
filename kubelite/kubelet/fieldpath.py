"""Facts about a pod as text: its fields, and its containers' resources.

Models ``pkg/fieldpath/fieldpath.go`` and ``pkg/api/v1/resource/helpers.go``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from kubelite.api.core_v1 import Container, Pod, ResourceFieldSelector
from kubelite.apimachinery.quantity import Quantity

_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


def field(pod: Pod, path: str, pod_ip: str = "", host_ip: str = "") -> str:
    """The field at ``path``; "" for one that is not set."""
    meta = pod.metadata
    if found := _KEYED.fullmatch(path):
        held = meta.labels if found[1] == "labels" else meta.annotations
        return held.get(found[2], "")
    if path == "metadata.labels":
        return _lines(meta.labels)
    if path == "metadata.annotations":
        return _lines(meta.annotations)
    return {
        "metadata.name": meta.name,
        "metadata.namespace": meta.namespace,
        "metadata.uid": meta.uid,
        "spec.nodeName": pod.spec.node_name,
        "spec.serviceAccountName": pod.spec.service_account_name,
        "status.hostIP": host_ip,
        "status.hostIPs": host_ip,
        "status.podIP": pod_ip,
        "status.podIPs": pod_ip,
    }.get(path, "")


def resource(
    container: Container, selector: ResourceFieldSelector, allocatable: Mapping[str, Quantity]
) -> str:
    """A container's request or limit in units of the divisor, rounded up.

    A container without a limit may use what the node has to give.
    """
    kind, _, name = selector.resource.partition(".")
    resources = container.resources
    amount = (resources.limits if kind == "limits" else resources.requests).get(name)
    if not amount and kind == "limits":
        amount = allocatable.get(name)
    if not amount:
        return "0"
    divisor = selector.divisor or Quantity.of(1)
    if name == "cpu":
        return str(-(-amount.milli // divisor.milli))
    return str(-(-amount.value // divisor.value))


def _lines(held: Mapping[str, str]) -> str:
    return "\n".join(f"{key}={json.dumps(held[key], ensure_ascii=False)}" for key in sorted(held))
