"""Things to drag that change a cluster, each beside the view that shows what came of it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from time import sleep
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from course.view import switches
from course.view.cluster_view import ClusterView
from course.view.console import Console
from course.view.naming import SliderNames
from course.view.plain import plain
from course.view.saved import beside
from course.view.sections import SECTIONS, waiting
from course.view.svg import svg_of
from course.view.text import counted, described
from kubelite.apimachinery.errors import StatusError
from kubelite.cluster.draining import DrainError

LABEL_WIDTH = "130px"

REFUSALS = (StatusError, DrainError, ValueError, TimeoutError)
"""What an act may end with; a learner reads it below the controls."""

SENDING = 0.004
"""Seconds of real time that a glimpse is given to leave the kernel. Another thread sends it, and
without a pause that thread waits until Python takes the turn away from the engine."""

GLIMPSE = 0.1
"""Virtual seconds after a move that are shown before the others: new pods are there by then."""


class ReplicasSlider(ipywidgets.VBox):  # type: ignore[misc]
    """A slider for a Deployment's replicas above a live view. See ``replicas_slider``."""

    def __init__(self, cluster: Any, deployment: str, most: int, seconds: float):
        self.cluster = cluster
        self.deployment = deployment
        self.seconds = seconds
        wanted = cluster.get(deployment).spec.replicas
        self.slider = ipywidgets.IntSlider(
            value=wanted,
            max=max(most, wanted),
            description="replicas",
            continuous_update=True,
            layout=ipywidgets.Layout(width="95%", max_width="560px"),
        )
        self.slider.add_class("kubelite-replicas")
        self.command = ipywidgets.HTML(self._command_html())
        self.view = ClusterView(cluster, title=f"{deployment} on its nodes")
        self.slider.observe(self._moved, "value")
        super().__init__([self.slider, self.command, self.view, SliderNames()])

    def _moved(self, change: dict[str, Any]) -> None:
        """Declare the new number, let the cluster work, show what it did."""
        self.cluster.scale(self.deployment, change["new"])
        # The first glimpse is shown at once; what a crowd does in the rest takes its time.
        glimpse = min(GLIMPSE, self.seconds)
        self.cluster.run(glimpse)
        self.view.refresh()
        sleep(SENDING)
        self.cluster.run(self.seconds - glimpse)
        self.view.refresh()
        self.command.value = self._command_html()

    @property
    def kubectl(self) -> str:
        """The command that would do the same to a real cluster."""
        return f"kubectl scale {self.deployment} --replicas={self.slider.value}"

    def _command_html(self) -> str:
        return f"<code>{escape(self.kubectl)}</code>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live slider, and beside it what a saved notebook keeps."""
        scene, title = self.view.scene, f"{self.deployment} on its nodes"
        words = f"[slider: replicas = {self.slider.value}]  {self.kubectl}\n"
        still = {
            "text/plain": words + described(scene, title),
            "image/svg+xml": svg_of(scene, title),
        }
        return beside(super()._repr_mimebundle_(**kwargs), still)


def replicas_slider(
    cluster: Any, deployment: str, max: int = 20, seconds: float = 10.0
) -> ReplicasSlider:
    """A slider that scales ``deployment`` (such as ``deployment/web``) up to ``max`` replicas.

    Each move declares the new number, runs the cluster for ``seconds`` of virtual time and
    redraws the view below it.
    """
    return ReplicasSlider(cluster, deployment, max, seconds)


