"""Stories of pods that keep their names: started in order, lost, rolled back, scaled down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_active, pod_ready
from tests.manifests import image, service, stateful_set

MakeCluster = Callable[..., Cluster]


def database(
    make_cluster: MakeCluster, replicas: int = 3, nodes: int = 3, **spec: object
) -> Cluster:
    cluster = make_cluster(nodes)
    cluster.apply(service("db", clusterIP="None"))
    cluster.apply(stateful_set(replicas=replicas, **spec))
    cluster.run_until("statefulset/db ready")
    return cluster


def patch(cluster: Cluster, name: str) -> None:
    cluster.patch(
        "statefulset/db", image(name), patch_type="application/strategic-merge-patch+json"
    )


def images(cluster: Cluster) -> dict[str, str]:
    return {p.metadata.name: p.spec.containers[0].image for p in cluster.get("pods")}


def test_three_start_one_after_the_other(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster)
    pods = {p.metadata.name: p for p in cluster.get("pods")}
    assert list(pods) == ["db-0", "db-1", "db-2"]
    ready = [entry for entry in cluster.trace.entries if entry.subject[0] == "pods"]
    born = {e.subject[2]: e.when for e in ready if e.verb == "create"}
    for before, after in (("db-0", "db-1"), ("db-1", "db-2")):
        since = next(c for c in pods[before].status.conditions if c.type == "Ready")
        assert born[after] >= (since.last_transition_time or 0)
    messages = [e.message for e in cluster.events("statefulset/db")]
    assert messages == [f"create Pod db-{n} in StatefulSet db successful" for n in range(3)]


def test_its_service_knows_each_pod_by_name(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster)
    cluster.settle()
    (found,) = [
        s
        for s in cluster.get("endpointslices")
        if s.metadata.labels["kubernetes.io/service-name"] == "db"
    ]
    assert sorted(e.hostname for e in found.endpoints) == ["db-0", "db-1", "db-2"]


def test_in_parallel_all_start_at_once(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.apply(stateful_set(podManagementPolicy="Parallel"))
    cluster.run(0.1)
    assert [p.metadata.name for p in cluster.get("pods")] == ["db-0", "db-1", "db-2"]
    assert not any(pod_ready(p) for p in cluster.get("pods"))


def test_a_bad_pod_stops_the_row(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.apply(stateful_set(image="shop:no-such-tag"))
    cluster.run(60)
    assert [p.metadata.name for p in cluster.get("pods")] == ["db-0"]


def test_a_pod_of_a_dead_node_is_not_replaced_while_it_may_still_run(
    make_cluster: MakeCluster,
) -> None:
    cluster = database(make_cluster)
    cluster.settle()
    lost = cluster.get("pod/db-1")
    cluster.kill_node(lost.spec.node_name)
    cluster.run(900)
    held = cluster.get("pod/db-1")
    assert held.metadata.uid == lost.metadata.uid
    assert not pod_active(held)
    assert cluster.get("statefulset/db").status.ready_replicas == 2
    cluster.delete(f"node/{lost.spec.node_name}")  # an administrator: it will not come back
    cluster.run_until("pod/db-1 gone", timeout=120)
    cluster.run_until("statefulset/db ready")
    fresh = cluster.get("pod/db-1")
    assert fresh.metadata.uid != lost.metadata.uid
    assert fresh.spec.node_name != lost.spec.node_name


def test_when_the_node_returns_the_old_pod_goes_and_only_then_the_new_one_comes(
    make_cluster: MakeCluster,
) -> None:
    cluster = database(make_cluster)
    node = cluster.get("pod/db-2").spec.node_name
    cluster.kill_node(node)
    cluster.run(600)
    cluster.start_node(node)
    cluster.run_until("statefulset/db ready")
    alive: dict[str, str] = {}
    for entry in cluster.trace.entries:
        resource, _, name = entry.subject
        if resource == "pods" and entry.verb == "create":
            assert name not in alive
            alive[name] = name
        elif resource == "pods" and entry.verb == "delete":
            del alive[name]


def test_it_scales_down_from_the_top_one_after_the_other(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster, 4)
    cluster.scale("statefulset/db", 1)
    cluster.settle()
    assert [p.metadata.name for p in cluster.get("pods")] == ["db-0"]
    ended = [e.message for e in cluster.events("statefulset/db") if e.reason == "SuccessfulDelete"]
    assert ended == [f"delete Pod db-{n} in StatefulSet db successful" for n in (3, 2, 1)]


def test_a_new_template_goes_from_the_top_to_the_bottom(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster)
    before = cluster.get("statefulset/db").status.current_revision
    patch(cluster, "shop:2.0")
    cluster.run_until("statefulset/db ready")
    cluster.settle()
    ended = [e.message.split()[2] for e in cluster.events("statefulset/db")
             if e.reason == "SuccessfulDelete"]  # fmt: skip
    assert ended == ["db-2", "db-1", "db-0"]
    status = cluster.get("statefulset/db").status
    assert status.current_revision == status.update_revision != before
    assert set(images(cluster).values()) == {"shop:2.0"}


def test_a_partition_keeps_the_first_ones_as_they_are(make_cluster: MakeCluster) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    cluster = database(make_cluster, updateStrategy=strategy)
    patch(cluster, "shop:2.0")
    cluster.run(60)
    assert images(cluster) == {"db-0": "shop:1.0", "db-1": "shop:1.0", "db-2": "shop:2.0"}
    cluster.delete("pod/db-0")
    cluster.run(60)
    assert images(cluster)["db-0"] == "shop:1.0"
    status = cluster.get("statefulset/db").status
    assert (status.current_replicas, status.updated_replicas) == (2, 1)


def test_on_delete_nothing_changes_until_somebody_deletes(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster, updateStrategy={"type": "OnDelete"})
    patch(cluster, "shop:2.0")
    cluster.run(60)
    assert set(images(cluster).values()) == {"shop:1.0"}
    cluster.delete("pod/db-1")
    cluster.run(60)
    assert images(cluster) == {"db-0": "shop:1.0", "db-1": "shop:2.0", "db-2": "shop:1.0"}


def test_rolling_back_brings_the_old_template_and_its_revision(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster)
    patch(cluster, "shop:2.0")
    cluster.run_until("statefulset/db ready")
    cluster.settle()
    cluster.rollout_undo("statefulset/db")
    cluster.run_until("statefulset/db ready")
    cluster.settle()
    assert set(images(cluster).values()) == {"shop:1.0"}
    assert sorted(r.revision for r in cluster.get("controllerrevisions")) == [2, 3]
    with pytest.raises(ValueError, match="unable to find specified revision 1 in history"):
        cluster.rollout_undo("statefulset/db", 1)


def test_a_broken_template_must_be_taken_back_and_its_pod_deleted(
    make_cluster: MakeCluster,
) -> None:
    """Upstream's "forced rollback": the pod that never became ready is in the way."""
    cluster = database(make_cluster)
    patch(cluster, "shop:no-such-tag")
    cluster.run(60)
    cluster.rollout_undo("statefulset/db")
    cluster.run(60)
    assert images(cluster)["db-2"] == "shop:no-such-tag"
    cluster.delete("pod/db-2")
    cluster.run_until("statefulset/db ready")
    assert set(images(cluster).values()) == {"shop:1.0"}


