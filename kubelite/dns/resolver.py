"""A pod's resolver: which names are really asked for when a program asks for one.

Models ``pkg/kubelet/network/dns/dns.go``, which writes a pod's /etc/resolv.conf, and the C
library, which reads it: names with fewer dots than ``ndots`` go through the search path first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from kubelite.api.core_v1 import Pod, PodSpec
from kubelite.apimachinery.struct import Value
from kubelite.dns import server as dns
from kubelite.dns.records import NXDOMAIN, ZONE, Record, Reply
from kubelite.sim.clock import MILLISECOND

CLUSTER_NDOTS = 5
OUTSIDE = "192.0.2.53"
"""The server that the machines themselves ask. It knows nothing of the cluster."""


class ResolvConf(NamedTuple):
    """A pod's /etc/resolv.conf."""

    nameservers: tuple[str, ...]
    searches: tuple[str, ...] = ()
    ndots: int = 1

    def __str__(self) -> str:
        lines = [f"nameserver {address}" for address in self.nameservers]
        lines[:0] = [f"search {' '.join(self.searches)}"] if self.searches else []
        lines += [f"options ndots:{self.ndots}"] if self.ndots != 1 else []
        return "".join([line + "\n" for line in lines])


OF_A_MACHINE = ResolvConf((OUTSIDE,))


# DOC: dns-policy
def resolv_conf(namespace: str, spec: PodSpec | None = None) -> ResolvConf:
    """What the kubelet writes for a pod of this namespace, after its ``dnsPolicy``."""
    spec = spec or PodSpec()
    policy, extra = spec.dns_policy or "ClusterFirst", spec.dns_config
    if policy == "None":
        base = ResolvConf(())
    elif policy == "Default" or (policy == "ClusterFirst" and spec.host_network):
        base = OF_A_MACHINE
    else:
        searches = (f"{namespace}.svc.{ZONE}", f"svc.{ZONE}", ZONE)
        base = ResolvConf((dns.ADDRESS,), searches, CLUSTER_NDOTS)
    if extra is None:
        return base
    ndots = [o.value for o in extra.options if o.name == "ndots" and (o.value or "").isdecimal()]
    return ResolvConf(
        tuple(dict.fromkeys(base.nameservers + extra.nameservers)),
        tuple(dict.fromkeys(base.searches + extra.searches)),
        int(ndots[-1] or 0) if ndots else base.ndots,
    )


def file_of(pod: Pod) -> str:
    """The text of a pod's /etc/resolv.conf; an ``ndots`` of 1 goes without saying."""
    spec, namespace = pod.spec, pod.metadata.namespace
    if spec.dns_config is None and spec.dns_policy == "ClusterFirst" and not spec.host_network:
        return _usual(namespace)
    return str(resolv_conf(namespace, spec))


@lru_cache(maxsize=256)
def _usual(namespace: str) -> str:
    return str(resolv_conf(namespace))


class Step(NamedTuple):
    """One question that was asked, and its answer."""

    name: str
    type: str
    code: str
    answers: tuple[Record, ...] = ()

    def __str__(self) -> str:
        said = ", ".join(f"{r.type} {r.data}" for r in self.answers)
        return f"{self.name}. {self.type}: {self.code}{' ' + said if said else ''}"


class Resolution(Value):
    """What a name led to, and by which steps. ``error`` is empty when it led anywhere.

    ``latency`` is in microseconds, for all steps together.
    """

    name: str
    type: str
    server: str
    answers: tuple[Record, ...]
    steps: tuple[Step, ...]
    error: str
    latency: int

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses, in the order they came: programs take the first one."""
        return tuple(record.data for record in self.answers if record.type == "A")

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return not self.error

    @property
    def full_name(self) -> str:
        """The name that had an answer; "" when none had."""
        return self.steps[-1].name if self.ok and self.steps else ""

    def __str__(self) -> str:
        lines = [f"{self.name} ({self.type}, asked of {self.server})"]
        lines += [f"  {number}. {step}" for number, step in enumerate(self.steps, 1)]
        end = self.error or ", ".join(str(record) for record in self.answers)
        return "\n".join([*lines, f"  {end}"])


class Resolver:
    """The resolver in every pod. ``server`` is the cluster's, reached at ``dns.ADDRESS``."""

    def __init__(self, server: dns.Server):
        self._server = server

    # DOC: dns-search
    def resolve(self, name: str, conf: ResolvConf, type: str = "A") -> Resolution:
        """Ask for each candidate in turn until one has an answer."""
        steps: list[Step] = []
        latency = 0
        asked = conf.nameservers[0] if conf.nameservers else ""
        for candidate in candidates(name, conf) if asked else ():
            reply = self._ask(asked, candidate, type)
            latency += self._latency(asked, candidate)
            steps.append(Step(candidate, type, reply.code, reply.answers))
            if any(record.type == type for record in reply.answers):
                return Resolution(name, type, asked, reply.answers, tuple(steps), "", latency)
        error = f"lookup {name} on {asked}:53: no such host" if asked else "no name server"
        return Resolution(name, type, asked, (), tuple(steps), error, latency)

    def _ask(self, address: str, name: str, type: str) -> Reply:
        if address != dns.ADDRESS and dns.in_zone(name):
            return Reply(NXDOMAIN)
        return self._server.answer(name, type)

    def _latency(self, address: str, name: str) -> int:
        outside = address != dns.ADDRESS
        return dns.FORWARD_LATENCY + 1 * MILLISECOND if outside else self._server.latency(name)


def candidates(name: str, conf: ResolvConf) -> tuple[str, ...]:
    """Complete names in the order they are asked for."""
    if name.endswith("."):
        return (name[:-1],)
    searched = tuple(f"{name}.{domain}" for domain in conf.searches)
    return (name, *searched) if name.count(".") >= conf.ndots else (*searched, name)
