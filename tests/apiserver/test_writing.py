"""Creating, changing and racing for objects through the API server."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.struct import replace
from tests.apiserver.conftest import Desk, config_map, deployment, pod


def test_a_new_object_gets_identity_time_and_defaults(desk: Desk) -> None:
    made = desk.create(deployment())
    meta = made.metadata
    assert (meta.namespace, meta.generation) == ("default", 1)
    assert meta.resource_version == str(desk.store.revision)
    assert len(meta.uid) == 36
    assert meta.creation_timestamp == desk.clock.now
    assert made.spec.strategy.rolling_update.max_surge == "25%"
    assert made == desk.get("deployments/web")


def test_what_only_the_server_may_set_is_taken_out(desk: Desk) -> None:
    body = deployment()
    body["metadata"] |= {
        "uid": "mine",
        "generation": 7,
        "creationTimestamp": "2001-01-01T00:00:00Z",
    }
    body["status"] = {"replicas": 5}
    made = desk.create(body)
    assert made.metadata.uid != "mine"
    assert (made.metadata.generation, made.status.replicas) == (1, 0)
    assert made.metadata.creation_timestamp == desk.clock.now


def test_a_name_is_taken_once(desk: Desk) -> None:
    desk.create(config_map("a"))
    error = desk.refused("create", "configmaps", config_map("a"))
    assert (error.code, error.reason, str(error)) == (
        409,
        "AlreadyExists",
        'configmaps "a" already exists',
    )


def test_a_name_is_still_taken_while_its_bearer_is_being_deleted(desk: Desk) -> None:
    body = config_map("a")
    body["metadata"]["finalizers"] = ["example.com/hold"]
    desk.create(body)
    desk.ask("delete", "configmaps/a")
    error = desk.refused("create", "configmaps", config_map("a"))
    assert str(error) == 'object is being deleted: configmaps "a" already exists'


def test_generated_names_end_in_five_characters(desk: Desk) -> None:
    body = config_map("x")
    body["metadata"] = {"generateName": "web-"}
    names = {desk.create(body).metadata.name for _ in range(20)}
    assert len(names) == 20
    assert all(name.startswith("web-") and len(name) == 9 for name in names)


def test_who_read_an_old_version_may_not_write(desk: Desk) -> None:
    mine = desk.create(config_map("a", k="1"))
    desk.ask("update", "configmaps/a", replace(mine, data={"k": "theirs"}))
    error = desk.refused("update", "configmaps/a", replace(mine, data={"k": "mine"}))
    assert (error.code, error.reason) == (409, "Conflict")
    assert str(error) == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_without_a_version_the_last_write_wins_except_for_leases(desk: Desk) -> None:
    desk.create(config_map("a", k="1"))
    assert desk.ask("update", "configmaps/a", config_map("a", k="2")).data == {"k": "2"}
    lease: dict[str, Any] = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "a"},
        "spec": {"holderIdentity": "me"},
    }
    desk.create(lease)
    error = desk.refused("update", "leases/a", lease)
    assert "metadata.resourceVersion: Invalid value: 0: must be specified for an update" in str(
        error
    )


def test_a_write_that_changes_nothing_is_not_written(desk: Desk) -> None:
    made = desk.create(deployment())
    before = desk.store.revision
    assert desk.ask("update", "deployments/web", made) == made
    assert desk.patch("deployments/web", {"spec": {"replicas": 3}}) == made
    assert desk.store.revision == before


def test_generation_counts_changes_of_the_spec_only(desk: Desk) -> None:
    desk.create(deployment())

    def generation() -> int:
        return int(desk.get("deployments/web").metadata.generation)

    desk.patch("deployments/web", {"metadata": {"labels": {"a": "b"}}})
    assert generation() == 1
    desk.patch("deployments/web", {"status": {"replicas": 3}}, subresource="status")
    assert generation() == 1
    desk.patch("deployments/web", {"spec": {"replicas": 4}})
    assert generation() == 2
    desk.patch("deployments/web", {"metadata": {"annotations": {"why": "because"}}})
    assert generation() == 3, "a Deployment's annotations belong to its rollout"
    desk.create(config_map("a"))
    assert desk.patch("configmaps/a", {"data": {"k": "v"}}).metadata.generation == 0


def test_spec_and_status_are_written_through_different_doors(desk: Desk) -> None:
    made = desk.create(deployment())
    both = replace(
        made, spec=replace(made.spec, replicas=9), status=replace(made.status, replicas=2)
    )
    by_spec = desk.ask("update", "deployments/web", both)
    assert (by_spec.spec.replicas, by_spec.status.replicas) == (9, 0)
    both = replace(
        by_spec, spec=replace(made.spec, replicas=1), status=replace(made.status, replicas=2)
    )
    by_status = desk.ask("update", "deployments/web", both, subresource="status")
    assert (by_status.spec.replicas, by_status.status.replicas) == (9, 2)


@pytest.mark.parametrize(
    ("what", "status", "field"),
    [
        ("deployments/web", {"replicas": 1, "readyReplicas": 2}, "status.readyReplicas"),
        ("deployments/web", {"replicas": -1}, "status.replicas"),
        ("replicasets/web", {"replicas": 1, "availableReplicas": 1}, "status.availableReplicas"),
        ("services/web", {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}, "status.loadBalancer"),
        ("namespaces/default", {"phase": "Terminating"}, "status.Phase"),
    ],
)
def test_a_status_has_rules_too(desk: Desk, what: str, status: Any, field: str) -> None:
    desk.create(deployment())
    desk.create({**deployment(), "kind": "ReplicaSet"})
    desk.create({"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}})
    options = {"patch_type": MERGE_PATCH, "subresource": "status"}
    error = desk.refused("patch", what, {"status": status}, **options)
    assert error.code == 422
    assert field in str(error)


def test_a_kind_without_status_has_no_such_subresource(desk: Desk) -> None:
    desk.create(config_map("a"))
    for verb, part in (("get", "status"), ("update", "nonsense"), ("create", "nonsense")):
        error = desk.refused(verb, "configmaps/a", config_map("a"), subresource=part)
        assert (error.code, error.status.message) == (
            404,
            "the server could not find the requested resource",
        )
    error = desk.refused("delete", "pods/a", subresource="status")
    assert error.code == 405


# Patches


def test_a_merge_patch_replaces_lists_and_null_removes(desk: Desk) -> None:
    desk.create(deployment())
    containers = [{"name": "other", "image": "busybox"}]
    changed = desk.patch(
        "deployments/web",
        {"spec": {"template": {"spec": {"containers": containers}}, "replicas": None}},
        patch_type=MERGE_PATCH,
    )
    assert [c.name for c in changed.spec.template.spec.containers] == ["other"]
    assert changed.spec.replicas == 1, "what was removed is filled in again"


def test_a_strategic_patch_merges_containers_by_name(desk: Desk) -> None:
    desk.create(deployment())
    containers = [{"name": "main", "image": "nginx:1.26"}, {"name": "log", "image": "busybox"}]
    changed = desk.patch(
        "deployments/web",
        {"spec": {"template": {"spec": {"containers": containers}}}},
        patch_type=STRATEGIC_PATCH,
    )
    found = {c.name: c.image for c in changed.spec.template.spec.containers}
    assert found == {"main": "nginx:1.26", "log": "busybox"}


def test_a_json_patch_does_one_step_after_another(desk: Desk) -> None:
    desk.create(config_map("a", k="1"))
    steps = [
        {"op": "test", "path": "/data/k", "value": "1"},
        {"op": "replace", "path": "/data/k", "value": "2"},
        {"op": "add", "path": "/metadata/labels", "value": {"team": "red"}},
    ]
    changed = desk.patch("configmaps/a", steps, patch_type=JSON_PATCH)
    assert (changed.data, changed.metadata.labels) == ({"k": "2"}, {"team": "red"})
    error = desk.refused("patch", "configmaps/a", steps, patch_type=JSON_PATCH)
    assert (error.code, error.status.message) == (
        422,
        "the server rejected our request due to an error in our request",
    )
    assert "testing value /data/k failed" in error.hint


@pytest.mark.parametrize(
    ("patch_type", "body", "code", "text"),
    [
        ("text/plain", {}, 415, "accepted media types include: application/json-patch+json"),
        (JSON_PATCH, {"data": {}}, 400, "is a list"),
        (MERGE_PATCH, [], 400, "is a dict"),
        (MERGE_PATCH, {"dta": {"k": "v"}}, 400, 'unknown field "dta"'),
        (MERGE_PATCH, {"data": {"k": 1}}, 400, "cannot unmarshal number"),
        (MERGE_PATCH, {"metadata": {"resourceVersion": "1"}}, 409, "has been modified"),
        (MERGE_PATCH, {"metadata": {"name": "b"}}, 400, "does not match"),
    ],
)
def test_patches_that_are_refused(
    desk: Desk, patch_type: str, body: Any, code: int, text: str
) -> None:
    desk.create(config_map("a", k="1"))
    error = desk.refused("patch", "configmaps/a", body, patch_type=patch_type)
    assert error.code == code
    assert text in str(error)


# Dry runs


def test_a_dry_run_answers_as_if_and_writes_nothing(desk: Desk) -> None:
    desk.create(config_map("old", k="1"))
    desk.create(pod("web"))
    before = desk.store.revision
    made = desk.create(deployment(), dry_run=True)
    assert (made.metadata.generation, made.spec.revision_history_limit) == (1, 10)
    changed = desk.patch("configmaps/old", {"data": {"k": "2"}}, dry_run=True)
    assert changed.data == {"k": "2"}
    desk.ask("delete", "pods/web", dry_run=True)
    assert desk.store.revision == before
    assert desk.names("deployments") == []
    assert desk.names("pods") == ["web"]
    desk.refused("create", "configmaps", config_map("old"), dry_run=True)


# What may come in


def test_a_dry_run_gives_no_new_version(desk: Desk) -> None:
    old = desk.create(config_map("old", k="1"))
    changed = desk.patch("configmaps/old", {"data": {"k": "2"}}, dry_run=True)
    assert changed.metadata.resource_version == old.metadata.resource_version
    assert desk.create(config_map("new"), dry_run=True).metadata.resource_version == ""


def test_null_is_read_as_absent(desk: Desk) -> None:
    body = deployment()
    body["spec"]["replicas"] = None
    body["metadata"]["labels"] = None
    body["spec"]["template"]["spec"]["nodeSelector"] = None
    body["status"] = None
    made = desk.create(body)
    assert (made.spec.replicas, made.metadata.labels) == (1, {})


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"namespace": "elsewhere"}, "the namespace of the provided object does not match"),
        ({"resourceVersion": "5"}, "resourceVersion should not be set on objects to be created"),
        ({"name": ""}, "metadata.name: Required value: name or generateName is required"),
    ],
)
def test_metadata_that_cannot_be_created(desk: Desk, change: Any, text: str) -> None:
    body = config_map("a")
    body["metadata"] |= change
    assert text in str(desk.refused("create", "configmaps", body))


def test_the_wrong_kind_or_version_in_the_body_is_named(desk: Desk) -> None:
    error = desk.refused("create", "pods", {"apiVersion": "v2", "kind": "Pod"})
    assert "the API version in the data (v2) does not match the expected API version (v1)" in str(
        error
    )
    error = desk.refused("create", "pods", config_map("a"))
    assert "the kind in the data (ConfigMap) does not match the expected kind (Pod)" in str(error)


def test_a_secrets_texts_become_data(desk: Desk) -> None:
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"user": "bWU=", "password": "b2xk"},
        "stringData": {"password": "new", "url": "grüße"},
    }
    made = desk.create(body)
    assert made.data == {"user": "bWU=", "password": "bmV3", "url": "Z3LDvMOfZQ=="}
    assert (made.string_data, made.type) == ({}, "Opaque")
    changed = desk.patch("secrets/s", {"stringData": {"user": "you"}})
    assert (changed.data["user"], changed.string_data) == ("eW91", {})


def test_a_patch_shares_what_it_does_not_speak_of(desk: Desk) -> None:
    made = desk.create(deployment())
    changed = desk.patch("deployments/web", {"metadata": {"labels": {"a": "b"}}})
    assert changed.metadata.labels["a"] == "b"
    assert changed.spec.template is made.spec.template
    wrong = {"spec": {"replica": 3}}
    error = desk.refused("patch", "deployments/web", wrong, patch_type=MERGE_PATCH)
    assert 'Deployment in version "v1" cannot be handled as a Deployment' in str(error)
    assert 'unknown field "spec.replica"' in str(error)
