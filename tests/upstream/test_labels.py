"""The cases of upstream's labels/selector_test.go."""

from __future__ import annotations

import pytest

from kubelite.apimachinery import labels

SHOP = {"foo": "bar", "baz": "blah"}

GOOD = [
    "x=a,y=b,z=c", "", "x!=a,y=b", "x=", "x= ", "x=,z= ", "x= ,z= ", "!x", "x>1", "x>1,z<5",
]  # fmt: skip
BAD = ["x=a||y=b", "x==a==b", "!x=a", "x<a"]

MATCHING = [
    ("", {"x": "y"}),
    ("x=y", {"x": "y"}),
    ("x=y,z=w", {"x": "y", "z": "w"}),
    ("x!=y,z!=w", {"x": "z", "z": "a"}),
    ("notin=in", {"notin": "in"}),
    ("x", {"x": "z"}),
    ("!x", {"y": "z"}),
    ("x>1", {"x": "2"}),
    ("x<1", {"x": "0"}),
    ("foo=bar", SHOP),
    ("baz=blah", SHOP),
    ("foo=bar,baz=blah", SHOP),
]
OTHERS = [
    ("x=z", {}),
    ("x=y", {"x": "z"}),
    ("x=y,z=w", {"x": "w", "z": "w"}),
    ("x!=y,z!=w", {"x": "z", "z": "w"}),
    ("x", {"y": "z"}),
    ("!x", {"x": "z"}),
    ("x>1", {"x": "0"}),
    ("x<1", {"x": "2"}),
    ("foo=blah", SHOP),
    ("baz=bar", SHOP),
    ("foo=bar,foobar=bar,baz=blah", SHOP),
]
SET_BASED = [
    ("x in (foo,,baz),y,z notin ()", "x in (,baz,foo),y,z notin ()"),
    ("x in ()", "x in ()"),
    ("x in (abc)", "x in (abc)"),
    ("x notin (abc)", "x notin (abc)"),
    ("x notin (abc,def)", "x notin (abc,def)"),
    ("x in (abc,def)", "x in (abc,def)"),
    ("x in (abc,)", "x in (,abc)"),
    ("x, !y", "x,!y"),
    ("a=x", "a=x"),
    ("a!=x", "a!=x"),
    ("a in (xyz), b in (ab,c)", "a in (xyz),b in (ab,c)"),
]
SET_BASED_BAD = ["x in ", "x a", "x in (abc", "x,", "x in (a,b)) ", "a ! b", "x=a b", "x notin abc"]


@pytest.mark.parametrize("text", GOOD)
def test_good_text_comes_back(text: str) -> None:
    assert str(labels.parse(text)) == text.replace(" ", "")


@pytest.mark.parametrize("text", BAD + SET_BASED_BAD)
def test_bad_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        labels.parse(text)


def test_the_order_of_terms_is_canonical() -> None:
    assert labels.parse("x=a,a=x") == labels.parse("a=x,x=a")


@pytest.mark.parametrize(("text", "carried"), MATCHING)
def test_matches(text: str, carried: dict[str, str]) -> None:
    assert labels.parse(text).matches(carried)


@pytest.mark.parametrize(("text", "carried"), OTHERS)
def test_does_not_match(text: str, carried: dict[str, str]) -> None:
    assert not labels.parse(text).matches(carried)


@pytest.mark.parametrize(("text", "canonical"), SET_BASED)
def test_sets(text: str, canonical: str) -> None:
    assert str(labels.parse(text)) == canonical
