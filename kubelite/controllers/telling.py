"""What controllers of pods tell their users of pods made and ended. Models the events of
pkg/controller/controller_utils.go (RealPodControl).
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.errors import Status
from kubelite.client.controller import Action, Create, Delete
from kubelite.client.events import NORMAL, WARNING, EventRecorder


def tell_done(recorder: EventRecorder, owner: Any, action: Action, result: Any) -> None:
    """A pod of the owner's was created or deleted."""
    if isinstance(action, Create) and isinstance(action.obj, Pod):
        text = f"Created pod: {result.metadata.name}"
        recorder.event(owner, NORMAL, "SuccessfulCreate", text)
    elif isinstance(action, Delete) and action.resource == "pods":
        recorder.event(owner, NORMAL, "SuccessfulDelete", f"Deleted pod: {action.name}")


def tell_refused(recorder: EventRecorder, owner: Any, refused: Action, status: Status) -> None:
    """It could not be; that a pod is gone already is no news."""
    if isinstance(refused, Create) and isinstance(refused.obj, Pod):
        recorder.event(owner, WARNING, "FailedCreate", f"Error creating: {status.message}")
    elif isinstance(refused, Delete) and status.reason != "NotFound":
        recorder.event(owner, WARNING, "FailedDelete", f"Error deleting: {status.message}")
