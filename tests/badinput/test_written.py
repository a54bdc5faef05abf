"""Bad input of the list, items 1 to 8: what is written in manifests and bodies."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from kubelite.apimachinery.manifest import ManifestError, load
from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.scheme import Kind
from tests.apiserver.conftest import Desk
from tests.badinput.asking import (
    BY_KIND,
    CONFIGMAPS,
    DEPLOYMENTS,
    MEBIBYTE,
    NAMED,
    calls,
    peak,
    posted,
    refused,
    spec,
)
from tests.badinput.objects import good
from tests.edge.conftest import Ask


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


# Manifests


def bomb(levels: int) -> str:
    names = "abcdefghijklmnop"
    text = "a: &a [x, x]\n"
    for before, this in zip(names, names[1:levels], strict=False):
        text += f"{this}: &{this} [{', '.join([f'*{before}'] * 9)}]\n"
    return text


def test_01_billion_laughs(ask: Ask) -> None:
    def read() -> None:
        with pytest.raises(ManifestError, match="anchors and aliases"):
            load(bomb(12), "web.yaml")

    assert peak(read) < 20 * MEBIBYTE
    code, message = posted(ask, CONFIGMAPS, bomb(12).encode(), "application/yaml")
    assert (code, "anchors and aliases" in message) == (400, True)


@pytest.mark.parametrize("opening", ["[", '{"a":', "- ", "a:\n "])
def test_02_deep_nesting_in_a_manifest(opening: str) -> None:
    def read() -> None:
        with pytest.raises(ManifestError):
            load("kind: " + opening * 200_000, "web.yaml")
        with pytest.raises(ManifestError):
            load('{"a":' + opening * 100_000, "web.json")

    assert peak(read) < 30 * MEBIBYTE


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("depth", [70, 500, 5_000])
def test_02_deep_nesting_at_the_server(desk: Desk, depth: int) -> None:
    revision = {**good(BY_KIND["ControllerRevision"]), "data": nested(depth)}
    for body in (revision, {**good(BY_KIND["ConfigMap"]), "data": nested(depth)}):
        error = desk.refused("create", body["kind"], body)
        assert error.code == 400
        assert len(str(error)) < 10_000
    desk.create(good(BY_KIND["ControllerRevision"], f"deep-{depth}"))
    for how in (MERGE_PATCH, STRATEGIC_PATCH):
        what = f"controllerrevision/deep-{depth}"
        error = desk.refused("patch", what, {"data": nested(depth)}, patch_type=how)
        assert error.code in (400, 422)
    values = [{"op": "add", "path": "/data", "value": nested(depth)}]
    error = desk.refused("patch", f"controllerrevision/deep-{depth}", values, patch_type=JSON_PATCH)
    assert error.code in (400, 422)


def test_02_deep_nesting_over_http(ask: Ask) -> None:
    for raw in (b"[" * 100_000, b'{"a":' * 100_000, b'{"data":' * 900 + b"{}" + b"}" * 900):
        assert posted(ask, CONFIGMAPS, raw)[0] in (400, 422)


def test_03_a_hundred_megabytes() -> None:
    text = "a" * (100 * MEBIBYTE)

    def read() -> None:
        with pytest.raises(ManifestError, match="more than the 1048576 allowed. Split it"):
            load(text, "web.yaml")

    assert peak(read) < MEBIBYTE
    with pytest.raises(ManifestError, match="more than 1000 documents"):
        load("a: b\n---\n" * 1_001, "web.yaml")


def test_03_a_large_body(ask: Ask) -> None:
    assert posted(ask, CONFIGMAPS, b" " * (3 * MEBIBYTE + 1))[0] == 413


def test_03_a_manifest_twice_as_long_takes_twice_as_long() -> None:
    def entries(count: int) -> str:
        return "data:\n" + "".join(f"  key-{n}: value\n" for n in range(count))

    def items(count: int) -> str:
        return "a:\n" + "- x\n" * count

    def documents(count: int) -> str:
        return "a: b\n---\n" * count

    for write in (entries, items, documents):
        short, long = (calls(partial(load, write(count), "web.yaml")) for count in (200, 400))
        assert long < 2.5 * short


def test_04_duplicate_keys(desk: Desk, ask: Ask) -> None:
    with pytest.raises(ManifestError, match="already set"):
        load("a: 1\na: 2\n", "web.yaml")
    with pytest.raises(ManifestError, match="already set"):
        load('{"a": 1, "a": 2}', "web.json")
    raw = b'{"metadata":{"name":"x"},"data":{"a":"1","a":"2"}}'
    assert posted(ask, CONFIGMAPS, raw)[1].endswith('duplicate field "a"')


@NAMED
def test_05_a_field_that_no_kind_has(desk: Desk, kind: Kind) -> None:
    body = {**good(kind), "spek": {}, "metadata": {**good(kind)["metadata"], "lables": {}}}
    error = desk.refused("create", kind.kind, body)
    assert 'unknown field "spek"' in str(error)
    assert 'unknown field "metadata.lables"' in str(error)  # all of them, not only the first
    assert "metadata.labels" in error.hint


def test_06_surprises_of_yaml_1_1() -> None:
    text = "a: no\nb: 010\nc: 1:30\nd: 1_0\ne: y\nf: 0o10\ng: 2026-01-01\nh: ~\n"
    found = load(text, "web.yaml")[0]
    assert found["c"] == "1:30"
    assert found["g"] == "2026-01-01"
    for evil in ("!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!<x> y"):
        with pytest.raises(ManifestError):
            load(f"a: {evil}", "web.yaml")


def test_06_what_looks_like_a_bool_or_number_is_named_with_a_way_out(desk: Desk) -> None:
    for value in (True, 10, 1.5):
        labels = {"app": value}
        body = {**good(BY_KIND["ConfigMap"]), "metadata": {"name": "a", "labels": labels}}
        error = desk.refused("create", "configmap", body)
        assert "put it in quotes" in error.hint


NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "3.0", '"3"', "true", "2147483648", "-1", "1e3"]


@pytest.mark.parametrize("number", NUMBERS)
def test_07_numbers_that_are_none_or_too_large(ask: Ask, number: str) -> None:
    body = json.dumps(good(BY_KIND["Deployment"])).replace(
        '"spec": {', '"spec": {"replicas": %s,', 1
    )
    code, message = posted(ask, DEPLOYMENTS, (body % number).encode())
    assert code in (400, 422), message
    assert "replicas" in message or "json" in message


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 3.0, "3", True, 2**31, -1, [3], {}])
def test_07_the_same_from_a_notebook(desk: Desk, number: Any) -> None:
    refused(desk, "Deployment", "replicas", spec=spec("Deployment", replicas=number))


ODD_NAMES = ["аpp", "\u202egnp", "web\u200b", "café", "cafe\u0301", "web\x00", "\ud800", "ｗｅｂ"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_08_names_and_labels_are_plain_letters(desk: Desk, name: str) -> None:
    for kind in ("ConfigMap", "Pod", "Node", "Namespace"):
        named = {**good(BY_KIND[kind])["metadata"], "name": name}
        refused(desk, kind, "metadata.name: Invalid value", metadata=named)
    meta = {"name": "a", "labels": {"app": name}}
    refused(desk, "ConfigMap", "metadata.labels: Invalid value", metadata=meta)
    meta = {"name": "a", "annotations": {name: "x"}}
    refused(desk, "ConfigMap", "metadata.annotations: Invalid value", metadata=meta)


def test_08_control_characters_in_a_manifest_are_refused_with_their_place() -> None:
    for char in ("\x00", "\x07", "\x1b", "\x7f", "\ud800", "\uffff"):
        with pytest.raises(ManifestError, match=r"line 2, column 4.*U\+"):
            load(f"a: b\nc: {char}", "web.yaml")


def test_08_half_a_character_is_none(desk: Desk, ask: Ask) -> None:
    """As Go's JSON reader has it; everything that is stored can be written."""
    body = {**good(BY_KIND["ConfigMap"], "half"), "data": {"a": "x\ud800y"}}
    assert desk.create(body).data == {"a": "x\ufffdy"}
    raw = b'{"metadata":{"name":"half"},"data":{"a":"x\\ud800y"}}'
    code, _, answer = ask("POST", CONFIGMAPS, raw, Content_Type="application/json")
    assert (code, json.loads(answer)["data"]) == (201, {"a": "x\ufffdy"})
