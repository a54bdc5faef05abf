"""Durations as Go prints them: ``1.234s``, ``10s``, ``1m20s``, ``5m0s``. Kubelet messages do."""

from __future__ import annotations

from kubelite.sim.clock import HOUR, MILLISECOND, MINUTE, SECOND


def go_duration(micros: int) -> str:
    """Microseconds as ``time.Duration.String``."""
    if micros < MILLISECOND:
        return f"{micros}µs" if micros else "0s"
    if micros < SECOND:
        return f"{_decimal(micros, MILLISECOND)}ms"
    hours, rest = divmod(micros, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    text = f"{_decimal(seconds, SECOND)}s"
    if micros >= MINUTE:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text


def _decimal(amount: int, unit: int) -> str:
    whole, part = divmod(amount, unit)
    digits = f"{part:0{len(str(unit)) - 1}}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
