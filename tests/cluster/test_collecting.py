"""When Python looks for garbage: a dropped cluster is a large cycle, and there may be thousands."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from kubelite import Cluster
from kubelite.cluster.collecting import rare_collections, swept


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    """Whatever a test does, Python collects afterwards as it did before."""
    before = gc.isenabled(), gc.get_threshold()
    yield
    assert (gc.isenabled(), gc.get_threshold()) == before


def test_of_one_item_nothing_is_left_when_the_next_begins() -> None:
    gone = []
    last: weakref.ref[Cluster] | None = None
    for seed in swept(range(3)):
        gone.append(last is not None and last() is None)
        last = weakref.ref(Cluster(nodes=1, seed=seed))
    assert gone == [False, True, True]
    assert last is not None and last() is None


def test_what_is_older_is_put_aside_meanwhile() -> None:
    aside = []
    for _ in swept("ab"):
        aside.append(gc.get_freeze_count())
        assert not gc.isenabled()
    assert min(aside) > 1000
    assert gc.get_freeze_count() == 0


def test_it_ends_as_it_began_when_the_loop_is_left() -> None:
    for _ in swept("ab"):
        break
    assert gc.get_freeze_count() == 0


def test_an_error_is_nobody_elses_trouble() -> None:
    with pytest.raises(ZeroDivisionError):
        for number in swept([1, 0]):
            assert 1 // number


def test_what_others_have_put_aside_stays_there() -> None:
    gc.freeze()
    try:
        assert list(swept("ab")) == ["a", "b"]
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_while_time_passes_hardly_anything_is_collected() -> None:
    with rare_collections():
        assert gc.get_threshold()[0] >= 1_000_000


def test_nobody_who_does_without_collections_gets_them_back() -> None:
    gc.disable()
    try:
        with rare_collections():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
