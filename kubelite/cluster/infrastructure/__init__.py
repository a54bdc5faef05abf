"""Machines as declared infrastructure: pools of them, what they cost, and who switches them on.

Lives here: the catalogue of machine types, the record of a pool, the plan that leads from what is
there to what is declared, the simulated cloud that owns the machines, and the cluster's verbs for
all of it. The shape of a plan is Terraform's; labels and deletions are those of a cloud provider.
Must not live here: when machines are added and taken away by themselves (``kubelite/autoscaler``).
"""

from kubelite.cluster.infrastructure.catalogue import CATALOGUE, MachineType
from kubelite.cluster.infrastructure.pools import NodePool

__all__ = ["CATALOGUE", "MachineType", "NodePool"]
