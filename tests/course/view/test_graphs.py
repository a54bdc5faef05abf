"""The graphs: who is joined to whom, and boxes that do not overlap and stay where they are."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations
from typing import Any

import pytest

from course.view import graph as owner_graph
from course.view import label_graph, service_graph
from course.view.boxes import Column, Place, Vertex, drawn, place_of
from course.view.graph import family, graph
from course.view.picture import width_of
from course.view.slots import Rows
from kubelite import Cluster
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from tests.course.view import pretend
from tests.manifests import deployment, image, service

GRAPHS = (
    (owner_graph, owner_graph.family, owner_graph.COLUMNS),
    (service_graph, service_graph.routes, service_graph.COLUMNS),
    (label_graph, label_graph.matches, label_graph.COLUMNS),
)
MOMENTS = (1, 12, 21, 24, 26, 30, 40)


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """A shop that grows, is rolled over, and loses a pod; beside it one that is never ready."""
    cluster = Cluster(nodes=3)
    cluster.apply(deployment("web", 3))
    cluster.apply(service("web"))
    cluster.apply(deployment("slow", 2, env={"START_SECONDS": "1000"}))
    cluster.apply(service("slow"))
    cluster.apply(service("lonely"))
    cluster.run(15)
    cluster.scale("deployment/web", 5)
    cluster.run(5)
    cluster.patch("deployment/web", image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    cluster.run(20)
    return cluster


def boxes(cluster: Cluster, which: Any, seconds: float) -> dict[str, Vertex]:
    module, model, _ = which
    state = cluster.history.at(cluster.history.start + round(seconds * 1_000_000))
    found: dict[str, Vertex] = module.vertices_of(model(state), cluster.history, state.when)
    return found


@pytest.mark.parametrize("which", GRAPHS, ids=["owners", "services", "labels"])
@pytest.mark.parametrize("seconds", MOMENTS)
def test_no_two_boxes_overlap(cluster: Cluster, which: Any, seconds: float) -> None:
    places = [place_of(vertex, which[2]) for vertex in boxes(cluster, which, seconds).values()]
    assert places
    for one, other in combinations(places, 2):
        assert not overlap(one, other), (one, other)


def overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@pytest.mark.parametrize("which", GRAPHS, ids=["owners", "services", "labels"])
def test_an_object_keeps_its_place_while_others_come_and_go(cluster: Cluster, which: Any) -> None:
    before: dict[str, Vertex] = {}
    stayed = 0
    for seconds in MOMENTS:
        now = boxes(cluster, which, seconds)
        for name in now.keys() & before.keys():
            assert place_of(now[name], which[2])[:2] == place_of(before[name], which[2])[:2]
            stayed += 1
        before = now
    assert stayed > 20


@pytest.mark.parametrize("of", ["owners", "services", "labels"])
def test_text_stays_in_its_box_and_the_picture_is_the_same_every_time(
    cluster: Cluster, of: str
) -> None:
    picture = graph(cluster, of=of)
    assert picture.svg == graph(cluster, of=of).svg
    for group in ET.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}g"):
        width = float(group[1].attrib["width"])
        assert all(width_of(line.text or "", 10.5) <= width for line in group[2:])


def test_an_unknown_graph_is_refused(cluster: Cluster) -> None:
    with pytest.raises(ValueError, match="there is 'owners', 'services', 'labels'"):
        graph(cluster, of="friends")


def test_the_family_of_a_deployment() -> None:
    made = family(pretend.web(3, 1))
    assert list(made.successors("Deployment/web")) == ["ReplicaSet/web-5d4f"]
    assert len(list(made.successors("ReplicaSet/web-5d4f"))) == 4
    assert list(made.successors("Pod/web-5d4f-00000")) == ["Node/node-1"]
    assert list(made.successors("Pod/web-5d4f-p0000")) == []


def test_owners_in_words() -> None:
    words = graph(pretend.Cluster(pretend.web(2, 1))).alt
    assert "Deployment web owns 1 object (web-5d4f)." in words
    assert "Node node-3 runs nothing." in words
    assert "On no node: 1 object (web-5d4f-p0000)." in words


def test_other_owners_than_replicasets_are_named_in_the_heading(cluster: Cluster) -> None:
    assert ">ReplicaSet<" in graph(cluster).svg
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "import"}}
    box = {"restartPolicy": "Never", "containers": [{"name": "import", "image": "busybox:1.36"}]}
    cluster.apply({**job, "spec": {"template": {"spec": box}}})
    cluster.run(5)
    assert ">ReplicaSet and others<" in graph(cluster).svg


def test_an_empty_cluster_can_be_drawn() -> None:
    empty = pretend.Cluster(pretend.State(nodes=[pretend.node("node-1")]))
    assert "node-1" in graph(empty).svg


def test_services_in_words(cluster: Cluster) -> None:
    lines = graph(cluster, of="services").alt.splitlines()
    web = next(line for line in lines if line.startswith("Service web "))
    assert "leads to 5 pods: web-" in web
    slow = lines.index(next(line for line in lines if line.startswith("Service slow ")))
    assert lines[slow].endswith("leads to 0 pods.")
    assert lines[slow + 1].startswith("  not ready: slow-")


def test_a_pod_that_is_not_in_a_slice_yet_has_no_address() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(service("web"))
    cluster.apply(deployment("web", 1, container={"resources": {"requests": {"cpu": "64"}}}))
    cluster.run(2)
    assert "  no address: web-" in graph(cluster, of="services").alt


def test_labels_in_words(cluster: Cluster) -> None:
    words = graph(cluster, of="labels").alt
    assert "Service lonely selects app=lonely; matches 0 pods." in words
    assert "Deployment slow selects app=slow; matches 2 pods: slow-" in words
    assert "pod-template-hash=" in words and "NetworkPolicy" not in words


def test_few_that_are_left_of_many_stand_together() -> None:
    columns = (Column("Pod", 12, 150, 28),)
    boxes = {name: Vertex(0, row, (name,)) for name, row in (("a", 7), ("b", 9000))}
    picture = drawn("left", columns, boxes, (), "two", "")
    assert picture.height < 200


def test_rows_are_given_highest_first_and_kept() -> None:
    rows = Rows()
    for key in ("a", "b", "c"):
        rows.take(key)
    rows.leave("b")
    rows.take("d")
    rows.take("d")
    rows.leave("d")
    assert rows.at == {"a": 0, "c": 2, "d": 1}
    rows.leave("d")
    rows.leave("nobody")
    assert rows.at == {"a": 0, "c": 2}


def test_the_lines_to_one_node_differ_from_those_to_its_neighbours(cluster: Cluster) -> None:
    lines: dict[str, set[tuple[str, str]]] = {}
    for path in ET.fromstring(graph(cluster).svg).iter("{http://www.w3.org/2000/svg}path"):
        if "stroke-dasharray" in path.attrib:
            end = path.attrib["d"].rsplit(" ", 1)[-1]
            look = (path.attrib["stroke"], path.attrib["stroke-dasharray"])
            lines.setdefault(end, set()).add(look)
    assert len(lines) == 3
    assert all(len(looks) == 1 for looks in lines.values())
    assert len({look for looks in lines.values() for look in looks}) == 3
    assert len({dashes for looks in lines.values() for _, dashes in looks}) == 3


def test_a_pod_of_a_stateful_set_has_its_whole_name_in_a_graph() -> None:
    cluster = Cluster(nodes=1)
    labels = {"app": "orders"}
    container = {"name": "orders", "image": "shop:1.0"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    cluster.apply(service("orders"))
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "orders"},
            "spec": {**spec, "serviceName": "orders"},
        }
    )
    cluster.run(10)
    for of in ("owners", "services", "labels"):
        assert ">orders-0" in graph(cluster, of=of).svg
