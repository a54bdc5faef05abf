"""Defaults of Jobs and CronJobs: the table of pkg/apis/batch/v1/defaults_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.batch_v1 import CronJob, Job
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_cron_job, default_job

CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"completions": 1, "parallelism": 1, "backoff_limit": 6}),
    ({"parallelism": 0}, {"completions": None, "parallelism": 0}),
    ({"parallelism": 2}, {"completions": None, "parallelism": 2}),
    ({"completions": 2}, {"completions": 2, "parallelism": 1}),
    ({"backoffLimit": 5}, {"backoff_limit": 5}),
    ({"backoffLimitPerIndex": 1}, {"backoff_limit": 2**31 - 1}),
    ({}, {"completion_mode": "NonIndexed", "suspend": False, "manual_selector": False}),
    ({}, {"pod_replacement_policy": "TerminatingOrFailed"}),
    ({"podFailurePolicy": {"rules": []}}, {"pod_replacement_policy": "Failed"}),
]


@pytest.mark.parametrize(("spec", "expected"), CASES)
def test_jobs(spec: dict[str, Any], expected: dict[str, Any]) -> None:
    filled = default_job(convert(Job, {"spec": spec})).spec
    assert {field: getattr(filled, field) for field in expected} == expected


def test_a_job_without_labels_takes_those_of_its_pods() -> None:
    template = {"metadata": {"labels": {"app": "import"}}}
    assert default_job(convert(Job, {"spec": {"template": template}})).metadata.labels == {
        "app": "import"
    }


def test_a_pattern_without_a_status_means_true() -> None:
    rule = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    filled = default_job(convert(Job, {"spec": {"podFailurePolicy": {"rules": [rule]}}}))
    assert filled.spec.pod_failure_policy is not None
    assert filled.spec.pod_failure_policy.rules[0].on_pod_conditions[0].status == "True"


def test_cron_jobs() -> None:
    spec = default_cron_job(CronJob()).spec
    assert (spec.concurrency_policy, spec.suspend) == ("Allow", False)
    assert (spec.successful_jobs_history_limit, spec.failed_jobs_history_limit) == (3, 1)
    assert spec.job_template.spec.completions is None
