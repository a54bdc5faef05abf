"""``kubectl taint``, ``cordon``, ``uncordon`` and ``drain``.

Models pkg/cmd/taint, pkg/cmd/drain and pkg/drain. The pods of a node are evicted in the order of
their names, where the real kubectl asks for all at once and prints in the order of answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from kubelite.api.conditions import pod_finished
from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.cluster.draining import DAEMON_SET, LOCAL_STORAGE, MIRROR_POD, UNMANAGED
from kubelite.controllers.base import controller_of
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import DURATION, NUMBER, SWITCH, Flag, Given
from kubelite.kubectl.resources import SELECTOR, Builder
from kubelite.kubectl.result import CommandError, Failures, usage_error

TAINT = (
    *output.FLAGS,
    SELECTOR,
    writing.DRY_RUN,
    writing.VALIDATE,
    Flag("all", SWITCH),
    Flag("overwrite", SWITCH),
    writing.managed_by("kubectl-taint"),
)
CORDON = (SELECTOR, writing.DRY_RUN)
DRAIN = (
    SELECTOR,
    writing.DRY_RUN,
    Flag("chunk-size", NUMBER, 500),
    Flag("delete-emptydir-data", SWITCH),
    Flag("disable-eviction", SWITCH),
    Flag("force", SWITCH),
    Flag("grace-period", NUMBER, -1),
    Flag("ignore-daemonsets", SWITCH),
    Flag("pod-selector"),
    Flag("skip-wait-for-delete-timeout", NUMBER),
    Flag("timeout", DURATION),
)
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
RETRY_SECONDS = 5
_WEEK = 168 * 3600.0

_TAINT = re.compile(r"(?P<key>[^=:]+)(?:=(?P<value>[^:]*))?(?::(?P<effect>.*))?\Z")


class Taint(NamedTuple):
    """One taint; of one that is removed the value is not known, and maybe not the effect."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return f"{self.key}:{self.effect}" if self.effect else self.key


def taint(client: Client, given: Given) -> None:
    """Set and remove taints."""
    words = [word for word in given.words if "=" not in word and ":" not in word]
    names = [word for word in words if not word.endswith("-")]
    changes = [word for word in given.words if word not in names]
    if not names:
        raise CommandError("one or more resources must be specified as <resource> <name>")
    if not changes:
        raise CommandError("at least one taint update is required")
    added, removed = _changes(given, changes)
    if names[0] not in ("node", "nodes", "no"):
        if "/" in names[0]:
            text = f"the server doesn't have a resource type {go_quote(names[0])}"
            raise CommandError(text, plain=False)
        raise CommandError(f"invalid resource type {names[0]}, only node types are supported")
    mode = writing.dry_run(client, given)
    builder = Builder(client, names, labels=given["selector"], select_all=given["all"])

    def one(info: Any) -> None:
        plain = info.plain
        held = [_held(entry) for entry in plain["spec"].get("taints") or []]
        operation, taints = _applied(info.name, held, added, removed, given["overwrite"])
        patched = plain
        if mode != writing.CLIENT:
            spec = {"taints": [_entry(one) for one in taints] or None}
            options = writing.options(given, mode)
            patched = to_dict(
                client.patch(info.kind, info.name, {"spec": spec}, "", _MERGE, **options)
            )
        writing.printer(client, given, writing.NONE)(patched, operation)

    builder.visit(one)


_MERGE = "application/merge-patch+json"


def _changes(given: Given, changes: Sequence[str]) -> tuple[list[Taint], list[Taint]]:
    added: list[Taint] = []
    removed: list[Taint] = []
    for change in changes:
        minus = change.endswith("-")
        found = _TAINT.match(change.removesuffix("-"))
        if found is None:
            raise usage_error(given.path, f"invalid taint spec: {change}")
        effect = found["effect"] or ""
        if effect and effect not in EFFECTS:
            raise usage_error(
                given.path, f"invalid taint effect: {effect}, unsupported taint effect"
            )
        if not minus and not effect:
            raise usage_error(given.path, f"invalid taint spec: {change}")
        entry = Taint(found["key"], found["value"] or "", effect)
        (removed if minus else added).append(entry)
    both = [one for one in added for other in removed if _meets(other, one)]
    if both:
        listed = "".join(f"{one.key}=" for one in dict.fromkeys(r for r in removed))
        raise CommandError(
            f"can not both modify and remove the following taint(s) in the same command: {listed}"
        )
    return added, removed


