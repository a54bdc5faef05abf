"""A learner's calls in words: as Python, and as the kubectl command that does the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from shlex import join, quote
from typing import Any

from kubelite.apimachinery.rest import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, User

LONGEST = 60
"""Letters of one argument that are shown."""

_TYPES = {MERGE_PATCH: "merge", JSON_PATCH: "json", STRATEGIC_PATCH: "strategic"}


def called(name: str, args: tuple[Any, ...], options: dict[str, Any], user: User | None) -> str:
    """The call as it was typed, long arguments cut short."""
    words = [*map(_short, args), *(f"{key}={_short(value)}" for key, value in options.items())]
    who = f"as_user({user.name!r})." if user is not None else ""
    return f"{who}{name}({', '.join(words)})"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _place(namespace: str) -> str:
    return "" if namespace == "default" else f" -n {quote(namespace)}"


def _apply(source: Any, namespace: str = "default") -> str:
    named = isinstance(source, str) and source.endswith((".yaml", ".yml", ".json"))
    name = str(source) if named or hasattr(source, "__fspath__") else "-"
    return f"kubectl apply -f {quote(name)}{_place(namespace)}"


def _scale(what: str, replicas: int, namespace: str = "default") -> str:
    return f"kubectl scale {quote(what)} --replicas={replicas}{_place(namespace)}"


def _patch(
    what: str,
    change: Any,
    namespace: str = "default",
    patch_type: str = MERGE_PATCH,
    subresource: str = "",
) -> str:
    words = json.dumps(change, default=str)
    part = f" --subresource={subresource}" if subresource else ""
    kind = _TYPES.get(patch_type, patch_type)
    return f"kubectl patch {quote(what)}{part} --type={kind} -p {quote(words)}{_place(namespace)}"


def _delete(what: str, namespace: str = "default", grace_period_seconds: int | None = None) -> str:
    grace = "" if grace_period_seconds is None else f" --grace-period={grace_period_seconds}"
    return f"kubectl delete {quote(what)}{grace}{_place(namespace)}"


def _undo(what: str, revision: int = 0, namespace: str = "default") -> str:
    to = f" --to-revision={revision}" if revision else ""
    return f"kubectl rollout undo {quote(what)}{to}{_place(namespace)}"


def _autoscale(what: str, max: int, min: int = 1, cpu: int = 80, namespace: str = "default") -> str:
    return (
        f"kubectl autoscale {quote(what)} --min={min} --max={max} --cpu={cpu}%{_place(namespace)}"
    )


def _exec(pod: str, command: str, container: str = "") -> str:
    into = f" -c {quote(container)}" if container else ""
    return f"kubectl exec {quote(pod)}{into} -- sh -c {quote(command)}"


def _drain(name: str, **options: Any) -> str:
    flags = {"ignore_daemonsets": True, **options}
    words = "".join(f" --{flag.replace('_', '-')}{_value(v)}" for flag, v in flags.items() if v)
    return f"kubectl drain {quote(name.removeprefix('node/'))}{words}"


def _value(value: Any) -> str:
    return "" if value is True else f"={value:g}s" if isinstance(value, float) else f"={value}"


def _kubectl(line: Any, stdin: str = "", **options: Any) -> str:
    words = line if isinstance(line, str) else join(line)
    return words if words.startswith("kubectl") else f"kubectl {words}"


def _token(account: str, namespace: str = "default", *_: Any, **__: Any) -> str:
    return f"kubectl create token {quote(account.rpartition('/')[2])}{_place(namespace)}"


# DOC: commands-table
COMMANDS: dict[str, Callable[..., str]] = {
    "apply": _apply,
    "scale": _scale,
    "patch": _patch,
    "delete": _delete,
    "rollout_undo": _undo,
    "autoscale": _autoscale,
    "exec": _exec,
    "cordon": lambda name: f"kubectl cordon {quote(name.removeprefix('node/'))}",
    "uncordon": lambda name: f"kubectl uncordon {quote(name.removeprefix('node/'))}",
    "drain": _drain,
    "create_token": _token,
    "kubectl": _kubectl,
}
"""The calls for which kubectl has a command."""
