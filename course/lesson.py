"""What a lesson uses, in one place: ``from course.lesson import Cluster, ClusterView, ...``."""

from __future__ import annotations

from course.contents import progress
from course.glossary import glossary
from course.questions.view import quiz, review
from course.quiz import predict
from course.source import show
from course.story.day import compare_days
from course.story.friday import STRATEGIES, black_friday
from course.story.orchestrated import open_shop
from course.story.parameters import facts, parameters, prices
from course.story.queueing import erlang_c, served
from course.story.sensitivity import sensitivity, sensitivity_grid
from course.story.storm import storm
from course.story.watching import watch_traffic
from course.view.cluster_view import ClusterView
from course.view.controls import controls, replicas_slider
from course.view.graph import graph
from course.view.lanes_figure import lanes
from course.view.manifest_diff import manifest_diff
from course.view.message_flow import message_flow
from course.view.money import heat, money, scoreboard, tornado
from course.view.packing import packing
from course.view.play import play
from course.view.scheduling import scheduling
from course.view.time_view import TimeView, compare, replay
from course.view.timeline import timeline
from course.view.why import why
from course.view.why_not import why_not
from kubelite import Cluster

__all__ = [
    "STRATEGIES",
    "Cluster",
    "ClusterView",
    "TimeView",
    "black_friday",
    "compare",
    "compare_days",
    "controls",
    "erlang_c",
    "facts",
    "glossary",
    "graph",
    "heat",
    "lanes",
    "manifest_diff",
    "message_flow",
    "money",
    "open_shop",
    "packing",
    "parameters",
    "play",
    "predict",
    "prices",
    "progress",
    "quiz",
    "replay",
    "replicas_slider",
    "review",
    "scheduling",
    "scoreboard",
    "sensitivity",
    "sensitivity_grid",
    "served",
    "show",
    "storm",
    "timeline",
    "tornado",
    "watch_traffic",
    "why",
    "why_not",
]
