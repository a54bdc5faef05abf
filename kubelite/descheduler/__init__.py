"""The descheduler: looks whether pods would be better off elsewhere, and evicts those.

Lives here: which pods may be evicted at all, the strategies that choose, and the loop. Where an
evicted pod's successor goes is the scheduler's decision. Models kubernetes-sigs/descheduler.
Must not live here: evictions for the sake of a node's end (``kubelite/autoscaler``).
"""

from kubelite.descheduler.descheduler import Descheduler
from kubelite.descheduler.policy import Policy, read_policy

__all__ = ["Descheduler", "Policy", "read_policy"]
