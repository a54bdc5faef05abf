"""Writes objects as YAML, in kubectl's layout. The reader is ``manifest``."""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any, ClassVar

import yaml

from kubelite.apimachinery.scalars import INFINITE, resolve

_STRING_TAG = "tag:yaml.org,2002:str"


def dump(value: Any) -> str:
    """Plain dicts and lists as YAML, in kubectl's layout: sorted keys, long texts in blocks."""
    return str(yaml.dump(value, Dumper=_Dumper, default_flow_style=False, width=10_000))


class _Dumper(yaml.SafeDumper):
    """Texts of several lines are written as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar(_STRING_TAG, text, style=style)


_Dumper.add_representer(str, _text)


def go_yaml(value: Any) -> str:
    """Plain dicts and lists as YAML, byte for byte as kubectl's own writer has it.

    Models ``goyaml.v2`` of ``sigs.k8s.io/yaml``: keys in natural order, texts quoted when they
    would mean something else without.
    """
    options: dict[str, Any] = {"default_flow_style": False, "width": 80, "allow_unicode": True}
    text = str(yaml.dump(value, Dumper=_GoDumper, **options))
    return text.removesuffix(_DOCUMENT_END)  # after a text that ends in empty lines


_DOCUMENT_END = "...\n"


class _GoDumper(yaml.SafeDumper):
    """The same emitter, with Go's choice of styles."""

    yaml_implicit_resolvers: ClassVar[dict[Any, Any]] = {}  # type: ignore[misc]

    def choose_scalar_style(self) -> str:
        """What may not be a block is quoted twice; PyYAML would quote it once."""
        style = str(super().choose_scalar_style())
        asked = getattr(self.event, "style", None)
        return '"' if asked == "|" and style == "'" else style

    def analyze_scalar(self, scalar: str) -> Any:
        """libyaml calls no character printable that needs more than sixteen bits."""
        analysis = super().analyze_scalar(scalar)
        if any(char > "\uffff" for char in scalar):
            analysis.allow_flow_plain = analysis.allow_block_plain = False
            analysis.allow_single_quoted = analysis.allow_block = False
        return analysis

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Such characters are escaped."""
        self.allow_unicode = all(char <= "\uffff" for char in text)
        super().write_double_quoted(text, split)
        self.allow_unicode = True

    def ignore_aliases(self, data: Any) -> bool:
        """Go writes everything out."""
        return True


def _natural(key: str) -> Any:
    return cmp_to_key(_compared)(key)


def _compared(one: str, other: str) -> int:
    """Natural order: digits as numbers, letters behind everything else."""
    if one == other:
        return 0
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if at < 0:
        return len(one) - len(other)
    a, b = one[at], other[at]
    if a.isalpha() and b.isalpha():
        return -1 if a < b else 1
    if a.isalpha() or b.isalpha():
        return 1 if a.isalpha() else -1
    numbers = [_number_at(text, at) for text in (one, other)]
    if numbers[0] != numbers[1]:
        return -1 if numbers[0] < numbers[1] else 1
    return -1 if a < b else 1


def _number_at(text: str, at: int) -> tuple[int, int]:
    """The number that these digits go on with, and where it ends."""
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    led = text[at] == "0" and text[:at].rstrip("0")[-1:].isdigit()
    return int(("1" if led else "") + (text[at:end] or "0")), end


def _mapping(dumper: _GoDumper, value: dict[str, Any]) -> yaml.MappingNode:
    pairs = [(key, value[key]) for key in sorted(value, key=_natural)]
    return dumper.represent_mapping("tag:yaml.org,2002:map", pairs)


def _go_text(dumper: _GoDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None if _plain(text) else '"'
    return dumper.represent_scalar(_STRING_TAG, text, style=style)


def _bare(dumper: _GoDumper, value: Any) -> yaml.ScalarNode:
    if value is None:
        return dumper.represent_scalar(_STRING_TAG, "null")
    if isinstance(value, bool):
        return dumper.represent_scalar(_STRING_TAG, "true" if value else "false")
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return dumper.represent_scalar(_STRING_TAG, text)


def _plain(text: str) -> bool:
    """Whether a text without quotes would still be this text."""
    others = (INFINITE, _BASE60, _DATE)
    return isinstance(resolve(text), str) and not any(other.match(text) for other in others)


_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?.*)?\Z")

_GoDumper.add_representer(dict, _mapping)
_GoDumper.add_representer(str, _go_text)
for _kind in (int, float, bool, type(None)):
    _GoDumper.add_representer(_kind, _bare)
