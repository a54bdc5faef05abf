"""Events without a flood. Facts from client-go/tools/record: events_cache_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api import core_v1
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.client import EventRecorder
from kubelite.sim.clock import HOUR, MINUTE, SECOND
from tests.client.conftest import Bench

POD = core_v1.Pod(metadata=ObjectMeta(name="web", namespace="default", uid="u1"))


@pytest.fixture
def recorder(bench: Bench) -> EventRecorder:
    return EventRecorder(bench.client, "kubelet", "node-1")


def stored(bench: Bench) -> list[Any]:
    bench.wait(50)
    events = bench.server.all("events")
    return sorted(events, key=lambda event: int(event.metadata.resource_version))


def shown(bench: Bench) -> list[tuple[int, str]]:
    return [(event.count, event.message) for event in stored(bench)]


def test_an_event_says_who_saw_what_befall_whom(bench: Bench, recorder: EventRecorder) -> None:
    recorder.event(POD, "Warning", "BackOff", "Back-off", "spec.containers{web}")
    (event,) = stored(bench)
    about = event.involved_object
    assert (event.type, event.reason, event.message, event.count) == (
        "Warning",
        "BackOff",
        "Back-off",
        1,
    )
    assert (about.kind, about.name, about.uid, about.api_version, about.field_path) == (
        "Pod",
        "web",
        "u1",
        "v1",
        "spec.containers{web}",
    )
    assert (event.source.component, event.source.host) == ("kubelet", "node-1")
    assert event.metadata.name.startswith("web.")
    assert event.first_timestamp == event.last_timestamp


def test_the_same_again_is_counted_not_written_anew(bench: Bench, recorder: EventRecorder) -> None:
    for _ in range(3):
        recorder.event(POD, "Normal", "Pulled", "done")
        bench.wait(1_000)
    (event,) = stored(bench)
    assert event.count == 3
    assert event.last_timestamp - event.first_timestamp == 2 * SECOND


@pytest.mark.parametrize(
    "other",
    [
        (POD, "Normal", "Pulled", "something else", ""),
        (POD, "Warning", "Pulled", "done", ""),
        (POD, "Normal", "Created", "done", ""),
        (POD, "Normal", "Pulled", "done", "spec.containers{other}"),
    ],
)
def test_what_differs_in_anything_is_another_event(
    bench: Bench, recorder: EventRecorder, other: tuple[Any, ...]
) -> None:
    recorder.event(POD, "Normal", "Pulled", "done")
    recorder.event(*other)
    assert [count for count, _ in shown(bench)] == [1, 1]


def test_ten_similar_messages_are_combined_into_one(bench: Bench, recorder: EventRecorder) -> None:
    for number in range(1, 13):
        recorder.event(POD, "Normal", "Scaled", f"message {number}")
    assert shown(bench) == [
        *((1, f"message {number}") for number in range(1, 10)),
        (3, "(combined from similar events): message 12"),
    ]


def test_after_ten_quiet_minutes_similar_messages_count_from_one(
    bench: Bench, recorder: EventRecorder
) -> None:
    for number in range(9):
        recorder.event(POD, "Normal", "Scaled", f"early {number}")
    bench.clock.run_until(bench.clock.now + 10 * MINUTE + SECOND)
    recorder.event(POD, "Normal", "Scaled", "late")
    assert (1, "late") in shown(bench)


def test_one_object_cannot_flood_the_store(bench: Bench, recorder: EventRecorder) -> None:
    for _ in range(40):
        recorder.event(POD, "Warning", "Unhealthy", "probe failed")
    assert shown(bench) == [(25, "probe failed")]
    bench.clock.run_until(bench.clock.now + 300 * SECOND)
    recorder.event(POD, "Warning", "Unhealthy", "probe failed")
    assert shown(bench) == [(41, "probe failed")], "what was held back was counted all the same"
    other = core_v1.Pod(metadata=ObjectMeta(name="other", namespace="default", uid="u2"))
    recorder.event(other, "Warning", "Unhealthy", "probe failed")
    assert [count for count, _ in shown(bench)] == [41, 1]


def test_an_event_that_has_expired_is_written_again_with_its_count(
    bench: Bench, recorder: EventRecorder
) -> None:
    recorder.event(POD, "Warning", "BackOff", "waiting")
    bench.wait(50)
    bench.clock.run_until(bench.clock.now + 2 * HOUR)
    bench.store.expire(bench.clock.now)
    assert stored(bench) == []
    recorder.event(POD, "Warning", "BackOff", "waiting")
    assert shown(bench) == [(2, "waiting")]


def test_events_about_what_has_no_namespace_go_to_default(
    bench: Bench, recorder: EventRecorder
) -> None:
    recorder.event(core_v1.Node(metadata=ObjectMeta(name="node-1")), "Normal", "Starting", "hi")
    (event,) = stored(bench)
    assert (event.metadata.namespace, event.involved_object.namespace) == ("default", "")
