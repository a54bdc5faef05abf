"""Two hours in which everything goes wrong: the same for everybody, survived by declaration."""

from __future__ import annotations

import pytest

from course.story.day import Day
from course.story.ledger import Sample
from course.story.storm import storm

PROBES = """
        readinessProbe: {httpGet: {path: /ready, port: http}, timeoutSeconds: 3}"""
BUDGET = """---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""
SERVICE = """---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
"""


def shop(replicas: int, more: str = "") -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - name: shop
        image: shop:1.0
        ports: [{{name: http, containerPort: 8080}}]
        env: [{{name: CPU_MS_PER_REQUEST, value: "200"}}]
        resources: {{requests: {{cpu: "1"}}, limits: {{cpu: "1"}}}}{more}
"""


@pytest.fixture(scope="module")
def naive() -> Day:
    return storm(shop(3) + SERVICE, machines=2, title="naive")


def minutes(day: Day, begin: int, end: int) -> list[Sample]:
    """From so many minutes after nine to so many."""
    return [one for one in day.ledger if begin <= round((one.hour - 9) * 60) < end]


def lost(day: Day, begin: int, end: int) -> float:
    found = minutes(day, begin, end)
    return sum(one.failed for one in found) / sum(one.sent for one in found)


def test_what_goes_wrong_is_told_in_order(naive: Day) -> None:
    told = [(minute - 9 * 60, said) for minute, said in naive.log]
    assert [minute for minute, _ in told] == [10, 25, 50, 60, 80, 85, 100, 110]
    assert told[1][1] == "a bad version is rolled out"
    assert told[2][1] == "the team takes the bad version back"
    assert "loses its power" in told[3][1]


def test_a_small_shop_is_lost(naive: Day) -> None:
    assert naive.orders_lost > naive.orders / 2
    assert lost(naive, 0, 10) > 0.3  # too few before anything has happened
    assert lost(naive, 27, 50) == 1  # nobody asked the bad version whether it works


def test_the_same_arguments_give_the_same_hours(naive: Day) -> None:
    again = storm(shop(3) + SERVICE, machines=2, title="again")
    assert again.ledger.samples == naive.ledger.samples
    assert (naive.strategy, again.strategy, again.ledger.title) == ("naive", "again", "again")


@pytest.fixture(scope="module")
def asked() -> Day:
    """Copies enough on seven machines, which say whether they are ready; none is restarted."""
    return storm(shop(14, PROBES) + SERVICE, machines=7)


def test_customers_and_mishaps_do_not_depend_on_the_manifest(naive: Day, asked: Day) -> None:
    assert (asked.orders, asked.ledger.sent) == (naive.orders, naive.ledger.sent)
    assert [minute for minute, _ in asked.log] == [minute for minute, _ in naive.log]


def test_readiness_holds_a_bad_version_back(asked: Day) -> None:
    assert lost(asked, 27, 50) < 0.01


def test_the_team_deletes_a_copy_that_hangs_after_half_an_hour(naive: Day) -> None:
    """Of three copies none may be missing in a rollout, so the one that hangs stays until then."""
    day = storm(shop(3, PROBES) + SERVICE, machines=2)
    (complained,) = [said for said in day.log if "complained" in said[1]]
    assert complained[0] == 9 * 60 + 40
    assert day.worked == naive.worked + day.parameters.restart_minutes
    assert not [
        said for _, said in naive.log if "complained" in said
    ]  # the bad version replaced it


def test_a_budget_stops_a_careless_maintenance(asked: Day) -> None:
    """Seven machines are full; one has failed when every second one is to be emptied."""
    within = storm(shop(14, PROBES) + SERVICE + BUDGET, machines=7)
    assert lost(asked, 100, 110) > 0.2
    assert lost(within, 100, 110) < 0.01


def test_a_manifest_without_a_service_is_refused() -> None:
    with pytest.raises(ValueError, match="the manifest has no service/web"):
        storm(shop(1))
