"""Objects, patches, selectors and requests without sense, by the thousand.

Whatever comes in, the answer is an object or a Status, a refusal changes nothing, and a wrong
field is named. All examples are the same in every run.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    ObjectList,
    Response,
)
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import encode
from tests.apiserver.conftest import Desk
from tests.badinput.generating import Spoilt, fitting, json_value, places, put, spoilt, text
from tests.badinput.objects import KINDS, good
from tests.badinput.scale import sweep

REFUSALS = (400, 403, 404, 405, 409, 410, 415, 422, 504)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A server that has one good object of each kind."""
    desk = Desk()
    for kind in KINDS:
        desk.create(good(kind))
    return desk


def asked(desk: Desk, verb: str, what: str, body: Any = None, **options: Any) -> Response:
    """The answer to a dry run: a Status or something that can be written, and nothing stored."""
    before = desk.store.revision
    response = desk.handle(verb, what, body, dry_run=True, **options)
    assert desk.store.revision == before
    if response.ok:
        encode(response.body.items if isinstance(response.body, ObjectList) else response.body)
    else:
        assert response.code in REFUSALS, response.body.message
        assert response.body.message
        encode(response.body)
    return response


def test_the_good_objects_are_good(desk: Desk) -> None:
    assert {kind.kind for kind in KINDS} == {
        desk.get(f"{kind.kind}/{good(kind)['metadata']['name']}").kind for kind in KINDS
    }


@sweep(900)
@given(example=spoilt(KINDS))
def test_values_without_sense(desk: Desk, example: Spoilt) -> None:
    example.body["metadata"].setdefault("name", "other")
    asked(desk, "create", example.kind.kind, example.body)


@sweep(500)
@given(example=spoilt(KINDS, most=1, wrong_types=True))
def test_values_of_any_type(desk: Desk, example: Spoilt) -> None:
    response = asked(desk, "create", example.kind.kind, example.body)
    if response.code == 400 and "cannot unmarshal" in response.body.message:
        # Go names the innermost struct and leaves out indices: the last step is always there.
        named = [step for step in example.places[-1].path if isinstance(step, str) and step != "a"]
        said = response.body.message + response.hint  # which names what Go's types do not
        assert any(step in said for step in named)


@sweep(300)
@given(example=spoilt(KINDS, most=2))
def test_a_change_of_what_is_there(desk: Desk, example: Spoilt) -> None:
    name = good(example.kind)["metadata"]["name"]
    asked(desk, "update", f"{example.kind.kind}/{name}", example.body)
    for part in example.kind.subresources:
        asked(desk, "update", f"{example.kind.kind}/{name}", example.body, subresource=part)


# Patches of all kinds

STEPS = st.sampled_from(("metadata", "labels", "spec", "0", "-", "-1", "a", "template", "a~1b"))
POINTERS = st.lists(text | STEPS, max_size=4).map(lambda steps: "".join(f"/{s}" for s in steps))
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(("add", "remove", "replace", "move", "copy", "test", "jump"))},
    optional={
        "path": POINTERS | json_value,
        "from": POINTERS | json_value,
        "value": json_value,
    },
)
DIRECTIVES = (
    "$patch",
    "$retainKeys",
    "$deleteFromPrimitiveList/finalizers",
    "$setElementOrder/containers",
)
PATCH_TYPES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH, "text/plain", "")


@st.composite
def changes(draw: st.DrawFn) -> tuple[Kind, str, Any, str]:
    """A kind, a type of patch, a patch, a subresource."""
    kind = draw(st.sampled_from(KINDS))
    how = draw(st.sampled_from(PATCH_TYPES[:4]) | st.sampled_from(PATCH_TYPES))
    part = draw(st.sampled_from(("", "", *kind.subresources)))
    if draw(st.integers(0, 5)) == 0:
        return kind, how, draw(json_value), part
    if how == JSON_PATCH:
        return kind, how, draw(st.lists(OPERATIONS | json_value, max_size=4)), part
    body: dict[str, Any] = {}
    if how == APPLY_PATCH:
        body = {name: good(kind)[name] for name in ("apiVersion", "kind", "metadata")}
        body = copy.deepcopy(body)
    for place in draw(st.lists(st.sampled_from(places(kind.type)), max_size=4)):
        put(body, place.path, draw(st.none() | fitting(place.shape) | json_value))
    if draw(st.integers(0, 3)) == 0:
        above = draw(st.sampled_from(places(kind.type))).path[:-1]
        values = json_value | st.sampled_from(("delete", "replace", "merge"))
        put(body, (*above, draw(st.sampled_from(DIRECTIVES))), draw(values))
    return kind, how, body, part


@sweep(900)
@given(change=changes(), manager=text)
def test_patches_without_sense(
    desk: Desk, change: tuple[Kind, str, Any, str], manager: str
) -> None:
    kind, how, patch, part = change
    name = good(kind)["metadata"]["name"]
    before = encode(desk.get(f"{kind.kind}/{name}"))
    options = {"field_manager": manager} if how == APPLY_PATCH else {}
    asked(desk, "patch", f"{kind.kind}/{name}", patch, patch_type=how, subresource=part, **options)
    assert encode(desk.get(f"{kind.kind}/{name}")) == before


# Everything else that a request may say

OPERATORS = ("=", "==", "!=", " in (", ")", ",", "!", " notin (", ">", "<", "(", " ", "\\")
SELECTORS = st.lists(text | st.sampled_from(OPERATORS), max_size=6).map("".join)
VERSIONS = text | st.integers(-5, 10**20).map(str)


@sweep(500)
@given(
    kind=st.sampled_from(KINDS),
    labels=SELECTORS,
    fields=SELECTORS,
    limit=st.integers(-5, 2**40),
    token=text | st.text("ABCabc012-_=", max_size=40),
    version=VERSIONS,
    match=text | st.sampled_from(("Exact", "NotOlderThan", "")),
    said=st.sets(
        st.sampled_from(("labels", "fields", "limit", "token", "version", "match")), max_size=3
    ),
)
def test_lists_asked_for_without_sense(desk: Desk, said: set[str], **asking: Any) -> None:
    options = {
        "label_selector": asking["labels"] if "labels" in said else "",
        "field_selector": asking["fields"] if "fields" in said else "",
        "limit": asking["limit"] if "limit" in said else 0,
        "continue_": asking["token"] if "token" in said else "",
        "resource_version": asking["version"] if "version" in said else "",
        "resource_version_match": asking["match"] if "match" in said else "",
    }
    asked(desk, "list", asking["kind"].kind, **options)


@sweep(300)
@given(kind=st.sampled_from(KINDS), name=text, namespace=text, part=text, verb=text)
def test_places_without_sense(
    desk: Desk, kind: Kind, name: str, namespace: str, part: str, verb: str
) -> None:
    for asking in ("get", "delete", "update", "patch", "create", "list", "deletecollection", verb):
        before = desk.store.revision
        options = {"namespace": namespace} if kind.namespaced else {}
        try:
            desk.handle(
                asking, f"{kind.kind}/{name}", {}, subresource=part, dry_run=True, **options
            )
        except StatusError as error:  # a kind without namespaces has no other way to say so
            assert error.code in REFUSALS
        assert desk.store.revision == before


@sweep(200)
@given(options=json_value, kind=st.sampled_from(KINDS))
def test_deletions_with_options_without_sense(desk: Desk, kind: Kind, options: Any) -> None:
    name = good(kind)["metadata"]["name"]
    asked(desk, "delete", f"{kind.kind}/{name}", options)
