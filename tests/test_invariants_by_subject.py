"""Each invariant of nodes, workloads, objects and names must notice what it is there for.

Here a past is made up, object by object, as no cluster would have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from kubelite.api import SCHEME
from kubelite.apimachinery.struct import convert
from kubelite.chaos import invariants_of_history as history
from kubelite.chaos import invariants_of_objects as always
from kubelite.chaos import invariants_of_work as work
from kubelite.chaos.concerns import concerned
from kubelite.etcd.backend import Change, KeyValue
from kubelite.sim.clock import SECOND
from tests import invariants_of_nodes as nodes
from tests import invariants_of_objects as objects
from tests import invariants_of_the_network as network
from tests import invariants_of_workloads as workloads
from tests.replay import Replay

START = 1_800_000_000 * SECOND
NOON = "2027-01-15T08:00:00Z"  # the same moment
CLUSTER_WIDE = ("Node", "Namespace", "PersistentVolume", "VolumeAttachment")


class Past:
    """A history that nobody lived: ``tell`` adds a change and keeps what is said against it."""

    def __init__(self, invariant: Callable[[Replay], Iterable[str]]):
        clock = SimpleNamespace(now=START)
        traffic, history = SimpleNamespace(answers=[]), SimpleNamespace(start=START)
        self.names: dict[str, tuple[str, ...]] = {}
        self.cluster: Any = SimpleNamespace(clock=clock, traffic=traffic, history=history)
        self.cluster.everything = SimpleNamespace(resolve=self._resolve)
        self.replay = Replay(self.cluster)
        self.invariant = invariant
        self.complaints: list[str] = []

    def tell(self, component: str, kind: str, name: str, **fields: Any) -> None:
        """Somebody writes an object; ``gone`` removes it, ``after`` lets seconds pass before."""
        self.cluster.clock.now += round(fields.pop("after", 1) * SECOND)
        gone = fields.pop("gone", False)
        row = SCHEME.by_name(kind)
        namespace = () if kind in CLUSTER_WIDE else ("default",)
        key = "/".join(("/registry", row.resource, *namespace, name))
        before = self.replay.of(row.resource).get(key)
        meta = {"name": name, "uid": name, "creationTimestamp": NOON}
        meta["namespace"] = "".join(namespace)
        made = convert(row.type, fields | {"metadata": meta | fields.get("metadata", {})})
        old = KeyValue(key, before, 1, 1, 1) if before is not None else None
        new = None if gone else KeyValue(key, made, 1, 1, 1)
        self.replay.take(Change(1, key, new, old), self.cluster.clock.now, component)
        for invariant in concerned((self.invariant,), self.replay.did, row.resource, component):
            self.complaints += invariant(self.replay)

    def asked(self, pod: str, **known: Any) -> None:
        """A request to the Service called web has been answered by a pod."""
        known = {"when": self.cluster.clock.now, "service": "web", "reused": False} | known
        self.cluster.traffic.answers.append(SimpleNamespace(pod=pod, **known))

    def _resolve(self, name: str) -> Any:
        return SimpleNamespace(addresses=self.names.get(name.partition(".")[0], ()))


def owned(kind: str, name: str, **more: Any) -> dict[str, Any]:
    reference = {"apiVersion": "v1", "kind": kind, "name": name, "uid": name, "controller": True}
    return {"ownerReferences": [reference | more]}


def node(past: Past, name: str, zone: str = "a", **spec: Any) -> None:
    status = {
        "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    labels = {"zone": zone}
    past.tell("kubelet", "Node", name, metadata={"labels": labels}, spec=spec, status=status)


def pod(past: Past, name: str, on: str = "", by: str = "you", **fields: Any) -> None:
    """A pod of the app called web; bound in a second step when it is the scheduler's."""
    ready = fields.pop("ready", None)
    spec = {"containers": [{"name": "main"}]} | fields.pop("spec", {})
    status = {"phase": "Running"} | fields.pop("status", {})
    if ready is not None:
        status["conditions"] = [{"type": "Ready", "status": str(ready)}]
    meta = {"labels": {"app": "web"}} | fields.pop("metadata", {})
    fields |= {"metadata": meta, "status": status}
    if by == "default-scheduler":
        past.tell("you", "Pod", name, spec=spec, **fields)
    past.tell(by, "Pod", name, spec=spec | {"nodeName": on}, **fields)


def at_the_end(past: Past, after: float = 0) -> None:
    """Only what is true in the end counts."""
    past.cluster.clock.now += round(after * SECOND)
    past.complaints = list(past.invariant(past.replay))


