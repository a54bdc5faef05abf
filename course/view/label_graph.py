"""Who matches: selectors, the sets of labels they pick, and the pods that carry these.

Pods with the same labels stand behind one box, for a selector takes all of them or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from course.view.boxes import Column, Edge, Vertex, drawn
from course.view.palette import PALE, WHITE, look
from course.view.picture import Picture
from course.view.plain import plain
from course.view.slots import Key, rows_of
from course.view.state import State, name_among_siblings, owner_of
from course.view.text import counted
from kubelite.api.looks import pod_look
from kubelite.apimachinery.labels import Selector, from_label_selector
from kubelite.apimachinery.meta import LabelSelector

COLUMNS = (
    Column("selector of", 12, 216, 44),
    Column("labels", 278, 212, 44),
    Column("Pod", 548, 160, 28),
)
SELECTING = (
    ("services", "Service"),
    ("deployments", "Deployment"),
    ("replicasets", "ReplicaSet"),
    ("statefulsets", "StatefulSet"),
    ("daemonsets", "DaemonSet"),
    ("networkpolicies", "NetworkPolicy"),
    ("poddisruptionbudgets", "PodDisruptionBudget"),
)
"""Kinds that pick pods by labels."""


def matches(state: State) -> nx.DiGraph[str]:
    """The graph: selectors to sets of labels to pods, with selectors that match nothing."""
    made: nx.DiGraph[str] = nx.DiGraph()
    for pod in state.list("pods"):
        group, vertex = _labels_vertex(pod), _pod_vertex(pod)
        made.add_node(group, kind="labels", obj=pod)
        made.add_node(vertex, kind="Pod", obj=pod)
        made.add_edge(group, vertex)
    groups = [
        (vertex, data["obj"]) for vertex, data in made.nodes(data=True) if data["kind"] == "labels"
    ]
    for resource, kind in SELECTING:
        for obj in state.list(resource):
            if _wanting(obj) is None:
                continue
            vertex = _selector_vertex(kind, obj)
            made.add_node(vertex, kind=kind, obj=obj)
            for group, pod in groups:
                if pod.metadata.namespace == obj.metadata.namespace and _picks(obj, pod):
                    made.add_edge(vertex, group)
    return made


def _selector_vertex(kind: str, obj: Any) -> str:
    return f"{kind}/{obj.metadata.namespace}/{obj.metadata.name}"


def _pod_vertex(pod: Any) -> str:
    return f"Pod/{pod.metadata.namespace}/{pod.metadata.name}"


def _labels_vertex(pod: Any) -> str:
    return f"labels/{pod.metadata.namespace}/{_written(pod.metadata.labels)}"


def _written(labels: Any) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items())) or "no labels"


def _selector(obj: Any) -> Selector:
    """The selector of any of these kinds; a Service's is a plain map."""
    spec = obj.spec
    if obj.kind == "Service":
        return from_label_selector(LabelSelector(match_labels=spec.selector))
    return from_label_selector(spec.pod_selector if obj.kind == "NetworkPolicy" else spec.selector)


def _said(obj: Any) -> str:
    """The selector as kubectl writes it."""
    selector = _selector(obj)
    return "everything" if selector.everything else plain(str(selector) or "nothing")


def _wanting(obj: Any) -> Any:
    """The object, unless it selects nothing now: an old ReplicaSet, a Service without selector."""
    if obj.kind == "ReplicaSet" and not obj.spec.replicas and not obj.status.replicas:
        return None
    return None if obj.kind == "Service" and not obj.spec.selector else obj


def _selecting(kind: str) -> Key:
    """The key of such an object, if it selects anything."""
    return lambda obj: _wanting(obj) and _selector_vertex(kind, obj)


def _picks(obj: Any, pod: Any) -> bool:
    return _selector(obj).matches(pod.metadata.labels)


def vertices_of(made: nx.DiGraph[str], history: Any, when: int) -> dict[str, Vertex]:
    """The boxes: an object, and a set of labels, keeps its row for as long as it is there."""
    selecting = [(resource, _selecting(kind)) for resource, kind in SELECTING]
    rows = (
        rows_of(history, when, *selecting),
        rows_of(history, when, ("pods", _labels_vertex)),
        rows_of(history, when, ("pods", _pod_vertex)),
    )
    return {
        vertex: _box(data["kind"], data["obj"], rows[_column(data["kind"])][vertex])
        for vertex, data in made.nodes(data=True)
    }


def _column(kind: str) -> int:
    return {"labels": 1, "Pod": 2}.get(kind, 0)


def _box(kind: str, obj: Any, row: int) -> Vertex:
    name = plain(obj.metadata.name)
    if kind == "labels":
        pairs = [plain(pair) for pair in _written(obj.metadata.labels).split(",")]
        lines = (pairs[0], ", ".join(pairs[1:])) if pairs[1:] else (pairs[0],)
        return Vertex(1, row, lines, PALE, hover=", ".join(pairs))
    if kind == "Pod":
        shown = look(pod_look(obj))
        short = name_among_siblings(name, owner_of(obj))
        words = f"{short}  {shown.label.lower()}"
        return Vertex(2, row, (words,), shown.fill, shown.ink, shown.dashed, name)
    picked = _said(obj)
    return Vertex(0, row, (f"{kind} {name}", picked), WHITE, hover=f"{kind} {name}: {picked}")


def labels(history: Any, state: State, title: str, when: str) -> Picture:
    """Draw who matches whom."""
    made = matches(state)
    edges = [Edge(start, end) for start, end in made.edges]
    return drawn(
        title or f"Which selectors match which pods, at {when}",
        COLUMNS,
        vertices_of(made, history, state.when),
        edges,
        described(made),
        "a line: the selector matches these labels; these pods carry them",
    )


def described(made: nx.DiGraph[str]) -> str:
    """Who matches, in words."""
    return "\n".join(["Graph of selectors, labels and pods.", *_sentences(made)])


def _sentences(made: nx.DiGraph[str]) -> Iterator[str]:
    picked: set[str] = set()
    for vertex, data in made.nodes(data=True):
        if data["kind"] in ("labels", "Pod"):
            continue
        pods = sorted(pod for group in made.successors(vertex) for pod in made.successors(group))
        picked.update(pods)
        name = f"{data['kind']} {plain(data['obj'].metadata.name)}"
        names = ", ".join(plain(pod.rpartition("/")[2]) for pod in pods)
        told = f"matches {counted(len(pods), 'pod')}" + (f": {names}" if pods else "")
        yield f"{name} selects {_said(data['obj'])}; {told}."
    loose = sorted(v for v, d in made.nodes(data=True) if d["kind"] == "Pod" and v not in picked)
    if loose:
        yield f"No selector matches {', '.join(plain(pod.rpartition('/')[2]) for pod in loose)}."
