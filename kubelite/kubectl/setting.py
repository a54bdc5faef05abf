"""``kubectl set``: image, env, resources, selector, serviceaccount, subject.

Models pkg/cmd/set. Each changes a copy of an object; what is different is sent as a patch.
"""

from __future__ import annotations

import copy
import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.patch import strategic_diff
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import EACH, SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.labels import parsed
from kubelite.kubectl.resources import FILES, MISSING, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]
Change = Callable[[Info, Document], None]

_COMMON = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    writing.DRY_RUN,
    writing.managed_by("kubectl-set"),
    Flag("all", SWITCH),
    Flag("local", SWITCH),
)
_CONTAINERS = Flag("containers", TEXT, "*", short="c")
IMAGE = _COMMON
ENV = (
    *_COMMON,
    _CONTAINERS,
    Flag("env", EACH, short="e"),
    Flag("from"),
    Flag("keys", WORDS),
    Flag("list", SWITCH),
    Flag("overwrite", SWITCH, True),
    Flag("prefix"),
    Flag("resolve", SWITCH),
)
RESOURCES = (*_COMMON, _CONTAINERS, Flag("limits"), Flag("requests"))
SELECTED = (*_COMMON, Flag("resource-version"))
ACCOUNT = _COMMON
SUBJECT = (*_COMMON, Flag("user", EACH), Flag("group", EACH), Flag("serviceaccount", EACH))


