"""LimitRanger: containers get the defaults of their namespace and stay within its bounds.

Models plugin/pkg/admission/limitranger/admission.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from kubelite.api.core_v1 import Container, LimitRange, LimitRangeItem, Pod, PodSpec, ResourceList
from kubelite.api.podresources import pod_limits, pod_requests
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import aggregate
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin, Server

ANNOTATION = "kubernetes.io/limit-ranger"

NO_REQUEST = "but no request is specified or request is 0"
NO_LIMIT = "but no limit is specified or limit is 0"


Filled = tuple[PodSpec, str]
"""A spec with defaults, and what was filled in; empty if nothing."""


class LimitRanger(Plugin):
    """Fills in and checks pods; checks claims. Without a LimitRange it does nothing."""

    resources = ("pods", "persistentvolumeclaims")

    def connect(self, server: Server) -> None:
        """Keep a copy of all LimitRanges."""
        self._ranges = server.follow("limitranges")
        self._filled: dict[str, tuple[LimitRange, ByIdentity[PodSpec, Filled]]] = {}

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The pod with defaults. Raises StatusError 403 for what is out of bounds."""
        if not self._ranges:
            return obj
        ranges = self._ranges.get(request.namespace)
        if not ranges or (request.resource == "pods" and old is not None):
            return obj
        if request.resource == "pods":
            for found in ranges.values():
                obj = with_note(obj, *self._with_defaults(found, obj.spec))
        check = pod_faults if request.resource == "pods" else claim_faults
        for found in ranges.values():
            faults = list(check(found, obj))
            if faults:
                raise errors.forbidden(request.resource, obj.metadata.name, aggregate(faults))
        return obj

    def _with_defaults(self, found: LimitRange, spec: PodSpec) -> Filled:
        """Worked out once for all pods of one spec, so that they go on sharing one."""
        uid = found.metadata.uid
        known = self._filled.get(uid)
        if known is None or known[0] is not found:
            known = self._filled[uid] = (found, ByIdentity(partial(with_defaults, found)))
        return known[1](spec)


# Defaults


# DOC: limit-range-defaults
def with_defaults(limit_range: LimitRange, spec: PodSpec) -> Filled:
    """The spec with requests and limits where its containers have none, and a note of them."""
    requests: ResourceList = {}
    limits: ResourceList = {}
    for item in limit_range.spec.limits:
        if item.type == "Container":
            requests |= item.default_request
            limits |= item.default
    notes: list[str] = []
    filled = replace(
        spec,
        containers=_filled(spec.containers, requests, limits, "container", notes),
        init_containers=_filled(spec.init_containers, requests, limits, "init container", notes),
    )
    return (filled, f"LimitRanger plugin set: {'; '.join(notes)}") if notes else (spec, "")


def with_note(pod: Pod, spec: PodSpec, note: str) -> Pod:
    """The pod with its new spec, and an annotation that says what was filled in."""
    if not note:
        return pod
    annotations = pod.metadata.annotations | {ANNOTATION: note}
    return replace(pod, metadata=replace(pod.metadata, annotations=annotations), spec=spec)


def _filled(
    containers: tuple[Container, ...],
    requests: ResourceList,
    limits: ResourceList,
    what: str,
    notes: list[str],
) -> tuple[Container, ...]:
    filled = []
    for container in containers:
        asked = container.resources
        for side, given, has in (
            ("request", requests, asked.requests),
            ("limit", limits, asked.limits),
        ):
            new = sorted(set(given) - set(has))
            if new:
                notes.append(f"{', '.join(new)} {side} for {what} {container.name}")
        whole = replace(asked, requests=requests | asked.requests, limits=limits | asked.limits)
        filled.append(replace(container, resources=whole))
    return tuple(filled)


# Bounds


def pod_faults(limit_range: LimitRange, pod: Pod) -> Iterator[str]:
    """What of the pod is out of bounds, in the server's words."""
    spec = pod.spec
    for item in limit_range.spec.limits:
        if item.type == "Container":
            for container in spec.containers + spec.init_containers:
                yield from _faults(item, container.resources.requests, container.resources.limits)
        elif item.type == "Pod":
            yield from _faults(item, *_of_pod(spec))


def _of_pod(spec: PodSpec) -> tuple[ResourceList, ResourceList]:
    return pod_requests(spec), pod_limits(spec)


def claim_faults(limit_range: LimitRange, claim: Any) -> Iterator[str]:
    """What of a claim is out of bounds: only what it requests counts."""
    asked = claim.spec.resources.requests if claim.spec.resources else {}
    for item in limit_range.spec.limits:
        if item.type != "PersistentVolumeClaim":
            continue
        for name, least in item.min.items():
            yield from _too_little(item, name, least, asked.get(name), None)
        for name, most in item.max.items():
            yield from _claims_too_much(item, name, most, asked.get(name))


def _faults(item: LimitRangeItem, requests: ResourceList, limits: ResourceList) -> Iterator[str]:
    for name, least in item.min.items():
        yield from _too_little(item, name, least, requests.get(name), limits.get(name))
    for name, most in item.max.items():
        yield from _too_much(item, name, most, requests.get(name), limits.get(name))
    for name, ratio in item.max_limit_request_ratio.items():
        yield from _uneven(item, name, ratio, requests.get(name), limits.get(name))


def _too_little(
    item: LimitRangeItem,
    name: str,
    least: Quantity,
    request: Quantity | None,
    limit: Quantity | None,
) -> Iterator[str]:
    rule = f"minimum {name} usage per {item.type} is {least}"
    if request is None:
        yield f"{rule}.  No request is specified"
    elif request < least:
        yield f"{rule}, but request is {request}"
    elif limit is not None and limit < least:
        yield f"{rule}, but limit is {limit}"


def _too_much(
    item: LimitRangeItem,
    name: str,
    most: Quantity,
    request: Quantity | None,
    limit: Quantity | None,
) -> Iterator[str]:
    rule = f"maximum {name} usage per {item.type} is {most}"
    if limit is None:
        yield f"{rule}.  No limit is specified"
    elif limit > most:
        yield f"{rule}, but limit is {limit}"
    elif request is not None and request > most:
        yield f"{rule}, but request is {request}"


def _claims_too_much(
    item: LimitRangeItem, name: str, most: Quantity, request: Quantity | None
) -> Iterator[str]:
    rule = f"maximum {name} usage per {item.type} is {most}"
    if request is None:
        yield f"{rule}.  No request is specified"
    elif request > most:
        yield f"{rule}, but request is {request}"


def _uneven(
    item: LimitRangeItem,
    name: str,
    ratio: Quantity,
    request: Quantity | None,
    limit: Quantity | None,
) -> Iterator[str]:
    """The limit is more than ``ratio`` times the request."""
    rule = f"{name} max limit to request ratio per {item.type} is {ratio}"
    if not request:
        yield f"{rule}, {NO_REQUEST}"
    elif not limit:
        yield f"{rule}, {NO_LIMIT}"
    elif limit.nano * 10**9 > ratio.nano * request.nano:
        yield f"{rule}, but provided ratio is {limit.nano / request.nano:f}"
