"""Looking back, telling why, and waiting for what may never come."""

from __future__ import annotations

import gc
import weakref

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.sim.clock import SECOND
from tests.apiserver.conftest import config_map, deployment


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Three pods, then five, with twenty seconds between."""
    cluster = Cluster(nodes=2)
    cluster.apply(deployment())
    cluster.run_until("deployment/web ready")
    cluster.run(20)
    cluster.scale("deployment/web", 5)
    cluster.run_until("deployment/web ready")
    return cluster


# History


def test_the_past_can_be_read_as_it_was(cluster: Cluster) -> None:
    history = cluster.history
    assert history.at(history.start).list("pods") == ()
    middle = history.at(history.start + 15 * SECOND)
    assert len(middle.list("pods")) == 3
    assert middle.get("deployment", "default", "web").spec.replicas == 3  # type: ignore[union-attr]
    assert middle.get("deployment", "default", "other") is None
    assert len(history.at().list("pods", "default")) == 5
    assert history.at().list("pods", "kube-system") == ()


def test_a_number_along_time(cluster: Cluster) -> None:
    history = cluster.history
    times = [history.start, history.start + 15 * SECOND, history.end]
    ready = history.series(lambda state: sum(map(pod_ready, state.list("pods"))), times)
    assert ready == list(zip(times, (0, 3, 5), strict=True))


def test_changes_come_in_order_with_what_was_before(cluster: Cluster) -> None:
    steps = list(cluster.history.changes("deployments"))
    assert steps[0].old is None
    assert [step.new for step in steps[:-1]] == [step.old for step in steps[1:]]
    assert [step.when for step in steps] == sorted(step.when for step in steps)
    late = list(cluster.history.changes("deployments", since=cluster.history.start + 15 * SECOND))
    assert late == steps[-len(late) :]
    assert late[0].new.spec.replicas == 5  # type: ignore[union-attr]


# Stories


def test_a_pods_story_leads_back_to_the_learner(cluster: Cluster) -> None:
    pod = cluster.get("pods").names[0]
    story = cluster.story(f"pod/{pod}")
    sentences = [sentence for _, sentence in story.lines]
    assert sentences[0] == f"replicaset-controller created pod/{pod}"
    assert any(" bound it to node-" in sentence for sentence in sentences)
    assert any("phase Pending → Running; ready" in sentence for sentence in sentences)
    assert story.why[-1][1].startswith("you ")
    assert "because you " in str(story)
    assert "<table>" in story._repr_html_()


def test_nothing_is_known_of_what_never_was(cluster: Cluster) -> None:
    assert "nothing is known of it" in str(cluster.story("pod/nobody"))


# Tables


def test_a_table_is_a_tuple_that_shows_itself(cluster: Cluster) -> None:
    pods = cluster.get("pods", selector="app=web")
    assert (len(pods), pods.names) == (5, sorted(pods.names))
    lines = repr(pods).splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert lines[1].split()[:4] == [pods[0].metadata.name, "1/1", "Running", "0"]
    assert "NOMINATED NODE" in pods.show(wide=True)
    assert pods._repr_html_().count("<tr>") == 6
    assert repr(cluster.get("pods", namespace="kube-system")) == "No resources found."


def test_events_are_oldest_first_and_can_be_about_one_object(cluster: Cluster) -> None:
    events = cluster.events("deployment/web")
    assert [event.message for event in events] == [
        f"Scaled up replica set {replica_set(cluster)} from 0 to 3",
        f"Scaled up replica set {replica_set(cluster)} from 3 to 5",
    ]
    stamps = [event.last_timestamp // SECOND for event in cluster.events()]
    assert stamps == sorted(stamps)


def replica_set(cluster: Cluster) -> str:
    return str(cluster.get("replicasets").names[0])


# Waiting


def test_waiting_says_how_long_it_took(cluster: Cluster) -> None:
    assert cluster.run_until("pods ready") == 0
    began = cluster.clock.now
    assert cluster.run_until(lambda c: c.clock.now >= began + 3 * SECOND) >= 3
    assert cluster.run_until("nodes ready") == 0


def test_waiting_for_nothing_tells_what_is_the_matter() -> None:
    cluster = Cluster(nodes=1)
    body = deployment("big", 1)
    container = body["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "64"}}
    cluster.apply(body)
    began = cluster.clock.now
    with pytest.raises(TimeoutError) as error:
        cluster.run_until("deployment/big ready", timeout=30)
    assert '"deployment/big ready" did not come true within 30 s' in str(error.value)
    assert "Insufficient cpu" in str(error.value)
    assert cluster.clock.now == began + 30 * SECOND


@pytest.mark.parametrize("words", ["soon", "pod/web happy", "ready", "deployment ready"])
def test_words_that_cannot_be_waited_for(cluster: Cluster, words: str) -> None:
    with pytest.raises(ValueError, match="cannot wait for"):
        cluster.run_until(words)


def test_a_cluster_settles_when_only_heartbeats_are_left() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment())
    cluster.settle()
    assert cluster.get("deployment", "web").status.ready_replicas == 3
    before = [p.metadata.resource_version for p in cluster.get("pods")]
    cluster.run(300)
    assert [p.metadata.resource_version for p in cluster.get("pods")] == before


def test_deleting_and_waiting_until_it_is_gone() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(config_map("a"))
    cluster.delete("configmap/a")
    assert cluster.run_until("configmap/a gone") == 0
    cluster.apply(deployment("web", 1))
    cluster.run_until("deployment/web ready")
    pod = cluster.get("pods").names[0]
    cluster.delete(f"pod/{pod}")
    assert 0 < cluster.run_until(f"pod/{pod} gone", timeout=60) <= 31


def test_a_cluster_that_nobody_holds_is_freed() -> None:
    """Thousands of them live in one process when seeds are tried."""
    cluster = Cluster(nodes=2)
    cluster.apply(deployment())
    cluster.run(30)
    parts = [weakref.ref(cluster), weakref.ref(cluster.scheduler)]
    del cluster
    gc.collect()
    assert [part() for part in parts] == [None, None]


def test_a_story_tells_what_a_compaction_has_left() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", 1))
    cluster.run_until("deployment/web ready")
    cluster.store.compact(cluster.revision)
    cluster.scale("deployment/web", 2)
    cluster.run_until("deployment/web ready")
    told = str(cluster.story("deployment/web"))
    assert "because" in told and len(cluster.story("deployment/web").lines) > 1
    assert list(cluster.history.changes("deployments"))
