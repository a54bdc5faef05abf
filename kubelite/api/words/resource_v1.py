"""What the fields of devices, slices, classes and claims are for."""

WORDS = """
DeviceAttribute.bool: Yes or no.
DeviceAttribute.bools: Several of these; an alpha field, kept and ignored.
DeviceAttribute.int: A number.
DeviceAttribute.ints: Several numbers; an alpha field, kept and ignored.
DeviceAttribute.string: A text of at most 64 characters.
DeviceAttribute.strings: Several texts; an alpha field, kept and ignored.
DeviceAttribute.version: A semantic version, as in 1.2.3.
DeviceAttribute.versions: Several versions; an alpha field, kept and ignored.
CapacityRequestPolicyRange.min: The smallest amount.
CapacityRequestPolicyRange.max: The largest amount.
CapacityRequestPolicyRange.step: From one amount to the next.
CapacityRequestPolicy.default: How much is taken if nothing is said.
CapacityRequestPolicy.validValues: The amounts that may be taken, in ascending order.
DeviceCapacity.value: How much there is.
Counter.value: How much there is, or how much of it is drawn.
CounterSet.name: What devices call it.
DeviceCounterConsumption.counterSet: From which set.
DeviceCounterConsumption.compatibilityGroups: Which other devices may draw from it beside this one;
  an alpha field, kept and ignored.
DeviceTaint.key: What kind of taint.
DeviceTaint.value: Which one of the kind.
DeviceTaint.effect: None, NoSchedule or NoExecute.
DeviceTaint.timeAdded: Since when. Default now.
NodeAllocatableMapping.capacityKey: Which capacity of the device.
NodeAllocatableMapping.capacityMultiplier: How much of the resource one unit of it is.
NodeAllocatableMapping.deviceMultiplier: How much of the resource each device is.
NodeAllocatableOverhead.perContainer: For each container that uses the device.
NodeAllocatableOverhead.perPod: For each pod that uses the device.
Device.name: Unique in the pool.
Device.nodeName: The one node that has it.
Device.allNodes: Whether every node can use it.
Device.bindsToNode: Whether a claim that got it stays on the node it was given for.
Device.bindingConditions: What the driver has to report before a pod is bound.
Device.bindingFailureConditions: What the driver reports if that has failed.
Device.allowMultipleAllocations: Whether several claims may have it at a time.
ResourcePool.name: Unique for the driver; often a node's name.
ResourcePool.generation: Grows with each change; slices of an older one count for nothing.
ResourcePool.resourceSliceCount: How many slices the pool has.
ResourceSliceSpec.driver: Whose devices they are.
ResourceSliceSpec.nodeName: The one node that has them.
ResourceSliceSpec.allNodes: Whether every node can use them.
ResourceSliceSpec.perDeviceNodeSelection: Whether each device says where it can be used.
ResourceSliceSpec.partitionTypeAttribute: The attribute that says which part of a whole a device is;
  an alpha field, kept and ignored.
ResourceSliceSpec.skipNodeOperations: What the kubelet need not ask of the driver; an alpha field,
  kept and ignored.
CELDeviceSelector.expression: True for a device that fits; it sees device.driver,
  device.attributes and device.capacity.
OpaqueDeviceConfiguration.driver: For which driver.
OpaqueDeviceConfiguration.parameters: What it is told.
DeviceClassSpec.extendedResourceName: An extended resource that these devices can serve.
DeviceToleration.key: Which taint; any if empty.
DeviceToleration.operator: Equal, or Exists for any value. Default Equal.
DeviceToleration.value: Which value.
DeviceToleration.effect: Which effect; any if empty.
DeviceToleration.tolerationSeconds: For how long NoExecute is borne.
CapacityRequirements.requests: The least amount, by capacity.
DeviceDerivedAttribute.name: What constraints call it.
DeviceDerivedAttribute.expression: How it is worked out, in CEL.
*.deviceClassName: Of which class.
*.allocationMode: ExactCount, or All for every device that fits. Default ExactCount.
*.count: How many devices. Default 1.
*.adminAccess: Whether the devices are watched over, whoever else uses them.
DeviceSubRequest.name: What this way is called.
DeviceRequest.name: What containers and constraints call it.
*.requests: Which requests it is about; all if empty. One way of a request is REQUEST/WAY.
DeviceConstraint.matchAttribute: The attribute that has to be the same for all of them.
DeviceConstraint.distinctAttribute: The attribute that has to be another one for each of them.
DeviceRequestAllocationResult.request: For which request.
DeviceRequestAllocationResult.driver: Whose device.
DeviceRequestAllocationResult.pool: Of which pool.
DeviceRequestAllocationResult.device: Which device.
DeviceRequestAllocationResult.bindingConditions: What the driver has to report first.
DeviceRequestAllocationResult.bindingFailureConditions: What the driver reports if that has failed.
DeviceRequestAllocationResult.shareID: Which share of a device that several claims have.
DeviceRequestAllocationResult.consumedCapacity: How much of such a device.
DeviceRequestAllocationResult.skipNodeOperations: What the kubelet need not ask of the driver; an
  alpha field, kept and ignored.
DeviceAllocationConfiguration.source: FromClass or FromClaim.
AllocationResult.allocationTimestamp: When the devices were given.
ResourceClaimConsumerReference.apiGroup: The group; empty for pods.
ResourceClaimConsumerReference.resource: What it is: pods.
ResourceClaimConsumerReference.name: Which one.
ResourceClaimConsumerReference.uid: And that very one.
NetworkDeviceData.interfaceName: What the pod calls it.
NetworkDeviceData.ips: Its addresses, each with the length of its network's prefix.
NetworkDeviceData.hardwareAddress: Its MAC address.
AllocatedDeviceStatus.driver: Whose device.
AllocatedDeviceStatus.pool: Of which pool.
AllocatedDeviceStatus.device: Which device.
AllocatedDeviceStatus.shareID: Which share of it.
AllocatedDeviceStatus.data: Whatever else the driver says.
"""
