"""What is told on a watch is held against what was written; and who writes, against who may."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.rest import MODIFIED, Request, WatchEvent
from kubelite.apimachinery.struct import replace
from kubelite.chaos import invariants_of_history as history
from kubelite.chaos import simulate, simulation
from kubelite.chaos.difference import the_end_is_as_without_faults
from kubelite.chaos.listening import Listener
from kubelite.chaos.replay import Replay
from kubelite.sim.clock import NO_CAUSE, SECOND
from tests.manifests import deployment


def told(revisions: list[int], since: int = 4, **selectors: str) -> list[str]:
    """What is wrong when pods were written at 3, 5, 6 and 9, and a watch tells of these."""
    found: list[str] = []
    watchman: Any = SimpleNamespace(written={"pods": []}, newest=0)
    watchman.note = lambda invariant, complaint, subject: found.append(invariant.__doc__[:2])
    request = Request("watch", "pods", resource_version=str(since), **selectors)
    witness: Any = SimpleNamespace(watchman=watchman)
    heard: list[int] = []
    listener = Listener(witness, request, lambda event: heard.append(event.revision))
    watchman.written["pods"], watchman.newest = [3, 5, 6, 9], 9
    pod = SimpleNamespace(metadata=SimpleNamespace(namespace="default", name="web"))
    for revision in revisions:
        listener.hear(WatchEvent(MODIFIED, pod, revision, NO_CAUSE))
    assert heard == revisions  # whatever is said of it
    return found


@pytest.mark.parametrize(
    ("revisions", "broken"),
    [
        ([5, 6, 9], []),
        ([5, 6], []),
        ([5, 9, 6], ["6.", "4."]),
        ([5, 5, 6], ["5."]),
        ([5, 9], ["6."]),
        ([6, 9], ["8."]),
        ([3, 5], ["4.", "8."]),
    ],
)
def test_a_watch_that_breaks_its_promise_is_noticed(
    revisions: list[int], broken: list[str]
) -> None:
    assert told(revisions) == broken


def test_who_selects_is_not_told_of_everything() -> None:
    assert told([6, 9], field_selector="spec.nodeName=node-1") == []
    assert told([9, 6], field_selector="spec.nodeName=node-1") == ["4."]


def test_a_change_that_forgets_what_was_before() -> None:
    replay = Replay(Cluster())
    replay.old, replay.before = "what it says", "what was there"
    assert list(history.changes_know_what_was_before(replay)) != []
    replay.before = replay.old
    assert list(history.changes_know_what_was_before(replay)) == []


def test_a_dead_process_that_goes_on_writing() -> None:
    replay = Replay(Cluster())
    replay.when, replay.component = 10 * SECOND, "kubelet/node-1"
    assert list(history.the_dead_are_silent(replay)) == []
    replay.stopped = {"kubelet/node-1": 9 * SECOND}
    assert list(history.the_dead_are_silent(replay)) == [
        "was written by kubelet/node-1 1.0 s after its end"
    ]
    replay.overdue["kubelet/node-1", replay.key] = None
    assert list(history.the_dead_are_silent(replay)) == []


def test_two_copies_that_both_work() -> None:
    cluster = Cluster(control_planes=3)
    cluster.run(30)
    replay = Replay(cluster, when=cluster.clock.now)
    assert list(history.one_copy_of_a_component_works(replay)) == []
    for copy in cluster._control_plane.replicas:
        copy.process = copy.process or copy._make()
    (first, *_) = history.one_copy_of_a_component_works(replay)
    assert first.startswith("was written while kube-")
    replay.renewed_late = replay.when
    assert list(history.one_copy_of_a_component_works(replay)) == []


def test_a_queue_that_is_not_worked_off() -> None:
    cluster = Cluster()
    cluster.apply(deployment())
    cluster.run(20)
    assert list(history.queues_are_empty(Replay(cluster))) == []
    controller = cluster.controllers["deployment-controller"]
    controller._busy = controller.workers
    controller.queue.add("default/web")
    assert list(history.queues_are_empty(Replay(cluster))) == [
        "deployment-controller has 1 keys to look at"
    ]


def test_every_watch_of_a_run_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    hear = Listener.hear
    monkeypatch.setattr(Listener, "hear", lambda self, e: (heard.append(e.revision), hear(self, e)))
    run = simulate(1, "scale-up", [])
    places = run.places.items()
    assert len(heard) >= sum(count for (point, _), count in places if point == "event") > 50


def test_a_run_that_comes_to_something_else() -> None:
    run = simulate(1, "scale-up", [])
    replay, calm = run.replay, simulation.calm("scale-up")
    replay.expected = calm
    assert list(the_end_is_as_without_faults(replay)) == []
    key, web = next(iter(replay.of("deployments.apps").items()))
    replay.state["deployments.apps"][key] = replace(web, spec=replace(web.spec, replicas=4))
    assert list(the_end_is_as_without_faults(replay)) == [
        f"{key} spec.replicas is 4, and 3 after calm runs"
    ]
    replay.state["deployments.apps"] = {key: web, f"{key}-2": web}
    assert f"{key}-2 is there, and is not after calm runs" in the_end_is_as_without_faults(replay)


def test_what_is_drawn_is_not_expected() -> None:
    calm = simulation.calm("traffic")
    drawn = calm.possible - calm.agreed.keys()
    assert drawn and all("spec.clusterIP" in path for path in drawn)


def test_a_run_with_faults_is_held_against_calm_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    another = simulation.calm("scale-down")
    monkeypatch.setattr(simulation, "calm", lambda scenario: another)
    run = simulate(1, "scale-up")
    assert run.faults and {violation.sentence[:3] for violation in run.violations} == {"46."}
