"""Things to drag that change a cluster, each beside the view that shows what came of it."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from course.view.cluster_view import ClusterView
from course.view.naming import SliderNames
from course.view.saved import beside
from course.view.svg import svg_of
from course.view.text import described

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
        for seconds in (min(GLIMPSE, self.seconds), self.seconds - min(GLIMPSE, self.seconds)):
            self.cluster.run(seconds)
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
