"""What befell pods, one lane each: phases, probes, who acted on them, and how their nodes fared.

All of it is read from the cluster's history; ``lanes_figure`` draws it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from course.view.cluster_view import zero_of
from course.view.plain import plain
from course.view.state import SECOND, reason_of
from kubelite.api.conditions import node_ready
from kubelite.api.looks import pod_look
from kubelite.apimachinery.told import UnknownName

SAME = 1.0  # seconds within which pods that do the same share a lane
MOST_NODES = 8
_SELECTING = ("deployment", "statefulset", "daemonset", "replicaset", "job")


class Stretch(NamedTuple):
    """A time in one phase."""

    start: float
    end: float
    phase: str


class Probes(NamedTuple):
    """Equal results of one probe in a row. ``acts`` is when the kubelet acted on them, or None."""

    kind: str
    ok: bool
    times: tuple[float, ...]
    threshold: int
    acts: float | None


class Lane(NamedTuple):
    """One pod, or several that did the same."""

    names: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    probes: tuple[Probes, ...]
    nodes: tuple[str, ...]

    @property
    def label(self) -> str:
        """The ending of its name; how many more there are."""
        short = self.names[0].rsplit("-", 1)[-1]
        return short if len(self.names) == 1 else f"{short} +{len(self.names) - 1}"


class Action(NamedTuple):
    """Something a component did to the pods or their owners."""

    when: float
    component: str
    verb: str
    what: str


class Lanes(NamedTuple):
    """Everything that is drawn. ``hidden`` is how many lanes there was no room for."""

    start: float
    end: float
    pods: tuple[Lane, ...]
    hidden: int
    actions: tuple[Action, ...]
    nodes: tuple[Lane, ...]


def lanes_of(
    cluster: Any, what: str, since: float = 0.0, until: float | None = None, limit: int = 20
) -> Lanes:
    """Read the lanes of "deployment/web", another workload, or "pod/web-1".

    Raises LookupError when nothing of the kind was ever there.
    """
    return _Reading(cluster, what, since, until).lanes(limit)


class _Reading:
    def __init__(self, cluster: Any, what: str, since: float, until: float | None):
        self.history = cluster.history
        self.zero = zero_of(cluster)
        self.now = self._seconds(cluster.clock.now)
        self.since, self.until = since, self.now if until is None else until
        self.word, _, self.name = what.partition("/")
        self.resource = cluster.api.scheme.by_name(self.word).resource
        self.actions: list[Action] = []
        self.mine = self._chooser()

    def _seconds(self, when: int) -> float:
        return (when - self.zero) / SECOND

    def _chooser(self) -> Callable[[Any], bool]:
        """Which pods are meant."""
        if self.resource == "pods":
            return lambda pod: pod.metadata.name == self.name
        labels: dict[str, str] = {}
        for _, _, new, old in self.history.changes(self.resource):
            one = new or old
            if one.metadata.name == self.name and one.spec.selector is not None:
                labels = dict(one.spec.selector.match_labels)
        if not labels:
            raise UnknownName(f"no {self.word} called {self.name!r} in this cluster's history")
        return lambda pod: labels.items() <= pod.metadata.labels.items()

    def lanes(self, limit: int) -> Lanes:
        """Everything, in the order in which pods were made."""
        each = [self._lane(steps) for steps in self._steps().values()]
        if not each:
            raise UnknownName(f"no pods of {self.word}/{self.name} in this cluster's history")
        grouped = _grouped([lane for lane in each if lane.stretches])
        shown, hidden = grouped[-limit:], max(0, len(grouped) - limit)
        names = list(dict.fromkeys(node for lane in shown for node in lane.nodes))[:MOST_NODES]
        self._owners()
        nodes = tuple(self._nodes(names))
        chosen = [a for a in self.actions if self.since <= a.when <= self.until]
        actions = tuple(sorted(chosen))
        return Lanes(self.since, self.until, tuple(shown), hidden, actions, nodes)

    def _steps(self) -> dict[str, list[tuple[float, int, Any, Any]]]:
        found: dict[str, list[tuple[float, int, Any, Any]]] = {}
        for when, revision, new, old in self.history.changes("pods"):
            if self.mine(new or old):
                step = (self._seconds(when), revision, new, old)
                found.setdefault((new or old).metadata.uid, []).append(step)
        self.pulls = self._pulls()
        return found

    def _pulls(self) -> dict[str, list[tuple[float, float]]]:
        """When images were pulled for a pod: from its events Pulling to the next of its events."""
        found: dict[str, list[tuple[float, float]]] = {}
        for when, _, new, _ in self.history.changes("events"):
            if new is None or new.involved_object.kind != "Pod":
                continue
            spans, moment = found.setdefault(new.involved_object.uid, []), self._seconds(when)
            if spans and spans[-1][1] == float("inf") and new.reason != "Pulling":
                spans[-1] = (spans[-1][0], moment)
            elif new.reason == "Pulling":
                spans.append((moment, float("inf")))
        return found

    def _lane(self, steps: list[tuple[float, int, Any, Any]]) -> Lane:
        marks: list[tuple[float, str]] = []
        nodes: list[str] = []
        for when, revision, new, old in steps:
            phase = phase_of(new) if new else ""
            if not marks or marks[-1][1] != phase:
                marks.append((when, phase))
            if new and new.spec.node_name and new.spec.node_name not in nodes:
                nodes.append(new.spec.node_name)
            self._pod_action(when, revision, new, old)
        pod = steps[0][2] or steps[0][3]
        ends = [when for when, _ in marks[1:]] + [self.now]
        whole = [Stretch(a, b, key) for (a, key), b in zip(marks, ends, strict=True) if key]
        cut = _with_pulls(whole, self.pulls.get(pod.metadata.uid, []))
        seen = [self._cut(stretch) for stretch in cut]
        stretches = tuple(s for s in seen if s.end > s.start)
        name = plain(pod.metadata.name)
        probes = tuple(self._probes(pod.metadata.uid))
        return Lane((name,), stretches, probes, tuple(map(plain, nodes)))

    def _cut(self, stretch: Stretch) -> Stretch:
        return Stretch(max(stretch.start, self.since), min(stretch.end, self.until), stretch.phase)

    def _probes(self, uid: str) -> Iterator[Probes]:
        for streak in self.history.probes(uid):
            first, last = self._seconds(streak.first), self._seconds(streak.last)
            step = (last - first) / (streak.count - 1) if streak.count > 1 else 0.0
            times = tuple(first + step * number for number in range(streak.count))
            reached = streak.count >= streak.threshold
            acts = times[streak.threshold - 1] if reached else None
            seen = tuple(time for time in times if self.since <= time <= self.until)
            if seen:
                yield Probes(streak.kind, streak.result == "success", seen, streak.threshold, acts)

    def _act(self, when: float, revision: int, verb: str, what: str) -> None:
        component = plain(self.history.component_of(revision))
        component = "kubelet" if component.startswith("kubelet/") else component
        self.actions.append(Action(when, component, verb, what))

    def _pod_action(self, when: float, revision: int, new: Any, old: Any) -> None:
        name = f"pod {plain((new or old).metadata.name)}"
        if old is None:
            self._act(when, revision, "create", name)
        elif new is None:
            self._act(when, revision, "remove", name)
        elif new.metadata.deletion_timestamp and not old.metadata.deletion_timestamp:
            self._act(when, revision, "delete", name)
        elif new.spec.node_name and not old.spec.node_name:
            self._act(when, revision, "bind", f"{name} to {plain(new.spec.node_name)}")

    def _owners(self) -> None:
        """What was done to the workload itself and, for a Deployment, to its ReplicaSets."""
        if self.word not in _SELECTING:
            return
        wanted = [(self.resource, lambda one: one.metadata.name == self.name)]
        if self.resource == "deployments.apps":
            wanted.append(("replicasets", self._is_mine))
        for resource, mine in wanted:
            for when, revision, new, old in self.history.changes(resource):
                if mine(new or old):
                    self._owner_action(self._seconds(when), revision, new, old)

    def _is_mine(self, one: Any) -> bool:
        return any(owner.name == self.name for owner in one.metadata.owner_references)

    def _owner_action(self, when: float, revision: int, new: Any, old: Any) -> None:
        name = f"{(new or old).kind} {plain((new or old).metadata.name)}"
        if old is None:
            self._act(when, revision, "create", name)
        elif new is None:
            self._act(when, revision, "remove", name)
        else:
            before, after = (getattr(one.spec, "replicas", None) for one in (old, new))
            if before != after:
                self._act(when, revision, "scale", f"{name} from {before} to {after}")

    def _nodes(self, names: Sequence[str]) -> Iterator[Lane]:
        marks: dict[str, list[tuple[float, str]]] = {name: [] for name in names}
        for when, revision, new, old in self.history.changes("nodes"):
            name = plain((new or old).metadata.name)
            if name not in marks:
                continue
            state, looks = node_phase(new), marks[name]
            if not looks or looks[-1][1] != state:
                if looks and "not ready" in (state, looks[-1][1]):
                    self._act(self._seconds(when), revision, "mark", f"{name} {state}")
                looks.append((self._seconds(when), state))
        for name in names:
            ends = [when for when, _ in marks[name][1:]] + [self.now]
            pairs = zip(marks[name], ends, strict=True)
            cut = [self._cut(Stretch(start, end, key)) for (start, key), end in pairs if key]
            yield Lane((name,), tuple(s for s in cut if s.end > s.start), (), ())


def phase_of(pod: Any) -> str:
    """The phase of a lane: as the pod's look, with back-off told from other trouble."""
    key = pod_look(pod)
    if key == "trouble" and reason_of(pod).endswith("BackOff"):
        return "backoff"
    return key