class Controls(ipywidgets.VBox):  # type: ignore[misc]
    """Sliders and buttons above a live view of the cluster they drive. See ``controls``.

    ``sliders``, ``choices`` and ``buttons`` are the parts by name; ``said`` are the commands so
    far, oldest first.
    """

    def __init__(self, cluster: Any, deployment: str, seconds: float, title: str = ""):
        self.cluster = cluster
        self.deployment = deployment
        self.seconds = seconds
        self.load: Any = None
        self.said: list[str] = []
        self.sliders: dict[str, Any] = {}
        self.buttons: dict[str, Any] = {}
        self.choices: dict[str, Any] = {}
        self.title = title or f"{deployment} on its nodes"
        self.view = ClusterView(cluster, title=self.title)
        self.console = Console()
        self._rows: list[Any] = []
        self._mirrors: list[Callable[[], None]] = []
        self._quiet = False
        super().__init__()
        self.add_class("kubelite-controls")

    def show(self) -> Controls:
        """Put the parts together, once all are there."""
        labels = {f"kubelite-{name}": s.description for name, s in self.sliders.items()}
        self.console.labels = labels
        self.children = [*self._rows, self.console, self.view]
        self.mirror()
        self.console.tell("", self.outcome())
        return self

    # Parts

    def slider(
        self,
        name: str,
        label: str,
        value: int,
        least: int,
        most: int,
        act: Callable[[int], str],
        at_once: bool = True,
    ) -> Any:
        """A slider; each move is an act. One that is not ``at_once`` acts when it is let go."""
        made = ipywidgets.IntSlider(
            value=value,
            min=least,
            max=max(most, value),
            description=label,
            continuous_update=at_once,
            style={"description_width": LABEL_WIDTH},
            layout=ipywidgets.Layout(width="95%", max_width="560px"),
        )
        made.add_class(f"kubelite-{name}")
        made.observe(lambda change: self._do(lambda: act(change["new"])), "value")
        self.sliders[name] = made
        self._rows.append(made)
        return made

    def button(self, name: str, label: str, act: Callable[[], str]) -> Any:
        """A button; its row is made by ``row``."""
        made = ipywidgets.Button(description=label, layout=ipywidgets.Layout(width="auto"))
        made.add_class(f"kubelite-{name}")
        made.on_click(lambda _: self._do(act))
        self.buttons[name] = made
        return made

    def choice(self, name: str, label: str, options: Callable[[], list[str]]) -> Any:
        """A list to choose from; the options are looked up again after each act."""
        made = ipywidgets.Dropdown(
            options=options(),
            description=label,
            layout=ipywidgets.Layout(width="auto", min_width="320px"),
            style={"description_width": LABEL_WIDTH},
        )
        made.add_class(f"kubelite-{name}")

        def renew() -> None:
            kept, found = made.value, options()
            if tuple(found) != tuple(made.options):
                made.options = found
                made.value = kept if kept in found else next(iter(found), None)

        self.choices[name] = made
        self._mirrors.append(renew)
        return made

    def row(self, *parts: Any) -> None:
        """Parts beside each other; they wrap in a narrow window."""
        made = ipywidgets.Box(parts, layout=ipywidgets.Layout(flex_flow="row wrap", display="flex"))
        made.add_class("kubelite-control-row")
        self._rows.append(made)

    def mirrors(self, slider: Any, value: Callable[[], int]) -> None:
        """A slider follows what the cluster says, when somebody else has changed it."""

        def follow() -> None:
            slider.max = max(slider.max, value())
            slider.value = value()

        self._mirrors.append(follow)

    # Acts

    def _do(self, act: Callable[[], str]) -> None:
        """One act: the cluster obeys and goes on for a while; the view shows what came of it."""
        if self._quiet:
            return
        problem = ""
        try:
            self.said.append(act())
            self.cluster.run(self.seconds)
        except REFUSALS as error:
            problem = f"refused: {error}"
        self.view.refresh()
        try:
            self.mirror()
            self.console.tell(self.kubectl, problem or self.outcome())
        except StatusError as error:  # the Deployment itself has gone
            self.console.tell(self.kubectl, problem or str(error))

    def mirror(self) -> None:
        """Let every part show what the cluster says."""
        if self._quiet:
            return
        self._quiet = True
        try:
            for follow in self._mirrors:
                follow()
        finally:
            self._quiet = False

    def outcome(self) -> str:
        """How things stand, in a line."""
        found = self.cluster.get(self.deployment)
        ready = f"{found.status.ready_replicas or 0} of {found.spec.replicas} ready"
        powered = counted(len(switches.machines(self.cluster)), "node")
        parts = [ready, f"{powered} with power"]
        if self.load is not None:
            totals = self.load.totals()
            parts.append(f"{totals.sent:,} requests sent, {totals.failed:,} without an answer")
        return f"{self.cluster.elapsed:.0f} s: " + ", ".join(parts)

    @property
    def kubectl(self) -> str:
        """The command of the last act; "" before the first."""
        return self.said[-1] if self.said else ""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live controls, and beside them what a saved notebook keeps."""
        scene = self.view.scene
        words = [f"[slider: {s.description} = {s.value}]" for s in self.sliders.values()]
        words += [
            f"[list: {c.description} = {plain(c.value or '')}]" for c in self.choices.values()
        ]
        words += [f"[button: {b.description}]" for b in self.buttons.values()]
        words += [self.console.command, self.console.outcome]
        text = "\n".join(filter(None, words))
        still = {
            "text/plain": f"{text}\n{described(scene, self.title)}",
            "image/svg+xml": svg_of(scene, self.title),
        }
        return beside(super()._repr_mimebundle_(**kwargs), still)


def controls(
    cluster: Any,
    deployment: str = "deployment/web",
    *,
    replicas: bool = True,
    traffic: bool | int = False,
    nodes: bool = False,
    probes: bool = False,
    chaos: bool = False,
    most_replicas: int = 20,
    most_traffic: int = 1000,
    most_nodes: int = 8,
    seconds: float = 10.0,
) -> Controls:
    """Sliders and buttons for a cluster, above a view of it. Each says how kubectl would do it.

    Every act lets ``seconds`` of virtual time pass. ``traffic`` may be the rate to begin with; it
    needs a Service in front of the Deployment, as ``probes`` needs a probe in its first
    container; otherwise ValueError is raised.
    """
    made = Controls(cluster, deployment, seconds)
    asked = {"replicas": replicas, "traffic": traffic, "nodes": nodes}
    most = {"replicas": most_replicas, "traffic": most_traffic, "nodes": most_nodes}
    asked |= {"probes": probes, "chaos": chaos}
    for name, build in SECTIONS.items():
        if asked[name]:
            build(made, *([most[name]] if name in most else []))
    waiting(made)
    made.show()
    if traffic is not True and traffic:
        made.sliders["traffic"].value = traffic
    return made
