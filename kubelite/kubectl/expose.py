"""``kubectl expose`` and ``kubectl run``. Models pkg/cmd/expose and pkg/cmd/run."""

from __future__ import annotations

import json
import re
from typing import Any

from kubelite.apimachinery import manifest
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.patch import json_merge
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import DURATION, EACH, NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.labels import parsed
from kubelite.kubectl.resources import FILES, Info, built
from kubelite.kubectl.result import CommandError, usage_error

Document = dict[str, Any]

EXPOSE = (
    *FILES,
    *output.FLAGS,
    writing.DRY_RUN,
    writing.SAVE_CONFIG,
    Flag("cluster-ip"),
    Flag("external-ip"),
    Flag("labels", TEXT, short="l"),
    Flag("load-balancer-ip"),
    Flag("name"),
    Flag("override-type", TEXT, "merge"),
    Flag("overrides"),
    Flag("port"),
    Flag("protocol"),
    Flag("selector"),
    Flag("session-affinity"),
    Flag("target-port"),
    Flag("type"),
    writing.managed_by("kubectl-expose"),
)
RUN = (
    *output.FLAGS,
    writing.DRY_RUN,
    writing.SAVE_CONFIG,
    Flag("annotations", EACH),
    Flag("attach", SWITCH),
    Flag("command", SWITCH),
    Flag("env", EACH, short="e"),
    Flag("expose", SWITCH),
    Flag("grace-period", NUMBER, -1),
    Flag("image"),
    Flag("image-pull-policy"),
    Flag("labels", TEXT, short="l"),
    Flag("override-type", TEXT, "merge"),
    Flag("overrides"),
    Flag("pod-running-timeout", DURATION, 60.0),
    Flag("port"),
    Flag("privileged", SWITCH),
    Flag("quiet", SWITCH, short="q"),
    Flag("restart", TEXT, "Always"),
    Flag("rm", SWITCH),
    Flag("stdin", SWITCH, short="i"),
    Flag("tty", SWITCH, short="t"),
    writing.managed_by("kubectl-run"),
)
_EXPOSABLE = ("ReplicationController", "Service", "Pod", "Deployment", "ReplicaSet")


def expose(client: Client, given: Given) -> None:
    """Make a Service for what is there."""
    mode = writing.dry_run(client, given)

    def one(info: Info) -> None:
        if info.kind.kind not in _EXPOSABLE:
            raise CommandError(f"cannot expose a {info.kind.kind}")
        _create(client, given, _service(given, info), "exposed", mode)

    if not built(client, _without(given, "selector")).visit(one):
        raise CommandError("no objects passed to expose")


def _without(given: Given, name: str) -> Given:
    flags = {key: value for key, value in given.flags.items() if key != name}
    return Given(given.path, given.words, given.after, flags, given.changed)


def _service(given: Given, info: Info) -> Document:
    plain = info.plain
    selector = _selector(given, info, plain)
    ports = _ports(given, info, plain)
    labels = given["labels"]
    shown = parsed(labels.split(","), "label")[0] if labels else plain["metadata"].get("labels")
    meta: Document = {"name": given["name"] or info.name}
    if shown:
        meta["labels"] = shown
    spec: Document = {"ports": ports, "selector": selector}
    for field, flag in (
        ("type", "type"),
        ("sessionAffinity", "session-affinity"),
        ("clusterIP", "cluster-ip"),
        ("loadBalancerIP", "load-balancer-ip"),
    ):
        if given[flag]:
            spec[field] = given[flag]
    if given["external-ip"]:
        spec["externalIPs"] = [given["external-ip"]]
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }
    return _overridden(given, body)


def _selector(given: Given, info: Info, plain: Document) -> dict[str, str]:
    if given["selector"]:
        return parsed(given["selector"].split(","), "label")[0]
    why = "couldn't retrieve selectors via --selector flag or introspection: "
    spec = plain.get("spec") or {}
    if info.kind.kind == "Pod":
        labels: dict[str, str] = plain["metadata"].get("labels") or {}
        if not labels:
            raise CommandError(f"{why}the pod has no labels and cannot be exposed")
        return labels
    if info.kind.kind in ("Service", "ReplicationController"):
        found: dict[str, str] = spec.get("selector") or {}
        if not found:
            raise CommandError(f"{why}the service has no pod selector set")
        return found
    wanted = spec.get("selector") or {}
    if wanted.get("matchExpressions"):
        raise CommandError(
            f'{why}couldn\'t convert expressions - "{wanted["matchExpressions"]}" to map-based '
            "selector format"
        )
    matched: dict[str, str] = wanted.get("matchLabels") or {}
    return matched


def _ports(given: Given, info: Info, plain: Document) -> list[Document]:
    known = _container_ports(info, plain)
    numbers = given["port"].split(",") if given["port"] else [str(port) for port, _ in known]
    if not numbers:
        raise CommandError("couldn't find port via --port flag or introspection")
    protocols = {str(port): protocol for port, protocol in known}
    ports: list[Document] = []
    for at, number in enumerate(numbers, 1):
        if not number.isdigit():
            raise CommandError(f'strconv.Atoi: parsing "{number}": invalid syntax')
        target = given["target-port"] or number
        port: Document = {
            "port": int(number),
            "protocol": given["protocol"] or protocols.get(number, "TCP"),
            "targetPort": int(target) if target.isdigit() else target,
        }
        ports.append(port | ({"name": f"port-{at}"} if len(numbers) > 1 else {}))
    return ports


