"""Cluster DNS: names of Services and pods, and how a pod's resolver asks for them.

Lives here: what one question is answered with (``records``), the server with its copies of the
API objects (``server``), a client's search path (``resolver``), and known domains (``internet``).
Must not live here: connections. A name leads to addresses; what is there is not DNS's business.
Models CoreDNS with its kubernetes plugin, set up as kubeadm does, and ``pkg/kubelet/network/dns``.
"""

from kubelite.dns.internet import ADDRESSES, address_of
from kubelite.dns.records import NXDOMAIN, Query, Record, Reply
from kubelite.dns.resolver import Resolution, ResolvConf, Resolver, Step, file_of, resolv_conf
from kubelite.dns.server import Server

__all__ = [
    "ADDRESSES",
    "NXDOMAIN",
    "Query",
    "Record",
    "Reply",
    "ResolvConf",
    "Resolution",
    "Resolver",
    "Server",
    "Step",
    "address_of",
    "file_of",
    "resolv_conf",
]
