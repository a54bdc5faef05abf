"""Helm 4: its own library, as a package of PyPI carries it, with a chart of ours."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Run
from tests.clients.installing import Clients


def test_a_release_from_install_to_uninstall(run: Run, installed: Clients) -> None:
    if not installed.has_helm:
        pytest.skip("there is no wheel of Helm's library for this machine")
    assert run("helm_releases.py") == [
        "install: deployed with --wait, managed by Helm; its hook ran and was deleted",
        "test: the pod got its answer",
        "upgrade: 3 replicas of another image; refused by the chart's schema",
        "a failed upgrade: rolled back by itself",
        "rollback: to the first version; the history has 5 revisions",
        "uninstall: everything is gone but the definition",
    ]
