"""Where daemons run and how they are replaced. Cases follow upstream's
``daemon_controller_test.go`` and ``update_test.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubelite.api.apps_v1 import (
    DaemonSet,
    DaemonSetSpec,
    DaemonSetUpdateStrategy,
    RollingUpdateDaemonSet,
)
from kubelite.api.core_v1 import Node, Pod, PodSpec, PodTemplateSpec, Taint
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta
from kubelite.apimachinery.struct import convert, replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.controllers.daemon import placement
from kubelite.controllers.daemon.manage import Observed, counted, fenceposts, manage, observed
from kubelite.controllers.daemon.rolling import rolling_update
from kubelite.controllers.history import HASH
from tests.controllers.objects import LABELS, NOW, node, pod

NEW, OLD = "new", "old"
NODE_LABELS = {"name": "simple-daemon", "type": "production"}


def daemon_set(
    surge: int | str = 0,
    unavailable: int | str = 1,
    strategy: str = "RollingUpdate",
    pod_spec: dict[str, Any] | None = None,
    **spec: Any,
) -> DaemonSet:
    rolling = RollingUpdateDaemonSet(max_surge=surge, max_unavailable=unavailable)
    mould = PodTemplateSpec(
        metadata=ObjectMeta(labels=LABELS), spec=convert(PodSpec, pod_spec or {})
    )
    return DaemonSet(
        metadata=ObjectMeta(name="log", namespace="default", uid="log-uid", generation=1),
        spec=DaemonSetSpec(
            selector=LabelSelector(match_labels=LABELS),
            template=mould,
            update_strategy=DaemonSetUpdateStrategy(
                type=strategy, rolling_update=rolling if strategy == "RollingUpdate" else None
            ),
            **spec,
        ),
    )


def labelled(**spec: Any) -> Node:
    found = node("test-node", **spec)
    return replace(found, metadata=replace(found.metadata, labels=NODE_LABELS))


def required(key: str, *values: str) -> dict[str, Any]:
    expression = {"key": key, "operator": "In", "values": list(values)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}}


RESOURCES = {"containers": [{"name": "c", "resources": {"requests": {"memory": "200M"}}}]}
PORTS = {"containers": [{"name": "c", "ports": [{"containerPort": 1, "hostPort": 666}]}]}

SHOULD_RUN: list[tuple[str, dict[str, Any], tuple[bool, bool]]] = [
    ("anywhere", {}, (True, True)),
    ("more than the node has: the scheduler's business", RESOURCES, (True, True)),
    ("another node", {"nodeName": "other-node"}, (False, False)),
    ("this node", {"nodeName": "test-node"}, (True, True)),
    ("a host port that is taken: the scheduler's business", PORTS, (True, True)),
    ("another selector", {"nodeSelector": {"name": "other"}}, (False, False)),
    ("this selector", {"nodeSelector": {"name": "simple-daemon"}}, (True, True)),
    ("another affinity", required("type", "test"), (False, False)),
    ("this affinity", required("type", "production"), (True, True)),
]


@pytest.mark.parametrize(("spec", "verdict"), [c[1:] for c in SHOULD_RUN],
                         ids=[c[0] for c in SHOULD_RUN])  # fmt: skip
def test_node_should_run_daemon_pod(spec: dict[str, Any], verdict: tuple[bool, bool]) -> None:
    assert placement.should_run(daemon_set(pod_spec=spec), labelled()) == verdict


TAINTS: list[tuple[str, str, dict[str, Any], tuple[bool, bool]]] = [
    ("dedicated", "NoSchedule", {}, (False, True)),
    ("dedicated", "NoExecute", {}, (False, False)),
    ("dedicated", "PreferNoSchedule", {}, (True, True)),
    ("dedicated", "NoExecute", {"tolerations": [{"operator": "Exists"}]}, (True, True)),
    ("node.kubernetes.io/not-ready", "NoExecute", {}, (True, True)),
    ("node.kubernetes.io/not-ready", "NoSchedule", {}, (False, True)),
    ("node.kubernetes.io/unreachable", "NoExecute", {}, (True, True)),
    ("node.kubernetes.io/unschedulable", "NoSchedule", {}, (True, True)),
    ("node.kubernetes.io/memory-pressure", "NoSchedule", {}, (True, True)),
    ("node.kubernetes.io/disk-pressure", "NoSchedule", {}, (True, True)),
    ("node.kubernetes.io/pid-pressure", "NoSchedule", {}, (True, True)),
    ("node.kubernetes.io/network-unavailable", "NoSchedule", {}, (False, True)),
    ("node.kubernetes.io/network-unavailable", "NoSchedule", {"hostNetwork": True}, (True, True)),
]


@pytest.mark.parametrize(("key", "effect", "spec", "verdict"), TAINTS)
def test_taints(key: str, effect: str, spec: dict[str, Any], verdict: tuple[bool, bool]) -> None:
    tainted = labelled(taints=(Taint(key=key, effect=effect),))
    assert placement.should_run(daemon_set(pod_spec=spec), tainted) == verdict


def test_a_default_toleration_takes_the_place_of_ones_own() -> None:
    own = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}
    spec = convert(PodSpec, {"tolerations": [own | {"tolerationSeconds": 300}]})
    found = placement.tolerations(spec)
    assert [t.toleration_seconds for t in found] == [None] * 6


def test_the_pod_for_a_node_fits_nowhere_else() -> None:
    owner = daemon_set(pod_spec=required("type", "production"))
    made = placement.new_pod(owner, "node-7", NEW)
    assert made.spec.node_name == ""
    assert placement.target_node(made) == "node-7"
    assert made.metadata.generate_name == "log-"
    assert made.metadata.labels == LABELS | {"controller-revision-hash": NEW}


def test_a_pod_that_names_no_node_is_meant_for_none() -> None:
    assert placement.target_node(pod("a")) == ""
    assert placement.target_node(pod("a", "node-1")) == "node-1"


def daemon(
    name: str, on: str, revision: str = NEW, ready: bool = True, phase: str = "Running"
) -> Pod:
    labels = LABELS | {HASH: revision}
    return pod(name, on, phase, ready, ready_since=60 * SECOND, created=0, labels=labels)


def test_a_pod_meant_for_no_node_is_nobodys_business() -> None:
    owner = daemon_set()
    assert managed(owner, look(owner, [pod("a", labels=LABELS)], 1)) == (["node-1"], [], [])


def ending(found: Pod) -> Pod:
    return replace(found, metadata=replace(found.metadata, deletion_timestamp=Time(NOW)))


def look(owner: DaemonSet, pods: Sequence[Pod], nodes: int = 3, **odd: Node) -> Observed:
    """node-1, node-2, ...; ``odd`` replaces them by name (node_1=...)."""
    names = [f"node-{number}" for number in range(1, nodes + 1)]
    found = [odd.get(name.replace("-", "_")) or node(name) for name in names]
    return observed(owner, found, pods, NEW, NOW)


def barred(name: str, effect: str) -> Node:
    return node(name, taints=(Taint(key="dedicated", effect=effect),))


def managed(owner: DaemonSet, seen: Observed) -> tuple[list[str], list[str], list[str]]:
    changes = manage(owner, seen)
    names = [[p.metadata.name for p in pods] for pods in (changes.surplus, changes.ended)]
    return changes.missing, names[0], names[1]


def test_each_node_that_lacks_its_daemon_gets_one() -> None:
    owner = daemon_set()
    assert managed(owner, look(owner, [daemon("a", "node-2")])) == (["node-1", "node-3"], [], [])


def test_while_the_old_one_ends_there_is_no_other() -> None:
    owner = daemon_set()
    assert managed(owner, look(owner, [ending(daemon("a", "node-1"))], 1)) == ([], [], [])


def test_one_that_has_ended_and_is_deleted_is_in_nobodys_way() -> None:
    owner = daemon_set()
    gone = ending(daemon("a", "node-1", phase="Failed"))
    assert managed(owner, look(owner, [gone], 1)) == (["node-1"], [], [])


@pytest.mark.parametrize("phase", ["Failed", "Succeeded"])
def test_what_has_ended_is_deleted_first(phase: str) -> None:
    owner = daemon_set()
    seen = look(owner, [daemon("a", "node-1", phase=phase)], 1)
    assert managed(owner, seen) == ([], [], ["a"])


def test_of_two_on_a_node_the_older_stays() -> None:
    owner = daemon_set()
    young = daemon("a", "node-1")
    old = replace(
        young, metadata=replace(young.metadata, name="b", creation_timestamp=Time(NOW - SECOND))
    )
    assert managed(owner, look(owner, [young, old], 1)) == ([], ["a"], [])


def test_where_none_may_stay_all_go() -> None:
    owner = daemon_set()
    pods = [daemon("a", "node-1"), daemon("b", "node-2")]
    seen = look(
        owner, pods, 2, node_1=barred("node-1", "NoExecute"), node_2=barred("node-2", "NoSchedule")
    )
    assert managed(owner, seen) == ([], ["a"], [])


def test_a_pod_that_waits_for_a_node_that_is_gone_is_deleted() -> None:
    owner = daemon_set()
    waiting = placement.new_pod(owner, "node-9", NEW)
    waiting = replace(waiting, metadata=replace(waiting.metadata, name="a"))
    placed = daemon("b", "node-8")
    pods = [waiting, placed, daemon("c", "node-1")]
    assert managed(owner, look(owner, pods, 1)) == ([], ["a"], [])


SURGE: list[tuple[str, list[Pod], list[str], list[str]]] = [
    ("the old one ends", [ending(daemon("a", "node-1", OLD))], ["node-1"], []),
    (
        "the new one is not ready",
        [daemon("a", "node-1", OLD), daemon("b", "node-1", ready=False)],
        [],
        [],
    ),
    ("the new one is ready", [daemon("a", "node-1", OLD), daemon("b", "node-1")], [], ["a"]),
    (
        "neither is ready",
        [daemon("a", "node-1", OLD, ready=False), daemon("b", "node-1", ready=False)],
        [],
        ["a"],
    ),
]


@pytest.mark.parametrize(("pods", "missing", "surplus"), [c[1:] for c in SURGE],
                         ids=[c[0] for c in SURGE])  # fmt: skip
def test_with_surge_two_may_stand_side_by_side(
    pods: list[Pod], missing: list[str], surplus: list[str]
) -> None:
    owner = daemon_set(surge=1, unavailable=0)
    assert managed(owner, look(owner, pods, 1)) == (missing, surplus, [])


FENCES: list[tuple[int | str, int | str, tuple[int, int]]] = [
    (0, 1, (0, 1)),
    (0, "50%", (0, 2)),
    (0, "1%", (0, 1)),
    ("50%", 0, (2, 0)),
    (2, 0, (2, 0)),
    (0, 0, (0, 1)),
]


@pytest.mark.parametrize(("surge", "unavailable", "expected"), FENCES)
def test_fenceposts_are_rounded_up(
    surge: int | str, unavailable: int | str, expected: tuple[int, int]
) -> None:
    owner = daemon_set(surge, unavailable)
    assert fenceposts(owner, look(owner, [], 3)) == expected


def rolled(owner: DaemonSet, seen: Observed) -> tuple[list[str], list[str]]:
    nodes, pods = rolling_update(owner, seen)
    return nodes, [p.metadata.name for p in pods]


def fleet(*states: str) -> list[Pod]:
    """One letter for each node's pods: o(ld), n(ew), their capitals if not ready, - for none."""
    return [
        daemon(
            f"{letter}{place}",
            f"node-{place}",
            NEW if letter in "nN" else OLD,
            letter.islower(),
        )
        for place, state in enumerate(states, 1)
        for letter in state.replace("-", "")
    ]


