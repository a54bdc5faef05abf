"""Which pods use which claims: worked out once for all controllers that have to know.

Pods without claims cost one look at their volumes.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import Pod
from kubelite.api.volumes import claims_of, volumes_with_claims
from kubelite.apimachinery.memo import ByIdentity
from kubelite.client.informer import Informer, key_of


class ClaimUsers:
    """The pods that use claims. ``on_change`` is called with each of them whenever it changes."""

    def __init__(self, pods: Informer):
        self._uses = ByIdentity(volumes_with_claims)
        self._by_claim: dict[str, dict[str, Pod]] = {}
        self._listeners: list[Callable[[Pod], object]] = []
        pods.on(add=self._put, update=self._updated, delete=self._remove)

    def on_change(self, listener: Callable[[Pod], object]) -> None:
        """Tell ``listener`` of each pod with claims that comes, changes or goes."""
        self._listeners.append(listener)

    def of(self, claim_key: str) -> list[Pod]:
        """The pods that use the claim "namespace/name"."""
        return list(self._by_claim.get(claim_key, {}).values())

    def all(self) -> list[Pod]:
        """Every pod that uses a claim, each once."""
        found = {key: pod for pods in self._by_claim.values() for key, pod in pods.items()}
        return list(found.values())

    def _updated(self, old: Pod, pod: Pod) -> None:
        if pod.spec.volumes:
            self._put(pod)

    def _put(self, pod: Pod) -> None:
        if pod.spec.volumes and self._uses(pod.spec):
            for name in claims_of(pod):
                key = f"{pod.metadata.namespace}/{name}"
                self._by_claim.setdefault(key, {})[key_of(pod)] = pod
            self._tell(pod)

    def _remove(self, pod: Pod) -> None:
        if pod.spec.volumes and self._uses(pod.spec):
            for name in claims_of(pod):
                users = self._by_claim.get(f"{pod.metadata.namespace}/{name}", {})
                users.pop(key_of(pod), None)
            self._tell(pod)

    def _tell(self, pod: Pod) -> None:
        for listener in self._listeners:
            listener(pod)
