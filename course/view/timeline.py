"""What was wanted against what was there, over virtual time; and the life of each pod.

``timeline`` draws the pods a Deployment wants and the pods that are ready as steps, and
below them one lane for each pod. All of it is read from the cluster's history.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from matplotlib.patches import Patch

from course.view.cluster_view import ClusterLike, zero_of
from course.view.figure import LessonFigure, draw_marks
from course.view.palette import BLACK, GREEN, GREY, LOOKS, Look, look
from course.view.plain import plain
from course.view.state import SECOND
from course.view.style import house_style
from course.view.text import counted
from kubelite.api.looks import pod_look
from kubelite.apimachinery.told import UnknownName

MOST_LANES = 30
MOST_LETTERS = 24  # of a pod's name beside its lane
LEAST_SHARE = 0.001  # of the width; what is shorter could not be seen

Steps = list[tuple[float, int]]
"""A number that changes in steps: each moment in seconds, and the value from then on."""


class Life(NamedTuple):
    """One pod from first to last: stretches of ``(start, end, look)``, in seconds."""

    name: str
    stretches: tuple[tuple[float, float, str], ...]


class Course(NamedTuple):
    """What happened to a Deployment between two moments, in seconds."""

    start: float
    end: float
    wanted: Steps
    ready: Steps
    lives: tuple[Life, ...]


def course_of(cluster: ClusterLike, deployment: str, since: float = 0.0) -> Course:
    """Read from history how a Deployment (``deployment/web``) fared since so many seconds.

    Raises LookupError when no such Deployment has existed.
    """
    name = deployment.split("/")[-1]
    zero = zero_of(cluster)
    end = (cluster.clock.now - zero) / SECOND
    wanted, labels = _wanted(cluster.history, name, zero)
    if not wanted:
        raise UnknownName(f"no Deployment called {name!r} in this cluster's history")
    lives = tuple(_lives(cluster.history, labels, zero, end))
    ready = _ready(lives, end)
    return Course(
        since,
        end,
        _from(wanted, since),
        _from(ready, since),
        tuple(life for life in lives if life.stretches[-1][1] > since),
    )


def _wanted(history: Any, name: str, zero: int) -> tuple[Steps, Mapping[str, str]]:
    """The Deployment's replicas over time, and the labels that select its pods."""
    steps: Steps = []
    labels: Mapping[str, str] = {}
    for when, _, new, old in history.changes("deployments"):
        if (new or old).metadata.name == name:
            replicas = new.spec.replicas if new else 0
            if not steps or steps[-1][1] != replicas:
                steps.append(((when - zero) / SECOND, replicas))
            labels = new.spec.selector.match_labels if new else labels
    return steps, labels


def _lives(history: Any, labels: Mapping[str, str], zero: int, end: float) -> Iterator[Life]:
    """Each selected pod's looks over time, in the order in which the pods were made."""
    marks: dict[str, list[tuple[float, str]]] = {}
    names: dict[str, str] = {}
    for when, _, new, old in history.changes("pods"):
        pod = new or old
        if not labels.items() <= pod.metadata.labels.items():
            continue
        names[pod.metadata.uid] = plain(pod.metadata.name)
        looks = marks.setdefault(pod.metadata.uid, [])
        key = pod_look(new) if new else ""
        if not looks or looks[-1][1] != key:
            looks.append(((when - zero) / SECOND, key))
    for uid, looks in marks.items():
        ends = [moment for moment, _ in looks[1:]] + [end]
        stretches = [(a, b, key) for (a, key), b in zip(looks, ends, strict=True) if key]
        yield Life(names[uid], tuple(stretches))


def _ready(lives: tuple[Life, ...], now: float) -> Steps:
    """How many pods are ready over time, counted from their lives."""
    changes: Counter[float] = Counter()
    for start, end, key in (stretch for life in lives for stretch in life.stretches):
        if key == "ready":
            changes[start] += 1
            changes[end] -= end < now
    steps, count = [], 0
    for moment in sorted(changes):
        count += changes[moment]
        steps.append((moment, count))
    return steps


def _from(steps: Steps, since: float) -> Steps:
    """The steps from a moment on, beginning with the value in force then."""
    before = [value for moment, value in steps if moment <= since]
    return [(since, before[-1] if before else 0)] + [step for step in steps if step[0] > since]


