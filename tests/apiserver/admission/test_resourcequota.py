"""Quotas charge what is created, or refuse it. Cases and texts of
k8s.io/apiserver/pkg/admission/plugin/resourcequota/admission_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api import quota as quotas
from kubelite.api.core_v1 import PersistentVolumeClaim, ResourceQuota
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import convert
from tests.apiserver.conftest import Desk, config_map, pod, service


def amounts(pairs: dict[str, str]) -> dict[str, Quantity]:
    return {name: Quantity.parse(amount) for name, amount in pairs.items()}


def install(desk: Desk, hard: dict[str, str], used: dict[str, str], **spec: Any) -> None:
    """A quota with a status, as its controller would have written it."""
    body = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "quota"},
        "spec": {"hard": hard, **spec},
    }
    desk.create(body)
    change = {"status": {"hard": hard, "used": used}}
    desk.patch("quota/quota", change, subresource="status")


def asking(name: str = "p", requests: str = "", limits: str = "", **spec: Any) -> dict[str, Any]:
    """A pod whose one container asks for "cpu memory"."""

    def split(text: str) -> dict[str, str]:
        return dict(zip(("cpu", "memory"), text.split(), strict=False))

    body = pod(name, **spec)
    resources = {"requests": split(requests), "limits": split(limits)}
    body["spec"]["containers"][0]["resources"] = resources
    return body


HARD = {"cpu": "3", "memory": "100Gi", "pods": "5"}
USED = {"cpu": "1", "memory": "50Gi", "pods": "3"}

ADMITTED = [  # what is created, and what is used afterwards: TestAdmitBelowQuotaLimit and others
    (HARD, USED, asking(requests="100m 2Gi"), {"cpu": "1100m", "memory": "52Gi", "pods": "4"}),
    (
        {"requests.cpu": "2", "limits.memory": "1Gi", "count/pods": "2"},
        {"requests.cpu": "1", "limits.memory": "0", "count/pods": "0"},
        asking(requests="500m", limits="1 1Gi"),
        {"requests.cpu": "1500m", "limits.memory": "1Gi", "count/pods": "1"},
    ),
    (
        {"services": "5", "services.nodeports": "5", "services.loadbalancers": "1"},
        {"services": "1", "services.nodeports": "0", "services.loadbalancers": "0"},
        service(type="LoadBalancer"),
        {"services": "2", "services.nodeports": "1", "services.loadbalancers": "1"},
    ),
    ({"count/configmaps": "2", "configmaps": "2"}, {"count/configmaps": "0", "configmaps": "1"},
     config_map("c"), {"count/configmaps": "1", "configmaps": "2"}),
]  # fmt: skip


@pytest.mark.parametrize(("hard", "used", "body", "after"), ADMITTED)
def test_what_is_created_is_charged(
    desk: Desk, hard: dict[str, str], used: dict[str, str], body: Any, after: dict[str, str]
) -> None:
    install(desk, hard, used)
    desk.create(body)
    assert desk.get("quota/quota").status.used == amounts(after)


REFUSED = [  # TestAdmitExceedQuotaLimit, TestAdmitEnforceQuotaConstraints and others
    (
        HARD,
        USED,
        asking(requests="3 2Gi"),
        "exceeded quota: quota, requested: cpu=3, used: cpu=1, limited: cpu=3",
    ),
    (
        HARD,
        USED,
        asking(requests="3 60Gi"),
        "exceeded quota: quota, requested: cpu=3,memory=60Gi, "
        "used: cpu=1,memory=50Gi, limited: cpu=3,memory=100Gi",
    ),
    (HARD, USED, asking(requests="100m"), "failed quota: quota: must specify memory for: main"),
    (
        {"limits.cpu": "1", "requests.memory": "1Gi"},
        {"limits.cpu": "0", "requests.memory": "0"},
        asking(),
        "failed quota: quota: must specify limits.cpu for: main; requests.memory for: main",
    ),
    (HARD, {"cpu": "1"}, asking(requests="1 1Gi"),
     "status unknown for quota: quota, resources: cpu,memory,pods"),
    (
        {"services.nodeports": "0"},
        {"services.nodeports": "0"},
        service(type="NodePort"),
        "exceeded quota: quota, requested: services.nodeports=1, "
        "used: services.nodeports=0, limited: services.nodeports=0",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("hard", "used", "body", "cause"), REFUSED)
def test_what_is_too_much_is_refused(
    desk: Desk, hard: dict[str, str], used: dict[str, str], body: Any, cause: str
) -> None:
    install(desk, hard, used)
    error = desk.refused("create", body["kind"], body)
    what = {"Pod": 'pods "p"', "Service": 'services "web"'}[body["kind"]]
    assert (error.code, str(error.status.message)) == (403, f"{what} is forbidden: {cause}")


def exists(scope: str) -> dict[str, Any]:
    return {"scopeSelector": {"matchExpressions": [{"scopeName": scope, "operator": "Exists"}]}}


SCOPES = [  # a quota of no pods at all, and whether such a pod comes under it
    ({"scopes": ["BestEffort"]}, asking(), True),
    ({"scopes": ["BestEffort"]}, asking(requests="1"), False),
    ({"scopes": ["NotBestEffort"]}, asking(), False),
    ({"scopes": ["NotBestEffort"]}, asking(requests="1"), True),
    ({"scopes": ["Terminating"]}, asking(activeDeadlineSeconds=5), True),
    ({"scopes": ["Terminating"]}, asking(), False),
    ({"scopes": ["NotTerminating"]}, asking(activeDeadlineSeconds=5), False),
    ({"scopes": ["NotTerminating", "BestEffort"]}, asking(), True),
    (exists("PriorityClass"), asking(), False),
    (exists("PriorityClass"), asking(priorityClassName="system-node-critical"), True),
    (
        {"scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "NotIn", "values": ["high"]}]}},
        asking(),
        True,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "body", "counted"), SCOPES)
def test_scopes(desk: Desk, scope: Any, body: Any, counted: bool) -> None:
    for number, name in enumerate(("system-node-critical",)):
        critical = {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": name},
            "value": 2_000_001_000 + number,
        }
        desk.create(critical)
    install(desk, {"pods": "0"}, {"pods": "0"}, **scope)
    answer = desk.handle("create", "pods", body)
    assert answer.ok is not counted


def test_a_service_that_asks_for_more_is_charged_the_difference(desk: Desk) -> None:
    hard = {"services": "5", "services.nodeports": "1"}
    install(desk, hard, {"services": "0", "services.nodeports": "0"})
    desk.create(service())
    desk.patch("service/web", {"spec": {"type": "NodePort"}})
    assert desk.get("quota/quota").status.used == amounts(
        {"services": "1", "services.nodeports": "1"}
    )


def test_a_dry_run_charges_nothing(desk: Desk) -> None:
    install(desk, HARD, USED)
    desk.handle("create", "pods", asking(requests="1 1Gi"), dry_run=True)
    assert desk.get("quota/quota").status.used == amounts(USED)


def test_claims_count_for_their_class() -> None:
    plain = {
        "metadata": {"name": "data"},
        "spec": {"storageClassName": "gold", "resources": {"requests": {"storage": "10Gi"}}},
    }
    claim = convert(PersistentVolumeClaim, plain)
    assert quotas.usage("persistentvolumeclaims", claim, 0) == amounts(
        {
            "count/persistentvolumeclaims": "1",
            "persistentvolumeclaims": "1",
            "requests.storage": "10Gi",
            "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
            "gold.storageclass.storage.k8s.io/requests.storage": "10Gi",
        }
    )
    names = ("pods", "gold.storageclass.storage.k8s.io/requests.storage", "requests.storage")
    assert quotas.matching("persistentvolumeclaims", names) == [names[1], names[2]]


INVALID = [  # pkg/apis/core/validation: TestValidateResourceQuota
    ({"hard": {"love": "1"}}, "spec.hard[love]: Invalid value: \"love\": must be a standard "
     "resource for quota"),
    ({"hard": {"pods": "-1"}}, "must be greater than or equal to 0"),
    ({"hard": {"pods": "1.5"}}, "must be an integer"),
    ({"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}, "unsupported scope applied to resource"),
    ({"scopes": ["Terminating", "NotTerminating"]}, "conflicting scopes"),
    ({"scopes": ["Nowhere"]}, "unsupported scope"),
    (exists("PriorityClass") | {"hard": {"services": "1"}}, "unsupported scope applied to"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "fault"), INVALID)
def test_what_a_quota_may_not_say(desk: Desk, spec: Any, fault: str) -> None:
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": spec}
    assert fault in str(desk.refused("create", "quota", body))


def test_the_scopes_of_a_quota_never_change(desk: Desk) -> None:
    install(desk, {"pods": "1"}, {"pods": "0"}, scopes=["BestEffort"])
    error = desk.refused("patch", "quota/quota", {"spec": {"scopes": []}}, patch_type=MERGE)
    assert "spec.scopes: Invalid value" in str(error) and "field is immutable" in str(error)


MERGE = "application/merge-patch+json"


def test_a_quota_without_status_is_not_enforced_yet(desk: Desk) -> None:
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"},
            "spec": {"hard": {"pods": "0"}}}  # fmt: skip
    assert isinstance(desk.create(body), ResourceQuota)
    desk.create(pod("p"))


LIMITS = [  # TestValidateLimitRange
    ({"type": "Pod", "default": {"cpu": "1"}}, "may not be specified when `type` is 'Pod'"),
    ({"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}},
     "min value 2 is greater than max value 1"),
    ({"type": "Container", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "2"}},
     "default request value 2 is greater than default limit value 1"),
    ({"type": "Container", "maxLimitRequestRatio": {"cpu": "800m"}}, "ratio 800m is less than 1"),
    ({"type": "Pod", "min": {"cpu": "1"}, "max": {"cpu": "2"},
      "maxLimitRequestRatio": {"cpu": "10"}}, "ratio 10 is greater than max/min = 2.000000"),
    ({"type": "PersistentVolumeClaim"}, "either minimum or maximum storage value is required"),
    ({"type": "Everything"}, "must be a standard limit type or fully qualified"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "fault"), LIMITS)
def test_what_a_limit_range_may_not_say(desk: Desk, item: Any, fault: str) -> None:
    body = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"},
            "spec": {"limits": [item]}}  # fmt: skip
    assert fault in str(desk.refused("create", "limits", body))
