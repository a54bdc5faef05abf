"""Money and users: what customers felt and what it cost, on one time axis.

``money`` draws a day of the story, or what ``watch_traffic`` wrote down of any cluster; several
days lie over each other. ``scoreboard`` sets days side by side, ``tornado`` and ``heat`` say how
far a conclusion holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from course.story.day import Day
from course.story.ledger import Ledger, Sample
from course.story.sensitivity import Grid, Sensitivity
from course.view.figure import LessonFigure
from course.view.palette import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    VERMILLION,
    WHITE,
)
from course.view.plain import plain
from course.view.style import house_style
from kubelite.apimachinery.told import UsageError

Told = Day | Ledger

LINES = ((BLUE, "-"), (VERMILLION, (0, (5, 1.5))), (GREEN, (0, (1, 1))), (BLACK, (0, (4, 1, 1, 1))))
"""One for each of several days; they differ by dashes, too."""

MOST = len(LINES)
WIDTH = 7.6


class Line(NamedTuple):
    """One line of a panel: what it is called, its value in a sample, how it is drawn alone."""

    label: str
    value: Callable[[Sample], float]
    colour: str = BLUE
    dashes: Any = "-"


class Panel(NamedTuple):
    """One of the small pictures. Of several days only its first line is drawn."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    running: bool = False
    whole: bool = False


PANELS = (
    Panel(
        "Customers",
        "requests/s",
        (
            Line("asked", lambda one: one.rate, BLUE),
            Line("no answer", lambda one: one.error_rate, VERMILLION, (0, (3, 1))),
        ),
    ),
    Panel("No answer in time", "requests/s", (Line("", lambda one: one.error_rate, VERMILLION),)),
    Panel(
        "How long an answer takes",
        "s",
        (
            Line("95 of 100", lambda one: one.p95, ORANGE),
            Line("99 of 100", lambda one: one.p99, VERMILLION, (0, (3, 1))),
            Line("half", lambda one: one.p50, BLUE, (0, (1, 1))),
        ),
    ),
    Panel(
        "Orders lost so far", "orders", (Line("", lambda one: one.orders_lost, VERMILLION),), True
    ),
    Panel("Cost of the machines", "$/hour", (Line("", lambda one: one.per_hour, PURPLE),)),
    Panel(
        "Servers",
        "number",
        (
            Line("nodes paid for", lambda one: one.nodes, GREY),
            Line("replicas in service", lambda one: one.replicas, GREEN),
            Line("replicas wanted", lambda one: one.wanted, BLACK, (0, (4, 2))),
        ),
        whole=True,
    ),
)
"""From top to bottom. Some are drawn only where they have something to show."""


def money(
    told: Told | Sequence[Told], title: str = "", marks: Mapping[float, str] | None = None
) -> LessonFigure:
    """Requests, latency, orders lost, cost and servers over time, one below the other.

    ``told`` is a day, a ledger, or up to four of them. ``marks`` names moments of the time axis.
    Raises ValueError for none or too many.
    """
    given = [told] if isinstance(told, Day | Ledger) else list(told)
    if not 1 <= len(given) <= MOST:
        raise UsageError(f"money(...) draws 1 to {MOST} days, not {len(given)}")
    ledgers = [one.ledger if isinstance(one, Day) else one for one in given]
    panels = _panels(ledgers)
    several = f"{len(ledgers)} days on one time axis"
    headline = plain(title or (ledgers[0].title if len(ledgers) == 1 else several), 120)
    with house_style():
        alt = "\n".join([f"{headline}, over time.", *map(described, given)])
        figure = LessonFigure(WIDTH, 0.55 + 1.42 * len(panels), alt=alt)
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        figure.suptitle(headline, x=0.01, ha="left", fontsize=11, fontweight="bold")
        for ax, panel in zip(axes, panels, strict=True):
            _draw(ax, panel, ledgers)
            _draw_marks(ax, marks or {}, ax is axes[0])
        _time_axis(axes[-1], ledgers)
    return figure


def _panels(ledgers: Sequence[Ledger]) -> list[Panel]:
    drawn = {
        "No answer in time": len(ledgers) > 1,
        "Orders lost so far": any(one.orders for one in ledgers),
        "Cost of the machines": any(one.machines for one in ledgers),
    }
    return [panel for panel in PANELS if drawn.get(panel.title, True)]


