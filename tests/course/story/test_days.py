"""One Black Friday under each way of running the shop."""

from __future__ import annotations

import pytest

from course.story.day import Day, compare_days
from course.story.friday import STRATEGIES, black_friday
from course.story.ledger import Losses
from course.story.parameters import parameters
from course.story.sensitivity import sensitivity, sensitivity_grid

QUICK = ("one server", "by hand", "containers", "orchestrator, reckoned")
HOURS = (5.0, 8.0)


@pytest.fixture(scope="module")
def real() -> Day:
    """The hours in which the customers triple, in a real cluster."""
    return black_friday("orchestrator", hours=HOURS)


def test_customers_are_the_same_under_every_strategy() -> None:
    days = [black_friday(name) for name in QUICK]
    assert len({(day.orders, day.ledger.sent) for day in days}) == 1
    assert all(len(day.ledger) == 24 * 60 for day in days)


def test_the_same_arguments_give_the_same_day() -> None:
    first, again = (STRATEGIES["containers"].run for _ in range(2))
    numbers = black_friday("containers").parameters
    one, other = first(numbers, 3, True, (0, 24)), again(numbers, 3, True, (0, 24))
    assert one.ledger.samples == other.ledger.samples
    assert one.log == other.log


def test_no_order_is_lost_twice_and_none_is_forgotten() -> None:
    losses = Losses()
    assert sum(losses.of(1, 0.1) for _ in range(100)) == 10
    for name in QUICK:
        day = black_friday(name, chaos=True)
        assert all(0 <= one.orders_lost <= one.orders for one in day.ledger)
        assert day.orders_lost / day.orders == pytest.approx(1 - day.availability, abs=0.02)


def test_the_only_server_is_away_while_it_is_made_bigger() -> None:
    day = black_friday("one server", hangs_a_day=0)
    away = [one.hour for one in day.ledger if one.failed == one.sent > 0]
    minutes = day.parameters.bigger_minutes
    assert len(away) == minutes * sum("cores" in line for _, line in day.log) > 0
    assert [one.nodes for one in day.ledger] == sorted(one.nodes for one in day.ledger)


def test_handwork_takes_time_and_containers_less_of_it() -> None:
    by_hand, containers = black_friday("by hand"), black_friday("containers")
    first = [
        min(minute for minute, what in day.log if what.startswith("server 3"))
        for day in (by_hand, containers)
    ]
    assert first[0] - first[1] == 40 - 8
    assert by_hand.people > containers.people > 0


def test_scaling_down_is_slow_and_idle_servers_are_paid_for() -> None:
    """Two of the three downsides of containers without an orchestrator, measured."""
    day = black_friday("containers", hangs_a_day=0)
    peak = max(one.nodes for one in day.ledger)
    needed = day.parameters.servers_for(day.ledger[-1].rate)
    assert day.ledger[-1].nodes > needed, "at midnight they still stand there"
    assert peak > needed
    assert 0 < day.utilisation < day.parameters.target
    assert day.idle > day.machines / 3


def test_a_broken_container_goes_on_getting_its_share() -> None:
    """The third: one of two servers hangs, and for an hour half of the customers get nothing."""
    day = black_friday("containers")
    sick = [one for one in day.ledger if one.hour < 6 and one.failed > one.sent / 10]
    numbers = day.parameters
    waited = numbers.complaint_minutes + numbers.night_minutes + numbers.decide_minutes
    assert len(sick) == pytest.approx(waited + numbers.restart_minutes, abs=3)
    assert all(one.failed / one.sent == pytest.approx(0.5, abs=0.01) for one in sick if one.sent)


def test_nobody_is_called_on_a_day_for_which_enough_stands_ready() -> None:
    day = black_friday("containers", prepared=6, hangs_a_day=0)
    assert day.orders_lost == 0
    assert not any("alarm" in what for _, what in day.log)
    assert day.machines > black_friday("containers").machines


