"""Numbers that may be percentages; the table is upstream's intstr_test.go."""

from __future__ import annotations

import pytest

from kubelite.apimachinery.intstr import scaled


@pytest.mark.parametrize(
    ("value", "total", "round_up", "expected"),
    [
        (123, 0, True, 123),
        ("90%", 100, True, 90),
        ("90%", 95, True, 86),
        ("90%", 95, False, 85),
        ("25%", 4, False, 1),
        ("25%", 10, True, 3),
        ("25%", 10, False, 2),
        ("0%", 10, True, 0),
        ("-1%", 100, False, -1),
    ],
)
def test_scaled(value: int | str, total: int, round_up: bool, expected: int) -> None:
    assert scaled(value, total, round_up) == expected


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "nil value for IntOrString"),
        ("90", "invalid value for IntOrString: invalid type: string is not a percentage"),
        ("90#", "invalid value for IntOrString: invalid type: string is not a percentage"),
        (
            "%",
            'invalid value for IntOrString: invalid value "%": '
            'strconv.Atoi: parsing "": invalid syntax',
        ),
        (
            "#%",
            'invalid value for IntOrString: invalid value "#%": '
            'strconv.Atoi: parsing "#": invalid syntax',
        ),
        (
            "99999999999999999999%",
            'invalid value for IntOrString: invalid value "99999999999999999999%": '
            'strconv.Atoi: parsing "99999999999999999999": value out of range',
        ),
    ],
)
def test_what_is_no_percentage(value: str | None, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        scaled(value, 10, True)
    assert str(raised.value) == sentence