def _split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words that name objects, and those that are values."""
    values = [word for word in words if "=" in word[1:] or word.endswith("-") and len(word) > 1]
    return [word for word in words if word not in values], values


def _run(
    client: Client, given: Given, words: Sequence[str], change: Change, done: str, failing: str
) -> None:
    if not words and not given["filename"] and not given["kustomize"]:
        raise CommandError(MISSING)
    if given["local"] and not given["filename"] and not given["kustomize"]:
        raise CommandError(_LOCAL)
    mode = writing.dry_run(client, given)
    write = writing.printer(client, given, mode)
    builder = built(client, given, latest=not given["local"])
    builder.words = words

    def one(info: Info) -> None:
        before = info.plain
        after = copy.deepcopy(before)
        change(info, after)
        if after == before:
            return
        if given["local"] or mode == writing.CLIENT:
            write(after, done)
            return
        patch = strategic_diff.diff(info.kind.type, before, after)
        options = {"dry_run": mode == writing.SERVER, "field_manager": given["field-manager"]}
        try:
            patched = client.patch(info.kind, info.name, patch, info.namespace, **options)
        except StatusError as error:
            raise CommandError(f"{failing} {error.status.message}") from error
        write(to_dict(patched), done)

    builder.visit(one)


_LOCAL = (
    "you must specify resources by --filename when --local is set.\n"
    "Example resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'"
)


def _pod_spec(info: Info, plain: Document) -> Document:
    """Where containers stand. Raises CommandError where there are none."""
    spec = plain.get("spec") or {}
    if info.kind.kind == "Pod":
        return spec
    if info.kind.kind == "CronJob":
        inner: Document = spec["jobTemplate"]["spec"]["template"]["spec"]
        return inner
    template = spec.get("template") if isinstance(spec, dict) else None
    if not isinstance(template, dict) or "spec" not in template:
        raise CommandError(
            f"{info.kind.plural}/{info.name} the object is not a pod or does not have a pod "
            f"template: *{info.kind.version}.{info.kind.kind}"
        )
    found: Document = template["spec"]
    return found


def _all(spec: Document) -> list[Document]:
    return [*spec.get("initContainers", []), *spec.get("containers", [])]


def image(client: Client, given: Given) -> None:
    """Give containers other images."""
    words, values = _split(given.words)
    images = dict(value.split("=", 1) for value in values if "=" in value)
    if not words and not given["filename"] and not given["kustomize"]:
        raise CommandError(MISSING)
    if not images:
        built(client, replace(given, words=tuple(words))).all()
        raise CommandError("at least one image update is required")
    if "*" in images and len(images) > 1:
        raise CommandError(
            "all containers are already specified by *, but saw more than one "
            "container_name=container_image pairs"
        )

    def change(info: Info, plain: Document) -> None:
        containers = _all(_pod_spec(info, plain))
        for name, wanted in images.items():
            matching = [c for c in containers if name in ("*", c["name"])]
            if not matching:
                raise CommandError(f"unable to find container named {go_quote(name)}")
            for container in matching:
                container["image"] = wanted

    _run(
        client,
        given,
        words,
        change,
        "image updated",
        "failed to patch image update to pod template:",
    )


def env(client: Client, given: Given) -> None:
    """Set and remove environment variables, or list them."""
    words, values = _split(given.words)
    values = [*values, *given["env"]]
    wanted = list(_variables(client, given, values))
    removed = [value[:-1] for value in values if value.endswith("-") and "=" not in value]

    def change(info: Info, plain: Document) -> None:
        containers = _chosen(_all(_pod_spec(info, plain)), given["containers"])
        if not containers:
            which = go_quote(given["containers"])
            what = f"{info.kind.kind}/{info.name}"
            client.warn(f"Warning: {what} does not have any containers matching {which}")
        for container in containers:
            _change_variables(info, container, wanted, removed, given["overwrite"])
        if given["list"]:
            for container in containers:
                _list_variables(client, info, container)

    failing = "failed to patch env update to pod template:"
    _run(client, given, words, change, "env updated", failing)


def _chosen(containers: list[Document], pattern: str) -> list[Document]:
    return [one for one in containers if fnmatch.fnmatchcase(one["name"], pattern)]


def _variables(client: Client, given: Given, values: Sequence[str]) -> Iterator[Document]:
    for value in values:
        name, equals, text = value.partition("=")
        if equals:
            yield {"name": name} | ({"value": text} if text else {})
    if not given["from"]:
        return
    word, slash, source = given["from"].partition("/")
    of_secret = word.startswith("secret")
    found = client.get("secrets" if of_secret else "configmaps", source, client.namespace)
    for key in sorted(found.data):
        if given["keys"] and key not in given["keys"]:
            continue
        name = re.sub(r"[^a-zA-Z0-9_]", "_", key.upper())
        if key != name:
            client.warn(f"Warning: key {key} transferred to {name}")
        reference = "secretKeyRef" if of_secret else "configMapKeyRef"
        yield {
            "name": given["prefix"] + name,
            "valueFrom": {reference: {"key": key, "name": source}},
        }


def _change_variables(
    info: Info, container: Document, wanted: list[Document], removed: list[str], overwrite: bool
) -> None:
    held = list(container.get("env", []))
    for variable in wanted:
        at = [n for n, old in enumerate(held) if old["name"] == variable["name"]]
        if at and not overwrite:
            old = held[at[0]].get("value", "")
            raise CommandError(
                f"{info.kind.plural}/{info.name} '{variable['name']}' already has a value ({old}), "
                "and --overwrite is false"
            )
        if at:
            held[at[0]] = variable
        else:
            held.append(variable)
    held = [one for one in held if one["name"] not in removed]
    container.pop("env", None)
    if held:
        container["env"] = held


def _list_variables(client: Client, info: Info, container: Document) -> None:
    client.say(f"# {info.kind.kind} {info.name}, container {container['name']}")
    for variable in container.get("env", []):
        source = variable.get("valueFrom")
        if source is None:
            client.say(f"{variable['name']}={variable.get('value', '')}")
            continue
        client.say(f"# {variable['name']} from {_told(source)}")


def _told(source: Document) -> str:
    if "configMapKeyRef" in source:
        reference = source["configMapKeyRef"]
        return f"configmap {reference['name']}, key {reference['key']}"
    if "secretKeyRef" in source:
        reference = source["secretKeyRef"]
        return f"secret {reference['name']}, key {reference['key']}"
    if "fieldRef" in source:
        return f"field path {source['fieldRef']['fieldPath']}"
    return f"resource {source['resourceFieldRef']['resource']}"


def resources(client: Client, given: Given) -> None:
    """Set requests and limits."""
    if not given["limits"] and not given["requests"]:
        if not given.words and not given["filename"] and not given["kustomize"]:
            raise CommandError(MISSING)
        raise CommandError(
            "you must specify an update to requests or limits (in the form of --requests/--limits)"
        )
    wanted = {name: _amounts(given[name]) for name in ("limits", "requests") if given[name]}

    def change(info: Info, plain: Document) -> None:
        spec = _pod_spec(info, plain)
        containers = _chosen(_all(spec), given["containers"])
        if not containers:
            raise CommandError(f"unable to find container named {given['containers']}")
        for container in containers:
            held = dict(container.get("resources") or {})
            for name, amounts in wanted.items():
                held[name] = {**(held.get(name) or {}), **amounts}
            container["resources"] = held

    failing = "failed to patch resources update to pod template"
    _run(client, given, given.words, change, "resource requirements updated", failing)


def _amounts(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        name, equals, amount = part.partition("=")
        if not equals:
            raise CommandError(f"invalid argument syntax {part}, expected <resource>=<value>")
        try:
            found[name] = Quantity.parse(amount).wire()
        except ValueError as error:
            raise CommandError(str(error)) from error
    return found


def selector(client: Client, given: Given) -> None:
    """Set the selector of a Service."""
    words, values = _split(given.words)
    wanted, _ = parsed(values, "label")
    if not wanted:
        raise CommandError("one selector is required")

    def change(info: Info, plain: Document) -> None:
        if info.kind.kind != "Service":
            raise CommandError("setting a selector is only supported for Services")
        plain["spec"]["selector"] = wanted

    _run(client, given, words, change, "selector updated", "failed to patch selector:")


def account(client: Client, given: Given) -> None:
    """Set the service account of pod templates."""
    if len(given.words) < (1 if given["filename"] else 2):
        raise CommandError("serviceaccount is required")
    *words, name = given.words

    def change(info: Info, plain: Document) -> None:
        _pod_spec(info, plain)["serviceAccountName"] = name

    failing = "failed to patch ServiceAccountName"
    _run(client, given, words, change, "serviceaccount updated", failing)


def subject(client: Client, given: Given) -> None:
    """Add subjects to role bindings."""
    from kubelite.kubectl.creating.access import subjects

    wanted = subjects(given)
    if not wanted:
        raise CommandError("you must specify at least one value of user, group or serviceaccount")

    def change(info: Info, plain: Document) -> None:
        held = plain.get("subjects") or []
        plain["subjects"] = [*held, *(one for one in wanted if one not in held)]

    _run(
        client,
        given,
        given.words,
        change,
        "subjects updated",
        "failed to patch subjects to rolebinding:",
    )