SCHEDULER = "default-scheduler"
MEANT = {"matchLabels": {"app": "web"}}


def two_with_one_port(past: Past) -> None:
    node(past, "one")
    wanted = {"containers": [{"name": "c", "ports": [{"containerPort": 80, "hostPort": 80}]}]}
    pod(past, "first", "one", SCHEDULER, spec=wanted)
    pod(past, "second", "one", SCHEDULER, spec=wanted)


def two_that_avoid_each_other(past: Past) -> None:
    node(past, "one")
    node(past, "two")
    term = {"topologyKey": "zone", "labelSelector": MEANT}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    pod(past, "first", "one", SCHEDULER, spec={"affinity": {"podAntiAffinity": required}})
    pod(past, "second", "two", SCHEDULER)


def three_in_one_zone(past: Past) -> None:
    node(past, "one")
    node(past, "two", "b")
    rule = {"topologyKey": "zone", "labelSelector": MEANT, "maxSkew": 1}
    rules = [rule | {"whenUnsatisfiable": "DoNotSchedule"}]
    for name in ("first", "second"):
        pod(past, name, "one", SCHEDULER, spec={"topologySpreadConstraints": rules})


def a_kubelet_that_meddles(past: Past) -> None:
    pod(past, "first", "one", "kubelet/two")


def a_main_container_too_early(past: Past) -> None:
    states = {"name": "main", "state": {"running": {"startedAt": NOON}}}
    spec = {"initContainers": [{"name": "migrate"}]}
    waiting = {"name": "migrate", "state": {"running": {"startedAt": NOON}}}
    status = {"containerStatuses": [states], "initContainerStatuses": [waiting]}
    pod(past, "first", "one", "kubelet/one", spec=spec, status=status)


def a_container_killed_too_early(past: Past) -> None:
    late = {"deletionTimestamp": "2027-01-15T08:00:30Z", "deletionGracePeriodSeconds": 30}
    killed = {"exitCode": 137, "reason": "Error", "finishedAt": "2027-01-15T08:00:10Z"}
    pod(past, "first", "one", metadata=late)
    status = {"containerStatuses": [{"name": "main", "state": {"terminated": killed}}]}
    pod(past, "first", "one", "kubelet/one", metadata=late, status=status)


def a_disk_on_two_nodes(past: Past) -> None:
    past.tell("you", "PersistentVolume", "disk", spec={"accessModes": ["ReadWriteOnce"]})
    for name in ("one", "two"):
        spec = {"source": {"persistentVolumeName": "disk"}, "nodeName": name}
        past.tell("attachdetach-controller", "VolumeAttachment", name, spec=spec)


def a_pod_that_could_run(past: Past) -> None:
    node(past, "one")
    pod(past, "first")
    at_the_end(past, 400)


def a_node_long_silent(past: Past) -> None:
    node(past, "one")
    silent = {"type": "Ready", "status": "Unknown", "lastTransitionTime": NOON}
    taint = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
    status = {"conditions": [silent]}
    past.tell("node-controller", "Node", "one", spec={"taints": [taint]}, status=status)
    bears = {"operator": "Exists", "tolerationSeconds": 300}
    pod(past, "first", "one", spec={"tolerations": [bears]})
    at_the_end(past, 400)


def a_uid_twice(past: Past) -> None:
    past.tell("you", "ConfigMap", "one")
    past.tell("you", "ConfigMap", "two", metadata={"uid": "one"})


MARK = {"deletionTimestamp": NOON, "deletionGracePeriodSeconds": 0}


def marked_and_held_by_nothing(past: Past) -> None:
    past.tell("you", "ConfigMap", "one", metadata=MARK)


def a_parent_before_its_child(past: Past) -> None:
    past.tell("you", "Deployment", "web", metadata=MARK | {"finalizers": ["foregroundDeletion"]})
    child = owned("Deployment", "web", blockOwnerDeletion=True)
    past.tell("deployment-controller", "ReplicaSet", "web-1", metadata=child)
    past.tell("garbage-collector-controller", "Deployment", "web", gone=True)


def a_namespace_with_something_in_it(past: Past) -> None:
    past.tell("you", "Namespace", "default")
    past.tell("you", "ConfigMap", "one")
    past.tell("namespace-controller", "Namespace", "default", gone=True)


def a_namespace_that_stays(past: Past) -> None:
    past.tell("you", "Namespace", "old", metadata=MARK)
    at_the_end(past, 300)


