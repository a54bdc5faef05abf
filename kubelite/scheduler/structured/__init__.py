"""Which devices a pod's claims get on a node.

Lives here: pools of devices as a node sees them, what claims ask of one device and of several
together, and the search for devices that fulfil it all. Nothing imports this before a pod asks
for devices.
Must not live here: who may use a claim, or what is written (see ``plugins/dynamic_resources``).
Models ``k8s.io/dynamic-resource-allocation/{structured,cel}``.
"""
