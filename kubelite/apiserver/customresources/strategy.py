"""How objects of a defined kind are created and changed: all rules come from the definition.

Models k8s.io/apiextensions-apiserver/pkg/registry/customresource/strategy.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.apiextensions_v1 import (
    CustomResourceDefinitionVersion,
    CustomResourceSubresources,
    JSONSchemaProps,
)
from kubelite.api.autoscaling_v1 import Scale, ScaleSpec, ScaleStatus
from kubelite.api.custom import CustomObject, Frozen, body_of, plain, with_body
from kubelite.apimachinery import errors, strict
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.apiserver.customresources.pruning import defaulted, pruned
from kubelite.apiserver.customresources.rules import validate_rules
from kubelite.apiserver.customresources.values import NEW, validate_value
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation.formats import subdomain_name
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

NO_SCHEMA = JSONSchemaProps(type="object", preserve_unknown_fields=True)
STATUS = "status"
_IDENTITY = ("apiVersion", "kind", "metadata")


class CustomStrategy(Strategy):
    """One version of one defined kind. ``terminating``: its definition is being deleted."""

    uid_stream = "uids/custom"  # nobody else's uid depends on how many of these there are

    def __init__(self, row: Kind, version: CustomResourceDefinitionVersion, terminating: bool):
        super().__init__()
        self.row = row
        self.type: type[CustomObject] = row.type  # type: ignore[assignment]
        self.schema = schema_of(version)
        self.terminating = terminating
        subresources = version.subresources or CustomResourceSubresources()
        self.has_status = subresources.status is not None
        self._scale = subresources.scale
        self._selectable = tuple(field.json_path for field in version.selectable_fields)

    # Reading what comes from outside

    def read(self, raw: dict[str, Any], validation: str = "Strict") -> CustomObject:
        """A typed object. Raises StatusError 400 naming unknown fields, unless told to ignore."""
        given = strict.mended({name: item for name, item in raw.items() if name not in _IDENTITY})
        unknown: list[str] = []
        body = pruned(self.schema, given, "", unknown)
        known = self.type.__struct_encode_fields__
        unknown += [name for name in body if name not in known]  # also where all is preserved
        if unknown and validation == "Strict":
            faults = ", ".join(f'unknown field "{path}"' for path in unknown)
            raise strict.refusal(self.type, raw, f"strict decoding error: {faults}")
        identity = {name: item for name, item in raw.items() if name in _IDENTITY}
        if validation == "Strict":
            bare: CustomObject = strict.decode_strict(self.type, identity)
        else:
            bare, _ = strict.decode_lenient(self.type, identity)
        return with_body(self.type, bare, body)

    def adopt(self, obj: CustomObject) -> CustomObject:
        """The object as one of this version, as the conversion strategy None makes it."""
        return obj if type(obj) is self.type else with_body(self.type, obj, body_of(obj))

    # Creating and changing

    def default(self, obj: Any) -> Any:
        """Pruned, with defaults, frozen."""
        body = defaulted(self.schema, pruned(self.schema, plain(body_of(obj)), "", []))
        return with_body(self.type, obj, body)

    def prepare_create(self, obj: Any) -> Any:
        """Without a status, where that is written apart. Raises StatusError 405."""
        if self.terminating:
            fault = "create not allowed while custom resource definition is terminating"
            raise errors.failure(405, "MethodNotAllowed", fault)
        return replace(obj, status=None) if self.has_status and hasattr(obj, STATUS) else obj

    def prepare_update(self, new: Any, old: Any) -> Any:
        """The status stays, where it is written apart."""
        if not self.has_status or not hasattr(new, STATUS):
            return new
        return replace(new, status=getattr(old, STATUS, None))

    def prepare_subresource(self, subresource: str, new: Any, old: Any) -> Any:
        """The status of ``new``, all else of ``old``."""
        if subresource != STATUS:
            raise errors.unknown_resource()
        status = getattr(self.default(new), STATUS, None)
        old = self.adopt(old)
        return replace(old, status=status) if hasattr(old, STATUS) else old

    def spec_changed(self, new: Any, old: Any) -> bool:
        """Whether anything differs besides the metadata, and the status if that is apart."""
        ignored = (STATUS,) if self.has_status else ()
        before, after = (
            {name: item for name, item in body_of(obj).items() if name not in ignored}
            for obj in (old, new)
        )
        return before != after

    def counts_generations(self, obj: Any) -> bool:
        """Yes."""
        return True

    # Validating

    def validate(self, obj: Any) -> list[FieldError]:
        """Metadata, schema, and if that holds the rules."""
        faults = validate_object_meta(obj.metadata, self.row.namespaced, subdomain_name)
        return faults + self._validate_body(obj, NEW)

    def validate_update(self, new: Any, old: Any) -> list[FieldError]:
        """The same, and what may not change; what has not changed is let be."""
        faults = validate_object_meta_update(new.metadata, old.metadata)
        return faults + self._validate_body(new, self._whole(self.adopt(old)))

    def validate_subresource(self, subresource: str, new: Any, old: Any) -> list[FieldError]:
        """As an update."""
        return self._validate_body(new, self._whole(self.adopt(old)))

    def validate_schema(self, obj: Any) -> list[FieldError]:
        """The schema alone."""
        return list(validate_value(self.schema, self._whole(obj), ""))

    def _validate_body(self, obj: Any, old: Any) -> list[FieldError]:
        whole = self._whole(obj)
        faults = list(validate_value(self.schema, whole, "", old))
        return faults or list(validate_rules(self.schema, whole, "", old))

    def _whole(self, obj: Any) -> Frozen:
        """The object as its schema and its rules see it: of the metadata only the names."""
        names = {"name": obj.metadata.name, "generateName": obj.metadata.generate_name}
        return Frozen(
            apiVersion=self.row.api_version,
            kind=self.row.kind,
            metadata=Frozen({field: name for field, name in names.items() if name}),
            **body_of(obj),
        )

    def fields(self, obj: Any) -> dict[str, str]:
        """The definition's ``selectableFields``."""
        return {
            path.removeprefix("."): _text(value_at(body_of(obj), path)) for path in self._selectable
        }

    # Scaling

    def scale_of(self, obj: Any) -> Scale:
        """Replicas from where the definition says that they stand."""
        found, meta, body = self._scale, obj.metadata, body_of(obj)
        assert found is not None  # or the kind would have no such subresource
        selector = value_at(body, found.label_selector_path or "")
        return Scale(
            metadata=ObjectMeta(
                name=meta.name,
                namespace=meta.namespace,
                uid=meta.uid,
                resource_version=meta.resource_version,
                creation_timestamp=meta.creation_timestamp,
            ),
            spec=ScaleSpec(replicas=value_at(body, found.spec_replicas_path) or 0),
            status=ScaleStatus(
                replicas=value_at(body, found.status_replicas_path) or 0,
                selector=selector if isinstance(selector, str) else "",
            ),
        )

    def scaled(self, obj: Any, scale: Scale) -> Any:
        """The object with the replicas of ``scale``. Raises StatusError 422 for less than none."""
        assert self._scale is not None
        replicas, meta = scale.spec.replicas, scale.metadata
        if replicas < 0:
            fault = "should be a non-negative integer"
            problem = FieldError.invalid("spec.replicas", replicas, fault)
            raise errors.invalid("Scale.autoscaling", meta.name, [problem])
        body = plain(body_of(obj))
        place = body
        *outer, last = self._scale.spec_replicas_path.strip(".").split(".")
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = replicas
        changed = with_body(self.type, obj, body)
        kept = replace(obj.metadata, uid=meta.uid, resource_version=meta.resource_version)
        return replace(changed, metadata=kept)


def schema_of(version: CustomResourceDefinitionVersion) -> JSONSchemaProps:
    """The schema of a version; one that lets everything pass if there is none."""
    return (version.schema and version.schema.open_apiv3_schema) or NO_SCHEMA


def value_at(body: Any, path: str) -> Any:
    """What stands under a simple path such as ``.spec.replicas``, or None."""
    for name in path.strip(".").split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(to_dict(value)).lower()
