"""Making sure that a container's image is on the node: policies, pulls, back-off, events.

Pulls of one node run one after the other, as ``serializeImagePulls: true`` has it.
Models ``pkg/kubelet/images/image_manager.go`` and ``puller.go``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Container, Pod
from kubelite.apimachinery.struct import Value
from kubelite.client.backoff import INITIAL, Backoff
from kubelite.kubelet import events
from kubelite.kubelet.cri import PullResult, Runtime
from kubelite.kubelet.durations import go_duration
from kubelite.kubelet.imagenames import problem_of
from kubelite.sim.clock import MILLISECOND, SECOND, Clock

if TYPE_CHECKING:
    from kubelite.kubelet.podworkers import Reporter

ERR_IMAGE_PULL = "ErrImagePull"
ERR_IMAGE_PULL_BACK_OFF = "ImagePullBackOff"
ERR_IMAGE_NEVER_PULL = "ErrImageNeverPull"
ERR_INVALID_IMAGE_NAME = "InvalidImageName"

SOON = 1 * SECOND
"""After its first failed pull a pod is looked at again at once, since its sandbox is new."""


class Problem(Value):
    """Why a container does not start: a waiting reason, its message, and when to try again
    (microseconds from now, or None for the ordinary retry).
    """

    reason: str
    message: str
    retry: int | None = None


Then = Callable[[Problem | None], object]


class ImageManager:
    """One node's images."""

    def __init__(self, clock: Clock, runtime: Runtime, reporter: Reporter):
        self._clock = clock
        self._runtime = runtime
        self._reporter = reporter
        self._back_off = Backoff(clock)
        self._last_error: dict[str, str] = {}
        self._queue: deque[Callable[[], None]] = deque()
        self._pulling = False
        self._life = 0  # counts restarts: answers to an earlier life are ignored

    # DOC: image-ensure
    def ensure_image_exists(self, pod: Pod, container: Container, then: Then) -> None:
        """Let ``then`` run once the image is there, or with the problem that prevents it."""
        image, policy = container.image, container.image_pull_policy
        if wrong := problem_of(image):
            message = f'Failed to apply default image tag "{image}": {wrong}'
            self._reporter.event(pod, "Warning", events.INSPECT_FAILED, message, container)
            then(Problem(ERR_INVALID_IMAGE_NAME, message))
            return
        present = self._runtime.image_present(image)
        if present and policy != "Always":
            text = "already present on machine and can be accessed by the pod"
            self._reporter.event(
                pod, "Normal", events.PULLED, f'Container image "{image}" {text}', container
            )
            then(None)
        elif policy == "Never":
            message = f'Container image "{image}" is not present with pull policy of Never'
            self._reporter.event(pod, "Warning", events.ERR_IMAGE_NEVER_PULL, message, container)
            then(Problem(ERR_IMAGE_NEVER_PULL, message))
        else:
            self._pull(pod, container, then)

    def forget(self, uid: str) -> None:
        """A pod is gone."""
        self._back_off.forget(uid)
        for key in [key for key in self._last_error if key.startswith(uid)]:
            del self._last_error[key]

    def _pull(self, pod: Pod, container: Container, then: Then) -> None:
        image = container.image
        key = f"{pod.metadata.uid}_{image}"
        if wait := self._back_off.wait_since_update(key):
            message = f'Back-off pulling image "{image}"'
            self._reporter.event(pod, "Normal", events.BACK_OFF, message, container)
            message += f": {self._last_error[key]}"
            then(Problem(ERR_IMAGE_PULL_BACK_OFF, message, wait))
            return
        self._reporter.event(pod, "Normal", events.PULLING, f'Pulling image "{image}"', container)
        asked = self._clock.now

        def pulled(result: PullResult, began: int) -> None:
            if result.error:
                self._failed(pod, container, key, result.error, then)
                return
            took = go_duration(_to_millis(self._clock.now - began))
            waited = go_duration(_to_millis(self._clock.now - asked))
            message = (
                f'Successfully pulled image "{image}" in {took} ({waited} including waiting). '
                f"Image size: {result.size} bytes."
            )
            self._reporter.note(pod, "pull", f"image {image} pulled in {took}")
            self._reporter.event(pod, "Normal", events.PULLED, message, container)
            then(None)

        self._enqueue(image, pulled)

    def _failed(self, pod: Pod, container: Container, key: str, error: str, then: Then) -> None:
        image = key.partition("_")[2]
        message = f'Failed to pull image "{image}": {error}'
        self._reporter.note(pod, "pull", message)
        self._reporter.event(pod, "Warning", events.FAILED, message, container)
        self._back_off.next(key, self._clock.now)
        self._last_error[key] = f"{ERR_IMAGE_PULL}: {error}"
        first = self._back_off.get(key) == INITIAL
        then(Problem(ERR_IMAGE_PULL, error, SOON if first else None))

    def restart(self) -> None:
        """The kubelet's process ends: it forgets pulls under way, and who waited for them."""
        self._life += 1
        self._queue.clear()
        self._pulling = False
        self._last_error.clear()
        self._back_off = Backoff(self._clock)

    # One pull at a time

    def _enqueue(self, image: str, then: Callable[[PullResult, int], object]) -> None:
        cause, life = self._clock.cause, self._life

        def begin() -> None:
            began = self._clock.now

            def done(result: PullResult) -> None:
                if life != self._life:
                    return
                self._clock.cause = cause
                then(result, began)
                self._pulling = False
                self._next()

            self._runtime.pull_image(image, done)

        self._queue.append(begin)
        if not self._pulling:
            self._next()

    def _next(self) -> None:
        if self._queue:
            self._pulling = True
            self._queue.popleft()()


def _to_millis(micros: int) -> int:
    return micros // MILLISECOND * MILLISECOND
