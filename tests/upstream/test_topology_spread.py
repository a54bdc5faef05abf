"""The cases of podtopologyspread/filtering_test.go and scoring_test.go: topology_spread.yaml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubelite.api.core_v1 import Node, Pod, Service
from kubelite.apimachinery.struct import convert, replace
from kubelite.scheduler.framework import (
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Listers,
)
from kubelite.scheduler.plugins.pod_topology_spread import PodTopologySpread
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import HOSTNAME, node, pod, scores

CASES = yaml.safe_load(Path(__file__).with_name("topology_spread.yaml").read_text())
FOUR = "a@1 b@1 x@2 y@2"
NODE = re.compile(r"(\w)(?:@(\w))?((?:\+\w+)*)([~!]?)")
POD = re.compile(r"(\w)(\d)(?::([\w+.]+))?(?:/(\w+))?(!?)")
CORDON = "node.kubernetes.io/unschedulable"
Case = dict[str, Any]


def why(case: Case) -> str:
    return str(case["why"])


def nodes_of(text: str) -> list[Node]:
    found = []
    for each in text.split():
        match = NODE.fullmatch(each)
        assert match, each
        letter, zone, more, mark = match.groups()
        name = f"node-{letter}"
        labels = {} if mark == "~" else {"node": name, HOSTNAME: name}
        labels |= {"zone": f"zone{zone}"} if zone else {}
        labels |= dict.fromkeys(more.split("+")[1:], "")
        taints = [{"key": CORDON, "effect": "NoSchedule"}] if mark == "!" else []
        found.append(node(name, labels=labels, taints=taints))
    return found


def pods_of(text: str) -> list[Pod]:
    found: list[Pod] = []
    for each in text.split():
        match = POD.fullmatch(each)
        assert match, each
        letter, count, marked, namespace, leaving = match.groups()
        labels = {} if marked == "." else dict.fromkeys((marked or "foo").split("+"), "")
        for _ in range(int(count)):
            one = pod(
                f"p{len(found)}",
                on=f"node-{letter}",
                labels=labels,
                namespace=namespace or "default",
            )
            if leaving:
                one = replace(one, metadata=replace(one.metadata, deletion_timestamp=1))
            found.append(one)
    return found


def labelled(found: list[str]) -> list[Pod]:
    pods = []
    for each in found:
        letter, *labels = each.split()
        of = dict(label.split("=") for label in labels)
        pods.append(pod(f"l{len(pods)}", on=f"node-{letter}", labels=of))
    return pods


def constraint(text: str, when: str) -> Case:
    key, skew, asked, *options = text.split()
    selector: Case | None = {"matchExpressions": [{"key": asked, "operator": "Exists"}]}
    if "=" in asked:
        name, value = asked.split("=")
        selector = {"matchLabels": {name: value}}
    elif asked in ("nil", "all"):
        selector = None if asked == "nil" else {}
    made = {
        "maxSkew": int(skew),
        "topologyKey": HOSTNAME if key == "host" else key,
        "whenUnsatisfiable": "ScheduleAnyway" if "soft" in options else when,
        "labelSelector": selector,
    }
    for option in options:
        name, _, value = option.partition("=")
        made |= {
            "soft": {},
            "min": {"minDomains": int(value) if value.isdigit() else None},
            "affinity": {"nodeAffinityPolicy": value},
            "taints": {"nodeTaintsPolicy": value},
            "keys": {"matchLabelKeys": value.split(",")},
        }[name]
    return made


def wanted_of(case: Case, when: str) -> Pod:
    spec: Case = {
        "topologySpreadConstraints": [constraint(text, when) for text in case.get("spread", ())]
    }
    if "selector" in case:
        spec["nodeSelector"] = {case["selector"]: ""}
    terms = [
        {"key": key, "operator": "In", "values": values}
        for key, values in case.get("in", {}).items()
    ] + [
        {"key": key, "operator": "NotIn", "values": [value]}
        for key, value in case.get("not", {}).items()
    ]
    if terms:
        required = {"nodeSelectorTerms": [{"matchExpressions": terms}]}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        }
    if case.get("tolerates"):
        spec["tolerations"] = [{"key": CORDON, "operator": "Exists", "effect": "NoSchedule"}]
    labels = case.get("labels", dict.fromkeys(case.get("wanted", "foo").split(), ""))
    return pod("p", labels=labels, **spec)


def plugin_for(case: Case) -> PodTopologySpread:
    served = [case["service"]] if "service" in case else []
    found = [convert(Service, {"spec": {"selector": {label: ""}}}) for label in served]
    return PodTopologySpread(Listers(services=lambda namespace: found))


def filtering(case: Case) -> tuple[PodTopologySpread, CycleState, PodInfo]:
    there = pods_of(case.get("pods", "")) + labelled(case.get("labelled", []))
    snapshot = Snapshot.of(nodes_of(case.get("nodes", FOUR)), there)
    plugin, state = plugin_for(case), CycleState(snapshot)
    info = PodInfo(wanted_of(case, "DoNotSchedule"))
    assert plugin.pre_filter(state, info) is None
    return plugin, state, info


@pytest.mark.parametrize("case", CASES["counts"], ids=why)
def test_what_is_counted(case: Case) -> None:
    plugin, state, _ = filtering(case)
    hard = state[plugin.name]
    assert hard.counts == case["counts"]
    assert hard.least == [min(sums.values()) for sums in case["counts"]]


@pytest.mark.parametrize("case", CASES["skipped"], ids=why)
def test_what_is_skipped(case: Case) -> None:
    nodes, wanted = nodes_of(case["nodes"]), wanted_of(case, "DoNotSchedule")
    status = plugin_for(case).pre_filter(CycleState(Snapshot.of(nodes, ())), PodInfo(wanted))
    assert status is not None
    assert status.reasons == ()
    assert scores(plugin_for(case), wanted, nodes) is None


@pytest.mark.parametrize("case", CASES["single"] + CASES["multiple"], ids=why)
def test_filter(case: Case) -> None:
    plugin, state, info = filtering(case)
    codes = {UNSCHEDULABLE: "no", UNSCHEDULABLE_AND_UNRESOLVABLE: "never"}
    found: dict[str, list[str]] = {"no": [], "never": []}
    for each in state.snapshot.nodes:
        status = plugin.filter(state, info, each)
        if status is not None:
            found[codes[status.code]].append(each.name[-1])
    assert {kind: sorted(names) for kind, names in found.items()} == {
        kind: case.get(kind, "").split() for kind in found
    }


@pytest.mark.parametrize("case", CASES["scores"], ids=why)
def test_score(case: Case) -> None:
    marks = scores(
        plugin_for(case),
        wanted_of(case, "ScheduleAnyway"),
        nodes_of(case.get("nodes", FOUR)),
        pods_of(case.get("pods", "")),
        nodes_of(case.get("lost", "")),
    )
    assert marks is not None
    assert list(marks.values()) == case["scores"]