def test_old_revisions_go_beyond_the_limit(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster, 1, revisionHistoryLimit=1)
    for version in ("1.1", "1.2", "1.3"):
        patch(cluster, f"shop:{version}")
        cluster.run_until("statefulset/db ready")
        cluster.settle()
    assert sorted(r.revision for r in cluster.get("controllerrevisions")) == [3, 4]


def test_min_ready_seconds_make_the_next_one_wait(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.apply(stateful_set(minReadySeconds=20))
    cluster.run(15)
    assert [p.metadata.name for p in cluster.get("pods")] == ["db-0"]
    took = cluster.run_until("statefulset/db ready")
    assert 50 <= took <= 70


def test_each_pod_has_claims_of_its_own(make_cluster: MakeCluster) -> None:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = {"metadata": {"name": "data"}, "spec": wanted}
    mounted = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    cluster = database(make_cluster, 2, volumeClaimTemplates=[claim], container=mounted)
    for pod in cluster.get("pods"):
        (volume,) = pod.spec.volumes
        assert volume.persistent_volume_claim.claim_name == f"data-{pod.metadata.name}"
    claims = cluster.get("pvc")
    assert [c.metadata.name for c in claims] == ["data-db-0", "data-db-1"]
    assert {c.status.phase for c in claims} == {"Bound"}
    assert {c.metadata.labels["app"] for c in claims} == {"db"}
    told = [e.message for e in cluster.events("statefulset/db")]
    assert "create Claim data-db-0 Pod db-0 in StatefulSet db success" in told
    cluster.scale("statefulset/db", 0)
    cluster.settle()
    assert len(cluster.get("pvc")) == 2  # kept, unless the retention policy says otherwise


def test_deleting_it_takes_its_pods_and_revisions(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster)
    cluster.delete("statefulset/db")
    cluster.settle()
    assert len(cluster.get("pods")) == len(cluster.get("controllerrevisions")) == 0


def test_its_story_is_told_in_words(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster, 1)
    patch(cluster, "shop:2.0")
    cluster.run_until("statefulset/db ready")
    cluster.settle()
    told = str(cluster.story("statefulset/db"))
    assert "you created statefulset/db" in told
    assert "you gave it a new template" in told
    assert "statefulset-controller reported it: ready 0 → 1" in told


def test_after_a_crash_the_controller_goes_on_where_things_stand(
    make_cluster: MakeCluster,
) -> None:
    cluster = make_cluster()
    cluster.apply(stateful_set())
    cluster.run(0.003)  # its first write is under way
    controller = cluster._control_plane.controllers.controllers["statefulset-controller"]
    controller.crash()
    controller.queue.add("default/db")
    cluster.run_until("statefulset/db ready")
    assert [p.metadata.name for p in cluster.get("pods")] == ["db-0", "db-1", "db-2"]
    assert len(cluster.get("controllerrevisions")) == 1


def test_a_revision_whose_name_is_taken_gets_another(make_cluster: MakeCluster) -> None:
    first = database(make_cluster, 1)
    taken = first.get("controllerrevisions")[0].metadata.name
    cluster = make_cluster()
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {"name": taken},
            "data": {"spec": {}},
            "revision": 1,
        }
    )
    cluster.apply(stateful_set(replicas=1))
    cluster.run_until("statefulset/db ready")
    names = [r.metadata.name for r in cluster.get("controllerrevisions")]
    assert len(names) == 2
    assert cluster.get("statefulset/db").status.collision_count == 1


def test_orphans_are_taken_in_again(make_cluster: MakeCluster) -> None:
    cluster = database(make_cluster)
    before = {p.metadata.uid for p in cluster.get("pods")}
    kind, name = cluster._meant("statefulset/db")
    cluster._ask("delete", kind, "default", name, propagation_policy="Orphan")
    cluster.settle()
    assert {p.metadata.uid for p in cluster.get("pods")} == before
    cluster.apply(stateful_set())
    cluster.run_until("statefulset/db ready")
    cluster.settle()
    assert {p.metadata.uid for p in cluster.get("pods")} == before
    assert len(cluster.get("controllerrevisions")) == 1
