"""The network as a process in a pod sees it: its resolver, and the way to any address.

What ``Requests`` is to a learner, this is to the programs: ``nslookup``, ``nc``, ``wget`` and
``curl`` of the small shell go through here. Nothing of it is kept among the traffic.
"""

from __future__ import annotations

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.struct import replace
from kubelite.cluster.requests import Asker, Requests
from kubelite.cluster.routing import Router
from kubelite.dns import resolv_conf
from kubelite.kubelet.cri import Reply, Request, SandboxConfig
from kubelite.kubelet.images.outlook import Found, Then
from kubelite.kubelet.runtime.network import TIMED_OUT, Network, PodOutlook


class ClusterOutlook(PodOutlook):
    """One pod's view of the whole cluster and of what lies outside."""

    def __init__(self, cluster: Requests, network: Network, config: SandboxConfig, ip: str):
        super().__init__(network, config, ip)
        self._cluster = cluster

    @property
    def server(self) -> str:  # type: ignore[override]
        """The first name server of its resolv.conf."""
        pod = self._object()
        servers = resolv_conf(self._pod.namespace, pod.spec if pod else None).nameservers
        return servers[0] if servers else super().server

    def lookup(self, name: str) -> Found:
        """By /etc/hosts, or the pod's resolver, if policies let it reach the name server."""
        plain, pod = super().lookup(name), self._object()
        if plain.addresses or pod is None:
            return plain
        aliases = [alias.ip for alias in pod.spec.host_aliases if name in alias.hostnames]
        if aliases:
            return Found(tuple(aliases[:1]))
        peer = self._router.pod_peer(pod)
        conf = resolv_conf(self._pod.namespace, pod.spec)
        found = self._cluster._resolved(name, Asker(peer, conf, None))
        return Found(found.addresses, found.latency)

    def ask(
        self, address: str, port: int, host: str, request: Request, patience: int, then: Then
    ) -> None:
        """By the rules of the pod's node."""
        pod = self._object()
        if pod is None or address.startswith("127."):
            super().ask(address, port, host, request, patience, then)
            return
        router = self._router
        route = router.to_address(router.pod_peer(pod), address, port, host, request.path)
        if route.backend is not None:
            there = route.backend
            self._network.request(there.address, there.port, request, patience, then)
        elif route.lost:
            self._network.clock.after(patience, then, Reply(error=TIMED_OUT))
        else:
            self._network.clock.after(route.wait, then, route.reply)

    @property
    def _router(self) -> Router:
        return self._cluster.router

    def _object(self) -> Pod | None:
        """The pod with the address it has, told to the API server yet or not."""
        found: Pod | None = self._cluster._world.server.find(
            "pods", self._pod.namespace, self._pod.name
        )
        if found is None or found.status.pod_ip == self._ip:
            return found
        return replace(found, status=replace(found.status, pod_ip=self._ip))
