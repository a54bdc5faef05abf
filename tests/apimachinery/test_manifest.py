"""Manifests from people and strangers: read as a cluster reads them, or refused with advice."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kubelite.apimachinery import manifest
from kubelite.apimachinery.manifest import ManifestError, load
from kubelite.apimachinery.scalars import resolve

LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__, autouse=True)
def both_parsers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With libyaml and without it, a manifest means the same."""
    monkeypatch.setattr(manifest, "_LOADER", request.param)


def refused(text: str | bytes, **limits: int) -> ManifestError:
    with pytest.raises(ManifestError) as raised:
        load(text, "shop.yaml", **limits)
    return raised.value


def test_several_documents_with_windows_line_ends_and_byte_order_marks() -> None:
    text = "\ufeffkind: Pod\r\nname: a\r\n---\r\n\ufeffkind: Pod\r\n---\r\n# nothing\r\n---\r\n"
    assert load(text.encode(), "shop.yaml") == [{"kind": "Pod", "name": "a"}, {"kind": "Pod"}]


def test_json_with_tabs_escapes_and_several_objects() -> None:
    text = '{"a":\t1, "e": "\\ud83d\\ude00", "f": 1.5, "g": 2.0}\n{"b": [true, null]}'
    assert load(text, "x") == [
        {"a": 1, "e": "😀", "f": 1.5, "g": 2},
        {"b": [True, None]},
    ]


def test_a_flow_mapping_is_yaml_though_it_looks_like_json() -> None:
    assert load("{a: 1, b: [c],}", "x") == [{"a": 1, "b": ["c"]}]


def test_keys_are_sorted_as_kubectl_sends_them() -> None:
    assert list(load("b: 1\na: 2\nB: 3\n", "x")[0]) == ["B", "a", "b"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("yes", True), ("on", True), ("y", True),
        ("false", False), ("no", False), ("Off", False), ("N", False),
        ("", None), ("~", None), ("null", None),
        ("1", 1), ("+5", 5), ("-0", 0), ("0644", 420), ("0o17", 15), ("010", 8), ("08", 8),
        ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("1e3", 1000), ("2.0", 2), (".5", 0.5),
        ("1:30", "1:30"), ("2001-01-01", "2001-01-01"), ("1.2.3", "1.2.3"), ("v1", "v1"),
        ("-", "-"), ("_1", "_1"), ("1e999", "1e999"), ("9" * 400, "9" * 400), ("tRuE", "tRuE"),
    ],
)  # fmt: skip
def test_scalars_mean_what_they_mean_to_a_cluster(text: str, value: Any) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_quoted_scalars_stay_text() -> None:
    assert load("a: 'no'\nb: \"010\"\nc: !!str 5\nd: |\n  yes\n", "x") == [
        {"a": "no", "b": "010", "c": "5", "d": "yes\n"}
    ]
    assert load("80: web\nyes: no\n", "x") == [{"80": "web", "yes": False}]


ALIASED: dict[str, tuple[str, list[Any]]] = {
    "values of every kind": (
        "a: &a {x: 1}\nb: &b [2]\nc: &c three\nd: [*a, *b, *c]\n",
        [{"a": {"x": 1}, "b": [2], "c": "three", "d": [{"x": 1}, [2], "three"]}],
    ),
    "a name used twice": ("a: &a 1\nb: &a 2\nc: *a\n", [{"a": 1, "b": 2, "c": 2}]),
    "one's own fields count more": (
        "base: &base {a: 1, b: 1}\nmore:\n  b: 2\n  <<: *base\n",
        [{"base": {"a": 1, "b": 1}, "more": {"a": 1, "b": 2}}],
    ),
    "the first of several counts more": (
        "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}\n",
        [{"x": {"a": 1}, "y": {"a": 2, "b": 2}, "z": {"a": 1, "b": 2}}],
    ),
    "quoted, it is a key": ("'<<': 1\n", [{"<<": 1}]),
    "a key may have a name": ("&k a: 1\nb: *k\n", [{"a": 1, "b": "a"}]),
}


@pytest.mark.parametrize("case", ALIASED)
def test_aliases_and_merge_keys_are_written_out(case: str) -> None:
    text, objects = ALIASED[case]
    assert load(text, "x") == objects


def test_what_is_repeated_is_repeated_as_a_copy() -> None:
    [found] = load("a: &a {x: [1]}\nb: *a\n", "x")
    assert found["a"] == found["b"] and found["a"]["x"] is not found["b"]["x"]


def test_text_in_every_form_that_people_use() -> None:
    assert load("a: \"it\\'s\\ta \\\n   line\"\nb: '\ttab'\n", "x") == [
        {"a": "it's\ta line", "b": "\ttab"}
    ]
    assert load("\ufeffa: |\r\n  one\r\n  two\r\nb: 1\r\n", "x") == [{"a": "one\ntwo\n", "b": 1}]
    assert load("# first\n---\n# only comments\n---\na: 1\n...\n---\n", "x") == [{"a": 1}]
    # KYAML: braces, trailing commas, comments, and text broken by backslashes
    assert load(
        '---\n{\n  a: [{\n    b: "\\\n       x\\n\\\n      \\  y",  # c\n  }],\n}\n', "x"
    ) == [{"a": [{"b": "x\n  y"}]}]


