"""Lessons show the code that really runs, found by its anchor."""

from __future__ import annotations

import pytest

from course.source import anchors, show


def test_a_function_is_shown_whole_and_dedented() -> None:
    shown = show("clock-step")
    assert shown.file == "kubelite/sim/clock.py"
    assert shown.code.startswith("def advance(self")
    assert shown.code.endswith("self.cause, self.running = NO_CAUSE, outer")


def test_the_story_is_shown_too() -> None:
    shown = show("story-demand")
    assert shown.file == "course/story/traffic.py"
    assert shown.code.startswith("def demand(hour: float")


def test_every_anchor_leads_to_code() -> None:
    assert all(show(anchor).code.strip() for anchor in anchors())


def test_an_unknown_anchor_names_those_that_are_near() -> None:
    with pytest.raises(LookupError, match="did you mean clock-step"):
        show("clock-stop")
    with pytest.raises(LookupError, match="anchors\\(\\) has them all"):
        show("nothing-like-it")


def test_the_courses_own_rooms_have_anchors_too() -> None:
    shown = show("market-swarm")
    assert shown.file == "course/market/rulebooks.py"
    assert shown.code.startswith("class Swarm(")
