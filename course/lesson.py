"""What a lesson uses, in one place: ``from course.lesson import Cluster, ClusterView, ...``."""

from __future__ import annotations

from course.quiz import predict
from course.source import show
from course.view.cluster_view import ClusterView
from course.view.controls import replicas_slider
from course.view.graph import graph
from course.view.lanes_figure import lanes
from course.view.manifest_diff import manifest_diff
from course.view.time_view import TimeView, compare, replay
from course.view.timeline import timeline
from kubelite import Cluster

__all__ = [
    "Cluster",
    "ClusterView",
    "TimeView",
    "compare",
    "graph",
    "lanes",
    "manifest_diff",
    "predict",
    "replay",
    "replicas_slider",
    "show",
    "timeline",
]