IN_PLACE: list[tuple[int | str, tuple[str, ...], list[str]]] = [
    (1, ("o", "o", "o"), ["o1"]),
    (2, ("o", "o", "o"), ["o1", "o2"]),
    ("50%", ("o", "o", "o"), ["o1", "o2"]),
    (1, ("n", "o", "o"), ["o2"]),
    (1, ("N", "o", "o"), []),
    (1, ("-", "o", "o"), []),
    (2, ("-", "o", "o"), ["o2"]),
    (1, ("o", "O", "O"), ["O2", "O3"]),
    (1, ("n", "n", "n"), []),
    (1, ("oo", "o", "o"), []),
]


@pytest.mark.parametrize(("unavailable", "states", "gone"), IN_PLACE)
def test_in_place_few_nodes_at_a_time(
    unavailable: int | str, states: tuple[str, ...], gone: list[str]
) -> None:
    owner = daemon_set(0, unavailable)
    assert rolled(owner, look(owner, fleet(*states))) == ([], gone)


WITH_SURGE: list[tuple[int | str, tuple[str, ...], list[str], list[str]]] = [
    (1, ("o", "o", "o"), ["node-1"], []),
    ("50%", ("o", "o", "o"), ["node-1", "node-2"], []),
    (1, ("oN", "o", "o"), [], []),
    (1, ("on", "o", "o"), ["node-2"], ["o1"]),
    (1, ("O", "O", "o"), ["node-1", "node-2", "node-3"], []),
    (1, ("n", "n", "n"), [], []),
]


