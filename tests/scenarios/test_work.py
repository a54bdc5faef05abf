"""Stories of work that ends, or should: retries, giving up, a night of overlaps, a leak."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from kubelite import Cluster
from kubelite.api.batch_v1 import finished
from kubelite.api.conditions import condition
from kubelite.sim.clock import SECOND
from tests.manifests import deployment, service
from tests.scenarios.telling import Customers, reasons, restarts, said
from tests.test_cluster_jobs import cron_job, job

Told = Callable[..., Cluster]
MINUTE = 60
HOUR = 60 * MINUTE


def test_a_job_retries_until_the_database_is_there(told: Told) -> None:
    cluster = told()
    cluster.apply(service("db"))
    cluster.apply(job("import", "wget -q -T 2 -O - http://db/products", backoffLimit=6))
    cluster.run(45)
    waiting = cluster.get("job/import").status
    cluster.apply(deployment("db", replicas=1))
    cluster.run_until("job/import complete", timeout=600)
    cluster.run(1)

    done = cluster.get("job/import").status
    pods = sorted(
        cluster.get("pods", selector="job-name=import"), key=lambda p: p.metadata.creation_timestamp
    )
    began = [(p.metadata.creation_timestamp - done.start_time) // SECOND for p in pods]
    pauses = [later - earlier for earlier, later in pairwise(began)]
    first, *_, last = (f"pod/{pod.metadata.name}" for pod in pods)
    assert (waiting.succeeded, waiting.failed) == (0, 3)
    assert (done.succeeded, done.failed, done.active) == (1, 3, 0)
    assert [10 <= pauses[0] < 14, 20 <= pauses[1] < 24, 40 <= pauses[2] < 44] == [True] * 3
    assert "can't connect to remote host" in cluster.logs(first)
    assert "tea pot, tea cup, tea spoon" in cluster.logs(last)
    assert reasons(cluster, "job/import") == ["SuccessfulCreate"] * 4 + ["Completed"]


def test_a_job_that_gives_up_late_and_one_that_gives_up_at_once(told: Told) -> None:
    cluster = told()
    codes = {"containerName": "main", "operator": "In", "values": [42]}
    rules = {"rules": [{"action": "FailJob", "onExitCodes": codes}]}
    cluster.apply(job("stubborn", "exit 42", backoffLimit=2))
    cluster.apply(job("sensible", "exit 42", backoffLimit=2, podFailurePolicy=rules))
    quick = cluster.run_until("job/sensible failed")
    slow = quick + cluster.run_until("job/stubborn failed", timeout=600)
    cluster.run(1)

    failed = {name: cluster.get(f"job/{name}").status.failed for name in ("stubborn", "sensible")}
    assert failed == {"stubborn": 3, "sensible": 1}
    assert quick < 5 and 30 < slow < 45, "ten and twenty seconds of waiting, for nothing"
    assert said(cluster, "job/stubborn")[-1] == "Job has reached the specified backoff limit"
    assert reasons(cluster, "job/stubborn")[-1] == "BackoffLimitExceeded"
    assert reasons(cluster, "job/sensible")[-1] == "PodFailurePolicy"
    assert said(cluster, "job/sensible")[-1].endswith(
        "failed with exit code 42 matching FailJob rule at index 0"
    )


def test_a_night_of_jobs_that_overlap(told: Told) -> None:
    """An hour and a half of work, every hour from midnight to eight in California."""
    cluster = told()
    night = {"timeZone": "America/Los_Angeles"}  # where it is midnight at 08:00 UTC
    for policy in ("Allow", "Forbid", "Replace"):
        rules = {"concurrencyPolicy": policy, **night}
        cluster.apply(cron_job(policy.lower(), "0 0-8 * * *", "sleep 5400", **rules))
    cluster.run(8 * HOUR + 2 * MINUTE)

    most = {name: 0 for name in ("allow", "forbid", "replace")}
    for step in cluster.history.changes("cronjobs"):
        if step.new is not None:
            name = step.new.metadata.name
            most[name] = max(most[name], len(step.new.status.active))
    ended = {name: 0 for name in most}
    for step in cluster.history.changes("jobs"):
        if step.new is not None and finished(step.new) and not finished(step.old):
            ended[step.new.metadata.name.partition("-")[0]] += 1
    late = [job for job in cluster.get("jobs") if job.metadata.name.startswith("forbid")]
    starts = [job.status.start_time.wire()[11:16] for job in late]
    never = cluster.get("cronjob/replace").status.last_successful_time
    assert most == {"allow": 2, "forbid": 1, "replace": 1}, "at work at once"
    assert ended == {"allow": 6, "forbid": 4, "replace": 0}
    assert never is None, "each was stopped after an hour by the next"
    assert starts == ["10:30", "12:00", "13:30", "15:00"], "every second one comes late"
    assert "JobAlreadyActive" in reasons(cluster, "cronjob/forbid")
    assert said(cluster, "cronjob/forbid", "JobAlreadyActive")[0] == (
        "Not starting job because prior execution is running and concurrency policy is Forbid"
    )
    assert said(cluster, "cronjob/replace", "SuccessfulDelete") == ["Deleted job replace-29929860"]


def test_a_leaking_sidecar_is_killed_again_and_again(told: Told) -> None:
    """64 MiB of room, 64 MiB lost each minute; the shop beside it needs nothing of the sidecar."""
    cluster = told(restless=True)
    leak = [{"name": "LEAK_MB_PER_MINUTE", "value": "64"}, {"name": "PORT", "value": "9090"}]
    sidecar: dict[str, Any] = {"name": "metrics", "image": "shop:1.0", "env": leak}
    sidecar["resources"] = {"limits": {"memory": "128Mi"}}
    body = deployment(replicas=2)
    body["spec"]["template"]["spec"]["containers"].append(sidecar)
    cluster.apply([body, service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    customers = Customers(cluster, each_second=2)
    cluster.run(15 * MINUTE)
    customers.leave()

    table = str(cluster.get("pods"))
    for pod in cluster.get("pods"):
        statuses = {one.name: one for one in pod.status.container_statuses}
        leaking, last = statuses["metrics"], statuses["metrics"].last_state.terminated
        assert restarts(cluster, pod) == {"shop": 0, "metrics": 6}
        assert (last.reason, last.exit_code) == ("OOMKilled", 137)
        assert (last.finished_at - last.started_at) == MINUTE * SECOND
        assert leaking.state.waiting.reason == "CrashLoopBackOff"
        assert leaking.state.waiting.message.startswith("back-off 5m0s restarting failed")
        assert condition(pod, "Ready").message == "containers with unready status: [metrics]"
    assert table.count("1/2     CrashLoopBackOff   6 (") == 2
    assert set(customers.reasons) == {"the Service has no ready endpoint"}
    lost = len(customers.lost) / len(customers.answers)
    assert 0.4 < lost < 0.6, "a pod is ready only when all its containers are"
