"""The engine is a house: imports point down only, and neighbours do not import each other."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture import source


def test_every_room_is_on_a_floor() -> None:
    rooms = {source.room(file) for file in source.python_files("kubelite")} - {""}
    assert sorted(rooms - set(source.FLOORS)) == []


def test_imports_point_down_only() -> None:
    assert list(imports_that_climb()) == []


def test_the_engine_does_not_import_the_course() -> None:
    climbing = [
        f"{source.name(file)}:{line} imports {module}"
        for file in source.python_files("kubelite")
        for module, line in source.imports(file)
        if module.split(".")[0] in {"course", "tests"}
    ]
    assert climbing == []


def imports_that_climb() -> Iterator[str]:
    """Each import of a room on the same floor or a higher one, as ``file:line imports room``."""
    for file in source.python_files("kubelite"):
        here = source.room(file)
        for module, line in source.imports(file):
            package, _, rest = module.partition(".")
            there = rest.split(".")[0]
            if here == "" or package != "kubelite" or there == here:
                continue
            if there not in source.FLOORS or source.FLOORS[there] >= source.FLOORS[here]:
                yield f"{source.name(file)}:{line} imports {module}"
