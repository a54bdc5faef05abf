"""A toy exercise whose answer is a number: all of grading can be tried without a cluster."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course.grading.source import build

NAME = "00_toy/half_a_dozen"

SOURCE = """# %% [markdown]
# # Half a dozen
# Say how many eggs there are.

# %%
from course.grading import practise

check, hint = practise("00_toy/half_a_dozen")

# %% nbgrader={"grade": false, "grade_id": "eggs", "schema_version": 3, "solution": true}
eggs = {"number": 0}
### BEGIN SOLUTION
eggs = {"number": 6}
### END SOLUTION

# %%
check(eggs)

# %% tags=["checks"]
from course.grading import check, not_yet, seen

# %% tags=["checks"]
@check(points=1, title="There is an egg", hints=("Hens help.",))
def any_egg(eggs, seed):
    found = eggs["number"]
    return seen(f"{found} eggs lay there.") if found else not_yet("Not one egg lay there.")


@check(points=2, title="There are six", hints=("More than five.", "Fewer than seven."))
def six_eggs(eggs, seed):
    while eggs["number"] == 13:
        pass
    found = eggs["number"]
    return seen("Six eggs lay there.") if found == 6 else not_yet(f"{found} eggs lay there, not 6.")

# %% tags=["tests"]
def test_five_is_not_six():
    assert 5 != 6
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A folder of exercises that holds the toy, built."""
    root = tmp_path / "exercises"
    (root / NAME).mkdir(parents=True)
    (root / NAME / "source.py").write_text(SOURCE, encoding="utf-8")
    for path, text in build(NAME, root).items():
        path.write_text(text, encoding="utf-8")
    return root


Submit = Callable[..., Path]


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """The empty folder submissions are handed in to."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    return folder


@pytest.fixture
def submit(toy: Path, submissions: Path) -> Submit:
    """Hand in the toy's notebook with another answer, or changed as a whole."""

    def hand_in(
        learner: str, answer: str, change: Callable[[dict[str, Any]], object] = lambda _: None
    ) -> Path:
        notebook = json.loads((toy / f"{NAME}.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "nbgrader" in cell["metadata"]:
                cell["source"] = answer
        change(notebook)
        path = submissions / f"{learner}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return hand_in
