"""Devices: what drivers offer, what claims ask for, and which claim got which device.

Models ``k8s.io/api/resource/v1``. The types of DeviceTaintRule are left out: that kind is not
served.
"""

from __future__ import annotations

from typing import Annotated, Any

from kubelite.api.core_v1 import NodeSelector
from kubelite.apimachinery.meta import Condition, Object, ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Int64, Struct, merge_on, written
from kubelite.apimachinery.times import Time

# What a driver offers


class DeviceAttribute(Struct, kw_only=True):
    """One property of a device: exactly one kind of value."""

    bool_: bool | None = None
    bools: tuple[bool, ...] = ()
    int_: Int64 | None = None
    ints: tuple[Int64, ...] = ()
    string: str | None = None
    strings: tuple[str, ...] = ()
    version: str | None = None
    versions: tuple[str, ...] = ()


class CapacityRequestPolicyRange(Struct, kw_only=True):
    """Amounts from a smallest to a largest, in steps."""

    min: Quantity | None = None
    max: Quantity | None = None
    step: Quantity | None = None


class CapacityRequestPolicy(Struct, kw_only=True):
    """Which amounts of a capacity may be asked for, where a device is shared."""

    default: Quantity | None = None
    valid_values: tuple[Quantity, ...] = ()
    valid_range: CapacityRequestPolicyRange | None = None


class DeviceCapacity(Struct, kw_only=True):
    """How much of something a device has."""

    value: Quantity = written(Quantity.of(0))
    request_policy: CapacityRequestPolicy | None = None


class Counter(Struct, kw_only=True):
    """How much there is of something that several devices draw from."""

    value: Quantity = written(Quantity.of(0))


class CounterSet(Struct, kw_only=True):
    """Counters of a pool from which its devices draw."""

    name: str = written("")
    counters: dict[str, Counter] = {}


class DeviceCounterConsumption(Struct, kw_only=True):
    """What a device draws from one set of counters."""

    counter_set: str = written("")
    counters: dict[str, Counter] = {}
    compatibility_groups: tuple[str, ...] = ()


class DeviceTaint(Struct, kw_only=True):
    """Keeps claims without a toleration away from a device."""

    key: str = written("")
    value: str = ""
    effect: str = written("")
    time_added: Time | None = None


class NodeAllocatableMapping(Struct, kw_only=True):
    """How much of a node's own resource a device stands for."""

    capacity_key: str | None = None
    capacity_multiplier: Quantity | None = None
    device_multiplier: Quantity | None = None


class NodeAllocatableOverhead(Struct, kw_only=True):
    """How much of a node's own resource the use of a device costs besides."""

    per_container: Quantity | None = None
    per_pod: Quantity | None = None


class NodeAllocatableResource(Struct, kw_only=True):
    """What a device has to do with one of the node's own resources."""

    mapping: NodeAllocatableMapping | None = None
    overhead: NodeAllocatableOverhead | None = None


class Device(Struct, kw_only=True):
    """One device of a pool."""

    name: str = written("")
    attributes: dict[str, DeviceAttribute] = {}
    capacity: dict[str, DeviceCapacity] = {}
    consumes_counters: tuple[DeviceCounterConsumption, ...] = ()
    node_name: str | None = None
    node_selector: NodeSelector | None = None
    all_nodes: bool | None = None
    taints: tuple[DeviceTaint, ...] = ()
    binds_to_node: bool | None = None
    binding_conditions: tuple[str, ...] = ()
    binding_failure_conditions: tuple[str, ...] = ()
    allow_multiple_allocations: bool | None = None
    node_allocatable_resources: dict[str, NodeAllocatableResource] = {}


class ResourcePool(Struct, kw_only=True):
    """Which devices a slice is a part of, and of which state of them."""

    name: str = written("")
    generation: Int64 = written(0)
    resource_slice_count: Int64 = written(0)


