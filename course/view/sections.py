"""The parts of a control panel: which sliders and buttons belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from course.story.trouble import ready_pods
from course.view import switches
from kubelite.apimachinery.told import UsageError

if TYPE_CHECKING:
    from course.view.controls import Controls

MOST_DELAY = 3000
"""Milliseconds: three times what a probe waits for unless it says otherwise."""


def replicas(panel: Controls, most: int) -> None:
    """How many copies are wanted; follows an autoscaler, too."""
    cluster, deployment = panel.cluster, panel.deployment

    def wanted() -> int:
        return int(cluster.get(deployment).spec.replicas)

    def act(count: int) -> str:
        return switches.scale(cluster, deployment, count)

    panel.mirrors(panel.slider("replicas", "replicas", wanted(), 0, most, act), wanted)


def traffic(panel: Controls, most: int) -> None:
    """How many customers a second."""
    service = switches.service_of(panel.cluster, panel.deployment)
    panel.load = panel.cluster.load(service, 0)

    def act(rate: int) -> str:
        return switches.send(panel.load, rate)

    panel.slider("traffic", "requests/s", 0, 0, most, act).step = max(most // 100, 1)


def nodes(panel: Controls, most: int) -> None:
    """How many machines."""

    def there() -> int:
        return len(switches.machines(panel.cluster))

    def act(count: int) -> str:
        return switches.nodes(panel.cluster, count)

    panel.mirrors(panel.slider("nodes", "nodes", there(), 1, most, act, at_once=False), there)


def probes(panel: Controls) -> None:
    """Period, threshold and delay of one of the probes."""
    cluster, deployment = panel.cluster, panel.deployment

    def kinds() -> list[str]:
        return [k for k in switches.PROBES if switches.probe_of(cluster, deployment, k)]

    if not kinds():
        raise UsageError(f"{deployment} has no probe: add one, or leave probes out")
    which = panel.choice("probe", "probe", kinds)
    panel.row(which)
    for setting, (label, least, most) in switches.SETTINGS.items():
        _probe_slider(panel, which, setting, label, least, most)
    which.observe(lambda _: panel.mirror(), "value")


FIELDS = {
    "periodSeconds": "period_seconds",
    "failureThreshold": "failure_threshold",
    "initialDelaySeconds": "initial_delay_seconds",
}


def _probe_slider(
    panel: Controls, which: Any, setting: str, label: str, least: int, most: int
) -> None:
    cluster, deployment = panel.cluster, panel.deployment

    def value() -> int:
        probe = switches.probe_of(cluster, deployment, which.value)
        return int(getattr(probe, FIELDS[setting]) or 0)

    def act(wanted: int) -> str:
        return switches.probe_setting(cluster, deployment, which.value, setting, wanted)

    made = panel.slider(setting.lower(), label, value(), least, most, act, at_once=False)
    panel.mirrors(made, value)


def chaos(panel: Controls) -> None:
    """Everything going wrong: machines, containers, the network; and time to watch it."""
    cluster, deployment = panel.cluster, panel.deployment

    def pods() -> list[str]:
        labels = cluster.get(deployment).spec.selector.match_labels
        return ready_pods(cluster, ",".join(f"{key}={text}" for key, text in labels.items()))

    def machines() -> list[str]:
        return list(cluster.workers)

    node, pod = panel.choice("node", "node", machines), panel.choice("pod", "pod", pods)

    def chosen(of: Any, what: str, act: Callable[[Any, str], str]) -> Callable[[], str]:
        def press() -> str:
            if not of.value:
                raise UsageError(f"there is no {what} to choose")
            return act(cluster, of.value)

        return press

    panel.row(
        node,
        panel.button("kill", "Kill the node", chosen(node, "node", switches.kill_node)),
        panel.button("start", "Switch it on", chosen(node, "node", switches.start_node)),
    )
    panel.row(
        pod,
        panel.button("crash", "Crash the container", chosen(pod, "ready pod", switches.crash)),
        panel.button("hang", "Hang the container", chosen(pod, "ready pod", switches.hang)),
        panel.button("delete", "Delete the pod", chosen(pod, "ready pod", switches.delete_pod)),
    )
    panel.slider(
        "slow", "network delay (ms)", 0, 0, MOST_DELAY, lambda ms: switches.slow(cluster, ms), False
    )
    panel.sliders["slow"].step = 100


def waiting(panel: Controls) -> None:
    """A button that only lets time pass."""

    def act() -> str:
        panel.cluster.run(60 - panel.seconds if panel.seconds < 60 else 0)
        return switches.TIME

    panel.row(panel.button("wait", "Let a minute pass", act))


SECTIONS: Mapping[str, Callable[..., None]] = {
    "replicas": replicas,
    "traffic": traffic,
    "nodes": nodes,
    "probes": probes,
    "chaos": chaos,
}
"""By the argument of ``controls`` that asks for it, in the order in which they are shown."""
