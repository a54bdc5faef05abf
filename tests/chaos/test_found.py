"""Bugs of the engine that the simulation has found, each as small as it could be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import (
    API,
    STRATEGIC_PATCH,
    Postponed,
    Request,
    Response,
    WatchEvent,
)
from kubelite.apimachinery.scheme import Scheme
from kubelite.chaos import Injected, simulate
from kubelite.chaos.plan import EVENT, MOMENT, REQUEST
from tests import manifests

SECOND = 1_000_000


class Unwilling:
    """A server that answers no reads of some resources."""

    def __init__(self, server: API, *resources: str):
        self._server = server
        self._resources = resources

    @property
    def scheme(self) -> Scheme:
        return self._server.scheme

    def handle(self, request: Request) -> Response:
        if request.verb in ("get", "list") and request.resource in self._resources:
            error = errors.service_unavailable("the server is busy")
            return Response(error.code, error.status)
        return self._server.handle(request)

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Any:
        return self._server.watch(request, deliver)


class Late(Unwilling):
    """A server that does what it is asked, and answers updates late."""

    def __init__(self, server: API, delay: int):
        super().__init__(server)
        self._delay = delay

    def handle(self, request: Request) -> Response:
        answer = super().handle(request)
        if request.verb == "update":
            raise Postponed(self._delay, answer)
        return answer


def doubt(cluster: Cluster, pod: Any) -> None:
    """Say of a pod, as the node controller would, that it is not ready."""
    said = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    meta = pod.metadata
    request = Request(
        "patch", "pods", meta.namespace, meta.name, "status", said, "node-controller",
        patch_type=STRATEGIC_PATCH,
    )  # fmt: skip
    assert not pod_ready(cluster.api.handle(request).unwrap())


def test_a_kubelet_says_again_that_a_pod_is_ready(cluster: Cluster) -> None:
    """Found by seeds 4, 16 and 24: a node that had only been cut off stayed without ready pods."""
    cluster.apply(manifests.deployment(replicas=1))
    cluster.run_until("deployment/web ready")
    (pod,) = cluster.get("pods")
    doubt(cluster, pod)
    cluster.run(1)
    assert pod_ready(cluster.get(f"pod/{pod.metadata.name}"))


def test_a_kubelet_hears_a_doubt_while_it_waits_for_an_answer(cluster: Cluster) -> None:
    """Found by seed 3099: a pod was doubted twice, and its kubelet spoke up only once."""
    cluster.apply(manifests.deployment(replicas=1))
    cluster.run_until("deployment/web ready")
    (pod,) = cluster.get("pods")
    kubelet = cluster.workers[pod.spec.node_name].kubelet
    kubelet.client.api = Late(cluster.api, 5 * SECOND)
    for _ in range(2):
        doubt(cluster, pod)
        cluster.run(0.1)
    assert not pod_ready(cluster.get(f"pod/{pod.metadata.name}"))
    cluster.run(10)
    assert pod_ready(cluster.get(f"pod/{pod.metadata.name}"))


def test_a_status_is_written_though_the_read_after_a_conflict_fails(cluster: Cluster) -> None:
    """Found by seeds 4, 16 and 24, too: the status was never sent again."""
    cluster.apply(manifests.deployment(replicas=1))
    cluster.run(1)
    (pod,) = cluster.get("pods")
    kubelet = cluster.workers[pod.spec.node_name].kubelet
    kubelet.client.api = Unwilling(cluster.api, "pods")
    for number in range(40):  # every status meets a newer version
        cluster.patch(f"pod/{pod.metadata.name}", {"metadata": {"annotations": {"n": str(number)}}})
        cluster.run(0.1)
    kubelet.client.api = cluster.api
    cluster.run(15)
    assert pod_ready(cluster.get(f"pod/{pod.metadata.name}"))


def test_the_garbage_collector_spares_what_it_cannot_ask_about(cluster: Cluster) -> None:
    """Found while reading why keys were lost: a server that was busy cost a workload its pods."""
    cluster.apply(manifests.deployment())
    cluster.run_until("deployment/web ready")
    collector = cluster.controllers["garbage-collector-controller"]
    collector.client.api = Unwilling(cluster.api, "replicasets.apps")
    (pod, *_) = cluster.get("pods")
    (reference,) = pod.metadata.owner_references
    with pytest.raises(StatusError):
        collector._live(pod, reference)


def test_a_sync_that_cannot_read_comes_back(cluster: Cluster) -> None:
    """Found by seeds 1, 2 and 3 of the StatefulSets: an exception ended the cluster."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    controller = cluster.controllers["namespace-controller"]
    controller.client.api = Unwilling(cluster.api, "pods")
    cluster.delete("namespace/team")
    cluster.run(2)
    assert cluster.get("namespace/team").status.phase == "Terminating"
    controller.client.api = cluster.api
    cluster.run_until("namespace/team gone", timeout=60)


