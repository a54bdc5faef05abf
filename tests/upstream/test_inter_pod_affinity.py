"""The cases of interpodaffinity/filtering_test.go and scoring_test.go: inter_pod_affinity.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kubelite.api.core_v1 import Pod
from kubelite.scheduler.framework import Listers
from kubelite.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from tests.scheduler.objects import node, pod, refusals, scores

CASES = yaml.safe_load(Path(__file__).with_name("inter_pod_affinity.yaml").read_text())
Case = dict[str, Any]
SPACES = {f"subteam{i}.team{j}": {"team": f"team{j}"} for i in (1, 2) for j in (1, 2)}
LISTERS = Listers(namespace_labels=lambda: {"default": {}, **SPACES})
REASONS = {
    "near": "node(s) didn't match pod affinity rules",
    "away": "node(s) didn't match pod anti-affinity rules",
    "wanted": "node(s) didn't satisfy existing pods anti-affinity rules",
}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def why(case: Case) -> str:
    return str(case["why"])


def requirement(text: str) -> Case:
    for sign, operator in (("!=", "NotIn"), ("=", "In")):
        key, found, values = text.partition(sign)
        if found and key:
            return {"key": key, "operator": operator, "values": values.split("|")}
    if text.startswith("!"):
        return {"key": text[1:], "operator": "DoesNotExist"}
    return {"key": text, "operator": "Exists"}


def rule(text: str) -> tuple[int, Case]:
    """A weight, 0 for a demand, and the term."""
    words = text.split()
    weight = int(words.pop(0)) if words[0].isdigit() else 0
    made: Case = {"topologyKey": words[0]}
    expressions = []
    for word in words[1:]:
        name, _, value = word.partition("=")
        if name == "ns":
            made["namespaces"] = value.split(",")
        elif name == "teams":
            team = {"key": "team", "operator": "In", "values": [value]}
            made["namespaceSelector"] = {"matchExpressions": [team]}
        else:
            expressions.append(requirement(word))
    return weight, {**made, "labelSelector": {"matchExpressions": expressions}}


def affinity(case: Case) -> Case:
    of = CASES["rules"][case["as"]] if "as" in case else case
    made: Case = {}
    for word, name in (("near", "podAffinity"), ("away", "podAntiAffinity")):
        rules = [rule(text) for text in of.get(word, ())]
        if rules:
            made[name] = {
                REQUIRED: [term for weight, term in rules if not weight],
                PREFERRED: [{"weight": w, "podAffinityTerm": term} for w, term in rules if w],
            }
    return made


def pod_of(case: Case, name: str, on: str = "") -> Pod:
    return pod(
        name,
        on=on,
        labels=case.get("labels"),
        namespace=case.get("ns", "default"),
        affinity=affinity(case),
    )


@pytest.mark.parametrize("case", CASES["one_node"] + CASES["nodes"], ids=why)
def test_filter(case: Case) -> None:
    labels = case.get("nodes", {"machine1": {"region": "r1", "zone": "z11"}})
    nodes = [node(name, labels=found) for name, found in labels.items()]
    there = [
        pod_of(each, f"there-{place}", each.get("on", "machine1"))
        for place, each in enumerate(case.get("pods", ()))
    ]
    found = refusals(InterPodAffinity(LISTERS), pod_of(case, "p"), nodes, there)
    assert found == {name: REASONS[kind] for name, kind in case.get("refused", {}).items()}


@pytest.mark.parametrize("case", CASES["scores"], ids=why)
def test_score(case: Case) -> None:
    nodes = [node(f"node{i + 1}", labels=labels) for i, labels in enumerate(case["nodes"])]
    there = [
        pod_of(each, f"there-{place}", f"node{each.get('on', 1)}")
        for place, each in enumerate(case.get("pods", ()))
    ]
    plugin = InterPodAffinity(LISTERS, case.get("hard", 1))
    marks = scores(plugin, pod_of(case, "p"), nodes, there)
    assert (marks and list(marks.values())) == case.get("scores")
