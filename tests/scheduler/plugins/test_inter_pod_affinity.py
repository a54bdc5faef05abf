"""InterPodAffinity, with cases of upstream's unit tests.

Facts from pkg/scheduler/framework/plugins/interpodaffinity/*_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.scheduler.framework import NO_LISTERS, Listers
from kubelite.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from tests.scheduler.objects import node, pod, refusals, scores

S1, S2 = {"security": "S1"}, {"security": "S2"}
CHINA, INDIA = {"region": "China"}, {"region": "India"}
AZ1, AZ2 = {"az": "az1"}, {"az": "az2"}

PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def term(key: str, labels: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"topologyKey": key, "labelSelector": {"matchLabels": labels}, **more}


def near(key: str, labels: dict[str, str], weight: int = 0, **more: Any) -> dict[str, Any]:
    return {"podAffinity": rule(term(key, labels, **more), weight)}


def away(key: str, labels: dict[str, str], weight: int = 0, **more: Any) -> dict[str, Any]:
    return {"podAntiAffinity": rule(term(key, labels, **more), weight)}


def rule(wanted: dict[str, Any], weight: int) -> dict[str, Any]:
    if weight:
        return {PREFERRED: [{"weight": weight, "podAffinityTerm": wanted}]}
    return {REQUIRED: [wanted]}


def there(*found: tuple[str, dict[str, str]], **spec: Any) -> list[Pod]:
    return [pod(f"there-{i}", on=on, labels=labels, **spec) for i, (on, labels) in enumerate(found)]


@pytest.mark.parametrize(
    ("affinity", "labels", "existing", "nodes", "expected"),
    [
        pytest.param({}, S1, [], [CHINA, INDIA, AZ1], None, id="no affinity"),
        pytest.param(
            near("region", S1, 5),
            S1,
            there(("node1", S1), ("node2", S2), ("node3", S1)),
            [CHINA, INDIA, AZ1],
            [100, 0, 0],
            id="only the node with the label and the pod",
        ),
        pytest.param(
            near("region", S1, 5),
            {},
            there(("node1", S1)),
            [CHINA, CHINA | AZ1, INDIA],
            [100, 100, 0],
            id="all nodes of the region",
        ),
        pytest.param(
            near("region", S2, 6),
            S1,
            there(*((f"node{i}", S2) for i in (1, 1, 2, 3, 4, 5))),
            [CHINA, INDIA, CHINA, CHINA, INDIA],
            [100, 0, 100, 100, 0],
            id="the region with more of them",
        ),
        pytest.param(
            {},
            S2,
            there(("node1", S1), affinity=near("region", S1, 5))
            + [pod("other", on="node2", labels=S2, affinity=near("region", S2, 6))],
            [CHINA, INDIA, AZ1],
            [0, 100, 0],
            id="what others wish",
        ),
        pytest.param(
            {},
            S1,
            there(("node1", S1), ("node2", S2), affinity=near("region", S1)),
            [CHINA, INDIA, AZ1],
            [100, 100, 0],
            id="what others demand",
        ),
        pytest.param(
            away("az", S1, 5),
            S1,
            there(("node1", S1), ("node2", S2)),
            [AZ1, CHINA],
            [0, 100],
            id="keep away",
        ),
        pytest.param(
            near("region", S1, 8) | away("az", S2, 5),
            S1,
            there(("node1", S1), ("node2", S2)),
            [CHINA, AZ1],
            [100, 0],
            id="near and away",
        ),
    ],
)
def test_score(affinity, labels, existing, nodes, expected):
    wanted = pod("p", labels=labels, affinity=affinity)
    found = [node(f"node{i + 1}", labels=each) for i, each in enumerate(nodes)]
    marks = scores(InterPodAffinity(NO_LISTERS), wanted, found, existing)
    assert (marks and list(marks.values())) == expected


NOT_NEAR = "node(s) didn't match pod affinity rules"
TOO_NEAR = "node(s) didn't match pod anti-affinity rules"
NOT_WANTED = "node(s) didn't satisfy existing pods anti-affinity rules"
EVERYWHERE = dict.fromkeys(("node1", "node2", "node3"), NOT_NEAR)


@pytest.mark.parametrize(
    ("affinity", "labels", "existing", "refused"),
    [
        ({}, {}, [], {}),
        (near("region", S1), S2, there(("node1", S1)), {"node3": NOT_NEAR}),
        (near("region", S1), S2, there(("node1", S2)), EVERYWHERE),
        (near("region", S1), S1, [], {}),
        (near("zone", S1), S1, [], EVERYWHERE),
        (away("region", S1), S2, there(("node1", S1)), {"node1": TOO_NEAR, "node2": TOO_NEAR}),
        (
            {},
            S1,
            there(("node3", S2), affinity=away("region", S1)),
            {"node3": NOT_WANTED},
        ),
        ({}, S2, there(("node3", S2), affinity=away("region", S1)), {}),
        (
            near("region", S1, namespaces=["elsewhere"]),
            S2,
            there(("node1", S1)),
            EVERYWHERE,
        ),
        (
            away("region", S1, namespaceSelector={"matchLabels": {"team": "a"}}),
            S2,
            there(("node1", S1)),
            {"node1": TOO_NEAR, "node2": TOO_NEAR},
        ),
    ],
)  # fmt: skip
def test_filter(affinity, labels, existing, refused):
    nodes = [node("node1", labels=CHINA), node("node2", labels=CHINA), node("node3", labels=INDIA)]
    spaces = {"default": {"team": "a"}, "elsewhere": {"team": "b"}}
    plugin = InterPodAffinity(Listers(namespace_labels=lambda: spaces))
    assert refusals(plugin, pod("p", labels=labels, affinity=affinity), nodes, existing) == refused
