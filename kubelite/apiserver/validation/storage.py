"""StorageClasses, VolumeAttachments, and what CSI drivers say of themselves.

Models ``pkg/apis/storage/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import core_v1, storage_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    immutable,
    non_negative,
    one_of,
    qualified_name,
    quantity_not_negative,
    required_then,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_label_selector,
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.persistentvolumes import csi_driver_name

BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
RECLAIM_POLICIES = ("Delete", "Retain")
MAX_PARAMETERS = 512
MAX_PARAMETERS_SIZE = 256 * 1024
MAX_NODE_ID_LENGTH = 192

_LIFECYCLE_MODES = ("Ephemeral", "Persistent")
_FS_GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")


def validate_storage_class(found: storage_v1.StorageClass) -> list[FieldError]:
    """What is wrong with a new StorageClass."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    at = "provisioner"
    faults += required_then(at, found.provisioner, _provisioner(at, found.provisioner))
    faults += _parameters(found.parameters, "parameters")
    if found.reclaim_policy:
        faults += one_of("reclaimPolicy", found.reclaim_policy, RECLAIM_POLICIES)
    faults += one_of("volumeBindingMode", found.volume_binding_mode or "", BINDING_MODES)
    for index, term in enumerate(found.allowed_topologies):
        faults += _topology(term, f"allowedTopologies[{index}].matchLabelExpressions")
    return faults


def _provisioner(path: str, provisioner: str) -> Errors:
    return each(path, provisioner, names.is_qualified_name(provisioner.lower()))


def _parameters(parameters: dict[str, str], path: str) -> Errors:
    if len(parameters) > MAX_PARAMETERS:
        yield FieldError.too_long(path, MAX_PARAMETERS)
        return
    if "" in parameters:
        yield FieldError.invalid(path, "", "field can not be empty.")
    if sum(len(key) + len(value) for key, value in parameters.items()) > MAX_PARAMETERS_SIZE:
        yield FieldError.too_long(path, MAX_PARAMETERS_SIZE)


def _topology(term: core_v1.TopologySelectorTerm, path: str) -> Errors:
    seen: set[str] = set()
    for index, wanted in enumerate(term.match_label_expressions):
        at = f"{path}[{index}]"
        if not wanted.values:
            yield FieldError.required(f"{at}.values")
        if len({*wanted.values}) != len(wanted.values):
            yield FieldError.duplicate(f"{at}.values", wanted.values[-1])
        yield from qualified_name(f"{at}.key", wanted.key)
        if wanted.key in seen:
            yield FieldError.duplicate(f"{at}.key", wanted.key)
        seen.add(wanted.key)


def validate_storage_class_update(
    new: storage_v1.StorageClass, old: storage_v1.StorageClass
) -> list[FieldError]:
    """What is wrong with a change of a StorageClass; most of it never changes."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    for field, wire in (
        ("parameters", "parameters"),
        ("provisioner", "provisioner"),
        ("reclaim_policy", "reclaimPolicy"),
    ):
        if getattr(new, field) != getattr(old, field):
            faults.append(FieldError.forbidden(wire, f"updates to {wire} are forbidden."))
    faults += immutable("volumeBindingMode", new.volume_binding_mode, old.volume_binding_mode)
    return faults


def validate_volume_attributes_class(
    found: storage_v1.VolumeAttributesClass,
) -> list[FieldError]:
    """What is wrong with a new VolumeAttributesClass."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    at = "driverName"
    faults += required_then(at, found.driver_name, _provisioner(at, found.driver_name))
    if not found.parameters:
        fault = "must contain at least one key/value pair"
        return [*faults, FieldError.required("parameters", fault)]
    return [*faults, *_parameters(found.parameters, "parameters")]


def validate_volume_attributes_class_update(
    new: storage_v1.VolumeAttributesClass, old: storage_v1.VolumeAttributesClass
) -> list[FieldError]:
    """What is wrong with a change of a VolumeAttributesClass: both its fields stay."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    for field, wire in (("driver_name", "driverName"), ("parameters", "parameters")):
        if getattr(new, field) != getattr(old, field):
            faults.append(FieldError.forbidden(wire, f"updates to {wire} are forbidden."))
    return faults


def validate_volume_attachment(found: storage_v1.VolumeAttachment) -> list[FieldError]:
    """What is wrong with a new VolumeAttachment."""
    faults = validate_object_meta(found.metadata, False, subdomain_name)
    spec = found.spec
    faults += csi_driver_name("spec.attacher", spec.attacher)
    name, inline = spec.source.persistent_volume_name, spec.source.inline_volume_spec
    if name is None and inline is None:
        fault = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        faults.append(FieldError.required("spec.source", fault))
    elif name is not None and inline is not None:
        fault = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        faults.append(FieldError.forbidden("spec.source", fault))
    elif name is not None:
        at = "spec.source.persistentVolumeName"
        faults += required_then(at, name, each(at, name, subdomain_name(name, False)))
    faults += each("spec.nodeName", spec.node_name, subdomain_name(spec.node_name, False))
    return faults


def validate_volume_attachment_update(
    new: storage_v1.VolumeAttachment, old: storage_v1.VolumeAttachment
) -> list[FieldError]:
    """What is wrong with a change of a VolumeAttachment; its spec never changes."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    if new.spec != old.spec:
        faults.append(FieldError.invalid("spec", new.spec, "field is immutable"))
    return faults


