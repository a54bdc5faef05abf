"""The same failures under each orchestrator: what is measured on clusters is what rules say."""

from __future__ import annotations

from typing import Any

import pytest

from course.market import (
    FAILURES,
    Trial,
    approximations,
    crash_loop,
    join,
    load,
    managed,
    open_market,
    recovery,
    renamed,
    scale,
    shop_file,
    standings,
    the_shop,
    trial,
    trials,
    up,
    where,
    without_check,
)
from course.story.parameters import prices
from kubelite import Cluster

SHOPS = {one.orchestrator: one for one in the_shop()}
FOREIGN = ("swarm", "nomad", "marathon")
DARK = "a node loses its power"


@pytest.fixture(scope="module")
def dark() -> dict[str, Trial]:
    return {name: trial(shop, DARK) for name, shop in SHOPS.items()}


def test_patience_with_a_lost_machine(dark: dict[str, Trial]) -> None:
    took = {name: one.seconds or 0 for name, one in dark.items()}
    assert 345 <= took["kubernetes"] <= 355
    assert 20 <= took["swarm"] <= 32  # 15 s of silence, the pause of 5, the first question after 10
    assert 10 <= took["nomad"] <= 31
    assert 75 <= took["marathon"] <= 100
    assert dark["kubernetes"].lost < dark["marathon"].lost


def test_what_was_lost_is_stopped_when_its_node_is_back(dark: dict[str, Trial]) -> None:
    for name in FOREIGN:
        cluster = trial(SHOPS[name], "a node comes back").cluster
        alive = [
            pod for pod in cluster.get("pods", selector="app=web") if pod.status.phase == "Running"
        ]
        assert len(alive) == 3, name
        assert 0 in where(cluster, SHOPS[name]).values(), "nobody moves back"


def test_an_instance_is_kept_if_its_agent_is_back_before_it_was_inactive() -> None:
    strategy = '"unreachableStrategy": {"inactiveAfterSeconds": 300}, "instances"'
    patient = load(shop_file("marathon").replace('"instances"', strategy))
    cluster = open_market(patient)
    node = next(name for name, count in where(cluster, patient).items() if count)
    cluster.kill_node(node)
    cluster.run(120)
    lost = [pod for pod in cluster.get("pods", selector="market.example/serving=no")]
    assert lost
    assert cluster.get("foreignapp/web").status["running"] == 3 - len(lost)
    assert any(event.reason == "NodeLost" for event in cluster.events("foreignapp/web"))


@pytest.mark.parametrize("name", FOREIGN)
def test_a_crash_is_followed_by_a_new_start_after_the_pause(name: str) -> None:
    found = trial(SHOPS[name], "a container crashes")
    first = {"swarm": 5, "nomad": 15, "marathon": 1}[name]
    assert found.seconds is not None and first <= found.seconds <= first + 22
    assert min(found.copies) == 2


@pytest.mark.parametrize("name", SHOPS)
def test_nobody_notices_a_hang_without_a_check(name: str) -> None:
    found = trial(without_check(SHOPS[name]), "a container hangs")
    assert found.said == "nobody noticed" and found.lost > 30
    with_check = trial(SHOPS[name], "a container hangs")
    assert with_check.seconds and with_check.lost < found.lost / 2


def test_crash_loops() -> None:
    swarm = crash_loop(SHOPS["swarm"], 120)
    assert all(5 <= pause <= 7 for pause in swarm.pauses)
    nomad = crash_loop(SHOPS["nomad"], 200)
    assert [round(pause / 15) for pause in nomad.pauses[:3]] == [1, 1, 2]
    assert nomad.nodes > 1
    kubernetes = crash_loop(SHOPS["kubernetes"], 120)
    assert [round(pause, -1) for pause in kubernetes.pauses[:4]] == [0, 10, 20, 40]


def stacked(name: str) -> list[int]:
    """Copies by node after three applications of one copy each."""
    one = SHOPS[name]
    cluster = open_market(renamed(one, "a"))
    for other in ("b", "c"):
        join(cluster, renamed(one, other))
    counts = [where(cluster, renamed(one, other)) for other in "abc"]
    return [sum(count[node] for count in counts) for node in counts[0]]


def test_swarm_spreads_and_nomad_packs() -> None:
    assert stacked("swarm") == [1, 1, 1]
    assert sorted(stacked("nomad")) == [0, 0, 3]


def placed(orchestrator: str, old: str, new: str, count: int = 3) -> tuple[Cluster, dict[str, int]]:
    text = shop_file(orchestrator).replace(old, new)
    assert text != shop_file(orchestrator)
    application = load(text)
    cluster = open_market(application, wait=False)
    cluster.run(60)
    return cluster, where(cluster, application)


def constrained(*rows: list[Any], instances: int = 3) -> dict[str, int]:
    text = str([list(map(str, row)) for row in rows]).replace("'", '"')
    new = f'"instances": {instances}, "constraints": {text},'
    return placed("marathon", '"instances": 3,', new)[1]


