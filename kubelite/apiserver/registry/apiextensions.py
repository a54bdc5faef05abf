"""CustomResourceDefinitions: their objects must be gone before they are.

Models k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition.
"""

from __future__ import annotations

from kubelite.api.apiextensions_v1 import (
    CLEANUP_FINALIZER,
    TERMINATING,
    CustomResourceDefinition,
    CustomResourceDefinitionCondition,
    CustomResourceDefinitionStatus,
)
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.registry.strategy import Strategy


class CustomResourceDefinitionStrategy(Strategy):
    """Definitions number their specs and remember in which versions objects may be stored."""

    uid_stream = "uids/custom"

    def counts_generations(self, obj: CustomResourceDefinition) -> bool:
        """Yes."""
        return True

    def prepare_create(self, obj: CustomResourceDefinition) -> CustomResourceDefinition:
        """Nothing is established; the storage version is the only stored one."""
        return _remembering(replace(obj, status=CustomResourceDefinitionStatus()))

    def prepare_update(
        self, new: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> CustomResourceDefinition:
        """The status stays but for a new storage version."""
        return _remembering(super().prepare_update(new, old))

    def prepare_subresource(
        self, subresource: str, new: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> CustomResourceDefinition:
        """With the status, the finalizer goes: upstream's status strategy keeps it settable."""
        changed = super().prepare_subresource(subresource, new, old)
        meta = replace(old.metadata, finalizers=new.metadata.finalizers)
        same = meta.finalizers == old.metadata.finalizers
        kept: CustomResourceDefinition = changed if same else replace(changed, metadata=meta)
        return kept

    def may_vanish(self, obj: CustomResourceDefinition) -> bool:
        """Only after it was marked for deletion, and cleaned up after."""
        return obj.metadata.deletion_timestamp is not None

    def begin_deletion(self, obj: CustomResourceDefinition) -> CustomResourceDefinition:
        """The finalizer comes with the deletion, and a condition says what is going on."""
        held = tuple(name for name in obj.metadata.finalizers if name != CLEANUP_FINALIZER)
        meta = replace(obj.metadata, finalizers=(*held, CLEANUP_FINALIZER))
        going = CustomResourceDefinitionCondition(
            type=TERMINATING,
            status="True",
            last_transition_time=meta.deletion_timestamp,
            reason="InstanceDeletionPending",
            message="CustomResourceDefinition marked for deletion; "
            "CustomResource deletion will begin soon",
        )
        others = tuple(c for c in obj.status.conditions if c.type != TERMINATING)
        return replace(obj, metadata=meta, status=replace(obj.status, conditions=(*others, going)))


def _remembering(definition: CustomResourceDefinition) -> CustomResourceDefinition:
    """The definition with its storage version among the stored ones."""
    status = definition.status
    stored = [version.name for version in definition.spec.versions if version.storage]
    new = tuple(name for name in stored if name not in status.stored_versions)
    if not new:
        return definition
    return replace(
        definition, status=replace(status, stored_versions=(*status.stored_versions, *new))
    )
