"""Every number of the story stands in one file, with a reason, a source and a range."""

from __future__ import annotations

from typing import Any

import pytest

from course.story.parameters import NAMES, facts, parameters, prices
from kubelite.apimachinery.told import UsageError


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
    assert "order_share           0.0025  0.001 to 0.005  orders a request" in shown


def test_one_number_is_changed_by_its_name() -> None:
    assert parameters(peak_factor=8).peak_factor == 8
    with pytest.raises(ValueError, match="the story has no number speed; it has ordinary_rate"):
        parameters(speed=3)


@pytest.mark.parametrize("value", [-3, float("nan"), float("inf"), "many", None])
def test_a_number_that_is_none_is_refused_with_its_range(value: Any) -> None:
    with pytest.raises(
        UsageError, match="ordinary_rate is a number of requests/s, 2 to 20 is likely, and it"
    ):
        parameters(ordinary_rate=value)


@pytest.mark.parametrize("name", ["cpu_seconds", "target"])
def test_what_is_divided_by_is_not_zero(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is a number .* more than 0"):
        parameters(**{name: 0})


def test_prices_are_dated() -> None:
    assert prices().date == "2026-06-17"
    assert prices().server_hour == 0.0816


def test_how_many_servers_a_rate_needs() -> None:
    numbers = parameters()
    assert numbers.server_rate == 10
    assert [numbers.servers_for(rate) for rate in (0, 6, 6.1, 42)] == [1, 1, 2, 7]
    assert numbers.servers_for(1e6) == numbers.most_servers