def test_marathons_constraints() -> None:
    assert set(constrained(["hostname", "UNIQUE"]).values()) == {1}
    assert sorted(constrained(["hostname", "UNIQUE"], instances=5).values()) == [1, 1, 1]
    assert sorted(constrained(["zone", "GROUP_BY"], instances=5).values()) == [1, 2, 2]
    assert max(constrained(["zone", "MAX_PER", 2], instances=6).values()) == 2
    assert constrained(["zone", "CLUSTER", "b"])["node-2"] == 3
    assert sorted(constrained(["zone", "CLUSTER"]).values()) == [0, 0, 3]
    assert constrained(["hostname", "UNLIKE", "node-[12]"])["node-3"] == 3
    assert constrained(["zone", "LIKE", "[ab]"])["node-3"] == 0
    assert constrained(["zone", "IS", "c"])["node-3"] == 3


def test_a_copy_that_fits_nowhere_says_why() -> None:
    new = '"instances": 5, "constraints": [["hostname", "UNIQUE"]],'
    cluster, _ = placed("marathon", '"instances": 3,', new)
    reasons = [one.message for one in cluster.events() if one.reason == "FailedScheduling"]
    assert any("didn't satisfy kubernetes.io/hostname UNIQUE" in reason for reason in reasons)


def test_constraints_and_preferences_of_the_others() -> None:
    only = "deploy:\n      placement: {constraints: [node.labels.zone != a]}"
    assert placed("swarm", "deploy:", only)[1]["node-1"] == 0
    distinct = "count = 5\n constraint {\n distinct_hosts = true\n }"
    assert sorted(placed("nomad", "count = 3", distinct)[1].values()) == [1, 1, 1]


def test_swarm_spreads_over_the_values_of_a_label() -> None:
    spread = "deploy:\n      placement: {preferences: [{spread: node.labels.zone}]}"
    application = load(
        shop_file("swarm").replace("deploy:", spread).replace("replicas: 3", "replicas: 6")
    )
    cluster = open_market(application, nodes=4, wait=False)  # two of the four are in zone a
    cluster.run(60)
    counts = where(cluster, application)
    assert counts["node-1"] + counts["node-4"] == counts["node-2"] == counts["node-3"] == 2


@pytest.mark.parametrize("name", SHOPS)
def test_more_and_fewer(name: str) -> None:
    cluster = open_market(SHOPS[name])
    scale(cluster, SHOPS[name], 6)
    cluster.run(40)
    assert up(cluster, SHOPS[name]) == 6
    scale(cluster, SHOPS[name], 2)
    cluster.run(40)
    assert up(cluster, SHOPS[name]) == sum(where(cluster, SHOPS[name]).values()) == 2
    assert not cluster.mishaps


def test_a_pod_that_somebody_deletes_comes_back() -> None:
    cluster = open_market(SHOPS["swarm"])
    cluster.delete("pod/web-1.1")
    cluster.run(40)
    assert up(cluster, SHOPS["swarm"]) == 3
    cluster.delete("foreignapp/web")
    cluster.run(60)
    assert not cluster.get("pods", selector="app=web")


def test_what_does_not_fit_waits_and_is_placed_when_it_does() -> None:
    found = trial(SHOPS["nomad"], "no room for all")
    assert max(found.copies[:60]) == 24 and found.copies[-1] == 26
    assert found.said == "8 8 8 2"


def test_the_table_and_the_picture(dark: dict[str, Trial]) -> None:
    rows = trials([SHOPS["kubernetes"], SHOPS["swarm"]], "scaled from 3 to 10")
    head, row = repr(rows).splitlines()
    assert head.split() == ["Kubernetes", "Docker", "Swarm", "mode"]
    assert row.startswith("scaled from 3 to 10") and "0 lost" in row
    assert ">Docker Swarm mode</th>" in rows._repr_html_()
    figure = recovery(list(dark.values()), title="Dark")
    assert "Nomad: at least 2 up" in figure.alt and figure.alt.count("\n") == 4
    with pytest.raises(ValueError, match="one trial or more"):
        recovery([])


def test_an_unknown_failure_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="a container crashes"):
        trial(SHOPS["swarm"], "the moon falls down")
    assert len(FAILURES) == 6


def test_what_cannot_fail_is_refused() -> None:
    nginx = load(shop_file("swarm").replace("shop:1.0", "nginx:1.29").replace("8080", "80"))
    with pytest.raises(ValueError, match="only the image shop"):
        trial(without_check(nginx), "a container hangs")
    none = load(shop_file("swarm").replace("replicas: 3", "replicas: 0"))
    with pytest.raises(ValueError, match="no copy of web runs"):
        trial(none, "a container crashes")


def test_prices_that_the_story_has_too_are_the_storys() -> None:
    offers = managed()
    assert offers.offers[0].per_month == prices().control_plane_hour * 730
    assert all("20" in one.source for one in offers.offers), "a source has its year"
    assert {duty for duty, own, _ in offers.duties if own != "you"} == set()


def test_products_and_simplifications_are_told() -> None:
    assert [one.title for one in standings()] == [
        "Kubernetes",
        "Docker Swarm mode",
        "Nomad",
        "Marathon on Mesos",
    ]
    assert all(one.title in standings()._repr_markdown_() for one in standings())
    assert all(one.url in managed()._repr_markdown_() for one in managed().offers)
    assert len(approximations()) >= 10 and repr(approximations()).startswith("- ")
