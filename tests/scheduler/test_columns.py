"""What is worked out once for a spec, and again for a node that has changed."""

from __future__ import annotations

from kubelite.apimachinery.labels import parse
from kubelite.apimachinery.struct import replace
from kubelite.scheduler.columns import Column
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import ZONE_LABEL, NodeInfo, PodInfo, needs_of
from tests.scheduler.objects import node, pod


class Question:
    """How many pods are on a node; ``asked`` lists whom it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, info: NodeInfo) -> int:
        self.asked.append(info.name)
        return len(info.pods)


def placed(name: str, on: str) -> PodInfo:
    return PodInfo(pod(name, on=on))


def test_only_nodes_that_changed_are_asked_about_again() -> None:
    snapshot, column, question = Snapshot.of([node("a"), node("b")]), Column(), Question()
    assert column.filled(snapshot, [0, 1], question) == [0, 0]
    snapshot.add_pod(placed("one", "b"))
    assert column.filled(snapshot, [0, 1], question) == [0, 1]
    assert question.asked == ["a", "b", "b"]


def test_of_many_nodes_only_those_that_are_wanted_are_asked_about() -> None:
    snapshot = Snapshot.of([node(f"n{i:02}") for i in range(40)])
    column, question = Column(), Question()
    column.filled(snapshot, range(5), question)
    assert len(question.asked) == 5
    column.filled(snapshot, range(3, 8), question)
    assert len(question.asked) == 8


def test_a_new_order_makes_all_answers_void() -> None:
    snapshot, column, question = Snapshot.of([node("a"), node("b")]), Column(), Question()
    column.filled(snapshot, [0, 1], question)
    snapshot.set_node(node("c"))
    assert column.filled(snapshot, [0, 1, 2], question) == [0, 0, 0]
    assert question.asked == ["a", "b", "a", "b", "c"]


def test_a_column_serves_two_snapshots_in_turn() -> None:
    empty, full = Snapshot.of([node("a")]), Snapshot.of([node("a")], [pod("one", on="a")])
    column, question = Column(), Question()
    for snapshot, there in ((empty, 0), (full, 1), (empty, 0)):
        assert column.filled(snapshot, [0], question) == [there]


def test_sums_follow_the_pods() -> None:
    nodes = [node(n, labels={ZONE_LABEL: zone}) for n, zone in (("a", "x"), ("b", "y"), ("c", "x"))]
    snapshot, selector = Snapshot.of(nodes), parse("app=web")
    one, two = (PodInfo(pod(n, labels={"app": "web"}, on=on)) for n, on in (("1", "a"), ("2", "c")))
    for step in (snapshot.add_pod, snapshot.remove_pod):
        for each in (one, two):
            snapshot.matching_by(ZONE_LABEL, "default", selector)
            step(each)
        by_zone = dict(snapshot.matching_by(ZONE_LABEL, "default", selector))
        in_order = dict(zip(snapshot.names, snapshot.matching_at("default", selector), strict=True))
        there = int(step == snapshot.add_pod)
        assert by_zone == {"x": 2 * there}
        assert in_order == {"a": there, "b": 0, "c": there}


def test_pods_that_differ_by_their_host_names_need_the_same() -> None:
    first = pod("db-0").spec
    second = replace(first, hostname="db-1", subdomain="db")
    assert needs_of(first, "default") is needs_of(second, "default")
    elsewhere = replace(first, node_name="a")
    assert needs_of(first, "default") is not needs_of(elsewhere, "default")
