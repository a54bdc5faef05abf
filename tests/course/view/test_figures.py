"""The timeline: what it shows, in order, in words, and byte for byte."""

from __future__ import annotations

import sys

import pytest

from course.view.timeline import course_of, shortfalls, timeline
from tests.course.view.pretend import Cluster, web

THREE_TO_TEN = (web(0, 3, seconds=1), web(3, seconds=4), web(3, 7, seconds=20), web(10, seconds=24))


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
    timeline(Cluster(web(1)), "web")
    assert "matplotlib.pyplot" not in sys.modules
