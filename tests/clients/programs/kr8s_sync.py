"""kr8s: objects that know how to create, scale, label, wait for and delete themselves.

KUBECONFIG=... python kr8s_sync.py
"""

from __future__ import annotations

import kr8s
from kr8s.objects import ConfigMap, Deployment, Namespace, Node, Pod, Service, new_class

SPACE = "by-kr8s"


def main() -> None:
    api = kr8s.api()
    assert api.version()["minor"] == "37"
    Namespace(SPACE).create()
    deployment()
    pods()
    nodes()
    finding(api)
    whatever_there_is(api)
    Namespace.get(SPACE).delete()


def deployment() -> None:
    labels = {"app": "shop"}
    containers = [{"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}]
    shop = Deployment(
        {
            "metadata": {"name": "shop", "namespace": SPACE},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
            },
        }
    )
    shop.create()
    shop.scale(3)
    shop.wait("condition=Available", timeout=60)
    shop.wait("jsonpath='{.status.readyReplicas}'=3", timeout=60)
    assert shop.ready() and len(shop.pods()) == 3
    shop.annotate(note="seen")
    shop.label({"tier": "front", "owner": "me"})
    assert shop.annotations["note"] == "seen" and shop.labels["owner"] == "me"
    shop.remove_label("tier")
    assert "tier" not in shop.labels
    shop.patch({"spec": {"paused": True}})
    assert shop.spec.paused
    shop.patch([{"op": "remove", "path": "/spec/paused"}], type="json")
    assert "paused" not in shop.spec
    service = Service(
        {
            "metadata": {"name": "shop", "namespace": SPACE},
            "spec": {"selector": labels, "ports": [{"port": 80}]},
        }
    )
    service.create()
    assert len(service.ready_pods()) == 3
    shop.delete(propagation_policy="Foreground")
    shop.wait("delete", timeout=60)
    assert not shop.exists()
    service.delete()
    print("deployment: created, scaled to 3, Available, labelled, patched, deleted")


def pods() -> None:
    talker = Pod.gen(
        name="talker",
        namespace=SPACE,
        image="busybox",
        command=["sh", "-c", "echo one; sleep 6000"],
    )
    talker.create()
    talker.wait("condition=Ready", timeout=60)
    assert list(talker.logs()) == ["one"]
    done = talker.exec(["sh", "-c", "echo hello"])
    assert (done.stdout, done.returncode) == (b"hello\n", 0), done
    assert talker.exec(["sh", "-c", "exit 5"], check=False).returncode == 5
    owner = ConfigMap({"metadata": {"name": "owner", "namespace": SPACE}, "data": {"a": "1"}})
    owner.create()
    owner.adopt(talker)
    assert talker.metadata.ownerReferences[0].name == "owner"
    owner.delete()
    talker.wait("delete", timeout=60)
    print("pod: log, exec, exit code 5; adopted by a config map, and gone with it")


def nodes() -> None:
    node = next(iter(kr8s.get("nodes")))
    assert isinstance(node, Node)
    node.cordon()
    assert node.unschedulable
    node.uncordon()
    node.taint("full", "yes", effect="NoSchedule")
    assert [one.key for one in node.taints] == ["full"]
    node.taint("full", "yes", effect="NoSchedule-")
    assert not node.taints
    print("node: cordoned, tainted, and free again")


def finding(api: kr8s.Api) -> None:
    for number in range(3):
        meta = {"name": f"note-{number}", "namespace": SPACE, "labels": {"n": str(number)}}
        ConfigMap({"metadata": meta}).create()
    named = kr8s.get("configmaps", "note-0", "note-2", namespace=SPACE)
    assert [one.name for one in named] == ["note-0", "note-2"]
    some = kr8s.get("cm", namespace=SPACE, label_selector={"n": "1"})
    assert [one.name for one in some] == ["note-1"]
    try:
        ConfigMap.get("none", namespace=SPACE, timeout=1)
    except kr8s.NotFoundError:
        pass
    else:
        raise AssertionError("there is none")
    for kind, obj in api.watch("configmaps", namespace=SPACE, label_selector={"n": "2"}):
        assert (kind, obj.name) == ("ADDED", "note-2")
        break
    table = next(iter(kr8s.get("pods", namespace="kube-system", as_object=kr8s.objects.Table)))
    assert [one["name"] for one in table.column_definitions][:2] == ["Name", "Ready"]
    print("get: by names, by labels, as a table; watch: ADDED")


def whatever_there_is(api: kr8s.Api) -> None:
    """It looks kinds up as the server lists them, so one defined today is like any other."""
    definition = kr8s.objects.CustomResourceDefinition(
        {
            "metadata": {"name": "cakes.kr8s.example"},
            "spec": {
                "group": "kr8s.example",
                "names": {"kind": "Cake", "plural": "cakes", "singular": "cake"},
                "scope": "Namespaced",
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "subresources": {"scale": SCALE},
                        "schema": {"openAPIV3Schema": ANYTHING},
                    }
                ],
            },
        }
    )
    definition.create()
    definition.wait("condition=Established", timeout=30)
    cake_class = new_class("Cake", "kr8s.example/v1", namespaced=True, scalable=True)
    cake = cake_class({"metadata": {"name": "sponge", "namespace": SPACE}, "spec": {"replicas": 1}})
    cake.create()
    cake.scale(4)
    assert cake.replicas == 4
    found = {one["kind"] for one in api.api_resources()}
    assert {"Pod", "Deployment", "NetworkPolicy"} <= found
    assert "kr8s.example/v1" in set(api.api_versions())
    assert [one.name for one in kr8s.get("cakes.kr8s.example", namespace=SPACE)] == ["sponge"]
    print("custom resource: defined, created, scaled, found")


SCALE = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


if __name__ == "__main__":
    main()
