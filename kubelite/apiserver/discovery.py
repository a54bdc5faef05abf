"""What the server says of itself: its version; its groups, versions, resources and their verbs.

Answered from the table of kinds, in the old form (one document for each group and version) and
in the aggregated one (everything at once). Models k8s.io/apiserver/pkg/endpoints/discovery and
k8s.io/apimachinery/pkg/version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kubelite.api.metrics_v1beta1 import AGGREGATED
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apiserver import health
from kubelite.apiserver.registry.eviction import EVICTION
from kubelite.apiserver.registry.scale import SCALE
from kubelite.apiserver.reviews import REVIEWS, TOKEN
from kubelite.apiserver.subresources import SUBRESOURCES

STORED = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
VERSION = {
    "major": "1",
    "minor": "37",
    "gitVersion": "v1.37.0+kubelite",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-08-26T00:00:00Z",
    "goVersion": "",
    "compiler": "cpython",
    "platform": "linux/amd64",
}

_PATHS = ("/api", "/api/v1", "/apis", *health.PATHS, "/metrics", "/openapi/v2", "/openapi/v3")
ROOT = {"paths": [*_PATHS, "/version"]}
"""What is told of at the root."""

AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

_KINDS = {"scale": SCALE, "eviction": EVICTION, "token": TOKEN}
PROXIED = {"Pod": "PodProxyOptions", "Service": "ServiceProxyOptions"}
"""Kinds behind which requests are passed on; that happens at the edge alone (``proxying``)."""

PASSING = ("create", "delete", "get", "patch", "update")
_OPTIONS = {
    "exec": "PodExecOptions",
    "attach": "PodAttachOptions",
    "portforward": "PodPortForwardOptions",
    "binding": "Binding",
}


def indented(document: Any) -> str:
    """JSON as the server writes it where people are expected to read it."""
    return json.dumps(document, indent=2)


def served(scheme: Scheme) -> Iterator[Kind]:
    """Every kind that has URLs: what is stored, what others answer for, and the reviews."""
    yield from scheme
    yield from AGGREGATED
    yield from REVIEWS


def verbs_of(kind: Kind) -> tuple[str, ...]:
    """What can be done with a kind."""
    if any(kind is one for one in REVIEWS):
        return ("create",)
    return ("get", "list") if any(kind is one for one in AGGREGATED) else STORED


def answer(scheme: Scheme, path: str, aggregated: bool) -> dict[str, Any] | None:
    """The document at a path; None if discovery has none there."""
    kinds = list(served(scheme))
    match path.strip("/").split("/"):
        case ["api"]:
            return _aggregated(kinds, core=True) if aggregated else _core_versions()
        case ["apis"]:
            return _aggregated(kinds, core=False) if aggregated else _groups(kinds)
        case ["api", version]:
            return _resources(kinds, "", version)
        case ["apis", group]:
            return _group(kinds, group, top=True) if group in _versions(kinds) else None
        case ["apis", group, version]:
            return _resources(kinds, group, version)
    return None


def _core_versions() -> dict[str, Any]:
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def _versions(kinds: Iterable[Kind]) -> dict[str, list[str]]:
    """Each group's versions, the preferred one first; the nameless group has the core kinds."""
    found: dict[str, dict[str, None]] = {}
    for kind in kinds:
        found.setdefault(kind.group, {})[kind.version] = None
    return {group: list(versions) for group, versions in found.items()}


def _groups(kinds: list[Kind]) -> dict[str, Any]:
    named = [_group(kinds, group) for group in _versions(kinds) if group]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": named}


def _group(kinds: list[Kind], group: str, top: bool = False) -> dict[str, Any]:
    versions = [
        {"groupVersion": f"{group}/{version}", "version": version}
        for version in _versions(kinds)[group]
    ]
    head = {"kind": "APIGroup", "apiVersion": "v1"} if top else {}
    return head | {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resources(kinds: list[Kind], group: str, version: str) -> dict[str, Any] | None:
    mine = [kind for kind in kinds if (kind.group, kind.version) == (group, version)]
    if not mine:
        return None
    found: list[dict[str, Any]] = []
    for kind in mine:
        row: dict[str, Any] = {
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced,
            "kind": kind.kind,
            "verbs": verbs_of(kind),
        }
        if kind.short_names:
            row["shortNames"] = kind.short_names
        if kind.categories:
            row["categories"] = kind.categories
        found.append(row)
        found += [
            {
                "name": f"{kind.plural}/{part}",
                "singularName": "",
                "namespaced": kind.namespaced,
                **_of_other_group(kind, part),
                "verbs": SUBRESOURCES[part],
            }
            for part in kind.subresources
        ]
        if kind.kind in PROXIED and not kind.group:
            found.append(
                {
                    "name": f"{kind.plural}/proxy",
                    "singularName": "",
                    "namespaced": kind.namespaced,
                    "kind": PROXIED[kind.kind],
                    "verbs": PASSING,
                }
            )
    name = f"{group}/{version}" if group else version
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": name,
        "resources": found,
    }


def _of_other_group(kind: Kind, part: str) -> dict[str, str]:
    """Which kind a part is of, and its group where that is not the object's own."""
    other = _KINDS.get(part)
    if other is not None:
        return {"group": other.group, "version": other.version, "kind": other.kind}
    return {"kind": _OPTIONS.get(part, kind.kind)}


def _aggregated(kinds: list[Kind], core: bool) -> dict[str, Any]:
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": group} if group else {},
                "versions": [_version(kinds, group, version) for version in versions],
            }
            for group, versions in _versions(kinds).items()
            if core is not bool(group)
        ],
    }


def _version(kinds: list[Kind], group: str, version: str) -> dict[str, Any]:
    mine = [kind for kind in kinds if (kind.group, kind.version) == (group, version)]
    return {"version": version, "freshness": "Current", "resources": [*map(_resource, mine)]}


def _resource(kind: Kind) -> dict[str, Any]:
    return {
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": verbs_of(kind),
        "shortNames": kind.short_names,
        "categories": kind.categories,
        "subresources": [
            {
                "subresource": part,
                "responseKind": {
                    "group": kind.group,
                    "version": kind.version,
                    **_of_other_group(kind, part),
                },
                "verbs": SUBRESOURCES[part],
            }
            for part in kind.subresources
        ]
        + _proxies(kind),
    }


def _proxies(kind: Kind) -> list[dict[str, Any]]:
    if kind.group or kind.kind not in PROXIED:
        return []
    response = {"group": "", "version": kind.version, "kind": PROXIED[kind.kind]}
    return [{"subresource": "proxy", "responseKind": response, "verbs": PASSING}]
