"""Every number of the story stands in one file, with a reason, a source and a range."""

from __future__ import annotations

import pytest

from course.story.parameters import NAMES, facts, parameters, prices


def test_every_number_has_a_reason_and_a_source_and_stands_in_its_range() -> None:
    assert set(facts()) == set(NAMES)
    for fact in facts().values():
        assert fact.low <= fact.value <= fact.high, fact.name
        assert fact.low < fact.high, fact.name
        assert len(fact.why) > 20 and fact.unit and fact.source, fact.name
        assert "assumption" in fact.source or any(c.isdigit() for c in fact.source), fact.name


def test_the_numbers_show_themselves() -> None:
    shown = repr(facts()).splitlines()
    assert shown[0].split() == ["NAME", "VALUE", "RANGE", "UNIT"]
    assert len(shown) == len(NAMES) + 1


def test_one_number_is_changed_by_its_name() -> None:
    assert parameters(peak_factor=8).peak_factor == 8
    with pytest.raises(ValueError, match="the story has no number speed; it has ordinary_rate"):
        parameters(speed=3)


def test_prices_are_dated() -> None:
    assert prices().date == "2026-06-17"
    assert prices().server_hour == 0.0816


def test_how_many_servers_a_rate_needs() -> None:
    numbers = parameters()
    assert numbers.server_rate == 10
    assert [numbers.servers_for(rate) for rate in (0, 6, 6.1, 42)] == [1, 1, 2, 7]
    assert numbers.servers_for(1e6) == numbers.most_servers
