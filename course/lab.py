"""How JupyterLab is started for the course: at the welcome page, with no questions asked.

``python -m course.lab`` is what ``make lab`` runs. The browser tests start the
same command on a copy of the notebooks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from course.trust import trust_ours

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


def page_of(name: str) -> str:
    """The notebook of a chapter, such as ``7``; the welcome page without a name.

    Raises NoSuchChapter, also when the chapter has not been written yet.
    """
    from course import syllabus

    if not name:
        return WELCOME
    chapter = syllabus.chapter(name)
    if chapter.slug not in syllabus.written():
        raise syllabus.NoSuchChapter(f"chapter {chapter.label} is still to come")
    return f"notebooks/{chapter.file}"


def open_lab(*options: str, page: str = WELCOME) -> int:
    """Open JupyterLab at a page and stay until it is closed; its exit code."""
    trust_ours(ROOT / "notebooks")
    url = f"--LabApp.default_url=/lab/tree/{page}"
    try:
        return subprocess.call([*lab_command(ROOT, url, *_as_root()), *options], cwd=ROOT)
    except KeyboardInterrupt:
        return 0


def _as_root() -> list[str]:
    """JupyterLab refuses to run as root unless told to; in a container there is often no one else.

    It serves this machine only, behind a token, whoever runs it.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--allow-root"] if is_root else []


if __name__ == "__main__":
    sys.exit(open_lab(*sys.argv[1:]))
