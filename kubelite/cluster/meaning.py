"""What a learner means: by "pod/web-1", "pods" or a name alone, by numbers, seconds and amounts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any

from kubelite.api.metrics_v1beta1 import AGGREGATED, METRICS_NAMES
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.apimachinery.told import Miscalled, UsageError
from kubelite.apiserver import APIServer
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

LOOKED_AT = (
    *("deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch"),
    *("services", "pods", "nodes", "configmaps", "secrets"),
)
"""The resources that are looked through for somebody who gives a name without its kind."""


def meant(api: APIServer, what: str, name: str = "") -> tuple[Kind, str]:
    """The kind, and the name or "". Raises UnknownKind, with what is there of that name."""
    word, _, rest = what.partition("/")
    scheme = AGGREGATED if word.lower() in METRICS_NAMES else api.scheme
    try:
        return scheme.by_name(word), rest or name
    except UnknownKind as error:
        found = [] if rest or name else _called(api, word)
        if not found:
            raise
        raise UnknownKind(f"{error}; say its kind, too: {' or '.join(found)}") from None


def _called(api: APIServer, name: str) -> list[str]:
    """The objects of this name: "deployment/web" and the like."""
    rows = [api.registries[resource].kind for resource in LOOKED_AT]
    places = [(row, "default" if row.namespaced else "") for row in rows]
    there = [row for row, place in places if api.find(row.resource, place, name) is not None]
    return [f'"{row.singular}/{name}"' for row in there]


def a_pod(cluster: Cluster, what: str, namespace: str = "default") -> Any:
    """The pod of this name, with "pod/" before it or without. Raises StatusError, UsageError."""
    kind, name = meant(cluster.api, what if "/" in what else f"pod/{what}")
    if kind.resource != "pods":
        raise UsageError(f'"{what}" is no pod: name one of cluster.get("pods")')
    return cluster.get(f"pod/{name}", namespace=namespace)


def check_call(method: Callable[..., Any], *args: Any, **options: Any) -> None:
    """Raises Miscalled, with what a method takes, if it does not take these."""
    takes = _signature(method)
    try:
        takes.bind(*args, **options)
    except TypeError as slip:
        plain = [p.replace(annotation=Parameter.empty) for p in takes.parameters.values()]
        shown = Signature(plain[1:])  # without the cluster
        name = method.__name__
        raise Miscalled(f"{name}(): {slip}; it is {name}{shown}") from None


_signature = cache(signature)


def microseconds(call: str, seconds: float) -> int:
    """What a number of seconds comes to; ``call`` is what was called. Raises UsageError."""
    try:
        return round(seconds * SECOND)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{call}({seconds!r}): give a number of seconds") from None


def span(call: str, seconds: float) -> int:
    """So many seconds, not less than none, in microseconds. Raises UsageError."""
    found = microseconds(call, seconds)
    if found < 0:
        raise UsageError(f"{call}({seconds!r}): time only goes forward; branch(at=...) goes back")
    return found


def count(what: str, number: int) -> int:
    """How many; ``what`` is the argument that says so. Raises UsageError."""
    if not isinstance(number, int) or number < 0:
        raise UsageError(f"{what}={number!r}: give a whole number, 0 or more")
    return number


def check_amounts(**amounts: str) -> None:
    """Raises UsageError for what is no quantity."""
    for what, amount in amounts.items():
        try:
            Quantity.parse(amount)
        except ValueError:
            advice = 'write an amount such as "4", "500m" or "16Gi"'
            raise UsageError(f"{what}={amount!r}: {advice}") from None
