"""kube-proxy: from a Service's address to one of its endpoints, on every node.

Lives here: the rules a node holds and how they follow the EndpointSlices (``proxier``), and the
one choice made with them.
Must not live here: health checking. A proxy believes what the slices say.
Models pkg/proxy (iptables mode).
"""

from kubelite.proxy.proxier import Backend, Proxier

__all__ = ["Backend", "Proxier"]
