"""Writes objects as YAML, in kubectl's layout. The reader is ``manifest``."""

from __future__ import annotations

from typing import Any

import yaml

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
