"""The words: each is there once, says what it means, and where it comes from."""

from __future__ import annotations

from collections import Counter

from tests.architecture import source

WORDS = source.ROOT / "docs" / "vocabulary.md"
LAYOUT = "How the source is laid out"  # these words are all ours: no column for upstream


def entries() -> list[tuple[str, list[str]]]:
    """The section of each word, and the cells of its row."""
    section, found = "", []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| word |"):
            found.append((section, [cell.strip() for cell in line.strip("|").split(" | ")]))
    return found


def test_every_word_is_there_once() -> None:
    """A word of two meanings says in brackets which one it is."""
    heads = Counter(cells[0].lower() for _, cells in entries())
    assert [head for head, times in heads.items() if times > 1] == []


def test_every_word_has_a_meaning_and_an_origin() -> None:
    wrong = [
        cells[0]
        for section, cells in entries()
        if len(cells) != (2 if section == LAYOUT else 3) or not all(cells)
    ]
    assert wrong == []
