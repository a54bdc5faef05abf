"""Stories of work that comes to an end: an import, a nightly job, failures, and overlaps."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.batch_v1 import CRON_SCHEDULED_TIMESTAMP, JOB_TRACKING
from kubelite.api.conditions import condition, pod_active
from kubelite.sim.clock import SECOND
from tests.invariants import check

SHORT = "sleep 5"


def template(script: str, policy: str = "Never") -> dict[str, Any]:
    main = {"name": "main", "image": "busybox:1.36", "command": ["sh", "-c", script]}
    return {"spec": {"restartPolicy": policy, "containers": [main]}}


def job(name: str, script: str = SHORT, policy: str = "Never", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": template(script, policy), **spec},
    }


def cron_job(name: str, schedule: str, script: str = SHORT, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name},
        "spec": {
            "schedule": schedule,
            "jobTemplate": {"spec": {"template": template(script)}},
            **spec,
        },
    }


def found(cluster: Cluster, name: str, resource: str = "jobs.batch") -> Any:
    return cluster.api.find(resource, "default", name)


def told(cluster: Cluster, name: str) -> list[str]:
    cluster.run(1)  # the last event is on its way still
    return [e.reason for e in cluster.events() if e.involved_object.name == name]


def test_a_batch_import_of_five_parts_two_at_a_time() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("import", completions=5, parallelism=2))
    cluster.run_until("job/import complete", timeout=60)
    status = found(cluster, "import").status
    assert (status.active, status.succeeded, status.failed, status.ready) == (0, 5, 0, 0)
    assert [c.type for c in status.conditions] == ["SuccessCriteriaMet", "Complete"]
    assert {c.reason for c in status.conditions} == {"CompletionsReached"}
    at_once = [sum(map(pod_active, state)) for state in pods_over_time(cluster)]
    assert max(at_once) == 2
    assert told(cluster, "import").count("SuccessfulCreate") == 5
    assert "Completed" in told(cluster, "import")
    assert all(JOB_TRACKING not in pod.metadata.finalizers for pod in cluster.get("pods"))
    check(cluster)


def pods_over_time(cluster: Cluster) -> list[list[Any]]:
    """All pods after each change of one."""
    states, pods = [], {}
    for step in cluster.history.changes("pods"):
        named = step.new or step.old
        pods[named.metadata.name] = step.new
        states.append([pod for pod in pods.values() if pod is not None])
    return states


def test_each_pod_is_counted_once_even_if_the_controller_crashes() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("import", completions=6, parallelism=3))
    controller = cluster._control_plane.controllers.controllers["job-controller"]
    for _ in range(20):
        cluster.run(1.3)
        controller.crash()
        controller.queue.add("default/import")
    cluster.run_until("job/import complete", timeout=60)
    assert found(cluster, "import").status.succeeded == 6
    assert len(cluster.get("pods")) == 6


def test_a_failing_job_waits_ten_and_twenty_seconds_and_gives_up() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("bad", "exit 3", backoffLimit=2))
    cluster.run_until("job/bad failed", timeout=120)
    status = found(cluster, "bad").status
    assert status.failed == 3
    failed = condition(found(cluster, "bad"), "Failed")
    assert failed is not None
    assert failed.reason == "BackoffLimitExceeded"
    assert failed.message == "Job has reached the specified backoff limit"
    began = sorted(pod.metadata.creation_timestamp for pod in cluster.get("pods"))
    gaps = [(later - sooner) // SECOND for sooner, later in zip(began, began[1:], strict=False)]
    assert gaps == pytest.approx([11, 21], abs=1)


def test_pods_at_work_are_counted_while_another_waits() -> None:
    cluster = Cluster(nodes=3, seed=7)
    script = "[ $JOB_COMPLETION_INDEX = 0 ] && exit 1; sleep 30"
    spec = {"completions": 2, "parallelism": 2, "completionMode": "Indexed"}
    cluster.apply(job("pair", script, **spec))
    cluster.run(8)
    status = found(cluster, "pair").status
    assert (status.active, status.failed) == (1, 1)


def test_a_failure_that_no_retry_would_mend_ends_the_job_at_once() -> None:
    cluster = Cluster(nodes=3, seed=7)
    rule = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}
    cluster.apply(job("bad", "exit 42", podFailurePolicy={"rules": [rule]}))
    cluster.run_until("job/bad failed", timeout=30)
    (pod,) = cluster.get("pods")
    failed = condition(found(cluster, "bad"), "Failed")
    assert failed is not None
    assert failed.reason == "PodFailurePolicy"
    assert failed.message == (
        f"Container main for pod default/{pod.metadata.name} failed with exit code 42 "
        "matching FailJob rule at index 0"
    )


def test_each_index_has_a_number_and_retries_of_its_own() -> None:
    cluster = Cluster(nodes=3, seed=7)
    script = "echo part $JOB_COMPLETION_INDEX; [ $JOB_COMPLETION_INDEX != 1 ]"
    spec = {"completions": 4, "parallelism": 4, "completionMode": "Indexed"}
    cluster.apply(job("parts", script, backoffLimitPerIndex=1, **spec))
    cluster.run_until("job/parts failed", timeout=60)
    status = found(cluster, "parts").status
    assert (status.completed_indexes, status.failed_indexes) == ("0,2,3", "1")
    assert (status.succeeded, status.failed) == (3, 2)
    failed = condition(found(cluster, "parts"), "Failed")
    assert failed is not None and failed.reason == "FailedIndexes"
    names = sorted(pod.metadata.name.rpartition("-")[0] for pod in cluster.get("pods"))
    assert names == ["parts-0", "parts-1", "parts-1", "parts-2", "parts-3"]


def test_when_the_leader_has_succeeded_the_others_may_go() -> None:
    cluster = Cluster(nodes=3, seed=7)
    spec = {"completions": 3, "parallelism": 3, "completionMode": "Indexed"}
    leader = {"rules": [{"succeededIndexes": "0"}]}
    script = "[ $JOB_COMPLETION_INDEX = 0 ] || sleep 1000"
    cluster.apply(job("team", script, successPolicy=leader, **spec))
    cluster.run_until("job/team complete", timeout=60)
    status = found(cluster, "team").status
    assert (status.succeeded, status.failed, status.completed_indexes) == (1, 0, "0")
    assert {c.reason for c in status.conditions} == {"SuccessPolicy"}


def test_a_deadline_ends_a_job_when_its_pods_have_gone() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("slow", "sleep 1000", activeDeadlineSeconds=10))
    cluster.run(15)
    aimed = found(cluster, "slow")
    assert [c.type for c in aimed.status.conditions] == ["FailureTarget"]
    assert aimed.status.terminating == 1
    cluster.run_until("job/slow failed", timeout=60)
    assert "DeadlineExceeded" in told(cluster, "slow")
    assert list(cluster.get("pods")) == []


def test_a_suspended_job_has_no_pods_and_starts_anew() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("later", suspend=True))
    cluster.run(10)
    assert list(cluster.get("pods")) == []
    assert found(cluster, "later").status.start_time is None
    cluster.apply(job("later", suspend=False))
    cluster.run_until("job/later complete", timeout=30)
    assert [r for r in told(cluster, "later") if r.endswith("ed")][:2] == ["Suspended", "Resumed"]


def test_with_on_failure_the_same_pod_is_restarted() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("bad", "exit 1", "OnFailure", backoffLimit=2))
    cluster.run_until("job/bad failed", timeout=120)
    assert told(cluster, "bad").count("SuccessfulCreate") == 1


def test_a_job_goes_when_its_time_is_over_and_takes_its_pods_along() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("brief", ttlSecondsAfterFinished=30))
    cluster.run_until("job/brief complete", timeout=30)
    cluster.run(25)
    assert found(cluster, "brief") is not None
    cluster.run(15)
    assert found(cluster, "brief") is None
    assert list(cluster.get("pods")) == []


def test_a_deleted_job_does_not_leave_its_pods_hanging() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(job("endless", "sleep 10000", parallelism=3, completions=3))
    cluster.run(10)
    cluster.delete("job/endless")
    cluster.run(60)
    assert list(cluster.get("pods")) == []


def test_a_nightly_job_in_zurich_keeps_three() -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(cron_job("nightly", "0 3 * * *", timeZone="Europe/Zurich"))
    cluster.run(5 * 86_400)
    nightly = found(cluster, "nightly", "cronjobs.batch")
    assert nightly.status.last_schedule_time.wire().endswith("T02:00:00Z")
    jobs = cluster.get("jobs")
    assert [j.metadata.name for j in jobs] == [
        f"nightly-{nightly.status.last_schedule_time // SECOND // 60 - 1440 * days}"
        for days in (2, 1, 0)
    ]
    assert all(j.metadata.annotations[CRON_SCHEDULED_TIMESTAMP].endswith("+01:00") for j in jobs)


@pytest.mark.parametrize(
    ("policy", "most"),
    [("Allow", 2), ("Forbid", 1), ("Replace", 1)],
)
def test_a_job_of_ninety_seconds_every_minute(policy: str, most: int) -> None:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(cron_job("tick", "* * * * *", "sleep 90", concurrencyPolicy=policy))
    cluster.run(10 * 60)
    active = [
        len(step.new.status.active)
        for step in cluster.history.changes("cronjobs.batch")
        if step.new is not None
    ]
    assert max(active) == most
    reasons = told(cluster, "tick")
    assert ("JobAlreadyActive" in reasons) is (policy == "Forbid")
    if policy == "Replace":
        assert found(cluster, "tick", "cronjobs.batch").status.last_successful_time is None
        assert reasons.count("SuccessfulDelete") >= 8


def test_a_cluster_shows_jobs_and_cron_jobs_as_kubectl_does() -> None:
    cluster = Cluster(nodes=1, seed=7)
    cluster.apply(job("import"))
    cluster.apply(cron_job("hourly", "@hourly"))
    cluster.run_until("job/import complete", timeout=30)
    titles, line = str(cluster.get("jobs")).splitlines()
    assert titles.split() == ["NAME", "STATUS", "COMPLETIONS", "DURATION", "AGE"]
    assert line.split()[:3] == ["import", "Complete", "1/1"]
    line = str(cluster.get("cronjobs")).splitlines()[1]
    assert line.split()[:6] == ["hourly", "@hourly", "<none>", "False", "0", "<none>"]
    assert "succeeded 0 → 1" in str(cluster.story("job/import"))
