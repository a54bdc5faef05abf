"""``create configmap``, ``create secret``, and the other kinds that hold no programs."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import EACH, NUMBER, SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.gotext import json_text
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

SOURCES = (
    Flag("from-literal", EACH),
    Flag("from-file", WORDS),
    Flag("from-env-file", WORDS),
    Flag("append-hash", SWITCH),
)
SECRET = (*SOURCES, Flag("type"))
REGISTRY = (
    Flag("docker-username"),
    Flag("docker-password"),
    Flag("docker-email"),
    Flag("docker-server", TEXT, "https://index.docker.io/v1/"),
    Flag("from-file", WORDS),
    Flag("append-hash", SWITCH),
)
TLS = (Flag("cert"), Flag("key"), Flag("append-hash", SWITCH))
QUOTA = (Flag("hard"), Flag("scopes"))
BUDGET = (Flag("min-available"), Flag("max-unavailable"), Flag("selector"))
PRIORITY = (
    Flag("value", NUMBER),
    Flag("global-default", SWITCH),
    Flag("description"),
    Flag("preemption-policy", TEXT, "PreemptLowerPriority"),
)

_KEY = re.compile(r"[-._a-zA-Z0-9]+\Z")


def configmap(client: Client, given: Given, name: str) -> Document:
    """A ConfigMap of literals and files."""
    made: Document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, value in _pairs(client, given, "configmap"):
        _add(key, data, binary)
        try:
            data[key] = value.decode()
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(value).decode()
    return made | ({"data": data} if data else {}) | ({"binaryData": binary} if binary else {})


def secret(client: Client, given: Given, name: str) -> Document:
    """A Secret of literals and files."""
    data: dict[str, str] = {}
    for key, value in _pairs(client, given, "secret"):
        _add(key, data, {})
        data[key] = base64.b64encode(value).decode()
    made: Document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
    made |= {"data": data} if data else {}
    return made | ({"type": given["type"]} if given["type"] else {})


def _add(key: str, *held: dict[str, str]) -> None:
    if not _KEY.match(key):
        raise CommandError(
            f'"{key}" is not a valid key name: a valid config key must consist of alphanumeric '
            "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex "
            "used for validation is '[-._a-zA-Z0-9]+')"
        )
    if any(key in one for one in held):
        raise CommandError(f'cannot add key "{key}", another key by that name already exists')


def _pairs(client: Client, given: Given, what: str) -> Iterator[tuple[str, bytes]]:
    if given["from-env-file"] and (given["from-file"] or given["from-literal"]):
        raise CommandError("from-env-file cannot be combined with from-file or from-literal")
    for literal in given["from-literal"]:
        key, equals, value = literal.partition("=")
        if not key or not equals:
            raise CommandError(f"invalid literal source {literal}, expected key=value")
        yield key, value.strip("'\"").encode() if _quoted(value) else value.encode()
    for source in given["from-file"]:
        key, equals, path = source.partition("=")
        path = path if equals else source
        yield (key if equals else path.rpartition("/")[2]), _content(client, path)
    for source in given["from-env-file"]:
        for line in _content(client, source).decode().splitlines():
            key, equals, value = line.lstrip().partition("=")
            if key and not key.startswith("#") and equals:
                yield key, value.encode()


def _quoted(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""


def _content(client: Client, path: str) -> bytes:
    try:
        content = client.read(path)
    except CommandError as error:
        raise CommandError(f"error reading {path}: no such file or directory") from error
    return content.encode() if isinstance(content, str) else content


def registry(client: Client, given: Given, name: str) -> Document:
    """A Secret to pull images with."""
    made = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
    missing = [flag for flag in ("docker-username", "docker-password") if not given[flag]]
    if missing and not given["from-file"]:
        raise CommandError(
            "either --from-file or the combination of --docker-username, --docker-password and "
            "--docker-server is required"
        )
    user, password = given["docker-username"], given["docker-password"]
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    entry = {"username": user, "password": password, "email": given["docker-email"], "auth": auth}
    entry = {key: value for key, value in entry.items() if value}
    whole = _in_order({"auths": {given["docker-server"]: entry}})
    encoded = base64.b64encode(whole.encode()).decode()
    type = "kubernetes.io/dockerconfigjson"
    return {**made, "data": {".dockerconfigjson": encoded}, "type": type}


def _in_order(value: Any) -> str:
    """JSON whose keys stand as Go's fields do, not sorted."""
    if isinstance(value, dict):
        inner = (f"{json_text(key)}:{_in_order(item)}" for key, item in value.items())
        return f"{{{','.join(inner)}}}"
    return json_text(value)


def tls(client: Client, given: Given, name: str) -> Document:
    """A Secret of a certificate and its key."""
    data = {}
    for key, flag in (("tls.crt", "cert"), ("tls.key", "key")):
        if not given[flag]:
            raise CommandError("key and cert must be specified")
        try:
            content = client.read(given[flag])
        except CommandError as error:
            path = given[flag]
            text = f"Cannot read file {path}, open {path}: no such file or directory"
            raise CommandError(text) from error
        raw = content.encode() if isinstance(content, str) else content
        data[key] = base64.b64encode(raw).decode()
    meta = {"name": name}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": meta,
        "data": data,
        "type": "kubernetes.io/tls",
    }


def namespace(client: Client, given: Given, name: str) -> Document:
    """A Namespace."""
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    return {**made, "spec": {}, "status": {}}


def serviceaccount(client: Client, given: Given, name: str) -> Document:
    """A ServiceAccount."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}


def quota(client: Client, given: Given, name: str) -> Document:
    """A ResourceQuota."""
    spec: Document = {}
    if given["hard"]:
        spec["hard"] = dict(_amount(part) for part in given["hard"].split(","))
    if given["scopes"]:
        spec["scopes"] = given["scopes"].split(",")
    meta = {"name": name}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": meta,
        "spec": spec,
        "status": {},
    }


def _amount(text: str) -> tuple[str, str]:
    resource, equals, amount = text.partition("=")
    if not equals:
        raise CommandError(f"Invalid argument syntax {text}, expected <resource>=<value>")
    try:
        return resource, Quantity.parse(amount).wire()
    except ValueError as error:
        raise CommandError(str(error)) from error


def budget(client: Client, given: Given, name: str) -> Document:
    """A PodDisruptionBudget."""
    least, most = given["min-available"], given["max-unavailable"]
    if not given["selector"]:
        raise CommandError("a selector must be specified")
    if not least and not most:
        raise CommandError("one of min-available or max-unavailable must be specified")
    if least and most:
        raise CommandError("min-available and max-unavailable cannot be both specified")
    spec: Document = {"selector": {"matchLabels": _labels(given["selector"])}}
    for field, value in (("minAvailable", least), ("maxUnavailable", most)):
        if value:
            spec[field] = int(value) if value.isdigit() else value
    counts = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": spec,
        "status": dict.fromkeys(counts, 0),
    }


def _labels(selector: str) -> dict[str, str]:
    return dict(part.replace("==", "=").split("=", 1) for part in selector.split(","))


def priorityclass(client: Client, given: Given, name: str) -> Document:
    """A PriorityClass."""
    made: Document = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": given["value"],
        "preemptionPolicy": given["preemption-policy"],
    }
    made |= {"description": given["description"]} if given["description"] else {}
    return made | ({"globalDefault": True} if given["global-default"] else {})
