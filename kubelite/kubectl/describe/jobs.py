"""Descriptions of work that ends, once or by the clock. Models ``k8s.io/kubectl/pkg/describe``."""

from __future__ import annotations

from kubelite.api.batch_v1 import CronJob, Job, JobTemplateSpec
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.times import SECOND
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import NONE, UNSET, Page, begin, moment, plain, put_marks, truth
from kubelite.kubectl.describe.pods import put_controller, put_template

_SOFT_LIMIT = 50


def job(found: Job, to: Describing) -> str:
    """A Job and how far it is."""
    page, spec = begin(found, marks=False), found.spec
    page.field(0, "Selector", from_label_selector(spec.selector))
    put_marks(page, found)
    put_controller(page, found)
    if spec.parallelism is not None:
        page.field(0, "Parallelism", spec.parallelism)
    page.field(0, "Completions", UNSET if spec.completions is None else spec.completions)
    for name, value in (
        ("Completion Mode", spec.completion_mode),
        ("Suspend", spec.suspend),
        ("Backoff Limit", spec.backoff_limit),
        ("TTL Seconds After Finished", spec.ttl_seconds_after_finished),
    ):
        if value is not None:
            page.field(0, name, plain(value))
    _put_progress(page, found)
    put_template(page, spec.template)
    to.put_events(page, found)
    return str(page)


def _put_progress(page: Page, found: Job) -> None:
    spec, status = found.spec, found.status
    began, ended = status.start_time, status.completion_time
    if began is not None:
        page.field(0, "Start Time", moment(began))
    if ended is not None:
        page.field(0, "Completed At", moment(ended))
    if began is not None and ended is not None:
        page.field(
            0, "Duration", human_duration(ended // SECOND * SECOND - began // SECOND * SECOND)
        )
    if spec.active_deadline_seconds is not None:
        page.field(0, "Active Deadline Seconds", f"{spec.active_deadline_seconds}s")
    ready = "" if status.ready is None else f" ({status.ready} Ready)"
    counts = (
        f"{status.active} Active{ready} / {status.succeeded} Succeeded / {status.failed} Failed"
    )
    page.field(0, "Pods Statuses", counts)
    if spec.completion_mode == "Indexed":
        page.field(0, "Completed Indexes", _cut(status.completed_indexes))


def _cut(indexes: str) -> str:
    """A long list of indexes ends at the first comma after fifty letters."""
    comma = indexes.find(",", _SOFT_LIMIT)
    return (indexes if comma < 0 else f"{indexes[: comma + 1]}...") or NONE


def cron_job(found: CronJob, to: Describing) -> str:
    """A CronJob, the Job it makes, and those that run."""
    page, spec, status = begin(found), found.spec, found.status
    deadline = spec.starting_deadline_seconds
    page.field(0, "Schedule", spec.schedule)
    page.field(0, "Concurrency Policy", spec.concurrency_policy)
    page.field(0, "Suspend", truth(spec.suspend))
    page.field(0, "Time Zone", _or_unset(spec.time_zone))
    page.field(0, "Successful Job History Limit", _or_unset(spec.successful_jobs_history_limit))
    page.field(0, "Failed Job History Limit", _or_unset(spec.failed_jobs_history_limit))
    page.field(0, "Starting Deadline Seconds", UNSET if deadline is None else f"{deadline}s")
    _put_job_template(page, spec.job_template)
    last = status.last_schedule_time
    page.field(0, "Last Schedule Time", UNSET if last is None else moment(last))
    page.write(0, "Active Jobs:\t")
    page.end(", ".join(active.name for active in status.active) or NONE)
    to.put_events(page, found)
    return str(page)


def _put_job_template(page: Page, template: JobTemplateSpec) -> None:
    spec = template.spec
    selector = UNSET if spec.selector is None else from_label_selector(spec.selector)
    page.field(0, "Selector", selector)
    page.field(0, "Parallelism", _or_unset(spec.parallelism))
    page.field(0, "Completions", _or_unset(spec.completions))
    if spec.active_deadline_seconds is not None:
        page.field(0, "Active Deadline Seconds", f"{spec.active_deadline_seconds}s")
    put_template(page, spec.template)


def _or_unset(value: object) -> object:
    return UNSET if value is None else value
