"""Objects as kubectl prints those it has read into Go types: in the order of Go's fields.

What kubectl keeps as it came is printed with sorted keys (``gotext``); events, reviews
and tokens go through ``k8s.io/api`` types, whose order this is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_ESCAPED = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})
_REFERENCE = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
ORDER: Mapping[str, Sequence[str]] = {
    "": (
        *("kind", "apiVersion", "metadata", "items", "involvedObject", "reason", "message"),
        *("clusters", "users", "contexts", "current-context"),
        *("source", "firstTimestamp", "lastTimestamp", "count", "type", "eventTime", "series"),
        *("action", "related", "reportingComponent", "reportingInstance", "spec", "status"),
    ),
    "metadata": (
        *("name", "generateName", "namespace", "uid", "resourceVersion", "generation"),
        *("creationTimestamp", "deletionTimestamp", "labels", "annotations", "ownerReferences"),
    ),
    "involvedObject": _REFERENCE,
    "related": _REFERENCE,
    "boundObjectRef": ("kind", "apiVersion", "name", "uid"),
    "clusters": ("name", "cluster"),
    "cluster": ("server", "certificate-authority-data"),
    "users": ("name", "user"),
    "contexts": ("name", "context"),
    "context": ("cluster", "user", "namespace"),
    "source": ("component", "host"),
    "series": ("count", "lastObservedTime"),
    "spec": ("audiences", "expirationSeconds", "boundObjectRef"),
    "status": ("token", "expirationTimestamp", "userInfo"),
    "userInfo": ("username", "uid", "groups", "extra"),
}
"""Fields by the name of what they are fields of; what is not listed follows by name."""


def json_text(plain: Any) -> str:
    """JSON with Go's order, indentation and escapes, and a new line."""
    text = json.dumps(_in_order("", plain), indent=4, ensure_ascii=False)
    return text.translate(_ESCAPED) + "\n"


def _in_order(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_in_order("" if name == "items" else name, one) for one in value]
    if not isinstance(value, dict):
        return value
    order = list(ORDER.get(name, ()))
    keys = sorted(value, key=lambda key: (order.index(key) if key in order else len(order), key))
    return {key: _in_order(key, value[key]) for key in keys}
