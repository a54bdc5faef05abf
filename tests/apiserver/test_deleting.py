"""How things end: at once, with grace, after the last finalizer, or with their namespace."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.struct import replace
from kubelite.sim.clock import HOUR, SECOND
from tests.apiserver.conftest import Desk, config_map, deployment, pod


def placed(desk: Desk, name: str = "web", **spec: Any) -> Any:
    """A pod that has a node, and so a kubelet to wait for."""
    made = desk.create(pod(name, **spec))
    desk.ask("create", f"pods/{name}", "node-1", subresource="binding")
    return made


def test_what_nobody_holds_is_gone_at_once(desk: Desk) -> None:
    desk.create(config_map("a"))
    desk.ask("delete", "configmaps/a")
    error = desk.refused("get", "configmaps/a")
    assert (error.code, str(error)) == (404, 'configmaps "a" not found')
    assert desk.refused("delete", "configmaps/a").code == 404


def test_finalizers_are_waited_for(desk: Desk) -> None:
    body = config_map("a")
    body["metadata"]["finalizers"] = ["example.com/one", "example.com/two"]
    desk.create(body)
    marked = desk.ask("delete", "configmaps/a")
    assert marked.metadata.deletion_timestamp == desk.clock.now
    before = desk.store.revision
    desk.ask("delete", "configmaps/a")
    assert desk.store.revision == before, "asking twice changes nothing"
    desk.patch("configmaps/a", {"metadata": {"finalizers": ["example.com/two"]}})
    assert desk.names("configmaps") == ["a"]
    desk.patch("configmaps/a", {"metadata": {"finalizers": None}})
    assert desk.names("configmaps") == []


def test_no_finalizer_may_join_while_the_object_is_leaving(desk: Desk) -> None:
    body = config_map("a")
    body["metadata"]["finalizers"] = ["example.com/one"]
    desk.create(body)
    desk.ask("delete", "configmaps/a")
    more = {"metadata": {"finalizers": ["example.com/one", "example.com/late"]}}
    error = desk.refused("patch", "configmaps/a", more, patch_type="application/merge-patch+json")
    assert "no new finalizers can be added if the object is being deleted" in str(error)


def test_a_pod_has_its_grace(desk: Desk) -> None:
    placed(desk)
    marked = desk.ask("delete", "pods/web")
    meta = marked.metadata
    assert meta.deletion_timestamp == desk.clock.now + 30 * SECOND
    assert (meta.deletion_grace_period_seconds, meta.generation) == (30, 2)
    assert desk.names("pods") == ["web"], "it stays until its kubelet says that it is over"
    desk.ask("delete", "pods/web", grace_period_seconds=0)
    assert desk.names("pods") == []


@pytest.mark.parametrize(
    ("own", "asked", "grace"), [(30, None, 30), (5, None, 5), (30, 7, 7), (30, 60, 60), (30, -3, 1)]
)
def test_how_long_the_grace_is(desk: Desk, own: int, asked: int | None, grace: int) -> None:
    placed(desk, terminationGracePeriodSeconds=own)
    marked = desk.ask("delete", "pods/web", grace_period_seconds=asked)
    assert marked.metadata.deletion_grace_period_seconds == grace


def test_a_second_delete_may_only_shorten_the_grace(desk: Desk) -> None:
    placed(desk)
    began = desk.clock.now
    desk.ask("delete", "pods/web")
    desk.wait(4)
    for asked, grace in ((None, 30), (40, 30), (10, 10), (20, 10)):
        marked = desk.ask("delete", "pods/web", grace_period_seconds=asked)
        assert marked.metadata.deletion_grace_period_seconds == grace
        assert marked.metadata.deletion_timestamp == began + grace * SECOND


def test_a_pod_without_a_node_or_with_its_work_done_needs_no_grace(desk: Desk) -> None:
    desk.create(pod("nowhere"))
    desk.ask("delete", "pods/nowhere")
    placed(desk, "done")
    succeeded = {"status": {"phase": "Succeeded"}}
    desk.patch("pods/done", succeeded, subresource="status")
    desk.ask("delete", "pods/done")
    assert desk.names("pods") == []


def test_preconditions(desk: Desk) -> None:
    made = desk.create(config_map("a"))
    meta = made.metadata
    error = desk.refused("delete", "configmaps/a", precondition_uid="another")
    assert error.code == 409
    assert str(error) == (
        'Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in '
        f"precondition: another, UID in object meta: {meta.uid}"
    )
    error = desk.refused("delete", "configmaps/a", precondition_resource_version="1")
    assert "Precondition failed: ResourceVersion in precondition: 1" in str(error)
    desk.ask(
        "delete",
        "configmaps/a",
        precondition_uid=meta.uid,
        precondition_resource_version=meta.resource_version,
    )


@pytest.mark.parametrize(
    ("policy", "finalizers"),
    [("Foreground", ("foregroundDeletion",)), ("Orphan", ("orphan",)), ("Background", None)],
)
def test_the_propagation_policy_is_a_finalizer(
    desk: Desk, policy: str, finalizers: tuple[str, ...] | None
) -> None:
    desk.create(deployment())
    desk.ask("delete", "deployments/web", propagation_policy=policy)
    left = [d.metadata.finalizers for d in desk.ask("list", "deployments").items]
    assert left == ([finalizers] if finalizers else [])


def test_a_collection_goes_by_selector(desk: Desk) -> None:
    for name, team in (("a", "red"), ("b", "blue"), ("c", "red")):
        desk.create(config_map(name, {"team": team}))
    desk.ask("deletecollection", "configmaps", label_selector="team=red")
    assert desk.names("configmaps") == ["b"]


# Namespaces


def test_nothing_is_created_where_no_namespace_is(desk: Desk) -> None:
    error = desk.refused("create", "configmaps", config_map("a"), namespace="nowhere")
    assert (error.code, str(error)) == (404, 'namespaces "nowhere" not found')


def test_a_namespace_ends_when_its_finalizer_is_taken_away(desk: Desk) -> None:
    desk.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    desk.ask("create", "configmaps", config_map("a"), namespace="team")
    leaving = desk.ask("delete", "namespaces/team")
    assert (leaving.status.phase, leaving.spec.finalizers) == ("Terminating", ("kubernetes",))
    error = desk.refused("create", "configmaps", config_map("b"), namespace="team")
    assert (error.code, str(error)) == (
        403,
        'configmaps "b" is forbidden: unable to create new content in namespace team '
        "because it is being terminated",
    )
    desk.patch("configmaps/a", {"data": {"k": "v"}}, namespace="team")
    desk.ask("delete", "configmaps/a", namespace="team")
    empty = replace(leaving, spec=replace(leaving.spec, finalizers=()))
    desk.ask("update", "namespaces/team", empty, subresource="finalize")
    assert "team" not in desk.names("namespaces")


def test_a_namespaces_finalizers_have_names(desk: Desk) -> None:
    found = desk.get("namespaces/default")
    bad = replace(found, spec=replace(found.spec, finalizers=("not a name",)))
    error = desk.refused("update", "namespaces/default", bad, subresource="finalize")
    assert "spec.finalizers[0]" in str(error)


def test_the_clusters_own_namespaces_stay(desk: Desk) -> None:
    error = desk.refused("delete", "namespaces/default")
    assert (error.code, str(error)) == (
        403,
        'namespaces "default" is forbidden: this namespace may not be deleted',
    )


# What ends by itself


def test_events_are_gone_after_an_hour_or_so(desk: Desk) -> None:
    about = {"kind": "Pod", "name": "web", "namespace": "default"}
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "web.1"},
        "involvedObject": about,
    }
    desk.create(event)
    desk.clock.run_until(desk.clock.now + HOUR)
    desk.store.expire(desk.clock.now)
    assert desk.names("events") == ["web.1"]
    desk.wait(61)
    desk.store.expire(desk.clock.now)
    assert desk.names("events") == []


def test_a_status_that_is_reported_late_does_not_bring_a_pod_back(desk: Desk) -> None:
    placed(desk)
    desk.ask("delete", "pods/web", grace_period_seconds=0)
    late = pod("web") | {"status": {"phase": "Running"}}
    assert desk.refused("update", "pods/web", late, subresource="status").code == 404