def _meets(wanted: Taint, held: Taint) -> bool:
    return wanted.key == held.key and wanted.effect in ("", held.effect)


def _held(entry: dict[str, str]) -> Taint:
    return Taint(entry["key"], entry.get("value", ""), entry["effect"])


def _entry(one: Taint) -> dict[str, str]:
    value = {"value": one.value} if one.value else {}
    return {"effect": one.effect, "key": one.key, **value}


def _applied(
    name: str, held: list[Taint], added: list[Taint], removed: list[Taint], overwrite: bool
) -> tuple[str, list[Taint]]:
    """What was done, and the taints after it. Raises CommandError."""
    known = {(one.key, one.effect) for one in held}
    again = [one for one in added if (one.key, one.effect) in known]
    if again and not overwrite:
        keys = ",".join(one.key for one in again)
        raise CommandError(
            f"node {name} already has {keys} taint(s) with same effect(s) and --overwrite is false"
        )
    missing = [one for one in removed if not any(_meets(one, other) for other in held)]
    if missing:
        raise Failures([CommandError(f"taint {go_quote(str(one))} not found") for one in missing])
    new = {(one.key, one.effect) for one in added}
    kept = [one for one in held if (one.key, one.effect) not in new]
    kept = [one for one in kept if not any(_meets(other, one) for other in removed)]
    operation = "modified" if again or added and removed else "tainted" if added else "untainted"
    return operation, [*added, *kept]


def _nodes(client: Client, given: Given) -> list[Any]:
    if not given.words and not given["selector"]:
        verb = given.path
        raise usage_error(verb, f"USAGE: {verb} NODE [flags]")
    if given.words and given["selector"]:
        raise usage_error(given.path, "cannot specify both a node name and a --selector option")
    names = [word if "/" in word else f"node/{word}" for word in given.words]
    builder = Builder(client, names or ["nodes"], labels=given["selector"])
    builder.visit(lambda _: None)
    return builder.infos


def cordon(client: Client, given: Given) -> None:
    """Close nodes for new pods."""
    _cordon_all(client, given, True)


def uncordon(client: Client, given: Given) -> None:
    """Open them again."""
    _cordon_all(client, given, False)


def _cordon_all(client: Client, given: Given, closed: bool) -> list[Any]:
    mode = writing.dry_run(client, given)
    infos = _nodes(client, given)
    for info in infos:
        word = "cordoned" if closed else "uncordoned"
        if info.obj.spec.unschedulable is closed:
            client.say(f"{info.title} {writing.after(f'already {word}', mode)}")
            continue
        if mode != writing.CLIENT:
            spec = {"unschedulable": closed or None}
            client.patch(
                info.kind,
                info.name,
                {"spec": spec},
                "",
                STRATEGIC_PATCH,
                dry_run=mode == writing.SERVER,
            )
        client.say(f"{info.title} {writing.after(word, mode)}")
    return infos


def drain(client: Client, given: Given) -> None:
    """Cordon nodes, and evict their pods."""
    mode = writing.dry_run(client, given)
    infos = _cordon_all(client, given, True)
    failures: dict[str, Exception] = {}
    for info in infos:
        try:
            _drain(client, given, info.name, mode)
        except (CommandError, Failures, StatusError) as error:
            failures[info.name] = error
            client.warn(
                f'error: unable to drain node "{info.name}" due to error: {_told(error)}, '
                "continuing command..."
            )
            continue
        client.say(f"{info.title} {writing.after('drained', mode)}")
    if failures:
        client.warn("There are pending nodes to be drained:")
        for name in failures:
            client.warn(f" {name}")
        texts = [_told(error) for error in failures.values()]
        raise CommandError("\n".join(texts), plain=False)


def _told(error: Exception) -> str:
    if isinstance(error, Failures):
        return f"[{', '.join(map(_told, error.errors))}]"
    return error.text if isinstance(error, CommandError) else str(error)


