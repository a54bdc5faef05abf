"""The first and the last cell of a chapter: where it stands in the course, goals, time, ways on.

They are made from the syllabus at every build, so no link of theirs is written by hand, and none
leads to a chapter that has not been written yet. ``reframe`` renews them without a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course import syllabus
from course.syllabus import Chapter

TOP, END = "frame-top", "frame-end"
"""The ids of the two cells."""


def framed(notebook: NotebookNode, chapter: Chapter, written: frozenset[str]) -> NotebookNode:
    """``notebook`` with both cells; those it has already are replaced."""
    inner = [cell for cell in notebook.cells if cell.get("id") not in (TOP, END)]
    notebook.cells = [_cell(TOP, top(chapter, written)), *inner, _cell(END, end(chapter, written))]
    return notebook


def chapter_of(path: Path) -> Chapter | None:
    """The chapter whose source or notebook this is; None for any other file."""
    return next((one for one in syllabus.chapters() if one.slug == path.stem), None)


def reframe(path: Path, written: frozenset[str]) -> bool:
    """Renew both cells of the saved notebook ``path``; whether anything changed."""
    chapter = chapter_of(path)
    if chapter is None:
        return False
    before = path.read_text(encoding="utf-8")
    notebook = framed(nbformat.reads(before, as_version=4), chapter, written)
    after = str(nbformat.writes(notebook)) + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def top(chapter: Chapter, written: frozenset[str]) -> str:
    """The first cell: ways on, title, goals, time."""
    return "\n".join([*_ways(chapter, written), "", *_head(chapter), "", *_terms(chapter, written)])


def end(chapter: Chapter, written: frozenset[str]) -> str:
    """The last cell: exercises and the ways on; on 00 the contents as well."""
    lines: list[str] = ["---", ""]
    if chapter.number == syllabus.FIRST:
        lines += [*_contents(written), ""]
    if chapter.exercises:
        links = (f"[{name}](../exercises/{name}.ipynb)" for name in chapter.exercises)
        lines += [f"To practise: {', '.join(links)}.", ""]
    return "\n".join([*lines, *_ways(chapter, written)])


def _cell(cell_id: str, text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, id=cell_id, metadata={"editable": False})


def _ways(chapter: Chapter, written: frozenset[str]) -> list[str]:
    """Previous, overview, next: a line each, so that two new neighbours change two lines."""
    all_ = syllabus.chapters()
    place = all_.index(chapter)
    before = all_[place - 1] if place else None
    after = all_[place + 1] if place + 1 < len(all_) else None
    first = all_[0]
    return [
        f"← {_linked(before, written)} ·" if before else "The beginning ·",
        "*Overview* ·" if chapter is first else f"[Overview]({first.file}) ·",
        f"{_linked(after, written)} →" if after else "The end",
    ]


def _linked(chapter: Chapter, written: frozenset[str]) -> str:
    name = chapter.label
    return f"[{name}]({chapter.file})" if chapter.slug in written else f"{name} *(to come)*"


def _head(chapter: Chapter) -> list[str]:
    goals = [f"- {goal}{_stop(n, len(chapter.goals))}" for n, goal in enumerate(chapter.goals, 1)]
    return [f"# {chapter.title}", "", "After this chapter you can", "", *goals]


def _stop(number: int, of: int) -> str:
    return "." if number == of else ","


def _terms(chapter: Chapter, written: frozenset[str]) -> Iterator[str]:
    time = f"Time: about {chapter.minutes} minutes."
    yield f"{time} Before each result there is a question; answer it first."
    if chapter.needs:
        needed = (_linked(syllabus.chapter(number), written) for number in chapter.needs)
        yield f"It goes on from {', '.join(needed)}."


def _contents(written: frozenset[str]) -> Iterator[str]:
    yield "## The chapters"
    yield ""
    for chapter in syllabus.chapters():
        number = f"{chapter.number} {chapter.title}"
        name = f"[{number}]({chapter.file})" if chapter.slug in written else f"{number} *(to come)*"
        yield f"- {name}, {chapter.minutes} minutes"
    yield ""
    yield "## Beside the chapters"
    yield ""
    yield from (f"- [{one.title}]({one.file})" for one in syllabus.beside())
