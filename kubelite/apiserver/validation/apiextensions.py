"""CustomResourceDefinitions: names, versions, columns, subresources.

Where all versions agree, upstream reports a fault at the place the old API had for it
(``spec.validation``, ``spec.subresources``); so does this.
Models k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.
"""

from __future__ import annotations

from kubelite.api import apiextensions_v1 as ext
from kubelite.api.conditions import is_true
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.admission import review_versions, where
from kubelite.apiserver.validation.formats import Errors, immutable, subdomain_name
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.structural import validate_schema

SCOPES = ("Cluster", "Namespaced")
STRATEGIES = ("None", "Webhook")
COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
COLUMN_FORMATS = (
    *("binary", "bool", "byte", "date", "date-time", "double", "float", "int32", "int64"),
    "password",
)
APPROVAL = "api-approved.kubernetes.io"
PROTECTED = ("k8s.io", "kubernetes.io")


def validate_crd(definition: ext.CustomResourceDefinition) -> list[FieldError]:
    """What is wrong with a new definition."""
    spec = definition.spec

    def name_check(name: str, prefix: bool) -> list[str]:
        faults = subdomain_name(name, prefix)
        if name != f"{spec.names.plural}.{spec.group}":
            faults = [*faults, 'must be spec.names.plural+"."+spec.group']
        return faults

    faults = validate_object_meta(definition.metadata, False, name_check)
    faults += _spec(spec, "spec")
    faults += _approval(definition)
    return faults


def validate_crd_update(
    new: ext.CustomResourceDefinition, old: ext.CustomResourceDefinition
) -> list[FieldError]:
    """What is wrong with a change: names and scope stay, and versions that hold objects."""
    spec, before = new.spec, old.spec
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _spec(spec, "spec")
    if is_true(old, ext.ESTABLISHED):
        faults += immutable("spec.scope", spec.scope, before.scope)
        faults += immutable("spec.names.kind", spec.names.kind, before.names.kind)
    faults += immutable("spec.group", spec.group, before.group)
    faults += immutable("spec.names.plural", spec.names.plural, before.names.plural)
    faults += _stored_versions(new)
    return faults


