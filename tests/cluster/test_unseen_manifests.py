"""More that people really write: what public manifests hold that a real server takes.

Each finding stands in a minimal manifest of our own, as in ``test_real_manifests``.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.cluster.definitions import definition, version

ROLE = (
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
    " metadata: {name: reader, namespace: shop}, rules: []}"
)


@pytest.mark.parametrize("way", ["apply -f -", "apply --server-side -f -", "create -f -"])
def test_a_namespace_in_what_belongs_to_the_whole_cluster_is_taken_out(way: str) -> None:
    cluster = Cluster(nodes=1)
    assert cluster.kubectl(way, ROLE)
    if way != "create -f -":
        assert cluster.kubectl(way, ROLE)
    assert cluster.get("clusterrole/reader").metadata.namespace == ""
    cluster.apply(ROLE)
    assert cluster.kubectl("replace -f -", ROLE)


# Definitions whose versions a webhook converts


def converted(**webhook: Any) -> dict[str, Any]:
    service = {"name": "hook", "namespace": "system", "path": "/convert"}
    given = {
        "clientConfig": {"service": service, "caBundle": "Cg=="},
        "conversionReviewVersions": ["v1alpha1", "v1beta1"],
        **webhook,
    }
    written = definition()
    written["spec"]["versions"] = [version("v1alpha1", storage=False), version("v1beta1")]
    written["spec"]["conversion"] = {"strategy": "Webhook", "webhook": given}
    return written


def test_a_definition_may_name_a_webhook_that_converts() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(converted())
    cluster.run(5)
    (row,) = cluster.get("customresourcedefinitions")
    config = row.spec.conversion.webhook.client_config
    assert (config.service.name, config.service.port) == ("hook", 443)
    thing = {"kind": "Thing", "metadata": {"name": "one"}, "spec": {"image": "nginx"}}
    cluster.apply({"apiVersion": "example.com/v1alpha1", **thing})
    assert cluster.get("thing/one").spec["image"] == "nginx"


NO_WEBHOOKS = {
    "neither a URL nor a Service": (
        {"clientConfig": {}},
        "spec.conversion.webhookClientConfig: Required value: exactly one of url or service is "
        "required",
    ),
    "no configuration": (
        {"clientConfig": None},
        "spec.conversion.webhookClientConfig: Required value: required when strategy is set to "
        "Webhook",
    ),
    "no version that the server speaks": (
        {"conversionReviewVersions": ["v9"]},
        "must include at least one of v1, v1beta1",
    ),
}


@pytest.mark.parametrize("slip", NO_WEBHOOKS)
def test_a_webhook_that_converts_has_to_be_reachable(slip: str) -> None:
    webhook, fault = NO_WEBHOOKS[slip]
    with pytest.raises(StatusError) as refused:
        Cluster(nodes=0).apply(converted(**webhook))
    assert fault in str(refused.value)


def test_a_webhook_without_its_strategy_is_refused() -> None:
    written = converted()
    written["spec"]["conversion"]["strategy"] = "None"
    with pytest.raises(StatusError, match="should not be set when strategy is not set to Webhook"):
        Cluster(nodes=0).apply(written)


# Quotas for claims of one class of attributes


def quota(operator: str, *values: str) -> dict[str, Any]:
    wanted = {"scopeName": "VolumeAttributesClass", "operator": operator}
    if values:
        wanted["values"] = list(values)  # type: ignore[assignment]
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "disks"},
        "spec": {
            "hard": {"persistentvolumeclaims": "1", "requests.storage": "2Gi"},
            "scopeSelector": {"matchExpressions": [wanted]},
        },
    }


def claim(name: str, attributes: str = "") -> dict[str, Any]:
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    if attributes:
        spec["volumeAttributesClassName"] = attributes
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": spec}


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        (("Exists",), ["gold", "silver"]),
        (("DoesNotExist",), [""]),
        (("In", "gold"), ["gold"]),
        (("NotIn", "gold"), ["silver", ""]),
    ],
    ids=" ".join,
)
def test_a_quota_counts_claims_of_its_class_of_attributes(
    scope: tuple[str, ...], counted: list[str]
) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(quota(*scope))
    cluster.run(5)
    for attributes in ("gold", "silver", ""):
        name = attributes or "plain"
        cluster.apply(claim(f"{name}-1", attributes))
        if attributes in counted:
            with pytest.raises(StatusError, match="exceeded quota: disks"):
                cluster.apply(claim(f"{name}-2", attributes))
            cluster.delete(f"pvc/{name}-1")
            cluster.run(30)
        else:
            cluster.apply(claim(f"{name}-2", attributes))


def test_a_quota_of_such_a_scope_limits_no_pods() -> None:
    wrong = quota("Exists")
    wrong["spec"]["hard"] = {"pods": "1"}
    with pytest.raises(StatusError, match="unsupported scope applied to resource"):
        Cluster(nodes=0).apply(wrong)


# What a schema may say of a value that is an integer or a text

EITHER = {"anyOf": [{"type": "integer"}, {"type": "string"}]}


@pytest.mark.parametrize(
    "amount", [EITHER, {"allOf": [EITHER]}, {"allOf": [EITHER, {"pattern": "^[0-9]"}]}], ids=str
)
def test_a_schema_may_say_integer_or_text_in_two_ways(amount: dict[str, Any]) -> None:
    field = {**amount, "x-kubernetes-int-or-string": True}
    spec = {"type": "object", "properties": {"amount": field}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    cluster = Cluster(nodes=0)
    cluster.apply(definition(versions=[version(schema=schema)]))
    cluster.run(1)
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one"}}
    for given in (1, "1Gi"):
        cluster.apply({**thing, "spec": {"amount": given}})
    with pytest.raises(StatusError, match=r"spec\.amount"):
        cluster.apply({**thing, "spec": {"amount": [1]}})


def test_a_type_stands_nowhere_else_inside_conditions() -> None:
    field = {"allOf": [{}, EITHER], "x-kubernetes-int-or-string": True}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"amount": field}}}
    with pytest.raises(StatusError, match=r"allOf\[1\]\.anyOf\[0\]\.type: Forbidden"):
        Cluster(nodes=0).apply(definition(versions=[version(schema=schema)]))


# Questions to the server, from a file


def test_a_review_in_a_file_is_answered() -> None:
    cluster = Cluster(nodes=0)
    review = (
        "{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview,"
        " spec: {resourceAttributes: {group: apps, resource: deployments, verb: create}}}"
    )
    said = cluster.kubectl("create -f - -o jsonpath='{.status.allowed}'", review)
    assert said.text == "true"
    assert cluster.kubectl("create -f -", review).text.startswith(
        "selfsubjectaccessreview.authorization.k8s.io/<unknown> created"
    )


def test_whoever_asks_by_address_whether_there_is_an_internet_is_answered() -> None:
    cluster = Cluster(nodes=1)
    curl = ["curl", "-sS", "--fail", "--connect-timeout", "5", "-o", "/dev/null", "1.1.1.1"]
    ping = ["ping", "-c", "1", "8.8.8.8"]
    asking = [
        {"name": name, "image": "alpine", "command": ["sleep", "infinity"],
         "readinessProbe": {"exec": {"command": probe}}}
        for name, probe in (("curl", curl), ("ping", ping))
    ]  # fmt: skip
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "out"}}
    cluster.apply({**pod, "spec": {"containers": asking}})
    cluster.run_until("pod/out ready")


# Attributes of volumes

ATTRIBUTES: dict[str, Any] = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "VolumeAttributesClass",
    "metadata": {"name": "gold"},
    "driverName": "csi.example.com",
    "parameters": {"iops": "3000"},
}


def test_a_class_of_attributes_is_kept_and_never_changes() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(ATTRIBUTES)
    assert cluster.kubectl("get vac").lines[-1].split()[:2] == ["gold", "csi.example.com"]
    for change in ({"parameters": {"iops": "1"}}, {"driverName": "csi.example.org"}):
        (field,) = change
        with pytest.raises(StatusError, match=f"{field}: Forbidden: updates to {field}"):
            cluster.apply({**ATTRIBUTES, **change})
    cluster.apply(claim("data", "gold"))
    cluster.run(30)
    assert cluster.get("pvc/data").spec.volume_attributes_class_name == "gold"


def test_a_class_of_attributes_has_some() -> None:
    with pytest.raises(StatusError, match="must contain at least one key/value pair"):
        Cluster(nodes=0).apply({**ATTRIBUTES, "parameters": {}})


def guarded(group: str, expression: str, message: str, **fields: Any) -> Cluster:
    """A cluster with a policy for everything of one group."""
    rule = {"apiGroups": [group], "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"], "resources": ["*"]}  # fmt: skip
    api, named = "admissionregistration.k8s.io/v1", {"name": "guard.example.com"}
    policy = {"matchConstraints": {"resourceRules": [rule]}, **fields,
              "validations": [{"expression": expression, "message": message}]}  # fmt: skip
    binding = {"policyName": named["name"], "validationActions": ["Deny"]}
    cluster = Cluster(nodes=0)
    for kind, spec in (("", policy), ("Binding", binding)):
        cluster.apply({"apiVersion": api, "kind": f"ValidatingAdmissionPolicy{kind}",
                       "metadata": named, "spec": spec})  # fmt: skip
    cluster.run(1)
    return cluster


def test_a_policy_asks_who_asks() -> None:
    condition = {"name": "humans", "expression": "!('system:nodes' in request.userInfo.groups)"}
    expression = "request.userInfo.username == 'jane' && !has(request.subResource)"
    cluster = guarded("", expression, "only jane", matchConditions=[condition])
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    with pytest.raises(StatusError, match="only jane"):
        cluster.apply(thing)
    cluster.as_user("jane").apply(thing)
    cluster.as_user("nobody", groups=("system:nodes",)).apply(
        {**thing, "metadata": {"name": "of-a-node"}}
    )


def test_a_policy_that_guards_definitions_by_a_pattern() -> None:
    expression = (
        "oldObject != null || has(object.metadata.annotations) && "
        "matches(object.metadata.annotations['release'], '^v[2-9]')"
    )
    cluster = guarded("apiextensions.k8s.io", expression, "too old")
    written = definition()
    for release in ("v1.9", "v2.0"):
        written["metadata"]["annotations"] = {"release": release}
        if release == "v1.9":
            with pytest.raises(StatusError, match="too old"):
                cluster.apply(written)
        else:
            cluster.apply(written)
