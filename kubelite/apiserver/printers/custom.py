"""The columns of defined kinds: what ``additionalPrinterColumns`` says, found by its JSON paths.

Models k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from kubelite.api.apiextensions_v1 import CustomResourceColumnDefinition
from kubelite.api.custom import CustomObject, body_of
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.errors import go_value
from kubelite.apimachinery.struct import to_dict
from kubelite.apimachinery.times import Time

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]]+)"
    r"|\[(?P<index>-?\d+)\]"
    r"|\[(?P<all>\*)\]"
    r"|\['(?P<key>[^']*)'\]"
    r"|\[\?\(@\.(?P<field>[\w.-]+)\s*==\s*[\"'](?P<equals>[^\"']*)[\"']\)\]"
)


def column_cells(
    kind: type[CustomObject],
) -> Iterator[tuple[str, Callable[[Any, int], str], bool]]:
    """Title, cell and whether it is for wide tables, for each column of a definition."""
    for column in kind.columns:
        yield column.name.upper(), _cell(column), column.priority > 0


def _cell(column: CustomResourceColumnDefinition) -> Callable[[Any, int], str]:
    def cell(obj: CustomObject, now: int) -> str:
        found = found_at(whole(obj), column.json_path)
        return _shown(found[0], column.type, now) if found else ""

    return cell


def whole(obj: CustomObject) -> dict[str, Any]:
    """The object as JSON paths see it."""
    return {"metadata": to_dict(obj.metadata), **body_of(obj)}


def found_at(value: Any, path: str) -> list[Any]:
    """Every value under a JSON path: names, indices, ``[*]`` and ``[?(@.type=="Ready")]``."""
    values = [value]
    for step in _STEP.finditer(path):
        values = [inner for outer in values for inner in _inside(outer, step)]
    return values


def _inside(value: Any, step: re.Match[str]) -> list[Any]:
    name = step["name"] if step["name"] is not None else step["key"]
    if name is not None:
        return [value[name]] if isinstance(value, dict) and name in value else []
    items = list(value) if isinstance(value, list | tuple) else []
    if step["all"]:
        return items
    if step["index"] is not None:
        return items[int(step["index"]) :][:1]
    return [item for item in items if str(_at(item, step["field"])) == step["equals"]]


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


_TYPES = {
    "integer": ("integer",),
    "number": ("integer", "number"),
    "boolean": ("boolean",),
}


def type_of(value: Any) -> str:
    """The type of a single value as columns name it."""
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else ""


def _shown(value: Any, type: str, now: int) -> str:
    """A value as its column prints it; one of another type is left out, as upstream does."""
    if value is None:
        return ""
    if type == "date":
        try:
            return human_duration(now - Time.parse(value))
        except (TypeError, ValueError):
            return "<invalid>"
    if type in _TYPES and type_of(value) not in _TYPES[type]:
        return ""
    return value if isinstance(value, str) else go_value(value)
