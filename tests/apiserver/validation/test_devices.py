"""Claims, templates, classes and slices of devices that are refused: after
pkg/apis/resource/validation/validation_{resourceclaim,resourceslice,deviceclass}_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api import resource_v1 as r
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.struct import convert, replace
from kubelite.apiserver.defaults.resource import (
    default_resource_claim,
    default_resource_claim_template,
)
from kubelite.apiserver.validation import devices, resourceclaims, resourceslices

WISH = {"deviceClassName": "gpu"}
GPU = {"name": "gpu", "exactly": WISH}
RESULT = {"request": "gpu", "driver": "gpu.example.com", "pool": "worker-1", "device": "gpu-0"}
USER = {"resource": "pods", "name": "p", "uid": "1"}


def claim(*requests: dict[str, Any], **more: Any) -> r.ResourceClaim:
    spec = {"devices": {"requests": list(requests or (GPU,)), **more}}
    meta = {"name": "c", "namespace": "default"}
    return default_resource_claim(convert(r.ResourceClaim, {"metadata": meta, "spec": spec}))


def wish(**more: Any) -> r.ResourceClaim:
    return claim({"name": "gpu", "exactly": WISH | more})


def offer(*found: dict[str, Any], **more: Any) -> r.ResourceSlice:
    spec: dict[str, Any] = {
        "driver": "gpu.example.com",
        "pool": {"name": "worker-1", "generation": 1, "resourceSliceCount": 1},
        "nodeName": "worker-1",
        "devices": list(found),
    }
    spec = {key: value for key, value in (spec | more).items() if value is not None}
    return convert(r.ResourceSlice, {"metadata": {"name": "s"}, "spec": spec})


def about(**more: Any) -> r.ResourceSlice:
    return offer({"name": "gpu-0", **more})


def lines(faults: list[FieldError]) -> str:
    return "\n".join(map(str, faults))


@pytest.mark.parametrize(
    "good",
    [
        claim(),
        wish(allocationMode="All"),
        wish(count=4, tolerations=[{"key": "k", "operator": "Exists"}]),
        wish(selectors=[{"cel": {"expression": 'device.driver == "d"'}}]),
        claim(GPU, {**GPU, "name": "other"}, constraints=[{"matchAttribute": "d.io/numa"}]),
        claim({"name": "gpu", "firstAvailable": [{"name": "a", **WISH}, {"name": "b", **WISH}]}),
        claim(config=[{"opaque": {"driver": "d.io", "parameters": {"a": 1}}}]),
    ],
)
def test_good_claims(good: r.ResourceClaim) -> None:
    assert resourceclaims.validate_resource_claim(good) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (claim({"name": "gpu"}), "spec.devices.requests[0]: Required value: exactly one of"),
        (
            claim({**GPU, "firstAvailable": [{"name": "a", **WISH}]}),
            "is required, but multiple fields are set",
        ),
        (claim({"name": "GPU", "exactly": WISH}), "spec.devices.requests[0].name: Invalid value"),
        (claim(GPU, GPU), 'spec.devices.requests[1]: Duplicate value: "gpu"'),
        (claim(*[GPU] * 33), "spec.devices.requests: Too many: 33: must have at most 32 items"),
        (wish(deviceClassName=""), "requests[0].exactly.deviceClassName: Required value"),
        (wish(count=-1), "exactly.count: Invalid value: -1: must be greater than zero"),
        (
            wish(allocationMode="All", count=1),
            "count: Invalid value: 1: must not be specified when allocationMode is 'All'",
        ),
        (wish(allocationMode="Some"), 'supported values: "All", "ExactCount"'),
        (wish(selectors=[{}]), "exactly.selectors[0].cel: Required value"),
        (
            wish(selectors=[{"cel": {"expression": "device.driver =="}}]),
            "selectors[0].cel.expression: Invalid value",
        ),
        (
            wish(tolerations=[{"operator": "Exists", "value": "x"}]),
            'tolerations[0].value: Invalid value: "x": must be empty for operator `Exists`',
        ),
        (wish(tolerations=[{"effect": "Never"}]), "tolerations[0].effect: Unsupported value"),
        (claim(constraints=[{}]), "spec.devices.constraints[0]: Required value"),
        (
            claim(constraints=[{"matchAttribute": "numa"}]),
            "a fully qualified name must be a domain and a name separated by a slash",
        ),
        (
            claim(constraints=[{"matchAttribute": "d.io/numa", "requests": ["other"]}]),
            'constraints[0].requests[0]: Invalid value: "other": must be the name of a request',
        ),
        (claim(config=[{}]), "spec.devices.config[0].opaque: Required value"),
    ],
)
def test_bad_claims(bad: r.ResourceClaim, fault: str) -> None:
    assert fault in lines(resourceclaims.validate_resource_claim(bad))


def test_what_is_asked_for_stays() -> None:
    faults = resourceclaims.validate_resource_claim_update(wish(count=2), claim())
    assert "spec: Invalid value" in lines(faults)
    assert "field is immutable" in lines(faults)


def test_a_template_has_labels_and_annotations_only() -> None:
    meta = {"name": "t", "namespace": "default"}
    spec = {"metadata": {"name": "x", "labels": {"a": "b"}}, "spec": {"devices": {}}}
    made = convert(r.ResourceClaimTemplate, {"metadata": meta, "spec": spec})
    found = resourceclaims.validate_resource_claim_template(default_resource_claim_template(made))
    assert lines(found) == "spec.metadata.name: Forbidden: cannot be set"


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ({"reservedFor": [USER]}, "may not be specified when `allocated` is not set"),
        ({"allocation": {}, "reservedFor": [USER, USER]}, "reservedFor[1]: Duplicate value"),
        ({"allocation": {}, "reservedFor": [{**USER, "uid": ""}]}, "reservedFor[0].uid: Required"),
        (
            {"allocation": {"devices": {"results": [{**RESULT, "request": "x"}]}}},
            "status.allocation.devices.results[0].request: Invalid value",
        ),
        (
            {"devices": [{"driver": "d.io", "pool": "p", "device": "d"}]},
            "must be an allocated device in the claim",
        ),
        ({"allocation": {"devices": {"results": [RESULT]}}}, ""),
    ],
)
def test_the_status(status: dict[str, Any], fault: str) -> None:
    old = claim()
    new = replace(old, status=convert(r.ResourceClaimStatus, status))
    found = resourceclaims.validate_resource_claim_status_update(new, old)
    assert fault in lines(found) if fault else found == []


def test_an_allocation_does_not_change() -> None:
    had = convert(r.ResourceClaimStatus, {"allocation": {"devices": {"results": [RESULT]}}})
    has = convert(r.ResourceClaimStatus, {"allocation": {}})
    old, new = replace(claim(), status=had), replace(claim(), status=has)
    found = resourceclaims.validate_resource_claim_status_update(new, old)
    assert "status.allocation: Invalid value" in lines(found)


@pytest.mark.parametrize(
    "good",
    [
        offer(),
        about(attributes={"model": {"string": "a"}, "d.io/v": {"version": "1.2.3-rc.1+x"}}),
        about(capacity={"memory": {"value": "40Gi"}}),
        offer({"name": "a", "allNodes": True}, nodeName=None, perDeviceNodeSelection=True),
        offer(sharedCounters=[{"name": "c", "counters": {"m": {"value": "1"}}}], devices=None),
    ],
)
def test_good_slices(good: r.ResourceSlice) -> None:
    assert resourceslices.validate_resource_slice(good) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (offer(driver=""), "spec.driver: Required value"),
        (offer(pool={"name": "p"}), "pool.resourceSliceCount: Invalid value: 0: must be greater"),
        (
            offer(pool={"name": "p", "generation": -1, "resourceSliceCount": 1}),
            "spec.pool.generation: Invalid value: -1: must be greater than or equal to zero",
        ),
        (offer(nodeName=None), "spec: Required value: exactly one of `nodeName`, `nodeSelector`"),
        (offer(allNodes=True), 'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of'),
        (offer(allNodes=False), "spec.allNodes: Invalid value: false: must be either unset or"),
        (offer({"name": "a"}, {"name": "a"}), 'spec.devices[1]: Duplicate value: "a"'),
        (about(allNodes=True), "can only be set if `perDeviceNodeSelection` is set to true"),
        (
            offer({"name": "a"}, nodeName=None, perDeviceNodeSelection=True),
            "spec.devices[0]: Required value: exactly one of `nodeName`, `nodeSelector`, or",
        ),
        (about(attributes={"a": {}}), 'attributes[a]: Invalid value: "": exactly one value must'),
        (about(attributes={"a": {"version": "1.2"}}), "compatible with semver.org spec 2.0.0"),
        (about(attributes={"a": {"string": "x" * 65}}), "may not be more than 64 bytes"),
        (about(attributes={"a-b": {"int": 1}}), 'spec.devices[0].attributes: Invalid value: "a-b'),
        (
            about(attributes={f"a{n}": {"int": 1} for n in range(33)}),
            "the total number of attributes and capacities must not exceed 32",
        ),
        (
            about(capacity={"m": {"value": "1", "requestPolicy": {}}}),
            "capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true",
        ),
        (about(taints=[{"key": "k"}]), "taints[0].effect: Required value"),
        (about(bindingConditions=["Ready"]), "bindingFailureConditions are required to use"),
        (
            offer(*[{"name": f"d{n}"} for n in range(129)]),
            "spec.devices: Too many: 129: must have at most 128 items",
        ),
    ],
)
def test_bad_slices(bad: r.ResourceSlice, fault: str) -> None:
    assert fault in lines(resourceslices.validate_resource_slice(bad))


def test_driver_and_pool_of_a_slice_stay() -> None:
    found = resourceslices.validate_resource_slice_update(offer(driver="b.io"), offer())
    assert 'spec.driver: Invalid value: "b.io": field is immutable' in lines(found)


def test_classes() -> None:
    spec = {"selectors": [{}], "config": [{}], "extendedResourceName": "cpu"}
    found = convert(r.DeviceClass, {"metadata": {"name": "gpu"}, "spec": spec})
    assert lines(devices.validate_device_class(found)).splitlines() == [
        "spec.selectors[0].cel: Required value",
        "spec.config[0].opaque: Required value",
        'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
    ]
