"""How JupyterLab is started for the course: at the welcome page, with no questions asked.

``python -m course.lab`` is what ``make lab`` runs. The browser tests start the
same command on a copy of the notebooks.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS = Path(__file__).parent / "lab_settings"
WELCOME = "notebooks/00_welcome.ipynb"


def lab_command(root: Path, *options: str) -> list[str]:
    """The command that serves the folder ``root``, with news and update checks off."""
    return [
        *(sys.executable, "-m", "jupyter", "lab"),
        f"--ServerApp.root_dir={root}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        *options,
    ]


def open_lab(*options: str) -> int:
    """Open JupyterLab at the welcome page and stay until it is closed; its exit code."""
    url = f"--LabApp.default_url=/lab/tree/{WELCOME}"
    try:
        return subprocess.call([*lab_command(ROOT, url), *options], cwd=ROOT)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(open_lab(*sys.argv[1:]))
