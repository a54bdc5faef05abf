"""``kubectl debug``: a container to look from, in a pod, in a copy of it, or on a node.

With ``-i`` kubectl attaches; here the new container's output is printed once it has run.
Models ``k8s.io/kubectl/pkg/cmd/debug``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import EACH, SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.kinds import kind_of
from kubelite.kubectl.profiles import (
    COPY,
    EPHEMERAL,
    LEGACY_ENDS,
    NODE,
    PROFILES,
    Document,
    apply,
)
from kubelite.kubectl.result import CommandError

FLAGS = (
    Flag("image", TEXT),
    Flag("container", TEXT, short="c"),
    Flag("target", TEXT),
    Flag("copy-to", TEXT),
    Flag("replace", SWITCH),
    Flag("same-node", SWITCH),
    Flag("share-processes", SWITCH, True),
    Flag("set-image", WORDS),
    Flag("env", EACH),
    Flag("arguments-only", SWITCH),
    Flag("attach", SWITCH),
    Flag("stdin", SWITCH, short="i"),
    Flag("tty", SWITCH, short="t"),
    Flag("quiet", SWITCH, short="q"),
    Flag("image-pull-policy", TEXT),
    Flag("profile", TEXT, "general"),
    Flag("keep-labels", SWITCH),
    Flag("keep-annotations", SWITCH),
    Flag("keep-liveness", SWITCH),
    Flag("keep-readiness", SWITCH),
    Flag("keep-startup", SWITCH),
    Flag("keep-init-containers", SWITCH, True),
)
_STREAM = "kubectl/debug"
_TARGETING = (
    "Targeting container {}. If you don't see processes from this container it may be because the "
    "container runtime doesn't support this feature."
)
_TAKEN = (
    "The Pod {} is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers {} "
    "may not be changed\n\n"
)
_LABEL = {"app.kubernetes.io/managed-by": "kubectl-debug"}
_WORD = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9])(?::[0-9]+)?"
_IMAGE = re.compile(
    rf"(?:{_HOST}/)?{_WORD}(?:/{_WORD})*(?::\w[\w.-]{{0,127}})?(?:@[\w+.-]+:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)


def debug(client: Client, given: Given) -> None:
    """Add a debugging container to each pod that is named, or make a pod for it."""
    _check(client, given)
    for word in given.words:
        name, kind = word, kind_of(client.scheme, "pods")
        if "/" in word:
            type, _, name = word.partition("/")
            kind = kind_of(client.scheme, type)
        found = client.get(kind, name, client.place(kind))
        if kind.group_kind == "Node":
            pod, container = _on_node(client, given, found)
        elif kind.group_kind != "Pod":
            version = f"{kind.group}/{kind.version}, Kind={kind.kind}"
            raise CommandError(f"{go_quote(version)} not supported by debug")
        elif given["copy-to"]:
            pod, container = _by_copy(client, given, found)
        else:
            pod, container = _inside(client, given, found)
        attach = given["attach"] if given.has("attach") else given["stdin"]
        if attach and container:
            _show_output(client, pod, container)


def _check(client: Client, given: Given) -> None:
    if given["profile"] not in PROFILES:
        raise CommandError(f"unknown profile: {given['profile']}")
    if problem := _problem(given):
        raise CommandError(problem)
    if given["target"] and not given["quiet"]:
        client.say(_TARGETING.format(go_quote(given["target"])))
    if given["tty"] and not given["stdin"]:
        raise CommandError("-i/--stdin is required for containers with -t/--tty=true")
    if given["profile"] == "legacy":
        client.warn(LEGACY_ENDS)


def _problem(given: Given) -> str:
    """What is wrong with the flags, in kubectl's order."""
    image, after = given["image"], given.after or ()
    if given["attach"] and not image and not given["container"]:
        return (
            "you must specify --container or create a new container using --image in order to "
            "attach."
        )
    if given["copy-to"]:
        if not (image or given["set-image"] or after):
            return "you must specify --image, --set-image or command arguments."
        if after and not given["container"] and not image:
            return "you must specify an existing container or a new image when specifying args."
    else:
        for flag in ("replace", "same-node", "set-image"):
            if given[flag]:
                return f"--{flag} may only be used with --copy-to."
        if not image:
            return "you must specify --image when not using --copy-to."
    if image and not _IMAGE.fullmatch(image):
        return f"invalid image name {go_quote(image)}: invalid reference format"
    if not given.words:
        return "NAME or filename is required for debug"
    if given["image-pull-policy"] not in ("", "Always", "IfNotPresent", "Never"):
        return f"invalid image pull policy: {given['image-pull-policy']}"
    for name, override in _pairs(given["set-image"]).items():
        if not _IMAGE.fullmatch(override):
            named = f"{go_quote(override)} for container {go_quote(name)}"
            return f"invalid image name {named}: invalid reference format"
    if given["target"] and given["copy-to"]:
        return "--target is incompatible with --copy-to. Use --share-processes instead."
    return ""


def _pairs(words: Any) -> dict[str, str]:
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def _container(given: Given, name: str) -> Document:
    """The debugging container as the flags describe it."""
    made: Document = {"name": name, "image": given["image"], "terminationMessagePolicy": "File"}
    made |= {key: True for key in ("stdin", "tty") if given[key]}
    if given["env"]:
        made["env"] = [{"name": key, "value": value} for key, value in _pairs(given["env"]).items()]
    if given["image-pull-policy"]:
        made["imagePullPolicy"] = given["image-pull-policy"]
    if given.after:
        made["args" if given["arguments-only"] else "command"] = list(given.after)
    return made


