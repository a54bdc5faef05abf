"""A decision as a table, and how the nodes are packed."""

from __future__ import annotations

from typing import Any

import pytest

from course.view.packing import packed, packing
from course.view.scheduling import scheduling
from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.scheduler.plugins.node_resources_fit import ScoringStrategy
from kubelite.scheduler.profile import Profile
from tests.manifests import deployment

FULL = Profile(
    disabled=("NodeResourcesBalancedAllocation", "PodTopologySpread", "ImageLocality"),
    scoring_strategy=ScoringStrategy("MostAllocated"),
)


def asking(cpu: str, memory: str = "1Gi", limit: str = "") -> dict[str, Any]:
    limits = {"cpu": limit} if limit else {}
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": limits}}


def shop(**options: Any) -> Cluster:
    cluster = Cluster(nodes=4, **options)
    taint = {"key": "team", "value": "blue", "effect": "NoSchedule"}
    cluster.patch("node/node-3", {"spec": {"taints": [taint]}})
    cluster.apply(deployment("big", 1, container=asking("3500m")))
    cluster.run(20)
    cluster.apply(deployment("web", 3, container=asking("600m", limit="3")))
    cluster.run(20)
    cluster.apply(deployment("huge", 1, container=asking("9")))
    cluster.run(2)
    return cluster


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return shop()


def pods(cluster: Cluster, app: str) -> list[str]:
    return list(cluster.get("pods", selector=f"app={app}").names)


def chosen_clearly(cluster: Cluster) -> Any:
    """The decision about a pod whose node had most points alone."""
    told = (scheduling(cluster, f"pod/{name}") for name in pods(cluster, "web"))
    return next(one for one in told if "most points" in one.summary[0])


def test_each_filter_that_refused_somebody_has_a_column(cluster: Cluster) -> None:
    titles, *lines = chosen_clearly(cluster).rows
    assert titles[:4] == [
        "NODE",
        "VERDICT",
        "filter TaintToleration",
        "filter NodeResourcesFit",
    ]
    by_node = {line[0]: line[1:4] for line in lines}
    assert by_node["node-3"] == ["refused", "node(s) had untolerated taint(s)", "·"]
    assert by_node[cluster.get(f"pod/{pods(cluster, 'big')[0]}").spec.node_name] == [
        "refused",
        "✓",
        "Insufficient cpu",
    ]


def test_the_total_is_the_sum_of_the_weighted_marks(cluster: Cluster) -> None:
    told = chosen_clearly(cluster)
    titles, best, *_ = told.rows
    assert (best[1], best[0]) == ("chosen", told.winner)
    marks = [cell for title, cell in zip(titles, best, strict=True) if title.startswith("score")]
    for mark in marks:
        weight, normalised, total = map(int, mark.replace("×", " ").replace("=", " ").split())
        assert weight * normalised == total and normalised <= 100
    (same,) = [line for line in told.summary if line.startswith("The same for every node: ")]
    shared = sum(int(part.split()[-1]) for part in same.rstrip(".").split(": ")[1].split(", "))
    assert sum(int(mark.split()[-1]) for mark in marks) + shared == int(best[-1])


def test_chance_is_named_where_it_decided(cluster: Cluster) -> None:
    told = scheduling(cluster, pods(cluster, "big")[0])
    assert "points, as many as node-" in told.summary[0]
    assert "the stream scheduler/tie" in told.summary[0]


def test_what_would_have_made_another_node_win(cluster: Cluster) -> None:
    big = cluster.get(f"pod/{pods(cluster, 'big')[0]}")
    said = [line for line in scheduling(cluster, pods(cluster, "web")[-1]).summary]
    every = [line for name in pods(cluster, "web") for line in scheduling(cluster, name).summary]
    node = big.spec.node_name
    assert f"{node} would have won without pod/{big.metadata.name} on {node}." in every
    assert any(line.startswith("Under the profile MostAllocated: node-") for line in said)


def test_what_would_let_a_pod_run(cluster: Cluster) -> None:
    told = scheduling(cluster, pods(cluster, "huge")[0])
    assert told.winner == ""
    assert "has no node. 0/4 nodes are available: 1 node(s) had untol" in told.summary[0]
    assert told.summary[1].startswith("It would fit: request ")
    assert {line[1] for line in told.rows[1:]} == {"refused"}


def test_a_pod_that_is_gone_can_be_asked_about() -> None:
    cluster = shop()
    name = pods(cluster, "web")[0]
    before = scheduling(cluster, name).rows
    cluster.delete(f"pod/{name}")
    cluster.run(40)
    assert name not in cluster.get("pods").names
    assert scheduling(cluster, name).rows == before
    with pytest.raises(StatusError):
        scheduling(cluster, "pod/never")


def test_it_shows_itself_as_text_and_html(cluster: Cluster) -> None:
    told = scheduling(cluster, pods(cluster, "web")[0])
    page = told._repr_html_()
    assert page.count("<tr>") == len(told.rows)
    assert all(name in repr(told) for name in ("node-1", "node-2", "node-3", "node-4"))


def test_blocks_are_what_pods_ask_for(cluster: Cluster) -> None:
    found = packed(cluster)
    assert found.waiting == 1
    assert sum(each.asked("cpu") for each in found.bins) == 3500 + 3 * 600
    assert sum(each.limit("cpu") for each in found.bins) == 3 * 3000
    assert all(each.used is not None for each in found.bins)
    assert all(each.used is None for each in packed(cluster, at=10).bins)


def test_packing_in_words_and_as_a_picture(cluster: Cluster) -> None:
    picture = packing(cluster)
    first = picture.alt.splitlines()[0]
    assert first.endswith("3 of 4 nodes in use, 1 pod without a node.")
    assert "cpu requests 3.5 CPU of 4 CPU, 87 %" in picture.alt
    assert picture.svg.count("ReplicaSet/web-") == 1
    assert picture.svg == packing(cluster).svg


def test_blocks_stay_inside_their_frame_unless_more_is_asked_than_given(cluster: Cluster) -> None:
    for each in packed(cluster).bins:
        assert each.asked("cpu") <= each.gives["cpu"]


def test_two_policies_side_by_side(cluster: Cluster) -> None:
    other = shop(profiles=(FULL,))
    assert packed(other).used_nodes < packed(cluster).used_nodes
    words = packing(cluster, other, titles=("spread", "packed")).alt.splitlines()
    assert words[0].startswith("spread, at") and words[5].startswith("packed, at")
    assert "2 of 4 nodes in use" in words[5]


def test_odd_names_are_text() -> None:
    picture = packing(Cluster(nodes=1), titles=("<b>&\x00", ""))
    assert "<b>" not in picture.svg and "&lt;b&gt;&amp;" in picture.svg