def node_phase(node: Any) -> str:
    """The state of a node in a lane; "" when it is gone."""
    if node is None:
        return ""
    if not node_ready(node):
        return "not ready"
    pressed = [c.type for c in node.status.conditions if c.type != "Ready" and c.status == "True"]
    if pressed:
        return "pressure"
    return "cordoned" if node.spec.unschedulable else "node ready"


def _with_pulls(whole: list[Stretch], pulls: list[tuple[float, float]]) -> list[Stretch]:
    """Cut the times of pulling out of those of starting."""
    found: list[Stretch] = []
    for start, end, phase in whole:
        if phase == "starting":
            for begun, done in pulls:
                if start <= begun < end:
                    found.append(Stretch(start, begun, phase))
                    found.append(Stretch(begun, min(done, end), "pulling"))
                    start = min(done, end)
        found.append(Stretch(start, end, phase))
    return [stretch for stretch in found if stretch.end > stretch.start]


def _grouped(lanes: list[Lane]) -> list[Lane]:
    """Lanes of pods that did the same at the same time, put together."""
    found: list[Lane] = []
    for lane in lanes:
        for number, known in enumerate(found):
            if _alike(known, lane):
                nodes = (*known.nodes, *(n for n in lane.nodes if n not in known.nodes))
                names = (*known.names, *lane.names)
                found[number] = known._replace(names=names, nodes=nodes)
                break
        else:
            found.append(lane)
    return found


def _alike(one: Lane, other: Lane) -> bool:
    if [s.phase for s in one.stretches] != [s.phase for s in other.stretches]:
        return False
    if [p.acts is None for p in one.probes] != [p.acts is None for p in other.probes]:
        return False
    pairs = zip(one.stretches, other.stretches, strict=True)
    return all(abs(a.start - b.start) <= SAME and abs(a.end - b.end) <= SAME for a, b in pairs)


def phase_at(lane: Lane, moment: float) -> str:
    """The phase of a lane at a moment; "" where it has none."""
    place = bisect_right(lane.stretches, moment, key=lambda s: s.start) - 1
    if place < 0 or lane.stretches[place].end < moment:
        return ""
    return lane.stretches[place].phase
