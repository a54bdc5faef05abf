"""Each adaptor puts a learner's part into the engine, and keeps what is wrong with it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from course.grading import practise
from course.grading.building import Failures, in_place, survives
from course.grading.building_controllers import autoscaler, endpoints, rolling
from course.grading.building_kubelet import backing_off, probing
from course.grading.building_operator import BRANCHES, operator
from course.grading.building_scheduler import scoring
from course.grading.building_store import stored
from course.grading.calling import AnswerError, callable_here
from course.grading.exercise import EXERCISES, Place
from course.grading.source import answer_text
from course.grading.writing import hand_in
from kubelite import Cluster
from kubelite.controllers import CONTROLLERS

LABELS = {"app": "shop"}
PROBED: dict[str, Any] = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1}


def learners(name: str, function: Any) -> Any:
    """A function as a check gets it."""
    return callable_here(name, function)


def solution(exercise: str, name: str) -> Any:
    """What an exercise's solution defines."""
    scope: dict[str, Any] = {}
    exec("\n".join(answer_text(Place(EXERCISES, exercise), True)), scope)
    return learners(name, scope[name])


def pod(name: str = "shop", **work: Any) -> dict[str, Any]:
    container = {"name": "shop", "image": "scripted", **work}
    meta = {"name": name, "labels": LABELS}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": [container]},
    }


def deployment(image: str = "shop:1.0", replicas: int = 2) -> dict[str, Any]:
    template = {
        "metadata": {"labels": LABELS},
        "spec": {"containers": [{"name": "a", "image": image}]},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": LABELS}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop"},
        "spec": spec,
    }


