"""Bad input of the list, items 9 to 13: names, labels, amounts, schedules, addresses."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.scheme import Kind
from tests.apiserver.conftest import Desk
from tests.badinput.asking import (
    BY_KIND,
    CONFIGMAPS,
    NAMED,
    ROOT,
    calls,
    refused,
    spec,
)
from tests.badinput.objects import KINDS, good
from tests.badinput.scale import sweep
from tests.edge.conftest import Ask


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


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
