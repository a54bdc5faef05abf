"""The subresource ``scale``, as kubectl scale and an autoscaler use it."""

from __future__ import annotations

import pytest

from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.struct import replace
from tests.apiserver.conftest import Desk, deployment, pod


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_a_scale_shows_replicas_and_how_to_find_them(desk: Desk, kind: str) -> None:
    made = desk.create({**deployment(), "kind": kind})
    what = f"{kind.lower()}s/web"
    desk.patch(what, {"status": {"replicas": 2}}, subresource="status")
    scale = desk.get(what, subresource="scale")
    assert (scale.api_version, scale.kind) == ("autoscaling/v1", "Scale")
    assert (scale.metadata.name, scale.metadata.uid) == ("web", made.metadata.uid)
    assert (scale.spec.replicas, scale.status.replicas) == (3, 2)
    assert scale.status.selector == "app=web"


@pytest.mark.parametrize(
    ("patch_type", "body"),
    [
        (MERGE_PATCH, {"spec": {"replicas": 10}}),
        (STRATEGIC_PATCH, {"spec": {"replicas": 10}}),
        (JSON_PATCH, [{"op": "replace", "path": "/spec/replicas", "value": 10}]),
    ],
)
def test_patching_it_changes_the_owner(desk: Desk, patch_type: str, body: object) -> None:
    desk.create(deployment())
    scale = desk.patch("deployments/web", body, patch_type=patch_type, subresource="scale")
    owner = desk.get("deployments/web")
    assert (scale.kind, scale.spec.replicas) == ("Scale", 10)
    assert (owner.spec.replicas, owner.metadata.generation) == (10, 2)
    assert scale.metadata.resource_version == owner.metadata.resource_version


def test_putting_it_is_a_race_like_any_other(desk: Desk) -> None:
    desk.create(deployment())
    scale = desk.get("deployments/web", subresource="scale")
    more = replace(scale, spec=replace(scale.spec, replicas=4))
    assert desk.ask("update", "deployments/web", more, subresource="scale").spec.replicas == 4
    error = desk.refused("update", "deployments/web", more, subresource="scale")
    assert (error.code, error.reason) == (409, "Conflict")
    assert 'deployments.apps "web": the object has been modified' in str(error)


def test_the_same_number_writes_nothing(desk: Desk) -> None:
    desk.create(deployment())
    before = desk.store.revision
    desk.patch("deployments/web", {"spec": {"replicas": 3}}, subresource="scale")
    assert desk.store.revision == before


def test_less_than_none_is_refused(desk: Desk) -> None:
    desk.create(deployment())
    options = {"patch_type": MERGE_PATCH, "subresource": "scale"}
    error = desk.refused("patch", "deployments/web", {"spec": {"replicas": -1}}, **options)
    assert error.status.message == (
        'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: '
        "must be greater than or equal to 0"
    )
    error = desk.refused("patch", "deployments/web", {"spec": {"replicas": "9"}}, **options)
    assert (error.code, "cannot unmarshal string" in str(error)) == (400, True)
    error = desk.refused("patch", "deployments/web", {"spec": {"template": {}}}, **options)
    assert 'unknown field "spec.template"' in str(error)


def test_a_pod_cannot_be_scaled(desk: Desk) -> None:
    desk.create(pod("a"))
    assert desk.refused("get", "pods/a", subresource="scale").code == 404
