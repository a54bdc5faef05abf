"""What the cells of claims for devices show.

Models printResourceClaim and its like of pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from kubelite.api.resource_v1 import ResourceClaim


def claim_state(claim: ResourceClaim, now: int) -> str:
    """What has been given, whether somebody may use it, and whether it is to go."""
    states = []
    if claim.metadata.deletion_timestamp is not None:
        states.append("deleted")
    if claim.status.allocation is not None:
        states.append("allocated")
        if claim.status.reserved_for:
            states.append("reserved")
    elif not states:
        states.append("pending")
    return ",".join(states)
