"""Where a Service leads: Services, their EndpointSlices, the pods in these, and their nodes.

An endpoint that is ready gets requests. One that is not ready is in the slice, but gets none; a
pod that the selector picks and no slice names has no address yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from course.view.boxes import Column, Edge, Vertex, drawn
from course.view.palette import BLACK, LINE, PALE, VERMILLION, WHITE, look
from course.view.picture import Picture
from course.view.plain import plain
from course.view.slots import rows_of
from course.view.state import State, name_among_siblings, node_mark, owner_of
from course.view.text import counted
from kubelite.api.looks import pod_look

COLUMNS = (
    Column("Service", 12, 150, 60),
    Column("EndpointSlice", 204, 136, 60),
    Column("Pod", 382, 160, 28),
    Column("Node", 584, 124, 60),
)
SERVICE_NAME = "kubernetes.io/service-name"
READY, NOT_READY, TERMINATING, NO_ADDRESS = "ready", "not ready", "terminating", "no address"
STYLE = {READY: "solid", NOT_READY: "dashed", TERMINATING: "dotted", NO_ADDRESS: "dashed"}


def routes(state: State) -> nx.DiGraph[str]:
    """The graph: vertices named ``Kind/namespace/name``; edges carry ``relation``.

    The relation to a pod is "ready", "not ready", "terminating" or "no address".
    """
    made: nx.DiGraph[str] = nx.DiGraph()
    pods = {_vertex("Pod", pod): pod for pod in state.list("pods")}
    for service in state.list("services"):
        made.add_node(_vertex("Service", service), kind="Service", obj=service)
    for slice_ in state.list("endpointslices"):
        owner = f"Service/{slice_.metadata.namespace}/{slice_.metadata.labels.get(SERVICE_NAME)}"
        if owner in made:
            made.add_node(_vertex("EndpointSlice", slice_), kind="EndpointSlice", obj=slice_)
            made.add_edge(owner, _vertex("EndpointSlice", slice_), relation="has")
            _endpoints(made, slice_, pods)
    _without_address(made, pods)
    for node in state.list("nodes"):
        made.add_node(_vertex("Node", node), kind="Node", obj=node)
    for vertex in [v for v in made if made.nodes[v]["kind"] == "Pod"]:
        place = f"Node//{pods[vertex].spec.node_name}"
        if place in made:
            made.add_edge(vertex, place, relation="runs on")
    return made


def _vertex(kind: str, obj: Any) -> str:
    return f"{kind}/{obj.metadata.namespace}/{obj.metadata.name}"


def _endpoints(made: nx.DiGraph[str], slice_: Any, pods: dict[str, Any]) -> None:
    for endpoint in slice_.endpoints:
        target = endpoint.target_ref
        vertex = f"Pod/{target.namespace}/{target.name}" if target is not None else ""
        if vertex in pods:
            made.add_node(vertex, kind="Pod", obj=pods[vertex])
            relation = _relation(endpoint.conditions)
            made.add_edge(_vertex("EndpointSlice", slice_), vertex, relation=relation)


def _relation(conditions: Any) -> str:
    if conditions.terminating:
        return TERMINATING
    return NOT_READY if conditions.ready is False else READY


def _without_address(made: nx.DiGraph[str], pods: dict[str, Any]) -> None:
    """Pods that a Service selects, but that are in no slice of it."""
    for vertex in [v for v in made if made.nodes[v]["kind"] == "Service"]:
        service = made.nodes[vertex]["obj"]
        listed = {pod for slice_ in made.successors(vertex) for pod in made.successors(slice_)}
        for name, pod in pods.items():
            selected = (
                service.spec.selector
                and pod.metadata.namespace == service.metadata.namespace
                and service.spec.selector.items() <= pod.metadata.labels.items()
            )
            if selected and name not in listed and pod.status.phase in ("", "Pending", "Running"):
                made.add_node(name, kind="Pod", obj=pod)
                made.add_edge(vertex, name, relation=NO_ADDRESS)


def vertices_of(made: nx.DiGraph[str], history: Any, when: int) -> dict[str, Vertex]:
    """The boxes: an object keeps its row for as long as it is there."""
    kinds = ("Service", "EndpointSlice", "Pod", "Node")
    resources = ("services", "endpointslices", "pods", "nodes")
    rows = {
        kind: rows_of(history, when, (resource, lambda obj, kind=kind: _vertex(kind, obj)))
        for kind, resource in zip(kinds, resources, strict=True)
    }
    return {
        vertex: _box(
            data["kind"], data["obj"], kinds.index(data["kind"]), rows[data["kind"]][vertex]
        )
        for vertex, data in made.nodes(data=True)
    }


def _box(kind: str, obj: Any, column: int, row: int) -> Vertex:
    name = plain(obj.metadata.name)
    if kind == "Service":
        return Vertex(column, row, (name, _address(obj)), WHITE, hover=f"{name} {_address(obj)}")
    if kind == "EndpointSlice":
        ready = sum(endpoint.conditions.ready is not False for endpoint in obj.endpoints)
        told = f"{ready} of {len(obj.endpoints)} ready"
        return Vertex(column, row, (name, told), WHITE, hover=name)
    if kind == "Node":
        mark = node_mark(obj)
        note = name if mark.ready else f"{name} not ready"
        return Vertex(column, row, (note,), PALE, BLACK, not mark.ready, name)
    shown = look(pod_look(obj))
    short = name_among_siblings(name, owner_of(obj))
    words = f"{short}  {shown.label.lower()}"
    return Vertex(column, row, (words,), shown.fill, shown.ink, shown.dashed, name)


def _address(service: Any) -> str:
    """The Service's own address and first port."""
    ports = ", ".join(str(port.port) for port in service.spec.ports[:2])
    address = service.spec.cluster_ip or service.spec.type
    address = "headless" if address == "None" else plain(address)
    return f"{address}:{ports}" if ports else address


