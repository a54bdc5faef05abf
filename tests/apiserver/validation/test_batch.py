"""Jobs and CronJobs that are refused: cases of pkg/apis/batch/validation/validation_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.batch_v1 import CronJob, Job
from kubelite.apimachinery.struct import convert, replace
from kubelite.apiserver.defaults import default_cron_job, default_job
from kubelite.apiserver.registry.jobs import JobStrategy
from kubelite.apiserver.validation import (
    validate_cron_job,
    validate_job,
    validate_job_status_update,
    validate_job_update,
)

POD = {"restartPolicy": "Never", "containers": [{"name": "abc", "image": "image"}]}
META = {"namespace": "default", "uid": "1a2b3c", "resourceVersion": "1"}
INDEXED = {"completionMode": "Indexed", "completions": 3}


def job(pod: dict[str, Any] | None = None, name: str = "myjob", **spec: Any) -> Job:
    raw = {
        "metadata": META | {"name": name},
        "spec": {"template": {"spec": POD | (pod or {})}, **spec},
    }
    return JobStrategy().born(default_job(convert(Job, raw)))


def cron_job(name: str = "mycronjob", pod: dict[str, Any] | None = None, **spec: Any) -> CronJob:
    template = {"spec": {"template": {"spec": POD | (pod or {})}, **spec.pop("job", {})}}
    raw = {
        "metadata": META | {"name": name},
        "spec": {"schedule": "5 5 * * ?", "jobTemplate": template, **spec},
    }
    return default_cron_job(convert(CronJob, raw))


def policy(**rule: Any) -> dict[str, Any]:
    return {"podFailurePolicy": {"rules": [rule]}}


def codes(*values: int, operator: str = "In", **more: Any) -> dict[str, Any]:
    return {"onExitCodes": {"operator": operator, "values": list(values), **more}}


def success(**rule: Any) -> dict[str, Any]:
    return INDEXED | {"successPolicy": {"rules": [rule]}}


GOOD: dict[str, dict[str, Any]] = {
    "plain": {},
    "indexed": INDEXED,
    "FailJob for exit codes": policy(action="FailJob", **codes(1, 2, 5)),
    "Ignore a disruption": policy(action="Ignore", onPodConditions=[{"type": "DisruptionTarget"}]),
    "FailIndex": INDEXED | {"backoffLimitPerIndex": 1} | policy(action="FailIndex", **codes(1)),
    "success of the leader": success(succeededIndexes="0", succeededCount=1),
    "restart in place": {"pod": {"restartPolicy": "OnFailure"}},
}


@pytest.mark.parametrize("name", GOOD)
def test_good_jobs(name: str) -> None:
    assert validate_job(job(**GOOD[name])) == []


RULE = "spec.podFailurePolicy.rules[0]"
BAD: list[tuple[dict[str, Any], str]] = [
    (
        {"parallelism": -1},
        "spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
    ),
    (
        {"completions": -1},
        "spec.completions: Invalid value: -1: must be greater than or equal to 0",
    ),
    ({"backoffLimit": -1}, "spec.backoffLimit: Invalid value: -1"),
    ({"activeDeadlineSeconds": -1}, "spec.activeDeadlineSeconds: Invalid value: -1"),
    ({"ttlSecondsAfterFinished": -1}, "spec.ttlSecondsAfterFinished: Invalid value: -1"),
    (
        {"pod": {"restartPolicy": "Always"}},
        'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ),
    (
        {"completionMode": "Indexed", "parallelism": 1},
        "spec.completions: Required value: when completion mode is Indexed",
    ),
    (
        INDEXED | {"parallelism": 100_001},
        "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when "
        "completion mode is Indexed",
    ),
    (
        INDEXED | {"maxFailedIndexes": 2},
        "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
    ),
    (
        {"backoffLimitPerIndex": 1},
        "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
    ),
    (
        {"podReplacementPolicy": "Never"},
        'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", '
        '"TerminatingOrFailed"',
    ),
    (
        {"pod": {"restartPolicy": "OnFailure"}} | policy(action="FailJob", **codes(1)),
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported '
        "when podFailurePolicy is specified",
    ),
    (
        policy(action="FailJob"),
        f"{RULE}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
    ),
    (
        policy(action="FailJob", onPodConditions=[{"type": "X"}], **codes(1)),
        f"{RULE}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported",
    ),
    (
        policy(action="FailJob", **codes(2, 1)),
        f"{RULE}.onExitCodes.values: Invalid value: [2,1]: must be ordered",
    ),
    (
        policy(action="FailJob", **codes(1, 1)),
        f"{RULE}.onExitCodes.values[1]: Duplicate value: 1",
    ),
    (
        policy(action="FailJob", **codes(0, 1)),
        f"{RULE}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
    ),
    (
        policy(action="FailJob", **codes(1, containerName="xyz")),
        f'{RULE}.onExitCodes.containerName: Invalid value: "xyz": must be one of the container or '
        "initContainer names in the pod template",
    ),
    (
        policy(action="FailIndex", **codes(1)),
        f'{RULE}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
    ),
    (
        {"successPolicy": {"rules": [{"succeededCount": 1}]}},
        "spec.successPolicy: Invalid value: ",
    ),
    (
        success(),
        "spec.successPolicy.rules[0]: Required value: at least one of succeededCount or "
        "succeededIndexes must be specified",
    ),
    (
        success(succeededIndexes="invalid-format"),
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "invalid-format": error '
        'parsing succeededIndexes: cannot convert string to integer for index: "invalid"',
    ),
    (
        success(succeededIndexes="0-4"),
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-4": error parsing '
        'succeededIndexes: too large index: "4"',
    ),
    (
        success(succeededCount=4),
        "spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal "
        "to 3 (the number of specified completions)",
    ),
    (
        INDEXED | {"name": "x" * 62},
        "will not able to create pod with invalid DNS label: " + "x" * 62 + "-2",
    ),
    (
        {"selector": {"matchLabels": {"a": "b"}}},
        "spec.selector: Invalid value: ",
    ),
]


@pytest.mark.parametrize(("spec", "fault"), BAD)
def test_bad_jobs(spec: dict[str, Any], fault: str) -> None:
    assert any(fault in str(found) for found in validate_job(job(**spec)))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"completions": 2}, "spec.completions: Invalid value: 2: field is immutable"),
        ({"pod": {"hostname": "x"}}, "spec.template: Invalid value: "),
        (INDEXED, "spec.completionMode: Invalid value: "),
        (policy(action="FailJob", **codes(1)), "spec.podFailurePolicy: Invalid value: "),
    ],
)
def test_what_may_not_change(change: dict[str, Any], fault: str) -> None:
    old = job()
    faults = [str(found) for found in validate_job_update(job(**change), old)]
    assert any(found.startswith(fault) for found in faults)


def test_what_may_change() -> None:
    assert validate_job_update(job(parallelism=5, completions=1, suspend=True), job()) == []
    grown = job(completionMode="Indexed", completions=5, parallelism=5)
    assert validate_job_update(grown, job(parallelism=3, **INDEXED)) == []
    moved = job(suspend=True, pod={"nodeSelector": {"zone": "a"}})
    assert validate_job_update(moved, job(suspend=True)) == []


def test_what_is_over_stays_over() -> None:
    old = convert(Job, {"status": {"conditions": [{"type": "Failed", "status": "True"}]}})
    old = replace(job(), status=old.status)
    faults = [str(found) for found in validate_job_status_update(job(), old)]
    assert faults == [
        "status.conditions: Invalid value: cannot disable the terminal Failed=True condition"
    ]


BAD_CRON: list[tuple[dict[str, Any], str]] = [
    (
        {"schedule": "error"},
        'spec.schedule: Invalid value: "error": expected exactly 5 fields, found 1: [error]',
    ),
    ({"schedule": ""}, "spec.schedule: Required value"),
    (
        {"schedule": "TZ=UTC 0 * * * *"},
        "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
    ),
    (
        {"timeZone": ""},
        'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string',
    ),
    (
        {"timeZone": "broken"},
        'spec.timeZone: Invalid value: "broken": unknown time zone broken',
    ),
    ({"timeZone": "../Zurich"}, "unknown time zone ../Zurich"),
    ({"timeZone": "Local"}, "timeZone must be an explicit time zone as defined in"),
    (
        {"concurrencyPolicy": "Sometimes"},
        'spec.concurrencyPolicy: Unsupported value: "Sometimes": supported values: "Allow", '
        '"Forbid", "Replace"',
    ),
    ({"startingDeadlineSeconds": -1}, "spec.startingDeadlineSeconds: Invalid value: -1"),
    ({"successfulJobsHistoryLimit": -1}, "spec.successfulJobsHistoryLimit: Invalid value: -1"),
    ({"failedJobsHistoryLimit": -1}, "spec.failedJobsHistoryLimit: Invalid value: -1"),
    ({"name": "x" * 53}, "must be no more than 52 characters"),
    (
        {"pod": {"restartPolicy": "Always"}},
        "spec.jobTemplate.spec.template.spec.restartPolicy: Required value",
    ),
    (
        {"job": {"selector": {"matchLabels": {"a": "b"}}}},
        "`selector` will be auto-generated",
    ),
    (
        {"job": {"manualSelector": True}},
        'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", '
        '"false"',
    ),
]


@pytest.mark.parametrize(("spec", "fault"), BAD_CRON)
def test_bad_cron_jobs(spec: dict[str, Any], fault: str) -> None:
    assert any(fault in str(found) for found in validate_cron_job(cron_job(**spec)))


@pytest.mark.parametrize("schedule", ["* * * * ?", "@hourly", "@every 1h30m", "0 0 1,15 * 3"])
def test_good_cron_jobs(schedule: str) -> None:
    assert validate_cron_job(cron_job(schedule=schedule, timeZone="Europe/Zurich")) == []
