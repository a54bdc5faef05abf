"""What a learner means by "pod/web-1", "pods", or a name alone."""

from __future__ import annotations

from kubelite.api.metrics_v1beta1 import AGGREGATED, METRICS_NAMES
from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.apiserver import APIServer

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