class ResourceSliceSpec(Struct, kw_only=True):
    """Some or all devices of a pool, and the nodes that can use them."""

    driver: str = written("")
    pool: ResourcePool = written(ResourcePool())
    node_name: str | None = None
    node_selector: NodeSelector | None = None
    all_nodes: bool | None = None
    devices: tuple[Device, ...] = ()
    per_device_node_selection: bool | None = None
    shared_counters: tuple[CounterSet, ...] = ()
    partition_type_attribute: str | None = None
    skip_node_operations: tuple[str, ...] = ()


class ResourceSlice(Object, kw_only=True):
    """What a driver says of the devices that it has."""

    api_version: str = written("resource.k8s.io/v1")
    kind: str = written("ResourceSlice")
    spec: ResourceSliceSpec = written(ResourceSliceSpec())


# What claims ask for


class CELDeviceSelector(Struct, kw_only=True):
    """A condition in CEL about one device."""

    expression: str = written("")


class DeviceSelector(Struct, kw_only=True):
    """What has to be true of a device."""

    cel: CELDeviceSelector | None = None


class OpaqueDeviceConfiguration(Struct, kw_only=True):
    """Settings that only the driver understands."""

    driver: str = written("")
    parameters: dict[str, Any] | None = written(None)


class DeviceClassConfiguration(Struct, kw_only=True):
    """Settings for every device that is claimed through a class."""

    opaque: OpaqueDeviceConfiguration | None = None


class DeviceClassSpec(Struct, kw_only=True):
    """Which devices a class means, and how they are set up."""

    selectors: tuple[DeviceSelector, ...] = ()
    config: tuple[DeviceClassConfiguration, ...] = ()
    extended_resource_name: str | None = None


class DeviceClass(Object, kw_only=True):
    """A kind of device on offer, by the name that claims use."""

    api_version: str = written("resource.k8s.io/v1")
    kind: str = written("DeviceClass")
    spec: DeviceClassSpec = written(DeviceClassSpec())


