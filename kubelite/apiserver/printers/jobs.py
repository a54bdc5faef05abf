"""What the cells of Jobs and CronJobs show.

Models printJob and printCronJob of pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from kubelite.api.batch_v1 import CronJob, Job
from kubelite.api.conditions import is_true
from kubelite.apimachinery.duration import human_duration
from kubelite.apiserver.printers import cells


def job_status(job: Job, now: int) -> str:
    """The first word that holds."""
    for type in ("Complete", "Failed"):
        if is_true(job, type):
            return type
    if job.metadata.deletion_timestamp is not None:
        return "Terminating"
    for type in ("Suspended", "FailureTarget"):
        if is_true(job, type):
            return type
    return "Running"


def job_completions(job: Job, now: int) -> str:
    """Succeeded of wanted: "2/5"; "0/1 of 3" where one success of three workers is enough."""
    done, spec = job.status.succeeded, job.spec
    if spec.completions is not None:
        return f"{done}/{spec.completions}"
    workers = spec.parallelism or 0
    return f"{done}/1 of {workers}" if workers > 1 else f"{done}/1"


def job_duration(job: Job, now: int) -> str:
    """From the start to the completion, or to now."""
    began, ended = job.status.start_time, job.status.completion_time
    if began is None:
        return ""
    return human_duration((now if ended is None else ended) - began)


def cron_job_suspend(cron_job: CronJob, now: int) -> str:
    """True or False, as Go's %t of a title word."""
    suspend = cron_job.spec.suspend
    return "<unset>" if suspend is None else str(suspend)


def cron_job_last(cron_job: CronJob, now: int) -> str:
    """How long ago a Job was last due."""
    last = cron_job.status.last_schedule_time
    return cells.NONE if last is None else human_duration(now - last)


def cron_job_containers(cron_job: CronJob, now: int) -> str:
    """Names of the template's containers."""
    return cells.template_containers(cron_job.spec.job_template, now)


def cron_job_images(cron_job: CronJob, now: int) -> str:
    """Images of the template's containers."""
    return cells.template_images(cron_job.spec.job_template, now)


def cron_job_selector(cron_job: CronJob, now: int) -> str:
    """The label selector of its Jobs, which there is none of before they are made."""
    return cells.selector(cron_job.spec.job_template, now)
