"""The patch behind ``cluster.resize``, as one would give it to ``kubectl patch``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelite.api.core_v1 import PodSpec
from kubelite.apimachinery.told import UsageError


def change(
    spec: PodSpec,
    container: str,
    amounts: Mapping[str, str],
    requests: Mapping[str, str] | None = None,
    limits: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A strategic merge patch. Raises ValueError when the pod has no such container."""
    everyone = spec.init_containers + spec.containers
    known = {one.name: one for one in everyone}
    name = container or spec.containers[0].name
    if name not in known:
        raise UsageError(f"there is no container {name!r}; there are {', '.join(known)}")
    now = known[name].resources
    wanted = {kind: amount for kind, amount in amounts.items() if amount}
    tied = {
        kind: amount
        for kind, amount in wanted.items()
        if kind in now.limits and now.limits[kind] == now.requests.get(kind)
    }
    resources = {"requests": {**wanted, **(requests or {})}, "limits": {**tied, **(limits or {})}}
    given = {kind: found for kind, found in resources.items() if found}
    if not given:
        raise UsageError(
            'say what to change: cpu="200m", memory="1Gi", requests={...}, limits={...}'
        )
    part = "containers" if known[name] in spec.containers else "initContainers"
    return {"spec": {part: [{"name": name, "resources": given}]}}