@pytest.mark.parametrize(("surge", "states", "nodes", "gone"), WITH_SURGE)
def test_with_surge_the_new_one_comes_first(
    surge: int | str, states: tuple[str, ...], nodes: list[str], gone: list[str]
) -> None:
    owner = daemon_set(surge, 0)
    assert rolled(owner, look(owner, fleet(*states))) == (nodes, gone)


def test_an_old_pod_on_a_node_that_should_have_none_stays_until_others_serve() -> None:
    owner = daemon_set(1, 0)
    odd = barred("node-3", "NoSchedule")
    assert rolled(owner, look(owner, fleet("n", "N", "o"), node_3=odd)) == ([], [])
    assert rolled(owner, look(owner, fleet("n", "n", "o"), node_3=odd)) == ([], ["o3"])


def test_status() -> None:
    owner = daemon_set(min_ready_seconds=120)
    pods = [*fleet("n", "O"), daemon("x", "node-4")]
    status = counted(owner, look(owner, pods, 4, node_4=barred("node-4", "NoSchedule")), True)
    assert (status.desired_number_scheduled, status.current_number_scheduled) == (3, 2)
    assert (status.number_ready, status.number_misscheduled) == (1, 1)
    assert (status.number_available, status.number_unavailable) == (0, 3)
    assert (status.updated_number_scheduled, status.observed_generation) == (1, 1)


def test_what_was_not_acted_upon_is_not_observed() -> None:
    owner = daemon_set()
    assert counted(owner, look(owner, []), False).observed_generation == 0