def _name(client: Client, given: Given, taken: Mapping[str, Any]) -> str:
    if given["container"]:
        return str(given["container"])
    name = ""
    while not name or name in taken:
        name = f"debugger-{_suffix(client)}"
    if not given["quiet"]:
        client.say(f"Defaulting debug container name to {name}.")
    return name


def _suffix(client: Client) -> str:
    return client.cluster.everything.api.suffix(_STREAM)


def _by_name(spec: Document) -> dict[str, Document]:
    parts = ("containers", "initContainers", "ephemeralContainers")
    return {one["name"]: one for part in parts for one in spec.get(part, ())}


# The three ways


def _inside(client: Client, given: Given, found: Pod) -> tuple[Pod, str]:
    """An ephemeral container in the pod itself."""
    plain = to_dict(found)
    name = _name(client, given, _by_name(plain["spec"]))
    container = _container(given, name)
    if given["target"]:
        container["targetContainerName"] = given["target"]
    apply(given, plain, container, EPHEMERAL)
    _warn_of_user(client, plain, container)
    before = plain["spec"].get("ephemeralContainers", ())
    order = [{"name": one["name"]} for one in (*before, container)]
    parts = {"ephemeralContainers": [container], "$setElementOrder/ephemeralContainers": order}
    change = {"spec": parts}
    meta = found.metadata
    if any(one["name"] == name for one in before):  # two of one name make no patch
        raise CommandError(_TAKEN.format(go_quote(meta.name), go_quote(name)), plain=False)
    pod = client.patch(
        "pods",
        meta.name,
        change,
        meta.namespace,
        STRATEGIC_PATCH,
        subresource="ephemeralcontainers",
    )
    return pod, name


def _on_node(client: Client, given: Given, found: Node) -> tuple[Pod, str]:
    """A pod that sees what its node sees."""
    node, container = found.metadata.name, given["container"] or "debugger"
    name = f"node-debugger-{node}-{_suffix(client)}"
    if not given["quiet"]:
        client.say(f"Creating debugging pod {name} with container {container} on node {node}.")
    made = _container(given, container)
    spec = {
        "containers": [made],
        "nodeName": node,
        "restartPolicy": "Never",
        "tolerations": [{"operator": "Exists"}],
    }
    pod = {"metadata": {"name": name, "labels": dict(_LABEL)}, "spec": spec}
    apply(given, pod, made, NODE)
    return client.create("pods", pod, client.namespace), container


def _by_copy(client: Client, given: Given, found: Pod) -> tuple[Pod, str]:
    """A copy of the pod with one more container, or with one changed."""
    plain = to_dict(found)
    spec, meta = plain["spec"], plain["metadata"]
    kept = {key: meta[key] for key in ("namespace", "annotations", "labels") if key in meta}
    copied = {"metadata": {"name": given["copy-to"], **kept}, "spec": spec}
    spec.pop("ephemeralContainers", None)
    if given.has("share-processes"):
        spec["shareProcessNamespace"] = given["share-processes"]
    if not given["same-node"]:
        spec.pop("nodeName", None)
    images = _pairs(given["set-image"])
    for one in spec["containers"]:
        one["image"] = images.get(one["name"]) or images.get("*") or one["image"]
    name = _change_or_add(client, given, copied)
    made = client.create("pods", copied, client.namespace)
    if given["replace"]:
        place = found.metadata.namespace
        client.delete("pods", found.metadata.name, place, grace_period_seconds=0)
    return made, name


def _change_or_add(client: Client, given: Given, copied: Document) -> str:
    """The debugging container's name; nothing where only images were to be changed."""
    known = _by_name(copied["spec"])
    container = known.get(given["container"])
    if container is None:
        if not given["image"]:
            if given["set-image"]:
                return ""
            raise CommandError("you must specify image when creating new container")
        name = _name(client, given, known)
        container = {"name": name, "terminationMessagePolicy": "File"}
        copied["spec"]["containers"].append(container)
    wanted = _container(given, container["name"])
    if given.after and not given["arguments-only"]:
        container.pop("args", None)
    for key in ("args", "command", "env", "imagePullPolicy"):
        if key in wanted:
            container[key] = wanted[key]
    if given["image"]:
        container["image"] = given["image"]
    container |= {"stdin": given["stdin"], "tty": given["tty"]}
    apply(given, copied, container, COPY)
    _warn_of_user(client, copied, container)
    return str(container["name"])


def _warn_of_user(client: Client, pod: Document, container: Document) -> None:
    """Privileges are of little use to a user who is not root."""
    context = container.get("securityContext") or {}
    user = (pod["spec"].get("securityContext") or {}).get("runAsUser")
    more = context.get("privileged") or (context.get("capabilities") or {}).get("add")
    if user and more and context.get("runAsUser") != 0:
        client.warn(
            "Warning: Non-root user is configured for the entire target Pod, and some capabilities "
            'granted by debug profile may not work. Please consider using "--custom" with a custom '
            'profile that specifies "securityContext.runAsUser: 0".'
        )


def _show_output(client: Client, pod: Pod, container: str) -> None:
    """What the container writes until it ends, or until patience does."""
    name, place = pod.metadata.name, pod.metadata.namespace

    def state() -> Any:
        status = client.get("pods", name, place).status
        known = status.container_statuses + status.ephemeral_container_statuses
        return next((one.state for one in known if one.name == container), None)

    def ended() -> bool:
        now = state()
        return now is not None and now.terminated is not None

    client.run_until(ended, client.patience)
    now = state()
    if now is not None and (now.running is not None or now.terminated is not None):
        client.write(client.cluster.logs(f"pod/{name}", container, namespace=place))
