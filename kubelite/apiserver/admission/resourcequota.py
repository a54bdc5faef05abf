"""ResourceQuota: what is created is charged to the quotas of its namespace, or refused.

Models k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api import quota
from kubelite.api.core_v1 import ResourceList, ResourceQuota
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin, Server

CHARGED_ON_UPDATE = ("services", "persistentvolumeclaims")
"""Kinds that can come to use more after they were created."""


class ResourceQuotas(Plugin):
    """The last plugin: it charges for what all others have let through."""

    last = True

    def concerns(self, resource: str) -> bool:
        """Everything that a quota can count."""
        return resource not in quota.IGNORED

    def connect(self, server: Server) -> None:
        """Keep a copy of all quotas; usage is written back through the server."""
        self._server = server
        self._quotas = server.follow("resourcequotas")

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object as it came. Raises StatusError 403 when a quota does not allow it."""
        if not self._quotas:
            return obj
        if old is not None and request.resource not in CHARGED_ON_UPDATE:
            return obj
        quotas = self._quotas.get(request.namespace)
        for found, charged in self._charges(request, obj, old, quotas or {}):
            if not request.dry_run:
                status = replace(found.status, used=charged)
                self._server.commit("resourcequotas", replace(found, status=status), found)
        return obj

    # DOC: quota-charge
    def _charges(
        self, request: Request, obj: Any, old: Any | None, quotas: dict[str, ResourceQuota]
    ) -> list[tuple[ResourceQuota, ResourceList]]:
        """Each quota that counts the object, and what will be used of it; all or none."""
        resource, charges = request.resource, []
        for found in quotas.values():
            if not quota.counts(found, resource, obj):
                continue
            self._check_stated(request, found, obj)
            used = quota.usage(resource, obj, self._server.now())
            if old is not None and quota.counts(found, resource, old):
                used = quota.grown(used, quota.usage(resource, old, self._server.now()))
            asked = {name: amount for name, amount in used.items() if amount}
            asked = quota.masked(asked, found.status.hard)
            if asked:
                charges.append((found, self._charged(request, obj, found, asked)))
        return charges

    def _check_stated(self, request: Request, found: ResourceQuota, obj: Any) -> None:
        """The pod says what it needs, and the quota knows what is used."""
        limited = quota.matching(request.resource, found.status.hard)
        name = found.metadata.name
        said = quota.missing(limited, obj.spec) if request.resource == "pods" else ""
        if said:
            raise _refused(request, obj, f"failed quota: {name}: {said}")
        if any(one not in found.status.used for one in limited):
            cause = f"status unknown for quota: {name}, resources: {','.join(limited)}"
            raise _refused(request, obj, cause)

    @staticmethod
    def _charged(
        request: Request, obj: Any, found: ResourceQuota, asked: ResourceList
    ) -> ResourceList:
        hard, used = found.status.hard, found.status.used
        after = quota.added(used, asked)
        over = sorted(name for name in asked if after[name] > hard[name])
        if over:
            cause = (
                f"exceeded quota: {found.metadata.name}, requested: {_listed(asked, over)}, "
                f"used: {_listed(used, over)}, limited: {_listed(hard, over)}"
            )
            raise _refused(request, obj, cause)
        return after


def _listed(amounts: ResourceList, names: list[str]) -> str:
    return ",".join(f"{name}={amounts[name]}" for name in names if name in amounts)


def _refused(request: Request, obj: Any, cause: str) -> errors.StatusError:
    return errors.forbidden(request.resource, obj.metadata.name, cause)
