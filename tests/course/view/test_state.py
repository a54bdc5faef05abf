"""A pod's look is what a learner is told about it, so each comes from a named situation."""

from __future__ import annotations

import pytest

from course.view.palette import LOOKS
from course.view.state import pod_mark, scene_of
from kubelite.api.looks import pod_look
from tests.course.view.pretend import ZERO, State, node, pod, web

LOOK_OF = {
    "no node has been chosen": (pod("a"), "pending"),
    "its image is on the way": (pod("a", "n", waiting="ContainerCreating"), "starting"),
    "its init container runs": (pod("a", "n", waiting="PodInitializing"), "starting"),
    "its image cannot be had": (pod("a", "n", waiting="ImagePullBackOff"), "trouble"),
    "it keeps crashing": (pod("a", "n", "Running", waiting="CrashLoopBackOff"), "trouble"),
    "it runs and is not ready": (pod("a", "n", "Running"), "unready"),
    "it takes traffic": (pod("a", "n", "Running", True), "ready"),
    "it is being stopped": (pod("a", "n", "Running", True, deleting=True), "leaving"),
    "it finished well": (pod("a", "n", "Succeeded"), "done"),
    "it finished badly": (pod("a", "n", "Failed"), "failed"),
}


@pytest.mark.parametrize("situation", LOOK_OF)
def test_look(situation: str) -> None:
    stored, look = LOOK_OF[situation]
    assert pod_look(stored) == look


def test_every_look_of_the_palette_is_reached() -> None:
    assert {look for _, look in LOOK_OF.values()} == {look.key for look in LOOKS}


def test_a_mark_tells_the_essentials() -> None:
    mark = pod_mark(
        pod("web-5d4f-abcde", "n", "Running", waiting="CrashLoopBackOff", restarts=3, cpu="1.5")
    )
    assert (mark.short_name, mark.owner) == ("abcde", "ReplicaSet/web-5d4f")
    assert (mark.restarts, mark.reason, mark.cpu) == (3, "CrashLoopBackOff", 1500)


def test_a_bare_pod_keeps_its_whole_name() -> None:
    assert pod_mark(pod("liveness-exec", owner="")).short_name == "liveness-exec"


def test_nodes_are_in_the_order_people_count() -> None:
    state = State(nodes=[node("node-10"), node("node-9"), node("node-1", ready="Unknown")])
    scene = scene_of(state)
    assert [n.name for n in scene.nodes] == ["node-1", "node-9", "node-10"]
    assert [n.ready for n in scene.nodes] == [False, True, True]


def test_seconds_count_from_when_the_cluster_was_ready() -> None:
    scene = scene_of(web(3, seconds=5.0), ZERO)
    assert scene.seconds == 5.0
    assert [p.short_name for p in scene.on("node-1")] == ["00000"]
    assert scene.count("ready") == 3
