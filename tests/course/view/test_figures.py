"""The graph and the timeline: what they show, in order, in words, and byte for byte."""

from __future__ import annotations

import sys

import pytest

from course.view.graph import family, graph, positions
from course.view.timeline import course_of, shortfalls, timeline
from tests.course.view.pretend import Cluster, State, node, web

THREE_TO_TEN = (web(0, 3, seconds=1), web(3, seconds=4), web(3, 7, seconds=20), web(10, seconds=24))


def test_the_family_of_a_deployment() -> None:
    made = family(web(3, 1))
    assert list(made.successors("Deployment/web")) == ["ReplicaSet/web-5d4f"]
    assert len(list(made.successors("ReplicaSet/web-5d4f"))) == 4
    assert list(made.successors("Pod/web-5d4f-00000")) == ["Node/node-1"]
    assert list(made.successors("Pod/web-5d4f-p0000")) == []


def test_no_two_vertices_share_a_place_and_the_places_stay() -> None:
    places = positions(family(web(10, 2)))
    assert len({*places.values()}) == len(places) == 2 + 12 + 3
    assert positions(family(web(10, 2))) == places


def test_pods_stand_beside_their_node() -> None:
    places = positions(family(web(9)))
    rows = sorted((-places[f"Pod/web-5d4f-{n:05}"][1], n % 3) for n in range(9))
    assert [node for _, node in rows] == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_the_graph_in_words() -> None:
    words = graph(Cluster(web(2, 1))).alt
    assert "Deployment web owns 1 object (web-5d4f)." in words
    assert "Node node-3 runs nothing." in words
    assert "On no node: 1 object (web-5d4f-p0000)." in words


def test_an_empty_cluster_can_be_drawn() -> None:
    assert graph(Cluster(State(nodes=[node("node-1")]))).png()


def test_wanted_and_ready_over_time() -> None:
    told = course_of(Cluster(*THREE_TO_TEN), "deployment/web")
    assert told.wanted == [(0.0, 0), (1.0, 3), (20.0, 10)]
    assert told.ready == [(0.0, 0), (4.0, 3), (24.0, 10)]
    assert told.lives[3].stretches == ((4.0, 24.0, "ready"),)


def test_since_begins_with_what_was_in_force_then() -> None:
    told = course_of(Cluster(*THREE_TO_TEN), "web", since=10)
    assert (told.wanted[0], told.ready[0]) == ((10, 3), (10, 3))
    assert all(life.stretches[-1][1] > 10 for life in told.lives)


def test_the_timeline_in_words() -> None:
    assert timeline(Cluster(*THREE_TO_TEN), "deployment/web").alt.splitlines() == [
        "Timeline of deployment/web from 0.0 s to 24.0 s.",
        "Wanted 3 from 1.0 s.",
        "Wanted 10 from 20.0 s.",
        "From 1.0 s to 4.0 s fewer were ready than wanted: 0 of 3 at the lowest.",
        "From 20.0 s to 24.0 s fewer were ready than wanted: 3 of 10 at the lowest.",
        "At the end 10 pods ready; 17 seen in all.",
    ]


def test_a_shortfall_that_lasts_is_told_to_the_end() -> None:
    told = course_of(Cluster(web(3, seconds=1), web(2, 1, seconds=5), web(2, 1, seconds=9)), "web")
    assert shortfalls(told) == [(5.0, 9.0, 2, 3)]


def test_an_unknown_deployment_is_named() -> None:
    with pytest.raises(LookupError, match="no Deployment called 'shop'"):
        timeline(Cluster(web(1)), "deployment/shop")


def test_figures_are_the_same_bytes_and_carry_their_words() -> None:
    figures = [timeline(Cluster(*THREE_TO_TEN), "web") for _ in range(2)]
    assert figures[0].png() == figures[1].png()
    data, metadata = figures[0]._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == figures[0].alt


def test_no_figure_needs_pyplot() -> None:
    graph(Cluster(web(1)))
    assert "matplotlib.pyplot" not in sys.modules
