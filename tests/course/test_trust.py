"""Our notebooks are trusted as they are, and no other is because of us."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from course.trust import SUMS, digest, read_sums, trust_ours, write_sums
from tests.conftest import ROOT

NOTEBOOKS = ROOT / "notebooks"
ONE = "00_welcome.ipynb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One published notebook and the list of all."""
    for name in (ONE, SUMS):
        shutil.copy(NOTEBOOKS / name, tmp_path)
    return tmp_path


@pytest.fixture
def notary(tmp_path: Path) -> NotebookNotary:
    """A learner who has signed nothing yet."""
    return NotebookNotary(data_dir=str(tmp_path), db_file=":memory:", secret=b"a secret")


def trusted(notary: NotebookNotary, notebook: Path) -> bool:
    return bool(notary.check_signature(nbformat.read(notebook, as_version=4)))


def test_a_published_notebook_is_trusted(folder: Path, notary: NotebookNotary) -> None:
    assert not trusted(notary, folder / ONE)
    assert trust_ours(folder, notary) == [ONE]
    assert trusted(notary, folder / ONE)


def test_a_notebook_with_one_other_output_is_not(folder: Path, notary: NotebookNotary) -> None:
    notebook = folder / ONE
    changed = notebook.read_text("utf-8").replace("<svg", "<svg onload='alert(1)'", 1)
    notebook.write_text(changed, "utf-8")
    assert trust_ours(folder, notary) == []
    assert not trusted(notary, notebook)


def test_a_notebook_that_somebody_put_there_is_not(folder: Path, notary: NotebookNotary) -> None:
    shutil.copy(folder / ONE, folder / "mine.ipynb")
    (folder / "mine.ipynb").write_text((folder / ONE).read_text("utf-8") + "\n", "utf-8")
    assert trust_ours(folder, notary) == [ONE]


@pytest.mark.parametrize("line", ["", "no digest\n", f"{'0' * 64}  ../{ONE}\n", f"x  {ONE}\n"])
def test_a_list_that_says_nothing_useful(folder: Path, notary: NotebookNotary, line: str) -> None:
    (folder / SUMS).write_text(line, "utf-8")
    assert trust_ours(folder, notary) == []
    (folder / SUMS).unlink()
    assert trust_ours(folder, notary) == []


def test_the_list_is_that_of_the_saved_notebooks() -> None:
    found = {file.name: digest(file.read_bytes()) for file in NOTEBOOKS.glob("*.ipynb")}
    assert read_sums(NOTEBOOKS) == found, "run: python -m course.notebooks links"


def test_the_list_can_be_written_anew(folder: Path) -> None:
    (folder / SUMS).unlink()
    write_sums(folder)
    assert read_sums(folder) == {ONE: digest((folder / ONE).read_bytes())}
