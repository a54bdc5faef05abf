"""The same failures for each: what broke, how long until all copies were up, who was not served."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any, NamedTuple

from course.market.application import Application
from course.market.facts import title
from course.market.opening import open_market, pods, scale, up, where
from course.market.tasks import task_of
from kubelite import Cluster
from kubelite.apimachinery.told import UsageError
from kubelite.sim.clock import SECOND

EXITS = ["/bin/sh", "-c", "sleep 5; exit 1"]
"""What the broken version of an application does."""

MORE = 10
"""Copies wanted by the trial of scaling."""

MOMENT = 60
"""Seconds after which it breaks, the same for each: all nodes have given the same signs of life."""

TOO_MANY = 26
"""More than three machines have room for; a minute later a fourth joins."""

AWAY = 420
"""Seconds for which a machine is away that comes back: longer than any of the four waits."""


NOTHING = "nobody noticed"
LEFT = 'style="text-align: left"'


class Trial(NamedTuple):
    """One failure under one orchestrator; ``seconds`` is None if it was not over at the end.

    ``copies`` has the number of copies that were up, each second from the failure on; ``cluster``
    is the one it happened in.
    """

    orchestrator: str
    failure: str
    seconds: float | None
    asked: int
    lost: int
    said: str
    copies: tuple[int, ...]
    cluster: Cluster

    def __repr__(self) -> str:
        return f"{title(self.orchestrator)}, {self.failure}: {_cell(self)}"


class Trials(tuple[Trial, ...]):
    """Trials as a table: a row for each failure, a column for each orchestrator."""

    def _cells(self) -> Iterator[list[str]]:
        columns = list(dict.fromkeys(one.orchestrator for one in self))
        found = {(one.failure, one.orchestrator): one for one in self}
        yield ["", *map(title, columns)]
        for failure in dict.fromkeys(one.failure for one in self):
            rows = [found.get((failure, column)) for column in columns]
            yield [failure, *(_cell(one) for one in rows)]

    def __repr__(self) -> str:
        rows = list(self._cells())
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        head, *rows = self._cells()
        top = "".join(f"<th {LEFT}>{escape(cell)}</th>" for cell in head)
        body = "".join(
            f"<tr>{''.join(f'<td {LEFT}>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        return f"<table><tr>{top}</tr>{body}</table>"


def _cell(trial: Trial | None) -> str:
    if trial is None:
        return "-"
    took = f"{trial.seconds:.0f} s" if trial.seconds else "at once"
    if trial.seconds is None or trial.said == NOTHING:
        took = ""
    lost = f"{trial.lost} lost" if trial.asked else ""
    return ", ".join(part for part in (took, lost, trial.said) if part)


# The failures. Each breaks something and says when it counts as mended, and how long it is watched.


def _containers(cluster: Cluster, application: Application) -> list[Any]:
    """The running processes of the application, by the names of their pods."""
    found = []
    for pod in sorted(pods(cluster, application), key=lambda pod: pod.metadata.name):
        worker = cluster.workers.get(pod.spec.node_name or "")
        if worker and worker.powered and not pod.metadata.deletion_timestamp:
            kept = worker.runtime.pods()
            if pod.metadata.uid in kept:
                found += [one for one in worker.runtime.containers(pod.metadata.uid) if one.running]
    return found


def _one(cluster: Cluster, application: Application) -> Any:
    found = _containers(cluster, application)
    if not found:
        raise UsageError(f"no copy of {application.name} runs, so none can fail")
    return found[0]


def _crash(cluster: Cluster, application: Application) -> None:
    _one(cluster, application).exit(137, "Error")


def _hang(cluster: Cluster, application: Application) -> None:
    process = _one(cluster, application).program
    if not hasattr(process, "hangs"):
        raise UsageError("only the image shop knows how to hang")
    process.hangs = cluster.clock.now


def _power_off(cluster: Cluster, application: Application) -> None:
    counts = where(cluster, application)
    cluster.kill_node(max(counts, key=lambda node: (counts[node], node)))


def _off_and_on(cluster: Cluster, application: Application) -> None:
    counts = where(cluster, application)
    name = max(counts, key=lambda node: (counts[node], node))
    cluster.kill_node(name)
    cluster.clock.after(AWAY * SECOND, cluster.start_node, name)


def _overflow(cluster: Cluster, application: Application) -> None:
    scale(cluster, application, TOO_MANY)
    cluster.clock.after(60 * SECOND, cluster.add_node)


def _grow(cluster: Cluster, application: Application) -> None:
    scale(cluster, application, MORE)


class Failure(NamedTuple):
    """What is done, for how many seconds it is watched, and what is said of it afterwards."""

    strike: Callable[[Cluster, Application], None]
    watched: int
    say: Callable[[Cluster, Application], str]


def _records(cluster: Cluster, application: Application) -> str:
    """Whether the same pod goes on, and where copies stand."""
    found = pods(cluster, application)
    restarts = sum(
        one.restart_count for pod in found for one in pod.status.container_statuses or ()
    )
    if restarts:
        return "restarted in its pod"
    if any(task_of(pod, 0).carried.get("restarts") for pod in found if _is_nomads(pod)):
        return "restarted in its place"
    if len([pod for pod in found if pod.status.phase != "Failed"]) == len(found):
        return NOTHING
    return "a new one"


def _is_nomads(pod: Any) -> bool:
    return bool(pod.spec.scheduler_name == "nomad")


def _places(cluster: Cluster, application: Application) -> str:
    return " ".join(str(count) for count in where(cluster, application).values())


FAILURES: dict[str, Failure] = {
    "a container crashes": Failure(_crash, 90, _records),
    "a container hangs": Failure(_hang, 180, _records),
    "a node loses its power": Failure(_power_off, 400, _places),
    "a node comes back": Failure(_off_and_on, AWAY + 80, _places),
    "scaled from 3 to 10": Failure(_grow, 60, _places),
    "no room for all": Failure(_overflow, 120, _places),
}


# DOC: market-trial
def trial(application: Application, failure: str, nodes: int = 3, seed: int = 7) -> Trial:
    """Open the market, break something, watch; one customer orders each second.

    Raises ValueError for a failure that is not in ``FAILURES``, or that cannot happen to it.
    """
    if failure not in FAILURES:
        raise UsageError(f"{failure!r} is none of: {', '.join(FAILURES)}")
    strike, watched, say = FAILURES[failure]
    cluster = open_market(application, nodes, seed=seed)
    cluster.run(max(MOMENT - cluster.elapsed, 0))
    strike(cluster, application)
    wanted = {_grow: MORE, _overflow: TOO_MANY}.get(strike, application.replicas)
    open_to_customers = application.name in cluster.get("services").names
    answers: list[Any] = []
    copies = []
    for _ in range(watched):
        if open_to_customers:
            cluster.send_request(application.name, "/checkout", answers.append)
        cluster.run(1)
        copies.append(up(cluster, application))
    cluster.run(6)
    lost = sum(not answer.ok for answer in answers)
    took = _mended(copies, wanted)
    said = say(cluster, application)
    return Trial(
        application.orchestrator, failure, took, len(answers), lost, said, tuple(copies), cluster
    )


def _mended(copies: Sequence[int], wanted: int) -> float | None:
    """Seconds until all copies were up and stayed so; 0 if none was ever missing."""
    missing = [second for second, count in enumerate(copies, start=1) if count < wanted]
    if not missing:
        return 0.0
    return None if missing[-1] == len(copies) else float(missing[-1] + 1)


def trials(applications: Sequence[Application], *failures: str) -> Trials:
    """Each failure for each application."""
    return Trials(trial(one, failure) for failure in failures for one in applications)


# Variants of an application


def without_check(application: Application) -> Application:
    """The same application, and nobody asks it how it is."""
    return _changed(application, lambda one: [one.pop(name, None) for name in PROBES], check=None)


PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def renamed(application: Application, name: str, replicas: int = 1) -> Application:
    """The same under another name, and with another number of copies."""
    found = json.loads(
        json.dumps(application.manifests).replace(f'"{application.name}"', f'"{name}"')
    )
    changed = replace(application, name=name, manifests=tuple(found))
    return _changed(changed, lambda container: None, replicas=replicas)


def broken(application: Application) -> Application:
    """One copy, whose process exits with an error five seconds after each start."""

    def break_it(container: dict[str, Any]) -> None:
        container |= {"image": "busybox:1.37", "command": EXITS}
        for name in PROBES:
            container.pop(name, None)

    changes = {"image": "busybox:1.37", "command": tuple(EXITS), "args": (), "check": None}
    return _changed(application, break_it, replicas=1, **changes)


def _changed(
    application: Application, change: Callable[[dict[str, Any]], object], **fields: Any
) -> Application:
    manifests = copy.deepcopy(application.manifests)
    for one in manifests:
        if one["kind"] == "Deployment":
            for container in one["spec"]["template"]["spec"]["containers"]:
                change(container)
            one["spec"]["replicas"] = fields.get("replicas", one["spec"].get("replicas", 1))
    return replace(application, manifests=manifests, **fields)


class Pauses(NamedTuple):
    """A crash loop: when the process was started, in seconds; and the pauses before each start."""

    orchestrator: str
    starts: tuple[float, ...]
    nodes: int

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds between an exit and the start after it: the process runs for five."""
        pairs = zip(self.starts, self.starts[1:], strict=False)
        return tuple(round(later - earlier - 5, 1) for earlier, later in pairs)


def crash_loop(application: Application, seconds: int = 3600, nodes: int = 3) -> Pauses:
    """Run the broken version for so long, and write down each start."""
    ill = broken(application)
    cluster = open_market(ill, nodes, wait=False)
    starts: set[int] = set()
    places: set[str] = set()
    for _ in range(0, seconds, 2):
        cluster.run(2)
        starts |= {one.started_at for one in _containers(cluster, ill)}
        places |= {pod.spec.node_name for pod in pods(cluster, ill) if pod.spec.node_name}
    began = cluster.history.start
    moments = tuple(round((start - began) / SECOND, 1) for start in sorted(starts))
    return Pauses(application.orchestrator, moments, len(places))
