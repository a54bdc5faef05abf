"""Rules of the cluster's own about what may come in."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.manifests import deployment

GROUP = "admissionregistration.k8s.io/v1"
DEPLOYMENTS = {
    "apiGroups": ["apps"],
    "apiVersions": ["v1"],
    "operations": ["CREATE", "UPDATE"],
    "resources": ["deployments"],
}


def policy(*validations: dict[str, Any], **spec: Any) -> dict[str, Any]:
    constraints = {"resourceRules": [DEPLOYMENTS]}
    given = {"matchConstraints": constraints, "validations": list(validations), **spec}
    meta = {"name": "demo"}
    kind = "ValidatingAdmissionPolicy"
    return {"apiVersion": GROUP, "kind": kind, "metadata": meta, "spec": given}


def binding(**spec: Any) -> dict[str, Any]:
    given = {"policyName": "demo", "validationActions": ["Deny"], **spec}
    meta = {"name": "everywhere"}
    kind = "ValidatingAdmissionPolicyBinding"
    return {"apiVersion": GROUP, "kind": kind, "metadata": meta, "spec": given}


SMALL = {"expression": "object.spec.replicas <= 5"}
DENIED = "ValidatingAdmissionPolicy 'demo' with binding 'everywhere' denied request: "


def refusal(cluster: Cluster, manifest: dict[str, Any]) -> StatusError:
    with pytest.raises(StatusError) as refused:
        cluster.apply(manifest)
    return refused.value


def test_a_policy_counts_only_where_it_is_bound() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(policy(SMALL))
    cluster.apply(deployment("web", replicas=6))
    cluster.apply(binding())
    refused = refusal(cluster, deployment("more", replicas=6))
    assert refused.code == 422
    assert str(refused) == (
        f'deployments.apps "more" is forbidden: {DENIED}failed expression: '
        "object.spec.replicas <= 5"
    )
    cluster.delete("validatingadmissionpolicybinding/everywhere")
    cluster.apply(deployment("more", replicas=6))


@pytest.mark.parametrize(
    ("validation", "spec", "expected", "code"),
    [
        ({**SMALL, "message": "at most five"}, {}, "at most five", 422),
        (
            {**SMALL, "messageExpression": "'not ' + string(object.spec.replicas)"},
            {},
            "not 6",
            422,
        ),
        ({**SMALL, "reason": "Forbidden"}, {}, "failed expression", 403),
        (
            {"expression": "object.spec.nothing"},
            {},
            "expression 'object.spec.nothing' resulted in error: no such key: nothing",
            422,
        ),
        ({"expression": "object.spec.nothing"}, {"failurePolicy": "Ignore"}, "", 0),
        (
            {"expression": "variables.wanted <= 5"},
            {"variables": [{"name": "wanted", "expression": "object.spec.replicas"}]},
            "failed expression",
            422,
        ),
        (
            SMALL,
            {"matchConditions": [{"name": "late", "expression": "request.operation != 'CREATE'"}]},
            "",
            0,
        ),
        (SMALL, {"matchConstraints": {"resourceRules": [DEPLOYMENTS],
         "objectSelector": {"matchLabels": {"team": "a"}}}}, "", 0),
        (SMALL, {"matchConstraints": {"resourceRules": [DEPLOYMENTS],
         "excludeResourceRules": [{**DEPLOYMENTS, "resourceNames": ["web"]}]}}, "", 0),
    ],
)  # fmt: skip
def test_verdicts(
    validation: dict[str, Any], spec: dict[str, Any], expected: str, code: int
) -> None:
    cluster = Cluster(nodes=0)
    cluster.apply([policy(validation, **spec), binding()])
    if not expected:
        assert cluster.apply(deployment("web", replicas=6)).spec.replicas == 6
        return
    refused = refusal(cluster, deployment("web", replicas=6))
    assert DENIED + expected in str(refused)
    assert refused.code == code


def test_parameters_come_from_another_object() -> None:
    cluster = Cluster(nodes=0)
    rule = {"expression": "object.spec.replicas <= int(params.data.most)"}
    kind = {"apiVersion": "v1", "kind": "ConfigMap"}
    ref = {"name": "limits", "parameterNotFoundAction": "Deny"}
    cluster.apply([policy(rule, paramKind=kind), binding(paramRef=ref)])
    assert "no params found" in str(refusal(cluster, deployment("web", replicas=3)))
    cluster.apply({**kind, "metadata": {"name": "limits"}, "data": {"most": "3"}})
    cluster.apply(deployment("web", replicas=3))
    assert "failed expression" in str(refusal(cluster, deployment("web", replicas=4)))


def test_a_deletion_can_be_refused() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(deployment("web"))
    rules = {"resourceRules": [{**DEPLOYMENTS, "operations": ["DELETE"]}]}
    kept = {"expression": "oldObject.metadata.name != 'web'", "message": "web stays"}
    cluster.apply([policy(kept, matchConstraints=rules), binding()])
    with pytest.raises(StatusError, match="web stays"):
        cluster.delete("deployment/web")


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (policy(), "validations or auditAnnotations must contain at least one item"),
        (policy({"expression": ""}), "spec.validations[0].expression: Required value"),
        (policy({"expression": "1 +"}), "compilation failed"),
        (binding(validationActions=[]), "spec.validationActions: Required value"),
        (binding(validationActions=["Deny", "Warn"]), "must not contain both Deny and Warn"),
    ],
)
def test_refusals(manifest: dict[str, Any], expected: str) -> None:
    assert expected in str(refusal(Cluster(nodes=0), manifest))


def test_tables() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply([policy(SMALL), binding()])
    lines = cluster.get("validatingadmissionpolicies").show().splitlines()
    assert lines[0].split() == ["NAME", "VALIDATIONS", "PARAMKIND", "AGE"]
    lines = cluster.get("validatingadmissionpolicybindings").show().splitlines()
    assert lines[1].split() == ["everywhere", "demo", "<unset>", "0s"]
