"""Installs the other clients: once, and again when what is wanted changes.

    python -m tests.clients.installing

Python clients come from PyPI into an environment of their own, because they bring what the
course does not need; node comes from PyPI, too, and its packages from npm. All versions are
exact: ``requirements.txt`` and ``package-lock.json`` beside this file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

BESIDE = Path(__file__).parent
WANTED = (BESIDE / "requirements.txt", BESIDE / "package.json", BESIDE / "package-lock.json")
PLACE = BESIDE.parents[1] / ".venv" / "clients"


class NotInstalledError(RuntimeError):
    """A client could not be installed: its registry did not answer, or has it no longer."""


class Clients(NamedTuple):
    """Where the clients are: a Python, a node, and the folder with node's packages."""

    python: Path
    node: Path
    packages: Path

    @property
    def has_helm(self) -> bool:
        """Whether there is a wheel of Helm's library for this machine."""
        return any(self.python.parents[1].glob("lib/*/site-packages/helm_python"))


def clients() -> Clients:
    """The clients, installed if they are not there yet. Raises NotInstalledError."""
    found = Clients(PLACE / "bin" / "python", PLACE / "bin" / "node", PLACE / "packages")
    stamp, wanted = PLACE / "installed", _wanted()
    PLACE.parent.mkdir(exist_ok=True)
    with (PLACE.parent / "clients.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers may want them at once
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(PLACE, ignore_errors=True)
            _install(found)
            stamp.write_text(wanted, encoding="utf-8")
    return found


def _wanted() -> str:
    """What the installation depends on, as one number."""
    parts = [sys.version.encode(), *(file.read_bytes() for file in WANTED)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install(place: Clients) -> None:
    python, quiet = sys.executable, ("--quiet", "--disable-pip-version-check")
    print(f"    installing other clients into {PLACE} (once; half a minute)", flush=True)
    _do(python, "-m", "venv", "--without-pip", str(PLACE))
    pip = (python, "-m", "pip", "--python", str(place.python), "install", "--no-compile")
    _do(*pip, *quiet, "--requirement", str(WANTED[0]))
    place.packages.mkdir()
    for file in WANTED[1:]:
        shutil.copy(file, place.packages)
    npm = (str(place.node.with_name("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    _do(*npm, "--prefix", str(place.packages), "--loglevel=error")


def _do(*command: str) -> None:
    path = os.pathsep.join((str(PLACE / "bin"), os.environ["PATH"]))
    environment = os.environ | {"PATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise NotInstalledError(
            f"Other clients could not be installed: {' '.join(command)} failed.\n{said}\n"
            "They come from PyPI and npm, so a network is needed the first time."
        )


if __name__ == "__main__":
    try:
        clients()
    except NotInstalledError as error:
        sys.exit(str(error))