def validate_csi_driver(driver: storage_v1.CSIDriver) -> list[FieldError]:
    """What is wrong with a new CSIDriver."""
    faults = validate_object_meta(driver.metadata, False, subdomain_name)
    faults += csi_driver_name("metadata.name", driver.metadata.name)
    spec = driver.spec
    faults += _driver_words(spec)
    audiences: set[str] = set()
    for index, token in enumerate(spec.token_requests):
        if token.audience in audiences:
            at = f"spec.tokenRequests[{index}].audience"
            faults.append(FieldError.duplicate(at, token.audience))
        audiences.add(token.audience)
    return faults


def _driver_words(spec: storage_v1.CSIDriverSpec) -> Errors:
    for field, wire in (
        ("attach_required", "attachRequired"),
        ("pod_info_on_mount", "podInfoOnMount"),
        ("storage_capacity", "storageCapacity"),
    ):
        if getattr(spec, field) is None:
            yield FieldError.required(f"spec.{wire}")
    yield from one_of("spec.fsGroupPolicy", spec.fs_group_policy or "", _FS_GROUP_POLICIES)
    for mode in spec.volume_lifecycle_modes:
        yield from one_of("spec.volumeLifecycleModes", mode, _LIFECYCLE_MODES)


def validate_csi_driver_update(
    new: storage_v1.CSIDriver, old: storage_v1.CSIDriver
) -> list[FieldError]:
    """What is wrong with a change of a CSIDriver; how volumes are attached never changes."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _driver_words(new.spec)
    for field, wire in (
        ("attach_required", "attachRequired"),
        ("volume_lifecycle_modes", "volumeLifecycleModes"),
    ):
        faults += immutable(f"spec.{wire}", getattr(new.spec, field), getattr(old.spec, field))
    return faults


def validate_csi_node(node: storage_v1.CSINode) -> list[FieldError]:
    """What is wrong with a new CSINode."""
    faults = validate_object_meta(node.metadata, False, subdomain_name)
    faults += _node_drivers(node.spec)
    return faults


def _node_drivers(spec: storage_v1.CSINodeSpec) -> Errors:
    seen: set[str] = set()
    for index, driver in enumerate(spec.drivers):
        at = f"spec.drivers[{index}]"
        yield from csi_driver_name(f"{at}.name", driver.name)
        if not driver.node_id:
            yield FieldError.required(f"{at}.nodeID")
        elif len(driver.node_id) > MAX_NODE_ID_LENGTH:
            fault = f"must be {MAX_NODE_ID_LENGTH} characters or less"
            yield FieldError.invalid(f"{at}.nodeID", driver.node_id, fault)
        if driver.allocatable is not None:
            yield from non_negative(f"{at}.allocatable.count", driver.allocatable.count)
        if driver.name in seen:
            yield FieldError.duplicate(f"{at}.name", driver.name)
        seen.add(driver.name)


def validate_csi_node_update(new: storage_v1.CSINode, old: storage_v1.CSINode) -> list[FieldError]:
    """What is wrong with a change of a CSINode; a driver that stays is what it was."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _node_drivers(new.spec)
    before = {driver.name: driver for driver in old.spec.drivers}
    for driver in new.spec.drivers:
        known = before.get(driver.name)
        same = known is None or (
            (known.node_id, known.topology_keys) == (driver.node_id, driver.topology_keys)
        )
        if not same:
            faults.append(FieldError.invalid("spec.drivers", driver.name, "field is immutable"))
    return faults


def validate_csi_storage_capacity(found: storage_v1.CSIStorageCapacity) -> list[FieldError]:
    """What is wrong with a new CSIStorageCapacity."""
    faults = validate_object_meta(found.metadata, True, subdomain_name)
    faults += validate_label_selector(found.node_topology, "nodeTopology")
    name = found.storage_class_name
    faults += each("storageClassName", name, subdomain_name(name, False))
    for amount, wire in (
        (found.capacity, "capacity"),
        (found.maximum_volume_size, "maximumVolumeSize"),
    ):
        if amount is not None:
            faults += quantity_not_negative(wire, amount)
    return faults


def validate_csi_storage_capacity_update(
    new: storage_v1.CSIStorageCapacity, old: storage_v1.CSIStorageCapacity
) -> list[FieldError]:
    """What is wrong with a change; of which class and where never changes."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += validate_csi_storage_capacity(new)
    faults += immutable("storageClassName", new.storage_class_name, old.storage_class_name)
    faults += immutable("nodeTopology", new.node_topology, old.node_topology)
    return faults
