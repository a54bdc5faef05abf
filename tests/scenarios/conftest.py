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

    When the story has ended, time goes on until nothing changes any more; what is ``restless``
    (a container that crashes for ever) gets ten seconds. Then every invariant is asked of every
    revision, and those about the end of the end; and who has come to rest has to stay at rest.
    """
    made: list[tuple[Cluster, bool]] = []

    def begin(nodes: int = 3, restless: bool = False, **options: object) -> Cluster:
        cluster = Cluster(nodes, **options)  # type: ignore[arg-type]
        made.append((cluster, restless))
        return cluster

    yield begin
    for cluster, restless in made:
        if restless:
            cluster.run(10)
        else:
            cluster.settle()
        invariants.check(cluster)
        if not restless:
            invariants.check_silence(cluster)
