"""``create role``, ``create rolebinding`` and those of a whole cluster."""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery.scheme import Kind
from kubelite.kubectl.client import Client
from kubelite.kubectl.create import Maker
from kubelite.kubectl.flags import EACH, WORDS, Flag, Given
from kubelite.kubectl.kinds import kind_of
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"
ROLE = (Flag("verb", WORDS), Flag("resource", WORDS), Flag("resource-name", EACH))
CLUSTERROLE = (*ROLE, Flag("non-resource-url", WORDS), Flag("aggregation-rule"))
_SUBJECTS = (Flag("user", EACH), Flag("group", EACH), Flag("serviceaccount", EACH))
ROLEBINDING = (Flag("role"), Flag("clusterrole"), *_SUBJECTS)
CLUSTERROLEBINDING = (Flag("clusterrole"), *_SUBJECTS)


def role(kind: str) -> Maker:
    """The maker of a Role or a ClusterRole."""

    def make(client: Client, given: Given, name: str) -> Document:
        made: Document = {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name}}
        aggregated = given.get("aggregation-rule")
        if aggregated:
            labels = dict(part.split("=", 1) for part in aggregated.split(","))
            rule = {"clusterRoleSelectors": [{"matchLabels": labels}]}
            return made | {"aggregationRule": rule, "rules": None}
        return made | {"rules": _rules(client, given)}

    return make


def _rules(client: Client, given: Given) -> list[Document]:
    verbs = list(dict.fromkeys(given["verb"]))
    verbs = ["*"] if "*" in verbs else verbs
    if not verbs:
        raise CommandError("at least one verb must be specified")
    urls = given.get("non-resource-url", ())
    if not given["resource"] and not urls:
        raise CommandError("at least one resource must be specified")
    groups: dict[str, list[str]] = {}
    for word in given["resource"]:
        text, _, part = word.partition("/")
        kind = None if text == "*" else _kind(client, text)
        group, plural = (kind.group, kind.plural) if kind else ("", "*")
        groups.setdefault(group, []).append(f"{plural}/{part}" if part else plural)
    rules: list[Document] = []
    for group, resources in groups.items():
        rule: Document = {"apiGroups": [group], "resources": resources, "verbs": verbs}
        if given["resource-name"]:
            rule["resourceNames"] = list(given["resource-name"])
        rules.append(rule)
    return rules + ([{"nonResourceURLs": list(urls), "verbs": verbs}] if urls else [])


def _kind(client: Client, text: str) -> Kind:
    try:
        return kind_of(client.scheme, text)
    except CommandError as error:
        raise CommandError(error.text, plain=False) from error


def binding(kind: str) -> Maker:
    """The maker of a RoleBinding or a ClusterRoleBinding."""

    def make(client: Client, given: Given, name: str) -> Document:
        role = given.get("role", "")
        if bool(role) is bool(given["clusterrole"]):
            if kind == "ClusterRoleBinding":
                raise CommandError("clusterrole must be specified")
            raise CommandError("exactly one of clusterrole or role must be specified")
        reference = {
            "apiGroup": RBAC,
            "kind": "Role" if role else "ClusterRole",
            "name": role or given["clusterrole"],
        }
        return {
            "apiVersion": f"{RBAC}/v1",
            "kind": kind,
            "metadata": {"name": name},
            "roleRef": reference,
            "subjects": subjects(given),
        }

    return make


def subjects(given: Given) -> list[Document]:
    """Whom a binding is about."""
    found: list[Document] = [
        {"apiGroup": RBAC, "kind": kind, "name": name}
        for kind, flag in (("User", "user"), ("Group", "group"))
        for name in given[flag]
    ]
    for text in given["serviceaccount"]:
        namespace, colon, name = text.partition(":")
        if not colon or not namespace or not name:
            raise CommandError("serviceaccount must be <namespace>:<name>")
        found.append({"kind": "ServiceAccount", "name": name, "namespace": namespace})
    return found
