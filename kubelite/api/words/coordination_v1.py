"""What the fields of Leases are for."""

WORDS = """
LeaseSpec.holderIdentity: Who holds it.
LeaseSpec.leaseDurationSeconds: Not renewed for so long, it may be taken by another.
LeaseSpec.acquireTime: Since when this holder has it.
LeaseSpec.renewTime: When it was last renewed.
LeaseSpec.leaseTransitions: How often it has changed hands.
LeaseSpec.preferredHolder: Who is to have it next.
LeaseSpec.strategy: How the next holder is chosen.
"""
