"""Why is this pod here, why is that one pending, and what would help?"""

from __future__ import annotations

from typing import Any

from kubelite import Cluster
from kubelite.scheduler.profile import DEFAULT_PROFILE, Profile
from tests.cluster.manifests import pod


def asking(cpu: str, memory: str = "64Mi") -> dict[str, Any]:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}}


def test_why_it_is_here() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(pod("first", container=asking("2")))
    cluster.run_until("pod/first ready")
    cluster.apply(pod("second", container=asking("1")))
    cluster.run_until("pod/second ready")
    first, second = cluster.get("pod/first"), cluster.get("pod/second")
    told = cluster.explain("pod/second")
    assert told.node == second.spec.node_name != first.spec.node_name
    assert told.summary[0].startswith(f"pod/second is on {told.node}: it scored highest, ")
    assert first.spec.node_name in told.elsewhere["MostAllocated"]
    marks = told.decision.scores()
    assert set(marks) == {"node-1", "node-2"}
    fit = {name: marks[name]["NodeResourcesFit"] for name in marks}
    assert fit[told.node].weighted > fit[first.spec.node_name].weighted
    assert [line[1] for line in told.rows if line[0] == told.node] == ["chosen"]


def test_the_decision_is_explained_as_it_was_not_as_it_would_be_now() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(pod("early", container=asking("1")))
    cluster.run_until("pod/early ready")
    before = cluster.explain("pod/early").rows
    cluster.apply(pod("late", container=asking("3")))
    cluster.run_until("pod/late ready")
    cluster.add_node()
    cluster.run(30)
    assert cluster.explain("pod/early").rows == before


def test_the_smallest_request_that_would_fit() -> None:
    cluster = Cluster(nodes=2, cpu="2")
    cluster.apply(pod("big", container=asking("3")))
    cluster.run(5)
    told = cluster.explain("pod/big")
    assert told.summary[0].startswith("pod/big is pending: 0/2 nodes are available: 2 Insufficient")
    assert told.changes == ("request 2 of cpu instead of 3",)
    assert told.elsewhere == {"MostAllocated": ""}


def test_one_more_node_or_a_smaller_request() -> None:
    cluster = Cluster(nodes=1, cpu="2")
    cluster.apply(pod("there", container=asking("1500m")))
    cluster.run_until("pod/there ready")
    cluster.apply(pod("more", container=asking("1")))
    cluster.run(5)
    changes = cluster.explain("pod/more").changes
    assert changes == ("request 500m of cpu instead of 1", "add a node like node-1")


def test_tolerations_and_selectors() -> None:
    cluster = Cluster(nodes=2)
    taint = {"key": "team", "value": "blue", "effect": "NoSchedule"}
    cluster.patch("node/node-1", {"spec": {"taints": [taint]}, "metadata": {"labels": {"x": "1"}}})
    cluster.apply(pod("picky", nodeSelector={"x": "1"}))
    cluster.run(5)
    assert set(cluster.explain("pod/picky").changes) == {
        "tolerate team=blue:NoSchedule",
        "drop x=1 from the node selector",
    }


def test_two_changes_where_one_is_not_enough() -> None:
    cluster = Cluster(nodes=1, cpu="2")
    taint = {"key": "team", "value": "blue", "effect": "NoSchedule"}
    cluster.patch("node/node-1", {"spec": {"taints": [taint]}})
    cluster.apply(pod("big", container=asking("3")))
    cluster.run(5)
    assert cluster.explain("pod/big").changes == (
        "request 2 of cpu instead of 3 and tolerate team=blue:NoSchedule",
    )


def test_other_profiles_of_the_cluster_are_asked() -> None:
    careless = Profile("careless", disabled=("TaintToleration",))
    cluster = Cluster(nodes=1, profiles=(DEFAULT_PROFILE, careless))
    taint = {"key": "team", "value": "blue", "effect": "NoSchedule"}
    cluster.patch("node/node-1", {"spec": {"taints": [taint]}})
    cluster.apply(pod())
    cluster.run(5)
    assert cluster.explain("web").elsewhere == {"careless": "node-1", "MostAllocated": ""}


def test_it_shows_itself_as_text_and_html() -> None:
    cluster = Cluster(nodes=3)
    cluster.cordon("node-3")
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    told = cluster.explain("pod/web")
    assert "NODE     VERDICT" in repr(told)
    assert "NodeUnschedulable: node(s) were unschedulable" in repr(told)
    assert "<table>" in told._repr_html_()
    assert "<script" not in told._repr_html_()
