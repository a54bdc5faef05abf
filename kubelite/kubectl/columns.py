"""``-o custom-columns``: a table of one's own. Models pkg/cmd/get/customcolumn.go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.kubectl.client import Client
from kubelite.kubectl.gotext import plain
from kubelite.kubectl.jsonpath import JSONPath, PathError
from kubelite.kubectl.result import CommandError
from kubelite.kubectl.sorting import relaxed
from kubelite.kubectl.tabwriter import aligned

_SHAPE = (
    "Expected format is one line of space separated headers, "
    "one line of space separated column specs."
)


def printer(client: Client, form: str, headers: bool) -> Callable[[dict[str, Any]], str]:
    """How objects are printed in these columns. Raises CommandError."""
    name, _, spec = form.partition("=")
    if not spec:
        raise CommandError("custom-columns format specified but no custom columns given")
    pairs = _from_file(client, spec) if name.endswith("file") else _from_spec(spec)
    try:
        paths = [JSONPath(relaxed(path)) for _, path in pairs]
    except PathError as error:
        raise CommandError(str(error)) from error
    left = ["\t".join(title for title, _ in pairs)] if headers else []

    def rows(whole: dict[str, Any]) -> str:
        items = whole["items"] if isinstance(whole.get("items"), list) else [whole]
        lines = [*left, *("\t".join(_cell(path, item) for path in paths) for item in items)]
        left.clear()
        return aligned("".join(f"{line}\n" for line in lines))

    return rows


def _cell(path: JSONPath, item: Any) -> str:
    try:
        found = path.results(item)
    except PathError as error:
        raise CommandError(str(error)) from error
    values = [plain(value) for values in found for value in values]
    return ",".join(values if found and found[0] else ["<none>", *values])


def _from_spec(spec: str) -> list[tuple[str, str]]:
    pairs = []
    for part in spec.split(","):
        title, colon, path = part.partition(":")
        if not colon:
            raise CommandError(
                f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            )
        pairs.append((title, path))
    return pairs


def _from_file(client: Client, name: str) -> list[tuple[str, str]]:
    raw = client.read(name)
    lines = (raw.decode() if isinstance(raw, bytes) else raw).splitlines()
    for at, missing in enumerate(("header", "spec")):
        if len(lines) <= at:
            raise CommandError(f"invalid template, missing {missing} line. {_SHAPE}")
    titles, paths = lines[0].split(), lines[1].split()
    if len(titles) != len(paths):
        raise CommandError(
            f"number of headers ({len(titles)}) and field specifications ({len(paths)}) don't match"
        )
    return list(zip(titles, paths, strict=True))
