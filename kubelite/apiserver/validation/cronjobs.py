"""CronJobs: a schedule that can be read, in a zone that exists, for a Job that may run.

Models the CronJob part of ``pkg/apis/batch/validation/validation.go``.
"""

from __future__ import annotations

import re

from kubelite.api import batch_v1
from kubelite.apimachinery import cron, timezones
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import Errors, non_negative, one_of, subdomain_name
from kubelite.apiserver.validation.jobs import job_spec_without_selector
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)

MAX_NAME = 52  # a Job's name has eleven characters more: a dash and the minute it was due

_ZONE_PART = re.compile(r"[A-Za-z.\-_0-9+]{1,14}\Z", re.ASCII)


def validate_cron_job(cron_job: batch_v1.CronJob) -> list[FieldError]:
    """What is wrong with a new CronJob."""
    name = cron_job.metadata.name
    faults = validate_object_meta(cron_job.metadata, True, subdomain_name)
    faults += _spec(cron_job.spec, None, "spec")
    if len(name) > MAX_NAME:
        fault = f"must be no more than {MAX_NAME} characters"
        faults.append(FieldError.invalid("metadata.name", name, fault))
    return faults


def validate_cron_job_update(new: batch_v1.CronJob, old: batch_v1.CronJob) -> list[FieldError]:
    """What is wrong with a change of a CronJob."""
    faults = validate_object_meta_update(new.metadata, old.metadata)
    faults += _spec(new.spec, old.spec, "spec")
    return faults


def _spec(spec: batch_v1.CronJobSpec, old: batch_v1.CronJobSpec | None, path: str) -> Errors:
    if not spec.schedule:
        yield FieldError.required(f"{path}.schedule")
    else:
        yield from _schedule(spec.schedule, f"{path}.schedule")
    yield from non_negative(f"{path}.startingDeadlineSeconds", spec.starting_deadline_seconds)
    if old is None or old.time_zone != spec.time_zone:
        yield from _time_zone(spec.time_zone, f"{path}.timeZone")
    policies = ("Allow", "Forbid", "Replace")
    yield from one_of(f"{path}.concurrencyPolicy", spec.concurrency_policy, policies)
    yield from _job_template(spec.job_template.spec, f"{path}.jobTemplate.spec")
    limits = spec.successful_jobs_history_limit, spec.failed_jobs_history_limit
    yield from non_negative(f"{path}.successfulJobsHistoryLimit", limits[0])
    yield from non_negative(f"{path}.failedJobsHistoryLimit", limits[1])


def _schedule(schedule: str, path: str) -> Errors:
    if "TZ" in schedule:
        fault = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield FieldError.invalid(path, schedule, fault)
        return
    try:
        cron.parse(schedule)
    except ValueError as error:
        yield FieldError.invalid(path, schedule, str(error))


def _time_zone(zone: str | None, path: str) -> Errors:
    if zone is None:
        return
    if not zone:
        yield FieldError.invalid(path, zone, "timeZone must be nil or non-empty string")
        return
    for part in zone.split("/"):
        if part in (".", "..") or part.startswith("-") or not _ZONE_PART.match(part):
            yield FieldError.invalid(path, zone, f"unknown time zone {zone}")
            return
    if zone.lower() == "local":
        fault = "timeZone must be an explicit time zone as defined in "
        fault += "https://www.iana.org/time-zones"
        yield FieldError.invalid(path, zone, fault)
    elif not timezones.known(zone):
        yield FieldError.invalid(path, zone, f"unknown time zone {zone}")


def _job_template(spec: batch_v1.JobSpec, path: str) -> Errors:
    yield from job_spec_without_selector(spec, path)
    if spec.selector is not None:
        fault = "`selector` will be auto-generated"
        yield FieldError.invalid(f"{path}.selector", spec.selector, fault)
    if spec.manual_selector:
        yield FieldError.not_supported(f"{path}.manualSelector", True, ("nil", "false"))
