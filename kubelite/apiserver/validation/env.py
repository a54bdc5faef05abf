"""Environment variables of a container, and the references to fields, keys and amounts.

Variable names follow the strict rule (no leading digit); a real server has accepted any
printable name without ``=`` since 1.32.
Models the environment part of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    dns_subdomain,
    each,
    no_backsteps,
    qualified_name,
    required_then,
    subdomain_name,
)

ENV_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
VOLUME_FIELDS = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
_POD_FIELDS = {
    *ENV_FIELDS,
    *VOLUME_FIELDS,
    "spec.restartPolicy",
    "spec.schedulerName",
    "status.phase",
}
_RESOURCES = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_HUGE_PAGES = ("limits.hugepages-", "requests.hugepages-")
_BYTES = ("1", *(f"1{unit}" for unit in "kMGTPE"), *(f"1{unit}i" for unit in "KMGTPE"))

_ONE_SOURCE = (
    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
    "`secretKeyRef` or `fileKeyRef`"
)
_ONE_FIELD = "may not have more than one field specified at a time"


def validate_env(variables: tuple[core_v1.EnvVar, ...], path: str) -> Errors:
    """Each variable has a name, and a value or one place to take it from."""
    for index, variable in enumerate(variables):
        at = f"{path}[{index}]"
        faults = names.is_env_var_name(variable.name)
        yield from required_then(
            f"{at}.name", variable.name, each(f"{at}.name", variable.name, faults)
        )
        if variable.value_from is not None:
            yield from _value_from(variable, variable.value_from, f"{at}.valueFrom")


def _value_from(variable: core_v1.EnvVar, source: core_v1.EnvVarSource, path: str) -> Errors:
    sources = 0
    if source.field_ref is not None:
        sources += 1
        yield from validate_field_ref(source.field_ref, ENV_FIELDS, f"{path}.fieldRef")
    if source.resource_field_ref is not None:
        sources += 1
        at = f"{path}.resourceFieldRef"
        yield from validate_resource_field_ref(source.resource_field_ref, at, in_volume=False)
    if source.config_map_key_ref is not None:
        sources += 1
        yield from _key_ref(source.config_map_key_ref, f"{path}.configMapKeyRef")
    if source.secret_key_ref is not None:
        sources += 1
        yield from _key_ref(source.secret_key_ref, f"{path}.secretKeyRef")
    if source.file_key_ref is not None:
        sources += 1
        yield from _file_key_ref(source.file_key_ref, f"{path}.fileKeyRef")
    if sources == 0:
        yield FieldError.invalid(path, "", _ONE_SOURCE)
    elif variable.value:
        yield FieldError.invalid(path, "", "may not be specified when `value` is not empty")
    elif sources > 1:
        yield FieldError.invalid(path, "", _ONE_FIELD)


def split_subscript(field: str) -> tuple[str, str] | None:
    """``metadata.labels['app']`` as its path and its key; None when there is no key."""
    path, bracket, key = field.removesuffix("']").partition("['")
    if not field.endswith("']") or not bracket or not path:
        return None
    return path, key


def validate_field_ref(
    ref: core_v1.ObjectFieldSelector, allowed: tuple[str, ...], path: str
) -> Errors:
    """A field of the pod that may be read from inside it."""
    for name, value in (("apiVersion", ref.api_version), ("fieldPath", ref.field_path)):
        if not value:
            yield FieldError.required(f"{path}.{name}")
            return
    fault = _unknown_field(ref)
    parts = split_subscript(ref.field_path)
    if fault:
        fault = f"error converting fieldPath: {fault}"
        yield FieldError.invalid(f"{path}.fieldPath", ref.field_path, fault)
    elif parts:
        key = parts[1].lower() if parts[0] == "metadata.annotations" else parts[1]
        yield from qualified_name(path, key)
    elif ref.field_path not in allowed:
        yield FieldError.not_supported(f"{path}.fieldPath", ref.field_path, allowed)


def _unknown_field(ref: core_v1.ObjectFieldSelector) -> str:
    if ref.api_version != "v1":
        return f"unsupported pod version: {ref.api_version}"
    parts = split_subscript(ref.field_path)
    if parts and parts[0] not in ("metadata.annotations", "metadata.labels"):
        return f"field label does not support subscript: {ref.field_path}"
    if not parts and ref.field_path not in _POD_FIELDS:
        return f"field label not supported: {ref.field_path}"
    return ""


def validate_resource_field_ref(
    ref: core_v1.ResourceFieldSelector, path: str, in_volume: bool
) -> Errors:
    """A request or limit of a container, divided by a unit."""
    if in_volume and not ref.container_name:
        yield FieldError.required(f"{path}.containerName")
    elif not ref.resource:
        yield FieldError.required(f"{path}.resource")
    elif ref.resource not in _RESOURCES and not ref.resource.startswith(_HUGE_PAGES):
        yield FieldError.not_supported(f"{path}.resource", ref.resource, _RESOURCES)
    if ref.divisor.nano:
        yield from _divisor(ref.resource, ref.divisor, f"{path}.divisor")


def _divisor(resource: str, divisor: Quantity, path: str) -> Errors:
    kind = resource.partition(".")[2]
    if kind == "cpu":
        if str(divisor) not in ("1m", "1"):
            fault = "only divisor's values 1m and 1 are supported with the cpu resource"
            yield FieldError.invalid(path, resource, fault)
        return
    what = {"memory": "memory", "ephemeral-storage": "local ephemeral storage"}.get(kind)
    if resource.startswith(_HUGE_PAGES):
        what = "hugepages"
    if what and str(divisor) not in _BYTES:
        words = ", ".join(_BYTES)
        fault = f"only divisor's values {words} are supported with the {what} resource"
        yield FieldError.invalid(path, resource, fault)


def _key_ref(ref: core_v1.ConfigMapKeySelector | core_v1.SecretKeySelector, path: str) -> Errors:
    yield from dns_subdomain(f"{path}.name", ref.name)
    faults = names.is_config_map_key(ref.key)
    yield from required_then(f"{path}.key", ref.key, each(f"{path}.key", ref.key, faults))


def _file_key_ref(ref: core_v1.FileKeySelector, path: str) -> Errors:
    faults = names.is_relaxed_env_var_name(ref.key)
    yield from required_then(f"{path}.key", ref.key, each(f"{path}.key", ref.key, faults))
    at = f"{path}.volumeName"
    yield from required_then(at, ref.volume_name, dns_label(at, ref.volume_name))
    yield from required_then(f"{path}.path", ref.path, no_backsteps(f"{path}.path", ref.path))


def validate_env_from(sources: tuple[core_v1.EnvFromSource, ...], path: str) -> Errors:
    """Whole ConfigMaps or Secrets as variables, with an optional prefix."""
    for index, source in enumerate(sources):
        at = f"{path}[{index}]"
        if source.prefix:
            yield from each(f"{at}.prefix", source.prefix, names.is_env_var_name(source.prefix))
        refs = (("configMapRef", source.config_map_ref), ("secretRef", source.secret_ref))
        for name, ref in refs:
            if ref is not None:
                where = f"{at}.{name}.name"
                faults = subdomain_name(ref.name, True)
                yield from required_then(where, ref.name, each(where, ref.name, faults))
        given = sum(ref is not None for _, ref in refs)
        if given == 0:
            fault = "must specify one of: `configMapRef` or `secretRef`"
            yield FieldError.invalid(path, "", fault)
        elif given > 1:
            yield FieldError.invalid(path, "", _ONE_FIELD)


def validate_file_key_refs(spec: core_v1.PodSpec, path: str) -> Errors:
    """Variables read from files may only come from ``emptyDir`` volumes of the pod."""
    volumes = {volume.name: volume for volume in spec.volumes}
    for at, container in containers_with_path(spec, path):
        for index, variable in enumerate(container.env):
            if variable.value_from is None or variable.value_from.file_key_ref is None:
                continue
            name = variable.value_from.file_key_ref.volume_name
            where = f"{at}.env[{index}].valueFrom.fileKeyRef.volumeName"
            if name not in volumes:
                yield FieldError.not_found(where, name)
            elif volumes[name].empty_dir is None:
                fault = "referenced volume must be of type emptyDir"
                yield FieldError.invalid(where, name, fault)


AnyContainer = core_v1.Container | core_v1.EphemeralContainer


def containers_with_path(spec: core_v1.PodSpec, path: str) -> list[tuple[str, AnyContainer]]:
    """Every container of a pod with its field path: init, regular, then ephemeral ones."""
    groups: tuple[tuple[str, tuple[AnyContainer, ...]], ...] = (
        ("initContainers", spec.init_containers),
        ("containers", spec.containers),
        ("ephemeralContainers", spec.ephemeral_containers),
    )
    return [
        (f"{path}.{name}[{index}]", container)
        for name, group in groups
        for index, container in enumerate(group)
    ]
