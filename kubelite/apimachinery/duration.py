"""How long ago, in the few characters that kubectl prints: ``47h``, ``3m10s``, ``2y1d``.

Models ``k8s.io/apimachinery/pkg/util/duration``.
"""

from __future__ import annotations

from kubelite.apimachinery.times import SECOND

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY

# From this many seconds on: the large unit and, while it still matters, the small one.
_STEPS = (
    (8 * _YEAR, _YEAR, "y", 0, ""),
    (2 * _YEAR, _YEAR, "y", _DAY, "d"),
    (8 * _DAY, _DAY, "d", 0, ""),
    (2 * _DAY, _DAY, "d", _HOUR, "h"),
    (8 * _HOUR, _HOUR, "h", 0, ""),
    (3 * _HOUR, _HOUR, "h", _MINUTE, "m"),
    (10 * _MINUTE, _MINUTE, "m", 0, ""),
    (2 * _MINUTE, _MINUTE, "m", 1, "s"),
)
_SHORT_STEPS = ((_YEAR, "y"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"))


def _below_minute(micros: int) -> str:
    """Clocks may differ, so anything less than two seconds ahead of now is now."""
    if micros <= -2 * SECOND:
        return "<invalid>"
    return f"{max(micros // SECOND, 0)}s"


def human_duration(micros: int) -> str:
    """Microseconds as kubectl's AGE column shows them."""
    seconds = micros // SECOND
    for start, large, large_name, small, small_name in _STEPS:
        if seconds >= start:
            rest = seconds % large // small if small else 0
            return f"{seconds // large}{large_name}" + (f"{rest}{small_name}" if rest else "")
    return _below_minute(micros)


def short_human_duration(micros: int) -> str:
    """Microseconds in one unit only."""
    seconds = micros // SECOND
    for unit, name in _SHORT_STEPS:
        if seconds >= unit:
            return f"{seconds // unit}{name}"
    return _below_minute(micros)
