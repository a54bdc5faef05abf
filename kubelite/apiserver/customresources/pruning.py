"""What a schema does to an object on its way in: unknown fields go, defaults come.

Models k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.apiextensions_v1 import JSONSchemaProps
from kubelite.api.custom import plain

_OF_EVERY_OBJECT = ("apiVersion", "kind", "metadata")


# DOC: crd-pruning
def pruned(schema: JSONSchemaProps, value: Any, path: str, unknown: list[str]) -> Any:
    """``value`` without the fields its schema does not know; their paths join ``unknown``."""
    if isinstance(value, list | tuple) and schema.items is not None:
        items = schema.items
        return [pruned(items, item, f"{path}[{i}]", unknown) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, item in value.items():
        at = f"{path}.{name}" if path else name
        inner = _schema_of(schema, name)
        if inner is not None:
            kept[name] = pruned(inner, item, at, unknown)
        elif _keeps(schema, name):
            kept[name] = item
        else:
            unknown.append(at)
    return kept


def _schema_of(schema: JSONSchemaProps, name: str) -> JSONSchemaProps | None:
    found = schema.properties.get(name)
    if found is None and isinstance(schema.additional_properties, JSONSchemaProps):
        return schema.additional_properties
    return found


def _keeps(schema: JSONSchemaProps, name: str) -> bool:
    if schema.preserve_unknown_fields or schema.additional_properties is True:
        return True
    return schema.embedded_resource and name in _OF_EVERY_OBJECT


# DOC: crd-defaulting
def defaulted(schema: JSONSchemaProps, value: Any) -> Any:
    """``value`` with defaults where nothing was said; a null that is not allowed says nothing."""
    if isinstance(value, list | tuple) and schema.items is not None:
        items = schema.items
        return [_given(items, item) if item is None else defaulted(items, item) for item in value]
    if not isinstance(value, dict):
        return value
    filled = {}
    for name, item in value.items():
        inner = _schema_of(schema, name)
        if item is None and inner is not None:
            item = _given(inner, item)
            if item is None and not inner.nullable:
                continue
        filled[name] = item if inner is None else defaulted(inner, item)
    for name, inner in schema.properties.items():
        if name not in filled and inner.default is not None:
            filled[name] = defaulted(inner, plain(inner.default))
    return filled


def _given(schema: JSONSchemaProps, value: None) -> Any:
    """What stands for a null: the default, unless null is a value of its own."""
    return value if schema.nullable or schema.default is None else plain(schema.default)
