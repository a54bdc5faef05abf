"""Schedules: the tables of robfig/cron's parser_test.go and spec_test.go, without seconds."""

from __future__ import annotations

import pytest

from kubelite.apimachinery.cron import parse
from kubelite.apimachinery.times import SECOND, Time


def at(text: str) -> int:
    """A moment, in seconds, from "2012-07-09 15:00" or RFC 3339."""
    if "T" not in text:
        text = text.replace(" ", "T") + ":00Z"
    return Time.parse(text) // SECOND


ACTIVE = [
    ("2012-07-09 15:00", "0/15 * * * *", True),
    ("2012-07-09 15:45", "0/15 * * * *", True),
    ("2012-07-09 15:40", "0/15 * * * *", False),
    ("2012-07-09 15:05", "5/15 * * * *", True),
    ("2012-07-09 15:20", "5/15 * * * *", True),
    ("2012-07-09 15:50", "5/15 * * * *", True),
    ("2012-07-15 15:00", "0/15 * * Jul *", True),
    ("2012-07-15 15:00", "0/15 * * Jun *", False),
    ("2012-07-15 08:30", "30 08 ? Jul Sun", True),
    ("2012-07-15 08:30", "30 08 15 Jul ?", True),
    ("2012-07-16 08:30", "30 08 ? Jul Sun", False),
    ("2012-07-16 08:30", "30 08 15 Jul ?", False),
    ("2012-07-09 15:00", "@hourly", True),
    ("2012-07-09 15:04", "@hourly", False),
    ("2012-07-09 15:00", "@daily", False),
    ("2012-07-09 00:00", "@daily", True),
    ("2012-07-09 00:00", "@weekly", False),
    ("2012-07-08 00:00", "@weekly", True),
    ("2012-07-08 01:00", "@weekly", False),
    ("2012-07-08 00:00", "@monthly", False),
    ("2012-07-01 00:00", "@monthly", True),
    ("2012-07-15 00:00", "* * 1,15 * Sun", True),
    ("2012-06-15 00:00", "* * 1,15 * Sun", True),
    ("2012-08-01 00:00", "* * 1,15 * Sun", True),
    ("2012-07-15 00:00", "* * */10 * Sun", True),
    ("2012-07-15 00:00", "* * * * Mon", False),
    ("2012-07-09 00:00", "* * 1,15 * *", False),
    ("2012-07-15 00:00", "* * 1,15 * *", True),
    ("2012-07-15 00:00", "* * */2 * Sun", True),
]


@pytest.mark.parametrize(("moment", "text", "due"), ACTIVE)
def test_activation(moment: str, text: str, due: bool) -> None:
    assert (parse(text).next(at(moment) - 1) == at(moment)) is due


NEXT = [
    ("2012-07-09 14:45", "0/15 * * * *", "2012-07-09 15:00"),
    ("2012-07-09 14:59", "0/15 * * * *", "2012-07-09 15:00"),
    ("2012-07-09 15:45", "20-35/15 * * * *", "2012-07-09 16:20"),
    ("2012-07-09 23:46", "*/15 * * * *", "2012-07-10 00:00"),
    ("2012-07-09 23:45", "20-35/15 * * * *", "2012-07-10 00:20"),
    ("2012-07-09 23:35", "20-35/15 1/2 * * *", "2012-07-10 01:20"),
    ("2012-07-09 23:35", "20-35/15 10-12 * * *", "2012-07-10 10:20"),
    ("2012-07-09 23:35", "20-35/15 1/2 */2 * *", "2012-07-11 01:20"),
    ("2012-07-09 23:35", "20-35/15 * 9-20 Jul *", "2012-07-10 00:20"),
    ("2012-07-09 23:35", "0 0 9 Apr-Oct ?", "2012-08-09 00:00"),
    ("2012-07-09 23:35", "0 0 */5 Apr,Aug,Oct Mon", "2012-08-01 00:00"),
    ("2012-07-09 23:35", "0 0 */5 Oct Mon", "2012-10-01 00:00"),
    ("2012-07-09 23:35", "0 0 * Feb Mon", "2013-02-04 00:00"),
    ("2012-07-09 23:35", "0 0 * Feb Mon/2", "2013-02-01 00:00"),
    ("2012-12-31 23:59", "* * * * *", "2013-01-01 00:00"),
    ("2012-07-09 23:35", "0 0 29 Feb ?", "2016-02-29 00:00"),
    ("2012-07-09 23:35", "0 0 30 Feb ?", None),
    ("2012-07-09 23:35", "0 0 31 Apr ?", None),
    ("2012-07-09 23:35", "@every 1h30m", "2012-07-10 01:05"),
]


@pytest.mark.parametrize(("moment", "text", "due"), NEXT)
def test_next(moment: str, text: str, due: str | None) -> None:
    assert parse(text).next(at(moment)) == (at(due) if due else None)


SUMMER_TIME = [
    ("2012-03-11T00:00:00-05:00", "30 2 11 Mar ?", "2013-03-11T02:30:00-04:00"),
    ("2012-11-04T00:00:00-04:00", "30 2 04 Nov ?", "2012-11-04T02:30:00-05:00"),
    ("2012-11-04T01:45:00-04:00", "30 1 04 Nov ?", "2012-11-04T01:30:00-05:00"),
]


@pytest.mark.parametrize(("moment", "text", "due"), SUMMER_TIME)
def test_an_hour_that_is_skipped_is_not_due_and_one_that_comes_twice_is(
    moment: str, text: str, due: str
) -> None:
    assert parse(text).next(at(moment), "America/New_York") == at(due)


REFUSED = [
    ("", "empty spec string"),
    ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
    ("* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"),
    ("@unrecognized", "unrecognized descriptor: @unrecognized"),
    ("@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'),
    ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
    ("5-6-7 * * * *", "too many hyphens: 5-6-7"),
    ("*/5/7 * * * *", "too many slashes: */5/7"),
    ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
    ("60 * * * *", "end of range (60) above maximum (59): 60"),
    ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
    ("*/0 * * * *", "step of range should be a positive number: */0"),
    ("* * * * 7", "end of range (7) above maximum (6): 7"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse(text)
    assert str(refusal.value) == why


def test_long_nonsense_is_refused_quickly() -> None:
    for text in ("*" * 10_000, "1-" * 10_000, "9" * 10_000, "@every " + "1h" * 5_000):
        with pytest.raises(ValueError):
            parse(text + " * * * *")