def service() -> dict[str, Any]:
    spec = {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": spec}


def test_a_rollout_takes_the_sizes_that_a_learner_asks_for() -> None:
    asked: list[Any] = []

    def roll(**facts: Any) -> Any:
        asked.append(facts)
        return {"new": facts["deployment"]["replicas"]} if not facts["old"] else {}

    controller, failures = rolling(roll)
    cluster = Cluster(1, controllers=in_place(controller))
    cluster.apply(deployment())
    cluster.run(10)
    cluster.apply(deployment("shop:1.1"))
    cluster.run(10)
    assert failures.first is None
    assert asked[0] == {
        "deployment": {"replicas": 2, "max_surge": 1, "max_unavailable": 0},
        "new": {"size": 0, "available": 0},
        "old": [],
    }
    assert [one["available"] for one in asked[-1]["old"]] == [2]
    assert sorted(s.spec.replicas for s in cluster.get("replicasets")) == [0, 2]


def test_a_rollout_that_breaks_a_fence_is_found_with_its_sentence_and_run() -> None:
    def roll(deployment: Any, new: Any, old: Any) -> Any:
        return {"new": deployment["replicas"], "old": {one["name"]: 0 for one in old}}

    found = survives(partial(rolling, learners("roll", roll)), ["rolling-update"], (7,))
    assert not found.held and isinstance(found.run, Cluster)
    assert "maxUnavailable" in found.sentence or "maxSurge" in found.sentence


@pytest.mark.parametrize(
    "said", [[], {"new": -1}, {"old": {"nobody": 1}}, {"newer": 3}, {"new": 10**9}]
)
def test_nonsense_from_a_rollout_is_a_sentence(said: Any) -> None:
    controller, failures = rolling(learners("roll", lambda deployment, new, old: said))
    cluster = Cluster(1, controllers=in_place(controller))
    cluster.apply(deployment())
    cluster.run(3)
    assert "`roll`" in str(failures.first)


def test_slices_hold_whom_a_learner_names() -> None:
    marks = {"ready": True, "serving": True, "terminating": False}

    def choose(service: Any, pods: Any) -> Any:
        return {p["metadata"]["name"]: marks for p in pods if p["status"].get("podIP")}

    controller, failures = endpoints(learners("choose", choose))
    cluster = Cluster(1, controllers=in_place(controller))
    cluster.apply([service(), pod(), {**pod(), "metadata": {"name": "stranger"}}])
    cluster.run(8)
    (one,) = cluster.get("endpointslices", selector="kubernetes.io/service-name=shop")
    assert sorted(e.target_ref.name for e in one.endpoints) == ["shop", "stranger"]
    assert failures.first is None


@pytest.mark.parametrize("said", [{"nobody": {}}, {"shop": {"ready": 1}}, ["shop"], None])
def test_nonsense_from_a_choice_is_a_sentence(said: Any) -> None:
    controller, failures = endpoints(learners("choose", lambda service, pods: said))
    cluster = Cluster(1, controllers=in_place(controller))
    cluster.apply([service(), pod()])
    cluster.run(3)
    assert "`choose`" in str(failures.first)


@pytest.mark.parametrize("said, told, left", [(3, "", 3), ("many", "`desired`", 1)])
def test_an_autoscaler_asks_for_what_a_learner_says(said: Any, told: str, left: int) -> None:
    asked: list[Any] = []

    def desired(current: int, target: int, pods: Any) -> Any:
        asked.append((current, target, len(pods)))
        return said

    controller, failures = autoscaler(learners("desired", desired))
    cluster = Cluster(1, controllers=in_place(controller))
    cluster.apply(deployment(replicas=1))
    cluster.run(15)
    cluster.autoscale("deployment/shop", max=9, min=1, cpu=40)
    cluster.run(20)
    assert asked[0] == (1, 40, 1)
    assert cluster.get("deployment/shop").spec.replicas == left
    assert told in str(failures.first or "")


@pytest.mark.parametrize("said, told", [(3, ""), (-1, "`wait`"), ("soon", "`wait`")])
def test_containers_wait_as_long_as_a_learner_says(said: Any, told: str) -> None:
    asked: list[Any] = []

    def wait(last: Any, ran: Any) -> Any:
        asked.append((last, round(ran)))
        return said

    install, failures = backing_off(learners("wait", wait))
    cluster = Cluster(1)
    install(cluster)
    cluster.apply(pod(image="busybox", command=["sh", "-c", "sleep 4; exit 1"]))
    cluster.run(30)
    assert asked[0] == (None, 0)
    assert told in str(failures.first or "")
    if not told:
        assert asked[1:3] == [(3, 5), (3, 5)]


class Deaf:
    """Believes nothing."""

    def __init__(self, kind: str, failures: int, successes: int):
        self.kind = kind

    def now(self) -> Any:
        return True

    def heard(self, ok: bool) -> Any:
        return True


class Nervous(Deaf):
    """Gives up at once."""

    def heard(self, ok: bool) -> Any:
        return ok


@pytest.mark.parametrize("verdict, restarted", [(Deaf, False), (Nervous, True)])
def test_a_kubelet_restarts_what_a_learner_gives_up(verdict: Any, restarted: bool) -> None:
    install, failures = probing(learners("Verdict", verdict))
    cluster = Cluster(1)
    install(cluster)
    cluster.apply(pod(env=[{"name": "ANSWERS", "value": "++-+"}], livenessProbe=PROBED))
    cluster.run(40)
    (status,) = cluster.get("pod/shop").status.container_statuses
    assert bool(status.restart_count) == restarted
    assert failures.first is None


def test_a_verdict_without_methods_is_a_sentence() -> None:
    install, failures = probing(learners("Verdict", lambda kind, failures, successes: 3))
    cluster = Cluster(1)
    install(cluster)
    cluster.apply(pod(livenessProbe=PROBED))
    cluster.run(10)
    assert "heard(ok)" in str(failures.first)


@pytest.mark.parametrize("said, told", [(None, "`score`"), (101, "`score`"), (50, "")])
def test_a_score_alone_decides(said: Any, told: str) -> None:
    def score(pod: Any, node: Any) -> Any:
        return said if node["name"] != "node-2" or said != 50 else 60

    profile, failures = scoring(learners("score", score))
    cluster = Cluster(3, profiles=(profile,))
    cluster.apply([pod(f"shop-{n}") for n in range(4)])
    cluster.run(3)
    assert told in str(failures.first or "")
    if not told:
        assert {p.spec.node_name for p in cluster.get("pods")} == {"node-2"}


def test_a_whole_cluster_lives_on_a_learners_store() -> None:
    make, _ = stored(solution("06_how_it_works/your_store", "Store"))
    ours, theirs = Cluster(1), make(1, 7)
    for cluster in (ours, theirs):
        cluster.apply([deployment(), service()])
        cluster.run(20)
    assert theirs.get("pods").names == ours.get("pods").names
    assert theirs.revision == ours.revision
    assert [kv.key for kv in theirs.store.range("/registry/", revision=9)] == [
        kv.key for kv in ours.store.range("/registry/", revision=9)
    ]


class Forgetful:
    """A store that hears, and remembers nothing."""

    def put(self, key: str, value: str) -> int:
        return 2

    def delete(self, key: str) -> int:
        return 2

    def get(self, key: str, revision: int = 0) -> Any:
        return None

    def range(self, prefix: str, revision: int = 0) -> Any:
        return []

    def changes(self, since: int) -> Any:
        return []


def test_a_store_that_forgets_is_a_sentence() -> None:
    make, _ = stored(learners("Store", Forgetful))
    with pytest.raises(AnswerError, match="`changes` since 1 answered nothing"):
        make(1, 7)


def branch(tills: int) -> dict[str, Any]:
    meta = {"name": "harbour"}
    return {
        "apiVersion": "shop.example/v1",
        "kind": "Branch",
        "metadata": meta,
        "spec": {"tills": tills},
    }


def with_operator(reconcile: Any) -> tuple[Cluster, Failures]:
    controller, failures = operator(reconcile)
    cluster = Cluster(1, controllers=(*CONTROLLERS, controller))
    cluster.apply(BRANCHES)
    cluster.run(3)
    cluster.apply(branch(2))
    cluster.run(20)
    return cluster, failures


def test_an_operator_opens_a_branch() -> None:
    cluster, failures = with_operator(solution("14_pluggable/your_operator", "reconcile"))
    assert failures.first is None
    assert cluster.get("branch/harbour").status == {"ready": 2}
    assert cluster.request("harbour").ok


@pytest.mark.parametrize(
    "said",
    [
        [{"create": {"kind": "Secret", "metadata": {"name": "harbour"}}}],
        [{"create": {"kind": "Service", "metadata": {"name": "other"}}}],
        [{"patch": {"kind": "Deployment"}}],
        "create",
    ],
)
def test_nonsense_from_an_operator_is_a_sentence(said: Any) -> None:
    _, failures = with_operator(learners("reconcile", lambda **facts: said))
    assert "`reconcile`" in str(failures.first)


@pytest.mark.parametrize(
    "answer, told",
    [
        (3, "neither text nor a dict"),
        ("", "no objects"),
        ([], "empty"),
        ("a: [", "could not be read"),
        (pod(), "this task is about Service"),
        ({**service(), "spec": {"ports": "all"}}, "refused the manifest"),
    ],
)
def test_a_manifest_that_cannot_be_handed_in_is_a_sentence(answer: Any, told: str) -> None:
    with pytest.raises(AnswerError, match=told):
        hand_in(Cluster(1), answer, ("Service",))


def test_too_many_pods_are_refused() -> None:
    with pytest.raises(AnswerError, match="100,000 pods"):
        hand_in(Cluster(1), deployment(replicas=100_000))


def test_a_report_opens_the_run_of_a_built_part() -> None:
    check, _ = practise("14_pluggable/your_operator")
    report = check(lambda branch, owner, deployment, service: [])
    assert isinstance(report.run, Cluster)
    assert report.run.get("branches").names
