"""Job: pods that run until enough of them have succeeded.

Lives here: the controller (``controller``), one look at a Job (``sync``), the counting of pods
that have ended (``tracking``), the pods it makes and removes (``pods``), lists of indexes
(``indexes``), waiting after failures (``backoff``), and what a failure or a success means
(``policies``).
Must not live here: schedules (see ``cronjob``) and the removal of old Jobs (see
``ttlafterfinished``).
Models pkg/controller/job.
"""

from kubelite.controllers.job.controller import JobController

__all__ = ["JobController"]
