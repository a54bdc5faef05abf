"""The network of a node: from a Service's address to one of its endpoints, if policies allow it.

Lives here: the rules a node holds and how they follow the EndpointSlices (``proxier``), which
Service an address belongs to (``services``), whether two peers may talk (``networkpolicy``), and
where an HTTP request goes by host and path (``ingress``).
Must not live here: health checking. A proxy believes what the slices say.
Models pkg/proxy (iptables mode), and what a network plugin and an ingress controller add.
"""

from kubelite.proxy.networkpolicy import Peer, Verdict
from kubelite.proxy.proxier import Backend, Proxier
from kubelite.proxy.services import Frontend, Services

__all__ = ["Backend", "Frontend", "Peer", "Proxier", "Services", "Verdict"]
