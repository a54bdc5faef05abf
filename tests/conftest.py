"""What tests anywhere in the project may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubelite import Cluster
from tests import invariants

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT.parent / "shared" / "golden"


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def golden_folder() -> Path:
    """The recorded answers of the real Kubernetes code, which are kept beside the project."""
    if not GOLDEN.is_dir():
        pytest.skip("the recorded answers of Kubernetes (../shared/golden) are not on this machine")
    return GOLDEN


@pytest.fixture
def make_cluster() -> Iterator[Callable[..., Cluster]]:
    """Makes clusters; when the test is over, the whole past of each is checked."""
    made: list[Cluster] = []

    def make(nodes: int = 3, **options: object) -> Cluster:
        made.append(Cluster(nodes, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        invariants.check(one)


@pytest.fixture
def cluster(make_cluster: Callable[..., Cluster]) -> Cluster:
    """Three nodes, all Ready, whose invariants are checked at the end."""
    return make_cluster()
