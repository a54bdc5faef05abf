"""Devices for pods: who gets which, who waits, and what becomes of them afterwards.

The situations are those of ``test/e2e/dra/dra.go`` and of the page "Dynamic Resource Allocation"
of Kubernetes' documentation; the manifests are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError

MakeCluster = Callable[..., Cluster]

API = "resource.k8s.io/v1"
DRIVER = "gpu.example.com"


def thing(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def device_class(name: str = "gpu", *expressions: str, **spec: Any) -> dict[str, Any]:
    asked = (f'device.driver == "{DRIVER}"', *expressions)
    chosen = [{"cel": {"expression": text}} for text in asked]
    return thing("DeviceClass", name, {"selectors": chosen, **spec})


def offer(node: str, *devices: dict[str, Any], **where: Any) -> dict[str, Any]:
    """The slice that a driver would publish for one node."""
    pool = {"name": node, "generation": 1, "resourceSliceCount": 1}
    where = where or {"nodeName": node}
    listed = list(devices)
    return thing(
        "ResourceSlice",
        f"{node}-gpus",
        {"driver": DRIVER, "pool": pool, **where, "devices": listed},
    )


def gpu(name: str, memory: str = "40Gi", **attributes: Any) -> dict[str, Any]:
    kinds = {bool: "bool", int: "int", str: "string"}
    about = {key: {kinds[type(value)]: value} for key, value in attributes.items()}
    return {"name": name, "attributes": about, "capacity": {"memory": {"value": memory}}}


def one(count: int = 1, name: str = "gpu", of: str = "gpu", **more: Any) -> dict[str, Any]:
    return {"name": name, "exactly": {"deviceClassName": of, "count": count, **more}}


def claim(name: str, *requests: dict[str, Any], **devices: Any) -> dict[str, Any]:
    asked = list(requests or (one(),))
    return thing("ResourceClaim", name, {"devices": {"requests": asked, **devices}})


def template(name: str = "gpu", *requests: dict[str, Any]) -> dict[str, Any]:
    return thing("ResourceClaimTemplate", name, {"spec": claim(name, *requests)["spec"]})


def pod(name: str, uses: str = "", made_of: str = "", **spec: Any) -> dict[str, Any]:
    source = {"resourceClaimName": uses} if uses else {"resourceClaimTemplateName": made_of}
    container = {"name": "c", "image": "nginx", "resources": {"claims": [{"name": "gpu"}]}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "containers": [container],
            "resourceClaims": [{"name": "gpu", **source}],
            "terminationGracePeriodSeconds": 1,
            **spec,
        },
    }


def applied(cluster: Cluster, *manifests: dict[str, Any], seconds: float = 20) -> Cluster:
    for manifest in manifests:
        cluster.apply(manifest)
    cluster.run(seconds)
    return cluster


def devices_of(cluster: Cluster, name: str) -> list[str]:
    allocation = cluster.get(f"resourceclaim/{name}").status.allocation
    results = allocation.devices.results if allocation is not None else ()
    return [f"{result.request}={result.pool}/{result.device}" for result in results]


def why(cluster: Cluster, name: str) -> str:
    """Why a pod is not scheduled."""
    conditions = cluster.get(f"pod/{name}").status.conditions
    return next((c.message for c in conditions if c.type == "PodScheduled"), "")


# Who gets a device


def test_a_pod_goes_where_the_device_is(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=3)
    applied(shop, device_class(), offer("node-2", gpu("gpu-0")), claim("mine"), pod("p", "mine"))
    assert shop.get("pod/p").spec.node_name == "node-2"
    assert shop.get("pod/p").status.phase == "Running"
    mine = shop.get("resourceclaim/mine")
    assert devices_of(shop, "mine") == ["gpu=node-2/gpu-0"]
    assert [user.name for user in mine.status.reserved_for] == ["p"]
    assert mine.metadata.finalizers == ("resource.kubernetes.io/delete-protection",)
    assert shop.kubectl("get resourceclaim mine").lines[-1].split()[:2] == [
        "mine",
        "allocated,reserved",
    ]


def test_a_pod_waits_until_a_device_is_released(
    make_cluster: MakeCluster,
) -> None:
    shop = make_cluster(nodes=2)
    applied(
        shop, device_class(), offer("node-1", gpu("gpu-0")), template(), pod("a", made_of="gpu")
    )
    applied(shop, pod("b", made_of="gpu"))
    assert shop.get("pod/b").status.phase == "Pending"
    assert why(shop, "b") == (
        "0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )
    assert "DynamicResources: cannot allocate all claims" in repr(shop.explain("pod/b"))
    shop.delete("pod/a")
    shop.run(30)
    assert shop.get("pod/b").status.phase == "Running"


def test_two_pods_share_a_claim_and_the_last_frees_its_device(
    make_cluster: MakeCluster,
) -> None:
    shop = make_cluster(nodes=2)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), claim("ours"))
    applied(shop, pod("a", "ours"), pod("b", "ours"))
    assert {p.spec.node_name for p in shop.get("pods")} == {"node-1"}
    assert sorted(u.name for u in shop.get("resourceclaim/ours").status.reserved_for) == ["a", "b"]
    shop.delete("pod/a")
    shop.run(10)
    assert devices_of(shop, "ours") == ["gpu=node-1/gpu-0"]
    shop.delete("pod/b")
    shop.run(10)
    ours = shop.get("resourceclaim/ours")
    assert (ours.status.allocation, ours.status.reserved_for, ours.metadata.finalizers) == (
        None,
        (),
        (),
    )


def test_a_claim_in_use_is_deleted_when_its_pod_has_gone(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), claim("mine"), pod("p", "mine"))
    shop.kubectl("delete resourceclaim mine --wait=false")
    shop.run(10)
    assert shop.kubectl("get resourceclaim").lines[-1].split()[1] == "deleted,allocated,reserved"
    shop.delete("pod/p")
    shop.run(10)
    assert list(shop.get("resourceclaims")) == []


# Which device


@pytest.mark.parametrize(
    ("expression", "device"),
    [
        (f'device.attributes["{DRIVER}"].model == "a100"', "gpu-1"),
        (f'device.capacity["{DRIVER}"].memory.isGreaterThan(quantity("60Gi"))', "gpu-2"),
        (f'cel.bind(d, device.attributes["{DRIVER}"], has(d.fast) && d.fast)', "gpu-2"),
        (f'device.attributes["{DRIVER}"].index in [1, 2]', "gpu-1"),
        ('!("x" in device.attributes["other.example.com"])', "gpu-0"),
    ],
)
def test_a_selector_chooses_among_devices(
    make_cluster: MakeCluster, expression: str, device: str
) -> None:
    shop = make_cluster(nodes=1)
    there = (
        gpu("gpu-0", model="k80", index=0),
        gpu("gpu-1", model="a100", index=1),
        gpu("gpu-2", "80Gi", model="h100", index=2, fast=True),
    )
    wanted = one(selectors=[{"cel": {"expression": expression}}])
    applied(shop, device_class(), offer("node-1", *there), claim("mine", wanted), pod("p", "mine"))
    assert devices_of(shop, "mine") == [f"gpu=node-1/{device}"]


def test_an_expression_without_an_answer_is_told(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    wanted = one(selectors=[{"cel": {"expression": f'device.attributes["{DRIVER}"].nope'}}])
    applied(
        shop, device_class(), offer("node-1", gpu("a")), claim("mine", wanted), pod("p", "mine")
    )
    assert (
        "claim default/mine: selector #0 on device gpu.example.com/node-1/a: CEL runtime error: "
        "no such key: nope"
    ) in why(shop, "p")


def test_devices_that_have_to_match(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    there = [gpu(f"gpu-{n}", numa=n // 2) for n in range(4)]
    together = [{"matchAttribute": f"{DRIVER}/numa"}]
    applied(shop, device_class(), offer("node-1", *there), claim("first"), pod("first", "first"))
    applied(shop, claim("pair", one(2), constraints=together), pod("pair", "pair"))
    assert devices_of(shop, "pair") == ["gpu=node-1/gpu-2", "gpu=node-1/gpu-3"]
    applied(shop, claim("other", one(2), constraints=together), pod("other", "other"))
    assert "cannot allocate all claims" in why(shop, "other")


def test_the_first_wish_that_can_be_had(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    ways = [
        {"name": "big", "deviceClassName": "gpu", "count": 2},
        {"name": "small", "deviceClassName": "gpu"},
    ]
    either = {"name": "gpu", "firstAvailable": ways}
    applied(shop, device_class(), offer("node-1", *[gpu(f"gpu-{n}") for n in range(3)]))
    applied(shop, claim("first", either), pod("first", "first"))
    applied(shop, claim("second", either), pod("second", "second"))
    assert devices_of(shop, "first") == ["gpu/big=node-1/gpu-0", "gpu/big=node-1/gpu-1"]
    assert devices_of(shop, "second") == ["gpu/small=node-1/gpu-2"]


def test_devices_of_a_rack_are_for_its_nodes(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=3)
    shop.kubectl("label node node-3 rack=b")
    asked = {"key": "rack", "operator": "In", "values": ["b"]}
    rack = {"nodeSelectorTerms": [{"matchExpressions": [asked]}]}
    applied(shop, device_class(), offer("rack-b", gpu("gpu-0"), nodeSelector=rack))
    applied(shop, claim("mine"), pod("p", "mine"), pod("q", "mine"))
    assert {p.spec.node_name for p in shop.get("pods")} == {"node-3"}
    selector = shop.get("resourceclaim/mine").status.allocation.node_selector
    assert selector.node_selector_terms[0].match_expressions[0].values == ("b",)


def test_a_tainted_device_is_for_those_who_bear_it(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    ill = {**gpu("gpu-0"), "taints": [{"key": "ill", "effect": "NoSchedule"}]}
    applied(shop, device_class(), offer("node-1", ill), claim("any"), pod("any", "any"))
    assert "cannot allocate all claims" in why(shop, "any")
    borne = one(tolerations=[{"key": "ill", "operator": "Exists"}])
    applied(shop, claim("brave", borne), pod("brave", "brave"))
    assert devices_of(shop, "brave") == ["gpu=node-1/gpu-0"]


def test_admin_access_takes_nothing_from_anybody(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), offer("node-1", gpu("a")), claim("work"), pod("work", "work"))
    watching = claim("watch", one(allocationMode="All", count=0, adminAccess=True))
    with pytest.raises(StatusError, match="admin-access: true` label on the containing namespace"):
        shop.apply(watching)
    shop.kubectl("label namespace default resource.kubernetes.io/admin-access=true")
    applied(shop, watching, pod("watch", "watch"))
    assert devices_of(shop, "watch") == ["gpu=node-1/a"]
    assert shop.get("pod/watch").status.phase == "Running"


def test_settings_of_class_and_claim_reach_the_driver(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    slow = {"opaque": {"driver": DRIVER, "parameters": {"clock": "low"}}}
    fast = {"requests": ["gpu"], "opaque": {"driver": DRIVER, "parameters": {"clock": "high"}}}
    applied(shop, device_class(config=[slow]), offer("node-1", gpu("gpu-0")))
    applied(shop, claim("mine", config=[fast]), pod("p", "mine"))
    config = shop.get("resourceclaim/mine").status.allocation.devices.config
    assert [(c.source, c.opaque.parameters["clock"]) for c in config] == [
        ("FromClass", "low"),
        ("FromClaim", "high"),
    ]


# Who waits, and for what


def test_a_claim_that_is_not_there_keeps_its_pod_waiting(
    make_cluster: MakeCluster,
) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), pod("p", "later"))
    assert shop.get("pod/p").spec.node_name == ""
    assert why(shop, "p") == ""
    applied(shop, claim("later"))
    assert shop.get("pod/p").status.phase == "Running"


def test_a_class_that_is_not_there_is_named(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, offer("node-1", gpu("gpu-0")), claim("mine"), pod("p", "mine"))
    text = "request gpu: device class gpu does not exist. no new claims to deallocate"
    assert text in why(shop, "p")
    applied(shop, device_class(), seconds=10)
    assert shop.get("pod/p").status.phase == "Running"


def test_a_slice_that_comes_later_helps(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), claim("mine"), pod("p", "mine"))
    assert "1 cannot allocate all claims" in why(shop, "p")
    applied(shop, offer("node-1", gpu("gpu-0")))
    assert shop.get("pod/p").status.phase == "Running"


def test_a_pod_put_on_a_node_by_hand_has_no_devices(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    by_hand = pod("p", "mine", nodeName="node-1")
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), claim("mine"), by_hand)
    assert shop.get("pod/p").status.phase == "Pending"
    said = str(shop.kubectl("events --for pod/p"))
    assert "FailedPrepareDynamicResources" in said
    assert "Failed to prepare dynamic resources: prepare dynamic resources: pod p (" in said
    assert "is not allowed to use ResourceClaim mine (" in said


# Claims made of templates


def test_a_claim_of_a_template_goes_with_its_pod(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(
        shop, device_class(), offer("node-1", gpu("gpu-0")), template(), pod("p", made_of="gpu")
    )
    (made,) = shop.get("resourceclaims")
    assert made.metadata.name.startswith("p-gpu-")
    assert made.metadata.annotations == {"resource.kubernetes.io/pod-claim-name": "gpu"}
    (status,) = shop.get("pod/p").status.resource_claim_statuses
    assert (status.name, status.resource_claim_name) == ("gpu", made.metadata.name)
    shop.delete("pod/p")
    shop.run(30)
    assert list(shop.get("resourceclaims")) == []


def test_a_job_that_is_done_gives_its_device_to_the_next(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    work = pod("w", made_of="gpu", restartPolicy="Never")["spec"]
    work["containers"][0] |= {"image": "busybox", "command": ["sleep", "20"]}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train"},
        "spec": {"completions": 3, "parallelism": 3, "template": {"spec": work}},
    }
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), template(), job, seconds=120)
    assert shop.get("job/train").status.succeeded == 3
    assert list(shop.get("resourceclaims")) == []


def test_a_template_that_is_not_there_is_told(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, pod("p", made_of="gpu"))
    said = str(shop.kubectl("events --for pod/p"))
    assert "FailedResourceClaimCreation" in said
    assert 'PodResourceClaim gpu: resource claim template "gpu": ' in said
    applied(shop, template(), device_class(), offer("node-1", gpu("gpu-0")), seconds=60)
    assert shop.get("pod/p").status.phase == "Running"


def test_devices_come_back_though_the_controllers_were_away(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), claim("mine"), pod("p", "mine"))
    shop.stop_component("kube-controller-manager")
    shop.delete("pod/p")
    shop.run(40)
    assert devices_of(shop, "mine") == ["gpu=node-1/gpu-0"]
    shop.start_component("kube-controller-manager")
    shop.run(60)
    assert devices_of(shop, "mine") == []


def test_no_device_is_given_twice_when_many_come_at_once(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=4)
    applied(shop, device_class(), template())
    for number in range(1, 5):
        shop.apply(offer(f"node-{number}", *[gpu(f"gpu-{n}") for n in range(3)]))
    for number in range(15):
        shop.apply(pod(f"p-{number}", made_of="gpu"))
    shop.run(60)
    given = [d for c in shop.get("resourceclaims") for d in devices_of(shop, c.metadata.name)]
    assert len(given) == len(set(given)) == 12
    phases = sorted(p.status.phase for p in shop.get("pods"))
    assert phases == ["Pending"] * 3 + ["Running"] * 12


def test_every_part_may_do_what_it_has_to(make_cluster: MakeCluster) -> None:
    shop = make_cluster(nodes=1, rbac=True)
    applied(shop, device_class(), offer("node-1", gpu("gpu-0")), template())
    applied(shop, pod("p", made_of="gpu"))
    assert shop.get("pod/p").status.phase == "Running"
    shop.delete("pod/p")
    shop.run(30)
    assert list(shop.get("resourceclaims")) == []
