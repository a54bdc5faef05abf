"""Learners' scheduler and admission plugins that go wrong: an answer in upstream's words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apiserver.admission import ADMISSION
from kubelite.apiserver.admission.plugin import Plugin
from kubelite.scheduler.framework import UNSCHEDULABLE, PostFilterResult, Status
from kubelite.scheduler.profile import DEFAULT_PROFILE, Profile
from kubelite.sim.guests import MishapWarning
from tests.manifests import deployment


class Picky:
    """A plugin to which each test adds methods."""

    name = "Picky"
    events: dict[str, Any] = {}

    def __init__(self, listers: Any):
        self.listers = listers


def with_plugin(**methods: Any) -> Cluster:
    """Two nodes, and a scheduler of its own for such a plugin beside the usual one."""
    kind = type("Picky", (Picky,), {"__module__": __name__, **methods})
    own = Profile("picky-scheduler", extra=(kind,))
    return Cluster(nodes=2, profiles=(DEFAULT_PROFILE, own))


def try_one(cluster: Cluster, seconds: float = 5) -> str:
    """A pod for that scheduler and one for the usual one; the last FailedScheduling message."""
    cluster.apply(deployment("web", replicas=1))
    cluster.apply(deployment("own", replicas=1, pod={"schedulerName": "picky-scheduler"}))
    with pytest.warns(MishapWarning):
        cluster.run(seconds)
    assert cluster.get("deployment/web").status.ready_replicas == 1  # the others are scheduled
    failed = [event for event in cluster.events() if event.reason == "FailedScheduling"]
    return failed[-1].message if failed else ""


def divide(*_: Any) -> Any:
    return 1 / 0


ERRORS: dict[str, tuple[dict[str, Any], str]] = {
    "filter raises": (
        {"filter": divide},
        r'running "Picky" filter plugin: line \d+ .*ZeroDivisionError: division by zero',
    ),
    "filter says no with a bool": (
        {"filter": lambda *_: False},
        r'"Picky" filter plugin: line \d+.*: it returned False: None for success, or Status',
    ),
    "pre_filter raises": ({"pre_filter": divide, "filter": divide}, 'running PreFilter plugin "Pi'),
    "pre_score raises": (
        {"pre_score": divide, "score": lambda *_: 1},
        'running PreScore plugin "Picky": ',
    ),
    "score raises": (
        {"score": divide},
        'running Score plugins: plugin "Picky" failed with: line',
    ),
    "score is too high": (
        {"score": lambda *_: 101},
        'applying score defaultWeights on Score plugins: plugin "Picky" returns an invalid score '
        r"101, it should in the range of \[0, 100\] after normalizing",
    ),
    "score is negative": ({"score": lambda *_: -1}, "returns an invalid score -1, it should in"),
    "score is None": ({"score": lambda *_: None}, "a score is a whole number, not None"),
    "score is no number": ({"score": lambda *_: math.nan}, "a whole number, not float nan"),
    "score is true": ({"score": lambda *_: True}, "a score is a whole number, not True"),
    "score_all gives one for all": (
        {"score_all": lambda *_: [1]},
        "one score for each of 2 nodes is needed, not list",
    ),
    "normalize raises": (
        {"score": lambda *_: 1_000, "normalize": divide},
        'running Normalize on Score plugins: plugin "Picky" failed with: ',
    ),
    "normalize leaves the range": (
        {"score": lambda *_: 1, "normalize": lambda self, state, nodes, raw: [1_000 for _ in raw]},
        "returns an invalid score 1000",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_decision_that_a_plugin_spoils_is_an_error(case: str) -> None:
    methods, text = ERRORS[case]
    cluster = with_plugin(**methods)
    message = try_one(cluster)
    assert re.search(text, message), message
    condition = cluster.get(f"pod/{cluster.mishaps[0].subject[2]}").status.conditions[0]
    assert (condition.type, condition.reason) == ("PodScheduled", "SchedulerError")
    assert cluster.mishaps[0].who.startswith("Picky.")


def test_the_pod_goes_to_the_back_off_queue_and_is_tried_again() -> None:
    tries: list[int] = []

    def filter(self: Any, state: Any, pod: Any, node: Any) -> Any:
        tries.append(1)
        return 1 / 0 if len(tries) < 3 else None

    cluster = with_plugin(filter=filter)
    try_one(cluster, 30)
    assert cluster.get("deployment/own").status.ready_replicas == 1


def test_a_node_that_does_not_exist_is_not_promised() -> None:
    def post_filter(self: Any, state: Any, pod: Any, refusals: Any) -> Any:
        return PostFilterResult(None, "node-of-dreams", ())

    refuse = Status(UNSCHEDULABLE, ("node(s) were not good enough",), "Picky")
    cluster = with_plugin(filter=lambda *_: refuse, post_filter=post_filter)
    message = try_one(cluster)
    assert "0/2 nodes are available: 2 node(s) were not good enough." in message
    assert "there is no node str 'node-of-dreams' to nominate" in message


def test_a_node_that_is_only_named_by_pre_filter_leaves_nowhere_to_go() -> None:
    def pre_filter(self: Any, state: Any, pod: Any) -> None:
        state.restrict(["node-of-dreams"])

    cluster = with_plugin(pre_filter=pre_filter, filter=lambda *_: None)
    cluster.apply(deployment("own", replicas=1, pod={"schedulerName": "picky-scheduler"}))
    cluster.run(5)
    message = cluster.events()[-1].message
    assert "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [Picky]." in message


def test_pre_enqueue_that_fails_keeps_the_pod_out() -> None:
    cluster = with_plugin(pre_enqueue=divide)
    assert try_one(cluster) == ""
    assert cluster.get("deployment/own").status.ready_replicas == 0


def test_an_order_without_sense_is_the_order_of_arrival() -> None:
    kind = type("Rude", (Picky,), {"__module__": __name__, "sort_key": lambda *_: "me first"})
    own = Profile(extra=(kind,), disabled=("PrioritySort",))
    cluster = Cluster(nodes=1, profiles=(own,))
    cluster.apply(deployment("web", replicas=2))
    with pytest.warns(MishapWarning):
        cluster.run_until("deployment/web ready")


def test_a_hint_in_doubt_gives_the_pod_a_new_try() -> None:
    refusing = [True]

    def filter(self: Any, state: Any, pod: Any, node: Any) -> Any:
        return Status(UNSCHEDULABLE, ("not now",), "Picky") if refusing else None

    cluster = with_plugin(filter=filter, events={"Node/Add": divide})
    cluster.apply(deployment("own", replicas=1, pod={"schedulerName": "picky-scheduler"}))
    cluster.run(5)
    refusing.clear()
    with pytest.warns(MishapWarning):
        cluster.add_node()
        cluster.run(30)
    assert cluster.get("deployment/own").status.ready_replicas == 1


def pre_bind_twice(self: Any, client: Any, pod: Any, node: Any, then: Callable[[str], Any]) -> None:
    then("the disk is on fire")
    then("")
    raise RuntimeError("and so am I")


@pytest.mark.parametrize(
    ("pre_flight", "pre_bind", "text"),
    [
        (lambda *_: None, divide, "ZeroDivisionError: division by zero"),
        (lambda *_: None, pre_bind_twice, "the disk is on fire"),
        (divide, lambda *_: None, "ZeroDivisionError: division by zero"),
    ],
)
def test_what_has_to_be_done_before_binding_may_fail(
    pre_flight: Any, pre_bind: Any, text: str
) -> None:
    message = try_one(with_plugin(pre_bind_pre_flight=pre_flight, pre_bind=pre_bind))
    assert message.startswith('running PreBind plugin "Picky": ')
    assert text in message


def test_a_binder_that_fails() -> None:
    kind = type("Glue", (Picky,), {"__module__": __name__, "name": "Glue", "bind": divide})
    own = Profile("picky-scheduler", extra=(kind,), disabled=("DefaultBinder",))
    cluster = Cluster(nodes=1, profiles=(DEFAULT_PROFILE, own))
    message = try_one(cluster)
    assert message.startswith('running Bind plugin "Glue": Internal error occurred: line')


def test_a_plugin_may_not_change_pods_and_nodes() -> None:
    def filter(self: Any, state: Any, pod: Any, node: Any) -> None:
        node.node.metadata.labels["mine"] = "yes"

    cluster = with_plugin(filter=filter)
    assert "never changed in place" in try_one(cluster)
    assert "mine" not in cluster.get("node/node-1").metadata.labels


def test_a_plugin_without_a_name_is_refused_at_once() -> None:
    kind = type("Nameless", (Picky,), {"__module__": __name__, "name": ""})
    with pytest.raises(TypeError, match="Nameless needs a name: name = 'Nameless'"):
        Cluster(nodes=0, profiles=(Profile(extra=(kind,)),))


def test_explain_says_so_too() -> None:
    cluster = with_plugin(filter=divide)
    try_one(cluster)
    pod = cluster.mishaps[0].subject[2]
    with pytest.raises(Exception, match='running "Picky" filter plugin'):
        cluster.explain(f"pod/{pod}")


# Admission


def admitting(**methods: Any) -> Cluster:
    kind = type(
        "Doorman", (Plugin,), {"__module__": __name__, "resources": ("configmaps",), **methods}
    )
    return Cluster(nodes=0, admission=(*ADMISSION, kind))


SETTINGS: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


def spoil(self: Any, request: Any, obj: Any, old: Any) -> Any:
    obj.metadata.labels["seen"] = "yes"
    return obj


DOORMEN: dict[str, tuple[Any, str]] = {
    "raises": (divide, r"line \d+ .*ZeroDivisionError"),
    "is not written": (Plugin.admit, "NotImplementedError"),
    "returns nothing": (lambda *_: None, "admit returned None: return the ConfigMap"),
    "returns something else": (
        lambda self, request, obj, old: obj.metadata,
        "return the ConfigMap",
    ),
    "changes in place": (spoil, "never changed in place"),
}


@pytest.mark.parametrize("case", DOORMEN)
@pytest.mark.parametrize("labels", [{}, {"team": "shop"}])
def test_an_admission_plugin_that_fails_is_an_internal_error(
    case: str, labels: dict[str, str]
) -> None:
    admit, text = DOORMEN[case]
    cluster = admitting(admit=admit)
    before = cluster.revision
    metadata = {"name": "a", "labels": labels}
    with pytest.raises(StatusError, match='admission plugin "Doorman" failed: .*' + text) as raised:
        cluster.apply({**SETTINGS, "metadata": metadata})
    assert (raised.value.code, raised.value.status.reason) == (500, "InternalError")
    assert cluster.revision == before  # and nothing is stored
    cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}})


def test_a_deletion_that_a_plugin_fails_at_does_not_happen() -> None:
    cluster = admitting(admit=lambda self, request, obj, old: obj, admit_deletion=divide)
    cluster.apply(SETTINGS)
    with pytest.raises(StatusError, match="ZeroDivisionError"):
        cluster.delete("configmap/a")
    assert cluster.get("configmaps").names == ["a"]


def test_a_concern_that_fails_is_a_concern() -> None:
    cluster = admitting(concerns=divide, admit=lambda self, request, obj, old: obj)
    assert cluster.apply(SETTINGS).metadata.name == "a"
