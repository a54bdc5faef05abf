"""What the cache knows, step by step."""

from __future__ import annotations

from kubelite.apimachinery.labels import parse
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.scheduler.cache import Cache
from kubelite.scheduler.types import PodInfo
from tests.scheduler.objects import container, node, pod

ONE_CPU = container("1", "1Gi", ports=[{"containerPort": 80, "hostPort": 80}])
WEB = {"app": "web"}


def sums(cache: Cache, name: str) -> tuple[int, int, int]:
    info = cache.snapshot.by_name[name]
    return len(info.pods), info.requested.milli_cpu, len(info.used_ports)


def started() -> Cache:
    cache = Cache()
    cache.set_node(node("node-1"))
    cache.set_node(node("node-2"))
    return cache


def test_assume_then_confirm():
    cache = started()
    cache.assume_pod(PodInfo(pod("a", ONE_CPU)), "node-1")
    assert (sums(cache, "node-1"), cache.is_assumed("uid-a")) == ((1, 1000, 1), True)
    cache.add_pod(pod("a", ONE_CPU, on="node-1"))
    assert (sums(cache, "node-1"), cache.is_assumed("uid-a")) == ((1, 1000, 1), False)
    assert not cache.forget_pod("uid-a")


def test_assume_then_forget():
    cache = started()
    cache.assume_pod(PodInfo(pod("a", ONE_CPU)), "node-1")
    assert cache.forget_pod("uid-a")
    assert sums(cache, "node-1") == (0, 0, 0)


def test_the_api_server_knows_better_where_a_pod_is():
    cache = started()
    cache.assume_pod(PodInfo(pod("a", ONE_CPU)), "node-1")
    cache.add_pod(pod("a", ONE_CPU, on="node-2"))
    assert (sums(cache, "node-1"), sums(cache, "node-2")) == ((0, 0, 0), (1, 1000, 1))


def test_a_resized_pod_counts_anew():
    cache = started()
    cache.add_pod(pod("a", ONE_CPU, on="node-1"))
    cache.update_pod(pod("a", container("2"), on="node-1"))
    assert sums(cache, "node-1") == (1, 2000, 0)


def test_matching_pods_are_counted_as_they_come_change_and_go():
    cache = started()
    snapshot, selector = cache.snapshot, parse("app=web")
    cache.add_pod(pod("a", on="node-1", labels=WEB))
    assert snapshot.matching("default", selector) == {"node-1": 1}
    cache.add_pod(pod("b", on="node-1", labels=WEB))
    cache.add_pod(pod("c", on="node-2", labels=WEB, namespace="other"))
    assert snapshot.matching("default", selector) == {"node-1": 2}
    cache.update_pod(pod("b", on="node-1"))
    assert snapshot.matching("default", selector) == {"node-1": 1}
    leaving = pod("a", on="node-1", labels=WEB)
    cache.update_pod(
        replace(leaving, metadata=replace(leaving.metadata, deletion_timestamp=Time(1)))
    )
    assert snapshot.matching("default", selector) == {"node-1": 0}
    assert snapshot.matching("default", selector, terminating=True) == {"node-1": 1}
    cache.remove_pod("uid-a")
    assert snapshot.matching("default", selector, terminating=True)["node-1"] == 0


def test_a_node_that_leaves_before_its_pods():
    cache = started()
    cache.add_pod(pod("a", ONE_CPU, on="node-1"))
    cache.remove_node("node-1")
    assert [each.name for each in cache.snapshot.nodes] == ["node-2"]
    cache.remove_pod("uid-a")
    assert list(cache.snapshot.by_name) == ["node-2"]


def test_images_are_known_by_node():
    cache = started()
    cache.set_node(node("node-1", images=[("nginx:1", 5), ("redis:7", 6)]))
    cache.set_node(node("node-2", images=[("nginx:1", 5)]))
    assert cache.snapshot.images == {
        "nginx:1": {"node-1": 5, "node-2": 5},
        "redis:7": {"node-1": 6},
    }
    cache.set_node(node("node-1", images=[("nginx:1", 5)]))
    cache.remove_node("node-2")
    assert cache.snapshot.images == {"nginx:1": {"node-1": 5}}


def test_counts_forget_a_node_that_has_gone():
    cache = started()
    snapshot, selector = cache.snapshot, parse("app=web")
    assert snapshot.matching("default", selector) == {}
    cache.add_pod(pod("a", on="node-1", labels=WEB))
    assert snapshot.matching("default", selector) == {"node-1": 1}
    cache.remove_pod("uid-a")
    cache.remove_node("node-1")
    assert snapshot.matching("default", selector) == {}
