"""Roles, bindings and refusals in a running cluster."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.authorization_v1 import (
    LocalSubjectAccessReview,
    ResourceAttributes,
    SelfSubjectRulesReview,
    SelfSubjectRulesReviewSpec,
    SubjectAccessReview,
    SubjectAccessReviewSpec,
)
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.authz import Attributes
from kubelite.apiserver.authz.rbac import refusal as refusal_of
from kubelite.cluster import Cluster

RBAC = "rbac.authorization.k8s.io/v1"


def bind(role: str, user: str, kind: str = "RoleBinding") -> dict[str, Any]:
    return {
        "apiVersion": RBAC,
        "kind": kind,
        "metadata": {"name": f"{user}-{role}"},
        "roleRef": {"kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "User", "name": user}],
    }


def role(name: str, verbs: list[str], resource: str = "pods", kind: str = "Role") -> dict[str, Any]:
    rule = {"apiGroups": [""], "resources": [resource], "verbs": verbs}
    return {"apiVersion": RBAC, "kind": kind, "metadata": {"name": name}, "rules": [rule]}


WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c1, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c1, image: nginx}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c1, image: nginx}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      ttlSecondsAfterFinished: 5
      template:
        spec:
          restartPolicy: Never
          containers: [{name: c1, image: busybox, command: [sh, -c, exit 0]}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
"""


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(nodes=2, seed=7, rbac=True)


def refusal(call: Any) -> str:
    with pytest.raises(StatusError) as error:
        call()
    assert error.value.code == 403
    return str(error.value.status.message)


def test_no_part_of_the_cluster_does_what_it_may_not(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[Attributes] = []

    def noted(asked: Attributes, resource: str, reason: str) -> StatusError:
        refused.append(asked)
        return refusal_of(asked, resource, reason)

    monkeypatch.setattr("kubelite.apiserver.authz.rbac.refusal", noted)
    cluster.apply(WEB)
    cluster.run(200)
    assert cluster.request("web").status == 200
    cluster.delete("deployment/web")
    cluster.kill_node("node-1")
    cluster.run(600)
    cluster.delete("node/node-1")
    cluster.run(100)
    assert refused == []


def test_a_stranger_may_only_ask_who_they_are(cluster: Cluster) -> None:
    jane = cluster.as_user("jane", groups=["developers"])
    assert refusal(lambda: jane.get("pods")) == (
        'pods is forbidden: User "jane" cannot list resource "pods" in API group "" '
        'in the namespace "default"'
    )
    assert refusal(lambda: jane.get("deployment/web")) == (
        'deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments" '
        'in API group "apps" in the namespace "default"'
    )
    assert refusal(lambda: jane.get("nodes")) == (
        'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" '
        "at the cluster scope"
    )
    assert jane.whoami() == ("jane", ("developers", "system:authenticated"))
    assert not jane.can_i("create", "pods") and repr(jane.can_i("create", "pods")) == "no"
    assert jane.can_i("get", "/version") and not jane.can_i("get", "/metrics")


def test_who_may_view_may_not_change(cluster: Cluster) -> None:
    cluster.apply(WEB)
    cluster.apply(bind("view", "jane"))
    cluster.run(10)
    jane = cluster.as_user("jane")
    pod = jane.get("pods")[0].metadata.name
    assert jane.logs(f"pod/{pod}") is not None
    assert repr(jane.can_i("get", "pods/log")) == (
        'yes - RBAC: allowed by RoleBinding "jane-view/default" of ClusterRole "view" '
        'to User "jane"'
    )
    assert refusal(lambda: jane.exec(f"pod/{pod}", "ls")) == (
        f'pods "{pod}" is forbidden: User "jane" cannot create resource "pods/exec" '
        'in API group "" in the namespace "default"'
    )
    assert "cannot delete" in refusal(lambda: jane.delete(f"pod/{pod}"))
    assert "secrets is forbidden" in refusal(lambda: jane.get("secrets"))
    assert "cannot patch" in refusal(lambda: jane.scale("deployment/web", 3))
    assert "kube-system" in refusal(lambda: jane.get("pods", namespace="kube-system"))


def test_a_new_binding_counts_at_once_and_a_deleted_one_no_more(cluster: Cluster) -> None:
    jane = cluster.as_user("jane")
    cluster.apply(bind("edit", "jane"))
    cluster.run(1)
    assert jane.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}})
    assert cluster.story("configmap/mine").lines[0][1] == "jane created configmap/mine"
    cluster.delete("rolebinding/jane-edit")
    assert not jane.can_i("get", "configmaps")


