"""The scheduler's and the kubelet's work by hand, and what the controllers make of the same."""

from __future__ import annotations

import pytest

from course.view.play import MINUTES, Game, play


def by_hand(game: Game, machines: int = 4) -> None:
    """Place each pod as soon as it waits, on the next machine in turn."""
    turn = 0
    while game.left > 0:
        if game.choices["pod"].value:
            game.choices["node"].value = f"node-{turn % machines + 1}"
            game.buttons["place"].click()
            turn += 1
        else:
            game.cluster.run(5)
            game.mirror()


def test_a_pod_waits_until_you_place_it() -> None:
    game = play("scheduler")
    pod = game.choices["pod"].value
    assert game.cluster.get(f"pod/{pod}").spec.node_name == ""
    game.choices["node"].value = "node-3"
    game.buttons["place"].click()
    assert game.cluster.get(f"pod/{pod}").spec.node_name == "node-3"
    assert game.kubectl.startswith('echo \'{"apiVersion":"v1","kind":"Binding"')
    assert game.kubectl.endswith(f"pods/{pod}/binding -f -")


def test_a_machine_that_is_full_refuses_what_you_put_there() -> None:
    game = play("scheduler")
    game.cluster.run(300)
    for _ in range(3):
        game.mirror()
        game.choices["node"].value = "node-1"
        game.buttons["place"].click()
    failed = [pod.status.reason for pod in game.cluster.get("pods") if pod.status.reason]
    assert set(failed) == {"OutOfcpu"}, "the kubelet has the last word"


def test_who_does_nothing_loses_most_and_the_controller_least() -> None:
    idle, busy = play("scheduler"), play("scheduler")
    idle.finish()
    by_hand(busy)
    assert idle.lost > busy.lost >= busy.rival
    assert idle.match.orders == busy.match.orders, "the same customers"
    assert idle.rival == busy.rival < 10
    assert idle.console.outcome == (
        f"The shop is closed. You: {idle.lost:,} of {idle.match.orders:,} orders lost; "
        f"kube-scheduler alone loses {idle.rival:,}."
    )


def test_after_closing_nothing_counts_any_more() -> None:
    game = play("scheduler")
    game.finish()
    before = game.match.load.totals()
    game.buttons["wait"].click()
    assert game.match.load.totals() == before
    assert game.console.outcome.startswith("The shop is closed.")


@pytest.mark.parametrize(
    ("role", "setting"), [("scheduler", "schedulerName"), ("kubelet", "Probe")]
)
def test_the_rest_is_handed_over(role: str, setting: str) -> None:
    game, idle = play(role), play(role)
    game.buttons["wait"].click()
    game.buttons["wait"].click()
    game.buttons["over"].click()
    idle.finish()
    assert setting in game.kubectl and game.kubectl.startswith("kubectl patch deployment/web -p")
    assert game.left == 0
    assert game.rival <= game.lost < idle.lost / 3
    assert "the last part with" in game.console.outcome


def test_you_find_the_container_that_hangs_and_restart_it() -> None:
    game = play("kubelet")
    game.cluster.run(50)  # by now one hangs, and all are called ready
    assert len(game.choices["pod"].options) == 6
    answers = {}
    for pod in game.choices["pod"].options:
        game.choices["pod"].value = pod
        game.buttons["ask"].click()
        answers[pod] = game.note
        if "200" not in game.note:
            break
    assert answers[pod] == f"{pod}: timeout"
    game.buttons["restart"].click()
    assert game.cluster.get(f"pod/{pod}").status.container_statuses[0].restart_count == 1
    game.buttons["ask"].click()
    assert game.note == f"{pod}: 200"


def test_the_same_seed_is_the_same_game() -> None:
    assert play("kubelet", seed=3).finish() == play("kubelet", seed=3).finish()
    assert MINUTES == 10
    with pytest.raises(ValueError, match='no part "etcd"; there are scheduler, kubelet'):
        play("etcd")
