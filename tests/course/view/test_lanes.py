"""Lanes of pods and nodes, probes with their thresholds, who acted; and diffs of manifests."""

from __future__ import annotations

import pytest

from course.view.lanes import Lane, Lanes, lanes_of, phase_at
from course.view.lanes_figure import lanes
from course.view.manifest_diff import generations, manifest_diff
from kubelite import Cluster
from tests.manifests import deployment

BROKEN = {"httpGet": {"path": "/nothing", "port": 8080}, "periodSeconds": 5, "failureThreshold": 3}


@pytest.fixture(scope="module")
def shop() -> Cluster:
    """A good version, one whose readiness probe fails, and a node that dies."""
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply(deployment())
    cluster.run(60)
    cluster.apply(deployment(image="shop:2.0", env={"NOTE": "<b>"}, probe=BROKEN))
    cluster.run(40)
    cluster.kill_node("node-1")
    cluster.run(400)
    return cluster


@pytest.fixture(scope="module")
def told(shop: Cluster) -> Lanes:
    return lanes_of(shop, "deployment/web")


def test_a_lane_goes_through_the_phases_of_a_pod(told: Lanes) -> None:
    first = told.pods[0]
    phases = [stretch.phase for stretch in first.stretches]
    assert phases[:6] == ["pending", "starting", "pulling", "starting", "unready", "ready"]
    pull = first.stretches[2]
    assert 2 < pull.end - pull.start < 4
    for lane in told.pods:
        pairs = zip(lane.stretches, lane.stretches[1:], strict=False)
        assert all(one.end == other.start for one, other in pairs)


def test_three_failures_are_the_line_at_which_the_kubelet_acts(told: Lanes) -> None:
    (broken,) = [one for lane in told.pods for one in lane.probes if not one.ok and one.acts]
    assert (broken.kind, broken.threshold) == ("readiness", 3)
    assert broken.acts == pytest.approx(broken.times[2])
    assert broken.times[1] - broken.times[0] == pytest.approx(5, abs=0.5)


def test_successes_are_kept_in_streaks(shop: Cluster, told: Lanes) -> None:
    pod = next(p for p in shop.get("pods") if p.spec.node_name == "node-2")
    (streak,) = [s for s in shop.history.probes(pod.metadata.uid) if s.result == "success"]
    assert streak.count == pytest.approx((streak.last - streak.first) / 1_000_000 + 1, abs=1)


def test_who_acted_and_when(told: Lanes) -> None:
    seen = {(action.component, action.verb) for action in told.actions}
    assert seen >= {
        ("you", "create"),
        ("deployment-controller", "create"),
        ("replicaset-controller", "create"),
        ("default-scheduler", "bind"),
        ("node-controller", "mark"),
        ("taint-eviction-controller", "delete"),
    }
    assert [a.when for a in told.actions] == sorted(a.when for a in told.actions)


def test_nodes_have_lanes_of_their_own(told: Lanes) -> None:
    lost = next(node for node in told.nodes if node.names == ("node-1",))
    assert [stretch.phase for stretch in lost.stretches] == ["node ready", "not ready"]
    assert lost.stretches[1].start == pytest.approx(150, abs=2)
    assert phase_at(lost, 100) == "node ready"
    assert phase_at(lost, 600) == ""


def test_pods_that_do_the_same_share_a_lane_and_the_oldest_are_left_out(shop: Cluster) -> None:
    twin = shop.branch(at=40)
    twin.scale("deployment/web", 12)
    twin.run(20)
    told = lanes_of(twin, "deployment/web")
    assert sum(len(lane.names) for lane in told.pods) == 12
    assert len(told.pods) <= 5
    assert any(lane.label.endswith("+8") or len(lane.names) > 3 for lane in told.pods)
    short = lanes_of(twin, "deployment/web", limit=1)
    assert (len(short.pods), short.hidden) == (1, len(told.pods) - 1)
    assert f"{short.hidden} earlier lane" in lanes(twin, "deployment/web", limit=1).alt


def test_the_words_say_you_create_and_a_controller_creates(shop: Cluster) -> None:
    words = lanes(shop, "deployment/web").alt
    assert ": you create Deployment web." in words
    assert ": deployment-controller creates ReplicaSet web-" in words


def test_a_window_cuts_what_is_outside(shop: Cluster) -> None:
    told = lanes_of(shop, "deployment/web", since=100, until=200)
    stretches = [stretch for lane in told.pods for stretch in lane.stretches]
    assert min(s.start for s in stretches) >= 100
    assert max(s.end for s in stretches) <= 200
    assert all(100 <= action.when <= 200 for action in told.actions)


def test_one_pod_by_its_name(shop: Cluster, told: Lanes) -> None:
    name = told.pods[0].names[0]
    (lane,) = lanes_of(shop, f"pod/{name}").pods
    assert lane.names == (name,)


def test_back_off_is_told_from_other_trouble() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1, container={"livenessProbe": BROKEN}))
    cluster.run(120)
    (lane,) = lanes_of(cluster, "deployment/web").pods
    assert "backoff" in [stretch.phase for stretch in lane.stretches]
    assert sum(one.acts is not None and not one.ok for one in lane.probes) >= 3


def test_the_figure_is_the_same_bytes_and_carries_its_words(shop: Cluster) -> None:
    figures = [lanes(shop, "deployment/web", marks={100.0: "power cut"}) for _ in range(2)]
    assert figures[0].png() == figures[1].png()
    words = figures[0].alt
    assert "readiness probe: failure 3 in a row at" in words
    assert "node-1: ready from 0.0 s, not ready from 1" in words


def test_what_was_never_there_is_named(shop: Cluster) -> None:
    for what in ("deployment/shop", "pod/shop"):
        with pytest.raises(LookupError, match="'shop'|shop in this"):
            lanes_of(shop, what)


def test_a_diff_of_the_last_two_generations(shop: Cluster) -> None:
    diff = manifest_diff(shop, "deployment/web")
    assert diff.title == "deployment/web: generation 1 (0.0 s) → generation 2 (60.0 s)"
    changed = [line for line in diff.lines if line[0] in "+-"]
    assert "-      - image: shop:1.0" in changed
    assert "+        image: shop:2.0" in changed
    assert not any("revision" in line or "resourceVersion" in line for line in diff.lines)


def test_a_diff_shows_text_as_text(shop: Cluster) -> None:
    page = manifest_diff(shop, "deployment/web")._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page.replace("<b>deployment/web", "")
    assert "<ins" in page
    assert "<del" in page


def test_a_diff_from_nothing_and_one_of_nothing(shop: Cluster) -> None:
    born = manifest_diff(shop, "deployment/web", old=0, new=1)
    assert all(line[0] in "+@" for line in born.lines)
    assert "nothing that is declared changed" in str(manifest_diff(shop, "deployment/web", 1, 1))
    with pytest.raises(LookupError, match="had no generation 9; it had 1, 2"):
        manifest_diff(shop, "deployment/web", 9)
    with pytest.raises(LookupError, match="no deployment called 'shop'"):
        generations(shop, "deployment/shop")


def test_a_lane_of_several_says_how_many() -> None:
    assert Lane(("web-1-abc", "web-1-def"), (), (), ()).label == "abc +1"
