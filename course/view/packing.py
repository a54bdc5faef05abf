"""How full the nodes are: what pods ask for, stacked against what each node can give.

Two bars for each node, cpu and memory. A bar's frame is what is allocatable; the blocks in it are
requests, one for each pod; the mark is where all limits together end, which may be beyond the
frame (overcommitted); the thin line below is what is really used, where that is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from course.view.cluster_view import zero_of
from course.view.palette import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY_BLUE, VERMILLION
from course.view.picture import WIDTH, Picture, rect, shortened, text
from course.view.plain import plain
from course.view.state import SECOND, State, node_mark, owner_of
from course.view.text import amount_of_cpu, amount_of_memory, counted
from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import Pod
from kubelite.api.podresources import pod_limits
from kubelite.scheduler.resources import amounts_of, pod_requests

MOST_NODES = 30
RESOURCES = ("cpu", "memory")
COLOURS = (SKY_BLUE, ORANGE, GREEN, PURPLE, VERMILLION, BLUE)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FRAME_SHARE = 0.72  # of a bar's room: the rest is for limits beyond the frame
BAR, GAP, HEAD, TOP = 15, 11, 20, 64


class Block(NamedTuple):
    """One pod on a node: requests and limits by resource (cpu in thousandths, memory in bytes)."""

    pod: str
    owner: str
    requests: dict[str, int]
    limits: dict[str, int]


class Bin(NamedTuple):
    """One node: what it can give, who asks for what, and what is used (None: not known)."""

    name: str
    note: str
    gives: dict[str, int]
    blocks: tuple[Block, ...]
    used: dict[str, int] | None

    def asked(self, resource: str) -> int:
        """The requests of all its pods."""
        return sum(block.requests.get(resource, 0) for block in self.blocks)

    def limit(self, resource: str) -> int:
        """The limits of all its pods; those without one count for nothing."""
        return sum(block.limits.get(resource, 0) for block in self.blocks)


class Packed(NamedTuple):
    """A cluster as bins at a moment, and the pods that are in none of them."""

    title: str
    bins: tuple[Bin, ...]
    waiting: int

    @property
    def used_nodes(self) -> int:
        """How many nodes have any pod."""
        return sum(bool(each.blocks) for each in self.bins)


def packed(cluster: Any, title: str = "", at: float | None = None) -> Packed:
    """Read from history how the nodes are packed, now or ``at`` so many seconds."""
    zero = zero_of(cluster)
    state = cluster.history.at(None if at is None else zero + round(at * SECOND))
    used = {} if at is not None else _usage(cluster, state)
    pods = [pod for pod in state.list("pods") if not pod_finished(pod)]
    nodes = sorted(state.list("nodes"), key=lambda n: (len(n.metadata.name), n.metadata.name))
    waiting = sum(not pod.spec.node_name for pod in pods)
    when = f"{(state.when - zero) / SECOND:.1f} s"
    return Packed(
        f"{plain(title, 60) or 'What pods ask for on each node'}, at {when}",
        tuple(_bin(node, pods, used) for node in nodes),
        waiting,
    )


def _usage(cluster: Any, state: State) -> dict[str, dict[str, int]]:
    """What the metrics server knows of nodes."""
    server = getattr(cluster, "metrics_server", None)
    found = server.nodes(state.list("nodes")) if server is not None else ()
    return {
        one.metadata.name: {"cpu": one.usage["cpu"].milli, "memory": one.usage["memory"].value}
        for one in found
    }


def _bin(node: Any, pods: Sequence[Pod], used: dict[str, dict[str, int]]) -> Bin:
    mark, name = node_mark(node), node.metadata.name
    mine = sorted((p for p in pods if p.spec.node_name == name), key=_oldest_first)
    note = "" if mark.ready else "not ready" if mark.schedulable else "not ready, cordoned"
    if mark.ready and not mark.schedulable:
        note = "cordoned"
    gives = {"cpu": mark.cpu, "memory": mark.memory}
    return Bin(mark.name, note, gives, tuple(_block(pod) for pod in mine), used.get(name))


def _oldest_first(pod: Pod) -> tuple[int, str]:
    return (pod.metadata.creation_timestamp or 0, pod.metadata.name)


def _block(pod: Pod) -> Block:
    limits = amounts_of(pod_limits(pod.spec))
    owner = plain(owner_of(pod)) or plain(f"Pod/{pod.metadata.name}")
    return Block(plain(pod.metadata.name), owner, dict(pod_requests(pod.spec)), dict(limits))


def packing(
    cluster: Any,
    other: Any = None,
    titles: tuple[str, str] = ("", ""),
    at: float | None = None,
) -> Picture:
    """Draw how cpu and memory of each node are taken; of two clusters side by side.

    With ``at`` it is the moment so many seconds after each was ready; usage is known of now only.
    """
    panels = [packed(each, title, at) for each, title in _pairs(cluster, other, titles)]
    owners = list(dict.fromkeys(b.owner for p in panels for n in p.bins for b in n.blocks))
    rows = max(len(panel.bins[:MOST_NODES]) for panel in panels)
    row = HEAD + 2 * (BAR + GAP) + 8
    keys = -(-len(owners[:18]) // 3)
    height = TOP + rows * row + 14 + keys * 18 + 26
    alt = "\n".join(line for panel in panels for line in _words(panel))
    marks: list[str] = []
    width = WIDTH // len(panels)
    for place, panel in enumerate(panels):
        marks += _panel(panel, owners, place * width, width)
    marks += _legend(owners, TOP + rows * row + 14)
    return Picture(WIDTH, height, " and ".join(panel.title for panel in panels), alt, marks)


def _pairs(cluster: Any, other: Any, titles: tuple[str, str]) -> list[tuple[Any, str]]:
    return [(cluster, titles[0])] if other is None else [(cluster, titles[0]), (other, titles[1])]


def _panel(panel: Packed, owners: list[str], left: int, width: int) -> Iterator[str]:
    room = width - 24
    yield text(left + 12, 24, shortened(panel.title, room, 13), 13, bold=True)
    waits = f", {counted(panel.waiting, 'pod')} without a node" if panel.waiting else ""
    used = f"{panel.used_nodes} of {counted(len(panel.bins), 'node')} in use{waits}"
    yield text(left + 12, 42, used, 11, fill=GREY)
    for place, each in enumerate(panel.bins[:MOST_NODES]):
        yield from _node(each, owners, left + 12, TOP + place * (HEAD + 2 * (BAR + GAP) + 8), room)
    if len(panel.bins) > MOST_NODES:
        more = f"and {len(panel.bins) - MOST_NODES} more nodes"
        yield text(left + width - 12, 42, more, 11, "end", GREY)


def _node(each: Bin, owners: list[str], x: float, y: float, room: float) -> Iterator[str]:
    note = f" ({each.note})" if each.note else ""
    asks_nothing = sum(not any(block.requests.values()) for block in each.blocks)
    if asks_nothing:
        note += f"  {counted(asks_nothing, 'pod')} without requests"
    yield text(x, y + 12, shortened(each.name + note, room, 12), 12, bold=True)
    for place, resource in enumerate(RESOURCES):
        yield from _bar(each, resource, owners, x, y + HEAD + place * (BAR + GAP), room)


def _bar(
    each: Bin, resource: str, owners: list[str], x: float, y: float, room: float
) -> Iterator[str]:
    label, right = 30, 112
    gives = each.gives[resource]
    frame = (room - label - right) * FRAME_SHARE
    widest = room - label - right
    start, scale = x + label, frame / gives if gives else 0.0
    yield text(x, y + 11, "cpu" if resource == "cpu" else "mem", 10, fill=GREY)
    yield rect(start, y, frame, BAR, "#f4f4f2", GREY)
    at = start
    for block in each.blocks:
        asked = block.requests.get(resource, 0)
        if not asked:
            continue
        number = owners.index(block.owner)
        wide = asked * scale
        hover = f"{block.pod}: {_amount(resource, asked)}"
        yield rect(at, y, wide, BAR, COLOURS[number % 6], BLACK, ' stroke-width="0.7"', hover)
        if wide >= 11:
            ink = "#ffffff" if COLOURS[number % 6] == BLUE else BLACK
            yield text(at + wide / 2, y + 11.5, LETTERS[number % 26], 10, "middle", ink)
        at += wide
    limit = each.limit(resource)
    if limit:
        yield from _limit(start, y, min(limit * scale, widest), limit * scale > widest)
    if each.used is not None:
        wide = min(each.used[resource] * scale, widest)
        yield rect(start, y + BAR + 2, max(wide, 0.5), 3, BLACK, "none")
    asked = each.asked(resource)
    share = f"{asked * 100 // gives} %" if gives else "-"
    yield text(x + room, y + 11, f"{_brief(resource, asked, gives)} ({share})", 10, "end")


def _limit(start: float, y: float, wide: float, beyond: bool) -> Iterator[str]:
    """Where the limits end: a bracket, or an arrow when that is outside the picture."""
    end = start + wide
    yield f'<path d="M{end:g} {y - 3}v{BAR + 6}" stroke="{VERMILLION}" stroke-width="2.5"/>'
    if beyond:
        yield f'<path d="M{end + 2:g} {y + 3}l5 4.5l-5 4.5z" fill="{VERMILLION}"/>'


def _legend(owners: list[str], y: float) -> Iterator[str]:
    column = (WIDTH - 24) / 3
    for number, owner in enumerate(owners[:18]):
        x, top = 12 + (number % 3) * column, y + number // 3 * 18
        colour = COLOURS[number % 6]
        ink = "#ffffff" if colour == BLUE else BLACK
        yield rect(x, top, 14, 13, colour, BLACK, ' stroke-width="0.7"')
        yield text(x + 7, top + 10.5, LETTERS[number % 26], 10, "middle", ink)
        yield text(x + 20, top + 10.5, shortened(owner, column - 26, 10), 10)
    last = y + -(-len(owners[:18]) // 3) * 18 + 10
    words = "frame: allocatable; blocks: requests, one for each pod"
    yield text(12, last, words, 10, fill=GREY)
    yield f'<path d="M372 {last - 10}v12" stroke="{VERMILLION}" stroke-width="2.5"/>'
    yield text(380, last, "all limits together", 10, fill=GREY)
    yield rect(512, last - 5, 22, 3, BLACK, "none")
    yield text(540, last, "really used", 10, fill=GREY)


def _amount(resource: str, amount: int) -> str:
    return amount_of_cpu(amount) if resource == "cpu" else amount_of_memory(amount)


def _brief(resource: str, part: int, whole: int) -> str:
    """``1.5/4 CPU`` or ``6/16 GiB``."""
    if resource == "cpu":
        return f"{part / 1000:g}/{whole / 1000:g} CPU"
    return f"{part / 2**30:.3g}/{whole / 2**30:.3g} GiB"


def _words(panel: Packed) -> Iterator[str]:
    waits = f", {counted(panel.waiting, 'pod')} without a node" if panel.waiting else ""
    yield f"{panel.title}: {panel.used_nodes} of {counted(len(panel.bins), 'node')} in use{waits}."
    for each in panel.bins:
        note = f" ({each.note})" if each.note else ""
        parts = [_of(each, resource) for resource in RESOURCES]
        yield f"  {each.name}{note}, {counted(len(each.blocks), 'pod')}: {'; '.join(parts)}"


def _of(each: Bin, resource: str) -> str:
    gives, asked, limit = each.gives[resource], each.asked(resource), each.limit(resource)
    share = f", {asked * 100 // gives} %" if gives else ""
    said = f"{resource} requests {_amount(resource, asked)} of {_amount(resource, gives)}{share}"
    if limit:
        over = " (overcommitted)" if limit > gives else ""
        said += f", limits {_amount(resource, limit)}{over}"
    return said + (f", used {_amount(resource, each.used[resource])}" if each.used else "")
