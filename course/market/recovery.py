"""The picture of a failure under each orchestrator: how many copies were up, second by second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from course.market.facts import title as name_of
from course.market.trials import Trial
from course.view.figure import LessonFigure
from course.view.palette import BLUE, GREEN, VERMILLION
from course.view.plain import plain
from course.view.style import house_style
from kubelite.apimachinery.told import UsageError

WIDTH = 7.6
ROW = 1.05
ROOM = 1.0
"""Inches for the heading and the time axis."""


def recovery(trials: Sequence[Trial], title: str = "") -> LessonFigure:
    """Copies that are up over the seconds since the failure, one strip for each trial.

    Raises ValueError for no trial.
    """
    if not trials:
        raise UsageError("recovery(...) draws one trial or more")
    headline = plain(title or trials[0].failure, 120)
    with house_style():
        alt = "\n".join([f"{headline}, copies that are up.", *map(_described, trials)])
        figure = LessonFigure(WIDTH, ROOM + ROW * len(trials), alt=alt)
        strips = figure.subplots(len(trials), 1, sharex=True, squeeze=False)[:, 0]
        figure.suptitle(headline, x=0.01, ha="left", fontsize=11, fontweight="bold")
        for strip, one in zip(strips, trials, strict=True):
            _draw(strip, one)
        strips[-1].set_xlabel("seconds since the failure")
        strips[-1].set_xlim(0, max(len(one.copies) for one in trials))
    return figure


def _described(trial: Trial) -> str:
    least = min(trial.copies)
    over = "not over" if trial.seconds is None else f"all again after {trial.seconds:.0f} s"
    lost = f", {trial.lost} of {trial.asked} orders lost" if trial.asked else ""
    return f"{name_of(trial.orchestrator)}: at least {least} up, {over}{lost}."


def _draw(strip: Any, trial: Trial) -> None:
    seconds = range(1, len(trial.copies) + 1)
    most = max(trial.copies)
    strip.fill_between(seconds, trial.copies, step="post", color=GREEN, alpha=0.35)
    strip.step(seconds, trial.copies, where="post", color=BLUE, linewidth=1.6)
    if trial.seconds:
        strip.axvline(trial.seconds, color=VERMILLION, linewidth=1.2, linestyle=(0, (4, 2)))
        right = trial.seconds > 0.7 * len(trial.copies)
        strip.annotate(
            f"{trial.seconds:.0f} s",
            (trial.seconds, 0.12),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if right else 4, 0),
            textcoords="offset points",
            ha="right" if right else "left",
            fontsize=9,
        )
    lost = f", {trial.lost} orders lost" if trial.asked else ""
    strip.set_title(name_of(trial.orchestrator) + lost, fontsize=9.5, pad=3, fontweight="normal")
    strip.set_ylabel("copies")
    strip.set_ylim(0, most * 1.15)
    strip.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
