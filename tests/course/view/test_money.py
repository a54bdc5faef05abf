"""Money and users on one time axis, in pictures and in words."""

from __future__ import annotations

import pytest

from course.story.day import Day
from course.story.friday import black_friday
from course.story.ledger import Ledger
from course.story.sensitivity import Bar, Grid, Sensitivity
from course.story.watching import watch_traffic
from course.view.money import heat, money, scoreboard, tornado
from kubelite import Cluster
from tests import manifests


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return [black_friday(name) for name in ("one server", "by hand", "containers")]


@pytest.fixture(scope="module")
def watched() -> Ledger:
    """A minute and a half of a shop that gets twice what it can take, of any cluster."""
    cluster = Cluster(nodes=1)
    limit = {"resources": {"limits": {"cpu": "200m"}, "requests": {"cpu": "200m"}}}
    cluster.apply([manifests.deployment(replicas=2, container=limit), manifests.service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    return watch_traffic(cluster, "service/web", lambda s: 40 if s < 40 else 160, 90)


def titles(figure: object) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes]  # type: ignore[attr-defined]


def test_one_day_has_a_panel_for_each_matter(days: list[Day]) -> None:
    figure = money(days[2], marks={3: "the sale begins"})
    assert titles(figure) == [
        "Customers",
        "How long an answer takes",
        "Orders lost so far",
        "Cost of the machines",
        "Servers",
    ]
    units = [axes.get_ylabel() for axes in figure.axes]
    assert units == ["requests/s", "s", "orders", "$/hour", "number"]
    assert figure.axes[-1].get_xlabel() == "hour of the day"
    assert figure.axes[2].lines[0].get_ydata()[-1] == days[2].orders_lost
    assert f"{days[2].orders_lost:,} of {days[2].orders:,} orders lost" in figure.alt
    assert "Busiest at hour 11." in figure.alt


def test_nothing_is_drawn_of_what_has_no_price(watched: Ledger) -> None:
    figure = money(watched)
    assert "Servers" in titles(figure) and "Cost of the machines" not in titles(figure)
    assert "$" not in figure.alt


def test_several_days_lie_over_each_other(days: list[Day]) -> None:
    figure = money(days, title="Three ways")
    assert "No answer in time" in titles(figure)
    lost = figure.axes[titles(figure).index("Orders lost so far")]
    assert [line.get_ydata()[-1] for line in lost.lines] == [day.orders_lost for day in days]
    assert len({repr(line._dash_pattern) for line in lost.lines}) == 3, "not by colour alone"
    assert all(day.strategy in figure.alt for day in days)
    with pytest.raises(ValueError, match="draws 1 to 4 days, not 5"):
        money([days[0]] * 5)


def test_any_cluster_with_traffic_can_be_watched(watched: Ledger) -> None:
    calm, rush = watched[0], watched[-1]
    assert len(watched) == 9
    assert calm.failed < 1e-9
    assert (calm.replicas, calm.wanted, calm.nodes) == (2, 2, 1)
    assert rush.failed / rush.sent == pytest.approx(0.5, abs=0.02), "80 of 160"
    assert calm.p50 < calm.p95 < rush.p50, "and who is served has waited"
    assert watched.sent == 4 * 400 + 5 * 1600
    figure = money(watched)
    assert figure.axes[-1].get_xlabel() == "virtual time (s)"
    assert "requests/s at second" in figure.alt


def test_nobody_behind_the_service_means_everybody_is_lost() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(manifests.service())
    cluster.run(2)
    ledger = watch_traffic(cluster, rate=10, seconds=20)
    assert ledger.availability == 0
    assert ledger[0].replicas == ledger[0].wanted == 0


def test_a_program_without_cost_answers_at_once() -> None:
    cluster = Cluster(nodes=1)
    image = {"image": "nginx:1.29", "ports": [{"name": "http", "containerPort": 80}]}
    probe = {"readinessProbe": {"httpGet": {"path": "/", "port": "http"}}}
    cluster.apply([manifests.deployment(replicas=1, container=image | probe), manifests.service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    ledger = watch_traffic(cluster, rate=10, seconds=20)
    assert ledger.availability == 1 and ledger[0].p99 < 0.001


def test_days_side_by_side(days: list[Day]) -> None:
    figure = scoreboard(days)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == [
        day.strategy for day in days
    ]
    assert figure.alt.count("orders lost") == 3


def test_a_tornado_and_a_field_of_values() -> None:
    bars = (Bar("peak_factor", 2, 10, 5.0, 50.0), Bar("complaint_minutes", 1, 4, 20.0, -3.0))
    figure = tornado(Sensitivity("containers", "orchestrator", "orders lost", 20.0, bars))
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert shown == ["10", "2", "4"], "none for an end that changes nothing"
    assert "turns" in figure.alt
    renderer = figure.canvas.get_renderer()
    (ax,) = figure.axes
    title, legend = (one.get_window_extent(renderer) for one in (ax._left_title, ax.get_legend()))
    assert not title.overlaps(legend)
    grid = Grid("a", "b", "orders lost", "x", "y", (1, 2), (3, 4), ((0, -0.04), (2, 3)))
    figure = heat(grid)
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.0", "0.0", "2.0", "3.0"]
    assert "y 4: 2.0, 3.0" in figure.alt


def test_the_same_day_is_the_same_picture(days: list[Day]) -> None:
    assert money(days[0]).png() == money(days[0]).png()