def test_only_what_a_role_names(cluster: Cluster) -> None:
    wanted = role("one", ["get"], "configmaps")
    wanted["rules"][0]["resourceNames"] = ["shop"]
    given = bind("one", "jane") | {"roleRef": {"kind": "Role", "name": "one"}}
    cluster.apply([wanted, given])
    jane = cluster.as_user("jane")
    assert jane.can_i("get", "configmaps/shop")
    assert not jane.can_i("get", "configmaps/other") and not jane.can_i("list", "configmaps")


def test_nobody_gives_away_what_they_have_not(cluster: Cluster) -> None:
    cluster.apply(bind("admin", "jane"))
    cluster.run(1)
    jane = cluster.as_user("jane")
    jane.apply(role("readers", ["get", "list"]))
    assert refusal(lambda: jane.apply(role("node-readers", ["get", "list"], "nodes"))) == (
        'roles.rbac.authorization.k8s.io "node-readers" is forbidden: user "jane" '
        '(groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently '
        'held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}'
    )
    jane.apply(bind("edit", "joe"))
    assert refusal(lambda: jane.apply(bind("cluster-admin", "joe"))) == (
        'rolebindings.rbac.authorization.k8s.io "joe-cluster-admin" is forbidden: user "jane" '
        '(groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently '
        'held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n'
        '{NonResourceURLs:["*"], Verbs:["*"]}'
    )


def test_leave_to_bind_or_to_escalate_is_leave(cluster: Cluster) -> None:
    rules = [
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"],
         "resourceNames": ["cluster-admin"], "verbs": ["bind"]},
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"],
         "verbs": ["escalate"]},
    ]  # fmt: skip
    cluster.apply([role("giver", [], kind="ClusterRole") | {"rules": rules}])
    cluster.apply([bind("giver", "jane"), bind("admin", "jane")])
    cluster.run(1)
    jane = cluster.as_user("jane")
    jane.apply([bind("cluster-admin", "joe"), role("node-readers", ["get"], "nodes")])


def test_roles_gather_others_by_their_labels(cluster: Cluster) -> None:
    more = role("tape-editor", ["get"], "tapes", "ClusterRole")
    more["metadata"]["labels"] = {"rbac.authorization.k8s.io/aggregate-to-edit": "true"}
    before = {name: len(cluster.get(f"clusterrole/{name}").rules) for name in ("admin", "edit")}
    assert 0 < before["edit"] < before["admin"]
    cluster.apply(more)
    cluster.run(1)
    for name, count in before.items():
        assert len(cluster.get(f"clusterrole/{name}").rules) == count + 1


def test_the_role_of_a_binding_never_changes(cluster: Cluster) -> None:
    cluster.apply(bind("view", "jane"))
    changed = bind("edit", "jane") | {"metadata": {"name": "jane-view"}}
    with pytest.raises(StatusError, match="roleRef: Invalid value: .*cannot change roleRef"):
        cluster.apply(changed)


WRONG = [
    ({"roleRef": {"kind": "Everything", "name": "x"}}, 'supported values: "ClusterRole", "Role"'),
    ({"subjects": [{"kind": "Robot", "name": "x"}]}, "subjects[0].kind: Unsupported value"),
    ({"subjects": [{"kind": "User", "name": ""}]}, "subjects[0].name: Required value"),
    ({"roleRef": {"kind": "ClusterRole", "name": ""}}, "roleRef.name: Required value"),
]


@pytest.mark.parametrize(("change", "fault"), WRONG)
def test_what_a_binding_may_not_say(cluster: Cluster, change: Any, fault: str) -> None:
    with pytest.raises(StatusError) as error:
        cluster.apply(bind("view", "jane") | change)
    assert fault in str(error.value)


