"""CronJob: Jobs by the clock.

Lives here: the controller and its look at one CronJob (``controller``), and when a Job is due
(``schedule``).
Must not live here: the reading of schedules (``kubelite.apimachinery.cron``) and pods. A CronJob
only ever touches Jobs.
Models pkg/controller/cronjob.
"""

from kubelite.controllers.cronjob.controller import CronJobController

__all__ = ["CronJobController"]
