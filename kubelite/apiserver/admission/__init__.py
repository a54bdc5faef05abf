"""Who may come in, and what is changed at the door.

Lives here: admission plugins, one file each, and the visible table of those that are on.
Must not live here: rules about single fields (see ``validation``).
Models k8s.io/apiserver/pkg/admission and plugin/pkg/admission.
"""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery.rest import Request
from kubelite.apiserver.admission.defaulttolerationseconds import DefaultTolerationSeconds
from kubelite.apiserver.admission.escalation import NoEscalation
from kubelite.apiserver.admission.lifecycle import NamespaceLifecycle
from kubelite.apiserver.admission.limitranger import LimitRanger
from kubelite.apiserver.admission.nodetaint import TaintNodesByCondition
from kubelite.apiserver.admission.plugin import Everything, Find, Followed, Plugin, Server
from kubelite.apiserver.admission.priority import Priority
from kubelite.apiserver.admission.resourcequota import ResourceQuotas
from kubelite.apiserver.admission.serviceaccount import ServiceAccounts

__all__ = ["ADMISSION", "Chain", "Followed"]

# DOC: admission-table
ADMISSION: tuple[type[Plugin], ...] = (
    NamespaceLifecycle,
    LimitRanger,
    ServiceAccounts,
    TaintNodesByCondition,
    Priority,
    DefaultTolerationSeconds,
    NoEscalation,
    ResourceQuotas,
)


class Chain:
    """Every plugin in turn, each seeing what those before it made of the object."""

    def __init__(self, find: Find, everything: Everything):
        self._plugins: dict[str, list[Plugin]] = {}
        self._all = [plugin(find, everything) for plugin in ADMISSION]

    def connect(self, server: Server) -> None:
        """Let the plugins meet the server, whose registries are there by now."""
        for plugin in self._all:
            plugin.connect(server)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object as it may be stored. Raises StatusError 403 or 404."""
        resource = request.resource
        plugins = self._plugins.get(resource)
        if plugins is None:
            plugins = self._plugins[resource] = [p for p in self._all if p.concerns(resource)]
        for plugin in plugins:
            obj = plugin.admit(request, obj, old)
        return obj

    def admit_deletion(self, request: Request) -> None:
        """Raises StatusError 403 when the object may not be deleted."""
        for plugin in self._all:
            plugin.admit_deletion(request)
