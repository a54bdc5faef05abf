"""What the panel tells of a pod and a node, now and at a moment of the past; and the requests."""

from __future__ import annotations

from typing import Any

import pytest

from course.view.cluster_view import ClusterView, zero_of
from course.view.details import TABS, Subject, details
from course.view.flights import MOST_DOTS
from kubelite import Cluster
from tests.manifests import deployment, service


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply([deployment("web", replicas=2), service("web")])
    cluster.run(20)
    return cluster


@pytest.fixture
def pod(cluster: Cluster) -> Subject:
    return Subject("pod", cluster.get("pods")[0].metadata.name, "default")


def told(cluster: Cluster, subject: Subject, tab: str, at: float | None = None) -> str:
    zero = zero_of(cluster)
    state = cluster.history.at(None if at is None else zero + round(at * 1e6))
    return details(cluster, state, zero, subject, tab)


def test_a_pod_now(cluster: Cluster, pod: Subject) -> None:
    assert "phase: Running" in told(cluster, pod, "YAML")
    assert "Scheduled: Successfully assigned default/" in told(cluster, pod, "Events")
    assert told(cluster, pod, "Logs").startswith("shop 1.0 starting")
    assert "because you created deployment/web" in told(cluster, pod, "Story")


def test_a_pod_before_it_ran(cluster: Cluster, pod: Subject) -> None:
    assert "phase: Pending" in told(cluster, pod, "YAML", at=0.5)
    assert "Started" not in told(cluster, pod, "Events", at=0.5)
    assert told(cluster, pod, "Logs", at=0.5) == "Nothing has been written."
    assert "Pending → Running" not in told(cluster, pod, "Story", at=0.5)


def test_a_node(cluster: Cluster) -> None:
    node = Subject("node", "node-1")
    assert "kind: Node" in told(cluster, node, "YAML")
    assert "open one of those that run on this node" in told(cluster, node, "Logs")
    assert "node/node-1" in told(cluster, node, "Story")
    assert told(cluster, node, "Events")


@pytest.mark.parametrize("tab", TABS)
def test_what_is_not_there_is_said(cluster: Cluster, tab: str) -> None:
    text = told(cluster, Subject("pod", "nobody", "default"), tab)
    assert "pod/nobody" in text


def test_the_browser_is_answered(cluster: Cluster, pod: Subject) -> None:
    view, sent = ClusterView(cluster), list[Any]()
    view.send = sent.append
    number = next(n for n, card in view.cards["cards"].items() if card[1] == pod.name)
    view._asked(view, {"ask": "details", "number": number, "tab": "YAML"}, [])
    view._asked(view, {"ask": "details", "number": 999, "tab": "YAML"}, [])
    view._asked(view, {"ask": "details", "number": number, "tab": "../"}, [])
    assert [(answer["number"], answer["tab"]) for answer in sent] == [(number, "YAML")]
    assert f"name: {pod.name}" in sent[0]["told"]


def test_requests_are_those_since_the_last_picture(cluster: Cluster) -> None:
    view = ClusterView(cluster)
    for _ in range(5):
        cluster.request("web")
    view.refresh()
    assert view.requests["told"] == "Requests: 5 answered, 0 failed."
    pods = {card[1]: number for number, card in ClusterView(cluster).cards["cards"].items()}
    asked = {answer.pod for answer in cluster.traffic.answers[-5:]}
    assert len(view.requests["flights"]) == 5
    assert {flight[0] for flight in view.requests["flights"]} == {pods[name] for name in asked}
    cluster.run(30)
    view.refresh()
    assert view.requests == {"flights": [], "told": ""}


def test_a_request_that_nobody_answers_goes_nowhere(cluster: Cluster) -> None:
    view = ClusterView(cluster)
    cluster.apply(service("empty"))
    cluster.run(1)
    cluster.request("empty")
    view.refresh()
    assert view.requests["told"] == "Requests: 0 answered, 1 failed."
    assert [flight[:2] for flight in view.requests["flights"]] == [[0, False]]


def test_a_steady_load_is_a_stream_of_dots(cluster: Cluster) -> None:
    view, load = ClusterView(cluster), cluster.load("web", 50)
    cluster.run(5)
    view.refresh()
    assert view.requests["told"] == "Requests: a steady load of 50 a second."
    assert 2 <= len(view.requests["flights"]) <= MOST_DOTS
    assert all(pod and ok for pod, ok, _ in view.requests["flights"])
    load.stop()
