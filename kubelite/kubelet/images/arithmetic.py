"""``$(( ))``: whole numbers, variables, ``+ - * / %`` and parentheses."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"\d+|\$?[A-Za-z_]\w*|[-+*/%()]")


def calculate(text: str, variables: Mapping[str, str]) -> int:
    """The value of an expression; what is not a number counts as 0."""
    tokens = _TOKEN.findall(text)[::-1]

    def value() -> int:
        token = tokens.pop() if tokens else "0"
        if token == "(":
            inner = total()
            if tokens:
                tokens.pop()
            return inner
        if token in "+-":
            return value() if token == "+" else -value()
        if not token[0].isdigit():
            token = variables.get(token.lstrip("$"), "0")
        return int(token) if token.lstrip("-").isdigit() else 0

    def product() -> int:
        result = value()
        while tokens and tokens[-1] in "*/%":
            operator, right = tokens.pop(), value()
            if operator == "*":
                result *= right
            elif right:  # towards zero, as C divides
                quotient = abs(result) // abs(right) * (1 if result * right >= 0 else -1)
                result = quotient if operator == "/" else result - quotient * right
        return result

    def total() -> int:
        result = product()
        while tokens and tokens[-1] in "+-":
            result += product() if tokens.pop() == "+" else -product()
        return result

    return total()
