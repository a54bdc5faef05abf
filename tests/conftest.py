"""What tests anywhere in the project may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubelite import Cluster
from tests import invariants

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT.parent / "shared" / "golden"

# These take longest: they begin first, so that no process is left with one of them at the end.
LONGEST = (
    "tests/chaos/seeds",
    "tests/chaos/test_mutants.py",
    "tests/course/notebooks",
    "tests/course/grading",
    "tests/badinput",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; all others stay in their order."""

    def place(item: pytest.Item) -> int:
        long = (n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name))
        return next(long, len(LONGEST))

    items.sort(key=place)


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


@pytest.fixture(scope="session")
def deck_text() -> str:
    """The slides that the course follows, which are kept beside the project."""
    file = ROOT.parent / "shared" / "reference" / "deck.txt"
    if not file.exists():
        pytest.skip("the slides (../shared/reference/deck.txt) are not part of a checkout")
    return file.read_text(encoding="utf-8")


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
