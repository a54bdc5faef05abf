"""An intern may look and not touch, cannot help themselves to more, and a pod has a name of its
own: its token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery.errors import StatusError
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told

RBAC = "rbac.authorization.k8s.io/v1"
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


def account(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}


def role(name: str, resource: str, *verbs: str, group: str = "") -> dict[str, Any]:
    rules = [{"apiGroups": [group], "resources": [resource], "verbs": [*verbs]}]
    return {"apiVersion": RBAC, "kind": "Role", "metadata": {"name": name}, "rules": rules}


def binding(name: str, role: str, subject: dict[str, str], kind: str = "Role") -> dict[str, Any]:
    return {
        "apiVersion": RBAC,
        "kind": "RoleBinding",
        "metadata": {"name": name},
        "roleRef": {"kind": kind, "name": role},
        "subjects": [subject],
    }


INTERN = {"kind": "User", "name": "ivy"}


def refused(call: Callable[[], object]) -> str:
    """What the server says to it, which has to be 403; and it leaves no trace."""
    try:
        call()
    except StatusError as error:
        assert error.code == 403
        return str(error.status.message)
    return "let through"


def test_an_intern_reads_and_a_pod_uses_its_token(told: Told) -> None:
    cluster = told(nodes=2, rbac=True)
    cluster.apply([deployment("web", 2), service()])
    cluster.apply(binding("ivy", "view", INTERN, "ClusterRole"))
    cluster.run_until("deployment/web ready")
    ivy = cluster.as_user("ivy", ["interns"])
    pod = ivy.get("pods").names[0]
    greeting = ivy.logs(pod)
    before = cluster.revision
    answers = [
        refused(lambda: ivy.delete(f"pod/{pod}")),
        refused(lambda: ivy.scale("deployment/web", 0)),
        refused(lambda: ivy.exec(pod, "cat /etc/passwd")),
        refused(lambda: ivy.get("secrets")),
        refused(lambda: ivy.apply(binding("more", "admin", INTERN, "ClusterRole"))),
        refused(lambda: ivy.create_token("default")),
    ]
    traces = cluster.revision - before

    # Somebody lets her write roles, but not more into them than she has herself.
    cluster.apply(role("scribe", "roles", "get", "create", "patch", group=RBAC[:-3]))
    cluster.apply(binding("scribe", "scribe", INTERN))
    cluster.run(1)
    ivy.apply(role("readers", "pods", "get", "list"))
    escalation = refused(lambda: ivy.apply(role("deleters", "pods", "get", "delete")))

    # The shop's robot counts configmaps, in its own name.
    cluster.apply([account("robot"), role("config-reader", "configmaps", "list")])
    subject = {"kind": "ServiceAccount", "name": "robot", "namespace": "default"}
    cluster.apply(binding("robot", "config-reader", subject))
    cluster.apply(deployment("robot", 1, pod={"serviceAccountName": "robot"}))
    cluster.run_until("deployment/robot ready")
    inside = cluster.get("pods", selector="app=robot").names[0]
    token = cluster.exec(inside, f"cat {TOKEN}").output.strip()
    robot = cluster.as_token(token)
    whoami, read = robot.whoami().username, robot.get("configmaps").names
    curious = refused(lambda: robot.get("pods"))
    cluster.delete(f"pod/{inside}")
    cluster.run(60)
    try:
        cluster.as_token(token)
        afterwards = 200
    except StatusError as error:
        afterwards = error.code

    assert greeting.startswith("shop 1.0 starting")
    assert [answer.partition(" cannot ")[2] for answer in answers] == [
        'delete resource "pods" in API group "" in the namespace "default"',
        'patch resource "deployments/scale" in API group "apps" in the namespace "default"',
        'create resource "pods/exec" in API group "" in the namespace "default"',
        'list resource "secrets" in API group "" in the namespace "default"',
        'get resource "rolebindings" in API group "rbac.authorization.k8s.io" in the '
        'namespace "default"',
        'create resource "serviceaccounts/token" in API group "" in the namespace "default"',
    ]
    assert traces == 0, "a refused request leaves no trace"
    assert escalation == (
        'roles.rbac.authorization.k8s.io "deleters" is forbidden: user "ivy" '
        '(groups=["interns" "system:authenticated"]) is attempting to grant RBAC permissions not '
        'currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}'
    )
    assert (whoami, read) == ("system:serviceaccount:default:robot", ["kube-root-ca.crt"])
    assert 'User "system:serviceaccount:default:robot" cannot list resource "pods"' in curious
    assert afterwards == 401, "a token that was bound to a pod ends with it"
