"""When a pod that was deleted has ended, its kubelet removes it: once, and until it is done.

After syncPod of pkg/kubelet/status/status_manager.go, which forgets a pod that it has removed.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request, Response
from tests.kubelet.conftest import World

SHOP = {"containers": [{"name": "shop", "image": "shop:v1"}]}


def removals(world: World) -> dict[int, int]:
    """How often somebody has asked to delete a pod, by what the server answered."""
    found = {key: count for key, count in world.api.requests.items() if key[:2] == _DELETE_PODS}
    return {key[-1]: count for key, count in found.items()}


_DELETE_PODS = ("delete", "pods")


def gone(world: World) -> bool:
    return world.api.find("pods", "default", "pod") is None


def test_a_pod_is_removed_by_one_request(world: World) -> None:
    world.pod(SHOP)
    world.run(10)
    world.me.delete("pods", "pod", "default")
    world.until(lambda: gone(world))
    world.run(60)
    assert removals(world) == {200: 2}, "one asked for its end, and the kubelet for its removal"


def test_a_removal_that_nobody_answers_is_asked_for_again(world: World) -> None:
    world.pod(SHOP)
    world.run(10)
    server, refused = world.api.handle, []

    def handle(request: Request) -> Response:
        if (request.verb, request.component) == ("delete", "kubelet/node-1") and not refused:
            refused.append(request)
            error = errors.service_unavailable("connection refused")
            return Response(error.code, error.status)
        return server(request)

    world.kubelet.client.api = _Through(world.api, handle)
    world.me.delete("pods", "pod", "default")
    world.run(60)
    assert refused
    assert gone(world)


def test_a_pod_that_a_finalizer_holds_is_let_be_once_its_removal_is_known(world: World) -> None:
    world.pod(SHOP)
    world.run(10)
    held: Pod = world.get()
    patch: dict[str, Any] = {"metadata": {"finalizers": ["example.com/hold"]}}
    world.me.patch("pods", "pod", "default", patch)
    world.run(1)
    world.me.delete("pods", "pod", "default")
    world.run(300)
    assert world.get().metadata.uid == held.metadata.uid
    assert removals(world) == {200: 2}
    world.me.patch("pods", "pod", "default", {"metadata": {"finalizers": None}})
    world.run(10)
    assert gone(world)


def test_a_removal_asked_for_again_spares_another_pod_of_that_name(world: World) -> None:
    world.pod(SHOP)
    world.run(10)
    server, lost = world.api.handle, []

    def handle(request: Request) -> Response:
        if (request.verb, request.component) == ("delete", "kubelet/node-1") and not lost:
            lost.append(server(request))  # done, and neither reply nor watch tells of it
            world.kubelet._pods.stop()
            error = errors.service_unavailable("http2: client connection lost")
            return Response(error.code, error.status)
        return server(request)

    world.kubelet.client.api = _Through(world.api, handle)
    world.me.delete("pods", "pod", "default")
    world.until(lambda: gone(world))
    world.pod(SHOP)
    new = world.get().metadata.uid
    world.run(60)
    assert lost
    assert world.get().metadata.uid == new
    assert world.get().metadata.deletion_timestamp is None


class _Through:
    """The server, but for what ``handle`` answers itself."""

    def __init__(self, api: Any, handle: Any):
        self._api = api
        self.handle = handle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)
