"""How far local clocks are from UTC: a small table of zones with the rules of today.

Reading the machine's own zone files would make a run depend on the machine, so the engine has
this table instead. A zone that is not in it is unknown, as a misspelt one is to Kubernetes.
Models what ``time.LoadLocation`` of Go gives ``pkg/controller/cronjob``.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import civil_from_days, days_from_civil

_DAY = 86_400
_HOUR = 3600


class _Change(Value):
    """A Sunday of a month (1 the first, 2 the second, -1 the last) and seconds after midnight."""

    month: int
    sunday: int
    seconds: int


class _Rule(Value):
    """Summer time from ``begin`` to ``end``; moments in UTC, or in local standard time."""

    begin: _Change
    end: _Change
    utc: bool = False


_EU = _Rule(_Change(3, -1, _HOUR), _Change(10, -1, _HOUR), utc=True)
_US = _Rule(_Change(3, 2, 2 * _HOUR), _Change(11, 1, _HOUR))
_AU = _Rule(_Change(10, 1, 2 * _HOUR), _Change(4, 1, 2 * _HOUR))
_NZ = _Rule(_Change(9, -1, 2 * _HOUR), _Change(4, 1, 2 * _HOUR))

_GROUPS: tuple[tuple[int, _Rule | None, str], ...] = (
    (0, None, "UTC Etc/UTC Etc/GMT GMT Africa/Abidjan Africa/Accra Atlantic/Reykjavik"),
    (0, _EU, "Europe/London Europe/Dublin Europe/Lisbon Atlantic/Canary WET"),
    (60, _EU, "Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava"),
    (60, _EU, "Europe/Brussels Europe/Budapest Europe/Copenhagen Europe/Ljubljana CET MET"),
    (60, _EU, "Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Oslo Europe/Paris"),
    (60, _EU, "Europe/Prague Europe/Rome Europe/Sarajevo Europe/Stockholm Europe/Tirane"),
    (60, _EU, "Europe/Vaduz Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich"),
    (60, None, "Africa/Lagos Africa/Algiers Africa/Tunis"),
    (120, _EU, "Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Kyiv Europe/Riga EET"),
    (120, _EU, "Europe/Sofia Europe/Tallinn Europe/Vilnius Asia/Nicosia"),
    (120, None, "Africa/Johannesburg Africa/Maputo Europe/Kaliningrad"),
    (180, None, "Europe/Istanbul Europe/Moscow Europe/Minsk Asia/Riyadh Africa/Nairobi"),
    (240, None, "Asia/Dubai"),
    (300, None, "Asia/Karachi Asia/Tashkent"),
    (330, None, "Asia/Kolkata Asia/Calcutta"),
    (345, None, "Asia/Kathmandu"),
    (360, None, "Asia/Dhaka"),
    (420, None, "Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh"),
    (480, None, "Asia/Shanghai Asia/Hong_Kong Asia/Singapore Asia/Taipei Asia/Manila"),
    (480, None, "Australia/Perth Asia/Kuala_Lumpur"),
    (540, None, "Asia/Tokyo Asia/Seoul"),
    (600, None, "Australia/Brisbane"),
    (600, _AU, "Australia/Sydney Australia/Melbourne Australia/Hobart Australia/Canberra"),
    (720, _NZ, "Pacific/Auckland"),
    (-180, None, "America/Sao_Paulo America/Argentina/Buenos_Aires"),
    (-240, _US, "America/Halifax"),
    (-300, None, "America/Bogota America/Lima"),
    (-300, _US, "America/New_York America/Toronto America/Detroit US/Eastern EST5EDT"),
    (-360, None, "America/Mexico_City"),
    (-360, _US, "America/Chicago America/Winnipeg US/Central CST6CDT"),
    (-420, None, "America/Phoenix"),
    (-420, _US, "America/Denver America/Edmonton US/Mountain MST7MDT"),
    (-480, _US, "America/Los_Angeles America/Vancouver US/Pacific PST8PDT"),
    (-540, _US, "America/Anchorage"),
    (-600, None, "Pacific/Honolulu"),
)

ZONES: dict[str, tuple[int, _Rule | None]] = {
    name: (minutes * 60, rule) for minutes, rule, names in _GROUPS for name in names.split()
}
"""By name: seconds east of UTC in winter, and the rule of summer time."""


def known(zone: str) -> bool:
    """Whether there is such a zone; none at all is UTC."""
    return not zone or zone in ZONES


def offset(zone: str, moment: int) -> int:
    """Seconds to add to ``moment`` (seconds since 1970, UTC) to get the local clock.

    Raises KeyError for a zone that is not known.
    """
    standard, rule = ZONES[zone or "UTC"]
    if rule is None:
        return standard
    shift = 0 if rule.utc else standard
    local = moment + shift
    year = civil_from_days(local // _DAY)[0]
    begin, end = _moment(year, rule.begin), _moment(year, rule.end)
    summer = begin <= local < end if begin < end else not end <= local < begin
    return standard + _HOUR if summer else standard


def to_utc(zone: str, local: int) -> int:
    """The moment at which the local clock shows ``local``; in a gap, as far after it."""
    guess = local - offset(zone, local)
    return local - offset(zone, guess)


def _moment(year: int, change: _Change) -> int:
    if change.sunday > 0:
        first = days_from_civil(year, change.month, 1)
        day = first + (-_weekday(first)) % 7 + 7 * (change.sunday - 1)
    else:
        last = days_from_civil(year + change.month // 12, change.month % 12 + 1, 1) - 1
        day = last - _weekday(last)
    return day * _DAY + change.seconds


def _weekday(day: int) -> int:
    """0 is Sunday; 1970 began on a Thursday."""
    return (day + 4) % 7
