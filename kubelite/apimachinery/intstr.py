"""Values that are a number or a percentage, such as ``maxSurge: 25%``.

Models ``k8s.io/apimachinery/pkg/util/intstr``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kubelite.apimachinery.errors import go_quote

_INTEGER = re.compile(r"[+-]?[0-9]+\Z", re.ASCII)


def is_percent(value: int | str) -> bool:
    """Whether the value is text that ends in a percent sign."""
    return isinstance(value, str) and value.endswith("%")


def scaled(value: int | str | None, total: int, round_up: bool) -> int:
    """The number meant: itself, or that share of ``total``. Raises ValueError."""
    if value is None:
        raise ValueError("nil value for IntOrString")
    if not isinstance(value, str):
        return value
    share = percent(value) * total
    return -(-share // 100) if round_up else share // 100


@lru_cache(maxsize=256)
def percent(value: str) -> int:
    """The number before the percent sign. Raises ValueError."""
    fault = "invalid value for IntOrString: "
    if not value.endswith("%"):
        raise ValueError(f"{fault}invalid type: string is not a percentage")
    try:
        return atoi(value[:-1])
    except ValueError as error:
        raise ValueError(f"{fault}invalid value {go_quote(value)}: {error}") from None


def atoi(digits: str) -> int:
    """A whole number of 64 bits. Raises ValueError as Go's ``strconv.Atoi`` words it."""
    complaint = "invalid syntax"
    if _INTEGER.match(digits):
        if len(digits) <= 20 and -(2**63) <= int(digits) < 2**63:
            return int(digits)
        complaint = "value out of range"
    raise ValueError(f"strconv.Atoi: parsing {go_quote(digits)}: {complaint}")
