"""What people and strangers write, read as a manifest: dicts, or an error that says where."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubelite.apimachinery.manifest import ManifestError, load
from tests.badinput.generating import json_value, text
from tests.badinput.scale import sweep

TOKENS = st.sampled_from(
    (
        *("a: ", "b:", "- ", "\n", "  ", "\t", "{", "}", "[", "]", ",", "? ", ": ", "&x ", "*x"),
        *("<<: ", "|\n", ">-\n", "'", '"', "#", "---\n", "...\n", "!!str ", "!x "),
        *("!!python/object:os.system ", "%YAML 1.2\n", "%TAG ! x\n", "~", "null", "yes", "010"),
        *("1:30", "1_0", "0x1F", ".inf", ".nan", "\\", "\\u", "\ufeff", "\r\n", "\x85", "\u2028"),
        *("\x00", "@", "`", "=", "2026-01-01", "1e400"),
    )
)  # fmt: skip


def read(source: str | bytes) -> list[dict[str, Any]]:
    """What is read; [] where it is refused with a place and advice."""
    try:
        return load(source, "web.yaml")
    except ManifestError as error:
        assert str(error).startswith("web.yaml, line ")
        assert error.advice
        assert error.place.line >= 1
        str(error).encode(errors="strict")
        return []


@sweep(1_500)
@given(st.lists(TOKENS | text, max_size=30).map("".join))
def test_text_without_sense(source: str) -> None:
    for document in read(source):
        json.dumps(document, allow_nan=False).encode()


@sweep(400)
@given(st.binary(max_size=60))
def test_bytes_without_sense(source: bytes) -> None:
    read(source)


@sweep(400)
@given(st.dictionaries(text, json_value, min_size=1, max_size=4))
def test_any_json_is_read_as_it_is_or_refused(value: dict[str, Any]) -> None:
    found = read(json.dumps(value))
    assert found in ([], [value]) or _rounded(found) == _rounded([value])


def _rounded(value: Any) -> Any:
    """Numbers as Go's reader has them: those without a fraction are whole."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(value) if isinstance(value, int | float) else value
