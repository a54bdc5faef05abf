"""What a lesson uses, in one place: ``from course.lesson import Cluster, ClusterView, ...``."""

from __future__ import annotations

from course.quiz import predict
from course.source import show
from course.story.day import compare_days
from course.story.friday import STRATEGIES, black_friday
from course.story.orchestrated import open_shop
from course.story.parameters import facts, parameters, prices
from course.story.queueing import erlang_c, served
from course.story.sensitivity import sensitivity, sensitivity_grid
from course.story.watching import watch_traffic
from course.view.cluster_view import ClusterView
from course.view.controls import controls, replicas_slider
from course.view.graph import graph
from course.view.money import heat, money, scoreboard, tornado
from course.view.play import play
from course.view.timeline import timeline
from kubelite import Cluster

__all__ = [
    "STRATEGIES",
    "Cluster",
    "ClusterView",
    "black_friday",
    "compare_days",
    "controls",
    "erlang_c",
    "facts",
    "graph",
    "heat",
    "money",
    "open_shop",
    "parameters",
    "play",
    "predict",
    "prices",
    "replicas_slider",
    "scoreboard",
    "sensitivity",
    "sensitivity_grid",
    "served",
    "show",
    "timeline",
    "tornado",
    "watch_traffic",
]
