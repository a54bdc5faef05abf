"""Amounts of cpu, memory and anything else that is counted: ``100m``, ``1.5Gi``, ``2e3``.

A ``Quantity`` is an exact decimal that never gets finer than a billionth, so it is kept
as an integer of nano units. It remembers the family of its suffix and is written in
canonical form: no fraction, the largest suffix that loses nothing.

Models ``k8s.io/apimachinery/pkg/api/resource/quantity.go``. As there, ``value`` and
``milli`` mean nothing once they leave 64 bits; the answers are those of the real code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, Literal, Self

from kubelite.apimachinery.struct import Scalar

Format = Literal["DecimalSI", "BinarySI", "DecimalExponent"]
DECIMAL_SI: Final = "DecimalSI"
BINARY_SI: Final = "BinarySI"
DECIMAL_EXPONENT: Final = "DecimalExponent"

FORMAT_WRONG = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
NUMERIC_WRONG = "unable to parse numeric part of quantity"
SUFFIX_WRONG = "unable to parse quantity's suffix"

# Beyond these a text is refused, so that no request can buy seconds of arithmetic.
MAX_EXPONENT = 1000
MAX_DIGITS = 1000

_NANO = 10**9
_MICRO = 10**6
_MAX_INT64 = 2**63 - 1
_INT64_DIGITS = 19

# Nothing is given back once it is taken (``*+``): three runs of digits one after the other would
# be tried in every division, and a long row of zeros never be refused.
_PARTS = re.compile(
    r"([+-]?)0*+([0-9]*+)(?:\.([0-9]*+))?([eEinumkKMGTP]*+[+-]?[0-9]*+)\Z", re.ASCII
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY_SUFFIX = ("", *_BINARY)


class Quantity(Scalar):
    """An exact amount. ``value`` and ``milli`` are whole and thousandth units, rounded up."""

    __slots__ = ("_text", "format", "milli", "nano", "value")
    accepts = (str, int, float)

    nano: int
    value: int
    milli: int
    format: Format
    _text: str | None

    def __init__(
        self, nano: int, format: Format, value: int, milli: int, text: str | None = None
    ) -> None:
        put = object.__setattr__
        put(self, "nano", nano)
        put(self, "format", format)
        put(self, "value", value)
        put(self, "milli", milli)
        put(self, "_text", text)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Quantity cannot change: {name}")

    @classmethod
    def parse(cls, raw: Any) -> Quantity:
        """Read ``100m``, ``2Gi``, ``1e3``, or a plain number. Raises ValueError."""
        return _parse(raw if type(raw) is str else str(raw))

    @classmethod
    def of(cls, value: int, format: Format = DECIMAL_SI) -> Self:
        """A whole number of units."""
        return cls(value * _NANO, format, value, value * 1000)

    @classmethod
    def of_milli(cls, milli: int, format: Format = DECIMAL_SI) -> Self:
        """A number of thousandths, as cpu is counted."""
        return cls(milli * _MICRO, format, _away_from_zero(milli, 1000), milli)

    def _with(self, nano: int, format: Format) -> Self:
        return type(self)(nano, format, _away_from_zero(nano, _NANO), _away_from_zero(nano, _MICRO))

    def __add__(self, other: Quantity) -> Self:
        return self._with(self.nano + other.nano, self.format if self.nano else other.format)

    def __sub__(self, other: Quantity) -> Self:
        return self._with(self.nano - other.nano, self.format if self.nano else other.format)

    def __neg__(self) -> Self:
        return self._with(-self.nano, self.format)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.nano == other.nano

    def __lt__(self, other: Quantity) -> bool:
        return self.nano < other.nano

    def __le__(self, other: Quantity) -> bool:
        return self.nano <= other.nano

    def __gt__(self, other: Quantity) -> bool:
        return self.nano > other.nano

    def __ge__(self, other: Quantity) -> bool:
        return self.nano >= other.nano

    def __hash__(self) -> int:
        return hash(self.nano)

    def __bool__(self) -> bool:
        return self.nano != 0

    def wire(self) -> str:
        """The canonical text, such as ``1536Mi`` for 1.5Gi."""
        if self._text is None:
            object.__setattr__(self, "_text", _canonical(self.nano, self.format))
        return self._text or ""

    __str__ = wire

    def __repr__(self) -> str:
        return f"Quantity({self.wire()!r})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.nano, self.format, self.value, self.milli, self._text)


def _away_from_zero(amount: int, unit: int) -> int:
    return -(-amount // unit) if amount > 0 else amount // unit


def _canonical(nano: int, format: Format) -> str:
    if nano == 0:
        return "0"
    whole, rest = divmod(nano, _NANO)
    if format == BINARY_SI and not rest and abs(whole) >= 1024:
        power = 0
        while power < len(_BINARY_SUFFIX) - 1 and whole % 1024 == 0:
            whole //= 1024
            power += 1
        return f"{whole}{_BINARY_SUFFIX[power]}"
    digits = str(nano)
    zeros = len(digits) - len(digits.rstrip("0"))
    zeros -= zeros % 3
    exponent = zeros - 9
    digits = digits[:-zeros] if zeros else digits
    if format != DECIMAL_EXPONENT and exponent in _DECIMAL_SUFFIX:
        return digits + _DECIMAL_SUFFIX[exponent]
    return f"{digits}e{exponent}" if exponent else digits


def _interpret(suffix: str) -> tuple[Format, int]:
    if suffix in _DECIMAL:
        return DECIMAL_SI, _DECIMAL[suffix]
    if suffix in _BINARY:
        return BINARY_SI, _BINARY[suffix]
    digits = suffix[1:].lstrip("+-")
    if suffix[0] not in "eE" or not digits.isdigit() or len(suffix) - len(digits) > 2:
        raise ValueError(SUFFIX_WRONG)
    # One leading zero is enough to tell 1e01 from an exponent that is truly too large.
    digits = digits.lstrip("0") or "0"
    exponent = int(digits) if len(digits) <= 9 else 10**9
    exponent = -exponent if suffix[1] == "-" else exponent
    if exponent > MAX_EXPONENT:
        raise ValueError(SUFFIX_WRONG)
    return DECIMAL_EXPONENT, exponent


@lru_cache(maxsize=4096)
def _parse(text: str) -> Quantity:
    found = _PARTS.match(text)
    if not text or not found:
        raise ValueError(FORMAT_WRONG)
    sign, number, fraction, suffix = found[1], found[2] or "0", found[3] or "", found[4]
    format, exponent = _interpret(suffix)
    digits = number + fraction
    if len(digits) > MAX_DIGITS:
        raise ValueError(NUMERIC_WRONG)
    mantissa = -int(digits) if sign == "-" else int(digits)
    if format == BINARY_SI:
        if not fraction and 14 - len(number) - exponent * 3 // 10 >= 0:
            return _small((mantissa << exponent) * _NANO, format, text if mantissa & 7 else None)
        mantissa, exponent = mantissa << exponent, -len(fraction)
        return _large(mantissa, exponent, format)
    exponent -= len(fraction)
    if len(digits) > _INT64_DIGITS or abs(mantissa) > _MAX_INT64 or exponent < -9:
        return _large(mantissa, exponent, format)
    kept = exponent % 3 == 0 and not digits.endswith("000") and digits[0] != "0"
    return _small(mantissa * 10 ** (exponent + 9), format, text if kept else None)


def _small(nano: int, format: Format, text: str | None) -> Quantity:
    """An amount the real code keeps in 64 bits: what overflows reads as 0."""
    value, milli = _away_from_zero(nano, _NANO), _away_from_zero(nano, _MICRO)
    value = value if abs(value) <= _MAX_INT64 else 0
    milli = milli if abs(milli) <= _MAX_INT64 else 0
    return Quantity(nano, format, value, milli, text)


def _large(mantissa: int, exponent: int, format: Format) -> Quantity:
    """An amount the real code keeps as a big decimal: what overflows wraps around."""
    shift = exponent + 9
    if shift >= 0:
        nano = mantissa * 10**shift
    elif -shift > MAX_DIGITS:
        nano = (mantissa > 0) - (mantissa < 0)
    else:
        nano = _away_from_zero(mantissa, 10**-shift)
    if format == BINARY_SI:
        if abs(nano) > _MAX_INT64 * _NANO:
            value = _MAX_INT64 if nano > 0 else -_MAX_INT64
            return Quantity(value * _NANO, format, value, _wrap(value * 1000))
        if abs(nano) < _NANO:
            format = DECIMAL_SI
    return Quantity(nano, format, _scaled(nano, _NANO), _scaled(nano, _MICRO))


def _wrap(amount: int) -> int:
    return (amount + 2**63) % 2**64 - 2**63


def _scaled(nano: int, unit: int) -> int:
    """Upstream's scaledValue: below 64 bits it divides towards zero and then adds one."""
    if nano < _MAX_INT64:
        low = _wrap(nano)
        quotient = low // unit if low >= 0 else -(-low // unit)
        return quotient + (low % unit != 0)
    return _wrap(-(-nano // unit))
