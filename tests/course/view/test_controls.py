"""The slider declares, the cluster works, the view follows, and kubectl's words are shown."""

from __future__ import annotations

from course.view.controls import replicas_slider
from tests.course.view.pretend import Cluster, web


def test_moving_the_slider_scales_the_deployment_and_redraws() -> None:
    cluster = Cluster(web(3))
    control = replicas_slider(cluster, "deployment/web", max=20)
    control.slider.value = 10
    assert cluster.commands == ["scale deployment/web 10"]
    assert (control.view.frame["ready"], control.view.seq) == (10, 3)
    assert "kubectl scale deployment/web --replicas=10" in control.command.value


def test_a_saved_notebook_keeps_the_slider_in_words() -> None:
    saved, _ = replicas_slider(Cluster(web(3)), "deployment/web")._repr_mimebundle_()
    first = saved["text/plain"].splitlines()[0]
    assert first == "[slider: replicas = 3]  kubectl scale deployment/web --replicas=3"
    assert saved["image/svg+xml"].startswith("<svg")
