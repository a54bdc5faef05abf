"""The engine's own limits, each with its unit and the reason it is there.

Limits of Kubernetes itself (a pod's 30 s of grace, a node's 110 pods) stand beside the code
that models them; so do the limits of the manifest reader, which needs nothing of this room.
These keep the engine safe to hand to a learner.
"""

from __future__ import annotations

EVENTS_AT_ONE_INSTANT = 5_000_000
"""Clock events without time passing: more is a hot loop."""

LOG_BYTES = 1 << 20
"""Kept of one container's output. A real kubelet rotates at 10 MiB; a notebook has less room."""
