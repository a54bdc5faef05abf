"""The metadata every object carries, at its creation and at an update.

Runs at each write, so the checks of keys and values that come again and again
(labels, annotation keys, namespaces) are remembered by their text.
Models ``k8s.io/apimachinery/pkg/api/validation/objectmeta.go`` and
``pkg/apis/meta/v1/validation``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import (
    LabelSelector,
    LabelSelectorRequirement,
    ManagedFieldsEntry,
    ObjectMeta,
    OwnerReference,
)
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    immutable,
    labels,
    non_negative,
    qualified_name,
)

NameCheck = Callable[[str, bool], Sequence[str]]
"""Sentences about a name; the flag says that it is only the beginning of one."""

ANNOTATIONS_BYTES = 256 * 1024

_KNOWN_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_NOT_QUALIFIED = "name is neither a standard finalizer name nor is it fully qualified"
_IMMUTABLE_FIELDS = (
    ("name", "name"),
    ("namespace", "namespace"),
    ("uid", "uid"),
    ("creation_timestamp", "creationTimestamp"),
    ("deletion_timestamp", "deletionTimestamp"),
    ("deletion_grace_period_seconds", "deletionGracePeriodSeconds"),
)

_immutable = attrgetter(*(field for field, _ in _IMMUTABLE_FIELDS))


def validate_object_meta(
    meta: ObjectMeta, namespaced: bool, name_check: NameCheck, path: str = "metadata"
) -> list[FieldError]:
    """What is wrong with the metadata of an object about to be created."""
    if _is_plain(meta, namespaced, name_check):
        return []
    return list(_object_meta(meta, namespaced, name_check, path))


def _is_plain(meta: ObjectMeta, namespaced: bool, name_check: NameCheck) -> bool:
    """The quick yes for nearly every object; anything unusual is left to the full check."""
    if not meta.name or meta.generation < 0 or meta.finalizers or meta.managed_fields:
        return False
    if not _good_namespace(meta.namespace) if namespaced else meta.namespace:
        return False
    for item in meta.labels.items():
        if not _good_label(item):
            return False
    for key, value in meta.annotations.items():
        if len(value) > 4096 or not _good_annotation_key(key):
            return False
    for owner in meta.owner_references:
        if not (owner.uid and owner.name and owner.kind and owner.api_version == "apps/v1"):
            return False
    if len(meta.annotations) > 16 or len(meta.owner_references) > 1:
        return False
    return not name_check(meta.name, False) and _good_prefix(meta.generate_name, name_check)


@lru_cache(maxsize=4096)
def _good_namespace(namespace: str) -> bool:
    return bool(namespace) and not names.is_dns1123_label(namespace)


@lru_cache(maxsize=4096)
def _good_prefix(prefix: str, name_check: NameCheck) -> bool:
    return not prefix or not name_check(prefix, True)


@lru_cache(maxsize=16384)
def _good_label(item: tuple[str, str]) -> bool:
    return not names.is_qualified_name(item[0]) and not names.is_label_value(item[1])


@lru_cache(maxsize=4096)
def _good_annotation_key(key: str) -> bool:
    return not names.is_qualified_name(key.lower())


def _object_meta(meta: ObjectMeta, namespaced: bool, name_check: NameCheck, path: str) -> Errors:
    if meta.generate_name:
        faults = name_check(meta.generate_name, True)
        yield from each(f"{path}.generateName", meta.generate_name, faults)
    if meta.name:
        yield from each(f"{path}.name", meta.name, name_check(meta.name, False))
    else:
        yield FieldError.required(f"{path}.name", "name or generateName is required")
    yield from _namespace(meta.namespace, namespaced, f"{path}.namespace")
    yield from non_negative(f"{path}.generation", meta.generation)
    yield from labels(f"{path}.labels", meta.labels)
    yield from validate_annotations(meta.annotations, f"{path}.annotations")
    yield from _owner_references(meta.owner_references, f"{path}.ownerReferences")
    yield from _finalizers(meta.finalizers, f"{path}.finalizers")
    yield from _managed_fields(meta.managed_fields, f"{path}.managedFields")
    for index, finalizer in enumerate(meta.finalizers):
        yield from _kube_finalizer(finalizer, f"{path}.finalizers[{index}]")


def _namespace(namespace: str, namespaced: bool, path: str) -> Errors:
    if namespaced and not namespace:
        yield FieldError.required(path)
    elif namespaced:
        yield from each(path, namespace, names.is_dns1123_label(namespace))
    elif namespace:
        yield FieldError.forbidden(path, "not allowed on this type")


def validate_annotations(annotations: Mapping[str, str], path: str) -> Errors:
    """Keys are qualified names whatever their case; all together stay below 256 KiB."""
    size = 0
    for key, value in annotations.items():
        yield from each(path, key, names.is_qualified_name(key.lower()))
        size += len(key.encode()) + len(value.encode())
    if size > ANNOTATIONS_BYTES:
        yield FieldError.too_long(path, ANNOTATIONS_BYTES)


def _owner_references(owners: tuple[OwnerReference, ...], path: str) -> Errors:
    controller = ""
    for owner in owners:
        yield from _owner_reference(owner, path)
        if not owner.controller:
            continue
        found = f"{owner.kind}/{owner.name}"
        if controller:
            fault = "Only one reference can have Controller set to true. Found "
            fault += f'"true" in references for {controller} and {found}'
            yield FieldError.invalid(path, owners, fault)
        else:
            controller = found


def _owner_reference(owner: OwnerReference, path: str) -> Errors:
    group, _, version = owner.api_version.rpartition("/")
    if not version:
        fault = "version must not be empty"
        yield FieldError.invalid(f"{path}.apiVersion", owner.api_version, fault)
    for field, value in (("kind", owner.kind), ("name", owner.name), ("uid", owner.uid)):
        if not value:
            yield FieldError.invalid(f"{path}.{field}", value, "must not be empty")
    if (group, version, owner.kind) == ("", "v1", "Event"):
        fault = "/v1, Kind=Event is disallowed from being an owner"
        yield FieldError.invalid(path, owner, fault)


def _finalizers(finalizers: tuple[str, ...], path: str) -> Errors:
    for finalizer in finalizers:
        yield from qualified_name(path, finalizer)
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        fault = "finalizer orphan and foregroundDeletion cannot be both set"
        yield FieldError.invalid(path, finalizers, fault)


def _kube_finalizer(finalizer: str, path: str) -> Errors:
    if "/" not in finalizer and finalizer not in _KNOWN_FINALIZERS:
        yield FieldError.invalid(path, finalizer, _NOT_QUALIFIED)


def validate_finalizer_name(finalizer: str, path: str) -> Errors:
    """A finalizer: one of the three old words, or a name with its domain."""
    yield from qualified_name(path, finalizer)
    yield from _kube_finalizer(finalizer, path)


def _managed_fields(entries: tuple[ManagedFieldsEntry, ...], path: str) -> Errors:
    for index, entry in enumerate(entries):
        at = f"{path}[{index}]"
        if entry.operation not in ("Apply", "Update"):
            fault = "must be `Apply` or `Update`"
            yield FieldError.invalid(f"{at}.operation", entry.operation, fault)
        if entry.fields_type not in ("", "FieldsV1"):
            yield FieldError.invalid(f"{at}.fieldsType", entry.fields_type, "must be `FieldsV1`")
        if len(entry.manager.encode()) > 128:
            yield FieldError.too_long(f"{at}.manager", 128)
        if len(entry.subresource.encode()) > 256:
            yield FieldError.too_long(f"{at}.subresource", 256)


def validate_object_meta_update(
    new: ObjectMeta, old: ObjectMeta, path: str = "metadata"
) -> list[FieldError]:
    """What an update may not do to metadata: change who the object is, or keep it from dying."""
    if new is old:  # as in every update of a status
        return []
    return list(_object_meta_update(new, old, path))


def _object_meta_update(new: ObjectMeta, old: ObjectMeta, path: str) -> Errors:
    if old.deletion_timestamp is not None and new.finalizers != old.finalizers:
        yield from _no_new_finalizers(new.finalizers, old.finalizers, f"{path}.finalizers")
    if not new.resource_version:
        fault = "must be specified for an update"
        yield FieldError.invalid(f"{path}.resourceVersion", new.resource_version, fault)
    if new.generation < old.generation:
        yield FieldError.invalid(f"{path}.generation", new.generation, "must not be decremented")
    if _immutable(new) != _immutable(old):
        for field, wire in _IMMUTABLE_FIELDS:
            yield from immutable(f"{path}.{wire}", getattr(new, field), getattr(old, field))
    if new.labels is not old.labels:
        yield from labels(f"{path}.labels", new.labels)
    if new.annotations is not old.annotations:
        yield from validate_annotations(new.annotations, f"{path}.annotations")
    if new.owner_references is not old.owner_references:
        yield from _owner_references(new.owner_references, f"{path}.ownerReferences")
    if new.managed_fields is not old.managed_fields:
        yield from _managed_fields(new.managed_fields, f"{path}.managedFields")
    if new.finalizers is not old.finalizers:
        for index, finalizer in enumerate(new.finalizers):
            yield from _kube_finalizer(finalizer, f"{path}.finalizers[{index}]")


def _no_new_finalizers(new: tuple[str, ...], old: tuple[str, ...], path: str) -> Errors:
    extra = sorted({*new} - {*old})
    if extra:
        listed = ", ".join(f'"{finalizer}"' for finalizer in extra)
        fault = "no new finalizers can be added if the object is being deleted, "
        fault += f"found new finalizers []string{{{listed}}}"
        yield FieldError.forbidden(path, fault)


def validate_label_selector(selector: LabelSelector | None, path: str) -> Errors:
    """Labels and expressions of a selector; none at all is fine here."""
    if selector is None:
        return
    yield from labels(f"{path}.matchLabels", selector.match_labels)
    for index, requirement in enumerate(selector.match_expressions):
        yield from _requirement(requirement, f"{path}.matchExpressions[{index}]")


def _requirement(requirement: LabelSelectorRequirement, path: str) -> Errors:
    operator, values = requirement.operator, requirement.values
    if operator in ("In", "NotIn"):
        if not values:
            fault = "must be specified when `operator` is 'In' or 'NotIn'"
            yield FieldError.required(f"{path}.values", fault)
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            fault = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield FieldError.forbidden(f"{path}.values", fault)
    else:
        yield FieldError.invalid(f"{path}.operator", operator, "not a valid selector operator")
    yield from qualified_name(f"{path}.key", requirement.key)
    for index, value in enumerate(values):
        yield from each(f"{path}.values[{index}]", value, names.is_label_value(value))
