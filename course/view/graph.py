"""Who belongs to whom, and who runs where: Deployment, ReplicaSets, pods and nodes as a graph.

``family`` is the graph itself, for networkx; ``graph`` draws it in four columns, and the others
that there are (``service_graph``, ``label_graph``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import networkx as nx

from course.view.boxes import MOST_ROWS, Column, Edge, Vertex, drawn
from course.view.cluster_view import ClusterLike, zero_of
from course.view.label_graph import labels
from course.view.palette import BLACK, BLUE, GREY, PALE, PURPLE, look
from course.view.picture import Picture
from course.view.plain import plain
from course.view.service_graph import services
from course.view.slots import rows_of
from course.view.state import SECOND, State, name_among_siblings, owner_of, scene_of
from course.view.text import counted
from kubelite.apimachinery.told import UsageError

__all__ = ["MOST_ROWS", "family", "graph", "vertices_of"]

LAYERS = ("Deployment", "ReplicaSet", "Pod", "Node")
COLUMNS = (
    Column("Deployment", 12, 120, 60),
    Column("ReplicaSet", 168, 160, 60),
    Column("Pod", 364, 160, 28),
    Column("Node", 584, 124, 60),
)
TO_NODES = ((BLUE, "dashed"), (PURPLE, "mixed"), (GREY, "short"))
"""How the lines to a node look, by its row: those to its neighbours look different."""
OWNS = "owns"
RUNS_ON = "runs on"


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
        child = _add(made, "Pod", pod.name, pod.look, name_among_siblings(pod.name, pod.owner))
        if pod.owner:
            made.add_edge(pod.owner, child, relation=OWNS)
        if (place := f"Node/{pod.node}") in made:
            made.add_edge(child, place, relation=RUNS_ON)
    return made


def _add(made: nx.DiGraph[str], kind: str, name: str, look: str = "", short: str = "") -> str:
    made.add_node(vertex := f"{kind}/{name}", kind=kind, name=name, look=look, short=short or name)
    return vertex


def graph(
    cluster: ClusterLike, title: str = "", at: float | None = None, of: str = "owners"
) -> Picture:
    """Draw a graph of a cluster now, or ``at`` so many seconds.

    ``of`` is "owners" (who owns what, what runs where), "services" (which pods a Service leads
    to) or "labels" (which selectors match which pods). An object keeps its place for as long as
    it is there. Raises ValueError for another word, or for more objects than can be drawn.
    """
    if of not in GRAPHS:
        raise UsageError(f"graph(of={of!r}): there is {', '.join(map(repr, GRAPHS))}")
    zero = zero_of(cluster)
    state = cluster.history.at(None if at is None else zero + round(at * SECOND))
    return GRAPHS[of](cluster.history, state, plain(title, 120), _seconds(state, zero))


def owners(history: Any, state: State, title: str, when: str) -> Picture:
    """Who owns what, and what runs where."""
    made = family(state)
    vertices = vertices_of(made, history, state.when)
    others = any(kind not in LAYERS for _, kind in made.nodes(data="kind"))
    return drawn(
        title or f"Who owns what, and what runs where, at {when}",
        _titled("ReplicaSet and others") if others else COLUMNS,
        vertices,
        [
            _to_node(start, end, vertices[end].row) if relation == RUNS_ON else Edge(start, end)
            for start, end, relation in made.edges(data="relation")
        ],
        described(made),
        "solid line: owns; broken line: runs on the node of the same colour",
    )


def _to_node(pod: str, node: str, row: int) -> Edge:
    colour, style = TO_NODES[row % len(TO_NODES)]
    return Edge(pod, node, style, colour)


def _titled(second: str) -> tuple[Column, ...]:
    """The columns, the second of which has other kinds in it, too."""
    return COLUMNS[0], COLUMNS[1]._replace(title=second), *COLUMNS[2:]


GRAPHS = {"owners": owners, "services": services, "labels": labels}


def vertices_of(made: nx.DiGraph[str], history: Any, when: int) -> dict[str, Vertex]:
    """The boxes of a family: a column for each kind, a row that stays for each object."""
    rows = (
        rows_of(history, when, ("deployments", lambda obj: f"Deployment/{_name(obj)}")),
        rows_of(history, when, ("replicasets", _wanting), ("pods", _owner)),
        rows_of(history, when, ("pods", lambda obj: f"Pod/{_name(obj)}")),
        rows_of(history, when, ("nodes", lambda obj: f"Node/{_name(obj)}")),
    )
    return {
        vertex: _vertex(data, column, rows[column].get(vertex, len(rows[column])))
        for vertex, data in made.nodes(data=True)
        for column in (_column(data["kind"]),)
    }


def _name(obj: Any) -> str:
    return plain(obj.metadata.name)


def _wanting(replica_set: Any) -> str | None:
    return f"ReplicaSet/{_name(replica_set)}" if replica_set.spec.replicas else None


def _owner(pod: Any) -> str | None:
    return plain(owner_of(pod)) or None


def _column(kind: str) -> int:
    """Other owners of pods, such as Jobs, stand among the ReplicaSets."""
    return LAYERS.index(kind) if kind in LAYERS else 1


def _vertex(data: dict[str, str], column: int, row: int) -> Vertex:
    shown = look(data["look"]) if data["look"] else None
    name = data["name"] if data["kind"] in LAYERS else f"{data['kind']} {data['name']}"
    if data["kind"] == "Pod" and shown:
        return Vertex(
            column,
            row,
            (f"{data['short']}  {shown.label.lower()}",),
            shown.fill,
            shown.ink,
            shown.dashed,
            name,
        )
    if data["kind"] == "Node":
        note = f"{name} not ready" if shown else name
        border, _ = TO_NODES[row % len(TO_NODES)]
        return Vertex(column, row, (note,), PALE, BLACK, shown is not None, name, border)
    return Vertex(column, row, (name,), hover=name)


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
