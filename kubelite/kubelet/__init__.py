"""The agent on every node: it makes the pods assigned to its node run, and says how they are.

Lives here: the pod workers and their decisions, image pulls, probes, the lifecycle event
generator (``pleg``), status, back-off, node registration and heartbeats, the Runtime protocol
(``cri``) with a simulated runtime, and the images it can run.
Must not live here: anything that chooses a node, or that counts replicas.
Models ``pkg/kubelet`` of Kubernetes and, below ``cri``, containerd.
"""

from kubelite.kubelet.kubelet import Kubelet
from kubelite.kubelet.runtime import SimulatedRuntime

__all__ = ["Kubelet", "SimulatedRuntime"]
