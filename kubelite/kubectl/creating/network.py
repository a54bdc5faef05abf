"""``create service`` and ``create ingress``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelite.kubectl.client import Client
from kubelite.kubectl.create import Maker
from kubelite.kubectl.flags import EACH, NUMBER, WORDS, Flag, Given
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

CLUSTERIP = (Flag("tcp", WORDS), Flag("clusterip"))
NODEPORT = (Flag("tcp", WORDS), Flag("node-port", NUMBER))
LOADBALANCER = (Flag("tcp", WORDS),)
EXTERNALNAME = (Flag("tcp", WORDS), Flag("external-name"))
INGRESS = (
    Flag("rule", EACH),
    Flag("class"),
    Flag("annotation", EACH),
    Flag("default-backend"),
)


def service(type: str) -> Maker:
    """The maker of a Service of this type."""

    def make(client: Client, given: Given, name: str) -> Document:
        if not given["tcp"] and type != "ExternalName" and given.get("clusterip") != "None":
            raise CommandError("at least one tcp port specifier must be provided")
        spec: Document = {"selector": {"app": name}, "type": type}
        ports = [_port(text) for text in given["tcp"]]
        if given.get("node-port"):
            ports = [port | {"nodePort": given["node-port"]} for port in ports]
        if ports:
            spec["ports"] = ports
        if given.get("external-name"):
            spec["externalName"] = given["external-name"]
        if given.get("clusterip"):
            spec["clusterIP"] = given["clusterip"]
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"labels": {"app": name}, "name": name},
            "spec": spec,
            "status": {"loadBalancer": {}},
        }

    return make


def _port(text: str) -> Document:
    first, _, second = text.partition(":")
    if not first.isdigit():
        raise CommandError(f'strconv.Atoi: parsing "{first}": invalid syntax')
    target: int | str = int(first) if not second else int(second) if second.isdigit() else second
    name = text.replace(":", "-")
    return {"name": name, "port": int(first), "protocol": "TCP", "targetPort": target}


_RULE = re.compile(
    r"(?P<host>[\w*.-]*)(?P<path>/[^=]*)?=(?P<service>[\w.-]+):(?P<port>[\w.-]+)"
    r"(?:,(?P<tls>tls(?:=(?P<secret>[\w.-]+))?))?\Z"
)


def ingress(client: Client, given: Given, name: str) -> Document:
    """An Ingress."""
    if not given["rule"] and not given["default-backend"]:
        raise CommandError(
            "not enough information provided: every ingress has to either specify a "
            "default-backend (which catches all traffic) or a list of rules (which catch specific "
            "paths)"
        )
    meta: Document = {"name": name}
    if given["annotation"]:
        meta["annotations"] = dict(_annotation(text) for text in given["annotation"])
    spec: Document = {}
    if given["class"]:
        spec["ingressClassName"] = given["class"]
    if given["default-backend"]:
        service, _, port = given["default-backend"].partition(":")
        spec["defaultBackend"] = _backend(service, port)
    found = [_matched(text) for text in given["rule"]]
    if found:
        spec["rules"] = list(_rules(found))
    secured = list(_secured(found))
    if secured:
        spec["tls"] = secured
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": meta,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def _annotation(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"annotation {text} is invalid and should be in format key=[value]")
    return key, value


def _matched(text: str) -> re.Match[str]:
    found = _RULE.match(text)
    if found is None:
        raise CommandError(
            f"rule {text} is invalid and should be in format "
            "host/path=svcname:svcport[,tls[=secret]]"
        )
    return found


def _backend(service: str, port: str) -> Document:
    number = {"number": int(port)} if port.isdigit() else {"name": port}
    return {"service": {"name": service, "port": number}}


def _rules(found: list[re.Match[str]]) -> Iterator[Document]:
    for host in dict.fromkeys(rule["host"] for rule in found):
        paths = [_path(rule) for rule in found if rule["host"] == host]
        yield ({"host": host} if host else {}) | {"http": {"paths": paths}}


def _path(rule: re.Match[str]) -> Document:
    path = rule["path"] or "/"
    prefix = path.endswith("*")
    return {
        "backend": _backend(rule["service"], rule["port"]),
        "path": (path[:-1] or "/") if prefix else path,
        "pathType": "Prefix" if prefix else "Exact",
    }


def _secured(found: list[re.Match[str]]) -> Iterator[Document]:
    seen: dict[str, list[str]] = {}
    for rule in found:
        if rule["tls"]:
            hosts = seen.setdefault(rule["secret"] or "", [])
            if rule["host"] and rule["host"] not in hosts:
                hosts.append(rule["host"])
    for secret, hosts in seen.items():
        yield ({"hosts": hosts} if hosts else {}) | ({"secretName": secret} if secret else {})
