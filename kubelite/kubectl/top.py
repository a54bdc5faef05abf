"""``kubectl top``. Models ``k8s.io/kubectl/pkg/cmd/top`` and ``pkg/metricsutil``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, Flag, Given
from kubelite.kubectl.gosort import go_sorted
from kubelite.kubectl.resources import EVERY_NAMESPACE, SELECTOR
from kubelite.kubectl.result import CommandError, usage_error
from kubelite.kubectl.tabwriter import aligned

_COMMON = (
    SELECTOR,
    Flag("sort-by"),
    Flag("no-headers", SWITCH),
    Flag("show-swap", SWITCH),
    Flag("use-protocol-buffers", SWITCH, True),
)
NODE_FLAGS = (*_COMMON, Flag("show-capacity", SWITCH))
POD_FLAGS = (
    *_COMMON,
    EVERY_NAMESPACE,
    Flag("field-selector", TEXT),
    Flag("containers", SWITCH),
    Flag("sum", SWITCH),
)
_NODES, _PODS = "nodes.metrics.k8s.io", "pods.metrics.k8s.io"
_MEBIBYTE = 1024 * 1024
_ZERO = Quantity.of(0)
_LINE = "________"

Usage = dict[str, Quantity]


def _check(given: Given, selecting: bool, selector: str) -> str:
    if len(given.words) > 1:
        raise usage_error(
            given.path, "node [NAME | -l label]" if given.path == "top node" else _POD
        )
    if given["sort-by"] not in ("", "cpu", "memory"):
        raise CommandError("--sort-by accepts only cpu or memory")
    if given.words and selecting:
        raise CommandError(f"only one of NAME or {selector} can be provided")
    return given.words[0] if given.words else ""


_POD = "pod [NAME | -l label]"


def _measured(given: Given) -> tuple[str, ...]:
    return ("cpu", "memory", "swap") if given["show-swap"] else ("cpu", "memory")


def _by(given: Given, usage: Callable[[Any], Usage], *names: Callable[[Any], str]) -> Any:
    """The key that rows are sorted by: most used first, or by their names."""
    resource = given["sort-by"]

    def key(row: Any) -> tuple[Any, ...]:
        if resource == "cpu":
            return (-usage(row).get("cpu", _ZERO).milli,)
        if resource == "memory":
            return (-usage(row).get("memory", _ZERO).value,)
        return tuple(name(row) for name in names)

    return key


def _amount(name: str, amount: Quantity) -> str:
    return f"{amount.milli}m" if name == "cpu" else f"{amount.value // _MEBIBYTE}Mi"


# Nodes


def node(client: Client, given: Given) -> None:
    """What nodes use, also as a share of what they have."""
    name = _check(given, bool(given["selector"]), "--selector")
    labels, measured = given["selector"], _measured(given)
    if name:
        rows, nodes = (client.get(_NODES, name),), (client.get("nodes", name),)
    else:
        rows = client.listed(_NODES, labels=labels).items
        nodes = client.listed("nodes", labels=labels).items
    if not rows:
        raise CommandError("metrics not available yet")
    has = {
        one.metadata.name: one.status.capacity if given["show-capacity"] else one.status.allocatable
        for one in nodes
    }
    titles = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]
    titles += ["SWAP(bytes)", "SWAP(%)"] if given["show-swap"] else []
    lines = [] if given["no-headers"] else [titles]
    for row in go_sorted(rows, _by(given, lambda one: one.usage, lambda one: one.metadata.name)):
        available = has.pop(row.metadata.name, {})
        lines.append([row.metadata.name, *_shares(measured, row.usage, available)])
    lines += [[one, *["<unknown>"] * (2 * len(measured))] for one in has]
    _write(client, lines)


def _shares(measured: Iterable[str], usage: Usage, available: Usage) -> Iterable[str]:
    for name in measured:
        if name == "swap":
            yield from ("<unknown>", "<unknown>")
            continue
        used = usage.get(name, _ZERO)
        yield _amount(name, used)
        whole = available.get(name)
        if whole is not None:
            yield f"{int(used.milli / whole.milli * 100) if whole else 0}%"


# Pods


def pod(client: Client, given: Given) -> None:
    """What pods use, or each of their containers."""
    selecting = bool(given["selector"] or given["field-selector"])
    name = _check(given, selecting, "selector")
    place = "" if given["all-namespaces"] else client.namespace
    if name:
        rows = (client.get(_PODS, name, place),)
    else:
        rows = client.listed(_PODS, place, given["selector"], given["field-selector"]).items
    if not rows:
        _explain_nothing(client, given, place)
        return
    everywhere, measured = given["all-namespaces"], _measured(given)
    titles = ["NAME", "CPU(cores)", "MEMORY(bytes)", *(["SWAP(bytes)"] * given["show-swap"])]
    before = ["NAMESPACE"] * everywhere + ["POD"] * given["containers"]
    lines = [] if given["no-headers"] else [before + titles]
    for row in go_sorted(rows, _pod_key(given)):
        place_cells = [row.metadata.namespace] * everywhere
        if given["containers"]:
            inner = go_sorted(row.containers, _by(given, lambda c: c.usage, lambda c: c.name))
            parts = [([row.metadata.name, c.name], c.usage) for c in inner]
        else:
            parts = [([row.metadata.name], _total([row]))]
        for cells, usage in parts:
            lines.append(place_cells + cells + _amounts(measured, usage))
    if given["sum"]:
        width = len(titles) + (0 if given["no-headers"] else len(before))
        lines.append([""] * (width - 2) + [_LINE, _LINE])
        lines.append([""] * (width - 3) + ["", *_amounts(measured, _total(rows))])
    _write(client, lines)


def _pod_key(given: Given) -> Any:
    names: list[Callable[[Any], str]] = [lambda one: one.metadata.name]
    if given["all-namespaces"]:
        names.insert(0, lambda one: one.metadata.namespace)
    return _by(given, lambda one: _total([one]), *names)


def _total(rows: Iterable[Any]) -> Usage:
    total: Usage = {"cpu": _ZERO, "memory": _ZERO}
    for row in rows:
        for container in row.containers:
            total = {name: of + container.usage.get(name, _ZERO) for name, of in total.items()}
    return total


def _amounts(measured: Iterable[str], usage: Usage) -> list[str]:
    return [_amount(name, usage.get(name, _ZERO)) for name in measured]


def _explain_nothing(client: Client, given: Given, place: str) -> None:
    """There are no figures: because there are no pods, or because it is too early."""
    labels, fields = given["selector"], given["field-selector"]
    if not client.listed("pods", place, labels, fields).items:
        where = "" if given["all-namespaces"] else f" in {client.namespace} namespace."
        client.warn(f"No resources found{where}")
        return
    raise CommandError("metrics not available yet")


def _write(client: Client, lines: Iterable[Iterable[str]]) -> None:
    client.write(aligned("".join("\t".join([*line, "\n"]) for line in lines)))
