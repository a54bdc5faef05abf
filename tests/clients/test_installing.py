"""The clients are installed once, and a registry that does not answer is told in clear words."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.clients import installing
from tests.clients.installing import Clients


def test_the_second_time_nothing_is_installed(
    installed: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(installing, "_install")
    assert installing.clients() == installed
    assert installed.python.exists() and installed.node.exists()


def test_other_versions_are_another_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[Clients] = []
    monkeypatch.setattr(installing, "PLACE", tmp_path / "clients")
    monkeypatch.setattr(installing, "_install", lambda place: (made.append(place), _there(place)))
    for line in ("kopf==1", "kopf==1", "kopf==2"):
        wanted = tmp_path / "requirements.txt"
        wanted.write_text(line, encoding="utf-8")
        monkeypatch.setattr(installing, "WANTED", (wanted,))
        installing.clients()
    assert len(made) == 2


def test_workers_that_want_them_at_once_install_them_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[Clients] = []
    inside = threading.Lock()

    def install(place: Clients) -> None:
        assert inside.acquire(blocking=False), "two are at it"
        made.append(place)
        _there(place)
        inside.release()

    monkeypatch.setattr(installing, "PLACE", tmp_path / "clients")
    monkeypatch.setattr(installing, "_install", install)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: installing.clients(), range(8)))
    assert len(made) == 1 and len(set(found)) == 1


def test_a_registry_that_does_not_answer_is_told_of() -> None:
    wrong = "import sys; sys.exit('ERROR: Could not find a version that satisfies kopf')"
    with pytest.raises(installing.NotInstalledError, match="could not be installed") as told:
        installing._do(sys.executable, "-c", wrong)
    assert "Could not find a version that satisfies kopf" in str(told.value)
    assert "a network is needed the first time" in str(told.value)


def _there(place: Clients) -> None:
    place.python.parent.mkdir(parents=True)
