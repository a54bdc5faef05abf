"""Decoding as strictly as the API server: its words, and hints for the learner."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.reflection import fields_of
from kubelite.apimachinery.strict import (
    decode_lenient,
    decode_strict,
    did_you_mean,
    strict_errors,
    type_error,
)
from kubelite.apimachinery.struct import Int32, IntOrString, Struct


class ExecAction(Struct, frozen=True, kw_only=True):
    command: tuple[str, ...] = ()


class Probe(Struct, frozen=True, kw_only=True):
    exec: ExecAction | None = None
    initial_delay_seconds: Int32 = 0
    port: IntOrString = 0


class Container(Struct, frozen=True, kw_only=True):
    name: str
    image: str = ""
    image_pull_policy: str = ""
    liveness_probe: Probe | None = None
    limits: dict[str, Quantity] = {}


class PodSpec(Struct, frozen=True, kw_only=True):
    containers: tuple[Container, ...] = ()
    host_network: bool = False
    replicas: Int32 | None = None
    selector: LabelSelector | None = None


class Pod(Struct, frozen=True, kw_only=True):
    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


def pod(**parts: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", **parts}


def container(**fields: Any) -> dict[str, Any]:
    return pod(spec={"containers": [{"name": "a", **fields}]})


SLIP = container(
    livenessProbe={"exec": {"command": ["ls"], "initialDelaySeconds": 5}}, imagePulPolicy="x"
)


def test_every_unknown_field_is_named_in_the_order_met() -> None:
    assert strict_errors(Pod, SLIP, duplicates=["spec.containers[0].name"]) == [
        'unknown field "spec.containers[0].livenessProbe.exec.initialDelaySeconds"',
        'unknown field "spec.containers[0].imagePulPolicy"',
        'duplicate field "spec.containers[0].name"',
    ]


def test_the_message_is_upstreams_and_the_hint_is_ours() -> None:
    with pytest.raises(StatusError) as raised:
        decode_strict(Pod, SLIP)
    error = raised.value
    assert error.code == 400
    assert error.status.message == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'unknown field "spec.containers[0].livenessProbe.exec.initialDelaySeconds", '
        'unknown field "spec.containers[0].imagePulPolicy"'
    )
    assert error.hint.splitlines() == [
        "spec.containers[0].livenessProbe.exec.initialDelaySeconds: "
        "did you mean spec.containers[0].livenessProbe.initialDelaySeconds?",
        "spec.containers[0].imagePulPolicy: did you mean spec.containers[0].imagePullPolicy?",
    ]


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("spec.containers[0].Image", "spec.containers[0].image"),
        ("spec.containers[0].imagee", "spec.containers[0].image"),
        ("spec.image", "spec.containers[0].image"),
        ("containers", "spec.containers"),
        ("metadata.spec", "spec"),
        ("spec.containers[0].hostNetwork", "spec.hostNetwork"),
        ("metadata.label", "metadata.labels"),
    ],
)
def test_a_slip_of_spelling_or_indentation_gets_a_hint(path: str, better: str) -> None:
    assert did_you_mean(Pod, path) == f"did you mean {better}?"


@pytest.mark.parametrize("path", ["spec.zzz", "spec.nowhere.deep", "zzz"])
def test_no_hint_is_better_than_a_wrong_one(path: str) -> None:
    assert did_you_mean(Pod, path) == ""


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            pod(spec={"replicas": "3"}),
            "json: cannot unmarshal string into Go struct field PodSpec.spec.replicas"
            " of type int32",
        ),
        (
            container(name=7),
            "json: cannot unmarshal number into Go struct field Container.spec.containers.name"
            " of type string",
        ),
        (
            pod(metadata={"labels": {"on": True}}),
            "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels"
            " of type string",
        ),
        (
            pod(spec={"containers": {}}),
            "json: cannot unmarshal object into Go struct field PodSpec.spec.containers"
            " of type []v1.Container",
        ),
        (
            pod(metadata="x"),
            "json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta",
        ),
        (
            pod(spec={"replicas": 2**31}),
            "json: cannot unmarshal number 2147483648 into Go struct field PodSpec.spec.replicas"
            " of type int32",
        ),
        (
            pod(spec={"replicas": 1.5}),
            "json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.replicas"
            " of type int32",
        ),
        (
            container(livenessProbe={"port": True}),
            "json: cannot unmarshal bool into Go value of type int32",
        ),
        (
            container(limits={"cpu": "lots"}),
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    ],
)
def test_wrong_types_are_worded_as_by_the_server(raw: dict[str, Any], sentence: str) -> None:
    assert type_error(Pod, raw) == sentence
    with pytest.raises(StatusError) as raised:
        decode_strict(Pod, raw)
    refusal = 'Pod in version "v1" cannot be handled as a Pod: '
    assert raised.value.status.message == refusal + sentence
    assert raised.value.hint


def test_text_that_yaml_read_as_something_else_gets_advice() -> None:
    with pytest.raises(StatusError) as raised:
        decode_strict(Pod, pod(metadata={"labels": {"on": True}}))
    assert raised.value.hint == (
        "metadata.labels.on must be text, but reads as true: put it in quotes"
    )


def test_a_wrong_type_is_reported_before_unknown_fields() -> None:
    with pytest.raises(StatusError, match="cannot unmarshal"):
        decode_strict(Pod, pod(zzz=1, spec={"replicas": "3"}))


def test_null_is_absent_and_required_fields_have_their_zero_value() -> None:
    raw = pod(metadata=None, spec={"replicas": None, "containers": [{}, None]})
    assert decode_strict(Pod, raw).spec.containers == (Container(name=""), Container(name=""))


def test_lenient_decoding_drops_what_it_does_not_know_and_warns() -> None:
    value, warnings = decode_lenient(Pod, SLIP)
    assert value.spec.containers[0].liveness_probe == Probe(exec=ExecAction(command=("ls",)))
    assert len(warnings) == 2


def test_an_object_without_a_kind_is_unrecognized() -> None:
    with pytest.raises(StatusError, match=r"^the object provided is unrecognized \(must be of"):
        decode_strict(Pod, {"zzz": 1})


def test_errors_are_bounded() -> None:
    assert len(strict_errors(Pod, {f"z{n}": 1 for n in range(1000)})) == 100


def test_fields_know_their_names_and_shapes() -> None:
    fields = fields_of(Container)
    assert list(fields) == ["name", "image", "imagePullPolicy", "livenessProbe", "limits"]
    assert fields["limits"].shape.element is not None
    assert fields["limits"].shape.element.scalar is Quantity
