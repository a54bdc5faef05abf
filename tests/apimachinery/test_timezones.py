"""The table of zones against the one of the time zone database."""

from __future__ import annotations

import datetime
import zoneinfo

import pytest

from kubelite.apimachinery import timezones

BEGIN = 1_767_225_600  # 2026
TWO_YEARS = 2 * 365 * 86_400


@pytest.mark.parametrize("name", sorted(timezones.ZONES))
def test_local_clocks_are_those_of_the_database(name: str) -> None:
    try:
        zone = zoneinfo.ZoneInfo(name)
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("this machine has no time zone database")
    for moment in range(BEGIN, BEGIN + TWO_YEARS, 6 * 3600 + 1800):
        there = datetime.datetime.fromtimestamp(moment, zone).utcoffset()
        assert there is not None
        assert timezones.offset(name, moment) == there.total_seconds()


def test_a_misspelt_zone_is_not_known() -> None:
    assert timezones.known("") and timezones.known("Europe/Zurich")
    assert not timezones.known("Europe/Zürich")
