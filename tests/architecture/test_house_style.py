"""The house rules a reader relies on: short files, a plaque at each door, links that lead on."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture import source

LONGEST_FILE = 400
LONGEST_FUNCTION = 70
NAMELESS_ROOMS = {"utils", "util", "common", "helpers", "helper", "misc"}

PACKAGES = ("kubelite", "course")
ANCHOR = re.compile(r"# DOC: ([a-z0-9-]+)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
PATH = re.compile(r"`((?:kubelite|course|tests|docs|notebooks|exercises|benchmarks)/[\w./-]*)")
PLACEHOLDER = re.compile(r"\bNAME\b")
ROW = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)
REQUIREMENT = re.compile(r"\w[\w-]*")


def files() -> list[Path]:
    return [file for package in PACKAGES for file in source.python_files(package)]


def test_files_are_short() -> None:
    long = {
        source.name(file): lines
        for file in [*files(), *source.python_files("tests")]
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = {
        f"{source.name(file)}:{node.lineno} {node.name}": lines
        for file in files()
        for node in ast.walk(source.tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_each_package_has_a_plaque_at_its_door() -> None:
    bare = [
        source.name(folder / "__init__.py")
        for folder in sorted({file.parent for file in files()})
        if not (folder / "__init__.py").exists()
        or not ast.get_docstring(source.tree(folder / "__init__.py"))
    ]
    assert bare == []


def test_no_room_is_called_what_it_is_not_for() -> None:
    assert [n for n in map(source.name, files()) if NAMELESS_ROOMS & {*re.split(r"[/.]", n)}] == []


def test_each_anchor_is_named_once() -> None:
    assert [anchor for anchor, times in anchors().items() if times > 1] == []


def test_each_anchor_that_a_document_names_is_there() -> None:
    lost = {
        f"{source.name(document)}: {anchor}"
        for document in documents()
        for anchor in ANCHOR.findall(document.read_text(encoding="utf-8"))
        if anchor not in anchors()
    }
    assert sorted(lost) == []


def test_patterns_end_in_z() -> None:
    """``$`` also matches before a last newline, so ``name\\n`` would pass as a name."""
    loose = [
        f"{source.name(file)}:{node.lineno} {node.value!r}"
        for file in source.python_files("kubelite")
        for node in patterns(source.tree(file))
        if isinstance(node.value, str) and re.search(r"(?<!\\)\$\)*\Z", node.value)
    ]
    assert loose == []


def test_links_lead_somewhere() -> None:
    assert [broken for document in documents() for broken in broken_links(document)] == []


def test_each_file_that_a_document_names_is_there() -> None:
    lost = {
        f"{source.name(document)}: {path}"
        for document in documents()
        for path in PATH.findall(document.read_text(encoding="utf-8"))
        if not (source.ROOT / PLACEHOLDER.sub("__init__", path)).exists()
    }
    assert sorted(lost) == []


def test_each_package_that_is_needed_is_defended() -> None:
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = [found[0] for line in needed if (found := REQUIREMENT.match(line))]
    table = (source.ROOT / "docs" / "defence.md").read_text(encoding="utf-8")
    said = {name for row in ROW.findall(table) for name in REQUIREMENT.findall(row)}
    assert [name for name in names if name.lower() not in said and "types-" not in name] == []


def documents() -> list[Path]:
    return [source.ROOT / "README.md", *sorted((source.ROOT / "docs").glob("*.md"))]


@cache
def anchors() -> Counter[str]:
    return Counter(a for file in files() for a in ANCHOR.findall(file.read_text("utf-8")))


def patterns(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every string that is handed to ``re`` or to msgspec as a pattern."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        of_re = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "re"
        handed = [*call.args[:1]] if of_re else []
        handed += [keyword.value for keyword in call.keywords if keyword.arg == "pattern"]
        for argument in handed:
            strings = (n for n in ast.walk(argument) if isinstance(n, ast.Constant))
            yield from (n for n in strings if isinstance(n.value, str))


def broken_links(document: Path) -> Iterator[str]:
    """Each relative link of a page whose file or heading is not there."""
    for link in LINK.findall(CODE.sub("", document.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, heading = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            yield f"{source.name(document)}: {link}"
        elif heading and target.suffix == ".md" and heading not in headings(target):
            yield f"{source.name(document)}: {link} (no such heading)"


def headings(document: Path) -> set[str]:
    """The headings of a page as a code host names them in links."""
    lines = document.read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}