def _container_ports(info: Info, plain: Document) -> list[tuple[int, str]]:
    spec = plain.get("spec") or {}
    if info.kind.kind == "Service":
        return [(port["port"], port.get("protocol", "TCP")) for port in spec.get("ports", [])]
    pod = spec if info.kind.kind == "Pod" else spec["template"]["spec"]
    return [
        (port["containerPort"], port.get("protocol", "TCP"))
        for container in pod["containers"]
        for port in container.get("ports", [])
    ]


def _overridden(given: Given, body: Document) -> Document:
    if not given["overrides"]:
        return body
    try:
        (patch,) = manifest.load(given["overrides"], "overrides")
    except ValueError as error:
        raise CommandError(f"Invalid JSON Patch: {error}") from error
    changed: Document = json_merge.apply(body, patch)
    return changed


def _create(client: Client, given: Given, body: Document, operation: str, mode: str) -> Document:
    kind = client.scheme.by_kind(body["apiVersion"], body["kind"])
    if client.namespace_given:
        body["metadata"]["namespace"] = client.namespace
    made = writing.create(client, given, kind, body, client.place(kind), mode)
    writing.printer(client, given, mode)(made, operation)
    return made


def run(client: Client, given: Given) -> None:
    """Make a pod of one container."""
    if not given.words:
        raise usage_error(given.path, "NAME is required for run")
    _check(given)
    mode = writing.dry_run(client, given)
    body = _pod(given, given.words[0])
    write = writing.printer(client, given, mode)
    kind = client.scheme.by_kind("v1", "Pod")
    if client.namespace_given:
        body["metadata"]["namespace"] = client.namespace
    attached = given["attach"] or given["stdin"] and not given.has("attach")
    made = writing.create(client, given, kind, body, client.place(kind), mode)
    if not attached:
        write(made, "created")
    if given["expose"]:
        write(_beside(client, given, body, mode), "created")
    if attached and mode == writing.NONE:
        _attach(client, given, made)


def _check(given: Given) -> None:
    if not given["image"]:
        raise CommandError("--image is required")
    if not re.match(r"[\w.\-/:@]+\Z", given["image"]):
        raise CommandError(
            f"Invalid image name {json.dumps(given['image'])}: invalid reference format"
        )
    if given["restart"] not in ("Always", "OnFailure", "Never"):
        policy = given["restart"]
        raise CommandError(
            f"invalid restart policy: {policy}, valid values are: Always, OnFailure, Never"
        )
    if given["expose"] and not given["port"]:
        raise CommandError("--port must be set when exposing a service")
    if given["rm"] and not (given["attach"] or given["stdin"]):
        raise CommandError("--rm should only be used for attached containers")


def _pod(given: Given, name: str) -> Document:
    arguments = [*given.words[1:], *(given.after or ())]
    labels = parsed(given["labels"].split(","), "label")[0] if given["labels"] else {"run": name}
    container: Document = {"image": given["image"], "name": name, "resources": {}}
    if arguments:
        container["command" if given["command"] else "args"] = arguments
    if given["env"]:
        container["env"] = [_variable(text) for text in given["env"]]
    if given["port"]:
        container["ports"] = [{"containerPort": int(given["port"])}]
    if given["image-pull-policy"]:
        container["imagePullPolicy"] = given["image-pull-policy"]
    if given["privileged"]:
        container["securityContext"] = {"privileged": True}
    if given["stdin"]:
        container |= {"stdin": True, "stdinOnce": True}
    if given["tty"]:
        container["tty"] = True
    meta: Document = {"labels": labels, "name": name}
    if given["annotations"]:
        meta["annotations"] = parsed(given["annotations"], "annotation")[0]
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {
            "containers": [container],
            "dnsPolicy": "ClusterFirst",
            "restartPolicy": given["restart"],
        },
        "status": {},
    }
    return _overridden(given, body)


def _variable(text: str) -> Document:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CommandError(f"invalid env: {text}")
    return {"name": name} | ({"value": value} if value else {})


def _beside(client: Client, given: Given, pod: Document, mode: str) -> Document:
    """The Service of ``--expose``."""
    port = int(given["port"])
    body: Document = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": pod["metadata"]["name"]},
        "spec": {
            "ports": [{"port": port, "protocol": "TCP", "targetPort": port}],
            "selector": pod["metadata"]["labels"],
        },
        "status": {"loadBalancer": {}},
    }
    if client.namespace_given:
        body["metadata"]["namespace"] = client.namespace
    kind = client.scheme.by_kind("v1", "Service")
    return writing.create(client, given, kind, body, client.place(kind), mode)


def _attach(client: Client, given: Given, made: Document) -> None:
    """Wait for the pod's end, and show what it wrote."""
    meta = made["metadata"]
    name, place = meta["name"], meta["namespace"]

    def over() -> bool:
        pod = client.find("pods", name, place)
        return pod is None or pod.status.phase in ("Succeeded", "Failed")

    client.run_until(over, max(client.patience, given["pod-running-timeout"]))
    try:
        log = client.ask("get", "pods", place, name, subresource="log", body={})
        client.write(str(log.unwrap()))
    except StatusError:
        pass  # nothing has been written
    if given["rm"]:
        client.delete("pods", name, place)
        client.run_until(lambda: client.find("pods", name, place) is None, 3600)
        client.say(f'pod "{name}" deleted from {place} namespace')
