"""A local copy that may lag but never lies. Facts from client-go's tools/cache tests."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import ERROR, WatchEvent
from kubelite.client import Informer, key_of
from tests.client.conftest import Bench


def by_team(obj: Any) -> tuple[str, ...]:
    team = obj.metadata.labels.get("team")
    return (team,) if team else ()


class Diary:
    """Everything an informer tells its handlers, in order."""

    def __init__(self, informer: Informer):
        self.entries: list[str] = []
        informer.on(
            add=lambda obj: self.note("add", obj),
            update=lambda old, new: self.note(f"update {old.data}→", new),
            delete=lambda obj: self.note("delete", obj),
        )

    def note(self, verb: str, obj: Any) -> None:
        self.entries.append(f"{verb} {obj.metadata.name} {obj.data}")

    def read(self) -> list[str]:
        entries, self.entries = self.entries, []
        return entries


@pytest.fixture
def informer(bench: Bench) -> Informer:
    return Informer(bench.client, "configmaps", indexers={"team": by_team})


def names(informer: Informer) -> list[str]:
    return sorted(obj.metadata.name for obj in informer.items())


def test_it_lists_first_and_then_follows(bench: Bench, informer: Informer) -> None:
    bench.put("a", k="1")
    diary = Diary(informer)
    informer.start()
    assert informer.synced
    assert diary.read() == ["add a {'k': '1'}"]
    bench.put("b", k="1")
    bench.put("a", k="2")
    bench.remove("b")
    assert names(informer) == ["a"], "what just happened is still on its way"
    bench.wait(2)
    assert diary.read() == [
        "add b {'k': '1'}",
        "update {'k': '1'}→ a {'k': '2'}",
        "delete b {'k': '1'}",
    ]
    assert informer.get("default/a").data == {"k": "2"}  # type: ignore[union-attr]
    assert informer.get("default/b") is None


def test_it_hears_only_of_what_it_selects(bench: Bench) -> None:
    informer = Informer(bench.client, "configmaps", label_selector="team=red")
    diary = Diary(informer)
    informer.start()
    bench.put("a", k="1", team="red")
    bench.put("b", k="1", team="blue")
    bench.put("b", k="1", team="red")
    bench.put("a", k="2", team="blue")
    bench.wait(2)
    assert diary.read() == ["add a {'k': '1'}", "add b {'k': '1'}", "delete a {'k': '1'}"]
    assert names(informer) == ["b"]


def test_after_410_it_lists_again_and_tells_what_was_missed(
    bench: Bench, informer: Informer
) -> None:
    for name in ("kept", "changed", "gone", "reborn"):
        bench.put(name, k="1")
    diary = Diary(informer)
    informer.start()
    diary.read()
    informer.stop()
    bench.put("changed", k="2")
    bench.remove("gone")
    bench.remove("reborn")
    bench.put("reborn", k="new")
    bench.put("fresh", k="1")
    bench.store.compact(bench.store.revision)
    informer._follow()  # as a reconnecting watch does: its revision is gone
    bench.wait(1_100)
    assert diary.read() == [
        "delete gone {'k': '1'}",
        "update {'k': '1'}→ changed {'k': '2'}",
        "add fresh {'k': '1'}",
        "delete reborn {'k': '1'}",
        "add reborn {'k': 'new'}",
    ]
    bench.put("after", k="1")
    bench.wait(2)
    assert diary.read() == ["add after {'k': '1'}"], "and it watches again"


def test_a_watch_that_ends_goes_on_where_it_stood(bench: Bench, informer: Informer) -> None:
    bench.put("a", k="1")
    diary = Diary(informer)
    informer.start()
    lost = errors.service_unavailable("connection lost").status
    informer._receive(WatchEvent(ERROR, lost, 0, -1))
    bench.wait(2)
    assert not informer.following
    bench.put("a", k="2")
    bench.put("a", k="3")
    bench.wait(1_100)
    assert informer.following
    assert diary.read()[1:] == [
        "update {'k': '1'}→ a {'k': '2'}",
        "update {'k': '2'}→ a {'k': '3'}",
    ]


def test_relisting_what_has_not_changed_tells_nobody(bench: Bench, informer: Informer) -> None:
    bench.put("a", k="1")
    diary = Diary(informer)
    informer.start()
    diary.read()
    informer.stop()
    informer.start()
    assert diary.read() == []


def test_deleted_and_made_anew_is_another_object(bench: Bench, informer: Informer) -> None:
    bench.put("a", k="old")
    diary = Diary(informer)
    informer.start()
    diary.read()
    bench.remove("a")
    bench.put("a", k="new")
    bench.wait(2)
    assert diary.read() == ["delete a {'k': 'old'}", "add a {'k': 'new'}"]


def test_a_stopped_informer_keeps_its_copy_and_a_forgotten_one_loses_it(
    bench: Bench, informer: Informer
) -> None:
    bench.put("a", k="1")
    informer.start()
    bench.put("b", k="1")
    informer.stop()
    bench.wait(5)
    assert names(informer) == ["a"]
    informer.forget()
    assert (names(informer), informer.synced, informer.index("team", "red")) == ([], False, [])


def test_handlers_run_in_the_name_of_the_write(bench: Bench, informer: Informer) -> None:
    causes: list[int] = []
    informer.on(add=lambda obj: causes.append(bench.clock.cause))
    informer.start()
    bench.put("a", k="1")
    bench.put("b", k="1")
    written = len(bench.server._trace.entries)
    bench.wait(2)
    assert causes == [written - 2, written - 1]


STEPS = st.tuples(st.sampled_from("abc"), st.sampled_from(["red", "blue", "", None, "wait"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_indexes_always_equal_a_recomputed_index(steps: list[tuple[str, str | None]]) -> None:
    bench = Bench()
    informer = Informer(bench.client, "configmaps", indexers={"team": by_team})
    informer.start()
    for name, team in steps:
        if team == "wait":
            bench.wait(2)
        elif team is not None:
            bench.put(name, team=team)
        elif bench.server.find("configmaps", "default", name) is not None:
            bench.remove(name)
        wanted: dict[str, list[str]] = {}
        for obj in informer.items():
            for value in by_team(obj):
                wanted.setdefault(value, []).append(key_of(obj))
        found = {v: sorted(map(key_of, informer.index("team", v))) for v in ("red", "blue")}
        assert {v: keys for v, keys in found.items() if keys} == {
            v: sorted(keys) for v, keys in wanted.items()
        }
        assert sorted(informer.values("team")) == sorted(wanted)
        assert all(informer.count("team", v) == len(keys) for v, keys in found.items())
    bench.wait(2)
    stored = {key_of(obj): obj for obj in bench.server.all("configmaps")}
    assert {key_of(obj): obj for obj in informer.items()} == stored
