"""A profile says which plugins decide, with which weights; a framework is one made ready.

Pods choose a profile by ``schedulerName``. Models ``KubeSchedulerProfile`` of
``pkg/scheduler/apis/config`` and ``pkg/scheduler/framework/runtime/framework.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.apimachinery.struct import Value
from kubelite.scheduler.columns import Column
from kubelite.scheduler.framework import (
    NO_LISTERS,
    BindPlugin,
    FilterPlugin,
    Listers,
    Plugin,
    PostFilterPlugin,
    PreBindPlugin,
    PreEnqueuePlugin,
    PreFilterPlugin,
    PreScorePlugin,
    QueueSortPlugin,
    ReservePlugin,
    ScoreAllPlugin,
    ScoreExtensions,
    ScorePlugin,
)
from kubelite.scheduler.guest import GuestPlugin, Report
from kubelite.scheduler.plugins import PLUGINS
from kubelite.scheduler.plugins.node_resources_fit import ScoringStrategy
from kubelite.sim.guests import announce, foreign

DEFAULT_SCHEDULER = "default-scheduler"

COLUMNS_KEPT = 4_096  # for each, a value for every node; a column that is gone is made anew


class Profile(Value):
    """The configuration of one scheduler name.

    ``weights`` overrides the table's; ``disabled`` leaves plugins out; ``extra`` are plugins of
    your own (given the listers), which score with weight 1 unless ``weights`` says otherwise.
    ``percentage_of_nodes_to_score`` 0 adapts to the size of the cluster.
    """

    scheduler_name: str = DEFAULT_SCHEDULER
    weights: Mapping[str, int] = {}
    disabled: tuple[str, ...] = ()
    scoring_strategy: ScoringStrategy = ScoringStrategy()
    percentage_of_nodes_to_score: int = 0
    extra: tuple[Callable[[Listers], Plugin], ...] = ()


DEFAULT_PROFILE = Profile()


class Check(Value):
    """A filter plugin, and its PreFilter if it has one."""

    name: str
    by_spec: bool
    plugin: FilterPlugin
    pre: PreFilterPlugin | None


class Scorer(Value):
    """A scoring plugin, its weight, and its PreScore and NormalizeScore if it has them.

    It scores node by node, or ``for_all`` of them at once.
    """

    name: str
    weight: int
    by_spec: bool
    by_requests: bool
    plugin: ScorePlugin | None
    for_all: ScoreAllPlugin | None
    pre: PreScorePlugin | None
    extensions: ScoreExtensions | None


_OFFERED: dict[tuple[type, object], bool] = {}


def _offers(plugin: object, point: type) -> bool:
    """Whether a plugin serves an extension point: asked once for each class, for it takes a while.

    Of adapters of learners' plugins each one is asked: they have what their plugin has.
    """
    kind = type(plugin)
    found = _OFFERED.get((kind, point))
    if found is None:
        found = isinstance(plugin, point)
        if kind is not GuestPlugin:
            _OFFERED[kind, point] = found
    return found


class Framework:
    """The plugins of one profile, by extension point."""

    def __init__(
        self,
        profile: Profile = DEFAULT_PROFILE,
        listers: Listers = NO_LISTERS,
        report: Report = announce,
    ):
        self.profile = profile
        self.listers = listers
        rows = [row for row in PLUGINS if row.name not in profile.disabled]
        weights = {row.name: row.weight for row in rows} | dict(profile.weights)
        plugins: list[Any] = [row.make(profile, listers) for row in rows]
        for make in profile.extra:
            plugin = make(listers)
            if foreign(plugin):
                plugins.append(GuestPlugin(plugin, report))
            else:
                plugins.append(plugin)
        self.plugins: dict[str, Plugin] = {plugin.name: plugin for plugin in plugins}
        self.queue_sort: QueueSortPlugin = next(p for p in plugins if _offers(p, QueueSortPlugin))
        self.pre_enqueue: list[PreEnqueuePlugin] = [
            p for p in plugins if _offers(p, PreEnqueuePlugin)
        ]
        self.filters = [
            Check(
                p.name,
                getattr(p, "filter_by_spec", False),
                p,
                p if _offers(p, PreFilterPlugin) else None,
            )
            for p in plugins
            if _offers(p, FilterPlugin)
        ]
        self.post_filters: list[PostFilterPlugin] = [
            p for p in plugins if _offers(p, PostFilterPlugin)
        ]
        self.scorers = [
            Scorer(
                p.name,
                weights.get(p.name, 1),
                getattr(p, "score_by_spec", False),
                getattr(p, "score_by_requests", False),
                p if _offers(p, ScorePlugin) else None,
                p if _offers(p, ScoreAllPlugin) else None,
                p if _offers(p, PreScorePlugin) else None,
                p if _offers(p, ScoreExtensions) else None,
            )
            for p in plugins
            if (_offers(p, ScorePlugin) or _offers(p, ScoreAllPlugin)) and weights.get(p.name, 1)
        ]
        self.reserves: list[ReservePlugin] = [p for p in plugins if _offers(p, ReservePlugin)]
        self.pre_binds: list[PreBindPlugin] = [p for p in plugins if _offers(p, PreBindPlugin)]
        self._columns: dict[tuple[object, object], Column] = {}
        self.binder: BindPlugin = next(p for p in plugins if _offers(p, BindPlugin))

    def column(self, asked: object, question: object) -> Column:
        """The answers to one question (a plugin's, or that of all filters) for what is asked."""
        key = (asked, question)
        column = self._columns.get(key)
        if column is None:
            if len(self._columns) >= COLUMNS_KEPT:
                self._columns.clear()
            column = self._columns[key] = Column()
        return column
