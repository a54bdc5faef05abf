"""Every field is explained in words of ours, and no words are about a field that is not there."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api import SCHEME, words
from kubelite.api.versions import VERSIONS
from kubelite.apimachinery.reflection import Shape, fields_of

ROOMS = sorted(module.name for module in pkgutil.iter_modules(words.__path__))


def struct_in(shape: Shape | None) -> Any:
    while shape is not None and shape.struct is None:
        shape = shape.element
    return shape.struct if shape is not None else None


def all_types() -> list[Any]:
    found: dict[Any, None] = {}
    waiting = [row.type for row in (*SCHEME, *VERSIONS)]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found[kind] = None
            waiting += [inner for f in fields_of(kind).values() if (inner := struct_in(f.shape))]
    return list(found)


TYPES = all_types()


def test_every_field_is_explained() -> None:
    unsaid = [
        f"{kind.__module__}: {kind.__name__}.{name}"
        for kind in TYPES
        for name, field in fields_of(kind).items()
        if struct_in(field.shape) is None and name not in ("apiVersion", "kind")
        if not words.words_of(kind, name)
    ]
    assert unsaid == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_words_are_about_what_is_not_there(room: str) -> None:
    here = [kind for kind in TYPES if words.room_of(kind) == room]
    there = {f"{kind.__name__}.{name}" for kind in here for name in fields_of(kind)}
    there |= {f"*.{name}" for kind in here for name in fields_of(kind)}
    lines = words.lines_of(room)
    assert set(lines) <= there
    text = import_module(f"{words.__name__}.{room}").WORDS
    assert len(lines) == len([line for line in text.splitlines() if line[:1].strip()])
    assert [said for said in lines.values() if not said.endswith(".")] == []


def test_explain_prints_them() -> None:
    said = str(Cluster(nodes=1).kubectl("explain pod.spec.containers.livenessProbe"))
    assert "So many failures in a row make it fail. Default 3." in said
    assert "<no description>" not in said
