"""The chapters as lessons: each has what a learner counts on, and the deck's YAML is as printed."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest
from nbformat import NotebookNode

from course import claims, syllabus
from course.contents import predictions_in
from course.source import anchors

WRITTEN = [one for one in syllabus.chapters() if one.slug in syllabus.written()]
EVERY = pytest.mark.parametrize("chapter", WRITTEN, ids=lambda chapter: chapter.slug)
IN_REAL_LIFE = re.compile(r"^> \*\*In real life\*\* \(\w+ 20\d\d\)\. ", re.MULTILINE)
SOURCE = re.compile(r"\*Sources?: .+\*", re.DOTALL)


def cells(chapter: syllabus.Chapter, kind: str) -> list[NotebookNode]:
    notebook = nbformat.read(syllabus.NOTEBOOKS / chapter.file, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def python(chapter: syllabus.Chapter) -> list[str]:
    """The code of its cells but those that are a magic command."""
    return [cell.source for cell in cells(chapter, "code") if not cell.source.startswith("%")]


def calls(chapter: syllabus.Chapter, name: str) -> list[ast.expr]:
    """The first argument of every call of a function in the chapter's code."""
    code = "\n".join(python(chapter))
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    named = [one for one in found if isinstance(one.func, ast.Name) and one.func.id == name]
    return [one.args[0] for one in named if one.args]


def test_every_notebook_is_of_the_syllabus() -> None:
    slugs = {one.slug for one in (*syllabus.chapters(), *syllabus.beside())}
    sources = [*syllabus.NOTEBOOKS.glob("*.ipynb"), *syllabus.NOTEBOOKS.glob("src/*.py")]
    assert [path.name for path in sources if path.stem not in slugs] == []


@EVERY
def test_it_begins_with_title_goals_and_time(chapter: syllabus.Chapter) -> None:
    first, *others = cells(chapter, "markdown")
    assert f"# {chapter.title}\n\nAfter this chapter you can\n" in first.source
    assert all(f"- {goal}" in first.source for goal in chapter.goals)
    assert f"Time: about {chapter.minutes} minutes." in first.source
    titles = [cell.source for cell in others if re.search(r"^# ", cell.source, re.MULTILINE)]
    assert titles == [], "the title comes from the syllabus; sections begin with ##"


@EVERY
def test_it_is_not_too_long(chapter: syllabus.Chapter) -> None:
    source = syllabus.NOTEBOOKS / "src" / f"{chapter.slug}.py"
    lines = source.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.startswith("#")]
    assert (len(code) <= 500, len(lines) <= 750) == (True, True), "a lesson of 40 minutes at most"


@EVERY
def test_it_asks_before_it_shows(chapter: syllabus.Chapter) -> None:
    asked = predictions_in(syllabus.NOTEBOOKS, chapter)
    assert len(asked) >= 1
    assert len(asked) == len(calls(chapter, "predict")), "each question is written out as a text"


@EVERY
def test_it_checks_what_it_says(chapter: syllabus.Chapter) -> None:
    nodes = [node for one in python(chapter) for node in ast.walk(ast.parse(one))]
    assert any(isinstance(node, ast.Assert) for node in nodes)


@EVERY
def test_it_shows_the_engine(chapter: syllabus.Chapter) -> None:
    shown = [ast.literal_eval(argument) for argument in calls(chapter, "show")]
    assert shown
    assert set(shown) <= anchors().keys()


@EVERY
def test_corrections_have_their_box(chapter: syllabus.Chapter) -> None:
    text = "\n\n".join(cell.source for cell in cells(chapter, "markdown"))
    boxes = [part for part in re.split(r"\n(?:>? *)\n", text) if IN_REAL_LIFE.search(part)]
    corrected = [
        claim.id
        for claim in claims.ledger().of_chapter(chapter.number)
        if claim.verdict == claims.CORRECTED
    ]
    assert boxes or not corrected
    assert [box for box in boxes if not SOURCE.search(box)] == []


@EVERY
def test_it_ends_with_recap_and_quiz(chapter: syllabus.Chapter) -> None:
    notebook = nbformat.read(syllabus.NOTEBOOKS / chapter.file, as_version=4)
    text = [cell.source for cell in notebook.cells]
    (recap,) = [n for n, one in enumerate(text) if one.startswith("## What to remember\n")]
    (asked,) = [n for n, one in enumerate(text) if f'quiz("{chapter.number}")' in one]
    assert 0 < asked - recap <= 2
    assert len(re.findall(r"^- ", text[recap], re.MULTILINE)) >= 3


def test_the_decks_manifests_are_shown_as_printed(deck_text: str) -> None:
    printed = [m for m in re.findall(r"```\n(.*?)```", deck_text, re.DOTALL) if "apiVersion" in m]
    code = "\n".join(cell.source for one in WRITTEN for cell in cells(one, "code"))
    assert len(printed) == 2
    assert [manifest for manifest in printed if manifest not in code] == []
