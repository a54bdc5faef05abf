"""What of dynamic resources is not here, and what happens instead."""

from __future__ import annotations

from collections.abc import Callable

from kubelite import Cluster
from tests.cluster.test_devices import (
    applied,
    claim,
    device_class,
    devices_of,
    gpu,
    offer,
    pod,
    why,
)

MakeCluster = Callable[..., Cluster]


def test_every_driver_is_there(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), claim("mine"), pod("p", "mine"))
    assert shop.get("pod/p").status.phase == "Running"  # nobody has registered gpu.example.com
    assert shop.get("resourceclaim/mine").status.devices == ()


def test_a_taint_that_comes_later_evicts_nobody(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), claim("mine"), pod("p", "mine"))
    ill = {**gpu("gpu-0"), "taints": [{"key": "ill", "effect": "NoExecute"}]}
    applied(shop, offer("node-1", ill), seconds=120)
    assert shop.get("pod/p").status.phase == "Running"


def test_nobody_waits_for_binding_conditions(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    slow = {"bindingConditions": ["ready"], "bindingFailureConditions": ["broken"]}
    applied(shop, device_class(), offer("node-1", {**gpu("gpu-0"), **slow}))
    applied(shop, claim("mine"), pod("p", "mine"))
    assert shop.get("pod/p").status.phase == "Running"
    (result,) = shop.get("resourceclaim/mine").status.allocation.devices.results
    assert result.binding_conditions == ("ready",)


def test_a_device_is_not_shared_by_capacity(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    shared = {**gpu("gpu-0"), "allowMultipleAllocations": True}
    applied(shop, device_class(), offer("node-1", shared))
    applied(shop, claim("a"), claim("b"), pod("a", "a"), pod("b", "b"))
    assert [devices_of(shop, name) for name in "ab"] == [["gpu=node-1/gpu-0"], []]
    assert "cannot allocate all claims" in why(shop, "b")


def test_devices_serve_no_extended_resources(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    named = device_class(extendedResourceName="example.com/gpu")
    asking = pod("p")
    del asking["spec"]["resourceClaims"]
    asking["spec"]["containers"][0]["resources"] = {"limits": {"example.com/gpu": 1}}
    applied(shop, named, offer("node-1", gpu("gpu-0")), asking)
    assert "Insufficient example.com/gpu" in why(shop, "p")
