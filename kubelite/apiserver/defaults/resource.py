"""Defaults of claims for devices and of devices.

Models ``pkg/apis/resource/v1/defaults.go``. When a taint was added is filled in by the strategy,
which knows the time.
"""

from __future__ import annotations

from typing import TypeVar

from kubelite.api import resource_v1
from kubelite.apiserver.defaults.filling import changed, filled, mapped, maybe

Wish = TypeVar("Wish", resource_v1.ExactDeviceRequest, resource_v1.DeviceSubRequest)


def default_resource_claim(claim: resource_v1.ResourceClaim) -> resource_v1.ResourceClaim:
    """One device for each request."""
    return changed(claim, spec=_spec(claim.spec), status=_status(claim.status))


def default_resource_claim_template(
    template: resource_v1.ResourceClaimTemplate,
) -> resource_v1.ResourceClaimTemplate:
    """The same."""
    return changed(template, spec=changed(template.spec, spec=_spec(template.spec.spec)))


def _spec(spec: resource_v1.ResourceClaimSpec) -> resource_v1.ResourceClaimSpec:
    requests = mapped(spec.devices.requests, _request)
    return changed(spec, devices=changed(spec.devices, requests=requests))


def _request(request: resource_v1.DeviceRequest) -> resource_v1.DeviceRequest:
    return changed(
        request,
        exactly=maybe(request.exactly, _wish),
        first_available=mapped(request.first_available, _wish),
    )


def _wish(wish: Wish) -> Wish:
    wish = filled(wish, allocation_mode="ExactCount")
    if wish.allocation_mode == "ExactCount":
        wish = filled(wish, count=1)
    return changed(wish, tolerations=mapped(wish.tolerations, _toleration))


def _toleration(found: resource_v1.DeviceToleration) -> resource_v1.DeviceToleration:
    return filled(found, operator="Equal")


def _status(status: resource_v1.ResourceClaimStatus) -> resource_v1.ResourceClaimStatus:
    return changed(status, allocation=maybe(status.allocation, _allocation))


def _allocation(found: resource_v1.AllocationResult) -> resource_v1.AllocationResult:
    def result(
        one: resource_v1.DeviceRequestAllocationResult,
    ) -> resource_v1.DeviceRequestAllocationResult:
        return changed(one, tolerations=mapped(one.tolerations, _toleration))

    devices = found.devices
    return changed(found, devices=changed(devices, results=mapped(devices.results, result)))
