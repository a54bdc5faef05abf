"""Who called whom: every step goes through the API server, and no two share a line."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from course.view.message_flow import ETCD, KUBELETS, MOST_STEPS, SERVER, message_flow, messages
from kubelite import Cluster
from tests.manifests import deployment, service

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    cluster = Cluster(nodes=2)
    cluster.apply(service("web"))
    cluster.run(1)
    cluster.apply(deployment("web", 1))
    cluster.run(10)
    cluster.apply(deployment("other", 1))
    cluster.run(10)
    return cluster


def test_one_apply_sets_off_the_whole_chain_and_nothing_else(cluster: Cluster) -> None:
    told = [message.text for message in messages(cluster, about="deployment/web")]
    assert told[:3] == [
        "you created deployment/web",
        "deployment-controller heard of deployment/web",
        f"deployment-controller created replicaset/{cluster.get('rs').names[1]}",
    ]
    for words in ("kube-scheduler chose node-", "started container shop", "endpointslice-contr"):
        assert any(words in text for text in told)
    assert not any("other" in text for text in told)
    assert told[-1] == "deployment-controller reported deployment/web: ready 0 → 1"


def test_everything_goes_through_the_api_server_and_only_it_writes(cluster: Cluster) -> None:
    for message in messages(cluster, about="deployment/web"):
        assert SERVER in (message.start, message.end) or message.start == message.end
        assert ETCD not in (message.start, message.end)
        assert message.stored is (message.end == SERVER)


def test_steps_are_in_the_order_of_time_and_are_all_told(cluster: Cluster) -> None:
    steps = messages(cluster, about="deployment/web")
    assert [step.seconds for step in steps] == sorted(step.seconds for step in steps)
    words = message_flow(cluster, about="deployment/web").alt.splitlines()
    assert words[0] == "Who called whom after an edit of deployment/web."
    assert len(words) == len(steps) + 1


def test_the_last_edit_of_anything_or_all_since_a_moment(cluster: Cluster) -> None:
    assert messages(cluster)[0].text == "you created deployment/other"
    every = [message.text for message in messages(cluster, since=0)]
    assert {"you created deployment/web", "you created deployment/other"} <= {*every}


def test_events_are_there_when_they_are_wanted(cluster: Cluster) -> None:
    few = messages(cluster, about="deployment/web")
    many = messages(cluster, about="deployment/web", events=True)
    assert not any("event/" in message.text for message in few)
    assert any("created event/" in message.text for message in many)


def test_no_two_steps_share_a_line_and_words_end_before_the_lanes(cluster: Cluster) -> None:
    picture = message_flow(cluster, about="deployment/web")
    root = ET.fromstring(picture.svg)
    words = [t for t in root.iter(f"{SVG}text") if t.attrib["x"] == "92"]
    heights = [float(t.attrib["y"]) for t in words]
    assert all(b - a >= 20 for a, b in zip(heights, heights[1:], strict=False))
    assert picture.svg == message_flow(cluster, about="deployment/web").svg


def test_of_very_many_steps_the_first_are_drawn(cluster: Cluster) -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(deployment("web", 12))
    cluster.run(10)
    picture = message_flow(cluster)
    assert len(messages(cluster)) > MOST_STEPS
    assert f"and {len(messages(cluster)) - MOST_STEPS} more steps" in picture.svg
    assert {message.start for message in messages(cluster)} >= {SERVER, KUBELETS}


def test_an_edit_that_never_was(cluster: Cluster) -> None:
    with pytest.raises(LookupError, match="no edit of deployment/none is known"):
        message_flow(cluster, about="deployment/none")
