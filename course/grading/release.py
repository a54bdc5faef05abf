"""What learners are given: notebooks and the checks that ``check()`` runs, and nothing else.

No solution, no wrong answer, no hidden check, no test. With learners' names everybody gets a
folder, and notebooks in which exercises with numbers of one's own already know the name.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from course.grading.exercise import EXERCISES, Place, load, places

ANYBODY = 'learner=""'
"""What stands in a notebook where a learner's name belongs."""


class NotAName(ValueError):
    """A learner's name that cannot be the name of a folder."""


def release(
    folder: Path, names: Sequence[str] = (), learners: Sequence[str] = (), root: Path = EXERCISES
) -> list[Path]:
    """Write the learners' files into ``folder``; the notebooks' paths.

    Raises NoSuchExercise, NotAName.
    """
    for learner in learners:
        if Path(learner).name != learner or learner.startswith("."):
            raise NotAName(f"{learner!r} cannot be the name of a learner's folder")
    chosen = [Place(root, name) for name in names] or places(root)
    written = []
    for learner in learners or ("",):
        for place in chosen:
            load(place.name, root)  # built, and in order
            written.append(_give(place, folder / learner, learner))
    return written


def _give(place: Place, folder: Path, learner: str) -> Path:
    theirs = Place(folder, place.name)
    theirs.folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(place.checks, theirs.checks)
    notebook = json.loads(place.notebook.read_text(encoding="utf-8"))
    if learner:
        notebook["metadata"]["kubelite"]["learner"] = learner
        for cell in notebook["cells"]:
            text = "".join(cell["source"])
            cell["source"] = text.replace(ANYBODY, f"learner={json.dumps(learner)}")
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    theirs.notebook.write_text(text, encoding="utf-8", newline="\n")
    return theirs.notebook
