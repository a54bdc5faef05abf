"""Points in time, as the API writes them.

A ``Time`` is an integer: microseconds since 1970 in UTC, so ages are plain subtraction.
On the wire it is RFC 3339 to the second (``metav1.Time``); ``MicroTime`` keeps six decimals.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Self

from kubelite.apimachinery.struct import Scalar

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_WEEKDAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1970 began on a Thursday
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)\Z",
    re.ASCII,
)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date of the Gregorian calendar (years start in March here)."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """The inverse of ``days_from_civil``: year, month, day."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    leap = day_of_era // 1460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leap) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    return year_of_era + era * 400 + (month <= 2), month, day


@lru_cache(maxsize=4096)
def _text(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    year, month, day = civil_from_days(days)
    return f"{year:04}-{month:02}-{day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def rfc1123z(moment: int) -> str:
    """A moment as events write it: ``Fri, 27 Nov 2026 08:00:00 +0000``."""
    days, rest = divmod(moment // SECOND, 86_400)
    year, month, day = civil_from_days(days)
    weekday, name = _WEEKDAYS[days % 7], _MONTHS[month - 1]
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{weekday}, {day:02} {name} {year:04} {clock} +0000"


@lru_cache(maxsize=4096)
def _moment(text: str) -> int:
    """The moment that RFC 3339 names, in microseconds. Raises ValueError."""
    found = _RFC3339.match(text)
    if not found:
        raise ValueError(f"{text!r} is not an RFC 3339 time such as 2026-11-27T08:00:00Z")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    days = days_from_civil(year, month, day)
    if civil_from_days(days) != (year, month, day) or hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{text!r} names no moment of the calendar")
    micros = int((found[7] or "").ljust(6, "0")[:6])
    zone = found[8]
    offset = 0
    if zone not in "Zz":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        offset = -offset if zone[0] == "-" else offset
    return (days * 86_400 + hour * 3600 + minute * 60 + second - offset) * SECOND + micros


class Time(int, Scalar):
    """``metav1.Time``: microseconds since 1970, UTC; written to the second."""

    __slots__ = ()

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """Read RFC 3339. Raises ValueError."""
        return cls(_moment(raw))

    def wire(self) -> str:
        """RFC 3339 in UTC, to the second."""
        return _text(self // SECOND) + "Z"

    __str__ = wire

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.wire()!r})"


class MicroTime(Time):
    """``metav1.MicroTime``: the same, written with six decimals."""

    __slots__ = ()

    def wire(self) -> str:
        """RFC 3339 in UTC with microseconds."""
        seconds, micros = divmod(self, SECOND)
        return f"{_text(seconds)}.{micros:06}Z"

    __str__ = wire
