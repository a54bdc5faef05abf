"""A census that was corrected after every change says the same as one made from nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelite.api.apps_v1 import ControllerRevision, StatefulSet, StatefulSetSpec
from kubelite.api.core_v1 import Pod, Taint
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta, OwnerReference
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client import Client, EventRecorder, Informer
from kubelite.client.informer import Indexer
from kubelite.controllers import history
from kubelite.controllers.census import Census
from kubelite.controllers.daemon import DaemonSetController
from kubelite.controllers.daemon.manage import Observed, counted, manage, observed
from kubelite.controllers.daemon.rolling import rolling_update
from kubelite.controllers.history import HASH
from kubelite.controllers.statefulset import StatefulSetController, identity
from kubelite.controllers.statefulset.plan import Observed as ObservedSet
from kubelite.controllers.statefulset.plan import plan, report
from kubelite.sim.chance import Chance
from kubelite.sim.clock import Clock
from tests.controllers import objects
from tests.controllers.objects import LABELS, NOW
from tests.controllers.test_daemon_plan import NEW, OLD, daemon_set


class Copies:
    """Local copies that are told of changes by hand, and all that a controller asks for."""

    def __init__(self, kind: type[Any]):
        self.chance = Chance(1)
        self._client = Client(None, Clock(), "test")  # type: ignore[arg-type]
        self._informers: dict[str, Informer] = {}
        self._version = 0
        self.controller = kind(self._client, EventRecorder(self._client, "test"), self)

    def informer(self, resource: str, indexers: Mapping[str, Indexer] | None = None) -> Informer:
        found = self._informers.setdefault(resource, Informer(self._client, resource))
        for name, indexer in (indexers or {}).items():
            found.add_indexer(name, indexer)
        return found

    def put(self, resource: str, obj: Any) -> None:
        self._version += 1
        meta = replace(obj.metadata, resource_version=str(self._version))
        self.informer(resource)._put(replace(obj, metadata=meta))

    def remove(self, resource: str, name: str, space: str = "default/") -> None:
        found = self.informer(resource).get(space + name)
        if found is not None:
            self.informer(resource)._remove(found)


def owned(pod: Pod, kind: str, name: str, uid: str) -> Pod:
    owner = OwnerReference(api_version="apps/v1", kind=kind, name=name, uid=uid, controller=True)
    return replace(pod, metadata=replace(pod.metadata, owner_references=(owner,)))


@st.composite
def pods(draw: st.DrawFn, kind: str, name: str, uid: str, names: list[str]) -> Pod:
    """Any pod: on any node, of any revision and state, and perhaps somebody else's."""
    flags = st.sampled_from([True] * 6 + [False])
    label = LABELS if draw(flags) else {"foo": "other"}
    called = draw(st.sampled_from(names))
    labels = label | {HASH: draw(st.sampled_from([NEW, NEW, OLD]))}
    if draw(flags):
        number = called.rpartition("-")[2]
        labels |= {identity.POD_NAME: called, identity.POD_INDEX: number}
    made = objects.pod(
        called,
        draw(st.sampled_from(["node-1", "node-2", "node-3"] * 3 + [""])),
        draw(st.sampled_from(["Running"] * 5 + ["Pending", "Failed"])),
        draw(flags),
        ready_since=draw(st.sampled_from([0, 3, 60])) * SECOND,
        created=draw(st.integers(0, 2)) * SECOND,
        uid=f"{called}-{draw(st.integers(0, 1))}",
        labels=labels,
    )
    if not draw(flags):
        made = replace(made, metadata=replace(made.metadata, deletion_timestamp=Time(NOW)))
    return owned(made, kind, name, draw(st.sampled_from([uid, uid, uid, uid, uid, "of another"])))


@st.composite
def nodes(draw: st.DrawFn) -> Any:
    effect = draw(st.sampled_from([""] * 4 + ["NoSchedule", "NoExecute"]))
    taints = (Taint(key="dedicated", effect=effect),) if effect else ()
    return objects.node(f"node-{draw(st.integers(1, 3))}", taints=taints)


DAEMONS = ["a", "b", "c", "d", "e"]
DAEMON_STEPS = st.one_of(
    st.tuples(st.just("put pods"), pods("DaemonSet", "log", "log-uid", DAEMONS)),
    st.tuples(st.just("remove pods"), st.sampled_from(DAEMONS)),
    st.tuples(st.just("put nodes"), nodes()),
    st.tuples(st.just("remove nodes"), st.sampled_from(["node-1", "node-2", "node-3"])),
    st.tuples(st.just("look"), st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 5]))),
    st.tuples(st.just("wait"), st.just(2 * SECOND)),
)


def run(copies: Copies, steps: list[tuple[str, Any]], look: Callable[[Any], None]) -> None:
    for word, what in steps:
        verb, _, resource = word.partition(" ")
        if verb == "put":
            copies.put(resource, what)
        elif verb == "remove":
            copies.remove(resource, what, "" if resource == "nodes" else "default/")
        elif verb == "wait":
            copies.controller.clock.now += what
        else:
            look(what)


@settings(max_examples=150, deadline=None)
@given(st.lists(DAEMON_STEPS, max_size=40))
def test_of_daemons(steps: list[tuple[str, Any]]) -> None:
    copies = Copies(DaemonSetController)
    controller = copies.controller
    copies.put("daemonsets.apps", daemon_set())

    def look(what: tuple[int, int]) -> None:
        surge, delay = what
        owner = daemon_set(surge, 1 - surge, min_ready_seconds=delay)
        copies.put("daemonsets.apps", owner)
        found = controller.pods.index("controller", "log-uid")
        now = controller.clock.now
        plain = observed(owner, controller.nodes.items(), found, NEW, now)
        assert said(owner, controller._look(owner, NEW)) == said(owner, plain)
        assert said(owner, controller._look(owner, NEW)) == said(owner, plain), "again"

    def said(owner: Any, seen: Observed) -> Any:
        changes = manage(owner, seen)
        changes.surplus.sort(key=lambda pod: pod.metadata.name)
        return changes, rolling_update(owner, seen), counted(owner, seen, True)

    run(copies, [*steps, ("look", (0, 0))], look)


