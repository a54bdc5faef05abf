"""Branches: the same run up to a moment, another one after it; and what was done, in words."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.times import SECOND
from kubelite.cluster.branching import BranchError
from kubelite.cluster.deeds import ASKING, WHOLE
from kubelite.cluster.wiring import Wiring
from kubelite.sim.clock import FOREVER, Clock, HorizonReached
from tests.manifests import deployment, service

KILLED = 120.0


def digests(one: Cluster, other: Cluster) -> tuple[str, str]:
    """Of both runs, as far as both have come."""
    until = min(one.clock.now, other.clock.now)
    return one.trace.digest(until), other.trace.digest(until)


def alike(one: Cluster, other: Cluster) -> bool:
    ours, theirs = digests(one, other)
    return ours == theirs


@pytest.fixture(scope="module")
def shop() -> Cluster:
    """A Deployment of three on three nodes, of which one loses its power after two minutes."""
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply([deployment(), service()])
    cluster.run_until("deployment/web ready")
    cluster.scale("deployment/web", 5)
    cluster.request("web")
    cluster.kubectl("label deployment web tier=front")
    cluster.run(KILLED - cluster.elapsed)
    cluster.kill_node("node-1")
    cluster.run(400)
    return cluster


def phases(cluster: Cluster) -> list[str]:
    pods = cluster.get("pods")
    return sorted("leaving" if p.metadata.deletion_timestamp else p.status.phase for p in pods)


def test_the_present_branched_is_the_same_run(shop: Cluster) -> None:
    twin = shop.branch()
    assert (twin.clock.now, twin.clock.events_run) == (shop.clock.now, shop.clock.events_run)
    assert twin.trace.digest() == shop.trace.digest()
    shop_goes_on = twin.branch()
    for one in (twin, shop_goes_on):
        one.scale("deployment/web", 2)
        one.run(60)
    assert twin.trace.digest() == shop_goes_on.trace.digest()


@pytest.mark.parametrize("at", [0, 0.5, 2.0, 2.75, 60, KILLED - 0.1, KILLED, 170.5, 519])
def test_any_moment_is_the_same_up_to_there(shop: Cluster, at: float) -> None:
    branch = shop.branch(at=at)
    assert branch.elapsed == pytest.approx(at)
    assert alike(branch, shop)


def test_what_if_the_node_had_not_died(shop: Cluster) -> None:
    what_if = shop.branch(at=KILLED - 0.1)
    what_if.run(400.1)
    assert phases(what_if) == ["Running"] * 5
    assert "leaving" in phases(shop)
    assert not alike(what_if, shop)
    last = KILLED * SECOND + shop.history.start - 1
    assert what_if.trace.digest(last) == shop.trace.digest(last)
    assert [str(deed) for deed in what_if.deeds] == [str(deed) for deed in shop.deeds][:-1]


def test_what_was_done_at_the_moment_itself_is_in_the_branch(shop: Cluster) -> None:
    assert not shop.branch(at=KILLED).workers["node-1"].powered
    assert shop.branch(at=KILLED - 0.000001).workers["node-1"].powered


def test_a_branch_of_a_branch(shop: Cluster) -> None:
    first = shop.branch(at=100)
    first.kill_node("node-2")
    first.run(100)
    second = first.branch(at=150)
    assert alike(second, first)
    assert not second.workers["node-2"].powered
    assert first.deeds[-1].call == "kill_node('node-2')"


def test_the_run_itself_is_not_touched(shop: Cluster) -> None:
    before = shop.trace.digest(), len(shop.deeds)
    shop.branch(at=60).delete("deployment/web")
    assert (shop.trace.digest(), len(shop.deeds)) == before


def test_another_chance_from_there_on(shop: Cluster) -> None:
    lucky, other = shop.branch(at=60, seed=1), shop.branch(at=60, seed=2)
    for one in (lucky, other):
        assert alike(one, shop)
        one.scale("deployment/web", 8)
        one.run(30)
    assert lucky.trace.digest() != other.trace.digest()
    assert lucky.branch().trace.digest() == lucky.trace.digest()


def test_the_deeds_in_words(shop: Cluster) -> None:
    assert repr(shop.deeds).splitlines() == [
        "       0.0 s  kubectl apply -f -",
        "       3.5 s  kubectl scale deployment/web --replicas=5",
        "       3.5 s  request('web')",
        "       3.5 s  kubectl label deployment web tier=front",
        "     120.0 s  kill_node('node-1')",
    ]
    assert [deed.call for deed in shop.deeds][1] == "scale('deployment/web', 5)"


def test_every_way_to_change_something_can_be_done_again() -> None:
    cluster = Cluster(nodes=2, service_accounts=True)
    cluster.apply([deployment(), service()])
    cluster.run_until("deployment/web ready")
    pod = f"pod/{cluster.get('pods')[0].metadata.name}"
    change: dict[str, Any] = {"metadata": {"annotations": {"a": "1"}}}
    cluster.patch("deployment/web", change)
    change["metadata"]["annotations"]["a"] = "2"  # the learner's own dict: not what was sent
    cluster.exec(pod, "ls")
    load = cluster.load("web", 100)
    load.set(50)
    cluster.debug(pod)
    cluster.add_node()
    cluster.run(30)
    cluster.autoscale("deployment/web", max=4)
    cluster.as_user("anna", ["system:masters"]).scale("deployment/web", 4)
    cluster.create_token("default")
    cluster.send_request("web", then=cluster.traffic.answers.append)
    cluster.clock.after(5 * SECOND, cluster.delete, pod)
    cluster.run(7.5)
    with pytest.raises(StatusError):
        cluster.scale("deployment/nobody", 3)
    cluster.drain("node-2", force=True)
    cluster.stop_component("kube-scheduler")
    cluster.patch("deployment/web", {"spec": {"template": {"metadata": {"labels": {"b": "1"}}}}})
    cluster.run(9)
    cluster.rollout_undo("deployment/web")
    cluster.run(20)
    answers = len(cluster.traffic.answers)
    assert cluster.branch().trace.digest() == cluster.trace.digest()
    assert alike(cluster.branch(at=50), cluster)
    assert len(cluster.traffic.answers) == answers
    words = [str(deed) for deed in cluster.deeds]
    assert f"kubectl exec {pod} -- sh -c ls" in words
    assert "kubectl scale deployment/web --replicas=4 --as=anna" in words
    assert "kubectl drain node-2 --ignore-daemonsets --force" in words
    assert "load('web').set(50)" in words


LOOKING = {
    *("get", "yaml", "events", "story", "explain", "logs", "metrics", "top", "usage", "follow"),
    *("can_i", "whoami", "as_user", "as_", "as_token", "cost", "cost_over_time", "warnings"),
    *("plan", "machine_types", "leader", "resolve", "etcdctl_get", "ship_logs", "close", "branch"),
    *("run", "run_until", "settle", "serve", "dial", "connect"),
    *("read_file", "open_store", "story_of", "watch_over"),
}
"""Methods that change nothing by themselves, and those that say themselves that they are lost."""


def test_every_public_method_is_written_down_or_only_looks() -> None:
    methods = {name for name in dir(Cluster) if name[0] != "_" and callable(getattr(Cluster, name))}
    assert methods - LOOKING == {*WHOLE, *ASKING}
    assert not LOOKING & {*WHOLE, *ASKING}


def test_looking_is_no_deed() -> None:
    cluster = Cluster(nodes=1)
    cluster.get("pods")
    cluster.kubectl("get nodes")
    cluster.can_i("get", "pods")
    cluster.run(5)
    assert cluster.deeds == ()
    assert repr(cluster.deeds) == "nothing was done"


def test_a_call_in_which_time_passes_can_be_cut_in_the_middle(shop: Cluster) -> None:
    cluster = shop.branch(at=60)
    pod = cluster.get("pods")[0].metadata.name
    cluster.exec(pod, "sleep 20")
    middle = cluster.branch(at=70)
    assert middle.elapsed == 70
    assert alike(middle, cluster)


def test_a_moment_outside_the_run_is_refused(shop: Cluster) -> None:
    for at in (-1, 100_000):
        with pytest.raises(ValueError, match="this run goes from 0 to 520 s"):
            shop.branch(at=at)


def test_what_cannot_be_done_again_says_so() -> None:
    with pytest.raises(BranchError, match="its wiring loses or delays"):
        Cluster(nodes=1, wiring=Wiring()).branch()
    cluster = Cluster(nodes=1)
    cluster.run(1)
    cluster.connect("10.0.0.1")
    with pytest.raises(BranchError, match=r"a connection was opened.*\(1\.0 s\)"):
        cluster.branch()
    assert cluster.branch(at=0.5).elapsed == 0.5


def test_a_run_that_was_changed_behind_the_record_is_not_passed_off_as_the_same() -> None:
    cluster = Cluster(nodes=2)
    cluster.workers["node-1"].power_off()
    cluster.run(60)
    with pytest.raises(BranchError, match="doing it again came out differently at"):
        cluster.branch()


def test_the_clock_does_not_pass_its_horizon() -> None:
    clock, seen = Clock(0), []
    for when in (1, 2, 3):
        clock.at(when, seen.append, when)
    clock.horizon = 2
    with pytest.raises(HorizonReached):
        clock.run_until(3)
    assert (seen, clock.now) == ([1, 2], 2)
    clock.horizon = FOREVER
    clock.run_until(3)
    assert seen == [1, 2, 3]
