"""What looks and changes nothing, by the real kubectl and by ours: the same bytes.

``describe`` of every kind, ``rollout status`` and ``history``, ``events``, ``top``, ``auth``, ...
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from kubelite.api import SCHEME
from kubelite.kubectl.describe.describers import DESCRIBERS
from tests.kubectl.living import STILL, Living, commands
from tests.kubectl.setting import made

LINES = [*commands("describe"), *commands("looking"), *commands("explain"), *commands("config")]


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    cluster = made()
    with cluster.serve(speed=STILL) as server:
        yield Living(cluster, server, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("line", LINES)
def test_both_say_the_same(living: Living, line: str) -> None:
    real, ours = living.both(shlex.split(line))
    assert ours == real


def test_there_is_something_of_every_kind_to_describe(living: Living) -> None:
    words = {line.split()[1] for line in commands("describe") if " " in line}
    asked = {row for row in SCHEME if words & {row.plural, row.singular, *row.short_names}}
    assert [row.kind for row in SCHEME if row not in asked] == []
    everywhere = [living.ours(["get", row.resource, "-A", "-o", "name"]) for row in SCHEME]
    assert [row.kind for row, said in zip(SCHEME, everywhere, strict=True) if not said.out] == []


def test_every_describer_is_for_a_kind_that_is_served() -> None:
    assert {kind.group_kind for kind in SCHEME} >= set(DESCRIBERS)