def a_stranger_adopted(past: Past) -> None:
    selector = {"matchLabels": {"app": "db"}}
    past.tell("you", "ReplicaSet", "db", spec={"selector": selector})
    pod(past, "first")
    pod(past, "first", metadata=owned("ReplicaSet", "db"))


def a_lock_that_is_stolen(past: Past) -> None:
    for holder in ("one", "two"):
        spec = {"holderIdentity": holder, "leaseDurationSeconds": 15}
        renewed = NOON.replace("Z", ".000000Z")
        past.tell(holder, "Lease", "scheduler", spec=spec | {"renewTime": renewed})


def a_hot_loop(past: Past) -> None:
    for number in range(objects.BUSY):
        past.tell("greedy", "ConfigMap", "one", data={"n": str(number)}, after=0.01)


def a_set_out_of_order(past: Past) -> None:
    past.tell("you", "StatefulSet", "db", spec={"replicas": 2, "selector": MEANT})
    pod(past, "db-1", by="statefulset-controller", metadata=owned("StatefulSet", "db"), after=9)


def a_set_taken_down_from_below(past: Past) -> None:
    past.tell("you", "StatefulSet", "db", spec={"replicas": 1, "selector": MEANT})
    for name in ("db-1", "db-2"):
        pod(past, name, metadata=owned("StatefulSet", "db"))
    mark = MARK | owned("StatefulSet", "db")
    pod(past, "db-1", by="statefulset-controller", metadata=mark)


def a_claim_that_a_controller_deletes(past: Past) -> None:
    past.tell("you", "PersistentVolumeClaim", "data-db-0")
    past.tell("statefulset-controller", "PersistentVolumeClaim", "data-db-0", gone=True)


def two_daemons_on_a_node(past: Past) -> None:
    past.tell("you", "DaemonSet", "log", spec={"selector": MEANT})
    for name in ("log-a", "log-b"):
        pod(past, name, "one", SCHEDULER, metadata=owned("DaemonSet", "log"))


def a_job_that_counts_what_was_not(past: Past) -> None:
    past.tell("you", "Job", "import", spec={"completions": 3})
    past.tell("job-controller", "Job", "import", spec={"completions": 3}, status={"succeeded": 1})


def a_job_that_counts_backward(past: Past) -> None:
    for count in (1, 0):
        past.tell("job-controller", "Job", "import", status={"succeeded": count})


def a_run_started_twice(past: Past) -> None:
    past.tell("you", "CronJob", "tick", spec={"schedule": "* * * * *"})
    for _ in range(2):
        past.tell("cronjob-controller", "Job", "tick-1", metadata=owned("CronJob", "tick"))
        past.tell("cronjob-controller", "Job", "tick-1", gone=True)


def a_night_with_two_jobs(past: Past) -> None:
    schedule = {"schedule": "* * * * *", "concurrencyPolicy": "Forbid"}
    past.tell("you", "CronJob", "tick", spec=schedule)
    for number in (1, 2):
        stamp = {"batch.kubernetes.io/cronjob-scheduled-timestamp": str(number)}
        meta = owned("CronJob", "tick") | {"annotations": stamp}
        past.tell("cronjob-controller", "Job", f"tick-{number}", metadata=meta)


def too_many_replicas(past: Past) -> None:
    target = {"kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": target, "maxReplicas": 5}
    past.tell("you", "HorizontalPodAutoscaler", "web", spec=spec)
    past.tell("horizontal-pod-autoscaler", "Deployment", "web", spec={"replicas": 6})


def a_workload_that_flutters(past: Past) -> None:
    target = {"kind": "Deployment", "name": "web"}
    past.tell("you", "HorizontalPodAutoscaler", "web", spec={"scaleTargetRef": target})
    past.tell("you", "Deployment", "web", spec={"replicas": 2})
    for size in (4, 3):
        past.tell("horizontal-pod-autoscaler", "Deployment", "web", spec={"replicas": size})


def a_queue_that_nobody_works_off(past: Past) -> None:
    busy = SimpleNamespace(queue=["default/web"])
    past.cluster.controllers = {"deployment-controller": busy}
    at_the_end(past)


def a_set_that_miscounts(past: Past) -> None:
    past.tell("you", "ReplicaSet", "web", status={"replicas": 2})
    pod(past, "first", metadata=owned("ReplicaSet", "web"))
    at_the_end(past, 60)


def a_request_to_one_that_was_not_ready(past: Past) -> None:
    past.tell("you", "Service", "web", spec={"selector": {"app": "web"}})
    pod(past, "good", ready=True)
    pod(past, "bad", ready=False)
    past.cluster.clock.now += 10 * SECOND
    past.asked("bad")
    at_the_end(past)


