"""The cluster autoscaler: orders machines for pods that fit nowhere, gives back those not needed.

Lives here: the loop, what it asks of a cloud, the trial placements it decides by, and how a node is
emptied. It stands between the floors, for it reckons with the scheduler's own filters, as
upstream's does (kubernetes/autoscaler, cluster-autoscaler).
Must not live here: how a cloud makes machines, and what they cost (``kubelite/cluster``).
"""

from kubelite.autoscaler.options import AutoscalingOptions
from kubelite.autoscaler.static_autoscaler import ClusterAutoscaler

__all__ = ["AutoscalingOptions", "ClusterAutoscaler"]
