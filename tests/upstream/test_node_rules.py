"""The cases of upstream's tests of taints, node affinity, ports, images: node_rules.yaml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubelite.api.core_v1 import Node, Taint, Toleration
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.plugins.image_locality import MB, ImageLocality, normalized
from kubelite.scheduler.plugins.node_affinity import NodeAffinity
from kubelite.scheduler.plugins.node_ports import NodePorts
from kubelite.scheduler.plugins.taint_toleration import TaintToleration, untolerated
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import node, pod, refusals, scores

CASES = yaml.safe_load(Path(__file__).with_name("node_rules.yaml").read_text())
TAINT = re.compile(r"([\w.-]*)([=~<>]?)(\w*)(?::(\w+))?")
OPERATORS = {"": "Exists", "=": "Equal", "~": "", ">": "Gt", "<": "Lt"}
Case = dict[str, Any]


def why(case: Case) -> str:
    return str(case["why"])


def parts(text: str) -> tuple[str, ...]:
    match = TAINT.fullmatch(text)
    assert match, text
    return tuple(part or "" for part in match.groups())


def taint(text: str) -> Case:
    key, _, value, effect = parts(text)
    return {"key": key, "value": value, "effect": effect}


def toleration(text: str) -> Case:
    key, sign, value, effect = parts(text)
    return {"key": key, "operator": OPERATORS[sign], "value": value, "effect": effect}


def tainted(name: str, taints: list[str]) -> Node:
    return node(name, taints=[taint(each) for each in taints])


def tolerant(tolerations: list[str]) -> Any:
    return pod("p", tolerations=[toleration(each) for each in tolerations])


@pytest.mark.parametrize("case", CASES["tolerates"], ids=why)
def test_tolerates(case: Case) -> None:
    one = convert(Toleration, toleration(case["toleration"]))
    assert tolerates(one, convert(Taint, taint(case["taint"]))) is case.get("tolerated", False)


@pytest.mark.parametrize("case", CASES["untolerated"], ids=why)
def test_untolerated(case: Case) -> None:
    taints = tainted("n", case.get("taints", [])).spec.taints
    found = untolerated(taints, tolerant(case.get("tolerations", [])).spec.tolerations)
    assert (found is None) is case.get("tolerated", False)


@pytest.mark.parametrize("case", CASES["taint_scores"], ids=why)
def test_taint_scores(case: Case) -> None:
    nodes = [tainted(f"n{i}", taints) for i, taints in enumerate(case["nodes"])]
    marks = scores(TaintToleration(), tolerant(case.get("tolerations", [])), nodes)
    assert list((marks or {}).values()) == case["scores"]


@pytest.mark.parametrize("case", CASES["taint_filter"], ids=why)
def test_taint_filter(case: Case) -> None:
    wanted = tolerant(case.get("tolerations", []))
    found = refusals(TaintToleration(), wanted, [tainted("n", case["taints"])])
    assert found == ({} if case.get("fits") else {"n": "node(s) had untolerated taint(s)"})


@pytest.mark.parametrize("case", CASES["taint_hints"], ids=why)
def test_taint_hints(case: Case) -> None:
    waiting = PodInfo(tolerant(["dedicated=user2:NoSchedule"]))
    old = tainted("n", case["old"]) if "old" in case else None
    found = TaintToleration().taint_gone(waiting, old, tainted("n", case["new"]))
    assert found is case.get("queue", False)


def term(requirements: list[str]) -> Case:
    made: Case = {"matchExpressions": [], "matchFields": []}
    for text in requirements:
        key, operator, *values = text.removeprefix("@").split()
        kind = "matchFields" if text.startswith("@") else "matchExpressions"
        made[kind].append({"key": key, "operator": operator, "values": values})
    return made


def needing(case: Case) -> Any:
    spec: Case = {"nodeSelector": case.get("selector", {})}
    if "terms" in case:
        required = {"nodeSelectorTerms": [term(each) for each in case["terms"]]}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        }
    return pod("p", **spec)


@pytest.mark.parametrize("case", CASES["affinity_filter"] + CASES["selector_terms"], ids=why)
def test_affinity_filter(case: Case) -> None:
    name = case.get("node", "node")
    plugin, wanted = NodeAffinity(), needing(case)
    found = refusals(plugin, wanted, [node(name, labels=case.get("labels", {}))])
    assert not found if case.get("fits") else name in found


@pytest.mark.parametrize("case", CASES["affinity_scores"], ids=why)
def test_affinity_scores(case: Case) -> None:
    wishes = [
        {"weight": weight, "preference": term(each)}
        for weight, each in case.get("wishes", {}).items()
    ]
    affinity = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wishes}}
    nodes = [node(f"n{i}", labels=labels) for i, labels in enumerate(case["nodes"])]
    marks = scores(NodeAffinity(), pod("p", affinity=affinity), nodes)
    assert (marks and list(marks.values())) == case.get("scores")


@pytest.mark.parametrize("case", CASES["affinity_hints"], ids=why)
def test_affinity_hints(case: Case) -> None:
    waiting = PodInfo(needing({"terms": [["foo In bar"]]}))
    old = node("n", labels=case["old"]) if "old" in case else None
    found = NodeAffinity().matches_now(waiting, old, node("n", labels=case["new"]))
    assert found is case.get("queue", False)


def with_ports(name: str, found: list[str], on: str = "", init: str = "") -> Any:
    ports = []
    for text in found:
        protocol, address, port = text.split("/")
        ports.append(
            {"containerPort": 1, "hostPort": int(port), "hostIP": address, "protocol": protocol}
        )
    container = {"name": "c", "ports": ports}
    if not init:
        return pod(name, container, on=on)
    always = {"restartPolicy": "Always"} if init == "Always" else {}
    return pod(name, on=on, initContainers=[container | always])


@pytest.mark.parametrize("case", CASES["ports"], ids=why)
def test_ports(case: Case) -> None:
    there = with_ports("there", case["used"], on="n")
    wanted = with_ports("p", case["wanted"], init=case.get("init", ""))
    found = refusals(NodePorts(), wanted, [node("n")], [there])
    reason = "node(s) didn't have free ports for the requested pod ports"
    assert found == ({} if case.get("fits") else {"n": reason})


@pytest.mark.parametrize("case", CASES["port_hints"], ids=why)
def test_port_hints(case: Case) -> None:
    waiting, gone = PodInfo(with_ports("p", ["TCP//8080"])), with_ports("q", case["gone"], on="n")
    assert NodePorts().port_freed(waiting, gone, None) is case.get("queue", False)


@pytest.mark.parametrize("case", CASES["images"], ids=why)
def test_images(case: Case) -> None:
    nodes = [
        node(f"n{i}", images=[(f"gcr.io/{name}:latest", size * MB) for name, size in held.items()])
        for i, held in enumerate(case["nodes"])
    ]
    containers = [{"name": f"c{i}", "image": image} for i, image in enumerate(case["pod"])]
    before = [{"name": f"i{i}", "image": image} for i, image in enumerate(case.get("init", ()))]
    marks = scores(ImageLocality(), pod("p", *containers, initContainers=before), nodes)
    assert list((marks or {}).values()) == case["scores"]


@pytest.mark.parametrize(("image", "expected"), CASES["image_names"])
def test_image_names(image: str, expected: str) -> None:
    assert normalized(image) == expected
