"""Every bad input of the list, by its number: ``elsewhere.ITEMS`` says what each of them is.

What belongs to one room is tried beside that room (``elsewhere.ELSEWHERE``).
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.manifest import ManifestError, load
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.scheme import Kind
from tests.apiserver.conftest import Desk
from tests.architecture import source
from tests.badinput.elsewhere import ELSEWHERE, ITEMS
from tests.badinput.objects import KINDS, good
from tests.badinput.scale import sweep
from tests.edge.conftest import Ask, connect
from tests.manifests import deployment

ROOT = Path(__file__).parent.parent.parent
MEBIBYTE = 1 << 20
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"

BY_KIND = {kind.kind: kind for kind in KINDS}
NAMED = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def refused(desk: Desk, kind: str, text: str, **changes: Any) -> None:
    """A good object with these fields changed: its field is named and nothing is stored."""
    error = desk.refused("create", kind, {**good(BY_KIND[kind]), **changes})
    assert re.search(text, str(error)), str(error)


def spec(kind: str, **changes: Any) -> dict[str, Any]:
    return {**good(BY_KIND[kind])["spec"], **changes}


def posted(ask: Ask, path: str, raw: bytes, media: str = "application/json") -> tuple[int, str]:
    code, _, answer = ask("POST", path, raw, Content_Type=media)
    return code, json.loads(answer)["message"]


def peak(action: Callable[[], object]) -> int:
    """The most memory an action holds at a time, in bytes."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def calls(action: Callable[[], object]) -> int:
    """How many functions an action calls: its length, whatever the machine is doing."""
    count = 0

    def called(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


# The list itself


def test_00_each_item_is_tried() -> None:
    here = {int(name[5:7]) for name in globals() if re.match(r"test_\d\d_", name)}
    assert set(ITEMS) == set(range(1, 33))
    assert [number for number in ITEMS if number not in here and number not in ELSEWHERE] == []


def test_00_what_is_tried_elsewhere_is_there() -> None:
    for places in ELSEWHERE.values():
        for place in places:
            file, _, name = place.partition("::")
            module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
            assert callable(getattr(module, name)), place


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


SEGMENTS = ("Event", "CertificateSigningRequest", "Role", "ClusterRole", "RoleBinding")
SEGMENTS += ("ClusterRoleBinding",)
"""Kinds whose names only have to fit into a URL, as upstream."""
STRICT = [kind for kind in KINDS if kind.kind not in SEGMENTS]


@pytest.mark.parametrize("kind", STRICT, ids=lambda kind: kind.kind)
@pytest.mark.parametrize("name", ["web\n", "\nweb", "web\r\n", "a" * 254])
def test_09_a_trailing_newline_or_too_many_letters(desk: Desk, kind: Kind, name: str) -> None:
    meta = {**good(kind)["metadata"], "name": name}
    refused(desk, kind.kind, "metadata.name: Invalid value", metadata=meta)


def test_09_a_trailing_newline_elsewhere(desk: Desk) -> None:
    meta = {"name": "a", "labels": {"app": "web\n"}}
    refused(desk, "ConfigMap", "metadata.labels: Invalid value", metadata=meta)
    refused(desk, "Service", "clusterIP", spec=spec("Service", clusterIP="10.96.0.9\n"))
    refused(desk, "CronJob", "spec.schedule", spec=spec("CronJob", schedule="* * * *\n"))


@NAMED
@pytest.mark.parametrize("name", ["..", ".", "a/b", "/", "a%2fb", "%"])
def test_10_names_that_are_paths(desk: Desk, kind: Kind, name: str) -> None:
    meta = {**good(kind)["metadata"], "name": name}
    refused(desk, kind.kind, "metadata.name: Invalid value", metadata=meta)


@pytest.mark.parametrize("name", ["..", ".", "a%2fb", "%2e%2e", "%00", "a%0a", "x" * 5_000])
def test_10_the_same_in_a_url(ask: Ask, name: str) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        media = "application/merge-patch+json" if method == "PATCH" else "application/json"
        code, _, _ = ask(method, f"{CONFIGMAPS}/{name}", b"{}", Content_Type=media)
        assert code in (400, 404, 405, 414, 422), code


LABELS = [
    ({"a b": "x"}, "metadata.labels"),
    ({"": "x"}, "metadata.labels"),
    ({"a/b/c": "x"}, "metadata.labels"),
    ({"-a": "x"}, "metadata.labels"),
    ({"a" * 64: "x"}, "must be no more than 63"),
    ({"a": "x" * 64}, "must be no more than 63"),
    ({"a": "-x"}, "metadata.labels"),
    ({f"{'a' * 254}/b": "x"}, "must be no more than 253"),
]


@pytest.mark.parametrize(("labels", "text"), LABELS)
def test_11_bad_labels(desk: Desk, labels: dict[str, str], text: str) -> None:
    refused(desk, "ConfigMap", text, metadata={"name": "a", "labels": labels})


SELECTORS: list[tuple[Any, str]] = [
    ({}, "empty selector is invalid for deployment"),
    (None, "spec.selector: Required value"),
    ({"matchLabels": {"app": "shop"}}, "`selector` does not match template `labels`"),
    ({"matchExpressions": [{"key": "a", "operator": "Like", "values": ["x"]}]}, "operator"),
    ({"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}, "values: Required"),
    ({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}, "Forbidden"),
    ({"matchLabels": {"a b": "x"}}, "spec.selector"),
]


@pytest.mark.parametrize(("selector", "text"), SELECTORS)
def test_11_bad_selectors(desk: Desk, selector: Any, text: str) -> None:
    refused(desk, "Deployment", text, spec=spec("Deployment", selector=selector))


@pytest.mark.parametrize("text", ["a in", "a in (", "!", "a=b=c", "a notin b", ",", "a>b", "=x"])
def test_11_bad_selectors_in_a_question(desk: Desk, ask: Ask, text: str) -> None:
    with pytest.raises(StatusError) as error:
        desk.ask("list", "pods", label_selector=text)
    assert error.value.code == 400
    assert ask("GET", f"{CONFIGMAPS}?labelSelector={quote(text)}")[0] == 400


QUANTITIES = ["0x10", "1 Gi", "1ki", "--1", "1.2.3", "", "NaN", "inf", "1e", "9" * 5_000]


@pytest.mark.parametrize("amount", QUANTITIES)
def test_12_bad_quantities(desk: Desk, amount: str) -> None:
    container = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": amount}}}
    error = desk.handle(
        "create", "pod", {**good(BY_KIND["Pod"]), "spec": {"containers": [container]}}
    )
    assert error.code in (400, 422), amount
    assert len(error.body.message) < 20_000


def test_12_quantities_below_nothing(desk: Desk) -> None:
    container = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": "-1"}}}
    text = r"requests\[cpu\]: Invalid value: \"-1\": must be greater than or equal to 0"
    refused(desk, "Pod", text, spec={"containers": [container]})


SUFFIXES = {"": Fraction(1), "m": Fraction(1, 1000), "k": Fraction(1000), "Ki": Fraction(1024)}
SUFFIXES |= {
    "M": Fraction(10**6),
    "Mi": Fraction(2**20),
    "u": Fraction(1, 10**6),
    "e3": Fraction(1000),
}


@sweep(400)
@given(
    whole=st.integers(0, 10**6),
    part=st.text("0123456789", max_size=9),
    suffix=st.sampled_from(sorted(SUFFIXES)),
    sign=st.sampled_from(("", "-", "+")),
)
def test_12_quantities_are_exact_and_rounded_away_from_nothing(
    whole: int, part: str, suffix: str, sign: str
) -> None:
    text = f"{sign}{whole}{'.' if part else ''}{part}{suffix}"
    exact = Fraction(f"{whole}.{part or 0}") * SUFFIXES[suffix]
    found = Quantity.parse(text)
    if sign != "-":
        nano = -(-exact * 10**9 // 1)  # finer than that it is not kept
        assert found.value == -(-nano // 10**9)
        assert found.milli == -(-nano // 10**6)
    assert Quantity.parse(found.wire()) == found


@pytest.mark.parametrize("amount", ["1e1000", "9" * 400, "1e-99999", "0" * 10_000 + "1"])
def test_12_quantities_of_any_size_are_read_at_once(amount: str) -> None:
    assert calls(lambda: Quantity.parse(amount)) < 100
    with pytest.raises(ValueError, match="unable to parse quantity's suffix"):
        Quantity.parse("1e999999999")


SCHEDULES = ["", "* * * *", "60 * * * *", "*/0 * * * *", "1-0 * * * *", "a * * * *", "@often"]
SCHEDULES += ["* " * 500, "1," * 2_000 + "99 * * * *", "TZ=Mars/Base * * * * *", "0 0 31 2 ?x"]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_13_bad_schedules(desk: Desk, schedule: str) -> None:
    refused(desk, "CronJob", "spec.schedule", spec=spec("CronJob", schedule=schedule))


PORTS: list[tuple[str, dict[str, Any], str]] = [
    ("Service", {"ports": [{"port": 0}]}, r"ports\[0\].port"),
    ("Service", {"ports": [{"port": 65_536}]}, r"ports\[0\].port"),
    ("Service", {"ports": [{"port": 80, "targetPort": "a" * 16}]}, "targetPort"),
    ("Service", {"ports": [{"port": 80, "protocol": "tcp"}]}, "protocol"),
    ("Service", {"clusterIP": "10.96.0.256"}, "clusterIP"),
    (
        "Service",
        {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/33"]},
        "SourceRanges",
    ),
    ("ServiceCIDR", {"cidrs": ["10.0.0.0/8/8"]}, "cidrs"),
    ("ServiceCIDR", {"cidrs": ["010.0.0.0/8"]}, "cidrs"),
    ("CronJob", {"timeZone": "../../etc/passwd"}, "timeZone"),
    ("CronJob", {"startingDeadlineSeconds": -1}, "startingDeadlineSeconds"),
]


@pytest.mark.parametrize(("kind", "change", "text"), PORTS)
def test_13_bad_ports_addresses_and_zones(
    desk: Desk, kind: str, change: dict[str, Any], text: str
) -> None:
    refused(desk, kind, text, spec=spec(kind, **change))


BACKTRACKING = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from tests.badinput.patterns import attack
print(attack())
"""


def test_13_no_pattern_of_ours_goes_back_for_ever() -> None:
    """Each of them meets texts that would take a careless one until the end of the world."""
    command = [sys.executable, "-c", BACKTRACKING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 40


# Objects that belong to each other in odd ways


def settings_of(name: str, *owners: Any, finalizers: tuple[str, ...] = ()) -> dict[str, Any]:
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": one.metadata.name,
            "uid": one.metadata.uid,
        }
        for one in owners
    ]
    meta = {"name": name, "ownerReferences": references, "finalizers": list(finalizers)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def test_14_owners_in_circles_of_oneself_and_of_other_namespaces() -> None:
    cluster = Cluster(nodes=0)
    first, second = (cluster.apply(settings_of(name)) for name in ("first", "second"))
    alone = cluster.apply(settings_of("alone"))
    cluster.apply(settings_of("second", first))
    cluster.apply(settings_of("first", second))
    cluster.apply(settings_of("alone", alone))
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    elsewhere = cluster.apply(settings_of("elsewhere"), namespace="other")
    cluster.apply(settings_of("child", elsewhere))
    cluster.apply(settings_of("kept", finalizers=("example.com/never",)))
    cluster.run(60)
    assert cluster.get("configmaps").names == ["alone", "first", "kept", "second"]
    written = cluster.revision
    cluster.run(60)
    assert cluster.revision - written < 30  # heartbeats: nobody goes round in the circle
    for name in ("first", "alone", "kept"):
        cluster.delete(f"configmap/{name}")
    cluster.run(60)
    assert cluster.get("configmaps").names == ["kept"]


def test_15_a_million_replicas_come_at_the_pace_of_a_real_cluster() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2**31 - 1))
    cluster.run(10)
    assert len(cluster.get("pods")) < 20 * 10 + 31  # twenty requests a second, after a burst
    cluster.scale("deployment/web", 1)
    cluster.run_until(lambda c: len(c.get("pods")) == 1, timeout=300)


def test_15_a_selector_that_matches_the_world(desk: Desk) -> None:
    refused(desk, "Deployment", "empty selector", spec=spec("Deployment", selector={}))
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2))
    port = {"port": 80, "targetPort": 8080}
    budget = {"spec": {"minAvailable": 1, "selector": {}}}
    cluster.apply({**good(BY_KIND["PodDisruptionBudget"], "all"), **budget})
    everyone = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "all"}}
    cluster.apply({**everyone, "spec": {"selector": {"app": "web"}, "ports": [port]}})
    cluster.run(20)
    assert cluster.get("poddisruptionbudget/all").status.expected_pods == 2


def test_15_a_quota_says_so() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply({**good(BY_KIND["ResourceQuota"], "few"), "spec": {"hard": {"pods": "2"}}})
    cluster.run(2)
    cluster.apply(deployment("web", replicas=1_000_000))
    cluster.run(20)
    assert len(cluster.get("pods")) == 2
    assert any("exceeded quota: few" in event.message for event in cluster.events())


# Over the network


def raw_answer(served: Any, request: bytes) -> bytes:
    connection = connect(served[1])
    connection.connect()
    connection.sock.settimeout(20)
    connection.sock.sendall(request)
    answer: bytes = connection.sock.recv(4_000)
    connection.close()
    return answer


HEAD = b"POST /version HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
SMUGGLED = {
    "two lengths": HEAD + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxGET",
    "a length below nothing": HEAD + HOST + b"Content-Length: -1\r\n\r\nx",
    "a length in words": HEAD + HOST + b"Content-Length: one\r\n\r\nx",
    "no host": HEAD + b"Content-Length: 0\r\n\r\n",
    "two hosts": HEAD + HOST + HOST + b"\r\n",
    "an odd encoding": HEAD + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x00\x00 hello\r\n\r\n",
    "a line without an end": HEAD + b"X" * 100_000,
}


@pytest.mark.parametrize("case", SMUGGLED)
def test_16_request_smuggling(served: Any, ask: Ask, case: str) -> None:
    answer = raw_answer(served, SMUGGLED[case])
    assert re.match(rb"HTTP/1.1 (4\d\d|501) |\Z", answer), answer[:80]
    assert ask("GET", "/version")[0] == 200


def test_24_nothing_that_is_saved_can_run() -> None:
    """Neither pickle nor eval: what is read is JSON or YAML, and nothing more."""
    evil = {"pickle", "marshal", "shelve", "dill"}
    for package in ("kubelite", "course"):
        for file in source.python_files(package):
            assert not {module.split(".")[0] for module, _ in source.imports(file)} & evil, file
            names = {
                node.func.id
                for node in ast.walk(source.tree(file))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            room = source.name(file)
            if not room.startswith("course/grading/"):  # there a learner's cells are run
                assert not names & {"eval", "exec"}, file
            assert "yaml.load(" not in file.read_text(encoding="utf-8"), file


PLATFORM = """
from kubelite import Cluster
from tests.manifests import deployment
cluster = Cluster(nodes=1)
cluster.apply(deployment("web"))
cluster.run(30)
print(cluster.trace.digest(), cluster.now)
"""


def test_29_clock_locale_and_time_zone_of_the_machine_do_not_matter() -> None:
    told = set()
    for machine in (
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
        {"TZ": "America/St_Johns", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONHASHSEED": "3"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", PLATFORM],
            cwd=ROOT,
            env={**os.environ, **machine},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(done.stdout)
    assert len(told) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_29_line_ends_and_byte_order_marks(end: str) -> None:
    text = end.join(["\ufeffkind: ConfigMap", "data:", "  a: b", ""])
    assert load(text.encode(), "web.yaml") == [{"kind": "ConfigMap", "data": {"a": "b"}}]
    with pytest.raises(ManifestError, match="UTF-16"):
        load(text.encode("utf-16"), "web.yaml")


@pytest.mark.parametrize(
    "name", ["no-such.yaml", "a\x00b.yaml", "/etc.yaml", "x" * 5_000 + ".yaml"]
)
def test_30_files_that_cannot_be_read(name: str) -> None:
    with pytest.raises(ManifestError, match="Check the name, or pass the manifest itself"):
        Cluster(nodes=0).apply(name)


def test_30_a_folder_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").mkdir()
    with pytest.raises(ManifestError, match="directory"):
        Cluster(nodes=0).apply(tmp_path / "web.yaml")


def test_31_no_pod_runs_a_process_of_this_machine(tmp_path: Path) -> None:
    reachable = {"subprocess", "os", "pty", "multiprocessing"}
    for file in source.python_files("kubelite/kubelet"):
        assert not {module.split(".")[0] for module, _ in source.imports(file)} & reachable
    cluster = Cluster(nodes=1)
    pod = good(BY_KIND["Pod"], "evil")
    script = ["sh", "-c", f"touch {tmp_path}/here; sleep 100"]
    pod["spec"] = {"containers": [{"name": "c", "image": "busybox", "command": script}]}
    cluster.apply(pod)
    cluster.run_until("pod/evil ready")
    cluster.exec("evil", f"touch {tmp_path}/here; cat /etc/passwd")
    assert not (tmp_path / "here").exists()


def test_32_a_port_that_is_taken() -> None:
    cluster = Cluster(nodes=0)
    with cluster.serve() as server, pytest.raises(OSError, match="in use"):
        Cluster(nodes=0).serve(port=server.port)
