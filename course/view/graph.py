"""Who belongs to whom, and who runs where: Deployment, ReplicaSets, pods and nodes as a graph.

``family`` is the graph itself, for networkx; ``graph`` draws it in four columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import networkx as nx

from course.view.cluster_view import ClusterLike, zero_of
from course.view.figure import LessonFigure
from course.view.palette import BLACK, GREY, LINE, PALE, WHITE, house_style, look
from course.view.plain import plain
from course.view.state import SECOND, State, owner_of, scene_of
from course.view.text import counted

LAYERS = ("Deployment", "ReplicaSet", "Pod", "Node")
OWNS = "owns"
RUNS_ON = "runs on"

_COLUMNS = {"Deployment": 0.0, "ReplicaSet": 1.0, "Pod": 2.0, "Node": 2.9}
_ROW = 0.29  # inches for one pod
MOST_LETTERS = 60  # of a name
MOST_ROWS = 300
"""Of one column: more would be a picture of many screens, and soon more than memory holds."""


def family(state: State) -> nx.DiGraph[str]:
    """The objects as a graph, vertices named ``Kind/name``.

    Vertices carry ``kind``, ``name`` and ``look``; edges carry ``relation``, either ``owns``
    or ``runs on``. ReplicaSets without pods are kept only while they want some.
    """
    made: nx.DiGraph[str] = nx.DiGraph()
    scene = scene_of(state)
    for deployment in state.list("deployments"):
        _add(made, "Deployment", plain(deployment.metadata.name))
    for owner in (pod.owner for pod in scene.pods if pod.owner):
        kind, _, name = owner.partition("/")
        _add(made, kind, name)
    for replica_set in state.list("replicasets"):
        name = plain(replica_set.metadata.name)
        if replica_set.spec.replicas or f"ReplicaSet/{name}" in made:
            child = _add(made, "ReplicaSet", name)
            if (owner := plain(owner_of(replica_set))) in made:
                made.add_edge(owner, child, relation=OWNS)
    for node in scene.nodes:
        _add(made, "Node", node.name, "" if node.ready else "pending")
    for pod in scene.pods:
        child = _add(made, "Pod", pod.name, pod.look, pod.short_name)
        if pod.owner:
            made.add_edge(pod.owner, child, relation=OWNS)
        if (place := f"Node/{pod.node}") in made:
            made.add_edge(child, place, relation=RUNS_ON)
    return made


def _add(made: nx.DiGraph[str], kind: str, name: str, look: str = "", short: str = "") -> str:
    made.add_node(vertex := f"{kind}/{name}", kind=kind, name=name, look=look, short=short or name)
    return vertex


def graph(cluster: ClusterLike, title: str = "", at: float | None = None) -> LessonFigure:
    """Draw the family of a cluster now, or ``at`` so many seconds."""
    zero = zero_of(cluster)
    state = cluster.history.at(None if at is None else zero + round(at * SECOND))
    made = family(state)
    places = positions(made)
    kinds = [_column(made.nodes[vertex]["kind"]) for vertex in made]
    rows = max(3, *(kinds.count(kind) for kind in LAYERS))
    if rows > MOST_ROWS:
        raise ValueError(
            f"{rows:,} objects in one column are too many to draw each of them: "
            "look at ClusterView(cluster)"
        )
    with house_style():
        figure = LessonFigure(7.6, 0.9 + _ROW * rows, alt=described(made))
        axes = figure.add_subplot()
        axes.set_axis_off()
        told = (
            plain(title, 120) or f"Who owns what, and what runs where, at {_seconds(state, zero)}"
        )
        axes.set_title(told, parse_math=False)
        axes.set_xlim(-0.5, 3.3)
        axes.set_ylim(-rows / 2 - 0.2, rows / 2 + 0.9)
        for kind, x in _COLUMNS.items():
            axes.text(
                x, rows / 2 + 0.6, kind, ha="center", va="center", fontweight="bold", color=GREY
            )
        axes.text(-0.5, -rows / 2, "solid: owns\ndashed: runs on", fontsize=8, color=GREY)
        for start, end, data in made.edges(data=True):
            _draw_edge(axes, places[start], places[end], dashed=data["relation"] == RUNS_ON)
        for vertex, place in places.items():
            _draw_vertex(axes, made.nodes[vertex], place)
    return figure


def positions(made: nx.DiGraph[str]) -> dict[str, tuple[float, float]]:
    """Where each vertex goes: a column for each kind, a row for each name, pods by their node.

    The same graph always gets the same places, and no two vertices share one.
    """
    columns: dict[str, list[str]] = {kind: [] for kind in LAYERS}
    for vertex in made:
        columns[_column(made.nodes[vertex]["kind"])].append(vertex)
    node_row = {vertex: row for row, vertex in enumerate(columns["Node"])}
    columns["Pod"].sort(key=lambda pod: (_row_of_node(made, pod, node_row), pod))
    return {
        vertex: (_COLUMNS[kind], y)
        for kind, vertices in columns.items()
        for vertex, y in zip(vertices, _spread(len(vertices), len(columns["Pod"])), strict=True)
    }


def _column(kind: str) -> str:
    """Other owners of pods, such as Jobs, stand among the ReplicaSets."""
    return kind if kind in LAYERS else "ReplicaSet"


def _row_of_node(made: nx.DiGraph[str], pod: str, rows: dict[str, int]) -> int:
    return min((rows[v] for v in made.successors(pod) if v in rows), default=len(rows))


def _spread(count: int, tallest: int) -> Iterator[float]:
    """``count`` heights around 0, spread over the height of the tallest column."""
    step = max(1.0, max(tallest, 3) / max(count, 1))
    return ((count - 1) / 2 * step - row * step for row in range(count))


def _draw_edge(
    axes: Any, start: tuple[float, float], end: tuple[float, float], dashed: bool
) -> None:
    axes.plot(
        (start[0], end[0]),
        (start[1], end[1]),
        color=LINE,
        linewidth=1,
        linestyle=(0, (4, 3)) if dashed else "-",
        zorder=1,
    )


def _draw_vertex(axes: Any, vertex: dict[str, str], place: tuple[float, float]) -> None:
    shown = look(vertex["look"]) if vertex["look"] else None
    text = vertex["name"] if vertex["kind"] in LAYERS else f"{vertex['kind']} {vertex['name']}"
    if vertex["kind"] == "Pod" and shown:
        text = f"{vertex['short']}  {shown.label.lower()}"
    if vertex["kind"] == "Node" and shown:
        text = f"{text}  not ready"
    axes.text(
        *place,
        plain(text, MOST_LETTERS),
        ha="center",
        va="center",
        fontsize=8,
        parse_math=False,
        color=shown.ink if shown else BLACK,
        bbox={
            "boxstyle": "round,pad=0.32",
            "facecolor": shown.fill if shown else (PALE if vertex["kind"] == "Node" else WHITE),
            "edgecolor": BLACK if vertex["kind"] != "Node" else GREY,
            "linewidth": 0.8,
            "linestyle": "--" if shown and shown.dashed else "-",
        },
        zorder=2,
    )


def described(made: nx.DiGraph[str]) -> str:
    """The graph in words, one line for each owner and each node."""
    return "\n".join(["Graph of owners, pods and nodes."] + list(_sentences(made)))


def _sentences(made: nx.DiGraph[str]) -> Iterator[str]:
    for vertex, data in made.nodes(data=True):
        kind, name = data["kind"], data["name"]
        if kind not in ("Pod", "Node"):
            yield f"{kind} {name} owns {_named(made, made.successors(vertex))}."
        elif kind == "Node":
            yield f"Node {name} runs {_named(made, made.predecessors(vertex))}."
    loose = [v for v in made if made.nodes[v]["kind"] == "Pod" and not _runs_on(made, v)]
    if loose:
        yield f"On no node: {_named(made, loose)}."


def _runs_on(made: nx.DiGraph[str], pod: str) -> bool:
    return any(made.nodes[vertex]["kind"] == "Node" for vertex in made.successors(pod))


def _named(made: nx.DiGraph[str], vertices: Iterable[str]) -> str:
    names = sorted(made.nodes[vertex]["name"] for vertex in vertices)
    return f"{counted(len(names), 'object')} ({', '.join(names)})" if names else "nothing"


def _seconds(state: State, zero: int) -> str:
    return f"{(state.when - zero) / SECOND:.1f} s"
