"""What is not here, and what a learner meets instead: the last table of the card.

Each test holds an absence that the card admits to (docs/fidelity.md), so that the card changes
when the code does. Storage has a file of its own: ``test_absent_storage``.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import BOOKMARK, Request, WatchEvent
from kubelite.client import WorkQueue
from kubelite.cluster.infrastructure import NodePool
from kubelite.kubelet.podworkers import PodWorker
from kubelite.sim.clock import MILLISECOND, Clock
from tests.cluster.definitions import definition, version
from tests.cluster.manifests import Manifest, pod, service
from tests.manifests import deployment


def thing(api: str, kind: str, name: str = "web", **fields: Any) -> Manifest:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}


def running(**spec: Any) -> Cluster:
    """A cluster with a pod that is Ready."""
    cluster = Cluster()
    cluster.apply(pod(**spec))
    cluster.run_until("pod/web ready")
    return cluster


# The API


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        ("resource.k8s.io/v1", "DeviceTaintRule"),
        ("v1", "Binding"),
        ("v1", "ComponentStatus"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
        ("storagemigration.k8s.io/v1alpha1", "StorageVersionMigration"),
        ("autoscaling.x-k8s.io/v1", "ProvisioningRequest"),
    ],
)
def test_kinds_that_are_not_here(api: str, kind: str) -> None:
    expected = f'no matches for kind "{kind}" in version "{api}"'
    with pytest.raises(StatusError, match=expected):
        Cluster(nodes=0).apply(thing(api, kind))


@pytest.mark.parametrize("action", ["Warn", "Audit"])
def test_a_policy_that_only_warns_says_nothing(action: str) -> None:
    cluster = Cluster(nodes=0)
    api = "admissionregistration.k8s.io/v1"
    pods = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["pods"]}
    rule = {
        "matchConstraints": {"resourceRules": [pods]},
        "validations": [{"expression": "false"}],
        "auditAnnotations": [{"key": "who", "valueExpression": "'me'"}],
    }
    bound = {"policyName": "never", "validationActions": [action]}
    cluster.apply(thing(api, "ValidatingAdmissionPolicy", "never", spec=rule))
    cluster.apply(thing(api, "ValidatingAdmissionPolicyBinding", "never", spec=bound))
    cluster.apply(pod())
    kept = cluster.get("validatingadmissionpolicy/never")
    assert kept.spec.audit_annotations[0].key == "who"
    assert kept.status.type_checking is None


@pytest.mark.parametrize("failure", ["Fail", "Ignore"])
def test_a_policy_cannot_ask_what_somebody_may(failure: str) -> None:
    cluster = Cluster(nodes=0)
    api = "admissionregistration.k8s.io/v1"
    rules = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["pods"]}
    asked = "authorizer.group('').resource('pods').check('create').allowed()"
    rule = {
        "failurePolicy": failure,
        "matchConstraints": {"resourceRules": [rules]},
        "validations": [{"expression": asked}],
    }
    bound = {"policyName": "asks", "validationActions": ["Deny"]}
    cluster.apply(thing(api, "ValidatingAdmissionPolicy", "asks", spec=rule))
    cluster.apply(thing(api, "ValidatingAdmissionPolicyBinding", "asks", spec=bound))
    if failure == "Ignore":
        cluster.apply(pod())
        return
    with pytest.raises(StatusError, match="resulted in error"):
        cluster.apply(pod())


def test_a_webhook_that_converts_is_kept_and_never_called() -> None:
    review = {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://example.com"}}
    written = definition()
    written["spec"]["versions"] = [version("v1beta1", storage=False), version()]
    written["spec"]["conversion"] = {"strategy": "Webhook", "webhook": review}
    cluster = Cluster(nodes=0)
    cluster.apply(written)
    cluster.run(1)
    cluster.apply(thing("example.com/v1beta1", "Thing", spec={"size": 3}))
    assert cluster.get("thing/web").spec["size"] == 3  # as with the strategy None


def test_a_watch_inside_the_process_has_no_bookmarks() -> None:
    cluster = Cluster(nodes=1)
    heard: list[WatchEvent] = []
    cluster.api.watch(Request("watch", "leases.coordination.k8s.io"), heard.append)
    cluster.run(300)
    assert len(heard) > 10
    assert BOOKMARK not in {event.type for event in heard}


def test_a_pod_cannot_be_reached_through_the_server() -> None:
    asked = Request("create", "pods", "default", "web", subresource="proxy", body={})
    answer = running().api.handle(asked)
    assert answer.code == 404
    assert answer.body.message == "the server could not find the requested resource"


def test_fields_behind_a_feature_gate_are_kept() -> None:
    written = pod(schedulingGroup={"podGroupName": "crew"})
    assert Cluster().apply(written).spec.scheduling_group.pod_group_name == "crew"


def test_nobody_puts_a_token_into_a_secret() -> None:
    cluster = Cluster(service_accounts=True)
    secret = thing("v1", "Secret", "old", type="kubernetes.io/service-account-token")
    secret["metadata"]["annotations"] = {"kubernetes.io/service-account.name": "default"}
    cluster.apply(secret)
    cluster.run(30)
    assert cluster.get("secret/old").data == {}


def test_any_secret_may_be_mounted() -> None:
    cluster = Cluster(service_accounts=True)
    account = thing("v1", "ServiceAccount", "strict", secrets=[{"name": "mine"}])
    account["metadata"]["annotations"] = {"kubernetes.io/enforce-mountable-secrets": "true"}
    cluster.apply([account, thing("v1", "Secret", "other")])
    volumes = [{"name": "other", "secret": {"secretName": "other"}}]
    cluster.apply(pod(serviceAccountName="strict", volumes=volumes))
    cluster.run_until("pod/web ready")


# Controllers and the scheduler


def test_the_pods_of_a_job_are_scheduled_one_by_one() -> None:
    cluster = Cluster(nodes=1, cpu=2)
    gang = {"schedulingPolicy": {"gang": {"minCount": 3}}}
    work = pod(container={"resources": {"requests": {"cpu": "1"}}}, restartPolicy="Never")["spec"]
    spec = {"parallelism": 3, "completions": 3, "template": {"spec": work}, "scheduling": gang}
    made = cluster.apply(thing("batch/v1", "Job", spec=spec))
    assert made.spec.scheduling.scheduling_policy.gang.min_count == 3
    cluster.run(20)
    phases = sorted(p.status.phase for p in cluster.get("pods"))
    assert phases == ["Pending", "Running", "Running"]


def test_a_work_queue_has_no_limit_for_all_keys_together() -> None:
    clock = Clock()
    queue = WorkQueue(clock, lambda: None)
    for number in range(500):
        queue.add_rate_limited(f"default/{number}")
    clock.run_until(clock.now + 5 * MILLISECOND)
    assert len(queue) == 500


def test_two_autoscalers_of_the_same_pods_both_act() -> None:
    cluster = Cluster()
    cluster.apply(deployment(container={"resources": {"requests": {"cpu": "100m"}}}))
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "maxReplicas": 5,
    }
    for name in ("one", "two"):
        cluster.apply(thing("autoscaling/v2", "HorizontalPodAutoscaler", name, spec=spec))
    cluster.run(120)
    for name in ("one", "two"):
        conditions = cluster.get(f"hpa/{name}").status.conditions
        active = next(c for c in conditions if c.type == "ScalingActive")
        assert (active.status, active.reason) == ("True", "ValidMetricFound")


def test_similar_node_groups_are_not_balanced() -> None:
    pools = [NodePool("a", 1, max=4), NodePool("b", 1, max=4)]
    cluster = Cluster(nodes=0, pools=pools)
    cluster.autoscale_nodes()
    busy = {"resources": {"requests": {"cpu": "3"}}}
    cluster.apply(deployment(replicas=4, container=busy))
    cluster.run_until("deployment/web ready")
    grown = [sum(n.startswith(pool) for n in cluster.get("nodes").names) for pool in "ab"]
    assert sorted(grown) == [1, 3]


def test_expanders_and_strategies_that_are_not_here() -> None:
    cluster = Cluster(nodes=0, pools=[NodePool("a", 1, max=4)])
    with pytest.raises(ValueError, match='no expander "priority"; there are'):
        cluster.autoscale_nodes(expander="priority")
    for name in ("RemovePodsViolatingTopologySpreadConstraint", "PodLifeTime", "RemoveFailedPods"):
        with pytest.raises(ValueError, match=f'no strategy "{name}"; there are'):
            cluster.deschedule(name)


# The kubelet


def test_a_pod_to_which_nothing_happens_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = running()
    cluster.run(5)
    syncs: list[str] = []
    monkeypatch.setattr(PodWorker, "sync", lambda worker: syncs.append(worker.uid))
    cluster.run(600)
    assert syncs == []


def test_a_full_disk_is_not_felt() -> None:
    cluster = running(container={"resources": {"limits": {"ephemeral-storage": "1Ki"}}})
    assert cluster.exec("web", "seq 3000 > /much; wc -c /much").output == "13893\n"
    cluster.run(60)
    assert cluster.get("pod/web").status.phase == "Running"
    node = cluster.get(f"node/{cluster.get('pod/web').spec.node_name}")
    pressure = {c.type: c.status for c in node.status.conditions}
    assert (pressure["DiskPressure"], pressure["PIDPressure"]) == ("False", "False")


def test_images_stay_when_nobody_needs_them() -> None:
    cluster = running()
    node = cluster.get("pod/web").spec.node_name
    cluster.delete("pod/web")
    cluster.run(3 * 3600)
    (image,) = cluster.get(f"node/{node}").status.images
    assert any("nginx" in name for name in image.names)


def test_a_manifest_on_a_nodes_disk_is_a_file_like_any_other() -> None:
    place = {"path": "/etc/kubernetes/manifests", "type": "DirectoryOrCreate"}
    mounts = [{"name": "manifests", "mountPath": "/manifests"}]
    volumes = [{"name": "manifests", "hostPath": place}]
    cluster = running(volumes=volumes, container={"volumeMounts": mounts})
    cluster.exec("web", "echo 'apiVersion: v1' > /manifests/static.yaml")
    cluster.run(60)
    assert list(cluster.get("pods").names) == ["web"]


def test_security_settings_change_nothing_inside_a_container() -> None:
    inside = {
        "runAsUser": 1000,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    cluster = running(container={"securityContext": inside})
    assert cluster.exec("web", "id").output.startswith("uid=0(root)")
    assert cluster.exec("web", "echo x > /etc/x; cat /etc/x").output == "x\n"


@pytest.mark.parametrize(
    "spec", [{"securityContext": {"runAsNonRoot": True}}, {"os": {"name": "windows"}}]
)
def test_a_pod_that_a_real_node_would_refuse_runs(spec: dict[str, Any]) -> None:
    running(**spec)


def test_a_probe_by_https_asks_as_one_by_http_does() -> None:
    get = {"path": "/", "port": 80, "scheme": "HTTPS"}
    assert running(container={"readinessProbe": {"httpGet": get}}).get("pod/web")


# Services and the network


def test_requests_go_to_any_node_whatever_a_service_prefers() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(service(trafficDistribution="PreferSameNode"))
    cluster.apply([pod("here", nodeName="node-1"), pod("there", nodeName="node-2")])
    cluster.run_until("pods ready")
    cluster.run(5)
    assert [e.hints for s in cluster.get("endpointslices") for e in s.endpoints] == [None, None]
    assert {cluster.request("web", node="node-1").pod for _ in range(20)} == {"here", "there"}


@pytest.mark.parametrize("protocol", ["UDP", "SCTP"])
def test_every_port_answers_as_http_does(protocol: str) -> None:
    cluster = Cluster()
    cluster.apply([service(ports=[{"port": 80, "protocol": protocol}]), pod()])
    cluster.run_until("pod/web ready")
    cluster.run(5)
    assert cluster.request("web").ok


def test_no_request_between_pods_is_lost_or_late() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod()])
    cluster.run_until("pod/web ready")
    cluster.run(5)
    answers = [cluster.request("web") for _ in range(50)]
    assert {(answer.ok, answer.latency_ms) for answer in answers} == {(True, 1.0)}