def timeline(
    cluster: ClusterLike,
    deployment: str,
    since: float = 0.0,
    title: str = "",
    marks: Mapping[float, str] | None = None,
) -> LessonFigure:
    """Draw a Deployment's pods over virtual time: wanted against ready, and a lane for each.

    ``marks`` names moments, in seconds: ``{34.0: "power cut"}``.
    """
    told = course_of(cluster, deployment, since)
    shown = told.lives[-MOST_LANES:]
    rows = max(len(shown), 1)
    with house_style():
        figure = LessonFigure(7.6, 3.2 + 0.19 * rows, alt=described(told, deployment))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.9, 0.35 + 0.19 * rows])
        headline = plain(title or f"{deployment}: pods wanted and pods ready", 120)
        _draw_steps(above, told, headline)
        draw_marks(above, (above, below), marks or {})
        _draw_lanes(below, told, shown)
        below.set_xlabel("virtual time (s)")
        below.set_xlim(told.start, max(told.end, told.start + 1))
    return figure


def _draw_steps(axes: Any, told: Course, title: str) -> None:
    for steps, label, colour, style, width in (
        (told.ready, "ready", GREEN, "-", 4),
        (told.wanted, "wanted (spec.replicas)", BLACK, (0, (4, 2)), 1.4),
    ):
        moments = [moment for moment, _ in steps] + [told.end]
        values = [value for _, value in steps] + [steps[-1][1]]
        axes.step(
            moments,
            values,
            where="post",
            label=label,
            color=colour,
            linestyle=style,
            linewidth=width,
        )
    highest = max(value for _, value in (*told.wanted, *told.ready))
    axes.set_ylim(0, max(highest, 1) * 1.12)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel("pods")
    axes.set_title(title, pad=26, parse_math=False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.3)


def _draw_lanes(axes: Any, told: Course, lives: tuple[Life, ...]) -> None:
    seen: list[Look] = []
    visible = (told.end - told.start) * LEAST_SHARE
    for row, life in enumerate(lives):
        for start, end, key in life.stretches:
            start = max(start, told.start)
            if end - start <= visible:
                continue
            shown = look(key)
            seen += [] if shown in seen else [shown]
            axes.barh(row, end - start, left=start, height=0.72, **_bar(shown))
    axes.set_yticks(
        range(len(lives)),
        [life.name.rsplit("-", 1)[-1][:MOST_LETTERS] for life in lives],
        fontsize=7.5,
        parse_math=False,
    )
    axes.set_ylim(len(lives) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.set_ylabel("pods, by their endings" if len(lives) > 6 else "pods")
    handles = [Patch(label=shown.label, **_bar(shown)) for shown in LOOKS if shown in seen]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=6, borderaxespad=0.2
    )


def _bar(shown: Look) -> dict[str, Any]:
    return {
        "facecolor": shown.fill,
        "edgecolor": GREY,
        "linewidth": 0.6,
        "hatch": shown.hatch,
        "linestyle": "--" if shown.dashed else "-",
    }


def described(told: Course, deployment: str) -> str:
    """The timeline in words: each number wanted, and each stretch in which too few were ready."""
    sentences = [f"Timeline of {deployment} from {told.start:.1f} s to {told.end:.1f} s."]
    for moment, wanted in told.wanted:
        if wanted or moment > told.start:  # before the Deployment was there, nothing was wanted
            sentences.append(f"Wanted {wanted} from {moment:.1f} s.")
    for start, end, lowest, wanted in shortfalls(told):
        span = f"From {start:.1f} s to {end:.1f} s"
        sentences.append(
            f"{span} fewer were ready than wanted: {lowest} of {wanted} at the lowest."
        )
    ready = counted(told.ready[-1][1], "pod")
    sentences.append(f"At the end {ready} ready; {len(told.lives)} seen in all.")
    return "\n".join(sentences)


def shortfalls(told: Course) -> list[tuple[float, float, int, int]]:
    """Each stretch in which fewer pods were ready than wanted: start, end, lowest, wanted."""
    found: list[tuple[float, float, int, int]] = []
    begun: tuple[float, int, int] | None = None
    for moment in sorted({moment for moment, _ in (*told.wanted, *told.ready)}):
        wanted, ready = _value_at(told.wanted, moment), _value_at(told.ready, moment)
        if ready < wanted:
            start, lowest, _ = begun or (moment, ready, wanted)
            begun = (start, min(lowest, ready), wanted)
        elif begun:
            found.append((begun[0], moment, *begun[1:]))
            begun = None
    return [*found, (begun[0], told.end, *begun[1:])] if begun else found


def _value_at(steps: Steps, moment: float) -> int:
    return steps[bisect_right(steps, moment, key=lambda step: step[0]) - 1][1]
