"""What tests anywhere in the project may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

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
