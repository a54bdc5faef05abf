"""Server-side apply: who owns which field, and what happens when two want the same."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.rest import APPLY_PATCH, MERGE_PATCH, Request, Response
from tests.manifests import deployment

Doc = dict[str, Any]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(nodes=1)


def apply(cluster: Cluster, manager: str, body: Doc, **options: Any) -> Response:
    """One apply patch of a ConfigMap, or of a Deployment."""
    kind = "deployments.apps" if body["kind"] == "Deployment" else "configmaps"
    name = body["metadata"]["name"]
    return cluster.api.handle(
        Request(
            "patch",
            kind,
            "default",
            name,
            body=body,
            patch_type=APPLY_PATCH,
            field_manager=manager,
            **options,
        )
    )


def settings(**data: str) -> Doc:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings"},
        "data": data,
    }


def owners(cluster: Cluster, what: str = "configmap/settings") -> dict[str, Any]:
    entries = cluster.get(what).metadata.managed_fields
    return {f"{one.manager} {one.operation}": one.fields_v1 for one in entries}


def test_what_is_not_there_is_created_and_owned(cluster: Cluster) -> None:
    created = apply(cluster, "ada", settings(a="1"))
    assert created.code == 201
    assert owners(cluster) == {"ada Apply": {"f:data": {"f:a": {}}}}


def test_applying_the_same_again_writes_nothing(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1"))
    revision = cluster.revision
    assert apply(cluster, "ada", settings(a="1")).code == 200
    assert cluster.revision == revision


def test_what_a_manager_names_no_more_goes(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1", b="2"))
    apply(cluster, "ada", settings(b="2"))
    assert cluster.get("configmap/settings").data == {"b": "2"}


def test_two_managers_share_an_object(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1"))
    apply(cluster, "bob", settings(b="2"))
    apply(cluster, "ada", settings())
    assert cluster.get("configmap/settings").data == {"b": "2"}


def test_what_two_want_alike_both_own_and_it_stays_until_both_let_go(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1"))
    assert apply(cluster, "bob", settings(a="1")).ok
    apply(cluster, "ada", settings())
    assert cluster.get("configmap/settings").data == {"a": "1"}
    apply(cluster, "bob", settings())
    assert cluster.get("configmap/settings").data == {}


def test_who_wants_it_otherwise_has_a_conflict(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1"))
    refused = apply(cluster, "bob", settings(a="2"))
    assert refused.code == 409
    assert refused.body.message == 'Apply failed with 1 conflict: conflict with "ada": .data.a'
    (cause,) = refused.body.details.causes
    assert (cause.reason, cause.field) == ("FieldManagerConflict", ".data.a")


def test_force_takes_the_field_over(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1", b="1"))
    assert apply(cluster, "bob", settings(a="2"), force=True).ok
    assert owners(cluster) == {
        "ada Apply": {"f:data": {"f:b": {}}},
        "bob Apply": {"f:data": {"f:a": {}}},
    }


def test_an_update_owns_what_it_changes(cluster: Cluster) -> None:
    apply(cluster, "ada", settings(a="1", b="1"))
    cluster.api.handle(
        Request(
            "patch",
            "configmaps",
            "default",
            "settings",
            body={"data": {"a": "2"}},
            patch_type=MERGE_PATCH,
            field_manager="kubectl-edit",
        )
    )
    assert owners(cluster)["kubectl-edit Update"] == {"f:data": {"f:a": {}}}
    refused = apply(cluster, "ada", settings(a="1", b="1"))
    assert refused.body.message == (
        'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1 at '
        "2026-11-27T08:00:00Z: .data.a"
    )


def test_what_was_there_before_the_first_apply_is_owned_too(cluster: Cluster) -> None:
    cluster.apply(settings(a="1"))
    refused = apply(cluster, "ada", settings(a="2"))
    assert 'conflict with "before-first-apply" using v1 at ' in refused.body.message


def test_elements_of_a_list_are_told_apart_by_their_keys(cluster: Cluster) -> None:
    plain = deployment("web", replicas=1)
    body = plain if isinstance(plain, dict) else {}
    assert apply(cluster, "ada", body).code == 201
    side = {"name": "side", "image": "busybox"}
    more = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": [side]}}},
    }
    assert apply(cluster, "bob", more).ok
    spec = cluster.get("deployment/web").spec.template.spec
    assert [one.name for one in spec.containers][1:] == ["side"]
    cluster.run(20)  # statuses are written by others, and own themselves
    assert apply(cluster, "ada", body).ok
    apply(cluster, "bob", {**more, "spec": {}})
    spec = cluster.get("deployment/web").spec.template.spec
    assert len(spec.containers) == 1


def test_scaling_by_another_hand_is_a_conflict_for_who_names_replicas(cluster: Cluster) -> None:
    body = deployment("web", replicas=1)
    apply(cluster, "ada", body)
    cluster.scale("deployment/web", 3)
    refused = apply(cluster, "ada", body)
    assert refused.code == 409
    assert refused.body.details.causes[0].field == ".spec.replicas"


@pytest.mark.parametrize(
    ("manager", "change", "code"),
    [
        ("", {}, 422),
        ("ada", {"metadata": {"name": "settings", "managedFields": [{"manager": "x"}]}}, 400),
        ("ada", {"metadata": {"name": "other"}}, 400),
        ("ada", {"dat": {}}, 400),
        ("ada", {"kind": "Secret"}, 400),
    ],
)
def test_what_cannot_be_applied(cluster: Cluster, manager: str, change: Doc, code: int) -> None:
    body = settings(a="1") | change
    request = Request(
        "patch",
        "configmaps",
        "default",
        "settings",
        body=body,
        patch_type=APPLY_PATCH,
        field_manager=manager,
    )
    revision = cluster.revision
    assert cluster.api.handle(request).code == code
    assert cluster.revision == revision


def test_a_dry_run_shows_and_keeps_nothing(cluster: Cluster) -> None:
    assert apply(cluster, "ada", settings(a="1"), dry_run=True).code == 201
    assert "settings" not in cluster.get("configmaps").names
