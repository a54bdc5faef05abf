"""Reads a job file in HCL: blocks, attributes, lists, objects, numbers, strings, heredocs.

What is computed (variables, functions, conditions) is refused with its place; ``${...}`` inside a
string stays as it is written. The grammar is given to lark, a parser generator.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from course.market.application import NotUnderstood

LABEL = "name"
"""The field under which a block's label is found."""

GRAMMAR = r"""
body: (attribute | block)*
attribute: NAME "=" _value
block: NAME (STRING | NAME)* "{" body "}"
_value: STRING | HEREDOC | NUMBER | TRUE | FALSE | NULL | list | object
list: "[" [_value ("," _value)* [","]] "]"
object: "{" (pair [","])* "}"
pair: (NAME | STRING) ("=" | ":") _value
TRUE.2: /true\b/
FALSE.2: /false\b/
NULL.2: /null\b/
NAME: /[A-Za-z_][\w-]*/
NUMBER: /-?\d+(\.\d+)?([eE][+-]?\d+)?/
STRING: /"(\\.|[^"\\\n])*"/
HEREDOC: /<<-?(?P<mark>\w+)\n[\s\S]*?\n[ \t]*(?P=mark)\b/
COMMENT: /(#|\/\/)[^\n]*/ | /\/\*[\s\S]*?\*\//
%import common.WS
%ignore WS
%ignore COMMENT
"""
CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None}


class _Build(Transformer[Token, Any]):
    """Fields and blocks as a dict; a block that may come several times is a list."""

    def body(self, items: list[tuple[str, Any, bool]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value, is_block in items:
            if is_block:
                found.setdefault(name, []).append(value)
            else:
                found[name] = value
        return found

    def attribute(self, items: list[Any]) -> tuple[str, Any, bool]:
        return str(items[0]), _plain(items[1]), False

    def block(self, items: list[Any]) -> tuple[str, Any, bool]:
        name, *labels, body = items
        named = {LABEL: _plain(labels[-1])} if labels else {}
        return str(name), {**named, **body}, True

    def list(self, items: list[Any]) -> list[Any]:
        return [_plain(item) for item in items if item is not None]

    def object(self, items: list[Any]) -> dict[str, Any]:
        return dict(item for item in items if item is not None)

    def pair(self, items: list[Any]) -> tuple[str, Any]:
        return str(_plain(items[0])), _plain(items[1])


def _plain(value: Any) -> Any:
    if not isinstance(value, Token):
        return value
    if value.type in CONSTANTS:
        return CONSTANTS[value.type]
    if value.type == "NUMBER":
        return int(value) if re.fullmatch(r"-?\d+", value) else float(value)
    if value.type == "HEREDOC":
        return value.split("\n", 1)[1].rpartition("\n")[0]
    return json.loads(value) if value.type == "STRING" else str(value)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, start="body", parser="lalr")


def parse(text: str) -> dict[str, Any]:
    """The fields of a file. Raises NotUnderstood, with line and column."""
    try:
        found: dict[str, Any] = _Build().transform(_parser().parse(text + "\n"))
    except UnexpectedInput as error:
        where = error.get_context(text, span=30).rstrip() if error.pos_in_stream is not None else ""
        place = f"line {error.line}, column {error.column}"
        raise NotUnderstood(f"{place}: not understood in a job file\n{where}") from None
    return found
