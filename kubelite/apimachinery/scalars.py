"""What a YAML scalar without quotes means to a real cluster.

``yes`` and ``on`` are true, ``0644`` is octal, ``1:30`` is text. Models ``goyaml.v2`` of
``sigs.k8s.io/yaml``.
"""

from __future__ import annotations

import re
from typing import Any

ENDLESS = float("inf")

_INTEGER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]{0,19})\Z", re.ASCII
)
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z", re.ASCII)
INFINITE = re.compile(r"[+-]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z", re.ASCII)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])


def resolve(text: str) -> Any:
    """What an unquoted YAML scalar stands for: None, a bool, a number or the text itself."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    digits = text.replace("_", "") if text[:1] in "+-.0123456789" else ""
    if _INTEGER.match(digits):
        number = _integer(digits)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.match(digits):
        real = float(digits)
        if abs(real) == ENDLESS:
            return text
        # JSON has one kind of number: a whole float is written without a point.
        return int(real) if real.is_integer() and abs(real) < 1e21 else real
    return text


def resolve_as_json(text: str) -> Any:
    """The same as YAML 1.2 has it, where only true and false are no words (``goyaml.v3``)."""
    if text not in _BOOLS and (text in _TRUE or text in _FALSE):
        return text
    return resolve(text)


_BOOLS = frozenset(["true", "True", "TRUE", "false", "False", "FALSE"])


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)
