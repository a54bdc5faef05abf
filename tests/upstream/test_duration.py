"""The cases of upstream's util/duration/duration_test.go."""

from __future__ import annotations

import pytest

from kubelite.apimachinery.duration import human_duration, short_human_duration
from kubelite.apimachinery.times import DAY, HOUR, MINUTE, SECOND

YEAR = 365 * DAY
MILLI = SECOND // 1000

HUMAN = [
    (SECOND, "1s"),
    (70 * SECOND, "70s"),
    (190 * SECOND, "3m10s"),
    (70 * MINUTE, "70m"),
    (47 * HOUR, "47h"),
    (49 * HOUR, "2d1h"),
    (8 * DAY + 2 * HOUR, "8d"),
    (367 * DAY, "367d"),
    (2 * YEAR + 25 * HOUR, "2y1d"),
    (8 * YEAR + 2 * HOUR, "8y"),
    (-2 * SECOND, "<invalid>"),
    (-2 * SECOND + 1, "0s"),
    (0, "0s"),
    (SECOND - MILLI, "0s"),
    (2 * MINUTE - MILLI, "119s"),
    (2 * MINUTE, "2m"),
    (2 * MINUTE + SECOND, "2m1s"),
    (10 * MINUTE - MILLI, "9m59s"),
    (10 * MINUTE, "10m"),
    (10 * MINUTE + SECOND, "10m"),
    (3 * HOUR - MILLI, "179m"),
    (3 * HOUR, "3h"),
    (3 * HOUR + MINUTE, "3h1m"),
    (8 * HOUR - MILLI, "7h59m"),
    (8 * HOUR, "8h"),
    (8 * HOUR + 59 * MINUTE, "8h"),
    (2 * DAY - MILLI, "47h"),
    (2 * DAY, "2d"),
    (2 * DAY + HOUR, "2d1h"),
    (8 * DAY - MILLI, "7d23h"),
    (8 * DAY, "8d"),
    (8 * DAY + 23 * HOUR, "8d"),
    (2 * YEAR - MILLI, "729d"),
    (2 * YEAR, "2y"),
    (2 * YEAR + 23 * HOUR, "2y"),
    (2 * YEAR + 23 * HOUR + 59 * MINUTE, "2y"),
    (2 * YEAR + DAY - MILLI, "2y"),
    (2 * YEAR + DAY, "2y1d"),
    (3 * YEAR, "3y"),
    (4 * YEAR, "4y"),
    (5 * YEAR, "5y"),
    (6 * YEAR, "6y"),
    (7 * YEAR, "7y"),
    (8 * YEAR - MILLI, "7y364d"),
    (8 * YEAR, "8y"),
    (8 * YEAR + 364 * DAY, "8y"),
    (9 * YEAR, "9y"),
]
SHORT = [
    (-2 * SECOND, "<invalid>"),
    (-2 * SECOND + 1, "0s"),
    (0, "0s"),
    (SECOND - MILLI, "0s"),
    (SECOND, "1s"),
    (2 * SECOND - MILLI, "1s"),
    (MINUTE - MILLI, "59s"),
    (MINUTE, "1m"),
    (2 * MINUTE - MILLI, "1m"),
    (HOUR - MILLI, "59m"),
    (HOUR, "1h"),
    (2 * HOUR - MILLI, "1h"),
    (DAY - MILLI, "23h"),
    (DAY, "1d"),
    (2 * DAY - MILLI, "1d"),
    (YEAR - MILLI, "364d"),
    (YEAR, "1y"),
    (2 * YEAR - MILLI, "1y"),
    (2 * YEAR, "2y"),
]


@pytest.mark.parametrize(("micros", "want"), HUMAN)
def test_human_duration(micros: int, want: str) -> None:
    assert human_duration(micros) == want


@pytest.mark.parametrize(("micros", "want"), SHORT)
def test_short_human_duration(micros: int, want: str) -> None:
    assert short_human_duration(micros) == want