SETS = ["db-0", "db-1", "db-2", "db-3", "db-01", "odd"]
SET_STEPS = st.one_of(
    st.tuples(st.just("put pods"), pods("StatefulSet", "db", "db-uid", SETS)),
    st.tuples(st.just("remove pods"), st.sampled_from(SETS)),
    st.tuples(
        st.just("look"),
        st.tuples(
            st.sampled_from(["OrderedReady", "Parallel"]),
            st.integers(1, 4),
            st.sampled_from([0, 5]),
            st.sampled_from([NEW, NEW, OLD]),
        ),
    ),
    st.tuples(st.just("wait"), st.just(2 * SECOND)),
)


def stateful_set(policy: str, replicas: int, delay: int) -> StatefulSet:
    spec = StatefulSetSpec(
        replicas=replicas,
        min_ready_seconds=delay,
        pod_management_policy=policy,
        selector=LabelSelector(match_labels=LABELS),
        template=objects.template(),
    )
    return StatefulSet(metadata=ObjectMeta(name="db", namespace="default", uid="db-uid"), spec=spec)


def revision(owner: StatefulSet, name: str) -> ControllerRevision:
    data = history.data_of(owner.spec.template)
    return ControllerRevision(metadata=ObjectMeta(name=name), data=data, revision=1)


@settings(max_examples=150, deadline=None)
@given(st.lists(SET_STEPS, max_size=40))
def test_of_stateful_sets(steps: list[tuple[str, Any]]) -> None:
    copies = Copies(StatefulSetController)
    controller = copies.controller
    copies.put("statefulsets.apps", stateful_set("Parallel", 3, 0))

    def look(what: tuple[str, int, int, str]) -> None:
        *asked, before = what
        owner = stateful_set(*asked)
        owner = replace(owner, status=replace(owner.status, current_revision=before))
        copies.put("statefulsets.apps", owner)
        revisions = [revision(owner, OLD), revision(owner, NEW)]
        found = controller.pods.index("controller", "db-uid")
        # Two pods of one ordinal: which of them counts is not said.
        mine = {identity.ordinal(p): p for p in found if identity.member(owner, p)}
        if len(mine) < len([p for p in found if identity.member(owner, p)]):
            return
        current = revisions[before == NEW]
        plain = ObservedSet(tuple(mine.values()), current, revisions[1], controller.clock.now)
        for _ in range(2):
            seen = controller._observed(owner, revisions, revisions[1])
            assert plan(owner, seen) == plan(owner, plain)
            assert report(owner, seen) == report(owner, plain)

    run(copies, [*steps, ("look", ("Parallel", 3, 0, NEW))], look)


def test_what_is_as_it_should_be_is_not_looked_at_again() -> None:
    copies = Copies(DaemonSetController)
    owner = daemon_set()
    copies.put("daemonsets.apps", owner)
    for number in range(1, 4):
        copies.put("nodes", objects.node(f"node-{number}"))
        pod = objects.pod(f"p{number}", f"node-{number}", ready=True, labels=LABELS | {HASH: NEW})
        copies.put("pods", owned(pod, "DaemonSet", "log", "log-uid"))
    look = copies.controller._look
    assert list(look(owner, NEW).verdicts) == ["node-1", "node-2", "node-3"]
    seen = look(owner, NEW)
    assert (list(seen.verdicts), seen.desired, seen.others, seen.serving) == ([], 3, 3, 3)
    copies.remove("pods", "p2")
    seen = look(owner, NEW)
    assert (list(seen.verdicts), seen.desired, seen.others) == (["node-2"], 3, 2)
    assert list(look(owner, OLD).verdicts) == ["node-1", "node-2", "node-3"], "another template"


def test_a_pod_is_asked_whether_it_belongs_when_it_is_new_or_relabelled() -> None:
    copies = Copies(DaemonSetController)
    owner, controller = daemon_set(), copies.controller
    copies.put("daemonsets.apps", owner)
    pod = owned(objects.pod("p", "node-1", labels=LABELS), "DaemonSet", "log", "log-uid")
    odd = replace(pod, metadata=replace(pod.metadata, labels={"foo": "other"}))

    def strangers() -> list[str]:
        return [p.metadata.name for p in controller.strangers.of(owner)]

    copies.put("pods", pod)
    assert strangers() == []
    copies.put("pods", odd)
    assert strangers() == strangers() == ["p"], "until it is no stranger any more"
    copies.put("pods", pod)
    assert strangers() == []
    copies.put("pods", odd)
    copies.remove("pods", "p")
    assert strangers() == []


@pytest.mark.parametrize("word", ["forget", "forget_all"])
def test_who_is_forgotten_is_counted_anew(word: str) -> None:
    copies = Copies(DaemonSetController)
    census: Census[str] = copies.controller.census
    assert list(census.of("uid", "this", lambda: ["a", "b"]).doubtful) == ["a", "b"]
    census.of("uid", "this", lambda: []).settle("a", True)
    assert list(census.of("uid", "this", lambda: ["a", "b"]).doubtful) == ["b"]
    getattr(census, word)(*(["uid"] if word == "forget" else []))
    assert list(census.of("uid", "this", lambda: ["a", "b"]).doubtful) == ["a", "b"]
