"""JSON merge patch (RFC 7386): objects merge, null deletes, anything else replaces.

Models ``json-patch.v4/merge.go``, which also drops nulls inside lists that are new.
"""

from __future__ import annotations

from typing import Any

BAD_PATCH = "Invalid JSON Patch"


def apply(original: Any, patch: Any) -> Any:
    """``original`` with ``patch`` merged in. Raises ValueError when the patch is a plain value."""
    if not isinstance(patch, dict | list):
        raise ValueError(BAD_PATCH)
    return _merge(original, patch)


def _merge(original: Any, patch: Any) -> Any:
    if not isinstance(original, dict):
        return _without_nulls(patch)
    if not isinstance(patch, dict):
        return patch
    merged = dict(original)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif merged.get(key) is None:
            merged[key] = _without_nulls(value)
        else:
            merged[key] = _merge(merged[key], value)
    return merged


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def diff(original: dict[str, Any], modified: dict[str, Any]) -> dict[str, Any]:
    """The merge patch that turns ``original`` into ``modified``; lists are sent whole."""
    patch: dict[str, Any] = {}
    for key, value in modified.items():
        old = original.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            if inner := diff(old, value):
                patch[key] = inner
        elif key not in original or type(old) is not type(value) or old != value:
            patch[key] = value
    patch |= {key: None for key in original if key not in modified}
    return patch
