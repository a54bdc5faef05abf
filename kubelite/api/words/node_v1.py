"""What the fields of RuntimeClasses are for."""

WORDS = """
RuntimeClass.handler: What the nodes' runtime calls it: runc, gvisor.
Overhead.podFixed: What each pod of the class takes besides its containers.
Scheduling.nodeSelector: Labels of the nodes that have this runtime.
"""
