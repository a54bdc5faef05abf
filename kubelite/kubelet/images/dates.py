"""Moments as ``date`` writes them: ``+%F %T`` and its like. The time zone is UTC.

Models strftime(3), as far as busybox's and GNU's ``date`` agree.
"""

from __future__ import annotations

import re

from kubelite.apimachinery.times import civil_from_days

_WEEKDAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LONG = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "D": "%m/%d/%y", "R": "%H:%M", "c": "%a %b %e %T %Y"}


def moment(form: str, seconds: int) -> str:
    """A form with its directives replaced; ``seconds`` are since 1970."""
    days, rest = divmod(seconds, 86_400)
    year, month, day = civil_from_days(days)
    weekday, name = _WEEKDAYS[days % 7], _MONTHS[month - 1]
    words = {
        "Y": f"{year:04}",
        "y": f"{year % 100:02}",
        "m": f"{month:02}",
        "d": f"{day:02}",
        "e": f"{day:2}",
        "H": f"{rest // 3600:02}",
        "M": f"{rest // 60 % 60:02}",
        "S": f"{rest % 60:02}",
        "s": str(seconds),
        "a": weekday[:3],
        "A": weekday,
        "b": name[:3],
        "B": name,
        "N": "000000000",
        "Z": "UTC",
        "z": "+0000",
        "n": "\n",
        "t": "\t",
        "%": "%",
    }
    form = re.sub("%([FTDRc])", lambda found: _LONG[found[1]], form)
    return re.sub("%(.)", lambda found: words.get(found[1], found[0]), form)
