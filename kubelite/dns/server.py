"""The DNS server of the cluster: answers from its own copies of the API objects.

A Service can be found once the server's watch has told it: a millisecond after the write. What
is not of the cluster is asked of a server outside.
Models CoreDNS with the Corefile of kubeadm: no cache for the cluster's own zone, ``pods insecure``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubelite.api.core_v1 import Service
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.client.informer import Informer
from kubelite.dns import records
from kubelite.dns.records import NOERROR, NXDOMAIN, ZONE, Found, Query, Record, Reply
from kubelite.sim.chance import Stream
from kubelite.sim.clock import MILLISECOND

ADDRESS = "10.96.0.10"
"""Where pods find it: the tenth address of the Services' range, as kubeadm gives it."""

LATENCY = 1 * MILLISECOND
FORWARD_LATENCY = 20 * MILLISECOND
"""What it takes to ask a server on the internet."""

SERVICE_NAME = "kubernetes.io/service-name"
_CHAIN = 8  # a CNAME that leads to a CNAME, and so on


def by_service(held: EndpointSlice) -> Sequence[str]:
    """An indexer: "namespace/service"."""
    return (f"{held.metadata.namespace}/{held.metadata.labels.get(SERVICE_NAME, '')}",)


class Server:
    """CoreDNS. ``slices`` must be indexed by ``by_service``.

    ``outside`` says which addresses a name outside the cluster has; none when there is no such
    name.
    """

    def __init__(
        self,
        services: Informer,
        slices: Informer,
        namespaces: Informer,
        outside: Callable[[str], Sequence[str]],
        draw: Stream,
    ):
        self._services = services
        self._slices = slices
        self._namespaces = namespaces
        self._outside = outside
        self._draw = draw
        self.asked: dict[tuple[str, str], int] = {}  # by type of record and code of the answer

    # DOC: dns-answer
    def answer(self, name: str, type: str = "A") -> Reply:
        """The answer to one question. ``name`` is complete, without the dot at its end."""
        reply = self._answer(name.lower(), type, _CHAIN)
        self.asked[type, reply.code] = self.asked.get((type, reply.code), 0) + 1
        return reply._replace(answers=self._shuffled(reply.answers))

    def latency(self, name: str) -> int:
        """How long it takes, in microseconds."""
        return LATENCY if in_zone(name) else LATENCY + FORWARD_LATENCY

    def _answer(self, name: str, type: str, chain: int) -> Reply:
        if not in_zone(name):
            return forwarded(self._outside, name, type)
        query = records.parse(name)
        if query is None:
            return Reply(NXDOMAIN)
        if not query.namespace:
            return Reply(NOERROR)
        if self._namespaces.get(query.namespace) is None:
            return Reply(NXDOMAIN)
        if not query.service:
            return Reply(NOERROR)
        found = self._found(query, name)
        if not found:
            return Reply(NXDOMAIN)
        if type == "SRV":
            return records.srv(name, found)
        if found[0].external:
            return self._alias(name, found[0].host, type, chain)
        return Reply(NOERROR, records.addresses(name, found) if type == "A" else ())

    def _found(self, query: Query, name: str) -> list[Found]:
        if query.kind == "pod":
            address = query.service.replace("-", ".")
            return [Found(address, name)] if _is_ipv4(address) else []
        key = f"{query.namespace}/{query.service}"
        service: Service | None = self._services.get(key)
        if service is None:
            return []
        return records.of_service(query, service, self._slices.index("service", key))

    def _alias(self, name: str, target: str, type: str, chain: int) -> Reply:
        """A CNAME and, unless that was the question, what the other name leads to."""
        alias = Record(name, "CNAME", target)
        followed = self._answer(target.lower().rstrip("."), type, chain - 1) if chain else None
        if type == "CNAME" or followed is None:
            return Reply(NOERROR, (alias,))
        return Reply(NOERROR, (alias, *followed.answers))

    def _shuffled(self, answers: tuple[Record, ...]) -> tuple[Record, ...]:
        """Addresses in another order each time, so that clients who take the first one spread."""
        addresses = [r for r in answers if r.type == "A"]
        if len(addresses) < 2:
            return answers
        self._draw.shuffle(addresses)
        return (*(r for r in answers if r.type != "A"), *addresses)


def in_zone(name: str) -> bool:
    """Whether the cluster's own server knows, or nobody."""
    return name.lower() == ZONE or name.lower().endswith("." + ZONE)


def forwarded(outside: Callable[[str], Sequence[str]], name: str, type: str) -> Reply:
    """What the world outside says."""
    addresses = outside(name)
    if not addresses:
        return Reply(NXDOMAIN)
    if type != "A":
        return Reply(NOERROR)
    return Reply(NOERROR, tuple(Record(name, "A", address) for address in addresses))


def _is_ipv4(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)
