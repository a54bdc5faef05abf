"""Ingress: which Service a request goes to, by its host and its path.

Models the matching rules that ``networking.k8s.io/v1`` sets for every ingress controller, and
ingress-nginx where they leave a choice.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.api import networking_v1 as net
from kubelite.api.core_v1 import Service
from kubelite.apimachinery.struct import Value

_KINDS = {"Exact": 2, "Prefix": 1, "ImplementationSpecific": 0}


class Match(Value):
    """The rule that a request met: its Ingress, and the Service's name and port."""

    ingress: net.Ingress
    backend: net.IngressBackend


# DOC: ingress-route
def route(ingresses: Iterable[net.Ingress], host: str, path: str) -> Match | None:
    """The rule for a request: the most exact host, then the longest path, then the oldest."""
    ordered = sorted(
        ingresses,
        key=lambda i: (i.metadata.creation_timestamp or 0, i.metadata.namespace, i.metadata.name),
    )
    rules = [(host_matches(rule.host, host), i, rule) for i in ordered for rule in i.spec.rules]
    exactness = max((found for found, _, _ in rules), default=0)
    matches = [
        (one, Match(ingress, one.backend))
        for found, ingress, rule in rules
        if found == exactness > 0 and rule.http
        for one in rule.http.paths
        if path_matches(one, path)
    ]
    if matches:
        return max(matches, key=lambda found: _rank(found[0]))[1]
    defaults = (Match(i, i.spec.default_backend) for i in ordered if i.spec.default_backend)
    return next(defaults, None)


def _rank(one: net.HTTPIngressPath) -> tuple[int, int]:
    """The longer path first; of two that are as long, the exact one."""
    return len(one.path.rstrip("/")), _KINDS[one.path_type or "Prefix"]


def host_matches(wanted: str, host: str) -> int:
    """How exactly a rule's host matches: 3 by name, 2 by wildcard, 1 for any, 0 not at all."""
    if not wanted:
        return 1
    if wanted.startswith("*."):
        label, _, rest = host.partition(".")
        return 2 if label and rest.lower() == wanted[2:] else 0
    return 3 if host.lower() == wanted else 0


def path_matches(one: net.HTTPIngressPath, path: str) -> bool:
    """Exact: the same, slash for slash. Prefix: element by element. Otherwise as Prefix."""
    path = path.partition("?")[0]
    if one.path_type == "Exact":
        return path == one.path
    wanted = [part for part in one.path.split("/") if part]
    return [part for part in path.split("/") if part][: len(wanted)] == wanted


def port_name(backend: net.IngressBackend, service: Service) -> str | None:
    """The name of the Service's port that the backend means; None when it has no such port."""
    port = backend.service.port if backend.service else net.ServiceBackendPort()
    for found in service.spec.ports:
        if found.name == port.name if port.name else found.port == port.number:
            return found.name
    return None
