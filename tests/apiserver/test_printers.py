"""What ``kubectl get`` shows. Facts from pkg/printers/internalversion/printers_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api import apps_v1, core_v1
from kubelite.api import networking_v1 as net
from kubelite.api.autoscaling_v2 import HorizontalPodAutoscaler
from kubelite.apimachinery.struct import convert
from kubelite.apiserver import printers
from kubelite.apiserver.printers import cells
from kubelite.apiserver.printers.table_autoscaling import hpa_targets
from kubelite.sim.clock import MINUTE, START
from tests.apiserver.conftest import Desk, config_map, deployment, pod, service

NOW = START + 5 * MINUTE

RUNNING = {"state": {"running": {}}}
READY = {"ready": True, "started": True, **RUNNING}
DONE = {"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
SIDECAR = {"restartPolicy": "Always"}
BEFORE = {"lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-27T08:00:00Z"}}}
TRUE = {"status": "True"}


def a_pod(
    status: dict[str, Any], main: int = 1, init: list[dict[str, Any]] | None = None, **meta: Any
) -> core_v1.Pod:
    """``main`` containers, and init containers with these specs; statuses get their names."""
    init = init or []
    for field, prefix in (("containerStatuses", "main"), ("initContainerStatuses", "init")):
        for number, one in enumerate(status.get(field, ())):
            one.setdefault("name", f"{prefix}-{number}")
    raw = {
        "metadata": {"name": "test", **meta},
        "spec": {
            "containers": [{"name": f"main-{n}"} for n in range(main)],
            "initContainers": [{"name": f"init-{n}", **spec} for n, spec in enumerate(init)],
        },
        "status": status,
    }
    return convert(core_v1.Pod, raw)


def shown(pod: core_v1.Pod) -> tuple[str, str, str]:
    return (
        cells.pod_ready(pod, NOW),
        cells.pod_status(pod, NOW),
        cells.pod_restarts(pod, NOW),
    )


def ended(code: int = 0, reason: str = "", signal: int = 0) -> dict[str, Any]:
    return {"state": {"terminated": {"exitCode": code, "reason": reason, "signal": signal}}}


def waiting(reason: str) -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason}}}


MAIN = [
    # phase, container statuses, ready, status, restarts
    ("Running", [{**READY, "restartCount": 3}, {"restartCount": 3}], "1/2", "Running", "6"),
    ("Running", [{**READY, "restartCount": 3, **BEFORE}, {}], "1/2", "Running", "3 (5m ago)"),
    ("Pending", [waiting("ContainerCreating"), {}], "0/2", "ContainerCreating", "0"),
    ("Pending", [waiting("ImagePullBackOff"), READY], "1/2", "ImagePullBackOff", "0"),
    ("Running", [{**waiting("CrashLoopBackOff"), "restartCount": 4}, READY], "1/2",
     "CrashLoopBackOff", "4"),
    ("Running", [ended(1, "Error"), READY], "1/2", "Error", "0"),
    ("Running", [ended(137, "OOMKilled"), READY], "1/2", "OOMKilled", "0"),
    ("Running", [ended(3), READY], "1/2", "ExitCode:3", "0"),
    ("Running", [ended(137, signal=9), READY], "1/2", "Signal:9", "0"),
    ("Succeeded", [dict(DONE), dict(DONE)], "0/2", "Completed", "0"),
    ("Running", [dict(DONE), READY], "1/2", "NotReady", "0"),
    ("Pending", [], "0/2", "Pending", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("phase", "statuses", "ready", "status", "restarts"), MAIN)
def test_the_first_unhappy_container_speaks_for_the_pod(
    phase: str, statuses: list[Any], ready: str, status: str, restarts: str
) -> None:
    copies = [dict(one) for one in statuses]
    pod = a_pod({"phase": phase, "containerStatuses": copies}, main=2)
    assert shown(pod) == (ready, status, restarts)


def test_one_container_done_and_the_pod_ready_is_running() -> None:
    conditions = [{"type": "Ready", **TRUE}]
    statuses = [dict(DONE), dict(READY)]
    pod = a_pod(
        {"phase": "Running", "conditions": conditions, "containerStatuses": statuses}, main=2
    )
    assert cells.pod_status(pod, NOW) == "Running"


INIT = [
    ([{}, {}], [{}], "Init:0/2"),
    ([{}, {}], [waiting("PodInitializing")], "Init:0/2"),
    ([{}, {}], [dict(DONE), dict(RUNNING)], "Init:1/2"),
    ([{}, {}], [dict(DONE), ended(1, "Error")], "Init:Error"),
    ([{}, {}], [dict(DONE), waiting("CrashLoopBackOff")], "Init:CrashLoopBackOff"),
    ([{}], [ended(2)], "Init:ExitCode:2"),
    ([{}], [ended(137, signal=9)], "Init:Signal:9"),
    ([{}], [dict(DONE)], "PodInitializing"),
    ([SIDECAR, {}], [dict(READY), dict(RUNNING)], "Init:1/2"),
    ([SIDECAR, {}], [dict(RUNNING), {}], "Init:0/2"),
]


@pytest.mark.parametrize(("specs", "statuses", "status"), INIT)
def test_init_containers_speak_first(specs: list[Any], statuses: list[Any], status: str) -> None:
    state = {
        "phase": "Pending",
        "initContainerStatuses": [dict(one) for one in statuses],
        "containerStatuses": [waiting("PodInitializing")],
    }
    assert cells.pod_status(a_pod(state, init=specs), NOW) == status


def test_restarts_of_init_containers_count_only_until_they_are_through() -> None:
    state = {
        "phase": "Pending",
        "initContainerStatuses": [{**RUNNING, "restartCount": 2, **BEFORE}],
        "containerStatuses": [{"restartCount": 0}],
    }
    assert shown(a_pod(state, init=[{}])) == ("0/1", "Init:0/1", "2 (5m ago)")
    through = {
        "phase": "Running",
        "initContainerStatuses": [{**DONE, "restartCount": 2, **BEFORE}],
        "containerStatuses": [{**READY, "restartCount": 1}],
    }
    assert shown(a_pod(through, init=[{}])) == ("1/1", "Running", "1")


def test_sidecars_count_as_containers() -> None:
    state = {
        "phase": "Running",
        "initContainerStatuses": [{**READY, "restartCount": 2}],
        "containerStatuses": [{**READY, "restartCount": 1}],
    }
    assert shown(a_pod(state, init=[SIDECAR])) == ("2/2", "Running", "3")


@pytest.mark.parametrize(
    ("phase", "reason", "status"),
    [
        ("Running", "", "Terminating"),
        ("Succeeded", "", "Succeeded"),
        ("Failed", "Evicted", "Evicted"),
        ("Running", "NodeLost", "Unknown"),
    ],
)
def test_a_pod_that_is_leaving(phase: str, reason: str, status: str) -> None:
    state = {"phase": phase, "reason": reason}
    pod = a_pod(state, deletionTimestamp="2026-11-27T08:00:00Z")
    assert cells.pod_status(pod, NOW) == status


def test_a_gated_pod_says_so() -> None:
    gated = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
    assert cells.pod_status(a_pod({"phase": "Pending", "conditions": [gated]}), NOW) == (
        "SchedulingGated"
    )


def test_the_other_columns_of_a_wide_list() -> None:
    state = {
        "podIP": "10.1.1.1",
        "nominatedNodeName": "node-9",
        "conditions": [{"type": "a", **TRUE}, {"type": "b", "status": "False"}],
    }
    found = a_pod(state)
    titles, row = printers.rows("Pod", [found], NOW, wide=True)
    assert titles[-4:] == ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"]
    assert row[-4:] == ["10.1.1.1", "<none>", "node-9", "<none>"]
    gates = [{"conditionType": name} for name in ("a", "b", "c")]
    gated = convert(core_v1.Pod, {"spec": {"readinessGates": gates}, "status": state})
    assert cells.pod_gates(gated, NOW) == "1/3"


# Other kinds


def a_service(spec: dict[str, Any], *ingress: dict[str, str]) -> core_v1.Service:
    return convert(
        core_v1.Service, {"spec": spec, "status": {"loadBalancer": {"ingress": [*ingress]}}}
    )


@pytest.mark.parametrize(
    ("spec", "ingress", "external"),
    [
        ({"type": "ClusterIP"}, [], "<none>"),
        ({"type": "NodePort", "externalIPs": ["1.1.1.1", "2.2.2.2"]}, [], "1.1.1.1,2.2.2.2"),
        ({"type": "LoadBalancer"}, [], "<pending>"),
        ({"type": "LoadBalancer"}, [{"ip": "3.3.3.3"}], "3.3.3.3"),
        ({"type": "LoadBalancer", "externalIPs": ["1.1.1.1"]}, [{"ip": "3.3.3.3"}],
         "3.3.3.3,1.1.1.1"),
        ({"type": "ExternalName", "externalName": "my.db"}, [], "my.db"),
    ],
)  # fmt: skip
def test_where_a_service_is_reached(spec: Any, ingress: Any, external: str) -> None:
    assert cells.service_external(a_service(spec, *ingress), NOW) == external


def test_a_services_ports() -> None:
    ports = [
        {"port": 80, "protocol": "TCP"},
        {"port": 53, "protocol": "UDP", "nodePort": 30053},
    ]
    assert cells.service_ports(a_service({"ports": ports}), NOW) == "80/TCP,53:30053/UDP"
    assert cells.service_ports(a_service({}), NOW) == "<none>"


@pytest.mark.parametrize(
    ("labels", "roles"),
    [
        ({}, "<none>"),
        ({"node-role.kubernetes.io/master": "", "node-role.kubernetes.io/proxy": ""},
         "master,proxy"),
        ({"kubernetes.io/role": "node"}, "node"),
    ],
)  # fmt: skip
def test_a_nodes_roles(labels: dict[str, str], roles: str) -> None:
    node = convert(core_v1.Node, {"metadata": {"labels": labels}})
    assert cells.node_roles(node, NOW) == roles


@pytest.mark.parametrize(
    ("status", "unschedulable", "shown"),
    [
        ("True", False, "Ready"),
        ("False", False, "NotReady"),
        ("Unknown", False, "NotReady"),
        ("True", True, "Ready,SchedulingDisabled"),
        ("", False, "Unknown"),
    ],
)
def test_a_nodes_status(status: str, unschedulable: bool, shown: str) -> None:
    conditions = [{"type": "Ready", "status": status}] if status else []
    raw = {"spec": {"unschedulable": unschedulable}, "status": {"conditions": conditions}}
    assert cells.node_status(convert(core_v1.Node, raw), NOW) == shown


def test_an_event_that_repeats_says_how_often_and_since_when() -> None:
    raw = {
        "involvedObject": {"kind": "Pod", "name": "web"},
        "firstTimestamp": "2026-11-27T08:00:00Z",
        "lastTimestamp": "2026-11-27T08:04:00Z",
        "count": 6,
        "source": {"component": "kubelet", "host": "node-1"},
    }
    event = convert(core_v1.Event, raw)
    assert cells.event_last_seen(event, NOW) == "60s (x6 over 5m)"
    assert cells.event_object(event, NOW) == "pod/web"
    assert cells.event_source(event, NOW) == "kubelet, node-1"


def test_tables_line_up_as_kubectl_prints_them(desk: Desk) -> None:
    desk.create(deployment())
    desk.create(service())
    desk.create(pod("a-pod"))
    desk.create(config_map("settings", None, one="1", two="2"))
    desk.wait(65)

    def table(what: str) -> list[str]:
        listed = desk.ask("list", what)
        kind = listed.kind.removesuffix("List")
        text = printers.text(printers.rows(kind, listed.items, desk.clock.now))
        return text.splitlines()

    assert table("deployments") == [
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE",
        "web    0/3     0            0           65s",
    ]
    assert table("pods") == [
        "NAME    READY   STATUS    RESTARTS   AGE",
        "a-pod   0/1     Pending   0          65s",
    ]
    assert table("configmaps") == ["NAME       DATA   AGE", "settings   2      65s"]
    assert table("services")[0].split() == [
        "NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE",
    ]  # fmt: skip
    assert table("namespaces")[1] == "default       Active   65s"


MOULD = {"spec": {"nodeSelector": {"disk": "ssd"}, "containers": [{"name": "c", "image": "i"}]}}
WORKLOAD = {"selector": {"matchLabels": {"app": "web"}}, "template": MOULD}


def test_stateful_sets_daemon_sets_and_their_revisions() -> None:
    meta = {"name": "web", "creationTimestamp": "2026-11-27T08:00:00Z"}
    counts = {
        "desiredNumberScheduled": 5,
        "currentNumberScheduled": 4,
        "numberReady": 3,
        "updatedNumberScheduled": 2,
        "numberAvailable": 1,
    }
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": "u"}
    shown = [
        convert(kind, {"metadata": meta, **rest})
        for kind, rest in (
            (apps_v1.StatefulSet, {"spec": WORKLOAD | {"replicas": 3}}),
            (apps_v1.DaemonSet, {"spec": WORKLOAD, "status": counts}),
            (
                apps_v1.ControllerRevision,
                {
                    "metadata": meta | {"ownerReferences": [owner | {"controller": True}]},
                    "revision": 7,
                },
            ),
        )
    ]
    tables = [printers.rows(one.kind, [one], NOW, wide=True)[1] for one in shown]
    assert tables == [
        ["web", "0/3", "5m", "c", "i"],
        ["web", "5", "4", "3", "2", "1", "disk=ssd", "5m", "c", "i", "app=web"],
        ["web", "statefulset.apps/web", "7", "5m"],
    ]


def test_policies_ingresses_and_their_classes() -> None:
    meta = {"name": "a", "creationTimestamp": "2026-11-27T08:00:00Z"}
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    hosts = [{"host": f"{letter}.example.com"} for letter in "abcd"]
    spec = {"defaultBackend": backend}
    way_in = {"status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}, {"hostname": "x.org"}]}}}
    settings = {"apiGroup": "example.com", "kind": "Settings", "name": "b"}
    for kind, raw, cells_there in (
        (net.NetworkPolicy, {"spec": {"podSelector": {}}}, ["a", "<none>"]),
        (net.NetworkPolicy, {"spec": {"podSelector": {"matchLabels": {"b": "c"}}}}, ["a", "b=c"]),
        (net.Ingress, {"spec": spec}, ["a", "<none>", "*", "", "80"]),
        (
            net.Ingress,
            {"spec": {"ingressClassName": "nginx", "rules": hosts, "tls": [{}]}, **way_in},
            [
                "a",
                "nginx",
                "a.example.com,b.example.com,c.example.com + 1 more...",
                "1.2.3.4,x.org",
                "80, 443",
            ],
        ),
        (net.IngressClass, {"spec": {"controller": "x.io/y"}}, ["a", "x.io/y", "<none>"]),
        (
            net.IngressClass,
            {"spec": {"controller": "x.io/y", "parameters": settings}},
            ["a", "x.io/y", "Settings.example.com/b"],
        ),
    ):
        (_, row) = printers.rows(kind.__name__, [convert(kind, {"metadata": meta, **raw})], NOW)
        assert row[:-1] == cells_there


def test_metrics_of_an_autoscaler() -> None:
    value = {"type": "AverageValue", "averageValue": "10"}
    share = {"type": "Utilization", "averageUtilization": 50}
    metrics = [
        {"type": "Resource", "resource": {"name": "cpu", "target": share}},
        {"type": "External", "external": {"metric": {"name": "queue"}, "target": value}},
        {"type": "Pods", "pods": {"metric": {"name": "packets"}, "target": value}},
    ]
    now = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 63}}}
    hpa = convert(
        HorizontalPodAutoscaler,
        {"spec": {"metrics": metrics}, "status": {"currentMetrics": [now]}},
    )
    assert hpa_targets(hpa, NOW) == "cpu: 63%/50%, <unknown>/10 (avg) + 1 more..."
