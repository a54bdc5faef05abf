"""Probes: is a container started, ready, alive?

Lives here: one worker for each probe of each container, the results they leave, and the four
ways of asking (exec, httpGet, tcpSocket, grpc) in the table ``PROBES``.
Must not live here: what is done about a result; the pod workers decide that.
Models ``pkg/kubelet/prober`` and ``pkg/probe``.
"""

from kubelite.kubelet.probes.handlers import PROBES
from kubelite.kubelet.probes.manager import ProbeManager

__all__ = ["PROBES", "ProbeManager"]