def validate_crd_status_update(
    new: ext.CustomResourceDefinition, old: ext.CustomResourceDefinition
) -> list[FieldError]:
    """What is wrong with a new status."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _names(new.status.accepted_names, "status.acceptedNames")
    faults += _stored_versions(new)
    return faults


def _stored_versions(definition: ext.CustomResourceDefinition) -> Errors:
    known = [version.name for version in definition.spec.versions]
    for index, stored in enumerate(definition.status.stored_versions):
        if stored not in known:
            fault = (
                f"missing from spec.versions; {stored} was previously a storage version, and must "
                "remain in spec.versions until a storage migration ensures no data remains "
                f"persisted in {stored} and removes {stored} from status.storedVersions"
            )
            yield FieldError.invalid(f"status.storedVersions[{index}]", stored, fault)


def _approval(definition: ext.CustomResourceDefinition) -> Errors:
    """Groups of Kubernetes itself are for those who have been approved."""
    group = definition.spec.group
    protected = any(group == one or group.endswith(f".{one}") for one in PROTECTED)
    if protected and not definition.metadata.annotations.get(APPROVAL):
        fault = (
            f'protected groups must have approval annotation "{APPROVAL}", '
            "see https://github.com/kubernetes/enhancements/pull/1111"
        )
        yield FieldError.required(f"metadata.annotations[{APPROVAL}]", fault)


def _spec(spec: ext.CustomResourceDefinitionSpec, path: str) -> Errors:
    yield from _group(spec.group, f"{path}.group")
    if not spec.scope:
        yield FieldError.required(f"{path}.scope")
    elif spec.scope not in SCOPES:
        yield FieldError.not_supported(f"{path}.scope", spec.scope, SCOPES)
    if spec.preserve_unknown_fields:
        fault = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
        fault += "spec.versions[*].schema instead"
        yield FieldError.invalid(f"{path}.preserveUnknownFields", True, fault)
    yield from _versions(spec, path)
    for field, value in (
        ("plural", spec.names.plural),
        ("singular", spec.names.singular),
        ("kind", spec.names.kind),
        ("listKind", spec.names.list_kind),
    ):
        if not value:
            yield FieldError.required(f"{path}.names.{field}")
    yield from _names(spec.names, f"{path}.names")
    if spec.conversion is not None:
        yield from _conversion(spec.conversion, f"{path}.conversion")


def _conversion(conversion: ext.CustomResourceConversion, path: str) -> Errors:
    """The fields stand where the old API had them, as upstream says it."""
    at, versions = f"{path}.webhookClientConfig", f"{path}.conversionReviewVersions"
    if conversion.strategy not in STRATEGIES:
        yield FieldError.not_supported(f"{path}.strategy", conversion.strategy, STRATEGIES)
    webhook = conversion.webhook or ext.WebhookConversion()
    if conversion.strategy == "Webhook":
        if webhook.client_config is None:
            yield FieldError.required(at, "required when strategy is set to Webhook")
        else:
            yield from where(webhook.client_config, at)
        yield from review_versions(webhook.conversion_review_versions, versions)
    else:
        fault = "should not be set when strategy is not set to Webhook"
        if webhook.client_config is not None:
            yield FieldError.forbidden(at, fault)
        if webhook.conversion_review_versions:
            yield FieldError.forbidden(versions, fault)


def _group(group: str, path: str) -> Errors:
    if not group:
        yield FieldError.required(path)
    elif faults := names.is_dns1123_subdomain(group):
        yield FieldError.invalid(path, group, ",".join(faults))
    elif "." not in group:
        yield FieldError.invalid(path, group, "should be a domain with at least one dot")


def _versions(spec: ext.CustomResourceDefinitionSpec, path: str) -> Errors:
    versions, at = spec.versions, f"{path}.versions"
    for index, version in enumerate(versions):
        if faults := names.is_dns1035_label(version.name):
            yield FieldError.invalid(f"{at}[{index}].name", version.name, ",".join(faults))
        if version.schema is None or version.schema.open_apiv3_schema is None:
            fault = "schemas are required"
            yield FieldError.required(f"{at}[{index}].schema.openAPIV3Schema", fault)
    if len({version.name for version in versions}) < len(versions):
        yield FieldError.invalid(at, versions, "must contain unique version names")
    if sum(version.storage for version in versions) != 1:
        fault = "must have exactly one version marked as storage version"
        yield FieldError.invalid(at, versions, fault)
    yield from _parts(spec, path)


def _parts(spec: ext.CustomResourceDefinitionSpec, path: str) -> Errors:
    """Schemas, subresources and columns, each once where all versions have the same."""
    versions = spec.versions
    same = {
        name: len(versions) > 0 and all(getattr(v, name) == getattr(versions[0], name)
                                        for v in versions)
        for name in ("schema", "subresources", "additional_printer_columns")
    }  # fmt: skip
    for index, version in enumerate(versions):
        here = f"{path}.versions[{index}]"
        schema = version.schema.open_apiv3_schema if version.schema else None
        if schema is not None and (not same["schema"] or not index):
            at = f"{path}.validation" if same["schema"] else f"{here}.schema"
            yield from validate_schema(schema, f"{at}.openAPIV3Schema")
        if version.subresources is not None and (not same["subresources"] or not index):
            at = path if same["subresources"] else here
            yield from _scale(version.subresources.scale, f"{at}.subresources.scale")
        if not same["additional_printer_columns"] or not index:
            at = path if same["additional_printer_columns"] else here
            for place, column in enumerate(version.additional_printer_columns):
                yield from _column(column, f"{at}.additionalPrinterColumns[{place}]")


def _column(column: ext.CustomResourceColumnDefinition, path: str) -> Errors:
    if not column.name:
        yield FieldError.required(f"{path}.name")
    words = f"must be one of {','.join(COLUMN_TYPES)}"
    if not column.type:
        yield FieldError.required(f"{path}.type", words)
    elif column.type not in COLUMN_TYPES:
        yield FieldError.invalid(f"{path}.type", column.type, words)
    if column.format and column.format not in COLUMN_FORMATS:
        fault = f"must be one of {','.join(COLUMN_FORMATS)}"
        yield FieldError.invalid(f"{path}.format", column.format, fault)
    yield from _simple_path(column.json_path, f"{path}.JSONPath")


def _simple_path(text: str, path: str, roots: tuple[str, ...] = (), words: str = "") -> Errors:
    if not text:
        yield FieldError.required(path)
    elif not text.startswith("."):
        yield FieldError.invalid(path, text, "must be a simple json path starting with .")
    elif roots and not text.startswith(roots):
        yield FieldError.invalid(path, text, f"should be a json path under {words}")


def _scale(scale: ext.CustomResourceSubresourceScale | None, path: str) -> Errors:
    if scale is None:
        return
    at = f"{path}.specReplicasPath"
    yield from _simple_path(scale.spec_replicas_path, at, (".spec.",), ".spec")
    at = f"{path}.statusReplicasPath"
    yield from _simple_path(scale.status_replicas_path, at, (".status.",), ".status")
    if scale.label_selector_path:
        at, roots = f"{path}.labelSelectorPath", (".spec.", ".status.")
        yield from _simple_path(scale.label_selector_path, at, roots, "either .spec or .status")


def _names(found: ext.CustomResourceDefinitionNames, path: str) -> Errors:
    mixed = "may have mixed case, but should otherwise match: "
    for field, value, prefix in (
        ("plural", found.plural, ""),
        ("singular", found.singular, ""),
        ("kind", found.kind, mixed),
        ("listKind", found.list_kind, mixed),
    ):
        text = value.lower() if prefix else value
        if value and (faults := names.is_dns1035_label(text)):
            yield FieldError.invalid(f"{path}.{field}", value, prefix + ",".join(faults))
    if found.kind and found.kind == found.list_kind:
        fault = "kind and listKind may not be the same"
        yield FieldError.invalid(f"{path}.listKind", found.list_kind, fault)
    for field, words in (("shortNames", found.short_names), ("categories", found.categories)):
        for index, word in enumerate(words):
            if faults := names.is_dns1035_label(word):
                yield FieldError.invalid(f"{path}.{field}[{index}]", word, ",".join(faults))
