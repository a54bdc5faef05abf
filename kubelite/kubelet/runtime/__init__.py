"""A container runtime without containers: processes are Python objects on the virtual clock.

Lives here: sandboxes and their addresses, containers and their processes, the time each step
takes, and the cluster's pod network.
Must not live here: the API server, pods as API objects, restart policies.
Stands in for containerd, runc and a CNI plugin behind the protocol of ``kubelet.cri``.
"""

from kubelite.kubelet.runtime.network import Network
from kubelite.kubelet.runtime.simulated import SimulatedRuntime

__all__ = ["Network", "SimulatedRuntime"]