def test_all_duplicate_keys_are_named_with_their_paths() -> None:
    error = refused("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert str(error) == (
        'shop.yaml, line 4, column 3, at b.c: line 4: key "c" (b.c) already set in map at line 3; '
        'line 5: key "a" (a) already set in map at line 1. Keep one of them'
    )
    assert "b.c" in str(refused('{"b": {"c": 1, "c": 2}}'))


BOMB = "a: &a [x]\n" + "".join(
    f"{this}: &{this} [" + ", ".join([f"*{before}"] * 9) + "]\n"
    for before, this in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = (
    "a: &a {x: "
    + "y" * 2000
    + "}\n"
    + "b:\n"
    + "".join(f"  k{n}: {{<<: [*a, *a]}}\n" for n in range(100))
)
DEEP = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 70))

HOSTILE: list[tuple[str, str | bytes, str, str]] = [
    ("brackets", "[" * 30_000, "levels of nesting", "brackets"),
    ("json brackets", '{"a":' * 30_000, "levels of nesting", "brackets"),
    ("flow maps", "{a: " * 30_000, "levels of nesting", "brackets"),
    ("dashes", "- " * 30_000, "levels of nesting", "indentation"),
    ("indentation", "\n".join(" " * n + "a:" for n in range(200)), "levels of nesting", "brackets"),
    ("question marks", "? " * 30_000, "key", "plain text"),
    ("alias bomb", BOMB, "anchors and aliases", "Write the value out"),
    ("bomb of keys", BOMB.replace("[", "{? ").replace("]", "}"), "alias", "Write it out"),
    ("bomb of merges", MERGES, "anchors and aliases", "Write the value out"),
    ("bomb of text", "a: &a " + "x" * 9999 + "\nb: [" + "*a, " * 99 + "]", "aliases", "Write"),
    ("aliases of depth", DEEP, "levels of nesting", "brackets"),
    ("no such anchor", "a: *b\n", "unknown anchor 'b'", "Write the value out"),
    ("an anchor in itself", "a: &a [*a]\n", "contains itself", "Write the value out"),
    ("an anchor elsewhere", "a: &a 1\n---\nb: *a\n", "unknown anchor", "Write the value out"),
    ("merged text", "a: 1\n<<: b\n", "map merge requires map", "Write the fields out"),
    ("python tag", "a: !!python/object/apply:os.system [ls]\n", "tag", "Remove the tag"),
    ("own tag", "a: !shop 1\n", "tag !shop", "Remove the tag"),
    ("two megabytes", "a: " + "x" * 2_000_000, "1048576 allowed", "Split it"),
    ("nul", "a: \0b", "U+0000", "text file"),
    ("escape", "a: \x1b[31m", "U+001B", "text file"),
    ("utf-16", "a: 1".encode("utf-16"), "UTF-16", "UTF-8"),
    ("latin-1", b"a: caf\xe9\n", "0xe9", "UTF-8"),
    ("binary", bytes(range(256)), "is not UTF-8", "UTF-8"),
    ("tab", "a:\n\tb: 1\n", "not YAML", "replace the tab"),
    ("html", "<html><body>: {]", "not YAML", "punctuation"),
    ("open quote", 'a: "b\n', "not YAML", "punctuation"),
    ("two colons", "a: b: c\n", "not YAML", "indentation"),
    ("half a character", 'a: "\\ud83d"', "character", "character"),
    ("no character", 'a: "\\U00110000"', "not YAML", "Check"),
    ("list", "- a\n", "an object is wanted", "apiVersion"),
    ("text", "hello", "an object is wanted", "apiVersion"),
    ("list as key", "? [a]\n: b\n", "key is a list", "plain text"),
    ("not a number", "a: .nan", "no number", "quotes"),
    ("huge json number", '{"a": 1e999}', "too large", "exponent"),
    ("empty", "", "no objects passed to apply", "at least one object"),
    ("comments", "# nothing\n---\n", "no objects passed to apply", "at least one object"),
    ("documents", "---\na: 1\n" * 1001, "more than 1000 documents", "Split"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem", "advice"), [c[1:] for c in HOSTILE], ids=[c[0] for c in HOSTILE]
)
def test_what_is_refused_says_where_why_and_what_next(
    text: str | bytes, problem: str, advice: str
) -> None:
    error = refused(text)
    assert str(error).startswith(f"shop.yaml, line {error.place.line}, column ")
    assert problem in error.problem or problem in str(error)
    assert advice in error.advice or advice in str(error)
    assert len(str(error)) < 600


def test_a_place_is_named_by_line_column_and_path() -> None:
    error = refused("spec:\n  containers:\n  - name: a\n    image: !secret b\n")
    assert error.place == (4, 12, "spec.containers[0].image")


def test_limits_can_be_tightened() -> None:
    assert "more than 1 levels" in refused("a: {b: 1}", max_depth=1).problem
    assert "more than 1 documents" in refused("a: 1\n---\nb: 1\n", max_documents=1).problem
    assert "3 allowed" in refused("a: 1", max_bytes=3).problem
