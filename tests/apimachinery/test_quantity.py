"""Amounts: what they are worth, how they are written, what they refuse."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelite.apimachinery.quantity import BINARY_SI, Quantity
from kubelite.apimachinery.struct import Struct, convert, encode

DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

numbers = st.from_regex(r"[+-]?[0-9]{1,6}(\.[0-9]{0,6})?", fullmatch=True)


def exact(number: str, suffix: str) -> Fraction:
    """The amount a text stands for, before anything is rounded."""
    scale = Fraction(2) ** BINARY[suffix] if suffix in BINARY else Fraction(10) ** DECIMAL[suffix]
    return Fraction(number if not number.endswith(".") else number + "0") * scale


def to_nano(amount: Fraction) -> int:
    """Billionths, rounded away from zero as the real code does."""
    nano = abs(amount) * 10**9
    rounded = -(-nano.numerator // nano.denominator)
    return rounded if amount > 0 else -rounded


@settings(max_examples=150, deadline=None)
@given(numbers, st.sampled_from(sorted(DECIMAL) + sorted(BINARY)))
def test_an_amount_is_exact_to_the_billionth(number: str, suffix: str) -> None:
    amount = exact(number, suffix)
    limit = 2**63 - 1 if suffix in BINARY else amount
    if abs(amount) <= abs(limit):
        assert Quantity.parse(number + suffix).nano == to_nano(amount)


@settings(max_examples=150, deadline=None)
@given(numbers, st.sampled_from(sorted(DECIMAL) + sorted(BINARY)))
def test_the_canonical_text_reads_back_as_the_same_amount(number: str, suffix: str) -> None:
    quantity = Quantity.parse(number + suffix)
    again = Quantity.parse(str(quantity))
    assert again == quantity
    assert str(again) == str(quantity)


@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_sums_and_comparisons_are_those_of_the_amounts(left: int, right: int) -> None:
    a, b = Quantity.of_milli(left), Quantity.of_milli(right)
    assert (a + b).milli == left + right
    assert (a - b).milli == left - right
    assert (a < b, a <= b, a == b) == (left < right, left <= right, left == right)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0.5", "500m"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("1000m", "1"),
        ("1e3", "1e3"),
        ("12e6", "12e6"),
        ("1000E", "1e21"),
        ("8.78Pi", "9885401182078238720m"),
        ("9885401182078238720m", "9885401182078238720m"),
        ("0Gi", "0"),
        (".", "0"),
        ("Gi", "0"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert str(Quantity.parse(text)) == canonical


@pytest.mark.parametrize(
    "text", ["", "1_0", "1 ", " 1", "Gib", "1.5.2", "0x10", "1e", "1b", "nan", "1K", "١"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantit"):
        Quantity.parse(text)


@pytest.mark.parametrize("text", ["1e999999999999", "1e2147483647", "9" * 5000, "1e1001"])
def test_an_absurd_size_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="unable to parse"):
        Quantity.parse(text)


def test_an_absurdly_small_amount_is_the_smallest_there_is() -> None:
    assert str(Quantity.parse("1e-99999999999")) == "1e-9"


class Wanted(Struct, frozen=True, kw_only=True):
    cpu: Quantity = Quantity.of(0)


@pytest.mark.parametrize(("raw", "text"), [(0.5, "500m"), (2, "2"), ("100m", "100m")])
def test_yaml_numbers_are_quantities_too(raw: object, text: str) -> None:
    assert encode(convert(Wanted, {"cpu": raw})) == b'{"cpu":"%s"}' % text.encode()


def test_a_quantity_never_changes() -> None:
    quantity = Quantity.parse("100m")
    with pytest.raises(AttributeError):
        quantity.nano = 1
    assert copy.deepcopy(quantity) is quantity
    assert pickle.loads(pickle.dumps(quantity)) == quantity
    assert hash(Quantity.parse("1000m")) == hash(Quantity.of(1))
    assert str(Quantity.of(2048, BINARY_SI)) == "2Ki"
    assert not Quantity.of(0)