class DeviceToleration(Struct, kw_only=True):
    """A taint of devices that is borne."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: Int64 | None = None


class CapacityRequirements(Struct, kw_only=True):
    """How much of its capacities a device has to have for the request."""

    requests: dict[str, Quantity] = {}


class DeviceDerivedAttribute(Struct, kw_only=True):
    """An attribute that is worked out for constraints."""

    name: str = written("")
    expression: str = written("")


class ExactDeviceRequest(Struct, kw_only=True):
    """So many devices of a class, or all of them."""

    device_class_name: str = written("")
    selectors: tuple[DeviceSelector, ...] = ()
    allocation_mode: str = ""
    count: Int64 = 0
    admin_access: bool | None = None
    tolerations: tuple[DeviceToleration, ...] = ()
    capacity: CapacityRequirements | None = None
    derived_attributes: tuple[DeviceDerivedAttribute, ...] = ()


class DeviceSubRequest(Struct, kw_only=True):
    """One of several ways to fulfil a request."""

    name: str = written("")
    device_class_name: str = written("")
    selectors: tuple[DeviceSelector, ...] = ()
    allocation_mode: str = ""
    count: Int64 = 0
    tolerations: tuple[DeviceToleration, ...] = ()
    capacity: CapacityRequirements | None = None
    derived_attributes: tuple[DeviceDerivedAttribute, ...] = ()


class DeviceRequest(Struct, kw_only=True):
    """A part of a claim that containers can name: one wish, or several in order."""

    name: str = written("")
    exactly: ExactDeviceRequest | None = None
    first_available: tuple[DeviceSubRequest, ...] = ()


class DeviceConstraint(Struct, kw_only=True):
    """What has to be true of the devices of a claim together."""

    requests: tuple[str, ...] = ()
    match_attribute: str | None = None
    distinct_attribute: str | None = None


class DeviceClaimConfiguration(Struct, kw_only=True):
    """Settings for the devices of some requests."""

    requests: tuple[str, ...] = ()
    opaque: OpaqueDeviceConfiguration | None = None


class DeviceClaim(Struct, kw_only=True):
    """Which devices are wanted."""

    requests: tuple[DeviceRequest, ...] = ()
    constraints: tuple[DeviceConstraint, ...] = ()
    config: tuple[DeviceClaimConfiguration, ...] = ()


class ResourceClaimSpec(Struct, kw_only=True):
    """What is asked for; it never changes."""

    devices: DeviceClaim = written(DeviceClaim())


# Which claim got which device


class DeviceRequestAllocationResult(Struct, kw_only=True):
    """One device that a request has got."""

    request: str = written("")
    driver: str = written("")
    pool: str = written("")
    device: str = written("")
    admin_access: bool | None = None
    tolerations: tuple[DeviceToleration, ...] = ()
    binding_conditions: tuple[str, ...] = ()
    binding_failure_conditions: tuple[str, ...] = ()
    share_id: str | None = None
    consumed_capacity: dict[str, Quantity] = {}
    skip_node_operations: tuple[str, ...] = ()


class DeviceAllocationConfiguration(Struct, kw_only=True):
    """Settings of a class or of the claim, as they were when the devices were given."""

    source: str = written("")
    requests: tuple[str, ...] = ()
    opaque: OpaqueDeviceConfiguration | None = None


class DeviceAllocationResult(Struct, kw_only=True):
    """The devices that a claim has got, and their settings."""

    results: tuple[DeviceRequestAllocationResult, ...] = ()
    config: tuple[DeviceAllocationConfiguration, ...] = ()


class AllocationResult(Struct, kw_only=True):
    """What a claim has got, and where it can be used."""

    devices: DeviceAllocationResult = written(DeviceAllocationResult())
    node_selector: NodeSelector | None = None
    allocation_timestamp: Time | None = None


class ResourceClaimConsumerReference(Struct, kw_only=True):
    """Who may use a claim: so far always a pod."""

    api_group: str = ""
    resource: str = written("")
    name: str = written("")
    uid: str = written("")


class NetworkDeviceData(Struct, kw_only=True):
    """How a device is seen on the network."""

    interface_name: str = ""
    ips: tuple[str, ...] = ()
    hardware_address: str = ""


class AllocatedDeviceStatus(Struct, kw_only=True):
    """What a driver reports of one device of the claim."""

    driver: str = written("")
    pool: str = written("")
    device: str = written("")
    share_id: str | None = None
    conditions: tuple[Condition, ...] = ()
    data: dict[str, Any] | None = None
    network_data: NetworkDeviceData | None = None


class ResourceClaimStatus(Struct, kw_only=True):
    """What the claim has got, and for whom."""

    allocation: AllocationResult | None = None
    reserved_for: Annotated[tuple[ResourceClaimConsumerReference, ...], merge_on("uid")] = ()
    devices: tuple[AllocatedDeviceStatus, ...] = ()


class ResourceClaim(Object, kw_only=True):
    """Devices that one or more pods of a namespace use."""

    api_version: str = written("resource.k8s.io/v1")
    kind: str = written("ResourceClaim")
    spec: ResourceClaimSpec = written(ResourceClaimSpec())
    status: ResourceClaimStatus = written(ResourceClaimStatus())


class ResourceClaimTemplateSpec(Struct, kw_only=True):
    """What the claims that are made of a template look like."""

    metadata: ObjectMeta = written(ObjectMeta())
    spec: ResourceClaimSpec = written(ResourceClaimSpec())


class ResourceClaimTemplate(Object, kw_only=True):
    """Of which a claim is made for each pod that names it."""

    api_version: str = written("resource.k8s.io/v1")
    kind: str = written("ResourceClaimTemplate")
    spec: ResourceClaimTemplateSpec = written(ResourceClaimTemplateSpec())