def test_a_cluster_grows_with_its_customers_and_loses_none(real: Day) -> None:
    first, last = real.ledger[0], real.ledger[-1]
    assert (first.replicas, first.nodes) == (2, 2)
    assert last.replicas >= 6 and last.nodes >= 4
    assert real.orders_lost == 0
    assert real.availability > 0.999
    spent = real.cluster.cost().spent
    fixed = (0.1 + real.parameters.prices.balancer_hour) * 3
    assert real.machines == pytest.approx(spent + fixed, rel=0.03), "the cloud's bill agrees"


def test_the_reckoned_orchestrator_is_near_the_real_one(real: Day) -> None:
    """The same hours by the rules alone: replicas within one or two, machines within one."""
    sketch = black_friday("orchestrator, reckoned", hours=HOURS)
    pairs = list(zip(real.ledger, sketch.ledger, strict=True))
    apart = [abs(a.replicas - b.replicas) for a, b in pairs]
    assert max(apart) <= 2 and sum(apart) / len(apart) < 0.5
    assert max(abs(a.nodes - b.nodes) for a, b in pairs) <= 1
    assert sketch.machines == pytest.approx(real.machines, rel=0.05)


def test_chaos_in_a_cluster_is_healed_by_it() -> None:
    day = black_friday("orchestrator", chaos=True, hours=(8.5, 10.0), hangs_a_day=0)
    what, _, whom = day.log[0][1].partition(": ")
    assert what == "kill node" and whom.startswith("shop-")
    assert day.ledger.failed > 50, "for nearly a minute nobody has noticed"
    assert day.ledger[-1].failed < 1
    assert day.ledger[-1].replicas >= 10


def test_days_beside_each_other_read_as_a_table() -> None:
    days = compare_days([black_friday(name) for name in QUICK])
    lines = repr(days).splitlines()
    assert lines[0].split()[:3] == ["STRATEGY", "ORDERS", "LOST"]
    assert len(lines) == 5 and len({len(line) for line in lines}) == 1
    assert repr(days[1].table).splitlines()[1].startswith("by hand")
    assert days[2].story.splitlines()[0].startswith("01:43  customers complain")


def test_names_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match='no strategy "magic"; there are "one server"'):
        black_friday("magic")
    with pytest.raises(ValueError, match="no number speed"):
        black_friday("containers", speed=1)


def test_how_far_the_conclusion_holds() -> None:
    names = ("peak_factor", "prepared", "engineer_hour")
    orders = sensitivity(names=names, seeds=(7,))
    assert orders.holds and orders.base > 0
    assert orders.bars[0].swing >= orders.bars[-1].swing == 0
    assert [bar.name for bar in orders.bars][-1] == "engineer_hour"
    machines = sensitivity(measure="machines ($)", names=names, seeds=(7,))
    assert machines.base < 0, "for machines alone the cluster pays more: control plane, two nodes"
    assert not machines.holds
    assert "prepared" in repr(machines) and "turns" in repr(machines)
    with pytest.raises(ValueError, match="no measure"):
        sensitivity(measure="luck")


def test_a_grid_over_two_numbers() -> None:
    grid = sensitivity_grid("peak_factor", "night_minutes", steps=3)
    assert grid.xs == (2, 6, 10) and grid.ys == (15, 67.5, 120)
    assert grid.values[-1][-1] > grid.values[0][0]


def test_a_grid_around_other_numbers() -> None:
    """Where nothing breaks and nobody comes, the difference is what the cluster costs more."""
    small = parameters(ordinary_rate=2, peak_factor=1)
    told = {"measure": "lost and spent ($)", "steps": 2, "numbers": small}
    grid = sensitivity_grid("hangs_a_day", "cluster_minutes", **told)
    assert grid.values[0][0] < 0 < grid.values[0][1]
    assert grid.values[0][0] - grid.values[1][0] == pytest.approx(240)
