"""What a lesson uses, in one place: ``from course.lesson import Cluster, ClusterView, ...``."""

from __future__ import annotations

from course.quiz import predict
from course.source import show
from course.view.cluster_view import ClusterView
from course.view.controls import replicas_slider
from course.view.graph import graph
from course.view.message_flow import message_flow
from course.view.packing import packing
from course.view.scheduling import scheduling
from course.view.timeline import timeline
from course.view.why import why
from course.view.why_not import why_not
from kubelite import Cluster

__all__ = [
    "Cluster",
    "ClusterView",
    "graph",
    "message_flow",
    "packing",
    "predict",
    "replicas_slider",
    "scheduling",
    "show",
    "timeline",
    "why",
    "why_not",
]
