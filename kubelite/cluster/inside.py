"""What a learner does with the inside of pods: read what they write, give them more or less,
add a container for looking around.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from kubelite.api.podoptions import PodLogOptions
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Request
from kubelite.apimachinery.told import UsageError
from kubelite.cluster import metrics, resizing
from kubelite.cluster.machines import LEARNER, Worker
from kubelite.cluster.meaning import a_pod
from kubelite.kubelet import Kubelet
from kubelite.kubelet.runtime.logs import LoggingDriver, LogLine, LogSource
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.guests import contain, foreign, guarded

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster


class GuestDriver:
    """A learner's logging driver: a line that it fails to take is lost to it alone."""

    def __init__(self, driver: LoggingDriver, clock: Clock):
        self._driver = driver
        self._clock = clock

    def ship(self, source: LogSource, line: LogLine) -> None:
        """Give it one line."""
        try:
            self._driver.ship(source, line)
        except BaseException as error:
            advice = "The line is lost to this driver; it gets the next one"
            place = ("pods", source.namespace, source.pod)
            contain(self._clock, error, self._driver, "ship", advice, place)


class Inside:
    """The part of a cluster that reaches into its pods. ``Cluster`` is the whole."""

    workers: dict[str, Worker]
    _drivers: list[LoggingDriver]

    def logs(
        self,
        pod: str,
        container: str = "",
        previous: bool = False,
        namespace: str = "default",
        **options: Any,
    ) -> str:
        """What a container has written, or the one before it.

        ``options`` are those of ``PodLogOptions``: ``tail_lines``, ``since_seconds``,
        ``since_time``, ``timestamps``, ``limit_bytes``, ``stream`` ("Stdout" or "Stderr").
        """
        found = a_pod(self._all, pod, namespace)
        name = container or found.spec.containers[0].name
        wanted = PodLogOptions(container=name, previous=previous, **options)
        self._all._permit("get", found, "log")
        return self._all._kubelet_of(found).logs(found.metadata.uid, wanted)

    def follow(
        self,
        pod: str,
        deliver: Callable[[LogLine], object],
        container: str = "",
        namespace: str = "default",
    ) -> Callable[[], None]:
        """Call ``deliver`` with each line a container writes from now on; returns how to stop."""
        found = a_pod(self._all, pod, namespace)
        name = container or found.spec.containers[0].name
        self._all._permit("get", found, "log")
        kubelet = self._all._kubelet_of(found)
        deliver = guarded(deliver, self._all.clock, "The line is lost; the next one comes")
        return kubelet.follow_logs(found.metadata.uid, name, deliver)

    def ship_logs(self, driver: LoggingDriver) -> None:
        """From now on give every line that a container of any machine writes to ``driver``."""
        if foreign(driver):
            driver = GuestDriver(driver, self._all.clock)
        self._drivers.append(driver)
        for worker in self.workers.values():
            worker.runtime.log_directory.drivers.append(driver)

    def metrics(self, what: str = "", port: int = 0, path: str = "/metrics") -> Any:
        """What a component or a pod tells Prometheus; without a name, whose there are.

        ``what`` is "kube-scheduler", "kubelet/node-1", ... or "pod/web-1", which is asked at
        ``port`` or the first port it declares. The answer is text with a method ``value``.
        """
        if not what:
            return metrics.names(self._all)
        if not what.startswith(("pod/", "po/", "pods/")):
            return metrics.scrape(self._all, what)
        pod = self._all.get(what)
        declared = [p.container_port for c in pod.spec.containers for p in c.ports]
        if not pod.status.pod_ip or not (port or declared):
            raise UsageError(f"{what} has no address, or declares no port: say port=...")
        address = f"{pod.status.pod_ip}:{port or declared[0]}"
        answer = self._all.request(address, path, node=pod.spec.node_name)
        if answer.status != 200:
            raise UsageError(f"{what} has no metrics at {address}{path}: {answer}")
        return metrics.Exposition(answer.body)

    def resize(
        self,
        pod: str,
        cpu: str = "",
        memory: str = "",
        container: str = "",
        namespace: str = "default",
        **more: dict[str, str],
    ) -> Any:
        """Give a running pod more or less: ``resize("pod/web", cpu="200m")``.

        ``cpu`` and ``memory`` are what its first container (or ``container``) asks for, and its
        limits where those were the same; ``requests`` and ``limits`` say each by itself.
        """
        found = a_pod(self._all, pod, namespace)
        change = resizing.change(found.spec, container, {"cpu": cpu, "memory": memory}, **more)
        return self._all.patch(
            f"pod/{found.metadata.name}", change, namespace, STRATEGIC_PATCH, "resize"
        )

    def debug(
        self,
        pod: str,
        image: str = "busybox",
        name: str = "debugger",
        target: str = "",
        namespace: str = "default",
    ) -> str:
        """Add an ephemeral container to a running pod and wait for it, as ``kubectl debug`` does.

        Its name is returned: ``exec(pod, command, container=name)`` runs commands in it.
        """
        found = a_pod(self._all, pod, namespace)
        helper = {"name": name, "image": image, "stdin": True, "tty": True}
        if target:
            helper["targetContainerName"] = target
        change = {"spec": {"ephemeralContainers": [helper]}}
        what = f"pod/{found.metadata.name}"
        self._all.patch(what, change, namespace, STRATEGIC_PATCH, "ephemeralcontainers")
        self._all.run_until(lambda c: _runs(c.get(what, namespace=namespace), name), timeout=600)
        return name

    def shut_down_node(self, name: str, grace: float = 30, critical: float = 10) -> float:
        """Shut a machine down in order and wait for it: its pods end first, then its power.

        ``grace`` and ``critical`` are the kubelet's shutdownGracePeriod and
        shutdownGracePeriodCriticalPods, in seconds. The seconds it took are returned.
        """
        worker, off = self._all._worker(name), []
        seconds = (round(grace * SECOND), round(critical * SECOND))
        worker.kubelet.shut_down(*seconds, lambda: off.append(name))
        took = self._all.run_until(lambda _: bool(off), timeout=grace + 60)
        self._all.run(1)  # the last statuses are on their way
        worker.power_off()
        return took

    def _permit(self, verb: str, pod: Any, part: str) -> None:
        """What goes to the kubelet is asked of the API server first. Raises StatusError 403."""
        meta = pod.metadata
        user = getattr(self._all.api, "user", None)
        asked = Request(verb, "pods", meta.namespace, meta.name, part, None, LEARNER, user=user)
        if self._all.api.authorizer is not None:
            self._all.api.authorizer.check(asked)

    def _reachable(self, node: str) -> Kubelet | None:
        """The kubelet of a machine that has power, for the API server."""
        worker = self.workers.get(node)
        return worker.kubelet if worker is not None and worker.powered else None

    @property
    def _all(self) -> Cluster:
        return cast("Cluster", self)


def _runs(pod: Any, name: str) -> bool:
    """Whether this ephemeral container of the pod runs, or has run."""
    found = [s for s in pod.status.ephemeral_container_statuses if s.name == name]
    return bool(found) and (found[0].state.running or found[0].state.terminated) is not None
