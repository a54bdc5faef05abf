"""The official Python client: objects of several groups, made, read, changed and taken away.

KUBECONFIG=... python kubernetes_objects.py
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable

import yaml
from kubernetes import client, config, utils
from kubernetes.client import ApiException

SPACE = "by-kubernetes"
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
  replicas: 2
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


def main() -> None:
    config.load_kube_config()
    core, apps = client.CoreV1Api(), client.AppsV1Api()
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=SPACE)))
    from_yaml()
    patches(core, apps)
    replacing(core)
    scaling(apps)
    several_groups()
    custom_objects()
    refusals(core)
    deleting(core, apps)


def from_yaml() -> None:
    with client.ApiClient() as api:
        made = utils.create_from_yaml(
            api, yaml_objects=yaml.safe_load_all(io.StringIO(SHOP)), namespace=SPACE
        )
        kinds = [type(one).__name__ for [one] in made]
        assert kinds == ["V1ConfigMap", "V1Deployment", "V1Service"], kinds
        again = yaml.safe_load_all(io.StringIO(SHOP))
        try:
            utils.create_from_yaml(api, yaml_objects=again, namespace=SPACE)
        except utils.FailToCreateError as error:
            reasons = {one.reason for one in error.api_exceptions}
        assert reasons == {"Conflict"}, reasons
        utils.create_from_yaml(
            api,
            yaml_objects=yaml.safe_load_all(io.StringIO(SHOP)),
            namespace=SPACE,
            apply=True,
        )
    print("create_from_yaml: 3 objects, Conflict the second time, applied the third")


def patches(core: client.CoreV1Api, apps: client.AppsV1Api) -> None:
    """All four kinds of patches; the client chooses by the body, unless told."""
    strategic = {
        "spec": {"template": {"spec": {"containers": [{"name": "log", "image": "busybox"}]}}}
    }
    found = apps.patch_namespaced_deployment("shop", SPACE, strategic)
    assert [one.name for one in found.spec.template.spec.containers] == ["log", "web"]

    json_patch = [
        {"op": "test", "path": "/data/tea", "value": "3"},
        {"op": "replace", "path": "/data/tea", "value": "4"},
        {"op": "add", "path": "/data/cake", "value": "5"},
    ]
    assert core.patch_namespaced_config_map("prices", SPACE, json_patch).data == {
        "tea": "4",
        "cake": "5",
    }
    merge = {"data": {"tea": None, "milk": "1"}}
    found = core.patch_namespaced_config_map(
        "prices", SPACE, merge, _content_type="application/merge-patch+json"
    )
    assert found.data == {"cake": "5", "milk": "1"}, found.data

    apply = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "prices"}}
    found = core.patch_namespaced_config_map(
        "prices",
        SPACE,
        apply | {"data": {"bread": "2"}},
        field_manager="baker",
        _content_type="application/apply-patch+yaml",
    )
    assert found.data == {"cake": "5", "milk": "1", "bread": "2"}, found.data
    assert "baker" in {one.manager for one in found.metadata.managed_fields}
    try:
        core.patch_namespaced_config_map(
            "prices",
            SPACE,
            apply | {"data": {"bread": "9"}},
            field_manager="thief",
            _content_type="application/apply-patch+yaml",
        )
    except ApiException as error:
        refused = error
    said = json.loads(refused.body)["message"]
    assert refused.status == 409 and 'conflict with "baker": .data.bread' in said, said
    print("patches: strategic, json, merge, apply; one conflict")


def replacing(core: client.CoreV1Api) -> None:
    old = core.read_namespaced_config_map("prices", SPACE)
    core.patch_namespaced_config_map("prices", SPACE, {"data": {"soup": "6"}})
    old.data["soup"] = "7"
    try:
        core.replace_namespaced_config_map("prices", SPACE, old)
    except ApiException as error:
        assert error.status == 409 and error.reason == "Conflict", error
    fresh = core.read_namespaced_config_map("prices", SPACE)
    fresh.data = {"soup": "7"}
    assert core.replace_namespaced_config_map("prices", SPACE, fresh).data == {"soup": "7"}
    print("replace: Conflict with an old version, done with a new one")


def scaling(apps: client.AppsV1Api) -> None:
    scale = apps.read_namespaced_deployment_scale("shop", SPACE)
    scale.spec.replicas = 3
    assert apps.replace_namespaced_deployment_scale("shop", SPACE, scale).spec.replicas == 3
    apps.patch_namespaced_deployment_scale("shop", SPACE, {"spec": {"replicas": 1}})
    assert apps.read_namespaced_deployment("shop", SPACE).spec.replicas == 1
    assert apps.read_namespaced_deployment_status("shop", SPACE).status is not None
    print("scale: read, replaced, patched")


def several_groups() -> None:
    meta = client.V1ObjectMeta
    batch, network, policy, rbac, autoscaling, storage, coordination = (
        client.BatchV1Api(),
        client.NetworkingV1Api(),
        client.PolicyV1Api(),
        client.RbacAuthorizationV1Api(),
        client.AutoscalingV2Api(),
        client.StorageV1Api(),
        client.CoordinationV1Api(),
    )
    pod = client.V1PodTemplateSpec(
        spec=client.V1PodSpec(
            restart_policy="Never", containers=[client.V1Container(name="c", image="busybox")]
        )
    )
    job = client.V1Job(metadata=meta(name="count"), spec=client.V1JobSpec(template=pod))
    assert batch.create_namespaced_job(SPACE, job).spec.backoff_limit == 6
    cron = client.V1CronJobSpec(
        schedule="0 3 * * *",
        job_template=client.V1JobTemplateSpec(spec=client.V1JobSpec(template=pod)),
    )
    batch.create_namespaced_cron_job(
        SPACE, client.V1CronJob(metadata=meta(name="nightly"), spec=cron)
    )
    selector = client.V1LabelSelector(match_labels={"app": "shop"})
    network.create_namespaced_network_policy(
        SPACE,
        client.V1NetworkPolicy(
            metadata=meta(name="closed"), spec=client.V1NetworkPolicySpec(pod_selector=selector)
        ),
    )
    policy.create_namespaced_pod_disruption_budget(
        SPACE,
        client.V1PodDisruptionBudget(
            metadata=meta(name="one"),
            spec=client.V1PodDisruptionBudgetSpec(min_available="50%", selector=selector),
        ),
    )
    rule = client.V1PolicyRule(api_groups=[""], resources=["pods"], verbs=["get"])
    rbac.create_namespaced_role(SPACE, client.V1Role(metadata=meta(name="reader"), rules=[rule]))
    target = client.V2CrossVersionObjectReference(
        api_version="apps/v1", kind="Deployment", name="shop"
    )
    hpa = client.V2HorizontalPodAutoscalerSpec(scale_target_ref=target, max_replicas=3)
    found = autoscaling.create_namespaced_horizontal_pod_autoscaler(
        SPACE, client.V2HorizontalPodAutoscaler(metadata=meta(name="shop"), spec=hpa)
    )
    assert found.spec.min_replicas == 1
    storage.list_storage_class()
    coordination.create_namespaced_lease(SPACE, client.V1Lease(metadata=meta(name="mine"), spec={}))
    review = client.V1SelfSubjectAccessReview(
        spec=client.V1SelfSubjectAccessReviewSpec(
            resource_attributes=client.V1ResourceAttributes(verb="get", resource="pods")
        )
    )
    answer = client.AuthorizationV1Api().create_self_subject_access_review(review)
    assert answer.status.allowed
    assert client.VersionApi().get_code().minor == "37"
    groups = {one.name for one in client.ApisApi().get_api_versions().groups}
    assert {"apps", "batch", "policy", "autoscaling"} <= groups
    print("groups: batch, networking, policy, rbac, autoscaling, coordination, authorization")


def custom_objects() -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = client.V1CustomResourceDefinitionNames(kind="Cake", plural="cakes", singular="cake")
    version = client.V1CustomResourceDefinitionVersion(
        name="v1",
        served=True,
        storage=True,
        schema=client.V1CustomResourceValidation(open_apiv3_schema=schema),
        subresources=client.V1CustomResourceSubresources(status={}),
    )
    client.ApiextensionsV1Api().create_custom_resource_definition(
        client.V1CustomResourceDefinition(
            metadata=client.V1ObjectMeta(name="cakes.bakery.example"),
            spec=client.V1CustomResourceDefinitionSpec(
                group="bakery.example", names=names, scope="Namespaced", versions=[version]
            ),
        )
    )
    objects = client.CustomObjectsApi()
    place = ("bakery.example", "v1", SPACE, "cakes")
    cake = {"apiVersion": "bakery.example/v1", "kind": "Cake", "metadata": {"name": "sponge"}}
    when_served(
        lambda: objects.create_namespaced_custom_object(*place, cake | {"spec": {"eggs": 4}})
    )
    changed = objects.patch_namespaced_custom_object(
        *place,
        "sponge",
        {"spec": {"eggs": 5}, "status": {"baked": True}},
        _content_type="application/merge-patch+json",
    )
    assert changed["spec"]["eggs"] == 5 and "status" not in changed
    found = objects.patch_namespaced_custom_object_status(
        *place, "sponge", {"status": {"baked": True}}, _content_type="application/merge-patch+json"
    )
    assert found["status"] == {"baked": True}
    listed = objects.list_namespaced_custom_object(*place)
    assert [one["metadata"]["name"] for one in listed["items"]] == ["sponge"]
    objects.delete_namespaced_custom_object(*place, "sponge")
    print("custom objects: made, patched, status, deleted")


def when_served(ask: Callable[[], object]) -> object:
    """A kind is served a moment after it was defined."""
    for _ in range(50):
        try:
            return ask()
        except ApiException as error:
            assert error.status == 404
            time.sleep(0.1)
    raise TimeoutError


def refusals(core: client.CoreV1Api) -> None:
    for name, status, reason in (("none", 404, "Not Found"), ("Bad_Name", 422, "Unprocessable")):
        body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name))
        try:
            if status == 404:
                core.read_namespaced_config_map(name, SPACE)
            else:
                core.create_namespaced_config_map(SPACE, body)
        except ApiException as error:
            assert error.status == status and error.reason.startswith(reason), error
            continue
        raise AssertionError(f"{name} was not refused")
    dry = core.create_namespaced_config_map(
        SPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(generate_name="dry-")), dry_run="All"
    )
    assert dry.metadata.name.startswith("dry-") and len(dry.metadata.name) == 9
    print("refusals: Not Found, Unprocessable Entity; a dry run")


def deleting(core: client.CoreV1Api, apps: client.AppsV1Api) -> None:
    options = client.V1DeleteOptions(propagation_policy="Foreground")
    apps.delete_namespaced_deployment("shop", SPACE, body=options)
    core.delete_collection_namespaced_config_map(SPACE, label_selector="app=shop")
    left = [one.metadata.name for one in core.list_namespaced_config_map(SPACE).items]
    assert "prices" not in left, left
    core.delete_namespaced_service("shop", SPACE)
    core.delete_namespace(SPACE)
    assert core.read_namespace(SPACE).status.phase == "Terminating"
    print("deleted: in the foreground, as a collection, a whole namespace")


if __name__ == "__main__":
    main()