def test_a_role_says_what_on_what(cluster: Cluster) -> None:
    with pytest.raises(StatusError, match="verbs must contain at least one value"):
        cluster.apply(role("empty", []))
    everywhere = {"rules": [{"nonResourceURLs": ["/healthz"], "verbs": ["get"]}]}
    with pytest.raises(StatusError, match="namespaced rules cannot apply to non-resource URLs"):
        cluster.apply(role("urls", []) | everywhere)


def ask(cluster: Cluster, resource: str, body: Any, namespace: str = "") -> Any:
    request = Request(
        "create", f"{resource}.authorization.k8s.io", namespace, body=body, component="you"
    )
    return cluster.api.handle(request).unwrap().status


def test_reviews_about_others_and_about_all_rules(cluster: Cluster) -> None:
    cluster.apply(bind("view", "jane"))
    cluster.run(1)
    asked = ResourceAttributes(verb="list", resource="pods", namespace="default")
    spec = SubjectAccessReviewSpec(user="jane", resource_attributes=asked)
    assert ask(cluster, "subjectaccessreviews", SubjectAccessReview(spec=spec)).allowed
    local = LocalSubjectAccessReview(spec=spec)
    assert ask(cluster, "localsubjectaccessreviews", local, "default").allowed
    rules = SelfSubjectRulesReview(spec=SelfSubjectRulesReviewSpec(namespace="default"))
    found = ask(cluster, "selfsubjectrulesreviews", rules)
    assert any(rule.verbs == ("*",) for rule in found.resource_rules)


def test_without_rbac_anybody_may_do_anything() -> None:
    jane = Cluster(nodes=1, seed=7).as_user("jane")
    assert jane.can_i("delete", "nodes") and len(jane.get("nodes")) == 1
    assert jane.whoami().username == "jane"


def test_tables_of_roles_and_bindings(cluster: Cluster) -> None:
    cluster.apply(bind("view", "jane"))
    assert str(cluster.get("rolebindings")).split() == [
        "NAME", "ROLE", "AGE", "jane-view", "ClusterRole/view", "0s",
    ]  # fmt: skip


# Nodes


def test_a_node_reads_only_what_its_pods_name() -> None:
    cluster = Cluster(nodes=2, seed=7, rbac=True)
    for name in ("shop", "other"):
        data = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
        cluster.apply(data | {"data": {"a": "b"}})
    source = {"configMapRef": {"name": "shop"}}
    container = {"name": "main", "image": "nginx", "envFrom": [source]}
    spec = {"containers": [container], "nodeName": "node-1"}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec})
    cluster.run_until("pod/web ready")
    one, two = (cluster.as_user(f"system:node:node-{n}", ["system:nodes"]) for n in (1, 2))
    assert one.get("cm/shop").data == {"a": "b"}
    for node, number, name in ((two, 2, "shop"), (one, 1, "other")):
        assert refusal(lambda node=node, name=name: node.get(f"cm/{name}")) == (
            f'configmaps "{name}" is forbidden: User "system:node:node-{number}" cannot get '
            'resource "configmaps" in API group "" in the namespace "default": '
            f"no relationship found between node 'node-{number}' and this object"
        )
    assert "No Object name found" in refusal(lambda: one.get("secrets"))


def test_a_node_changes_only_itself_and_its_pods() -> None:
    cluster = Cluster(nodes=2, seed=7, rbac=True)
    spec = {"containers": [{"name": "main", "image": "nginx"}], "nodeName": "node-1"}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec})
    two = cluster.as_user("system:node:node-2", ["system:nodes"])
    assert refusal(lambda: two.cordon("node-1")) == (
        'nodes "node-1" is forbidden: node "node-2" is not allowed to modify node "node-1"'
    )
    assert refusal(lambda: two.delete("pod/web")) == (
        'pods "web" is forbidden: node "node-2" can only delete pods with spec.nodeName set '
        "to itself"
    )
    two.cordon("node-2")
    assert "same name as the requesting node" in refusal(
        lambda: two.delete("lease/node-1", namespace="kube-node-lease")
    )


def test_a_cluster_can_be_shown_and_waited_for_in_any_name(cluster: Cluster) -> None:
    cluster.apply(WEB)
    jane = cluster.as_user("jane")
    jane.run_until("pods ready")
    assert repr(jane).startswith("Cluster(seed=7): 2 nodes, 2 Ready; ")
    assert repr(jane).endswith("; as jane") and "; as" not in repr(cluster)