def test_controllers_wait_for_all_their_copies(cluster: Cluster) -> None:
    """Found by seeds 371 and 462: with no copy of ReplicaSets yet, a rollout began anew."""
    cluster.apply(manifests.deployment())
    cluster.run_until("deployment/web ready")
    cluster.stop_component("kube-controller-manager")
    world = cluster._world
    world.api = Unwilling(cluster.api, "replicasets.apps")
    cluster.start_component("kube-controller-manager")
    cluster.scale("deployment/web", 5)
    cluster.run(5)
    assert len(cluster.get("pods")) == 3
    for informer in cluster._control_plane.controllers._informers.values():
        informer._client.api = cluster.api
    cluster.run_until("deployment/web ready")
    assert len(cluster.get("pods")) == 5


def test_an_endpoint_slice_made_twice_is_put_right(cluster: Cluster) -> None:
    """Found by seeds 148, 233 and 292: a create whose reply was lost left its pods listed twice."""
    cluster.apply([manifests.deployment(), manifests.service()])
    cluster.run_until("deployment/web ready")
    cluster.run(2)
    (held,) = [s for s in cluster.get("endpointslices") if s.metadata.name.startswith("web-")]
    twin = {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "web-twin", "labels": dict(held.metadata.labels)},
        "ports": [{"name": "http", "port": 8080}],
        "endpoints": [{
            "addresses": list(e.addresses), "conditions": {"ready": True},
            "targetRef": {"kind": "Pod", "name": e.target_ref.name, "uid": e.target_ref.uid},
        } for e in held.endpoints],
    }  # fmt: skip
    cluster.apply(twin)
    cluster.run(2)
    slices = [s for s in cluster.get("endpointslices") if s.metadata.name.startswith("web-")]
    assert sum(len(s.endpoints) for s in slices) == 3


def test_slices_that_look_right_in_an_old_copy_get_another_look(cluster: Cluster) -> None:
    """Found by seed 30: a pod was Ready again before its slice was seen to say otherwise."""
    cluster.apply([manifests.deployment(replicas=1), manifests.service()])
    cluster.run_until("deployment/web ready")
    (pod,) = cluster.get("pods")
    meta = pod.metadata
    for status in ("False", "True"):
        said = {"status": {"conditions": [{"type": "Ready", "status": status}]}}
        request = Request(
            "patch", "pods", meta.namespace, meta.name, "status", said, "node-controller",
            patch_type=STRATEGIC_PATCH,
        )  # fmt: skip
        cluster.api.handle(request).unwrap()
        cluster.run(0.003)
    cluster.run(2)
    slices = [s for s in cluster.get("endpointslices") if s.metadata.name.startswith("web-")]
    assert [e.conditions.ready for s in slices for e in s.endpoints] == [True]