def _drain(client: Client, given: Given, node: str, mode: str) -> None:
    pods, warnings = _to_evict(client, given, node)
    if warnings:
        listed = "; ".join(f"{text}: {', '.join(names)}" for text, names in warnings.items())
        client.warn(f"Warning: {listed}")
    deadline = client.now + round((given["timeout"] or _WEEK) * 1_000_000)
    for pod in pods:
        tell = client.warn if mode == writing.NONE else client.say
        tell(writing.after(f"evicting pod {_place(pod)}", mode))
        if mode != writing.CLIENT:
            _evict(client, given, pod, mode, deadline)
    if mode != writing.NONE:
        return
    left = list(pods)
    while left:
        if not client.run_until(lambda: _some_gone(client, left), _seconds(client, deadline)):
            raise CommandError("global timeout reached: " + _timeout(given["timeout"]))
        for pod in [one for one in left if _gone(client, one)]:
            client.say(f"pod/{pod.metadata.name} evicted")
            left.remove(pod)


def _timeout(seconds: float) -> str:
    return f"{seconds:g}s"


def _seconds(client: Client, deadline: int) -> float:
    return max(deadline - client.now, 0) / 1_000_000


def _place(pod: Any) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"


def _some_gone(client: Client, left: list[Any]) -> bool:
    return any(_gone(client, pod) for pod in left)


def _gone(client: Client, pod: Any) -> bool:
    found = client.find("pods", pod.metadata.name, pod.metadata.namespace)
    return found is None or found.metadata.uid != pod.metadata.uid


def _to_evict(client: Client, given: Given, node: str) -> tuple[list[Any], dict[str, list[str]]]:
    """The pods that have to go, and what is to be said about some. Raises Failures."""
    listed = client.listed("pods", "", given["pod-selector"], f"spec.nodeName={node}")
    warnings: dict[str, list[str]] = {}
    refused: dict[str, list[str]] = {}
    going: list[Any] = []
    for pod in listed.items:
        if MIRROR_POD in pod.metadata.annotations:
            continue
        go, problem, fatal = _judged(pod, given)
        if problem:
            (refused if fatal else warnings).setdefault(problem, []).append(_place(pod))
        if go:
            going.append(pod)
    if refused:
        texts = [f"cannot delete {what}: {', '.join(names)}" for what, names in refused.items()]
        raise (
            Failures([CommandError(text) for text in texts])
            if len(texts) > 1
            else CommandError(texts[0])
        )
    return going, warnings


def _judged(pod: Any, given: Given) -> tuple[bool, str, bool]:
    """Whether a pod is evicted, what is said of it, and whether that stops everything."""
    owner = controller_of(pod)
    if pod_finished(pod):
        return True, "", False
    if owner is not None and owner.kind == "DaemonSet":
        if not given["ignore-daemonsets"]:
            return False, DAEMON_SET, True
        return False, "ignoring DaemonSet-managed Pods", False
    said = ""
    if any(volume.empty_dir is not None for volume in pod.spec.volumes):
        if not given["delete-emptydir-data"]:
            return False, LOCAL_STORAGE, True
        said = "deleting Pods with local storage"
    if owner is None:
        if not given["force"]:
            return False, UNMANAGED, True
        said = "deleting Pods that declare no controller"
    return True, said if owner is None else "", False


def _evict(client: Client, given: Given, pod: Any, mode: str, deadline: int) -> None:
    """Ask for an eviction until it is granted. Raises CommandError."""
    meta, grace = pod.metadata, given["grace-period"]
    options: dict[str, Any] = {} if grace < 0 else {"gracePeriodSeconds": grace}
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": meta.name, "namespace": meta.namespace},
        "deleteOptions": options,
    }
    while True:
        answer = client.ask(
            "create",
            "pods",
            meta.namespace,
            meta.name,
            subresource="eviction",
            body=body,
            dry_run=mode == writing.SERVER,
        )
        if answer.ok or answer.code == 404:
            return
        what = f'error when evicting pods/"{meta.name}" -n "{meta.namespace}"'
        if answer.code != 429:
            raise CommandError(f"{what}: {answer.body.message}")
        client.warn(f"{what} (will retry after {RETRY_SECONDS}s): {answer.body.message}")
        if client.now >= deadline:
            raise CommandError(f"global timeout reached: {_timeout(given['timeout'])}")
        client.run_until(lambda: False, RETRY_SECONDS)
        client.warn(f"evicting pod {_place(pod)}")