def _draw(ax: Any, panel: Panel, ledgers: Sequence[Ledger]) -> None:
    several, highest = len(ledgers) > 1, 0.0
    for place, ledger in enumerate(ledgers):
        for line in panel.lines[:1] if several else panel.lines:
            times, values = _steps(ledger, line.value, panel.running)
            colour, dashes = LINES[place] if several else (line.colour, line.dashes)
            label = plain(ledger.title, 40) if several else line.label
            look = {"color": colour, "linestyle": dashes, "linewidth": 1.6}
            if several and panel.title == "Customers":  # all days have the same
                look = {"color": LINE, "linewidth": 0 if place else 1.6}
            ax.step(times, values, where="post", label=label, **look)
            highest = max(highest, *values)
    _frame(ax, panel, several, highest)


def _frame(ax: Any, panel: Panel, several: bool, highest: float) -> None:
    """Title, unit, scale and key of a panel."""
    first = panel.lines[0].label
    customers = panel.title == "Customers"
    more = f" ({first})" if several and first and not customers else ""
    ax.set_title(panel.title + more, fontsize=9.5, pad=4, fontweight="normal")
    ax.set_ylabel(panel.unit)
    ax.set_ylim(0, highest * 1.12 or 1)
    if panel.whole or panel.running:
        ax.yaxis.get_major_locator().set_params(integer=True)
    wanted = panel.title == PANELS[1].title if several else len(panel.lines) > 1
    if wanted:
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, borderaxespad=0.2)


def _steps(
    ledger: Ledger, value: Callable[[Sample], float], running: bool
) -> tuple[list[float], list[float]]:
    """Moments and values; at the end the last value once more, so that its stretch is seen."""
    times = [one.hour for one in ledger]
    values, total = [], 0.0
    for one in ledger:
        total = total + value(one) if running else value(one)
        values.append(total)
    last = ledger[-1]
    return [*times, last.hour + _length(last, ledger)], [*values, values[-1]]


def _length(one: Sample, ledger: Ledger) -> float:
    return one.seconds / 3600 if "hour" in ledger.unit else one.seconds


def _draw_marks(ax: Any, marks: Mapping[float, str], named: bool) -> None:
    if marks and named:  # room for the names above the lines
        ax.set_ylim(0, ax.get_ylim()[1] * 1.25)
    for moment, text in marks.items():
        ax.axvline(moment, color=BLACK, linewidth=1, linestyle=":")
        if named:
            ax.annotate(
                plain(text, 40),
                (moment, 0.97),
                xycoords=("data", "axes fraction"),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize=8,
                va="top",
                parse_math=False,
                bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 1},
            )


def _time_axis(ax: Any, ledgers: Sequence[Ledger]) -> None:
    first, last = ledgers[0][0], ledgers[0][-1]
    end = last.hour + _length(last, ledgers[0])
    ax.set_xlim(first.hour, end)
    ax.set_xlabel(ledgers[0].unit)
    if "hour" in ledgers[0].unit:
        ax.xaxis.get_major_locator().set_params(integer=True, steps=[1, 2, 3, 4, 6, 10])


def described(told: Told) -> str:
    """A day or a ledger in two sentences."""
    ledger = told.ledger if isinstance(told, Day) else told
    busiest = max(ledger, key=lambda one: one.rate)
    worst = max(ledger, key=lambda one: one.error_rate)
    time = "hour" if "hour" in ledger.unit else "second"
    errors = (
        f"The most without an answer: {worst.error_rate:.1f} requests/s at {time} {worst.hour:.1f}."
        if worst.error_rate >= 0.05
        else "At no time was the rate without an answer above 0.05 requests/s."
    )
    low, high = min(one.nodes for one in ledger), max(one.nodes for one in ledger)
    return (
        f"{told!r}.\nBusiest at {time} {busiest.hour:.1f} with {busiest.rate:.1f} requests/s. "
        f"{errors} Nodes paid for: {low} to {high}."
    )


def scoreboard(days: Sequence[Day], title: str = "One Black Friday") -> LessonFigure:
    """Days side by side: orders lost, and money spent on machines and people, as bars."""
    names = [plain(day.strategy, 30) for day in days]
    places = range(len(days))
    with house_style():
        figure = LessonFigure(WIDTH, 1.1 + 0.42 * len(days), alt=f"{title}.\n{days_in_words(days)}")
        left, right = figure.subplots(1, 2, sharey=True)
        figure.suptitle(plain(title, 120), x=0.01, ha="left", fontsize=11, fontweight="bold")
        lost = [day.orders_lost for day in days]
        left.barh(places, lost, color=VERMILLION, edgecolor=GREY, hatch="//", height=0.6)
        machines, people = [day.machines for day in days], [day.people for day in days]
        right.barh(places, machines, color=PURPLE, edgecolor=GREY, label="machines", height=0.6)
        right.barh(
            places,
            people,
            left=machines,
            color=SKY_BLUE,
            edgecolor=GREY,
            hatch="..",
            label="people",
            height=0.6,
        )
        _numbers(left, lost, [f"{n:,}" for n in lost])
        _numbers(right, [d.spent for d in days], [f"${d.spent:,.0f}" for d in days])
        left.set_yticks(places, names, parse_math=False)
        left.set_ylim(len(days) - 0.5, -0.5)
        left.set_xlabel("orders lost")
        right.set_xlabel("spent ($)")
        right.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.2)
        for ax in (left, right):
            ax.grid(axis="y", visible=False)
    return figure


