"""Deck, ledger, syllabus and chapters say the same: no claim unsettled, no page unused."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from course import claims, syllabus
from course.claims import CORRECTED, HOLDS, OPINION, Claim, Mark
from tests.conftest import ROOT

LEDGER = claims.ledger()
WRITTEN = [one for one in syllabus.chapters() if one.slug in syllabus.written()]
YEAR = re.compile(r"\b(19|20)\d\d\b")
CAPTION = re.compile(r"[A-Z .]{4,}\Z")  # the words in a comic that the deck shows


def test_there_are_enough_and_each_is_named_once() -> None:
    assert len(LEDGER.claims) >= 120
    assert [name for name, n in Counter(c.id for c in LEDGER.claims).items() if n > 1] == []


@pytest.mark.parametrize("claim", LEDGER.claims, ids=lambda claim: claim.id)
def test_each_claim_is_settled(claim: Claim) -> None:
    assert claim.verdict in (HOLDS, CORRECTED, OPINION)
    assert claim.says.endswith(".")
    assert claim.tests or claim.sources or claim.verdict == OPINION
    assert claim.note or claim.verdict != CORRECTED, "a correction says what is true"
    assert all(YEAR.search(source) for source in claim.sources), "a source has a date"


def test_each_test_that_is_named_exists() -> None:
    named = {test for claim in LEDGER.claims for test in claim.tests}
    files = {test.partition("::")[0] for test in named}
    there = {f"{file}::{name}" for file in files for name in names_in(ROOT / file)}
    assert sorted(named - there) == []


def names_in(file: Path) -> set[str]:
    if not file.exists():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_heading_is_used() -> None:
    places = LEDGER.places()
    assert len(set(places)) == len(places)
    claimed = {claim.heading for claim in LEDGER.claims}
    covered = {place for one in syllabus.chapters() for place in one.covers}
    assert [place for place in places if place not in claimed] == []
    assert [place for place in places if place not in covered] == []
    assert sorted((claimed | covered) - set(places)) == []


def test_each_claim_is_in_a_chapter_that_covers_its_heading() -> None:
    astray = [
        claim.id
        for claim in LEDGER.claims
        if claim.heading not in syllabus.chapter(claim.chapter).covers
    ]
    assert astray == []


def test_the_headings_are_the_decks(deck_text: str) -> None:
    text = re.sub(r"```.*?```", "", deck_text, flags=re.DOTALL)
    found: dict[str, list[str]] = {}
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("— "):
            section = line.removeprefix("— ")
        elif is_heading(line) and line not in found.setdefault(section, []):
            found[section].append(line)
    assert found == {name: [*headings] for name, headings in LEDGER.headings.items()}


def is_heading(line: str) -> bool:
    """Short, no list item, no sentence: what the deck prints above its text."""
    sentence = line.endswith((".", ":", ",", "!")) or line.startswith(("-", "[", "*", "Source"))
    return 0 < len(line.split()) <= 8 and not sentence and not CAPTION.match(line)


def source_of(chapter: syllabus.Chapter) -> str:
    return (syllabus.NOTEBOOKS / "src" / f"{chapter.slug}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda one: one.slug)
def test_a_written_chapter_settles_its_claims(chapter: syllabus.Chapter) -> None:
    marked = [*claims.marks(source_of(chapter))]
    known = {claim.id: claim for claim in LEDGER.claims}
    assert [mark.claim for mark in marked if mark.claim not in known] == []
    names = {mark.claim for mark in marked}
    assert [c.id for c in LEDGER.of_chapter(chapter.number) if c.id not in names] == []
    shown = {mark.claim for mark in marked if mark.by_code}
    tested = {c.id for c in LEDGER.of_chapter(chapter.number) if c.tests and c.verdict != OPINION}
    assert sorted(tested - shown) == [], "what can be shown is settled by a cell that runs"


def test_marks_are_tags_or_comments() -> None:
    text = (
        '# %% [markdown] tags=["claim:one"]\n# # CLAIM: not-this\n# text\n\n'
        '# %% tags=["claim:two", "claim:three"]\nassert True\n# CLAIM: four\n'
    )
    assert [*claims.marks(text)] == [
        Mark("one", False),
        Mark("two", True),
        Mark("three", True),
        Mark("four", True),
    ]
