"""Where the stories' clusters come from, and what is asked of each when its story is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kubelite import Cluster
from tests import invariants

Told = Callable[..., Cluster]


@pytest.fixture
def told() -> Iterator[Told]:
    """Makes a story's clusters (``Cluster`` itself has the options), and checks their pasts.

    When the story has ended, time goes on for ten seconds, so that news have arrived everywhere;
    then every invariant is asked of every revision, and those about the end of the end.
    """
    made: list[Cluster] = []

    def begin(nodes: int = 3, **options: object) -> Cluster:
        made.append(Cluster(nodes, **options))  # type: ignore[arg-type]
        return made[-1]

    yield begin
    for cluster in made:
        cluster.run(10)
        invariants.check(cluster)
