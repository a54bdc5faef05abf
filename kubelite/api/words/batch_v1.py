"""What the fields of Jobs and CronJobs are for."""

WORDS = """
JobSpec.parallelism: How many pods may run at once. Default 1.
JobSpec.completions: How many pods have to succeed. Default 1.
JobSpec.activeDeadlineSeconds: A Job that has run for longer has failed.
JobSpec.backoffLimit: How many failures are borne before the Job fails. Default 6.
JobSpec.backoffLimitPerIndex: The same for each index of an indexed Job.
JobSpec.maxFailedIndexes: How many indexes may fail before the Job does.
JobSpec.manualSelector: Whether you chose the selector yourself; hardly ever right.
JobSpec.ttlSecondsAfterFinished: How long it stays once it has ended; for ever if it is not said.
JobSpec.completionMode: NonIndexed, or Indexed to give each pod a number. Default NonIndexed.
JobSpec.suspend: While true, it has no pods.
JobSpec.podReplacementPolicy: When a pod gets a successor: TerminatingOrFailed or Failed.
JobSpec.managedBy: Who looks after it instead of the Job controller.
PodFailurePolicyRule.action: FailJob, FailIndex, Ignore or Count.
PodFailurePolicyOnExitCodesRequirement.containerName: Which container; all of them if empty.
PodFailurePolicyOnExitCodesRequirement.operator: In or NotIn.
PodFailurePolicyOnExitCodesRequirement.values: The exit codes that count; 0 only with NotIn.
PodFailurePolicyOnPodConditionsPattern.type: Which condition of the pod: DisruptionTarget.
PodFailurePolicyOnPodConditionsPattern.status: The status it must have. Default True.
SuccessPolicyRule.succeededIndexes: Indexes that have to succeed: 0,2-4.
SuccessPolicyRule.succeededCount: How many of them.
JobStatus.startTime: When its controller took it up, or it went on after a pause.
JobStatus.completionTime: When it succeeded.
JobStatus.active: How many pods are pending or running.
JobStatus.succeeded: How many have succeeded.
JobStatus.failed: How many have failed.
JobStatus.terminating: How many are on their way out.
JobStatus.completedIndexes: Which indexes have succeeded: 0,2-4.
JobStatus.failedIndexes: Which indexes have failed.
JobStatus.ready: How many pods are ready.
UncountedTerminatedPods.succeeded: Pods that have succeeded and are still to be counted.
UncountedTerminatedPods.failed: Pods that have failed and are still to be counted.
CronJobSpec.schedule: Minute, hour, day, month and weekday: "0 3 * * *", or @hourly and the like.
CronJobSpec.timeZone: Whose time the schedule means: Europe/Vienna. Default: the controller's.
CronJobSpec.startingDeadlineSeconds: How late a Job may still be started.
CronJobSpec.concurrencyPolicy: Allow, Forbid or Replace a Job that is still running. Default Allow.
CronJobSpec.suspend: While true, no further Job is started.
CronJobSpec.successfulJobsHistoryLimit: How many Jobs that succeeded are kept. Default 3.
CronJobSpec.failedJobsHistoryLimit: How many Jobs that failed are kept. Default 1.
CronJobStatus.lastScheduleTime: For when the last Job was due.
CronJobStatus.lastSuccessfulTime: When a Job last succeeded.
"""
