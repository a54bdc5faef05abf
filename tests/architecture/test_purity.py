"""Below kubelite/edge nothing touches the machine: no wall clock, thread, socket, file or dice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import source

MACHINE = {
    *("asyncio", "concurrent", "multiprocessing", "threading"),
    *("http", "selectors", "signal", "socket", "ssl", "subprocess"),
    *("datetime", "random", "secrets", "time", "uuid"),
    *("os", "pathlib", "shutil", "tempfile"),
}
PICTURES = {"anywidget", "IPython", "ipywidgets", "matplotlib", "networkx", "numpy"}
YAML = {"yaml"}
MACHINE_CALLS = {"open", "input", "__import__", "eval", "exec"}

# The only doors: each forbidden module that one file may use, and why it is there.
ALLOWED = {
    ("kubelite/sim/chance.py", "random"),  # the generator behind the seeded streams
    ("kubelite/chaos/processes.py", "concurrent"),  # thousands of seeds on all cores
    ("kubelite/chaos/processes.py", "signal"),  # who of them hears Ctrl-C
    ("kubelite/chaos/processes.py", "time"),  # how long they have taken
    ("kubelite/apimachinery/manifest.py", "yaml"),  # the guarded reader
    ("kubelite/apimachinery/dump.py", "yaml"),  # the writer beside it
}


def pure_files() -> list[Path]:
    return [file for file in source.python_files("kubelite") if source.room(file) != "edge"]


def test_nothing_below_the_edge_imports_the_machine() -> None:
    assert list(forbidden_imports()) == []


def test_nothing_below_the_edge_opens_files_or_runs_text() -> None:
    calls = [
        f"{source.name(file)}:{node.lineno} calls {node.func.id}()"
        for file in pure_files()
        for node in ast.walk(source.tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MACHINE_CALLS
    ]
    assert calls == []


def test_no_door_stands_open_unused() -> None:
    used = {
        (source.name(file), module.split(".")[0])
        for file in pure_files()
        for module, _ in source.imports(file)
    }
    assert sorted(ALLOWED - used) == []


def forbidden_imports() -> Iterator[str]:
    """Each import of a forbidden module, as ``file:line imports module``."""
    for file in pure_files():
        for module, line in source.imports(file):
            top = module.split(".")[0]
            if top in MACHINE | PICTURES | YAML and (source.name(file), top) not in ALLOWED:
                yield f"{source.name(file)}:{line} imports {module}"
