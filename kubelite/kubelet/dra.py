"""The devices of a pod, before its sandbox is made.

There are no drivers to ask: whatever a claim has got counts as prepared. Models
``pkg/kubelet/cm/dra/manager.go``.
"""

from __future__ import annotations

from kubelite.api.core_v1 import Pod
from kubelite.api.devices import CLAIMS, ClaimNotUsable, check_owner, claim_name, is_reserved_for
from kubelite.api.resource_v1 import ResourceClaim
from kubelite.apimachinery.errors import StatusError
from kubelite.client import Client


# DOC: prepare-devices
def prepare_resources(client: Client, pod: Pod) -> str:
    """Why the pod may not use all of its claims yet; "" if it may."""
    try:
        for entry in pod.spec.resource_claims:
            name = claim_name(pod, entry)
            if name is None:
                continue
            claim: ResourceClaim = client.get(CLAIMS, name, pod.metadata.namespace)
            check_owner(pod, entry, claim)
            if not is_reserved_for(claim, pod):
                whose, which = pod.metadata, claim.metadata
                return (
                    f"prepare dynamic resources: pod {whose.name} ({whose.uid}) is not allowed to "
                    f"use ResourceClaim {name} ({which.uid})"
                )
            if claim.status.allocation is None:
                return f"prepare dynamic resources: ResourceClaim {name}: claim not allocated"
    except ClaimNotUsable as why:
        return f"prepare dynamic resources: {why}"
    except StatusError as error:
        found = error.status.message
        return f"prepare dynamic resources: fetch ResourceClaim {name}: {found}"
    return ""
