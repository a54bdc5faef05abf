"""What the sweeps have found: each was an exception, or worse, and is a refusal now."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.rest import APPLY_PATCH, JSON_PATCH
from kubelite.apimachinery.struct import encode
from tests.apiserver.conftest import Desk
from tests.badinput.objects import DEFINITION, KINDS, good

BY_KIND = {kind.kind: kind for kind in KINDS}


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk()
    desk.create(good(BY_KIND["ConfigMap"]))
    return desk


@pytest.mark.parametrize(
    ("operation", "name"),
    [(None, "null"), (True, "bool"), (1, "number"), ("add", "string"), ([], "array")],
)
def test_a_patch_of_no_operations(desk: Desk, operation: Any, name: str) -> None:
    error = desk.refused("patch", "configmap/web", [operation], patch_type=JSON_PATCH)
    text = f"json: cannot unmarshal {name} into Go value of type jsonpatch.Operation"
    assert (error.code, error.status.message) == (400, text)


@pytest.mark.parametrize("value", [7, "web", [], None, True])
def test_a_patch_that_replaces_the_whole_object(desk: Desk, value: Any) -> None:
    operations = [{"op": "replace", "path": "", "value": value}]
    error = desk.refused("patch", "configmap/web", operations, patch_type=JSON_PATCH)
    assert error.code in (400, 422)


def test_half_a_character_among_annotations(desk: Desk) -> None:
    meta = {"name": "half", "annotations": {"a": "\ud800"}}
    assert desk.create({**good(BY_KIND["ConfigMap"]), "metadata": meta}).metadata.annotations == {
        "a": "\ufffd"
    }
    meta = {"name": "half-2", "annotations": {"\ud800": "b"}}
    encode(desk.refused("create", "configmap", {"metadata": meta}).status)


def test_half_a_character_in_what_no_field_takes(desk: Desk) -> None:
    for body in ({"\ud800": 1}, {"kind": "\ud800"}, {"spec": {"\ud800": 1}}):
        encode(desk.refused("create", "pod", {**good(BY_KIND["Pod"]), **body}).status)


def test_a_manager_that_cannot_be_seen(desk: Desk) -> None:
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
    for name, text in (
        ("\ud800", "invalid character U+D800 (at position 0)"),
        ("a\nb", "invalid character U+000A (at position 1)"),
        ("a" * 129, "Too long: may not be more than 128 bytes"),
    ):
        options = {"patch_type": APPLY_PATCH, "field_manager": name}
        error = desk.refused("patch", "configmap/web", wanted, **options)
        assert error.code == 422
        assert text in str(error)


def test_a_schema_with_faults_whose_values_are_objects(desk: Desk) -> None:
    odd = {"type": "object", "not": {"default": {"a": 1}}, "default": {"a": [1]}, "enum": [{}, {}]}
    version = {**DEFINITION["versions"][0], "schema": {"openAPIV3Schema": odd}}
    body = {
        **good(BY_KIND["CustomResourceDefinition"]),
        "spec": {**DEFINITION, "versions": [version]},
    }
    assert desk.refused("create", "customresourcedefinition", body).code in (400, 422)


@pytest.mark.parametrize("kind", ["Event", "CertificateSigningRequest"])
@pytest.mark.parametrize("name", ["..", "a/b", "a%b"])
def test_names_that_are_no_part_of_a_url(desk: Desk, kind: str, name: str) -> None:
    body = good(BY_KIND[kind])
    body = {**body, "metadata": {**body["metadata"], "name": name}}
    assert "metadata.name: Invalid value" in str(desk.refused("create", kind, body))


def test_an_event_with_bad_labels(desk: Desk) -> None:
    body = good(BY_KIND["Event"])
    body = {**body, "metadata": {**body["metadata"], "labels": {"a b": "c"}}}
    assert "metadata.labels: Invalid value" in str(desk.refused("create", "event", body))


def test_an_address_is_called_by_its_address(desk: Desk) -> None:
    body = good(BY_KIND["IPAddress"])
    for name in ("web", "10.0.0.256", "010.0.0.1"):
        found = {**body, "metadata": {"name": name}}
        assert "metadata.name: Invalid value" in str(desk.refused("create", "ipaddress", found))


def test_a_long_row_of_zeros_is_refused_at_once(desk: Desk) -> None:
    """It took hours: three runs of digits in one pattern were tried in every division."""
    body = {**good(BY_KIND["ResourceQuota"]), "spec": {"hard": {"pods": "0" * 200_000 + "!"}}}
    assert desk.refused("create", "resourcequota", body).code == 400


def test_a_status_gets_its_defaults(desk: Desk) -> None:
    service = good(BY_KIND["Service"], "balanced")
    desk.create({**service, "spec": {**service["spec"], "type": "LoadBalancer"}})
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "198.18.9.9"}]}}}
    found = desk.patch("service/balanced", status, subresource="status")
    assert found.status.load_balancer.ingress[0].ip_mode == "VIP"


def test_numbers_that_json_has_not(desk: Desk) -> None:
    schema = {"type": "object", "maximum": float("nan")}
    version = {**DEFINITION["versions"][0], "schema": {"openAPIV3Schema": schema}}
    body = {
        **good(BY_KIND["CustomResourceDefinition"]),
        "spec": {**DEFINITION, "versions": [version]},
    }
    assert desk.refused("create", "customresourcedefinition", body).code == 400
    data = {"data": {"a": float("inf")}}
    assert desk.refused(
        "create", "controllerrevision", {**good(BY_KIND["ControllerRevision"]), **data}
    )


@pytest.mark.parametrize("data", [{1: "a"}, {"a": {1, 2}}, {"a": object()}, {"a": b"bytes"}])
def test_what_is_no_json_at_all(desk: Desk, data: Any) -> None:
    body = {**good(BY_KIND["ControllerRevision"]), "data": data}
    assert desk.refused("create", "controllerrevision", body).code == 400
