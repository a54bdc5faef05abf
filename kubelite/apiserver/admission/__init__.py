"""Who may come in, and what is changed at the door.

Lives here: admission plugins, one file each, and the visible table of those that are on.
Must not live here: rules about single fields (see ``validation``).
Models k8s.io/apiserver/pkg/admission and plugin/pkg/admission.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api import SCHEME
from kubelite.apimachinery.rest import Request, WatchEvent
from kubelite.apimachinery.scheme import Scheme
from kubelite.apiserver.admission.defaulttolerationseconds import DefaultTolerationSeconds
from kubelite.apiserver.admission.escalation import NoEscalation
from kubelite.apiserver.admission.guest import GuestPlugin
from kubelite.apiserver.admission.ingressclass import DefaultIngressClass
from kubelite.apiserver.admission.lifecycle import NamespaceLifecycle
from kubelite.apiserver.admission.limitranger import LimitRanger
from kubelite.apiserver.admission.nodetaint import TaintNodesByCondition
from kubelite.apiserver.admission.plugin import Everything, Find, Followed, Plugin, Server
from kubelite.apiserver.admission.policies import ValidatingPolicies
from kubelite.apiserver.admission.priority import Priority
from kubelite.apiserver.admission.resourcequota import ResourceQuotas
from kubelite.apiserver.admission.runtimeclass import RuntimeClasses
from kubelite.apiserver.admission.serviceaccount import ServiceAccounts
from kubelite.apiserver.admission.storage import (
    DefaultStorageClass,
    PersistentVolumeClaimResize,
    StorageObjectInUseProtection,
)
from kubelite.sim.guests import foreign

__all__ = ["ADMISSION", "Chain", "Followed"]

# DOC: admission-table
ADMISSION: tuple[type[Plugin], ...] = (
    NamespaceLifecycle,
    LimitRanger,
    ServiceAccounts,
    TaintNodesByCondition,
    Priority,
    DefaultTolerationSeconds,
    RuntimeClasses,
    StorageObjectInUseProtection,
    DefaultStorageClass,
    PersistentVolumeClaimResize,
    DefaultIngressClass,
    NoEscalation,
    ResourceQuotas,
)


class Chain:
    """Every plugin in turn, each seeing what those before it made of the object."""

    def __init__(
        self,
        find: Find,
        everything: Everything,
        plugins: Sequence[type[Plugin]] = ADMISSION,
        scheme: Scheme = SCHEME,
    ):
        self._policies = ValidatingPolicies(find, everything, scheme)
        self._plugins: dict[str, list[Plugin]] = {}
        made = [plugin(find, everything) for plugin in plugins]
        self._all = [GuestPlugin(one) if foreign(one) else one for one in made]

    def connect(self, server: Server) -> None:
        """Let the plugins meet the server, whose registries are there by now."""
        for plugin in self._all:
            plugin.connect(server)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object as it may be stored. Raises StatusError 403 or 404."""
        resource = request.resource
        plugins = self._plugins.get(resource)
        if plugins is None:
            in_order = (*self._all, self._policies)
            plugins = [p for p in sorted(in_order, key=lambda p: p.last) if p.concerns(resource)]
            self._plugins[resource] = plugins
        for plugin in plugins:
            obj = plugin.admit(request, obj, old)
        return obj

    def admit_deletion(self, request: Request) -> None:
        """Raises StatusError 403 when the object may not be deleted."""
        for plugin in self._all:
            plugin.admit_deletion(request)
        if self._policies.bound:
            self._policies.admit_deletion(request)

    def policies_changed(self, event: WatchEvent) -> None:
        """A policy or a binding was written: whom they concern is found anew."""
        self._policies.refresh()
        self._plugins.clear()
