"""A learner's decisions in the place of a kubelet's.

``backing_off`` asks a function how long a container that has ended waits, ``probing`` a class what
the answers to a probe mean. Both give ``install(cluster)``, to be called on a cluster that has no
pods yet, and the failures (see ``building``). ``Scripted`` is the image ``scripted``, a program
whose health is written down beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.grading.building import Failures
from kubelite import Cluster
from kubelite.client.backoff import Backoff
from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images import register
from kubelite.kubelet.images.program import Answer, Program
from kubelite.kubelet.probes.results import FAILURE, SUCCESS, UNKNOWN
from kubelite.kubelet.probes.worker import READINESS, Worker
from kubelite.sim.clock import SECOND, Clock

Install = Callable[[Cluster], None]

LONGEST = 24 * 3600
"""Seconds that an answer may make a container wait."""

MEANING = {True: SUCCESS, False: FAILURE, None: UNKNOWN}


def backing_off(wait: Callable[..., Any]) -> tuple[Install, Failures]:
    """Containers that have ended wait as long as ``wait(last, ran)`` answers, in seconds.

    ``last`` is how long this one waited before its latest start, None if it never has; ``ran`` is
    how long it then ran, 0 the first time.
    """
    failures = Failures()

    class Learners(Backoff):
        """Remembers per container; the learner only says how long."""

        def __init__(self, clock: Clock):
            super().__init__(clock)
            self._asked: dict[str, tuple[int, int]] = {}  # key -> the end, and the wait after it
            self._begun: dict[str, int] = {}  # key -> when it was started again

        def get(self, key: str) -> int:
            return self._asked[key][1] if key in self._asked else 0

        def next(self, key: str, event: int) -> None:
            self._begun[key] = self._clock.now

        def wait_since(self, key: str, event: int) -> int:
            before = self._asked.get(key)
            if before is None or before[0] != event:
                last = before[1] / SECOND if before else None
                ran = max(event - self._begun.get(key, event), 0) / SECOND
                self._asked[key] = event, _microseconds(wait, last, ran, failures)
            return max(event + self._asked[key][1] - self._clock.now, 0)

        def forget(self, prefix: str) -> None:
            for kept in (self._asked, self._begun):
                for key in [key for key in kept if key.startswith(prefix)]:
                    del kept[key]

    def install(cluster: Cluster) -> None:
        for worker in cluster.workers.values():
            worker.kubelet.manager.back_off = Learners
            worker.kubelet.manager.restart()

    return install, failures


def _microseconds(
    wait: Callable[..., Any], last: float | None, ran: float, failures: Failures
) -> int:
    said = failures.ask(wait, 10, last=last, ran=ran)
    if type(said) not in (int, float) or not 0 <= said <= LONGEST:
        failures.refuse(f"`wait` answers seconds, not {str(said)[:80]}.")
        return 10 * SECOND
    return round(said * SECOND)


def probing(verdict: Callable[..., Any]) -> tuple[Install, Failures]:
    """What probes hear is judged by ``verdict(kind, failures, successes)``, a learner's class.

    Each container's probe gets an object of its own: ``now()`` is what counts before the first
    answer, ``heard(ok)`` takes an answer and says what counts from then on; True, False or None.
    """
    failures = Failures()

    class Learners(Worker):
        """Ours, but for what follows from an answer."""

        def _new_container(self, container_id: str, pod_ip: str) -> None:
            super()._new_container(container_id, pod_ip)
            rules = {
                "failures": self.spec.failure_threshold,
                "successes": self.spec.success_threshold,
            }
            self._verdict = failures.ask(verdict, None, kind=self.kind, **rules)
            uid = self._probed.pod.metadata.uid
            self._results.set(container_id, self._meant("now"), uid)

        def record(self, result: str) -> None:
            if self.last_result == result:
                self.result_run += 1
            else:
                self.last_result, self.result_run = result, 1
            needed = self.spec.failure_threshold if result == FAILURE else 1
            self._keep(result, needed)
            meant = self._meant("heard", ok=result == SUCCESS)
            self._results.set(self.container_id, meant, self._probed.pod.metadata.uid)
            if meant == FAILURE and self.kind != READINESS:
                self.on_hold = True

        def _meant(self, method: str, **facts: Any) -> str:
            if not hasattr(self._verdict, method):
                failures.refuse("`Verdict` makes objects with `now()` and `heard(ok)`.")
                return UNKNOWN
            said = failures.ask(getattr(self._verdict, method), None, **facts)
            if said is not None and type(said) is not bool:
                failures.refuse(f"`{method}` answers True, False or None, not {str(said)[:80]}.")
                return UNKNOWN
            return MEANING[said]

    def install(cluster: Cluster) -> None:
        for worker in cluster.workers.values():
            worker.kubelet.probes.worker = Learners

    return install, failures


class Scripted(Program):
    """Answers one request of ``/healthz`` after the other as ANSWERS says: "+" is 200, "-" 503.

    What stands last in it goes on for ever.
    """

    def start(self) -> None:
        """Begin at the first answer."""
        self.asked = 0

    def listens(self, port: int) -> bool:
        """On 8080 from the first moment."""
        return port == 8080

    def handle(self, request: Request) -> Answer:
        """The next answer."""
        script = self.env.get("ANSWERS", "+")
        mark = script[min(self.asked, len(script) - 1)]
        self.asked += request.path == "/healthz"
        return Reply(200 if mark == "+" else 503, "" if mark == "+" else "not now")


register("scripted", Scripted)

__all__ = ["Scripted", "backing_off", "probing"]
