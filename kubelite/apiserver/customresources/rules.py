"""Rules in CEL: ``x-kubernetes-validations``.

The language is evaluated by the package common-expression-language, which is imported when the
first rule is compiled. Rules see ``self`` as their schema types it, and ``oldSelf`` in an update.
Not checked: the types of an expression before it runs, and what it costs.
Models k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from kubelite.api.apiextensions_v1 import JSONSchemaProps, ValidationRule
from kubelite.api.custom import plain
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.customresources.values import NEW, type_of

Errors = Iterator[FieldError]

# Words that CEL keeps for itself: a field of such a name is written __name__ in a rule.
_RESERVED = (
    *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for"),
    *("function", "if", "import", "let", "loop", "package", "namespace", "return", "var"),
    *("void", "while"),
)
NOWHERE = "<nil>"  # what upstream prints for the object as a whole
EVALUATION_ERRORS = (ArithmeticError, KeyError, RuntimeError, TypeError, ValueError)
_WORD = re.compile(r"\w+")
_ESCAPES = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))


@lru_cache(maxsize=1024)
def compiled(expression: str) -> Any:
    """The program of an expression. Raises ValueError with the reason when it makes no sense."""
    try:
        import cel  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise ValueError("rules need the package common-expression-language") from None
    from kubelite.apiserver.customresources.optionals import readable  # few clusters have rules

    return cel.compile(readable(expression))


def evaluate(expression: str, variables: dict[str, Any]) -> Any:
    """The value of an expression. Raises one of ``EVALUATION_ERRORS``."""
    from cel import Context  # type: ignore[import-not-found, unused-ignore]
    from cel.stdlib import (  # type: ignore[import-not-found, unused-ignore]
        add_stdlib_to_context,
    )

    context = Context(variables)
    add_stdlib_to_context(context)
    for name, function in _called(expression):
        context.add_function(name, function)
    return compiled(expression).execute(context)


@lru_cache(maxsize=1024)
def _called(expression: str) -> list[tuple[str, Callable[..., Any]]]:
    """Those of Kubernetes' functions that an expression can call: adding all takes 0.1 ms."""
    from kubelite.apiserver.customresources.library import LIBRARY
    from kubelite.apiserver.customresources.optionals import readable

    words = set(_WORD.findall(readable(expression)))
    return [named for named in LIBRARY.items() if named[0].rpartition(".")[2] in words]


# DOC: crd-rules
def validate_rules(schema: JSONSchemaProps, value: Any, path: str, old: Any = NEW) -> Errors:
    """What the rules of a schema, and of all schemas inside it, say against ``value``."""
    if value is None:
        return
    for rule in schema.validations:
        yield from _judge(rule, schema, value, path, old)
    if isinstance(value, list | tuple) and schema.items is not None:
        earlier = _by_key(schema, old)
        for index, item in enumerate(value):
            before = earlier.get(_key(schema, item), NEW) if earlier else NEW
            yield from validate_rules(schema.items, item, f"{path}[{index}]", before)
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = schema.properties.get(name, schema.additional_properties)
            if isinstance(inner, JSONSchemaProps):
                before = old.get(name, NEW) if isinstance(old, dict) else NEW
                yield from validate_rules(inner, item, f"{path}.{name}" if path else name, before)


def _key(schema: JSONSchemaProps, item: Any) -> tuple[Any, ...]:
    return tuple(item.get(key) for key in schema.list_map_keys)


def _by_key(schema: JSONSchemaProps, old: Any) -> dict[tuple[Any, ...], Any]:
    """The elements of an old list by their keys; without keys nothing can be found again."""
    if schema.list_type != "map" or not isinstance(old, list | tuple):
        return {}
    return {_key(schema, item): item for item in old}


def _judge(
    rule: ValidationRule, schema: JSONSchemaProps, value: Any, path: str, old: Any
) -> Errors:
    transition = "oldSelf" in rule.rule
    if transition and old is NEW and not rule.optional_old_self:
        return
    variables = {"self": typed(schema, value)}
    if old is not NEW:
        variables["oldSelf"] = typed(schema, old)
    kind = schema.type or type_of(value)
    try:
        holds = evaluate(rule.rule, variables)
    except EVALUATION_ERRORS as error:
        fault = _no_such_key(error) if isinstance(error, KeyError) else str(error)
        yield FieldError.invalid(path or NOWHERE, kind, f"{fault} evaluating rule: {_named(rule)}")
        return
    if holds is not True:
        at = f"{path}{rule.field_path}" if path else rule.field_path.removeprefix(".")
        yield _broken(rule.reason, at or NOWHERE, kind, _message(rule, variables))


def _no_such_key(error: KeyError) -> str:
    return f"no such key: {error.args[0]}"


def _named(rule: ValidationRule) -> str:
    return (rule.message or rule.rule).strip()


def _message(rule: ValidationRule, variables: dict[str, Any]) -> str:
    if rule.message_expression:
        try:
            said = evaluate(rule.message_expression, variables)
        except EVALUATION_ERRORS:
            said = None  # upstream falls back as quietly
        if isinstance(said, str) and said.strip() and "\n" not in said:
            return said.strip()
    return rule.message.strip() or f"failed rule: {rule.rule.strip()}"


def _broken(reason: str | None, path: str, kind: str, message: str) -> FieldError:
    if reason == "FieldValueForbidden":
        return FieldError.forbidden(path, message)
    if reason == "FieldValueRequired":
        return FieldError.required(path, message)
    if reason == "FieldValueDuplicate":
        return FieldError.duplicate(path, kind)
    return FieldError.invalid(path, kind, message)


def typed(schema: JSONSchemaProps, value: Any) -> Any:
    """A value as CEL is to see it: numbers as doubles, and field names as CEL can write them."""
    if schema.type == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Sequence) and not isinstance(value, str) and schema.items is not None:
        return [typed(schema.items, item) for item in value]
    if isinstance(value, dict):
        others = schema.additional_properties
        inside = others if isinstance(others, JSONSchemaProps) else JSONSchemaProps()
        return {
            _escaped(name) if name in schema.properties else name: typed(
                schema.properties.get(name, inside), item
            )
            for name, item in value.items()
        }
    return plain(value)


def _escaped(name: str) -> str:
    if name in _RESERVED:
        return f"__{name}__"
    for text, escape in _ESCAPES:
        name = name.replace(text, escape)
    return name
