"""Devices and claims for them: what is special about them.

Models pkg/registry/resource. Left out: the permissions of their own that a status needs
(``resourceclaims/binding``, ``resourceclaims/driver``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from kubelite.api import resource_v1
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver.defaults import resource as d
from kubelite.apiserver.defaults.filling import changed, filled, mapped
from kubelite.apiserver.registry.groups import NumberedStrategy
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import devices, resourceclaims, resourceslices

ADMIN_ACCESS = "resource.kubernetes.io/admin-access"
"""The label of namespaces whose claims may have admin access."""

Everything = Callable[[str], Iterable[Any]]


def resource_kinds(now: Callable[[], int], everything: Everything) -> dict[type, Strategy]:
    """The rows of the table of kinds."""
    return {
        resource_v1.ResourceClaim: ResourceClaimStrategy(everything),
        resource_v1.ResourceClaimTemplate: ResourceClaimTemplateStrategy(everything),
        resource_v1.DeviceClass: NumberedStrategy(
            None, devices.validate_device_class, devices.validate_device_class_update
        ),
        resource_v1.ResourceSlice: ResourceSliceStrategy(now),
    }


class ResourceClaimStrategy(Strategy):
    """A claim may watch over devices of others only where its namespace is labelled so."""

    def __init__(self, everything: Everything):
        super().__init__(
            d.default_resource_claim,
            resourceclaims.validate_resource_claim,
            resourceclaims.validate_resource_claim_update,
            resourceclaims.validate_resource_claim_status_update,
        )
        self._everything = everything

    def validate(self, obj: resource_v1.ResourceClaim) -> list[FieldError]:
        """Whether it may ask for that in this namespace, too."""
        requests, space = obj.spec.devices.requests, obj.metadata.namespace
        return [*_admin_access(requests, space, self._everything), *super().validate(obj)]

    def prepare_subresource(
        self, subresource: str, new: resource_v1.ResourceClaim, old: resource_v1.ResourceClaim
    ) -> resource_v1.ResourceClaim:
        """What drivers say of devices that were taken back is forgotten."""
        claim: resource_v1.ResourceClaim = super().prepare_subresource(subresource, new, old)
        gone = _devices(old.status) - _devices(claim.status)
        reports = claim.status.devices
        left = tuple(r for r in reports if (r.driver, r.pool, r.device) not in gone)
        return changed(claim, status=changed(claim.status, devices=left))


def _devices(status: resource_v1.ResourceClaimStatus) -> set[tuple[str, str, str]]:
    results = status.allocation.devices.results if status.allocation else ()
    return {(result.driver, result.pool, result.device) for result in results}


class ResourceClaimTemplateStrategy(Strategy):
    """The same for the claims that are made of a template."""

    def __init__(self, everything: Everything):
        super().__init__(
            d.default_resource_claim_template,
            resourceclaims.validate_resource_claim_template,
            resourceclaims.validate_resource_claim_template_update,
        )
        self._everything = everything

    def validate(self, obj: resource_v1.ResourceClaimTemplate) -> list[FieldError]:
        """Whether they may ask for that in this namespace, too."""
        requests, space = obj.spec.spec.devices.requests, obj.metadata.namespace
        return [*_admin_access(requests, space, self._everything), *super().validate(obj)]


def _admin_access(
    requests: Sequence[resource_v1.DeviceRequest], namespace: str, everything: Everything
) -> Iterator[FieldError]:
    """The path is that of upstream, for a template as well."""
    for index, request in enumerate(requests):
        if request.exactly is not None and request.exactly.admin_access:
            found = (s for s in everything("namespaces") if s.metadata.name == namespace)
            if not any(s.metadata.labels.get(ADMIN_ACCESS) == "true" for s in found):
                fault = f"admin access to devices requires the `{ADMIN_ACCESS}: true` label on "
                path = f"spec.devices.requests[{index}].adminAccess"
                yield FieldError.forbidden(path, f"{fault}the containing namespace")
            return


class ResourceSliceStrategy(NumberedStrategy):
    """Slices can be found by driver and node; taints say since when."""

    def __init__(self, now: Callable[[], int]):
        super().__init__(
            None,
            resourceslices.validate_resource_slice,
            resourceslices.validate_resource_slice_update,
        )
        self._now = now

    def default(self, obj: resource_v1.ResourceSlice) -> resource_v1.ResourceSlice:
        """Date the taints that are new."""
        moment = Time(self._now() // SECOND * SECOND)

        def dated(device: resource_v1.Device) -> resource_v1.Device:
            taints = mapped(device.taints, lambda taint: filled(taint, time_added=moment))
            return changed(device, taints=taints)

        if not any(device.taints for device in obj.spec.devices):
            return obj
        return replace(obj, spec=replace(obj.spec, devices=mapped(obj.spec.devices, dated)))

    def fields(self, obj: resource_v1.ResourceSlice) -> dict[str, str]:
        """Driver and node."""
        return {"spec.driver": obj.spec.driver, "spec.nodeName": obj.spec.node_name or ""}
