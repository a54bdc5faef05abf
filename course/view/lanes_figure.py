"""The picture of lanes: pods by phase with their probes, who acted, and the nodes below.

Successes of a probe are short ticks, failures long ones; a black bar is where the threshold was
reached and the kubelet acted. Too many ticks to tell apart become a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from course.view.figure import LessonFigure, draw_marks
from course.view.lanes import Action, Lane, Lanes, Probes, lanes_of
from course.view.palette import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    VERMILLION,
    WHITE,
)
from course.view.plain import plain
from course.view.style import house_style
from course.view.text import counted

ROW = 0.27  # inches of a lane
LEAST_SHARE = 0.0012  # of the width; what is shorter could not be seen
LEAST_GAP = 1 / 160  # of the width between two ticks; closer ones become a line
MOST_TOLD = 12  # sentences of one kind in the words
MOST_LETTERS = 28


class Phase(NamedTuple):
    """How a phase is drawn."""

    label: str
    fill: str
    hatch: str = ""
    dashed: bool = False


PHASES = {
    "pending": Phase("Unscheduled", WHITE, "", True),
    "pulling": Phase("Pulling", "#cfe8f7", "\\\\"),
    "starting": Phase("Starting", SKY_BLUE, ".."),
    "unready": Phase("Running, not ready", ORANGE, "//"),
    "ready": Phase("Ready", GREEN),
    "backoff": Phase("Back-off", VERMILLION, "xx"),
    "trouble": Phase("In trouble", "#f0b58f", "x"),
    "leaving": Phase("Terminating", PURPLE, "--"),
    "done": Phase("Succeeded", BLUE, "||"),
    "failed": Phase("Failed", GREY, "++"),
}
NODE_PHASES = {
    "node ready": Phase("Ready", "#b9e3d6"),
    "cordoned": Phase("Ready, cordoned", WHITE, "//"),
    "pressure": Phase("Under pressure", ORANGE, ".."),
    "not ready": Phase("Not ready", VERMILLION, "xx"),
}
VERBS = {"create": "^", "bind": "o", "scale": "D", "delete": "v", "remove": "x", "mark": "s"}


def lanes(
    cluster: Any,
    what: str,
    since: float = 0.0,
    until: float | None = None,
    title: str = "",
    marks: Mapping[float, str] | None = None,
    limit: int = 20,
) -> LessonFigure:
    """Draw what befell the pods of "deployment/web" (or "pod/web-1"), one lane each.

    Pods that did the same share a lane; of more than ``limit`` lanes the newest are drawn, and a
    note says so. ``marks`` names moments, in seconds. Raises LookupError when nothing was there.
    """
    told = lanes_of(cluster, what, since, until, limit)
    components = list(dict.fromkeys(action.component for action in told.actions))
    heights = [len(told.pods) + 0.6, max(len(components), 1) + 0.6, max(len(told.nodes), 1) + 0.6]
    with house_style():
        height = 1.75 + ROW * sum(heights)
        figure = LessonFigure(7.6, height, alt=described(told, what))
        parts = figure.subplots(3, 1, sharex=True, height_ratios=heights)
        headline = plain(title or f"{what}: pods, who acted on them, and their nodes", 120)
        _draw_lanes(parts[0], told, told.pods, PHASES, "pods", _draw_probes(parts[0], told))
        parts[0].set_title(headline, pad=36, parse_math=False)
        _draw_actions(parts[1], told.actions, components)
        _draw_lanes(parts[2], told, told.nodes, NODE_PHASES, "nodes")
        draw_marks(parts[1], parts, marks or {})
        note = f"   ({counted(told.hidden, 'earlier lane')} not drawn)" if told.hidden else ""
        parts[2].set_xlabel(f"virtual time (s){note}")
        parts[2].set_xlim(told.start, max(told.end, told.start + 1))
    return figure


def _draw_lanes(
    axes: Any,
    told: Lanes,
    rows: Sequence[Lane],
    phases: Mapping[str, Phase],
    label: str,
    more: Sequence[Any] = (),
) -> None:
    visible = (told.end - told.start) * LEAST_SHARE
    seen: set[str] = set()
    for row, lane in enumerate(rows):
        for start, end, key in lane.stretches:
            if end - start > visible:
                seen.add(key)
                axes.barh(row, end - start, left=start, height=0.7, **_bar(phases[key]))
    _rows(axes, [lane.names[0] if label == "nodes" else lane.label for lane in rows], label)
    handles = [Patch(label=p.label, **_bar(p)) for key, p in phases.items() if key in seen]
    _legend(axes, [*handles, *more])


def _bar(phase: Phase) -> dict[str, Any]:
    return {
        "facecolor": phase.fill,
        "edgecolor": GREY,
        "linewidth": 0.6,
        "hatch": phase.hatch,
        "linestyle": "--" if phase.dashed else "-",
    }


def _rows(axes: Any, labels: Sequence[str], label: str) -> None:
    words = [text[:MOST_LETTERS] for text in labels]
    axes.set_yticks(range(len(words)), words, fontsize=7.5, parse_math=False)
    axes.set_ylim(max(len(words), 1) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.set_ylabel(label)


def _legend(axes: Any, handles: Sequence[Any]) -> None:
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=5 if len(handles) > 6 else 6,
        borderaxespad=0.2,
        fontsize=7.5,
        handlelength=1.4,
        columnspacing=1.1,
    )


def _draw_probes(axes: Any, told: Lanes) -> list[Any]:
    """All of them; the samples for the legend."""
    gap = (told.end - told.start) * LEAST_GAP
    found = [probes for lane in told.pods for probes in lane.probes]
    for row, lane in enumerate(told.pods):
        for probes in lane.probes:
            _draw_streak(axes, row, probes, gap)
    failed = [probes for probes in found if not probes.ok]
    samples = [
        ("probe succeeds", 4, 0.6, len(failed) < len(found)),
        ("probe fails", 8, 1.3, bool(failed)),
        ("threshold reached", 11, 2.6, any(p.acts is not None for p in failed)),
    ]
    return [
        Line2D(
            [],
            [],
            marker="|",
            linestyle="none",
            color=BLACK,
            label=label,
            markersize=size,
            markeredgewidth=wide,
        )
        for label, size, wide, there in samples
        if there
    ]


def _draw_streak(axes: Any, row: int, probes: Probes, gap: float) -> None:
    """Below the lane's middle: ticks, or a line where ticks would run together."""
    low, high = (row + 0.2, row + 0.34) if probes.ok else (row - 0.05, row + 0.34)
    first, last = probes.times[0], probes.times[-1]
    if len(probes.times) > 2 and (last - first) / (len(probes.times) - 1) < gap:
        axes.hlines(high - 0.02, first, last, color=BLACK, linewidth=1.2)
        if not probes.ok:
            axes.hlines(low, first, last, color=BLACK, linewidth=1.2)
    else:
        width = 0.6 if probes.ok else 1.3
        axes.vlines(probes.times, low, high, color=BLACK, linewidth=width)
    if probes.acts is not None and not probes.ok:
        axes.vlines(probes.acts, row - 0.42, row + 0.42, color=BLACK, linewidth=2.6)


