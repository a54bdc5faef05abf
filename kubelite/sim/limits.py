"""Every limit in one place, each with its unit and the reason it is there.

Limits of Kubernetes itself (a pod's 30 s of grace, a node's 110 pods) stand beside the code
that models them; these are the limits that keep this engine safe to hand to a learner.
"""

from __future__ import annotations

MANIFEST_BYTES = 1 << 20  # one manifest; upstream's request limit is 3 MiB
MANIFEST_DEPTH = 64  # nested levels of one document
MANIFEST_DOCUMENTS = 1_000  # documents of one file

EVENTS_AT_ONE_INSTANT = 5_000_000  # clock events without time passing: more is a hot loop
HISTORY_REVISIONS = 2_000_000  # revisions the store keeps before it compacts by itself

REPLICAS = 1_000_000  # of one workload, so that a slip of the keyboard ends in an answer
WATCH_BACKLOG = 100_000  # undelivered events of one watcher; beyond it the watch ends in 410
LOG_BYTES = 1 << 20  # kept of one container's output
"""What a real kubelet rotates at is 10 MiB; a notebook has less room."""
