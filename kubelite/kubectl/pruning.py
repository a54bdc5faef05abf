"""``apply --prune``: delete what was applied once and is described no more.

Models pkg/cmd/apply/prune.go: only objects with apply's annotation, of the kinds in the list, in
the namespaces that were visited.
"""

from __future__ import annotations

from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import Given
from kubelite.kubectl.resources import Info
from kubelite.kubectl.result import CommandError

DEFAULT = (
    *("core/v1/ConfigMap", "core/v1/Endpoints", "core/v1/Namespace"),
    *("core/v1/PersistentVolumeClaim", "core/v1/PersistentVolume", "core/v1/Pod"),
    *("core/v1/ReplicationController", "core/v1/Secret", "core/v1/Service"),
    *("batch/v1/Job", "batch/v1/CronJob", "networking.k8s.io/v1/Ingress"),
    *("apps/v1/DaemonSet", "apps/v1/Deployment", "apps/v1/ReplicaSet", "apps/v1/StatefulSet"),
)


def prune(client: Client, given: Given, visited: list[Info], mode: str) -> None:
    """Delete, and say so."""
    kinds = [_kind(client, text) for text in given["prune-allowlist"] or DEFAULT]
    known = [kind for kind in kinds if kind is not None]
    places = list(dict.fromkeys(info.namespace for info in visited if info.namespace))
    kept = {info.obj.metadata.uid for info in visited if info.obj is not None}
    for place in places:
        for kind in known:
            if kind.namespaced:
                _prune(client, given, kind, place, kept, mode)
    for kind in known:
        if not kind.namespaced:
            _prune(client, given, kind, "", kept, mode)


def _kind(client: Client, text: str) -> Kind | None:
    parts = text.split("/")
    if len(parts) != 3:
        raise CommandError(
            f"invalid GroupVersionKind format: {text}, please follow <group/version/kind>"
        )
    group, version, name = parts
    try:
        return client.scheme.by_kind(version if group == "core" else f"{group}/{version}", name)
    except UnknownKind:
        return None


def _prune(client: Client, given: Given, kind: Kind, place: str, kept: set[str], mode: str) -> None:
    for found in client.listed(kind, place, given["selector"]).items:
        meta = found.metadata
        if writing.LAST_APPLIED not in meta.annotations or meta.uid in kept:
            continue
        if mode != writing.CLIENT:
            client.delete(
                kind,
                meta.name,
                meta.namespace,
                propagation_policy="Background",
                dry_run=mode == writing.SERVER,
            )
        writing.printer(client, given, mode)(to_dict(found), "pruned")
