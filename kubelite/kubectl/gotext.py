"""Values as Go prints them: ``%v``, ``%#v``, JSON with Go's escapes, KYAML."""

from __future__ import annotations

import json
import re
from typing import Any

from kubelite.apimachinery.errors import go_quote


def plain(value: Any) -> str:
    """``%v``: ``map[cpu:4 memory:16Gi]``, ``[a b]``, ``<nil>``."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{plain(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(plain, value))}]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A value that holds no others."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def syntax(value: Any) -> str:
    """``%#v``: a value as Go's source has it."""
    if isinstance(value, dict):
        pairs = (f"{go_quote(key)}:{syntax(value[key])}" for key in sorted(value))
        return f"map[string]interface {{}}{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[]interface {{}}{{{', '.join(map(syntax, value))}}}"
    if isinstance(value, str):
        return go_quote(value)
    return "interface {}(nil)" if value is None else scalar(value)


_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPED = re.compile("[<>&\u2028\u2029]")


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON with sorted keys and the escapes of Go's encoder."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(
        value, sort_keys=True, indent=indent, separators=separators, ensure_ascii=False
    )
    return _ESCAPED.sub(lambda found: _HTML[found[0]], text)


_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*\Z")


def kyaml(value: Any, depth: int = 0) -> str:
    """KYAML: YAML with braces, brackets and quotes."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        if not value:
            return "{}"
        rows = (f"{inner}{_key(key)}: {kyaml(value[key], depth + 1)},\n" for key in sorted(value))
        return f"{{\n{''.join(rows)}{outer}}}"
    if isinstance(value, list | tuple):
        if not value:
            return "[]"
        if all(isinstance(item, dict) and item for item in value):
            return f"[{', '.join(kyaml(item, depth) for item in value)}]"
        rows = (f"{inner}{kyaml(item, depth + 1)},\n" for item in value)
        return f"[\n{''.join(rows)}{outer}]"
    if isinstance(value, str):
        return _kyaml_text(value, outer + "  ")
    return "null" if value is None else scalar(value)


def _key(key: str) -> str:
    from kubelite.apimachinery.scalars import resolve

    bare = _KEY.match(key) and isinstance(resolve(key), str) and key not in "tTfF"
    return key if bare else json.dumps(key)


def _kyaml_text(text: str, indent: str) -> str:
    """A text in quotes; one of several lines is written line by line."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\\t", "\t")
    if "\n" not in text:
        return quoted
    lines = quoted[1:-1].replace("\\n", "\\n\n").split("\n")
    rows = [f"{indent}{chr(92) if line[:1].isspace() else ' '}{line}\\\n" for line in lines if line]
    return f'"\\\n{"".join(rows)}{indent}"'
