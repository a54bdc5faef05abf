"""A learner's controller that goes wrong in every way there is: told of, contained, survived."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.core_v1 import ConfigMap
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Request
from kubelite.client import key_of
from kubelite.client.controller import Create, Emit, Patch, Requeue, Update
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController
from kubelite.sim.clock import SECOND, Clock, HotLoopError
from kubelite.sim.guests import MishapWarning
from tests.manifests import deployment


class Diary(ManagedController):
    """A controller of deployments; each test gives it another ``answer``."""

    name = "diary-controller"
    answer: Callable[[Any, str], Any]

    def __init__(self, client: Any, recorder: Any, manager: Any):
        super().__init__(client, recorder, manager)
        self.looks: list[int] = []
        self.deployments = manager.informer("deployments.apps")
        self.deployments.on(add=lambda found: self.queue.add(key_of(found)))

    def sync(self, key: str) -> Any:
        self.looks.append(self.clock.now)
        return type(self).answer(self, key)


def with_diary(answer: Callable[[Any, str], Any], **options: Any) -> Cluster:
    """A cluster with such a controller."""
    kind = type("Diary", (Diary,), {"answer": answer, "__module__": __name__})
    return Cluster(nodes=1, controllers=(*CONTROLLERS, kind), **options)


def run(cluster: Cluster, seconds: float = 5, match: str = "") -> None:
    """A deployment comes, and the controller goes wrong."""
    cluster.apply(deployment("web", replicas=1))
    with pytest.warns(MishapWarning, match=match):
        cluster.run(seconds)
    assert len(cluster.get("pods").names) == 1  # all the others have worked


def divide(self: Any, key: str) -> Any:
    return 1 / 0


def leave(self: Any, key: str) -> Any:
    sys.exit("enough")


def go_deep(self: Any, key: str) -> Any:
    return go_deep(self, key)


class Rudeness(BaseException):
    """No Exception."""


def be_rude(self: Any, key: str) -> Any:
    raise Rudeness("I am no Exception")


RAISED = {
    divide: r"Diary.sync, line \d+ \(return 1 / 0\): ZeroDivisionError: division by zero",
    leave: r'Diary.sync, line \d+ \(sys.exit\("enough"\)\): SystemExit: enough',
    go_deep: "RecursionError: maximum recursion depth exceeded",
    be_rude: "Rudeness: I am no Exception",
}


@pytest.mark.parametrize("answer", RAISED)
def test_what_it_raises_is_told_with_method_and_line(answer: Callable[[Any, str], Any]) -> None:
    cluster = with_diary(answer)
    run(cluster, match=RAISED[answer])
    event = cluster.events("deployment/web")[-1]
    assert (event.type, event.reason) == ("Warning", "ControllerFailed")
    assert event.message == cluster.mishaps[0].cause
    assert str(cluster.mishaps[0]).endswith("Correct the class and make a new Cluster")
    assert cluster.mishaps[0].where in str(cluster.story("deployment/web"))


def test_it_is_tried_again_after_a_back_off_that_doubles() -> None:
    """As controller-runtime does with a reconciler that has panicked."""
    cluster = with_diary(divide)
    run(cluster)
    looks = cluster.controllers["diary-controller"].looks
    waits = [after - before for before, after in zip(looks, looks[1:], strict=False)]
    assert waits[:5] == [5_000, 10_000, 20_000, 40_000, 80_000]


def test_the_same_mistake_is_warned_of_once_and_counted_each_time() -> None:
    cluster = with_diary(divide)
    with pytest.warns(MishapWarning) as warned:
        cluster.apply(deployment("web", replicas=1))
        cluster.run(60)
    assert len(warned) == 1
    assert cluster.mishaps.count == len(cluster.controllers["diary-controller"].looks) == 14
    assert "The end of the story of deployment/web" in str(warned[0].message)
    assert "ZeroDivisionError" in repr(cluster.mishaps)


def actions_for_ever() -> Iterator[Any]:
    return repeat(Requeue(SECOND))


NONSENSE = {
    "None": (lambda self, key: None, "sync returned None: a list of actions is needed"),
    "a text": (lambda self, key: "create a pod", "sync returned str 'create a pod'"),
    "one action": (lambda self, key: Requeue(5), "sync returned Requeue"),
    "a list of None": (lambda self, key: [None], "sync returned None among its actions"),
    "a dict": (lambda self, key: [{"kind": "Pod"}], "among its actions: it may return Create"),
    "no object": (lambda self, key: [Create(None)], "Create takes an object with metadata"),
    "a number": (lambda self, key: [Update(3)], "Update takes an object with metadata, not int 3"),
    "an event of nothing": (lambda self, key: [Emit(None, "a", "b", "c")], "Emit takes an object"),
    "half a second": (lambda self, key: [Requeue(0.5)], "Requeue takes whole microseconds"),
    "no end": (lambda self, key: actions_for_ever(), "more than 10,000 actions, perhaps for ever"),
    "no such kind": (
        lambda self, key: [Create({"kind": "Diary", "metadata": {"name": "a"}})],
        'no matches for kind "Diary"',
    ),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_refused_and_says_what_is_expected(case: str) -> None:
    answer, told = NONSENSE[case]
    cluster = with_diary(answer)  # type: ignore[arg-type]
    run(cluster)
    assert told in cluster.mishaps[0].problem
    assert cluster.mishaps[0].line > 0  # of the method, at least


def test_a_generator_of_actions_is_as_good_as_a_list() -> None:
    def answer(self: Any, key: str) -> Iterator[Any]:
        yield Create(ConfigMap(metadata=ObjectMeta(name="web", namespace="default")))

    cluster = with_diary(answer)
    cluster.apply(deployment("web", replicas=1))
    cluster.run(5)
    assert cluster.get("configmaps").names == ["web"]


def test_what_the_server_refuses_is_no_mishap_but_comes_back() -> None:
    """Actions for other kinds, for objects that are not there: the server has the last word."""

    def answer(self: Any, key: str) -> Any:
        return [Patch("pods", "nobody", "default", {"spec": None}, "application/merge-patch+json")]

    cluster = with_diary(answer)
    cluster.apply(deployment("web", replicas=1))
    cluster.run(5)
    assert not cluster.mishaps
    assert len(cluster.controllers["diary-controller"].looks) > 5


# Hot loops


def requeue_at_once(self: Any, key: str) -> Any:
    return [Requeue(0)]


def add_oneself(self: Any, key: str) -> Any:
    self.queue.add(key)
    return ()


def add_many_others(self: Any, key: str) -> Any:
    self.queue.add(f"default/{len(self.looks)}")
    return ()


def test_a_hot_loop_ends_after_a_thousand_looks_and_the_rest_goes_on() -> None:
    for answer in (requeue_at_once, add_oneself):
        cluster = with_diary(answer)
        run(cluster, 30, "a hot loop: looked at default/web 1,000 times within a virtual second")
        looks = cluster.controllers["diary-controller"].looks
        assert len(looks) == 1_000
        assert cluster.elapsed == pytest.approx(30, abs=0.1)  # time has gone on
        assert "Return Requeue(5 * SECOND)" in str(cluster.mishaps[0])
        assert cluster.mishaps[0].subject == ("deployments.apps", "default", "web")


def test_after_a_quarter_of_an_hour_it_may_try_again() -> None:
    cluster = with_diary(requeue_at_once)
    run(cluster, 1_100)
    assert len(cluster.controllers["diary-controller"].looks) == 2_000


def test_a_loop_over_ever_new_keys_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubelite.sim.limits.GUEST_EVENTS_A_SECOND", 5_000)
    cluster = with_diary(add_many_others)
    run(cluster, 30, "a hot loop: 5,000 looks within a virtual second")
    assert len(cluster.controllers["diary-controller"].looks) == 5_000


def test_what_always_goes_on_at_one_instant_is_dropped_and_time_goes_on() -> None:
    clock, ticks = Clock(), []

    def again() -> None:
        ticks.append(clock.now)
        clock.after(0, again)

    clock.after(0, again)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("kubelite.sim.limits.EVENTS_AT_ONE_INSTANT", 1_000)
        with pytest.raises(HotLoopError, match=r"again, which was dropped. Give it a delay"):
            clock.run_until(clock.now + SECOND)
        clock.run_until(clock.now + SECOND)
    assert len(ticks) == 1_000


# What it was handed


def relabel(self: Any, key: str) -> Any:
    self.deployments.get(key).metadata.labels["spoilt"] = "yes"
    return ()


def relabel_what_the_server_gave(self: Any, key: str) -> Any:
    self.client.get("deployments.apps", "web", "default").metadata.labels["spoilt"] = "yes"
    return ()


def relabel_what_was_listed(self: Any, key: str) -> Any:
    self.client.list("deployments.apps").items[0].spec.selector.match_labels.clear()
    return ()


def rename(self: Any, key: str) -> Any:
    self.deployments.get(key).metadata.name = "other"
    return ()


@pytest.mark.parametrize(
    "answer", [relabel, relabel_what_the_server_gave, relabel_what_was_listed, rename]
)
@pytest.mark.parametrize("labels", [{}, {"team": "shop"}])
def test_nothing_it_is_handed_can_be_changed(
    answer: Callable[[Any, str], Any], labels: dict[str, str]
) -> None:
    cluster = with_diary(answer)
    wanted = deployment("web", replicas=1)
    wanted["metadata"]["labels"] = labels
    cluster.apply(wanted)
    with pytest.warns(MishapWarning):
        cluster.run(5)
    found = cluster.get("deployment/web")
    assert (found.metadata.name, found.metadata.labels) == ("web", labels)
    assert found.spec.selector.match_labels == {"app": "web"}
    if answer is not rename:
        assert "never changed in place" in cluster.mishaps[0].problem


# Everything else of it that is called


def test_a_handler_that_fails_does_not_keep_the_news_from_others() -> None:
    class Handlers(Diary):
        name = "diary-controller"

        def __init__(self, *given: Any):
            super().__init__(*given)
            self.pods = self.manager.informer("pods")
            self.pods.on(add=self.broken, update=lambda old: None, delete=self.broken)
            self.pods.add_indexer("by-nothing", lambda pod: None)  # type: ignore[arg-type,return-value]

        def broken(self, pod: Any) -> None:
            raise LookupError(pod.metadata.name)

        def sync(self, key: str) -> Any:
            return ()

    cluster = Cluster(nodes=1, controllers=(*CONTROLLERS, Handlers))
    run(cluster)
    assert cluster.get("deployment/web").status.ready_replicas == 1
    told = {mishap.who for mishap in (cluster.mishaps[i] for i in range(len(cluster.mishaps)))}
    lambdas = "Handlers.__init__.<lambda>"
    assert told == {"Handlers.broken", lambdas}


def test_its_answers_to_what_came_of_its_actions_may_fail_too() -> None:
    class Proud(Diary):
        name = "diary-controller"

        def sync(self, key: str) -> Any:
            meta = ObjectMeta(name="web", namespace="default")
            return [Create(ConfigMap(metadata=meta))]

        def succeeded(self, key: str, action: Any, result: Any) -> None:
            raise RuntimeError("look at me")

        def failed(self, key: str, dropped: Any, status: Any) -> None:
            raise RuntimeError("not my fault")

    cluster = Cluster(nodes=1, controllers=(*CONTROLLERS, Proud))
    run(cluster)
    assert [cluster.mishaps[0].who, cluster.mishaps[1].who] == ["Proud.succeeded", "Proud.failed"]


def test_the_stop_key_stops_and_the_cluster_can_go_on() -> None:
    pressed: list[str] = []

    def answer(self: Any, key: str) -> Any:
        if not pressed:
            pressed.append(key)
            raise KeyboardInterrupt
        return ()

    cluster = with_diary(answer)
    cluster.apply(deployment("web", replicas=1))
    with pytest.raises(KeyboardInterrupt):
        cluster.run(5)
    cluster.run(5)
    assert len(cluster.controllers["diary-controller"].looks) == 2
    assert cluster.get("deployment/web").status.ready_replicas == 1


def test_a_fault_of_the_engine_itself_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(nodes=1)
    controller = cluster.controllers["deployment-controller"]
    monkeypatch.setattr(controller.deployments, "get", None)  # the engine calls what is not there
    cluster.apply(deployment("web", replicas=1))
    with pytest.raises(TypeError, match="not callable"):
        cluster.run(5)


def test_the_same_seed_goes_wrong_in_the_same_way() -> None:
    digests = set()
    for _ in range(2):
        cluster = with_diary(divide, seed=11)
        run(cluster)
        digests.add(cluster.trace.digest())
    assert len(digests) == 1


def test_what_draws_from_random_is_another_run_and_a_stream_is_the_same() -> None:
    """The card says so: nobody can keep a learner's code from the dice of Python."""

    def diary(name: Callable[[Any], float]) -> Callable[[Any, str], Any]:
        def answer(self: Any, key: str) -> Any:
            meta = ObjectMeta(name=f"web-{name(self)}", namespace="default")
            return [Create(ConfigMap(metadata=meta))]

        return answer

    def digests(name: Callable[[Any], float]) -> set[str]:
        found = set()
        for seed in (1, 2):
            random.seed(seed)
            cluster = with_diary(diary(name))
            cluster.apply(deployment("web", replicas=1))
            cluster.run(5)
            found.add(cluster.trace.digest())
        return found

    assert len(digests(lambda self: random.random())) == 2
    assert len(digests(lambda self: self.manager.chance.stream("diary").random())) == 1


def test_a_watch_of_ones_own_that_fails_does_not_keep_a_write_from_anybody() -> None:
    cluster = Cluster(nodes=1)
    heard: list[str] = []

    def deliver(event: Any) -> None:
        heard.append(event.object.metadata.name)
        raise LookupError("not this one")

    cluster.api.watch(Request("watch", "pods", "default"), deliver)
    cluster.apply(deployment("web", replicas=2))
    with pytest.warns(MishapWarning, match="LookupError: not this one"):
        cluster.run_until("deployment/web ready")
    assert len(set(heard)) == 2


def test_a_watch_that_is_refused_hears_nothing() -> None:
    cluster = Cluster(nodes=0)
    heard: list[Any] = []
    with pytest.raises(StatusError, match="invalid resource version"):
        refused = Request("watch", "configmaps", "default", resource_version="tomorrow")
        cluster.api.watch(refused, heard.append)
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
    assert heard == []
