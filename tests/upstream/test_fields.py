"""The cases of upstream's fields/selector_test.go."""

from __future__ import annotations

import pytest

from kubelite.apimachinery import fields

GOOD = ["x=a,y=b,z=c", "", "x!=a,y=b", r"x=a||y\=b", r"x=a\=\=b"]
BAD = ["x=a||y=b", "x==a==b", "x=a,b", "x in (a)", "x in (a,b,c)", "x"]
MATCHING = [
    ("", {"x": "y"}),
    ("x=y", {"x": "y"}),
    ("x=y,z=w", {"x": "y", "z": "w"}),
    ("x!=y,z!=w", {"x": "z", "z": "a"}),
    ("notin=in", {"notin": "in"}),
]
OTHERS = [
    ("x=z", {}),
    ("x=y", {"x": "z"}),
    ("x=y,z=w", {"x": "w", "z": "w"}),
    ("x!=y,z!=w", {"x": "z", "z": "w"}),
]


@pytest.mark.parametrize("text", GOOD)
def test_good_text_comes_back(text: str) -> None:
    assert str(fields.parse(text)) == text


@pytest.mark.parametrize("text", BAD)
def test_bad_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid"):
        fields.parse(text)


@pytest.mark.parametrize(("text", "found"), MATCHING)
def test_matches(text: str, found: dict[str, str]) -> None:
    assert fields.parse(text).matches(found)


@pytest.mark.parametrize(("text", "found"), OTHERS)
def test_does_not_match(text: str, found: dict[str, str]) -> None:
    assert not fields.parse(text).matches(found)


@pytest.mark.parametrize("value", ["", "a", ",", "=", "\\", r"a,b\=c"])
def test_an_escaped_value_comes_back(value: str) -> None:
    assert fields.unescape(fields.escape(value)) == value