def _draw_actions(axes: Any, actions: Sequence[Action], components: Sequence[str]) -> None:
    handles = []
    for verb, marker in VERBS.items():
        found = [action for action in actions if action.verb == verb]
        if found:
            places = [components.index(action.component) for action in found]
            style = {"marker": marker, "linestyle": "none", "markersize": 5.5, "clip_on": False}
            colours = {"color": BLACK, "markerfacecolor": WHITE if verb != "remove" else BLACK}
            times = [action.when for action in found]
            handles += axes.plot(times, places, label=verb, **style, **colours)
    _rows(axes, [_short(component) for component in components], "who acts")
    if handles:
        _legend(axes, handles)


def _short(component: str) -> str:
    return component if component == "node-controller" else component.removesuffix("-controller")


def described(told: Lanes, what: str) -> str:
    """The lanes in words: each pod's phases, where probes made the kubelet act, who did what."""
    sentences = [f"Lanes of {plain(what)} from {told.start:.1f} s to {told.end:.1f} s."]
    if told.hidden:
        sentences.append(f"{counted(told.hidden, 'earlier lane')} not told.")
    for lane in told.pods:
        who = (
            lane.names[0]
            if len(lane.names) == 1
            else f"{lane.names[0]} (one of {len(lane.names)} alike)"
        )
        phases = ", ".join(
            f"{PHASES[s.phase].label.lower()} from {s.start:.1f} s" for s in lane.stretches
        )
        sentences.append(f"{who}: {phases}.")
        sentences += _of_probes(lane)[:MOST_TOLD]
    by_hand = [a for a in told.actions if a.verb != "remove"]
    sentences += [
        f"{a.when:.1f} s: {a.component} {_verb(a)} {a.what}." for a in by_hand[:MOST_TOLD]
    ]
    if len(by_hand) > MOST_TOLD:
        sentences.append(f"And {len(by_hand) - MOST_TOLD} more actions.")
    for node in told.nodes:
        states = ", ".join(
            f"{NODE_PHASES[s.phase].label.lower()} from {s.start:.1f} s" for s in node.stretches
        )
        sentences.append(f"{node.names[0]}: {states}.")
    return "\n".join(sentences)


def _verb(action: Action) -> str:
    if action.component == "you":
        return action.verb
    return {"scale": "scales", "bind": "binds", "mark": "finds"}.get(action.verb, f"{action.verb}s")


def _of_probes(lane: Lane) -> list[str]:
    return [
        f"  {p.kind} probe: failure {p.threshold} in a row at {p.acts:.1f} s, the kubelet acts."
        for p in lane.probes
        if p.acts is not None and not p.ok
    ]