def days_in_words(days: Sequence[Day]) -> str:
    """A line for each day."""
    return "\n".join(f"{day!r}." for day in days)


def _numbers(ax: Any, values: Sequence[float], texts: Sequence[str]) -> None:
    ax.set_xlim(0, (max(values) or 1) * 1.18)
    for place, (value, text) in enumerate(zip(values, texts, strict=True)):
        ax.annotate(
            text,
            (value, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )


def tornado(found: Sensitivity, most: int = 12) -> LessonFigure:
    """How far a conclusion holds: the difference with each number at both ends of its range."""
    bars = found.bars[:most]
    with house_style():
        figure = LessonFigure(WIDTH, 1.6 + 0.3 * len(bars), alt=repr(found))
        ax = figure.subplots()
        for place, bar in enumerate(bars):
            ends = (
                (bar.low, bar.at_low, SKY_BLUE, "", "at the low end of its range"),
                (bar.high, bar.at_high, ORANGE, "//", "at the high end"),
            )
            longest_first = sorted(ends, key=lambda end: -abs(end[1] - found.base))
            for end, at, colour, hatch, label in longest_first:
                ax.barh(
                    place,
                    at - found.base,
                    left=found.base,
                    color=colour,
                    hatch=hatch,
                    edgecolor=GREY,
                    height=0.66,
                    label="" if place else label,
                )
                _end(ax, place, at, found.base, f"{end:g}")
        ax.axvline(found.base, color=BLACK, linewidth=1)
        ax.axvline(0, color=VERMILLION, linewidth=1.4, linestyle=(0, (4, 2)))
        ax.set_yticks(range(len(bars)), [bar.name.replace("_", " ") for bar in bars])
        ax.set_ylim(len(bars) - 0.4, -0.6)
        ax.margins(x=0.09)
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.2)
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(f"{found.measure}: {found.worse} less {found.better}")
        ax.set_title(
            "Beyond the dashed line the sign is another", fontsize=9.5, pad=20, fontweight="normal"
        )
    return figure


def _end(ax: Any, place: int, at: float, base: float, text: str) -> None:
    """The value of the number at this end of its bar; none where there is no bar."""
    if at != base:
        right = at > base
        ax.annotate(
            text,
            (at, place),
            xytext=(3 if right else -3, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=7.5,
            bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )


def heat(grid: Grid) -> LessonFigure:
    """The difference over two numbers at once; each field says its value."""
    largest = max(abs(value) for row in grid.values for value in row) or 1.0
    words = "; ".join(
        f"{grid.up} {y:g}: " + ", ".join(_short(value, largest) for value in row)
        for y, row in zip(grid.ys, grid.values, strict=True)
    )
    title = f"{grid.measure}: {grid.worse} less {grid.better}"
    alt = f"{title}. Across, {grid.across}: {', '.join(f'{x:g}' for x in grid.xs)}. {words}."
    with house_style():
        figure = LessonFigure(WIDTH * 0.8, 0.9 + 0.5 * len(grid.ys), alt=alt)
        ax = figure.subplots()
        scale = {"cmap": "PuOr", "vmin": -largest, "vmax": largest}
        shown = ax.imshow(grid.values, aspect="auto", origin="lower", **scale)
        ax.grid(visible=False)
        ax.set_xticks(range(len(grid.xs)), [f"{x:.3g}" for x in grid.xs])
        ax.set_yticks(range(len(grid.ys)), [f"{y:.3g}" for y in grid.ys])
        ax.set_xlabel(grid.across.replace("_", " "))
        ax.set_ylabel(grid.up.replace("_", " "))
        ax.set_title(title, fontweight="normal")
        for y, row in enumerate(grid.values):
            for x, value in enumerate(row):
                ink = WHITE if abs(value) > 0.6 * largest else BLACK
                ax.text(
                    x, y, _short(value, largest), ha="center", va="center", color=ink, fontsize=8.5
                )
        figure.colorbar(shown, ax=ax, label=grid.measure).outline.set_edgecolor(LINE)
    return figure


def _short(value: float, largest: float) -> str:
    """Few digits, and no zero with a sign."""
    digits = 0 if largest >= 10 else 1
    return f"{round(value, digits) + 0.0:.{digits}f}"
