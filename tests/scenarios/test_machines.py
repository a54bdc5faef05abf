"""Stories of machines that go: a zone lost, a drain that is held up, a database's node dead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.sim.clock import SECOND
from tests.cluster.test_disruption import budget
from tests.manifests import deployment, service
from tests.scenarios.telling import Customers, reasons, said, warnings

Told = Callable[..., Cluster]
MINUTE = 60
ZONE = "topology.kubernetes.io/zone"
NOT_READY = "Node is not ready"
ZONES = ("zone-a", "zone-b", "zone-c")


def spread(**more: Any) -> dict[str, Any]:
    rule = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule"}
    rule["labelSelector"] = {"matchLabels": {"app": "web"}}
    return {"topologySpreadConstraints": [rule | more]}


def zones_of(cluster: Cluster) -> Counter[str]:
    """How many pods run in each zone."""
    homes = {node.metadata.name: node.metadata.labels[ZONE] for node in cluster.get("nodes")}
    return Counter(homes[p.spec.node_name] for p in cluster.get("pods") if pod_ready(p))


def test_a_zone_is_lost(told: Told) -> None:
    cluster = told(nodes=0)
    for zone in ZONES:
        for _ in range(2):
            cluster.add_node(labels={ZONE: zone})
    cluster.run_until("nodes ready")
    cluster.apply([deployment(replicas=6, pod=spread(nodeTaintsPolicy="Honor")), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    whole = zones_of(cluster)
    customers = Customers(cluster)
    cluster.run(30)
    for name in ("node-1", "node-2"):
        cluster.kill_node(name)
    dark = cluster.clock.now
    cluster.run(10 * MINUTE)
    without = zones_of(cluster)
    for name in ("node-1", "node-2"):
        cluster.start_node(name)
    cluster.run(2 * MINUTE)
    after = zones_of(cluster)
    customers.leave()

    trouble = [(answer.when - dark) / SECOND for answer in customers.lost]
    moved = [e for e in cluster.events() if e.reason == "TaintManagerEviction"]
    assert whole == dict.fromkeys(ZONES, 2)
    assert without == after == {"zone-b": 3, "zone-c": 3}, "nobody moves back of his own accord"
    assert len(customers.answers) > 7_000
    assert set(customers.reasons) == {"i/o timeout"}
    assert 100 < len(customers.lost) < 240, "a third of those who came within the first minute"
    assert 40 < max(trouble) < 60, "until the silence has been noticed, and no longer"
    assert warnings(cluster, "node/node-1") == [] and warnings(cluster).count(NOT_READY) == 2
    assert said(cluster, "node/node-1", "NodeNotReady") == [
        "Node node-1 status is now: NodeNotReady"
    ]
    waits = [(e.first_timestamp - dark) / SECOND for e in moved]
    assert 345 < waits[0] < 360, "fifty seconds of silence, and five minutes of patience"
    assert waits[1] - waits[0] == pytest.approx(10, abs=1), "a zone's nodes one in ten seconds"


def test_a_drain_that_a_budget_blocks_and_then_lets_go(told: Told) -> None:
    cluster = told(nodes=2)
    cluster.cordon("node-2")
    cluster.apply([deployment(replicas=2), service(), budget(minAvailable=2)])
    cluster.run_until("deployment/web ready")
    cluster.uncordon("node-2")
    cluster.run(5)
    table = str(cluster.get("pdb")).splitlines()[1].split()
    customers = Customers(cluster)
    with pytest.raises(TimeoutError) as blocked:
        cluster.drain("node-1", timeout=60)
    held = [pod.spec.node_name for pod in cluster.get("pods")]
    cluster.scale("deployment/web", 3)  # one more than has to be there
    cluster.run_until("deployment/web ready")
    report = cluster.drain("node-1", timeout=120)
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    customers.leave()

    retried = "(will retry after 5s): Cannot evict pod as it would violate the pod's disruption"
    assert table[:4] == ["web", "2", "N/A", "0"], "nobody may be missing"
    assert str(blocked.value).count(retried) >= 20
    assert "global timeout reached" in str(blocked.value)
    assert held == ["node-1", "node-1"]
    assert report[0] == "node/node-1 already cordoned"
    assert sum(line.endswith(" evicted") for line in report) == 2
    assert sum(retried in line for line in report) == 1, "the second waits for the first's heir"
    assert report[-1] == "node/node-1 drained"
    assert {pod.spec.node_name for pod in cluster.get("pods")} == {"node-2"}
    assert len(customers.answers) > 700 and customers.lost == []


DATABASE = """
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{name: sql, port: 5432}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: postgres
        image: postgres:16
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
"""


def machines_with(cluster: Cluster, name: str) -> list[str]:
    """The machines on which a pod of this name runs at this moment, whatever the API says."""
    steps = cluster.history.changes("pods")
    uids = {s.new.metadata.uid for s in steps if s.new and s.new.metadata.name == name}
    running = [any(map(worker.runtime.containers, uids)) for worker in cluster.workers.values()]
    return [machine for machine, runs in zip(cluster.workers, running, strict=True) if runs]


def test_a_node_dies_under_a_database(told: Told) -> None:
    cluster = told()
    cluster.apply(DATABASE)
    cluster.run_until("statefulset/db ready")
    cluster.exec("db-0", "echo 42 orders > /data/orders")
    home = cluster.get("pod/db-0").spec.node_name
    cluster.kill_node(home)
    cluster.run(20 * MINUTE)
    abandoned = str(cluster.get("pods")).splitlines()[1].split()[:3]
    cluster.delete(f"node/{home}")  # the operator: it will not come back
    homes = []
    cluster.run_until("pod/db-0 gone")
    freed = cluster.clock.now
    while cluster.get("statefulset/db").status.ready_replicas != 2:
        homes.append(machines_with(cluster, "db-0"))
        cluster.run(5)
    took = (cluster.clock.now - freed) / SECOND
    new = cluster.get("pod/db-0").spec.node_name
    cluster.start_node(home)  # it does come back
    for _ in range(12):
        cluster.run(5)
        homes.append(machines_with(cluster, "db-0"))

    told_db = dict(zip(reasons(cluster, "pod/db-0"), said(cluster, "pod/db-0"), strict=True))
    assert abandoned == ["db-0", "1/1", "Terminating"], "for a quarter of an hour, and no heir"
    assert 360 < took < 390, "who knows whether the dead machine still writes"
    assert max(map(len, homes)) == 1 and homes[-1] == [new] != [home]
    assert cluster.exec("db-0", "cat /data/orders").output == "42 orders\n"
    assert "Multi-Attach error for volume" in told_db["FailedAttachVolume"]
    assert "AttachVolume.Attach succeeded" in told_db["SuccessfulAttachVolume"]
    assert str(cluster.get("statefulsets")).splitlines()[1].split()[:2] == ["db", "2/2"]