@pytest.mark.parametrize("nth", range(1, 13))
def test_disks_are_brought_though_their_claims_are_seen_late(nth: int) -> None:
    """Found by seed 29 of the StatefulSets: a pod waited for ever for its disk."""
    late = Injected(
        "event late", EVENT, "kube-controller-manager persistentvolumeclaims", nth, 2 * SECOND
    )
    run = simulate(29, "stateful", [late])
    assert run.ok, "\n".join(map(str, run.violations))


def test_a_restart_is_counted_where_the_machine_has_forgotten_the_container() -> None:
    """Found by seeds 7, 11 and 29."""
    moment = Injected("power loss", "moment", "node-1", 1, 30 * SECOND, 15 * SECOND)
    run = simulate(7, faults=[moment])
    assert run.ok, "\n".join(map(str, run.violations))


@pytest.mark.parametrize("seed", [96, 545, 555])
def test_a_claim_that_was_written_unheard_keeps_its_device(seed: int) -> None:
    """A write that was doubled looked refused, and a scheduler that had ended went on writing."""
    run = simulate(seed, "devices")
    assert run.ok, "\n".join(map(str, run.violations))


def test_what_is_forgotten_does_not_go_on_running(cluster: Cluster) -> None:
    """Found by seed 7 of the autoscaled shop: a load still reckoned with a process of a pod that
    had been taken away while its kubelet was off."""
    cluster.apply([manifests.deployment(replicas=1), manifests.service()])
    cluster.run_until("deployment/web ready")
    (pod,) = cluster.get("pods")
    worker = cluster.workers[pod.spec.node_name]
    (container,) = worker.runtime.containers(pod.metadata.uid)
    worker.kubelet.stop()
    cluster.delete(f"pod/{pod.metadata.name}", grace_period_seconds=0)
    worker.kubelet.start()
    cluster.run(5)
    assert worker.runtime.containers(pod.metadata.uid) == ()
    assert not container.running


def test_a_kubelet_that_cannot_list_its_pods_stops_none_of_them(cluster: Cluster) -> None:
    """Found by seed 15105: back after a crash and refused once, it took away all that ran."""
    cluster.apply(manifests.deployment(replicas=1))
    cluster.run_until("deployment/web ready")
    (pod,) = cluster.get("pods")
    kubelet = cluster.workers[pod.spec.node_name].kubelet
    (container,) = kubelet.runtime.containers(pod.metadata.uid)
    kubelet.stop()
    kubelet.client.api = Unwilling(cluster.api, "pods")
    kubelet.start()
    cluster.run(5)
    kubelet.client.api = cluster.api
    cluster.run(5)
    assert kubelet.runtime.containers(pod.metadata.uid) == (container,)
    assert container.running
    assert cluster.get(f"pod/{pod.metadata.name}").status.container_statuses[0].restart_count == 0


def test_a_pod_that_has_run_stays_so_however_often_its_kubelet_dies() -> None:
    """Found by seed 13137: of two containers never started the one that had run was thrown away,
    and its pod was Pending again."""
    node = "kubelet/node-1"
    run = simulate(13137, faults=[
        Injected("request lost", REQUEST, "replicaset-controller", 9, 0),
        Injected("request lost", REQUEST, "deployment-controller", 16, 0),
        Injected("reply late", REQUEST, "deployment-controller", 26, 9_603_850),
        Injected("request late", REQUEST, "deployment-controller", 34, 1_864_683),
        Injected("slow node", MOMENT, "node-2", 1, 29_946_775, 89_128_963),
        Injected("kubelet restart", MOMENT, "node-1", 1, 1_652_806, 107_346_850),
        Injected("too many requests", REQUEST, node, 45, 0),
        Injected("container dies", MOMENT, "node-1", 1, 0, 180_413_815),
        Injected("crash before a request", REQUEST, node, 56, 3_058_765),
        Injected("crash before a request", REQUEST, node, 60, 1_119_298),
    ])  # fmt: skip
    assert run.ok, "\n".join(map(str, run.violations))
