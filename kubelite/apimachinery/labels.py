"""Label selectors: ``app=shop,tier in (web,api),!canary``.

A ``Selector`` is parsed once and asked often, so it keeps its equality terms as plain
pairs. Models ``k8s.io/apimachinery/pkg/labels``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError, aggregate, go_quote
from kubelite.apimachinery.meta import LabelSelector

IN = "in"
NOT_IN = "notin"
EQUALS = "="
DOUBLE_EQUALS = "=="
NOT_EQUALS = "!="
EXISTS = "exists"
DOES_NOT_EXIST = "!"
GREATER_THAN = "gt"
LESS_THAN = "lt"

_SYMBOLS = {
    "in": IN,
    "notin": NOT_IN,
    "=": EQUALS,
    "==": DOUBLE_EQUALS,
    "!=": NOT_EQUALS,
    ">": GREATER_THAN,
    "<": LESS_THAN,
}
_API_OPERATORS = {
    "In": IN,
    "NotIn": NOT_IN,
    "Exists": EXISTS,
    "DoesNotExist": DOES_NOT_EXIST,
}
_EXACT = (EQUALS, DOUBLE_EQUALS, NOT_EQUALS)
_BINARY = (IN, NOT_IN, EQUALS, DOUBLE_EQUALS, NOT_EQUALS, GREATER_THAN, LESS_THAN)
_PRINTED = {EXISTS: "", GREATER_THAN: ">", LESS_THAN: "<", IN: " in ", NOT_IN: " notin "}

_TOKEN = re.compile(r"[ \t\r\n]*(==|!=|[=!(),><]|[^ \t\r\n=!(),><]+)")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}\Z", re.ASCII)


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """One term: a key, an operator and the values it is compared with."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels satisfy the term."""
        found = labels.get(self.key)
        match self.operator:
            case "in" | "=" | "==":
                return found in self.values
            case "notin" | "!=":
                return found not in self.values
            case "exists":
                return found is not None
            case "!":
                return found is None
        return self._compare(found)

    def _compare(self, found: str | None) -> bool:
        left, right = _integer(found or ""), _integer(self.values[0])
        if left is None or right is None:
            return False
        return left > right if self.operator == GREATER_THAN else left < right

    def __str__(self) -> str:
        if self.operator == DOES_NOT_EXIST:
            return f"!{self.key}"
        values = ",".join(sorted(self.values))
        if self.operator in (IN, NOT_IN):
            values = f"({values})"
        return f"{self.key}{_PRINTED.get(self.operator, self.operator)}{values}"


class Selector:
    """Terms that must all hold. Immutable, hashable, printed in canonical form."""

    __slots__ = ("_equal", "_others", "nothing", "requirements")

    def __init__(self, requirements: Sequence[Requirement] = (), *, nothing: bool = False) -> None:
        self.requirements = tuple(sorted(requirements, key=lambda term: term.key))
        self.nothing = nothing
        equal = [r for r in self.requirements if r.operator in (EQUALS, DOUBLE_EQUALS)]
        self._equal = tuple((term.key, term.values[0]) for term in equal)
        self._others = tuple(term for term in self.requirements if term not in equal)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        get = labels.get
        for key, value in self._equal:
            if get(key) != value:
                return False
        if self._others:
            return all(term.matches(labels) for term in self._others)
        return not self.nothing

    @property
    def everything(self) -> bool:
        """Whether nothing is asked, so that all objects match."""
        return not self.requirements and not self.nothing

    def exact(self, key: str) -> str | None:
        """The one value that ``key`` must have, where there is one; an index can use it."""
        for term in self.requirements:
            if term.key == key:
                single = term.operator in (EQUALS, DOUBLE_EQUALS, IN) and len(term.values) == 1
                return term.values[0] if single else None
        return None

    def __str__(self) -> str:
        return ",".join(str(term) for term in self.requirements)

    def __repr__(self) -> str:
        return "Selector(nothing)" if self.nothing else f"Selector({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selector):
            return NotImplemented
        return self.requirements == other.requirements and self.nothing == other.nothing

    def __hash__(self) -> int:
        return hash((self.requirements, self.nothing))


EVERYTHING = Selector()
NOTHING = Selector(nothing=True)


