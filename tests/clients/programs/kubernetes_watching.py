"""The official Python client: pages, watches, an informer, and the dynamic client.

KUBECONFIG=... python kubernetes_watching.py
"""

from __future__ import annotations

import itertools
import queue

from kubernetes import client, config, dynamic, watch
from kubernetes.client import ApiException
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError
from kubernetes.informer import ADDED, DELETED, MODIFIED, SharedInformer

SPACE = "by-watching"


def main() -> None:
    config.load_kube_config()
    core = client.CoreV1Api()
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=SPACE)))
    pages(core)
    watching(core)
    too_old(core)
    informer(core)
    by_dynamic_client()
    core.delete_namespace(SPACE)


def note(name: str, text: str = "") -> client.V1ConfigMap:
    meta = client.V1ObjectMeta(name=name, labels={"notes": "yes"})
    return client.V1ConfigMap(metadata=meta, data={"text": text})


def pages(core: client.CoreV1Api) -> None:
    for number in range(7):
        core.create_namespaced_config_map(SPACE, note(f"note-{number}"))
    found, sizes, versions, token = [], [], set(), None
    while token != "":
        page = core.list_namespaced_config_map(
            SPACE, label_selector="notes=yes", limit=3, _continue=token or None
        )
        found += [one.metadata.name for one in page.items]
        sizes.append(len(page.items))
        versions.add(page.metadata.resource_version)
        token = page.metadata._continue or ""
    assert found == [f"note-{number}" for number in range(7)], found
    assert len(versions) == 1, versions
    print(f"pages: {sizes} of one version")


def watching(core: client.CoreV1Api) -> None:
    """A watch from a list on; one more goes on where it stopped and misses nothing."""
    listed = core.list_namespaced_config_map(SPACE, label_selector="notes=yes")
    core.patch_namespaced_config_map("note-1", SPACE, {"data": {"text": "changed"}})
    core.patch_namespaced_config_map("note-2", SPACE, {"metadata": {"labels": {"notes": None}}})
    core.delete_namespaced_config_map("note-3", SPACE)
    first = watch.Watch()
    from_there = first.stream(
        core.list_namespaced_config_map,
        SPACE,
        label_selector="notes=yes",
        resource_version=listed.metadata.resource_version,
        timeout_seconds=10,
    )
    seen = [(one["type"], one["object"].metadata.name) for one in itertools.islice(from_there, 2)]
    assert seen == [("MODIFIED", "note-1"), ("DELETED", "note-2")], seen
    again = watch.Watch().stream(
        core.list_namespaced_config_map,
        SPACE,
        label_selector="notes=yes",
        resource_version=first.resource_version,
        timeout_seconds=1,
    )
    rest = [(one["type"], one["object"].metadata.name) for one in again]
    assert rest == [("DELETED", "note-3")], rest
    print("watch: MODIFIED, DELETED; resumed with DELETED; ended by its time")


def too_old(core: client.CoreV1Api) -> None:
    """Revisions that are compacted cannot be watched; then one lists again."""
    try:
        for _ in watch.Watch().stream(
            core.list_namespaced_config_map, SPACE, resource_version="1", timeout_seconds=5
        ):
            raise AssertionError("revision 1 is long gone")
    except ApiException as error:
        assert error.status == 410 and error.reason.startswith("Expired"), error
        print(f"too old: {error.status} Expired")


def informer(core: client.CoreV1Api) -> None:
    told: queue.Queue[tuple[str, str]] = queue.Queue()
    copy = SharedInformer(
        core.list_namespaced_config_map, namespace=SPACE, label_selector="notes=yes"
    )
    for kind in (ADDED, MODIFIED, DELETED):
        copy.add_event_handler(kind, lambda obj, kind=kind: told.put((kind, obj.metadata.name)))
    copy.start()
    there = sorted(told.get(timeout=10)[1] for _ in range(5))
    assert there == [f"note-{number}" for number in (0, 1, 4, 5, 6)], there
    core.create_namespaced_config_map(SPACE, note("late"))
    assert told.get(timeout=10) == (ADDED, "late")
    core.patch_namespaced_config_map("late", SPACE, {"data": {"text": "more"}})
    assert told.get(timeout=10) == (MODIFIED, "late")
    core.delete_namespaced_config_map("late", SPACE)
    assert told.get(timeout=10) == (DELETED, "late")
    assert len(copy.cache.list()) == 5
    copy.stop()
    print("informer: 5 listed, then ADDED, MODIFIED, DELETED")


def by_dynamic_client() -> None:
    """Discovery tells it what there is; objects are whatever the server says."""
    found = dynamic.DynamicClient(client.ApiClient())
    deployments = found.resources.get(api_version="apps/v1", kind="Deployment")
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "dynamic"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "dynamic"}},
            "template": {
                "metadata": {"labels": {"app": "dynamic"}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
            },
        },
    }
    made = deployments.create(body=body, namespace=SPACE)
    assert made.spec.strategy.rollingUpdate.maxSurge == "25%"
    try:
        deployments.create(body=body, namespace=SPACE)
    except ConflictError as error:
        assert error.status == 409
    pods = found.resources.get(api_version="v1", kind="Pod")
    for event in pods.watch(namespace=SPACE, label_selector="app=dynamic", timeout=30):
        conditions = event["object"].status.conditions or []
        if any((one.type, one.status) == ("Ready", "True") for one in conditions):
            break
    else:
        raise TimeoutError("the pod was never ready")
    deployments.patch(
        body={"spec": {"replicas": 0}},
        name="dynamic",
        namespace=SPACE,
        content_type="application/merge-patch+json",
    )
    applied = deployments.server_side_apply(
        body={
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "dynamic", "labels": {"owner": "me"}},
        },
        name="dynamic",
        namespace=SPACE,
        field_manager="me",
    )
    assert applied.metadata.labels.owner == "me"
    assert deployments.status.get(name="dynamic", namespace=SPACE).kind == "Deployment"
    deployments.delete(name="dynamic", namespace=SPACE)
    try:
        deployments.get(name="dynamic", namespace=SPACE)
    except NotFoundError as error:
        assert error.status == 404
    tables = found.resources.search(kind="Ingress")
    assert {one.group_version for one in tables} == {"networking.k8s.io/v1"}
    print("dynamic client: created, watched until Ready, patched, applied, deleted")


if __name__ == "__main__":
    main()
