"""Nodes and namespaces: the two kinds of this cluster that have no namespace themselves.

Models the Node and Namespace parts of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    dual_stack,
    ip_block,
    label_name,
    one_of,
    qualified_name,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_finalizer_name,
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.resources import validate_amount
from kubelite.apiserver.validation.scheduling import EFFECTS

_TAINTS = "metadata.taints"  # upstream's path, though they are part of the spec
_POD_CIDRS = "spec.podCIDRs"


def validate_node(node: core_v1.Node) -> list[FieldError]:
    """What is wrong with a new Node."""
    faults = validate_object_meta(node.metadata, False, subdomain_name)
    faults += _taints(node.spec.taints, _TAINTS)
    faults += _amounts(node.status)
    faults += _pod_cidrs(node.spec.pod_cidrs, _POD_CIDRS)
    return faults


def validate_node_update(new: core_v1.Node, old: core_v1.Node) -> list[FieldError]:
    """What is wrong with a change of a Node."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.status is not old.status:
        faults += _amounts(new.status)
        faults += _addresses(new.status.addresses, "status.addresses")
    if new.spec is not old.spec:
        faults += _spec_update(new.spec, old.spec)
        faults += _taints(new.spec.taints, _TAINTS)
    return faults


def _taints(taints: tuple[core_v1.Taint, ...], path: str) -> Errors:
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        at = f"{path}[{index}]"
        yield from qualified_name(f"{at}.key", taint.key)
        faults = names.is_label_value(taint.value)
        if faults:
            yield FieldError.invalid(f"{at}.value", taint.value, ";".join(faults))
        yield from one_of(f"{at}.effect", taint.effect, EFFECTS)
        if (taint.key, taint.effect) in seen:
            fault = "taints must be unique by key and effect pair"
            yield FieldError.duplicate(at, taint)._replace(detail=fault)
        seen.add((taint.key, taint.effect))


def _amounts(status: core_v1.NodeStatus) -> Errors:
    for name, amount in status.capacity.items():
        yield from validate_amount(name, amount, f"status.capacity.{name}")
    for name, amount in status.allocatable.items():
        yield from validate_amount(name, amount, f"status.allocatable.{name}")


def _pod_cidrs(blocks: tuple[str, ...], path: str) -> Errors:
    for index, block in enumerate(blocks):
        yield from ip_block(f"{path}[{index}]", block)
    yield from dual_stack(path, blocks, blocks, "CIDR")
    for index, block in enumerate(blocks):
        if block in blocks[:index]:
            yield FieldError.duplicate(f"{path}[{index}]", block)


def _addresses(addresses: tuple[core_v1.NodeAddress, ...], path: str) -> Errors:
    for index, address in enumerate(addresses):
        if address in addresses[:index]:
            yield FieldError.duplicate(f"{path}[{index}]", address)


def _spec_update(new: core_v1.NodeSpec, old: core_v1.NodeSpec) -> Errors:
    once = 'except from "" to valid'
    if old.pod_cidrs and new.pod_cidrs != old.pod_cidrs:
        fault = f"node updates may not change podCIDR {once}"
        yield FieldError.forbidden(_POD_CIDRS, fault)
    if old.provider_id and new.provider_id != old.provider_id:
        fault = f"node updates may not change providerID {once}"
        yield FieldError.forbidden("spec.providerID", fault)
    if new.external_id != old.external_id:
        yield FieldError.forbidden("spec.externalID", "may not be updated")


def validate_namespace(namespace: core_v1.Namespace) -> list[FieldError]:
    """What is wrong with a new Namespace."""
    faults = validate_object_meta(namespace.metadata, False, label_name)
    for finalizer in namespace.spec.finalizers:
        faults += validate_finalizer_name(finalizer, "spec.finalizers")
    return faults


def validate_namespace_update(new: core_v1.Namespace, old: core_v1.Namespace) -> list[FieldError]:
    """What is wrong with a change of a Namespace."""
    return validate_object_meta_update(new.metadata, old.metadata)


def validate_namespace_status_update(
    new: core_v1.Namespace, old: core_v1.Namespace
) -> list[FieldError]:
    """A namespace is Active until it is deleted, and Terminating from then on."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    deleted = new.metadata.deletion_timestamp is not None
    right = "Terminating" if deleted else "Active"
    if new.status.phase != right:
        state = "not empty" if deleted else "empty"
        fault = f"may only be '{right}' if `deletionTimestamp` is {state}"
        faults.append(FieldError.invalid("status.Phase", new.status.phase, fault))
    return faults


def validate_namespace_finalize_update(
    new: core_v1.Namespace, old: core_v1.Namespace
) -> list[FieldError]:
    """What is wrong with a change of a Namespace's own finalizers."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    for index, finalizer in enumerate(new.spec.finalizers):
        faults += validate_finalizer_name(finalizer, f"spec.finalizers[{index}]")
    return faults
