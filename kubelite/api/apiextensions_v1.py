"""CustomResourceDefinitions: kinds that a user of the cluster adds to it.

Models ``k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1``. Objects of such kinds are
described in ``custom``. ``items`` is one schema: a list of them is refused upstream, too.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class ExternalDocumentation(Struct, kw_only=True):
    """Where more is said about a schema."""

    description: str = ""
    url: str = ""


class ValidationRule(Struct, kw_only=True):
    """A rule in CEL over ``self`` (and ``oldSelf``), and what to say when it is broken."""

    rule: str = written("")
    message: str = ""
    message_expression: str = ""
    reason: str | None = None
    field_path: str = ""
    optional_old_self: bool | None = None


class JSONSchemaProps(Struct, kw_only=True):
    """What a value must look like: the structural part of JSON schema, and extensions."""

    id: str = ""
    schema: str = msgspec.field(default="", name="$schema")
    ref: str | None = msgspec.field(default=None, name="$ref")
    description: str = ""
    type: str = ""
    format: str = ""
    title: str = ""
    default: Any = None
    maximum: float | None = None
    exclusive_maximum: bool = False
    minimum: float | None = None
    exclusive_minimum: bool = False
    max_length: Int64 | None = None
    min_length: Int64 | None = None
    pattern: str = ""
    max_items: Int64 | None = None
    min_items: Int64 | None = None
    unique_items: bool = False
    multiple_of: float | None = None
    enum: tuple[Any, ...] = ()
    max_properties: Int64 | None = None
    min_properties: Int64 | None = None
    required: tuple[str, ...] = ()
    items: JSONSchemaProps | None = None
    all_of: tuple[JSONSchemaProps, ...] = ()
    one_of: tuple[JSONSchemaProps, ...] = ()
    any_of: tuple[JSONSchemaProps, ...] = ()
    not_: JSONSchemaProps | None = None
    properties: dict[str, JSONSchemaProps] = {}
    additional_properties: JSONSchemaProps | bool | None = None
    pattern_properties: dict[str, JSONSchemaProps] = {}
    dependencies: dict[str, Any] = {}
    additional_items: JSONSchemaProps | bool | None = None
    definitions: dict[str, JSONSchemaProps] = {}
    external_docs: ExternalDocumentation | None = None
    example: Any = None
    nullable: bool = False
    preserve_unknown_fields: bool | None = msgspec.field(
        default=None, name="x-kubernetes-preserve-unknown-fields"
    )
    embedded_resource: bool = msgspec.field(default=False, name="x-kubernetes-embedded-resource")
    int_or_string: bool = msgspec.field(default=False, name="x-kubernetes-int-or-string")
    list_map_keys: tuple[str, ...] = msgspec.field(default=(), name="x-kubernetes-list-map-keys")
    list_type: str | None = msgspec.field(default=None, name="x-kubernetes-list-type")
    map_type: str | None = msgspec.field(default=None, name="x-kubernetes-map-type")
    validations: Annotated[tuple[ValidationRule, ...], merge_on("rule")] = msgspec.field(
        default=(), name="x-kubernetes-validations"
    )


class CustomResourceValidation(Struct, kw_only=True):
    """The schema of one version."""

    open_apiv3_schema: JSONSchemaProps | None = msgspec.field(default=None, name="openAPIV3Schema")


class CustomResourceColumnDefinition(Struct, kw_only=True):
    """One more column of the table that ``get`` shows; ``priority`` above 0 means wide only."""

    name: str = written("")
    type: str = written("")
    format: str = ""
    description: str = ""
    priority: Int32 = 0
    json_path: str = msgspec.field(default_factory=str, name="jsonPath")


class SelectableField(Struct, kw_only=True):
    """A field that field selectors may ask about."""

    json_path: str = msgspec.field(default_factory=str, name="jsonPath")


class CustomResourceSubresourceStatus(Struct, kw_only=True):
    """The status is written apart from the rest."""


class CustomResourceSubresourceScale(Struct, kw_only=True):
    """Where the replicas stand, so that anybody can scale the kind."""

    spec_replicas_path: str = written("")
    status_replicas_path: str = written("")
    label_selector_path: str | None = None


class CustomResourceSubresources(Struct, kw_only=True):
    """Which subresources the kind has."""

    status: CustomResourceSubresourceStatus | None = None
    scale: CustomResourceSubresourceScale | None = None


class CustomResourceDefinitionVersion(Struct, kw_only=True):
    """One version: whether it is served, whether objects are stored in it, and its schema."""

    name: str = written("")
    served: bool = written(False)
    storage: bool = written(False)
    deprecated: bool = False
    deprecation_warning: str | None = None
    schema: CustomResourceValidation | None = None
    subresources: CustomResourceSubresources | None = None
    additional_printer_columns: tuple[CustomResourceColumnDefinition, ...] = ()
    selectable_fields: tuple[SelectableField, ...] = ()


class CustomResourceDefinitionNames(Struct, kw_only=True):
    """What the kind is called."""

    plural: str = written("")
    singular: str = ""
    short_names: tuple[str, ...] = ()
    kind: str = written("")
    list_kind: str = ""
    categories: tuple[str, ...] = ()


class ServiceReference(Struct, kw_only=True):
    """A Service that answers a webhook."""

    namespace: str = written("")
    name: str = written("")
    path: str | None = None
    port: Int32 | None = None


class WebhookClientConfig(Struct, kw_only=True):
    """How a webhook is reached."""

    url: str | None = None
    service: ServiceReference | None = None
    ca_bundle: str = ""


class WebhookConversion(Struct, kw_only=True):
    """A webhook that turns one version into another."""

    client_config: WebhookClientConfig | None = None
    conversion_review_versions: tuple[str, ...] = ()


class CustomResourceConversion(Struct, kw_only=True):
    """How one version becomes another: None changes nothing but ``apiVersion``."""

    strategy: str = written("")
    webhook: WebhookConversion | None = None


class CustomResourceDefinitionSpec(Struct, kw_only=True):
    """Group, names, scope and versions of the kind."""

    group: str = written("")
    names: CustomResourceDefinitionNames = written(CustomResourceDefinitionNames())
    scope: str = written("")
    versions: tuple[CustomResourceDefinitionVersion, ...] = ()
    conversion: CustomResourceConversion | None = None
    preserve_unknown_fields: bool = False


class CustomResourceDefinitionCondition(Struct, kw_only=True):
    """NamesAccepted, Established, Terminating or NonStructuralSchema."""

    type: str = written("")
    status: str = written("")
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""
    observed_generation: Int64 = 0


class CustomResourceDefinitionStatus(Struct, kw_only=True):
    """How far the definition has come, and the versions objects may be stored in."""

    conditions: tuple[CustomResourceDefinitionCondition, ...] = ()
    accepted_names: CustomResourceDefinitionNames = written(CustomResourceDefinitionNames())
    stored_versions: tuple[str, ...] = ()
    observed_generation: Int64 = 0


class CustomResourceDefinition(Object, kw_only=True):
    """A kind of one's own."""

    api_version: str = written("apiextensions.k8s.io/v1")
    kind: str = written("CustomResourceDefinition")
    spec: CustomResourceDefinitionSpec = written(CustomResourceDefinitionSpec())
    status: CustomResourceDefinitionStatus = written(CustomResourceDefinitionStatus())


CRDS = "customresourcedefinitions.apiextensions.k8s.io"
ESTABLISHED = "Established"
NAMES_ACCEPTED = "NamesAccepted"
TERMINATING = "Terminating"
CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io"
