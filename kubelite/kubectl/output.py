"""``-o``: objects as YAML, JSON, names, or what a template makes of them.

Models cli-runtime's printers and genericclioptions.PrintFlags.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.errors import go_quote
from kubelite.kubectl import gotext
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, Flag, Given
from kubelite.kubectl.gotemplate import Template, TemplateError
from kubelite.kubectl.jsonpath import JSONPath, PathError
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]
Printer = Callable[[Document], str]

FLAGS = (
    Flag("output", TEXT, short="o"),
    Flag("template"),
    Flag("allow-missing-template-keys", SWITCH, default=True),
    Flag("show-managed-fields", SWITCH),
)
_FORMATS = (
    *("go-template", "go-template-file", "json", "jsonpath", "jsonpath-as-json", "jsonpath-file"),
    *("kyaml", "name", "template", "templatefile", "yaml"),
)
_TEMPLATES = ("go-template", "jsonpath", "jsonpath-as-json", "template")


def format_of(given: Given) -> str:
    """The format asked for; a template alone asks for a Go template."""
    return given["output"] or ("go-template" if given.get("template") else "")


def printer(
    client: Client, given: Given, operation: str = "", more: tuple[str, ...] = ()
) -> Printer:
    """How an object is to be printed. ``operation`` is said after its name ("created").

    ``more`` are further formats that a verb knows. Raises CommandError.
    """
    asked = format_of(given)
    name, _, argument = asked.partition("=")
    if name in ("", "name") and not argument:
        return lambda plain: named(plain, "" if name else operation)
    show = bool(given.get("show-managed-fields", False))
    if name in ("yaml", "json", "kyaml") and not argument:
        writers: dict[str, Printer] = {"yaml": _Yaml(), "json": _json, "kyaml": _kyaml}
        write = writers[name]
        return lambda plain: write(plain if show else without_managed_fields(plain))
    kind = name.removesuffix("-file").replace("templatefile", "template")
    if kind in _TEMPLATES:
        template = argument or given.get("template", "")
        if not template:
            raise CommandError("template format specified but no template given")
        if name.endswith("file"):
            template = str(_read(client, template))
        return _templated(kind, template, bool(given["allow-missing-template-keys"]))
    known = ",".join(sorted({*_FORMATS, *more}))
    raise CommandError(
        "unable to match a printer suitable for the output format "
        f"{go_quote(asked)}, allowed formats are: {known}"
    )


def _read(client: Client, name: str) -> str:
    text = client.read(name)
    return text.decode() if isinstance(text, bytes) else text


def group_kind(plain: Document) -> str:
    """``pod`` or ``deployment.apps``, as names begin."""
    group = str(plain.get("apiVersion", "")).rpartition("/")[0]
    kind = str(plain.get("kind", "")).lower()
    return f"{kind}.{group}" if group else kind


def named(plain: Document, operation: str = "") -> str:
    """``deployment.apps/web created``; for a list, a line for each."""
    if isinstance(plain.get("items"), list):
        return "".join(named(item, operation) for item in plain["items"])
    name = (plain.get("metadata") or {}).get("name") or "<unknown>"
    after = f" {operation}" if operation else ""
    return f"{group_kind(plain)}/{name}{after}\n"


def without_managed_fields(plain: Document) -> Document:
    """The object without the book of who manages what."""
    if isinstance(plain.get("items"), list):
        return plain | {"items": [without_managed_fields(item) for item in plain["items"]]}
    meta = plain.get("metadata")
    if not isinstance(meta, dict) or "managedFields" not in meta:
        return plain
    return plain | {"metadata": {k: v for k, v in meta.items() if k != "managedFields"}}


def _json(plain: Document) -> str:
    return gotext.json_text(plain, indent=4) + "\n"


class _Yaml:
    """Documents are parted by a line."""

    def __init__(self) -> None:
        self._printed = 0

    def __call__(self, plain: Document) -> str:
        self._printed += 1
        return ("---\n" if self._printed > 1 else "") + go_yaml(plain)


def _kyaml(plain: Document) -> str:
    return f"---\n{gotext.kyaml(plain)}\n"


def _templated(kind: str, template: str, allow_missing: bool) -> Printer:
    if kind in ("go-template", "template"):
        return _go_template(template, allow_missing)
    try:
        path = JSONPath(template, allow_missing)
    except PathError as error:
        raise CommandError(f"error parsing jsonpath {template}, {error}") from error

    def fill(plain: Document) -> str:
        try:
            if kind == "jsonpath":
                return path.text(plain)
            found = [value for values in path.results(plain) for value in values]
            return gotext.json_text(found, indent=4) + "\n"
        except PathError as error:
            raise CommandError(_executing(template, str(error), plain)) from error

    return fill


def _executing(template: str, problem: str, plain: Document) -> str:
    return (
        f"error executing jsonpath {go_quote(template)}: Error executing template: {problem}. "
        "Printing more information for debugging the template:\n\ttemplate was:\n\t\t"
        f"{template}\n\tobject given to jsonpath engine was:\n\t\t{gotext.syntax(plain)}\n\n\n"
    )


def _go_template(text: str, allow_missing: bool) -> Printer:
    try:
        template = Template(text, allow_missing)
    except TemplateError as error:
        raise CommandError(f"error parsing template {text}, {error}") from error

    def fill(plain: Document) -> str:
        try:
            return template.text(plain)
        except TemplateError as error:
            raise CommandError(f"error executing template {go_quote(text)}: {error}") from error

    return fill
