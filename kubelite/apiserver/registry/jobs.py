"""Jobs: the server itself makes the selector, from the uid.

Models pkg/registry/batch/job and pkg/registry/batch/cronjob.
"""

from __future__ import annotations

from kubelite.api.batch_v1 import (
    CONTROLLER_UID,
    JOB_NAME,
    LEGACY_CONTROLLER_UID,
    LEGACY_JOB_NAME,
    CronJob,
    Job,
)
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.registry.strategy import Strategy


class JobStrategy(Strategy):
    """Jobs number their specs, and their pods carry the Job's uid and name as labels."""

    def counts_generations(self, obj: Job) -> bool:
        """Yes."""
        return True

    # DOC: job-selector
    def born(self, obj: Job) -> Job:
        """The labels and the selector by which its pods are told from all others."""
        if obj.spec.manual_selector:
            return obj
        meta, spec = obj.metadata, obj.spec
        own = {
            LEGACY_JOB_NAME: meta.name,
            JOB_NAME: meta.name,
            LEGACY_CONTROLLER_UID: meta.uid,
            CONTROLLER_UID: meta.uid,
        }
        template = spec.template
        carried = own | template.metadata.labels
        template = replace(template, metadata=replace(template.metadata, labels=carried))
        selector = spec.selector or LabelSelector()
        picks = {CONTROLLER_UID: meta.uid} | selector.match_labels
        selector = replace(selector, match_labels=picks)
        with_selector: Job = replace(obj, spec=replace(spec, template=template, selector=selector))
        return with_selector

    def fields(self, obj: Job) -> dict[str, str]:
        """How many pods have succeeded."""
        return {"status.successful": str(obj.status.succeeded)}


class CronJobStrategy(Strategy):
    """CronJobs number their specs."""

    def counts_generations(self, obj: CronJob) -> bool:
        """Yes."""
        return True