def a_name_that_leads_elsewhere(past: Past) -> None:
    spec = {"selector": {"app": "web"}, "clusterIP": "10.96.0.7"}
    past.tell("you", "Service", "web", spec=spec)
    past.names["web"] = ("10.96.0.8",)
    at_the_end(past, 60)


def a_name_that_outlives_its_service(past: Past) -> None:
    past.tell("you", "Service", "web", spec={"clusterIP": "10.96.0.7"})
    past.tell("you", "Service", "web", gone=True)
    past.names["web"] = ("10.96.0.7",)
    at_the_end(past, 60)


PASTS = [
    (always.host_ports_are_given_once, two_with_one_port, "wants port 80 of its node"),
    (nodes.pods_that_avoid_each_other_are_apart, two_that_avoid_each_other, "shares a zone with"),
    (nodes.pods_are_spread_as_they_ask, three_in_one_zone, "makes the skew over zone 2"),
    (nodes.kubelets_keep_to_their_own, a_kubelet_that_meddles, "was written by kubelet/two"),
    (
        always.containers_wait_for_their_init_containers,
        a_main_container_too_early,
        "its init container migrate has not succeeded",
    ),
    (
        nodes.nobody_waits_for_nothing,
        a_pod_that_could_run,
        "first is waiting, and would fit on one",
    ),
    (nodes.the_dead_are_left, a_node_long_silent, "first is still counted on"),
    (objects.uids_are_never_used_again, a_uid_twice, "has a uid that was given before"),
    (always.the_last_finalizer_lets_go, marked_and_held_by_nothing, "it is still stored"),
    (
        always.foreground_deletion_takes_the_children_first,
        a_parent_before_its_child,
        "is gone, and its child",
    ),
    (
        objects.a_namespace_that_is_gone_is_empty,
        a_namespace_with_something_in_it,
        "default/one is still there",
    ),
    (objects.namespaces_vanish_in_the_end, a_namespace_that_stays, "has been Terminating"),
    (objects.adopted_children_match, a_stranger_adopted, "was adopted by ReplicaSet db"),
    (history.a_lock_has_one_holder, a_lock_that_is_stolen, "was taken from one 13 s too early"),
    (objects.nobody_runs_hot, a_hot_loop, "was written 50 times within a second"),
    (always.sets_are_built_from_the_bottom, a_set_out_of_order, "before db-0 was ready"),
    (
        always.sets_are_taken_down_from_the_top,
        a_set_taken_down_from_below,
        "was stopped before db-2",
    ),
    (always.claims_outlive_their_pods, a_claim_that_a_controller_deletes, "was deleted by"),
    (always.a_daemon_is_on_a_node_once, two_daemons_on_a_node, "is number 2 of log on one"),
    (work.jobs_count_what_has_ended, a_job_that_counts_what_was_not, "only 0 pods"),
    (always.jobs_count_forward, a_job_that_counts_backward, "1 successes, and then 0"),
    (always.cron_jobs_keep_their_policy, a_run_started_twice, "is the second run of its CronJob"),
    (always.cron_jobs_keep_their_policy, a_night_with_two_jobs, "was started beside tick-1"),
    (always.autoscalers_keep_their_bounds, too_many_replicas, "scaled to 6, outside 1 to 5"),
    (
        workloads.autoscalers_hesitate_to_shrink,
        a_workload_that_flutters,
        "shrank to 3 1 s after it grew to 4",
    ),
    (objects.queues_are_empty_in_the_end, a_queue_that_nobody_works_off, "1 keys wait"),
    (workloads.workloads_are_as_asked, a_set_that_miscounts, "counts 2 pods, and has 1"),
    (
        network.requests_reach_only_who_is_ready,
        a_request_to_one_that_was_not_ready,
        "bad was asked at 13.000 s, when good was ready",
    ),
    (network.names_lead_to_what_is_there, a_name_that_leads_elsewhere, "is known as"),
    (network.names_lead_to_what_is_there, a_name_that_outlives_its_service, "outlived it"),
]


@pytest.mark.parametrize(
    ("invariant", "live", "words"), PASTS, ids=lambda x: getattr(x, "__name__", "")
)
def test_what_must_not_be_is_noticed(
    invariant: Callable[[Replay], Iterable[str]], live: Callable[[Past], None], words: str
) -> None:
    past = Past(invariant)
    live(past)
    assert len(past.complaints) == 1 and words in past.complaints[0], past.complaints
