"""Where a cluster is simpler than Kubernetes: rows of the card (docs/fidelity.md).

Each test holds a deviation that the card admits to, so that the card changes when the code does.
"""

from __future__ import annotations

import re

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request, WatchEvent
from kubelite.cluster.infrastructure import NodePool
from tests.cluster.definitions import definition, version, website
from tests.cluster.manifests import pod, service
from tests.cluster.test_admission_policies import binding, policy
from tests.manifests import deployment


def test_addresses_come_from_fixed_ranges() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply([service(), pod()])
    cluster.run_until("pod/web ready")
    assert [node.spec.pod_cidr for node in cluster.get("nodes")] == [
        "10.244.0.0/24",
        "10.244.1.0/24",
    ]
    assert re.fullmatch(r"10\.244\.[01]\.\d+", cluster.get("pod/web").status.pod_ip)
    assert cluster.get("service/web").spec.cluster_ip.startswith("10.96.")


IQN = "iqn.2001-04.com.example:disk1"


def test_a_volume_without_a_row_is_an_empty_directory() -> None:
    cluster = Cluster()
    volumes = [{"name": "iscsi", "iscsi": {"targetPortal": "10.0.0.1", "iqn": IQN, "lun": 0}}]
    mounts = [{"name": v["name"], "mountPath": f"/{v['name']}"} for v in volumes]
    cluster.apply(pod(volumes=volumes, container={"volumeMounts": mounts}))
    cluster.run_until("pod/web ready")
    assert cluster.exec("web", "ls /iscsi; echo x > /iscsi/x").output == ""
    assert cluster.exec("web", "ls /iscsi").output == "x\n"


def test_a_pod_has_no_service_account() -> None:
    cluster = Cluster()
    assert cluster.apply(pod()).spec.service_account_name == ""


def test_the_api_servers_own_service_has_no_endpoints() -> None:
    cluster = Cluster()
    cluster.run(10)
    assert cluster.get("pods", namespace="kube-system").names == []
    assert len(cluster.get("endpointslices")) == 0
    assert cluster.request("kubernetes").pod == ""


def test_nobody_owns_fields_before_the_first_apply_on_the_servers_side() -> None:
    cluster = Cluster()
    assert cluster.apply(pod()).metadata.managed_fields == ()


def test_variable_names_follow_the_strict_rule() -> None:
    with pytest.raises(StatusError, match=r"spec.containers\[0\].env\[0\].name"):
        Cluster().apply(pod(container={"env": [{"name": "1ST", "value": "x"}]}))


def test_anybody_may_do_anything() -> None:
    cluster = Cluster()
    cluster.apply(pod())
    stranger = Request("delete", "pods", "default", "web", component="stranger")
    assert cluster.api.handle(stranger).ok


def test_the_schedulers_events_are_in_the_old_style() -> None:
    cluster = Cluster()
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    (scheduled,) = [e for e in cluster.events("pod/web") if e.reason == "Scheduled"]
    assert scheduled.source.component == "default-scheduler"
    assert (scheduled.count, scheduled.event_time) == (1, None)


def test_a_learners_own_request_takes_no_time() -> None:
    cluster = Cluster()
    before = cluster.now
    cluster.apply(deployment())
    assert cluster.now == before
    assert len(cluster.get("replicasets")) == 0  # nobody has had time to act


def test_crash_loop_back_off_shows_in_the_sync_that_finds_the_end() -> None:
    cluster = Cluster()
    cluster.apply(pod(container={"image": "busybox:1.36", "command": ["sh", "-c", "exit 1"]}))
    cluster.run(8)  # it has ended twice, and its second restart waits
    states = [
        step.new.status.container_statuses[0].state
        for step in cluster.history.changes("pods")
        if step.new is not None and step.new.status.container_statuses
    ]
    reasons = [state.waiting.reason for state in states if state.waiting]
    assert "CrashLoopBackOff" in reasons
    assert sum(1 for state in states if state.terminated) <= 1


def test_what_a_service_says_of_itself_needs_no_rules_to_be_written() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod()])
    cluster.run(20)
    home = cluster.get("pod/web").spec.node_name
    away = next(name for name in cluster.workers if name != home)
    cluster.patch("service/web", {"spec": {"internalTrafficPolicy": "Local"}})
    assert cluster.request("web", node=away).error == "i/o timeout"


def test_dns_answers_without_being_a_pod() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(service())
    cluster.kill_node("node-1")
    cluster.run(1)
    assert cluster.get("services", namespace="kube-system").names == []
    assert cluster.resolve("web").ok


def test_the_ingress_controller_is_there_without_being_installed() -> None:
    cluster = Cluster(nodes=1)
    assert cluster.get("ingressclasses").names == []
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    cluster.apply(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "web"},
            "spec": {"defaultBackend": backend},
        }
    )
    cluster.run(1)
    assert cluster.request("198.18.0.2").status == 503


