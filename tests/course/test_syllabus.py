"""The syllabus: 24 chapters in order, and what is built from it leads only to what is there."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from course import lab, syllabus
from course.cli import main
from course.grading.exercise import places
from course.notebooks import frame
from course.notebooks.build import from_source
from course.syllabus import NoSuchChapter, chapter, chapters


def test_the_chapters_are_numbered_from_00_to_23() -> None:
    assert [one.number for one in chapters()] == [f"{n:02d}" for n in range(24)]


@pytest.mark.parametrize("name", [7, "7", "07", "07_declarative", "declarative"])
def test_a_chapter_has_several_names(name: str | int) -> None:
    assert chapter(name).slug == "07_declarative"


@pytest.mark.parametrize("name", ["24", "decl", ""])
def test_an_unknown_chapter_names_those_there_are(name: str) -> None:
    with pytest.raises(NoSuchChapter, match="there are: 00_welcome, 01_sarahs_shop"):
        chapter(name)


@pytest.mark.parametrize("one", chapters(), ids=lambda one: one.slug)
def test_a_chapter_is_described(one: syllabus.Chapter) -> None:
    assert 2 <= len(one.goals) <= 5
    assert 20 <= one.minutes <= 40
    assert not any(goal.endswith(".") for goal in one.goals)
    assert all(chapter(needed).number < one.number for needed in one.needs)


def test_exercises_are_named_as_they_are_called() -> None:
    known = {place.name for place in places()}
    named = [name for one in chapters() for name in one.exercises]
    assert sorted(named) == sorted(known)


def test_ways_lead_only_to_chapters_that_are_written() -> None:
    seven = chapter(7)
    alone = frame.top(seven, frozenset({"00_welcome", "07_declarative"}))
    assert "← 06 How Kubernetes works *(to come)* ·" in alone
    assert "[Overview](00_welcome.ipynb)" in alone
    both = frame.top(seven, frozenset(one.slug for one in chapters()))
    assert "← [06 How Kubernetes works](06_how_it_works.ipynb) ·" in both
    assert "[08 Services](08_services.ipynb) →" in both
    assert "*(to come)*" not in both


def test_the_first_and_the_last_chapter_have_one_way() -> None:
    all_ = frozenset(one.slug for one in chapters())
    assert frame.top(chapters()[0], all_).startswith("The beginning ·\n*Overview* ·\n[01 Sarah")
    assert frame.end(chapters()[-1], all_).endswith("[Overview](00_welcome.ipynb) ·\nThe end")


def test_the_contents_stand_on_00() -> None:
    lines = frame.end(chapters()[0], frozenset({"07_declarative"})).splitlines()
    listed = [line for line in lines if line.startswith("- ")]
    assert len(listed) == 25
    assert listed[-1] == "- [The gallery: every view once](gallery.ipynb)"
    assert listed[7].startswith("- [07 Declarative: say how many, not what to do](07_declarative.")


def a_chapter(folder: Path, slug: str) -> Path:
    (folder / "src").mkdir(exist_ok=True)
    source = folder / "src" / f"{slug}.py"
    source.write_text("# %%\n1 + 1\n", encoding="utf-8")
    nbformat.write(from_source(source), folder / f"{slug}.ipynb")
    return folder / f"{slug}.ipynb"


def test_a_new_neighbour_is_linked_without_a_run(tmp_path: Path) -> None:
    eight = a_chapter(tmp_path, "08_services")
    before = nbformat.read(eight, as_version=4)
    a_chapter(tmp_path, "07_declarative")
    assert frame.reframe(eight, syllabus.written(tmp_path))
    after = nbformat.read(eight, as_version=4)
    assert "[07 Declarative](07_declarative.ipynb)" in after.cells[0].source
    assert after.cells[1:-1] == before.cells[1:-1]
    assert [cell.id for cell in after.cells] == ["frame-top", "cell-000", "frame-end"]
    assert not frame.reframe(eight, syllabus.written(tmp_path)), "what is current is left alone"


def test_the_lab_opens_at_a_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(lab, "open_lab", lambda *options, page: asked.append(page) or 0)
    assert CliRunner().invoke(main, ["lab", "--chapter", "7"]).exit_code == 0
    assert CliRunner().invoke(main, ["lab", "--no-browser"]).exit_code == 0
    assert asked == ["notebooks/07_declarative.ipynb", "notebooks/00_welcome.ipynb"]


def test_the_lab_names_the_chapters_when_there_is_none_of_that_name() -> None:
    refused = CliRunner().invoke(main, ["lab", "--chapter", "99"])
    assert refused.exit_code == 2
    assert "no chapter '99'" in refused.output
