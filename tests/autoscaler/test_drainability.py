"""Which pods keep a node: the table of cluster-autoscaler/utils/drain/drain_test.go (TestDrain)."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.apimachinery.struct import convert
from kubelite.autoscaler.drainability import pods_to_move

NOW = 1_800_000_000_000_000
SAFE = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "true"}
UNSAFE = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
SCRATCH = {"volumes": [{"name": "scratch", "emptyDir": {}}]}


def pod(
    owner: str = "", namespace: str = "default", phase: str = "", spec: Any = None, **meta: Any
) -> Pod:
    owners = [
        {"apiVersion": "apps/v1", "kind": owner, "name": "owner", "uid": "u", "controller": True}
    ]
    meta = {"name": "bar", "namespace": namespace, "labels": {"k8s-app": "bar"}, **meta}
    return convert(
        Pod,
        {
            "metadata": {**meta, "ownerReferences": owners if owner else []},
            "spec": {"nodeName": "node", "containers": [], **(spec or {})},
            "status": {"phase": phase},
        },
    )


def budget(namespace: str, app: str) -> PodDisruptionBudget:
    return convert(
        PodDisruptionBudget,
        {
            "metadata": {"name": "pdb", "namespace": namespace},
            "spec": {"selector": {"matchLabels": {"k8s-app": app}}},
            "status": {"disruptionsAllowed": 1},
        },
    )


HOUR_AGO = "2027-01-15T07:00:00Z"
NONE: list[PodDisruptionBudget] = []

# name, pod, budgets, the reason that keeps it ("" is none), whether it has to move
CASES = [
    ("ReplicaSet-managed pod", pod("ReplicaSet"), NONE, "", True),
    ("DaemonSet-managed pod", pod("DaemonSet"), NONE, "", False),
    ("Job-managed pod", pod("Job"), NONE, "", True),
    ("StatefulSet-managed pod", pod("StatefulSet"), NONE, "", True),
    (
        "ReplicaSet-managed pod that is being deleted",
        pod("ReplicaSet", deletionTimestamp=HOUR_AGO),
        NONE,
        "",
        False,
    ),
    ("naked pod", pod(), NONE, "NotReplicated", False),
    ("pod with EmptyDir", pod("ReplicaSet", spec=SCRATCH), NONE, "LocalStorageRequested", False),
    ("failed pod", pod(phase="Failed", spec={"restartPolicy": "Never"}), NONE, "", True),
    ("evicted pod", pod(phase="Failed", spec={"restartPolicy": "Always"}), NONE, "", True),
    (
        "pod in terminal state",
        pod(phase="Succeeded", spec={"restartPolicy": "OnFailure"}),
        NONE,
        "",
        True,
    ),
    ("pod with PodSafeToEvict annotation", pod(annotations=SAFE), NONE, "", True),
    (
        "kube-system pod with PodSafeToEvict annotation",
        pod(namespace="kube-system", annotations=SAFE),
        NONE,
        "",
        True,
    ),
    (
        "pod with EmptyDir and PodSafeToEvict annotation",
        pod(spec=SCRATCH, annotations=SAFE),
        NONE,
        "",
        True,
    ),
    (
        "pod with PodSafeToEvict=false annotation",
        pod("ReplicaSet", annotations=UNSAFE),
        NONE,
        "NotSafeToEvictAnnotation",
        False,
    ),
    (
        "Job-managed pod with PodSafeToEvict=false annotation",
        pod("Job", annotations=UNSAFE),
        NONE,
        "NotSafeToEvictAnnotation",
        False,
    ),
    (
        "kube-system PDB with matching kube-system pod",
        pod("ReplicaSet", "kube-system"),
        [budget("kube-system", "bar")],
        "",
        True,
    ),
    (
        "kube-system PDB with non-matching kube-system pod",
        pod("ReplicaSet", "kube-system"),
        [budget("kube-system", "foo")],
        "UnmovableKubeSystemPod",
        False,
    ),
    (
        "kube-system PDB with default namespace pod",
        pod("ReplicaSet"),
        [budget("kube-system", "bar")],
        "",
        True,
    ),
    (
        "default namespace PDB with matching labels kube-system pod",
        pod("ReplicaSet", "kube-system"),
        [budget("default", "bar")],
        "UnmovableKubeSystemPod",
        False,
    ),
]


@pytest.mark.parametrize(("name", "found", "budgets", "reason", "moves"), CASES)
def test_upstreams_table(
    name: str, found: Pod, budgets: list[PodDisruptionBudget], reason: str, moves: bool
) -> None:
    result = pods_to_move([found], budgets, NOW)
    assert (result.blocked.reason if result.blocked else "") == reason
    assert result.pods == ((found,) if moves else ())


def test_a_controller_that_is_gone_keeps_the_node() -> None:
    result = pods_to_move([pod("ReplicaSet")], [], NOW, known=lambda pod, owner: False)
    assert result.blocked and result.blocked.reason == "ControllerNotFound"


def test_a_budget_without_room_keeps_the_node() -> None:
    pods = [pod("ReplicaSet", uid="1"), pod("ReplicaSet", uid="2")]
    result = pods_to_move(pods, [budget("default", "bar")], NOW)
    assert result.blocked and result.blocked.reason == "NotEnoughPdb"