def test_a_policy_is_asked_before_the_fields_are_found_valid() -> None:
    cluster = Cluster(nodes=0)
    few = {"expression": "object.spec.replicas <= 5"}
    cluster.apply([policy(few), binding()])
    wrong_twice = deployment(replicas=6, minReadySeconds=-1)
    with pytest.raises(StatusError, match="denied request: failed expression"):
        cluster.apply(wrong_twice)


def test_watches_of_a_defined_kind_are_of_its_preferred_version() -> None:
    cluster = Cluster(nodes=0)
    versions = [version("v1beta1", storage=True), version("v1", storage=False)]
    names = {"plural": "websites", "kind": "Website"}
    cluster.apply(definition(names=names, versions=versions))
    cluster.run(1)
    cluster.apply({**website(), "apiVersion": "example.com/v1beta1"})
    heard: list[WatchEvent] = []
    cluster.api.watch(Request("watch", "websites.example.com"), heard.append)
    assert [event.object.api_version for event in heard] == ["example.com/v1"]
    stored = cluster.etcdctl_get("/registry/websites.example.com/default/blog")
    assert b'"apiVersion":"example.com/v1"' in stored


def test_with_rbac_a_node_may_read_all_nodes_and_taint_itself() -> None:
    cluster = Cluster(nodes=2, rbac=True)
    node = cluster.as_user("system:node:node-1", groups=("system:nodes",))
    assert node.get("nodes").names == ["node-1", "node-2"]
    taints = {"spec": {"taints": [{"key": "mine", "effect": "NoSchedule"}]}}
    assert node.patch("node/node-1", taints).spec.taints[0].key == "mine"


def test_a_kubelet_looks_at_node_selectors_but_not_at_node_affinity() -> None:
    cluster = Cluster(nodes=1)
    terms = [{"matchExpressions": [{"key": "disk", "operator": "Exists"}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    cluster.apply(pod("one", nodeName="node-1", affinity={"nodeAffinity": required}))
    cluster.apply(pod("two", nodeName="node-1", nodeSelector={"disk": "ssd"}))
    cluster.run(20)
    assert cluster.get("pod/one").status.phase == "Running"
    refused = cluster.get("pod/two").status
    assert (refused.phase, refused.reason) == ("Failed", "NodeAffinity")


def test_a_pod_that_ends_with_its_node_has_no_disruption_target() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    cluster.shut_down_node("node-1")
    status = cluster.get("pod/web").status
    assert (status.phase, status.reason) == ("Failed", "Terminated")
    assert "DisruptionTarget" not in {found.type for found in status.conditions}


def test_nothing_is_compacted_unless_somebody_asks() -> None:
    cluster = Cluster(nodes=1)
    cluster.run(3600)
    asked = Request("list", "nodes", resource_version="5", resource_version_match="Exact")
    assert cluster.api.handle(asked).ok


def test_requests_and_queues_are_counted_and_not_timed() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    texts = [cluster.metrics(name) for name in cluster.metrics()]
    assert any("apiserver_request_total" in text for text in texts)
    assert any("workqueue_adds_total" in text for text in texts)
    assert not any("apiserver_request_duration" in text for text in texts)
    assert not any("workqueue_queue_duration" in text for text in texts)


def test_dns_has_no_addresses_of_the_newer_kind() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(service())
    cluster.run(1)
    assert cluster.resolve("web").ok
    assert not cluster.resolve("web", type="AAAA").ok


def test_amounts_of_a_pod_as_a_whole_are_not_resized() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(pod(resources={"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}))
    cluster.run_until("pod/web ready")
    with pytest.raises(StatusError, match="pods with pod-level resources cannot be resized"):
        cluster.resize("pod/web", cpu="150m")


def test_the_node_of_a_machine_that_is_gone_is_deleted_after_five_seconds() -> None:
    cluster = Cluster(nodes=0, pools=[NodePool("web", 1)])
    (machine,) = cluster.cloud.instances
    cluster.cloud.destroy(machine)
    cluster.run(4)
    assert machine in cluster.get("nodes").names
    cluster.run(2)
    assert machine not in cluster.get("nodes").names


def test_keys_in_the_store_are_named_after_resource_and_group() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply([deployment("web", replicas=1), service()])
    assert cluster.etcdctl_get("/registry/deployments.apps/default/web")
    assert cluster.etcdctl_get("/registry/services/default/web")
    assert cluster.etcdctl_get("/registry/nodes/node-1")
    for upstream in ("deployments/default/web", "services/specs/default/web", "minions/node-1"):
        assert not cluster.etcdctl_get(f"/registry/{upstream}")
