"""What learners build runs in the engine, and what is wrong with it is searched for."""

from __future__ import annotations

from functools import partial
from typing import Any

from course.grading import practise
from course.grading.building import fit, in_place, replicaset, survives
from course.grading.calling import AnswerError, callable_here
from course.grading.operating import Customers, Operator
from kubelite import Cluster
from kubelite.controllers import CONTROLLERS


def counts_all(owner: Any, owned: Any, now: int) -> Any:
    """Any pod is as good as any other."""
    missing = owner["spec"]["replicas"] - len(owned)
    if missing >= 0:
        return [{"create": missing}]
    return [{"delete": pod["metadata"]["name"]} for pod in owned[:-missing]]


def working_first(owner: Any, owned: Any, now: int) -> Any:
    """Deletes those that have a node before those that wait for one."""
    active = [pod for pod in owned if "deletionTimestamp" not in pod["metadata"]]
    active.sort(key=lambda pod: bool(pod["spec"].get("nodeName")), reverse=True)
    return counts_all(owner, active, now)


def test_the_shortest_schedule_and_the_run_are_told() -> None:
    found = survives(
        partial(replicaset, callable_here("plan", working_first)), ["rolling-update"], (401,)
    )
    assert not found.held
    assert found.sentence.startswith("In the story “rolling-update” this was not true: ")
    assert "1 is enough for it" in found.sentence
    assert found.schedule == ("    0.4 s  reply lost at kubelet/node-1",)
    assert isinstance(found.run, Cluster) and found.run.history.start


def test_a_report_opens_the_run() -> None:
    check, _ = practise("07_declarative/replicaset_plan")
    report = check(counts_all)
    assert isinstance(report.run, Cluster)
    assert report.run.get("pods", selector="app=web")
    assert report.points == 4


def test_nonsense_from_a_plan_is_a_sentence_and_stops_nothing() -> None:
    for said in ("create", [{"create": -1}], [{"delete": "nobody"}], [{"create": 10**9}], [[]]):
        answer = callable_here("plan", lambda owner, owned, now, said=said: said)
        controller, failures = replicaset(answer)
        cluster = Cluster(1, controllers=in_place(controller))
        labels = {"app": "web"}
        pod = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "a", "image": "b"}]},
        }
        spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod}
        kind = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"}}
        cluster.apply(kind | {"spec": spec})
        cluster.run(5)
        assert isinstance(failures.first, AnswerError), said


def test_our_controllers_keep_their_places() -> None:
    controller, _ = replicaset(callable_here("plan", counts_all))
    placed = in_place(controller)
    assert len(placed) == len(CONTROLLERS)
    assert [a.name for a in placed] == [b.name for b in CONTROLLERS]


def test_a_score_beyond_its_bounds_is_refused() -> None:
    fits, score = (callable_here("f", lambda pod, node, said=said: said) for said in ("", 101))
    profile, failures = fit(fits, score)
    cluster = Cluster(2, profiles=(profile,))
    kind = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    cluster.apply(kind | {"spec": {"containers": [{"name": "a", "image": "pause"}]}})
    cluster.run(3)
    assert "0 to 100" in str(failures.first)


def refused(answer: Any) -> str:
    try:
        Operator(Cluster(1), seconds=60).take(answer)
    except AnswerError as problem:
        return str(problem)
    return ""


def test_an_answer_may_do_what_kubectl_can_and_nothing_else() -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a"
    assert refused(["kubectl get nodes", "wait 5", {"apiVersion": "v1", "kind": "Namespace"}])
    assert refused([manifest, f"kubectl apply -f - <<EOF\n{manifest}\nEOF\n", "wait 5"]) == ""
    assert "not among" in refused("kubectl cp a b")
    assert "not among" in refused("kubectl config view")
    assert "was refused" in refused("kubectl delete pod nobody")
    assert "too few" in refused("wait 61")
    assert "too few" in refused("wait -1")
    assert "wanted" in refused([3])
    assert "operations" in refused(["wait 0"] * 501)
    asked = callable_here("operate", lambda kubectl: kubectl.power_off("node-1"))
    assert "kubectl.wait(30)" in refused(asked)


def test_customers_come_whatever_else_goes_on() -> None:
    cluster = Cluster(1)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}}
    cluster.apply(service | {"spec": {"selector": {"app": "shop"}, "ports": [{"port": 80}]}})
    customers = Customers(cluster, "shop", every=1)
    cluster.run(10)
    customers.stop()
    assert customers.came >= 10 and customers.lost == customers.came
    assert customers.trouble
