"""Our types against the definitions of Kubernetes 1.37: same fields, same shapes, both ways."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import kubernetes_validate  # type: ignore[import-untyped]
import msgspec
import pytest

from kubelite.api import (
    admissionregistration_v1,
    apiextensions_v1,
    apiregistration_v1,
    apps_v1,
    authentication_v1,
    authorization_v1,
    autoscaling_v1,
    autoscaling_v2,
    batch_v1,
    certificates_v1,
    coordination_v1,
    core_v1,
    discovery_v1,
    flowcontrol_v1,
    meta_v1,
    networking_v1,
    node_v1,
    policy_v1,
    rbac_v1,
    resource_v1,
    scheduling_v1,
    scheduling_v1alpha3,
    storage_v1,
)
from kubelite.apimachinery import meta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int32, Int64, Struct, to_dict
from kubelite.apimachinery.times import MicroTime, Time

GROUPS = {
    "io.k8s.api.core.v1": core_v1,
    "io.k8s.api.apps.v1": apps_v1,
    "io.k8s.api.authentication.v1": authentication_v1,
    "io.k8s.api.authorization.v1": authorization_v1,
    "io.k8s.api.rbac.v1": rbac_v1,
    "io.k8s.api.batch.v1": batch_v1,
    "io.k8s.api.scheduling.v1alpha3": scheduling_v1alpha3,
    "io.k8s.api.discovery.v1": discovery_v1,
    "io.k8s.api.coordination.v1": coordination_v1,
    "io.k8s.api.autoscaling.v1": autoscaling_v1,
    "io.k8s.api.autoscaling.v2": autoscaling_v2,
    "io.k8s.api.networking.v1": networking_v1,
    "io.k8s.api.policy.v1": policy_v1,
    "io.k8s.api.resource.v1": resource_v1,
    "io.k8s.api.scheduling.v1": scheduling_v1,
    "io.k8s.api.storage.v1": storage_v1,
    "io.k8s.api.admissionregistration.v1": admissionregistration_v1,
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1": apiregistration_v1,
    "io.k8s.api.certificates.v1": certificates_v1,
    "io.k8s.api.flowcontrol.v1": flowcontrol_v1,
    "io.k8s.api.node.v1": node_v1,
    "io.k8s.apimachinery.pkg.apis.meta.v1": meta_v1,
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1": apiextensions_v1,
}
META = "io.k8s.apimachinery.pkg.apis.meta.v1"

# Not compared: Object is ours, the common beginning of all kinds; ListMeta lacks the alpha
# field shardInfo, because lists cut into shards are not served.
OURS = {"Object", "ListMeta"}
# Shown by Kubernetes although not required: what is a struct in Go besides the records below,
# and strings and numbers without omitempty.
ALSO_WRITTEN = {
    "ControllerRevision.revision",
    "Counter.value",
    "DeviceCapacity.value",
    "Event.reportingComponent",
    "Event.reportingInstance",
    "HTTPGetAction.port",
    "OpaqueDeviceConfiguration.parameters",
    "PodDisruptionBudgetStatus.currentHealthy",
    "PodDisruptionBudgetStatus.desiredHealthy",
    "PodDisruptionBudgetStatus.disruptionsAllowed",
    "PodDisruptionBudgetStatus.expectedPods",
    "PriorityClass.value",
    "ResourceFieldSelector.divisor",
    "ServicePort.targetPort",
    "StatefulSetStatus.availableReplicas",
    "TCPSocketAction.port",
}


def definitions() -> dict[str, Any]:
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    raw = (folder / "v1.37.0-local" / "_definitions.json").read_bytes()
    return typing.cast(dict[str, Any], json.loads(raw)["$defs"])


DEFINITIONS = definitions()


def our_types() -> Iterator[tuple[str, type[Struct]]]:
    for group, module in [*GROUPS.items(), (META, meta)]:
        for name, value in vars(module).items():
            is_struct = isinstance(value, type) and issubclass(value, Struct)
            if is_struct and name not in OURS and f"{group}.{name}" in DEFINITIONS:
                yield f"{group}.{name}", value


TYPES = dict(our_types())
BY_NAME = pytest.mark.parametrize("name", sorted(TYPES))


def shape_there(schema: dict[str, Any]) -> str:
    """``[Container]``, ``{string}``, ``integer:int32`` or the name of another definition."""
    if "$ref" in schema:
        name = str(schema["$ref"].split("/")[-1].split(".")[-1])
        name = OF_SCHEMAS.get(name, name)
        return "FieldsV1" if name == "RawExtension" else name  # any JSON object, both of them
    kinds = schema["type"]
    kind = next(k for k in kinds if k != "null") if isinstance(kinds, list) else kinds
    if kind == "array":
        return f"[{shape_there(schema['items'])}]"
    if kind == "object":
        shape = f"{{{shape_there(schema['additionalProperties'])}}}"
        return "FieldsV1" if shape == "{JSON}" else shape
    return f"integer:{schema['format']}" if kind == "integer" else str(kind)


PLAIN = {
    str: "string",
    bool: "boolean",
    int: "integer:int64",
    Quantity: "Quantity",
    Time: "Time",
    MicroTime: "MicroTime",
    dict[str, Any]: "FieldsV1",
    float: "number",
    Any: "JSON",
}


# Fields of the schema of schemas that may be one of two things; a list of schemas is refused.
OF_SCHEMAS = {
    "JSONSchemaPropsOrBool": "JSONSchemaProps|boolean",
    "JSONSchemaPropsOrArray": "JSONSchemaProps",
    "JSONSchemaPropsOrStringArray": "JSON",
}


def shape_here(kind: Any) -> str:
    if kind == Int32:
        return "integer:int32"
    if kind == Int64:
        return "integer:int64"
    if get_origin(kind) is Annotated:
        return shape_here(get_args(kind)[0])
    if get_origin(kind) in (typing.Union, types.UnionType):
        members = [shape_here(k) for k in get_args(kind) if k is not type(None)]
        return "IntOrString" if members == ["integer:int32", "string"] else "|".join(members)
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) is tuple:
        return f"[{shape_here(get_args(kind)[0])}]"
    if get_origin(kind) is dict:
        return f"{{{shape_here(get_args(kind)[1])}}}"
    return str(kind.__name__)


def merge_here(kind: Any) -> tuple[str | None, str | None]:
    for note in get_args(kind)[1:] if get_origin(kind) is Annotated else ():
        if isinstance(note, msgspec.Meta) and note.extra:
            return note.extra["patchStrategy"], note.extra["patchMergeKey"]
    return None, None


def merge_there(schema: dict[str, Any]) -> tuple[str | None, str | None]:
    prefix = "x-kubernetes-patch-"
    return schema.get(prefix + "strategy"), schema.get(prefix + "merge-key")


@BY_NAME
def test_the_fields_are_those_of_kubernetes_with_the_same_shapes(name: str) -> None:
    here = {f.encode_name: shape_here(f.type) for f in msgspec.structs.fields(TYPES[name])}
    there = {k: shape_there(s) for k, s in DEFINITIONS[name].get("properties", {}).items()}
    assert here == there


@BY_NAME
def test_strategic_merge_is_marked_where_kubernetes_marks_it(name: str) -> None:
    here = {f.encode_name: merge_here(f.type) for f in msgspec.structs.fields(TYPES[name])}
    there = {k: merge_there(s) for k, s in DEFINITIONS[name].get("properties", {}).items()}
    assert here == there


def test_no_type_is_invented() -> None:
    ours = {
        kind.__name__
        for module in [*GROUPS.values(), meta]
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Struct) and kind is not Struct
    }
    assert ours - {name.split(".")[-1] for name in TYPES} == OURS


def test_every_type_a_kind_mentions_is_there() -> None:
    mentioned = {
        ref.split("/")[-1]
        for name in TYPES
        for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(DEFINITIONS[name]))
    }
    structs = {name for name in mentioned if "properties" in DEFINITIONS[name]}
    assert structs <= set(TYPES)


def always_written(kind: type[Struct]) -> set[str]:
    """The fields of an object of which nobody has said anything but what must be said."""
    must = {field.encode_name for field in msgspec.structs.fields(kind) if field.required}
    return must or set(to_dict(kind()))


def test_what_the_api_requires_is_always_written() -> None:
    scalars = {"string", "boolean", "integer:int32", "integer:int64"}
    required, always = set(), set()
    for name, kind in TYPES.items():
        if kind.__module__.startswith(("kubelite.api.", "kubelite.apimachinery.meta")):
            short = name.split(".")[-1]
            properties = DEFINITIONS[name].get("properties", {})
            required |= {
                f"{short}.{field}"
                for field in DEFINITIONS[name].get("required", ())
                if shape_there(properties[field]) in scalars
            }
            always |= {f"{short}.{field}" for field in always_written(kind)}
    identity = {name for name in always if name.endswith((".apiVersion", ".kind"))}
    assert always - identity - records() == (required | ALSO_WRITTEN) - identity - records()


def records() -> set[str]:
    """The fields that are a record or a time."""
    return {
        f"{kind.__name__}.{field.encode_name}"
        for kind in TYPES.values()
        for field in msgspec.structs.fields(kind)
        if field.type in (Time | None, MicroTime | None) or is_record(field.type)
    }


def is_record(kind: Any) -> bool:
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return isinstance(kind, type) and issubclass(kind, Struct)


def test_a_record_is_written_even_when_nothing_is_in_it() -> None:
    left_out = {
        f"{kind.__name__}.{field.name}"
        for kind in TYPES.values()
        for field in msgspec.structs.fields(kind)
        if isinstance(field.default, Struct)
    }
    assert not left_out
