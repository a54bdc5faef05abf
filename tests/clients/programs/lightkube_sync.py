"""lightkube: typed objects, server-side apply, watch, wait, patches, logs, commands.

KUBECONFIG=... python lightkube_sync.py
"""

from __future__ import annotations

from lightkube import ApiError, Client, codecs
from lightkube.generic_resource import create_namespaced_resource, load_in_cluster_generic_resources
from lightkube.models.core_v1 import ConfigMapVolumeSource, Volume
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.operators import exists, in_
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap, Namespace, Node, Pod, Service
from lightkube.types import CascadeType, PatchType

SPACE = "by-lightkube"
SHOP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: prices, labels: {app: shop}}
data: {tea: "3"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {app: shop}}
spec:
  replicas: {{ replicas }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop, labels: {app: shop}}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""
CAKES = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: cakes.lightkube.example}
spec:
  group: lightkube.example
  names: {kind: Cake, plural: cakes, singular: cake}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {eggs: {type: integer, minimum: 1}}}
          status: {type: object, properties: {phase: {type: string}}}
"""


def main() -> None:
    client = Client(namespace=SPACE, field_manager="lightkube")
    client.create(Namespace(metadata=ObjectMeta(name=SPACE)))
    applying(client)
    waiting(client)
    listing(client)
    patching(client)
    pods(client)
    custom(client)
    client.delete(Deployment, "shop", cascade=CascadeType.FOREGROUND)
    client.deletecollection(ConfigMap)
    assert list(client.list(ConfigMap, labels={"n": exists()})) == []
    client.delete(Namespace, SPACE)
    print("deleted: one in the foreground, all of a kind, the namespace")


def manifests(replicas: int) -> list[object]:
    return codecs.load_all_yaml(SHOP.replace("{{ replicas }}", str(replicas)))


def applying(client: Client) -> None:
    for obj in manifests(2):
        client.apply(obj)
    for obj in manifests(3):
        client.apply(obj)
    found = client.get(Deployment, "shop")
    assert found.spec.replicas == 3 and found.metadata.generation == 2
    thief = Client(namespace=SPACE, field_manager="thief")
    theirs = codecs.from_dict(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "prices"},
            "data": {"tea": "9"},
        }
    )
    try:
        thief.apply(theirs)
    except ApiError as error:
        assert 'conflict with "lightkube": .data.tea' in error.status.message, error
    assert thief.apply(theirs, force=True).data == {"tea": "9"}
    print("apply: three objects twice, one conflict, one by force")


def waiting(client: Client) -> None:
    found = client.wait(Deployment, "shop", for_conditions=["Available"])
    assert found.status.availableReplicas == 3
    for kind, obj in client.watch(Service, fields={"metadata.name": "shop"}):
        assert (kind, obj.spec.ports[0].targetPort) == ("ADDED", 80)
        break
    print("wait: Available; watch: ADDED")


def listing(client: Client) -> None:
    for number in range(5):
        client.create(
            ConfigMap(metadata=ObjectMeta(name=f"note-{number}", labels={"n": str(number)}))
        )
    names = [
        one.metadata.name for one in client.list(ConfigMap, labels={"n": exists()}, chunk_size=2)
    ]
    assert names == [f"note-{number}" for number in range(5)], names
    some = client.list(ConfigMap, labels={"n": in_(["1", "3"])})
    assert [one.metadata.name for one in some] == ["note-1", "note-3"]
    assert len(list(client.list(Node))) == 3
    everywhere = {one.metadata.namespace for one in client.list(ConfigMap, namespace="*")}
    assert SPACE in everywhere
    print("list: pages of two, labels in and exists, all namespaces")


def patching(client: Client) -> None:
    scale = Deployment.Scale
    client.replace(
        scale(metadata=ObjectMeta(name="shop", namespace=SPACE), spec={"replicas": 2}), name="shop"
    )
    assert client.get(scale, "shop").spec.replicas == 2
    merge = client.patch(ConfigMap, "prices", {"data": {"tea": None}}, patch_type=PatchType.MERGE)
    assert not merge.data
    volume = Volume(name="prices", configMap=ConfigMapVolumeSource(name="prices"))
    more = {"spec": {"template": {"spec": {"volumes": [volume.to_dict()]}}}}
    assert client.patch(Deployment, "shop", more).spec.template.spec.volumes == [
        Volume(name="prices", configMap=ConfigMapVolumeSource(name="prices", defaultMode=420))
    ]
    steps = [{"op": "add", "path": "/data", "value": {"cake": "5"}}]
    assert client.patch(ConfigMap, "prices", steps, patch_type=PatchType.JSON).data == {"cake": "5"}
    labelled = client.set(ConfigMap, "prices", labels={"seen": "yes"})
    assert labelled.metadata.labels["seen"] == "yes"
    try:
        client.create(ConfigMap(metadata=ObjectMeta(name="prices")))
    except ApiError as error:
        assert (error.status.code, error.status.reason) == (409, "AlreadyExists")
    print("patch: strategic, merge, json; scale; AlreadyExists")


def pods(client: Client) -> None:
    body = {"containers": [{"name": "main", "image": "busybox", "command": ["sh", "-c"]}]}
    body["containers"][0]["args"] = ["echo one; echo two; sleep 6000"]
    client.create(Pod.from_dict({"metadata": {"name": "talker"}, "spec": body}))
    client.wait(Pod, "talker", for_conditions=["Ready"])
    said = [line.strip() for line in client.log("talker")]
    assert said == ["one", "two"], said
    done = client.exec("talker", command=["sh", "-c", "echo hello"], stdout=True, stderr=True)
    assert (done.stdout, done.exit_code) == ("hello\n", 0), done
    failed = client.exec("talker", command=["sh", "-c", "exit 4"], stdout=True)
    assert failed.exit_code == 4, failed
    print("log: one, two; exec: hello, exit code 4")


def custom(client: Client) -> None:
    for definition in codecs.load_all_yaml(CAKES):
        client.create(definition)
    client.wait(CustomResourceDefinition, "cakes.lightkube.example", for_conditions=["Established"])
    cake = create_namespaced_resource("lightkube.example", "v1", "Cake", "cakes")
    client.create(cake(metadata=ObjectMeta(name="sponge"), spec={"eggs": 4}))
    client.patch(cake.Status, "sponge", {"status": {"phase": "Baked"}}, patch_type=PatchType.MERGE)
    assert client.get(cake, "sponge").status["phase"] == "Baked"
    try:
        client.create(cake(metadata=ObjectMeta(name="flat"), spec={"eggs": 0}))
    except ApiError as error:
        assert "should be greater than or equal to 1" in error.status.message, error
    load_in_cluster_generic_resources(client)
    print("custom resource: created, status, refused by its schema")


if __name__ == "__main__":
    main()
