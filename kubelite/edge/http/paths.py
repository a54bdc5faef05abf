"""What a URL means: which resource, in which namespace, which object, which part of it.

Models ``RequestInfoFactory`` of k8s.io/apiserver/pkg/endpoints/request.
"""

from __future__ import annotations

from typing import NamedTuple

from kubelite.api.metrics_v1beta1 import AGGREGATED
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.scheme import Kind, Scheme, UnknownKind
from kubelite.apiserver.reviews import REVIEWS

PARTS_OF_A_NAMESPACE = ("finalize", "status")


class Place(NamedTuple):
    """A resource, and where in it: as much of it as the URL names."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    part: str = ""


def place(scheme: Scheme, path: str) -> Place | None:
    """Where a path leads; None when it names no resource."""
    root, *rest = path.strip("/").split("/")
    if root == "api" and len(rest) >= 2:
        group, version, *rest = "", *rest
    elif root == "apis" and len(rest) >= 3:
        group, version, *rest = rest
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) >= 3 and rest[2] not in PARTS_OF_A_NAMESPACE:
        _, namespace, *rest = rest
    kind = _kind(scheme, group, version, rest[0])
    if kind is None or len(rest) > 3 or not all(rest) or "//" in path:
        return None
    return Place(kind, namespace, *rest[1:])


def _kind(scheme: Scheme, group: str, version: str, plural: str) -> Kind | None:
    for table in (scheme, AGGREGATED, REVIEWS):
        try:
            return table.by_resource(group, version, plural)
        except UnknownKind:
            continue
    return None


def verb(method: str, named: bool, watching: bool) -> str:
    """What a method asks for; nothing for one that means nothing here."""
    if method in ("GET", "HEAD"):
        return "watch" if watching else "get" if named else "list"
    if method == "DELETE":
        return "delete" if named else "deletecollection"
    return {"POST": "create", "PUT": "update", "PATCH": "patch"}.get(method, "")


def about(where: Place, verb: str) -> Request:
    """The request that a place and a verb make."""
    return Request(verb, where.kind.resource, where.namespace, where.name, where.part)