def services(history: Any, state: State, title: str, when: str) -> Picture:
    """Draw where Services lead."""
    made = routes(state)
    edges = [
        Edge(start, end, STYLE.get(relation, "solid"), VERMILLION if relation in _BAD else LINE)
        for start, end, relation in made.edges(data="relation")
    ]
    return drawn(
        title or f"Where Services lead, at {when}",
        COLUMNS,
        vertices_of(made, history, state.when),
        edges,
        described(made),
        "solid: gets requests; dashed: not ready, or without an address; dotted: terminating",
    )


_BAD = (NOT_READY, NO_ADDRESS)


def described(made: nx.DiGraph[str]) -> str:
    """Where each Service leads, in words."""
    return "\n".join(["Graph of Services, EndpointSlices, pods and nodes.", *_sentences(made)])


def _sentences(made: nx.DiGraph[str]) -> Iterator[str]:
    for vertex, data in made.nodes(data=True):
        if data["kind"] != "Service":
            continue
        groups: dict[str, list[str]] = {}
        for start in (vertex, *made.successors(vertex)):
            for end in made.successors(start):
                if made.nodes[end]["kind"] == "Pod":
                    pod = made.nodes[end]["obj"]
                    where = f" on {pod.spec.node_name}" if pod.spec.node_name else ""
                    told = f"{plain(pod.metadata.name)}{where}"
                    groups.setdefault(made[start][end]["relation"], []).append(told)
        slices = counted(
            sum(made.nodes[v]["kind"] == "EndpointSlice" for v in made[vertex]), "slice"
        )
        name = f"Service {plain(data['obj'].metadata.name)} ({_address(data['obj'])}, {slices})"
        ready = groups.pop(READY, [])
        yield f"{name} leads to {counted(len(ready), 'pod')}{_listed(ready)}."
        for relation, pods in groups.items():
            yield f"  {relation}: {', '.join(sorted(pods))}."


def _listed(pods: list[str]) -> str:
    return f": {', '.join(sorted(pods))}" if pods else ""
