"""The chapters as texts: links lead on, sentences are ours, the deck's YAML is as printed."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LINK = re.compile(r"\]\(([^)#\s]+)")
WORDS_IN_A_ROW = 8


@pytest.fixture(scope="module")
def deck() -> str:
    """The slides that the course follows, which are kept beside the project."""
    file = ROOT.parent / "shared" / "reference" / "deck.txt"
    if not file.exists():
        pytest.skip("the deck (../shared/reference/deck.txt) is not on this machine")
    return file.read_text(encoding="utf-8")


def cells(chapter: Path, kind: str) -> list[str]:
    notebook = nbformat.read(chapter, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[n : n + WORDS_IN_A_ROW]) for n in range(len(words) - WORDS_IN_A_ROW + 1)}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_links_lead_somewhere(chapter: Path) -> None:
    links = [link for cell in cells(chapter, "markdown") for link in LINK.findall(cell)]
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (chapter.parent / link).exists()] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_no_sentence_is_the_decks(chapter: Path, deck: str) -> None:
    prose = re.sub(r"```.*?```", "", deck, flags=re.DOTALL)
    ours = runs_of_words("\n".join(cells(chapter, "markdown")))
    assert ours & runs_of_words(prose) == set()


def test_the_decks_manifests_are_shown_as_printed(deck: str) -> None:
    printed = [m for m in re.findall(r"```\n(.*?)```", deck, re.DOTALL) if "apiVersion" in m]
    code = "\n".join(cell for chapter in CHAPTERS for cell in cells(chapter, "code"))
    assert len(printed) == 2
    assert [manifest for manifest in printed if manifest not in code] == []
