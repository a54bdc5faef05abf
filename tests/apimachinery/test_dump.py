"""YAML as kubectl writes it. What is expected was printed by kubectl 1.37.1."""

from __future__ import annotations

import pytest

from kubelite.apimachinery import manifest
from kubelite.apimachinery.dump import go_yaml

TEXTS = {
    "plain": "plain",
    "": '""',
    "true": '"true"',
    "yes": '"yes"',
    "n": '"n"',
    "null": '"null"',
    "~": '"~"',
    "12": '"12"',
    "1:30": '"1:30"',
    "0x1f": '"0x1f"',
    "1e3": '"1e3"',
    ".5": '".5"',
    "1_000": '"1_000"',
    ".inf": '".inf"',
    "1.2.3": "1.2.3",
    "2026-01-01": '"2026-01-01"',
    "2026-01-01T00:00:00Z": '"2026-01-01T00:00:00Z"',
    "x: y": "'x: y'",
    "x:y": "x:y",
    "# c": "'# c'",
    "- x": "'- x'",
    "--": "--",
    "{x}": "'{x}'",
    "'q'": "'''q'''",
    " lead": "' lead'",
    "=": "=",
    "<<": "<<",
    "\ttab": '"\\ttab"',
    "a\r\nb": '"a\\r\\nb"',
    "ü€": "ü€",
    "😀 x": '"\\U0001F600 x"',
    "a\nb\n": "|\n  a\n  b",
    "a\nb": "|-\n  a\n  b",
    "a\n\n": "|+\n  a\n",
    "a \nb\n": '"a \\nb\\n"',
    "  x\ny": "|2-\n    x\n  y",
    "x" * 79 + " y z": "x" * 79 + "\n  y z",
}


@pytest.mark.parametrize("text", TEXTS)
def test_texts_as_kubectl_writes_them(text: str) -> None:
    written = go_yaml({"k": text})
    assert written == f"k: {TEXTS[text]}\n"
    assert manifest.load(written, "test") == [{"k": text}]


def test_other_values() -> None:
    assert go_yaml({"a": None, "b": True, "c": 0.5, "d": [], "e": {}, "f": 10}) == (
        "a: null\nb: true\nc: 0.5\nd: []\ne: {}\nf: 10\n"
    )


def test_lists_are_not_indented() -> None:
    assert go_yaml({"l": [{"a": 1, "b": [1]}, ["x"]]}) == "l:\n- a: 1\n  b:\n  - 1\n- - x\n"


def test_keys_stand_in_natural_order() -> None:
    """Digits count as numbers; a letter comes behind what is none."""
    keys = ["x10", "x2", "x.c", "x-b", "xa", "A", "_x", "a-b", "ab", "a.b/c"]
    shown = [line.split(":")[0] for line in go_yaml(dict.fromkeys(keys, 1)).splitlines()]
    assert shown == ["_x", "A", "a-b", "a.b/c", "ab", "x-b", "x.c", "x2", "x10", "xa"]
    assert manifest.load(go_yaml({"on": "1", "y": "2"}), "test") == [{"on": "1", "y": "2"}]


def test_nothing_is_an_alias() -> None:
    shared = {"app": "web"}
    assert go_yaml({"a": shared, "b": shared}) == "a:\n  app: web\nb:\n  app: web\n"
