"""Cron schedules: five fields, or a word such as ``@hourly``; and when each is due next.

Models ``github.com/robfig/cron/v3`` (parser.go, spec.go, constantdelay.go), the parser that
Kubernetes uses, error texts included.
"""

from __future__ import annotations

from functools import lru_cache

from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import civil_from_days, days_from_civil
from kubelite.apimachinery.timezones import offset, to_utc

_DAY = 86_400
_HOUR = 3600
_MINUTE = 60
_YEARS = 5  # a schedule that is not due within five years is never due

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


class _Bounds(Value):
    low: int
    high: int
    names: dict[str, int]


_FIELDS = (
    _Bounds(0, 59, {}),
    _Bounds(0, 23, {}),
    _Bounds(1, 31, {}),
    _Bounds(1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Bounds(0, 6, {name: number for number, name in enumerate(_DAYS)}),
)

_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "
_UNITS = {"h": _HOUR, "m": _MINUTE, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


class Schedule(Value):
    """The values each field allows; ``every`` instead is a plain interval in seconds."""

    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    any_day: bool = False
    every: int = 0

    # DOC: cron-next
    def next(self, moment: int, zone: str = "") -> int | None:
        """The first due time after ``moment``, both in seconds since 1970; None if never.

        The clock is that of ``zone``: an hour that is skipped in spring is not due, one that
        comes twice in autumn is due twice.
        """
        if self.every:
            return moment + self.every
        moment = moment // _MINUTE * _MINUTE + _MINUTE
        limit = moment + _YEARS * 366 * _DAY
        while moment <= limit:
            later = self._step(moment, zone)
            if later == moment:
                return moment
            moment = later
        return None

    def _step(self, moment: int, zone: str) -> int:
        """The same moment when it is due, else the next one worth a look."""
        local = moment + offset(zone, moment)
        day, clock = divmod(local, _DAY)
        year, month, day_of_month = civil_from_days(day)
        if month not in self.months:
            day = days_from_civil(year + month // 12, month % 12 + 1, 1)
            return max(to_utc(zone, day * _DAY), moment + _MINUTE)
        if not self._on(day_of_month, (day + 4) % 7):
            return max(to_utc(zone, (day + 1) * _DAY), moment + _MINUTE)
        if clock // _HOUR not in self.hours:
            return moment + _HOUR - clock % _HOUR
        return moment if clock % _HOUR // _MINUTE in self.minutes else moment + _MINUTE

    def _on(self, day: int, weekday: int) -> bool:
        """If both days are restricted, either is enough; a star restricts nothing."""
        if self.any_day:
            return day in self.days and weekday in self.weekdays
        return day in self.days or weekday in self.weekdays


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule:
    """Read a schedule. Raises ValueError in the words of the original."""
    if not text:
        raise ValueError("empty spec string")
    if text.startswith("@"):
        if text.startswith(_EVERY):
            return Schedule(every=_duration(text))
        if text not in _WORDS:
            raise ValueError(f"unrecognized descriptor: {text}")
        text = _WORDS[text]
    parts = text.split()
    if len(parts) != len(_FIELDS):
        listed = "[" + " ".join(parts) + "]"
        raise ValueError(f"expected exactly 5 fields, found {len(parts)}: {listed}")
    read = [_field(part, bounds) for part, bounds in zip(parts, _FIELDS, strict=True)]
    (minutes, _), (hours, _), (days, any_day), (months, _), (weekdays, any_weekday) = read
    return Schedule(minutes, hours, days, months, weekdays, any_day or any_weekday)


def _field(text: str, bounds: _Bounds) -> tuple[frozenset[int], bool]:
    """The values of a list of ranges, and whether a plain star was among them."""
    values: set[int] = set()
    star = False
    for part in filter(None, text.split(",")):
        found, is_star = _range(part, bounds)
        values.update(found)
        star = star or is_star
    return frozenset(values), star


def _range(text: str, bounds: _Bounds) -> tuple[range, bool]:
    """``*``, ``5``, ``1-5``, ``*/15`` or ``5/15``, which is "from 5 on"."""
    span, *steps = text.split("/")
    low, *rest = span.split("-")
    star = low in ("*", "?")
    if star:
        start, end = bounds.low, bounds.high
    else:
        start = end = _number(low, bounds)
        if len(rest) == 1:
            end = _number(rest[0], bounds)
        elif rest:
            raise ValueError(f"too many hyphens: {text}")
    if len(steps) > 1:
        raise ValueError(f"too many slashes: {text}")
    step = _integer(steps[0]) if steps else 1
    if steps and not rest:
        end = bounds.high
    _check(start, end, step, text, bounds)
    return range(start, end + 1, step), star and step == 1


def _check(start: int, end: int, step: int, text: str, bounds: _Bounds) -> None:
    if start < bounds.low:
        raise ValueError(f"beginning of range ({start}) below minimum ({bounds.low}): {text}")
    if end > bounds.high:
        raise ValueError(f"end of range ({end}) above maximum ({bounds.high}): {text}")
    if start > end:
        raise ValueError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise ValueError(f"step of range should be a positive number: {text}")


def _number(text: str, bounds: _Bounds) -> int:
    found = bounds.names.get(text.lower())
    return found if found is not None else _integer(text)


def _integer(text: str) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(
            f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
        )
    if len(digits.lstrip("0")) > 18:
        raise ValueError(
            f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": value out of range'
        )
    if text.startswith("-") and int(digits):
        raise ValueError(f"negative number ({-int(digits)}) not allowed: {text}")
    return int(digits)


def _duration(text: str) -> int:
    """``1h30m`` in whole seconds, at least one."""
    rest = text[len(_EVERY) :]
    seconds, place = 0.0, 0
    while place < len(rest):
        number, place = _run(rest, place, "0123456789.")
        unit, place = _run(rest, place, "hmsunµ")
        if not number.replace(".", "", 1).isdigit() or unit not in _UNITS:
            break
        seconds += float(number) * _UNITS[unit]
    else:
        if rest:
            return max(int(seconds), 1)
    fault = f'time: invalid duration "{rest}"'
    raise ValueError(f"failed to parse duration {text}: {fault}")


def _run(text: str, place: int, letters: str) -> tuple[str, int]:
    end = place
    while end < len(text) and text[end] in letters:
        end += 1
    return text[place:end], end
