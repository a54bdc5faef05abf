"""Installs nbgrader into an environment of its own: once, and again when its version changes.

What the project needs is found in the project's own environment; only what nbgrader adds is
installed, in the version that ``pip install .[nbgrader]`` gives.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".venv" / "nbgrader"


class NotInstalledError(RuntimeError):
    """nbgrader could not be installed: its registry did not answer, or has it no longer."""


def wanted() -> str:
    """nbgrader and its version, as the project's extra pins it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (one,) = project["optional-dependencies"]["nbgrader"]
    return str(one)


def python() -> Path:
    """A Python with nbgrader and all that the project needs. Raises NotInstalledError."""
    found, stamp = PLACE / "bin" / "python", PLACE / "installed"
    state = f"{wanted()} {sys.version}"
    PLACE.parent.mkdir(exist_ok=True)
    with (PLACE.parent / "nbgrader.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers may want it at once
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != state:
            shutil.rmtree(PLACE, ignore_errors=True)
            _install(found)
            stamp.write_text(state, encoding="utf-8")
    return found


def _install(place: Path) -> None:
    _do(sys.executable, "-m", "venv", "--without-pip", str(PLACE))
    (packages,) = PLACE.glob("lib/python*/site-packages")
    ours = f"{sysconfig.get_paths()['purelib']}\n{ROOT}\n"
    (packages / "project.pth").write_text(ours, encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", str(place), "install", "--no-compile")
    lock = ("--constraint", str(ROOT / "requirements.lock"))
    _do(*pip, "--quiet", "--disable-pip-version-check", *lock, wanted())


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise NotInstalledError(f"{' '.join(command)} failed.\n{said}\nIt comes from PyPI.")