def _integer(text: str) -> int | None:
    if not _INTEGER.match(text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def _shape_error(operator: str, values: Sequence[str]) -> str:
    """What is wrong with the number of values, or nothing."""
    if operator in (IN, NOT_IN) and not values:
        return "for 'in', 'notin' operators, values set can't be empty"
    if operator in _EXACT and len(values) != 1:
        return "exact-match compatibility requires one single value"
    if operator in (EXISTS, DOES_NOT_EXIST) and values:
        return "values set must be empty for exists and does not exist"
    if operator in (GREATER_THAN, LESS_THAN) and len(values) != 1:
        return "for 'Gt', 'Lt' operators, exactly one value is required"
    return ""


def requirement(key: str, operator: str, values: Sequence[str] = ()) -> Requirement:
    """A checked term. Raises ValueError with upstream's sentences."""
    errors = []
    if faults := names.is_label_key(key):
        errors.append(FieldError.invalid("key", key, "; ".join(faults)))
    if fault := _shape_error(operator, values):
        errors.append(FieldError.invalid("values", list(values), fault))
    if operator in (GREATER_THAN, LESS_THAN):
        fault = "for 'Gt', 'Lt' operators, the value must be an integer"
        for index, value in enumerate(values):
            if _integer(value) is None:
                errors.append(FieldError.invalid(f"values[{index}]", value, fault))
    for index, value in enumerate(values):
        if faults := names.is_label_value(value):
            path = f"values[{index}][{key}]"
            errors.append(FieldError.invalid(path, value, "; ".join(faults)))
    if errors:
        raise ValueError(aggregate(str(error) for error in errors))
    return Requirement(key, operator, tuple(sorted(values)))


def from_set(labels: Mapping[str, str]) -> Selector:
    """Exactly these labels; empty selects everything. Not validated, as upstream."""
    return Selector([Requirement(key, EQUALS, (value,)) for key, value in labels.items()])


def from_label_selector(selector: LabelSelector | None) -> Selector:
    """The selector of an API object: None selects nothing, empty everything. Raises ValueError."""
    if selector is None:
        return NOTHING
    terms = [requirement(key, EQUALS, (value,)) for key, value in selector.match_labels.items()]
    for expression in selector.match_expressions:
        operator = _API_OPERATORS.get(expression.operator)
        if operator is None:
            raise ValueError(
                f"{go_quote(expression.operator)} is not a valid label selector operator"
            )
        terms.append(requirement(expression.key, operator, expression.values))
    return Selector(terms) if terms else EVERYTHING


@lru_cache(maxsize=1024)
def parse(text: str) -> Selector:
    """Read a selector as kubectl's ``-l`` takes it. Raises ValueError with upstream's sentence."""
    terms = _Parser(text).terms()
    return Selector(terms) if terms else EVERYTHING


def _is_word(token: str) -> bool:
    return token != "" and token not in ("==", "!=", "=", "!", "(", ")", ",", ">", "<")


class _Parser:
    """Reads terms from tokens; the end of the text is an empty token."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = [*_TOKEN.findall(text), ""]
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        # The last token is the end of the text and is never passed.
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def terms(self) -> list[Requirement]:
        terms: list[Requirement] = []
        while token := self._peek():
            if token != "!" and not _is_word(token):
                raise ValueError(f"found '{token}', expected: !, identifier, or 'end of string'")
            try:
                terms.append(self._term())
            except ValueError as error:
                raise ValueError(f"unable to parse requirement: {error}") from None
            after = self._next()
            if after not in ("", ","):
                raise ValueError(f"found '{after}', expected: ',' or 'end of string'")
            following = self._peek()
            if after and following != "!" and not _is_word(following):
                raise ValueError(f"found '{following}', expected: identifier after ','")
        return terms

    def _term(self) -> Requirement:
        absent = self._peek() == "!"
        if absent:
            self._next()
        key = self._next()
        if not _is_word(key):
            raise ValueError(f"found '{key}', expected: identifier")
        if faults := names.is_label_key(key):
            raise ValueError(str(FieldError.invalid("<nil>", key, "; ".join(faults))))
        if absent:
            return requirement(key, DOES_NOT_EXIST)
        if self._peek() in ("", ","):
            return requirement(key, EXISTS)
        operator = _SYMBOLS.get(symbol := self._next())
        if operator is None:
            raise ValueError(f"found '{symbol}', expected: {', '.join(_BINARY)}")
        values = self._values() if operator in (IN, NOT_IN) else (self._exact_value(),)
        return requirement(key, operator, values)

    def _exact_value(self) -> str:
        if self._peek() in ("", ","):
            return ""
        value = self._next()
        if not _is_word(value):
            raise ValueError(f"found '{value}', expected: identifier")
        return value

    def _values(self) -> tuple[str, ...]:
        """The values in parentheses, sorted; nothing between two commas is the empty value."""
        if (token := self._next()) != "(":
            raise ValueError(f"found '{token}' expected: '('")
        first = self._peek()
        if first not in (",", ")") and not _is_word(first):
            raise ValueError(f"found '{first}', expected: ',', ')' or identifier")
        values = {""} if first == ")" else set()
        while (token := self._next()) != ")":
            following = self._peek()
            if _is_word(token):
                values.add(token)
                if following not in (",", ")"):
                    raise ValueError(f"found '{following}', expected: ',' or ')'")
            elif token == ",":
                if not values or following in (",", ")"):
                    values.add("")
            else:
                raise ValueError(f"found '{token}', expected: ',', or identifier")
        return tuple(sorted(values))
