"""Bad objects, made from the types themselves: fields by reflection, values by their shapes."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from kubelite.apimachinery.reflection import Shape, fields_of
from kubelite.apimachinery.scheme import Kind
from tests.badinput.objects import good

DEEPEST = 9

Step = str | int


class Place(NamedTuple):
    """One field of a kind, however deep: the way there, and what belongs there."""

    path: tuple[Step, ...]
    shape: Shape

    @property
    def name(self) -> str:
        """As errors name it."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}"
        return text.lstrip(".")


@cache
def places(kind: type[msgspec.Struct]) -> tuple[Place, ...]:
    """Every field of a kind, those of the first element of each list too."""
    return tuple(_places(kind, (), frozenset()))


def _places(
    kind: type[msgspec.Struct], path: tuple[Step, ...], above: frozenset[type]
) -> Iterator[Place]:
    for wire, field in fields_of(kind).items():
        here = (*path, wire)
        yield from _at(field.shape, here, above | {kind})


def _at(shape: Shape, here: tuple[Step, ...], above: frozenset[type]) -> Iterator[Place]:
    yield Place(here, shape)
    if len(here) >= DEEPEST:
        return
    if shape.struct is not None and shape.struct not in above:
        yield from _places(shape.struct, here, above)
    if shape.name == "slice" and shape.element is not None:
        yield from _at(shape.element, (*here, 0), above)
    if shape.name == "map" and shape.element is not None:
        yield from _at(shape.element, (*here, "a"), above)


ODD_TEXT = (
    *("", " ", "a", "web", "Web", "a b", "..", ".", "/", "a/b", "a/b/c", "%2f", "-a", "a-"),
    *("*", "0", "a" * 63, "a" * 64, "a" * 253, "a" * 254, "a.b", "a..b", "web\n", "\n"),
    *("a\tb", "\x00", "\x1b[31m", "\u202eevil", "\ufeffa", "\ud800", "é", "e\u0301", "аpp"),
    *("😀", "<script>alert(1)</script>", "${HOME}", "$(VAR)", "{{", "'", '"', "\\", "true"),
    *("null", "no", "1", "-1", "1.5", "010", "1e1000", "0x10", "10%", "-10%", "101%", "%"),
    *("100m", "1Gi", "-1", "0.1m", "9" * 20, "1e400", "NaN", "inf", "1E", "1ki", "10.0.0.1"),
    *("256.1.1.1", "::1", "fe80::1%eth0", "10.0.0.0/8", "10.0.0.1/33", "1.2.3", "01.2.3.4"),
    *("* * * * *", "60 * * * *", "*/0 * * * *", "@every 5m", "TZ=UTC * * * * *"),
    *("0 0 31 2 *", "1-0 * * * *", "2026-11-27T08:00:00Z", "2026-13-45T99:00:00Z"),
    *("2026-02-29T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    *("2026-11-27T08:00:00+25:00", "5m", "-5m", "1h2m3s", "1y", "5", "99999999h", "http"),
    *("HTTP", "TCP", "tcp", "ClusterIP", "None", "Always", "Never", "In", "NotIn", "Exists"),
    *("Gt", "kubernetes.io/metadata.name", "metadata.name", "metadata.labels['a']"),
    *("spec.nodeName", "limits.cpu", "apps/v1", "v1", "Pod", "Deployment", "kube-system"),
    *("default", "docker.io/library/nginx:latest", "[", "(a+)+$", "a" * 2_000),
    *("https://example.com", "https://[::1", "ftp://a", "//", "?", "a:b", ":"),
)  # fmt: skip

NUMBERS = (
    *(0, 1, -1, 2, 80, 65_535, 65_536, 2**31 - 1, 2**31, -(2**31), 2**32, 2**53, 2**63 - 1, 2**63),
    *(-(2**63), 2**64, 10**30),
)

text = st.sampled_from(ODD_TEXT) | st.text(max_size=20)
number = st.sampled_from(NUMBERS) | st.integers(-5, 70_000)
real = st.sampled_from((0.0, 1.5, -0.0, 1e300, 3.0)) | st.floats(
    allow_nan=False, allow_infinity=False
)
plain = st.none() | st.booleans() | number | real | text
json_value = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


def fitting(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """A value of the right type, and as a rule of no sense."""
    name = shape.name
    if name == "string":
        return text
    if name == "bool":
        return st.booleans()
    if name in ("int32", "int64"):
        return number
    if name == "float64":
        return real
    if name == "slice" and shape.element is not None:
        return st.lists(fitting(shape.element, depth + 1), max_size=3)
    if name == "map" and shape.element is not None:
        return st.dictionaries(text, fitting(shape.element, depth + 1), max_size=3)
    if shape.struct is not None:
        return _record(shape.struct, depth)
    if name == "interface":
        return json_value
    return text | number  # a quantity, a moment, a number or a percentage


def _record(kind: type[msgspec.Struct], depth: int) -> st.SearchStrategy[Any]:
    fields = fields_of(kind)
    if depth >= 3 or not fields:
        return st.just({})
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries(
            {name: fitting(fields[name].shape, depth + 1) for name in names}
        )
    )


def put(obj: Any, path: tuple[Step, ...], value: Any) -> bool:
    """Write a value into an object, and what leads there; whether that was possible."""
    here = obj
    for step, following in zip(path, path[1:], strict=False):
        fresh: Any = [] if isinstance(following, int) else {}
        here = _step(here, step, fresh)
        if not isinstance(here, list if isinstance(following, int) else dict):
            return False
    last = path[-1]
    if isinstance(here, list):
        here[:1] = [value]
    else:
        here[last] = value
    return True


def _step(here: Any, step: Step, fresh: Any) -> Any:
    if isinstance(here, list):
        if not here:
            here.append(fresh)
        return here[0]
    if here.get(step) is None:
        here[step] = fresh
    return here[step]


class Spoilt(NamedTuple):
    """A good object with some of its fields changed."""

    kind: Kind
    body: dict[str, Any]
    places: tuple[Place, ...]


@st.composite
def spoilt(
    draw: st.DrawFn, kinds: tuple[Kind, ...], most: int = 4, wrong_types: bool = False
) -> Spoilt:
    """An object of one of these kinds with up to ``most`` fields that are new or other."""
    kind = draw(st.sampled_from(kinds))
    body = copy.deepcopy(good(kind))
    chosen = draw(st.lists(st.sampled_from(places(kind.type)), min_size=1, max_size=most))
    written = []
    for place in chosen:
        value = draw(json_value if wrong_types else fitting(place.shape))
        if put(body, place.path, value):
            written.append(place)
    return Spoilt(kind, body, tuple(written))
