"""Requests take a latency, and a client that asks too often waits for its turn."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import MERGE_PATCH, Response
from kubelite.client import Client
from kubelite.client.client import REQUEST_LATENCY
from kubelite.sim.clock import MILLISECOND, SECOND
from tests.client.conftest import Bench, config_map


def test_a_write_arrives_one_latency_later(bench: Bench) -> None:
    answers: list[Response] = []
    bench.client.create(config_map("a", k="1"), answers.append)
    assert bench.server.find("configmaps", "default", "a") is None
    bench.clock.step()
    assert [answer.code for answer in answers] == [201]
    assert bench.client.get("configmaps", "a", "default").data == {"k": "1"}


def test_reads_are_answered_at_once_and_raise(bench: Bench) -> None:
    bench.put("b", k="1", team="red")
    bench.put("a", k="1")
    listed = bench.client.list("configmaps", labels="team=red").items
    assert [obj.metadata.name for obj in listed] == ["b"]
    with pytest.raises(StatusError, match='configmaps "z" not found') as missing:
        bench.client.get("configmaps", "z", "default")
    assert missing.value.code == 404


def test_every_verb_goes_its_way(bench: Bench) -> None:
    answers: list[Any] = []

    def told(response: Response) -> None:
        answers.append(response.body.data if response.ok else response.body.reason)

    client = bench.client
    client.create(config_map("a", k="1"), told)
    client.update(config_map("a", k="2"), told)
    client.patch("configmaps", "a", "default", {"data": {"k": "3"}}, MERGE_PATCH, told)
    client.delete("configmaps", "a", "default", told, uid="another")
    client.delete("configmaps", "a", "default", told)
    client.delete("configmaps", "a", "default", told)
    bench.wait(10)
    assert answers == [{"k": "1"}, {"k": "2"}, {"k": "3"}, "Conflict", {"k": "3"}, "NotFound"]


def test_a_burst_is_served_at_once_and_then_so_many_a_second(bench: Bench) -> None:
    clock = bench.clock
    client = Client(bench.server, clock, "busy", qps=10, burst=3)
    began = clock.now
    arrived: list[int] = []

    def note(_: Response) -> None:
        arrived.append((clock.now - began - REQUEST_LATENCY) // MILLISECOND)

    for number in range(6):
        client.create(config_map(f"c{number}"), note)
    bench.wait(2_000)
    assert arrived == [0, 0, 0, 100, 200, 300]


def test_tokens_come_back_with_time_up_to_the_burst(bench: Bench) -> None:
    clock = bench.clock
    client = Client(bench.server, clock, "busy", qps=10, burst=3)
    for number in range(3):
        client.create(config_map(f"a{number}"))
    clock.run_until(clock.now + 60 * SECOND)
    began = clock.now
    arrived: list[int] = []
    for number in range(5):
        client.create(
            config_map(f"b{number}"),
            lambda _: arrived.append((clock.now - began - REQUEST_LATENCY) // MILLISECOND),
        )
    bench.wait(1_000)
    assert arrived == [0, 0, 0, 100, 200], "a minute of rest saves up no more than the burst"


def test_what_waits_for_its_turn_ends_with_its_process(bench: Bench) -> None:
    """Found by seed 21 of the crowds: a kubelet that was dead went on saying what it knew."""
    client = Client(bench.server, bench.clock, "kubelet/node-1", qps=10, burst=2)
    for number in range(6):
        client.create(config_map(f"made-{number}"))
    bench.wait(150)
    client.hang_up()
    client.create(config_map("in-another-life"))
    bench.wait(2_000)
    made = [found.metadata.name for found in bench.server.all("configmaps")]
    assert made == ["in-another-life", "made-0", "made-1", "made-2"]


def test_what_has_left_arrives_though_its_process_has_ended(bench: Bench) -> None:
    client = Client(bench.server, bench.clock, "kubelet/node-1")
    client.create(config_map("sent"))
    client.hang_up()
    bench.wait(10)
    assert [found.metadata.name for found in bench.server.all("configmaps")] == ["sent"]


def test_a_process_that_has_ended_hears_no_answer(bench: Bench) -> None:
    """Found by seed 45758: a dead kubelet was told that an event to count was not there any more,
    and wrote it anew."""
    client = Client(bench.server, bench.clock, "kubelet/node-1")
    missing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "missing"}}
    client.update(missing, lambda answer: client.create(config_map(f"after-{answer.code}")))
    client.hang_up()
    bench.wait(10)
    assert bench.server.all("configmaps") == []
