"""Short ways to say which Jobs and pods of Jobs a case is about."""

from __future__ import annotations

from typing import Any

from kubelite.api.batch_v1 import COMPLETION_INDEX, JOB_TRACKING, Job, JobSpec, JobStatus
from kubelite.api.core_v1 import (
    Container,
    ContainerState,
    ContainerStateTerminated,
    ContainerStatus,
    Pod,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.times import Time
from tests.controllers.objects import NOW


def job(status: JobStatus | None = None, restart_policy: str = "Never", **spec: Any) -> Job:
    """A Job as the server would store it."""
    spec = {"parallelism": 2, "completions": 5, "backoff_limit": 6, "suspend": False} | spec
    template = PodTemplateSpec(
        spec=PodSpec(restart_policy=restart_policy, containers=(Container(name="main"),))
    )
    return Job(
        metadata=ObjectMeta(
            name="foobar", namespace="default", uid="job-uid", resource_version="1", generation=1
        ),
        spec=JobSpec(template=template, **spec),
        status=status or JobStatus(start_time=Time(NOW)),
    )


def worker(
    name: str,
    phase: str = "Running",
    index: str | None = None,
    ended: int | None = None,
    code: int | None = None,
    held: bool = True,
    annotations: dict[str, str] | None = None,
    **meta: Any,
) -> Pod:
    """A pod of it; ``ended`` in microseconds after NOW, ``code`` its exit code."""
    state = ContainerState()
    if ended is not None or code is not None:
        moment = Time(NOW + (ended or 0))
        state = ContainerState(
            terminated=ContainerStateTerminated(exit_code=code or 0, finished_at=moment)
        )
    return Pod(
        metadata=ObjectMeta(
            name=name,
            namespace="default",
            uid=name,
            finalizers=(JOB_TRACKING,) if held else (),
            annotations=(annotations or {}) | ({COMPLETION_INDEX: index} if index else {}),
            **meta,
        ),
        spec=PodSpec(),
        status=PodStatus(
            phase=phase, container_statuses=(ContainerStatus(name="main", state=state),)
        ),
    )
