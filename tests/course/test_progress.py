"""What a learner has done is kept, survives accidents, and can be forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from course import progress as kept
from course.contents import Progress, predictions_in
from course.progress import BROKEN, FILE, Keeper
from course.questions import bank
from course.syllabus import NOTEBOOKS, chapter, chapters


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE


@pytest.fixture
def keeper(file: Path) -> Keeper:
    return Keeper(lambda: file)


def finish(keeper: Keeper, number: str) -> None:
    """Do everything there is in a chapter but its exercises."""
    for question in predictions_in(NOTEBOOKS, chapter(number)):
        keeper.predicted(question, right=True)
    for one in bank.questions(number):
        keeper.answered(number, one.id, right=True)


def test_it_is_there_in_the_next_session(keeper: Keeper, file: Path) -> None:
    keeper.predicted("How many?", right=False)
    keeper.predicted("How many?", right=True)
    keeper.exercised("07_declarative/five_shops", 10, 10)
    keeper.exercised("07_declarative/five_shops", 3, 10)
    record = Keeper(lambda: file).read()
    assert list(record.predictions.values()) == [False], "the first prediction counts"
    assert record.exercises == {"07_declarative/five_shops": (10, 10)}, "the best result counts"


def test_two_open_notebooks_share_it(keeper: Keeper, file: Path) -> None:
    other = Keeper(lambda: file)
    keeper.answered("07", "exited", right=True)
    other.answered("07", "crash-loop", right=True)
    assert keeper.read().answered == {"07": ["exited", "crash-loop"]}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"quizzes_taken": "many"}', b"\xff\xfe"])
def test_a_broken_file_is_put_aside(keeper: Keeper, file: Path, text: bytes) -> None:
    file.write_bytes(text)
    keeper.predicted("How many?", right=True)
    assert len(keeper.read().predictions) == 1
    assert file.with_name(BROKEN).read_bytes() == text
    assert BROKEN in repr(Progress(keeper))


def test_a_write_that_fails_leaves_the_old_file(
    keeper: Keeper, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.predicted("One?", right=True)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.os, "replace", full)
    keeper.predicted("Two?", right=True)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [FILE], "nothing is left lying about"
    assert "No space left on device" in repr(Progress(keeper))


def test_it_can_be_forgotten(keeper: Keeper, file: Path) -> None:
    finish(keeper, "00")
    assert Progress(keeper).reset() == "Forgotten: you begin anew."
    assert not file.exists()
    assert not any(row.begun for row in Progress(keeper).rows())


def test_the_next_step_follows_what_was_done(keeper: Keeper) -> None:
    progress = Progress(keeper)
    assert progress.next_step().startswith("Next: begin with 00 Welcome (still open: ")
    finish(keeper, "00")
    assert "00 Welcome" not in progress.next_step()
    row = progress.rows()[0]
    asked = len(predictions_in(NOTEBOOKS, chapter("00")))
    assert (row.done, row.predictions, row.quiz) == (True, (asked, asked), 5)
    assert f"predictions {asked} of {asked} ✓, quiz 5 of 5 ✓" in repr(progress)
    assert "<td style='text-align:left'>5 of 5 ✓</td>" in progress._repr_html_()


def test_an_exercise_is_the_next_step_of_a_finished_chapter(keeper: Keeper) -> None:
    for one in Progress(keeper).rows():
        if one.written:
            finish(keeper, one.chapter.number)
    first, second, *_ = [name for one in chapters() for name in one.exercises]
    assert f"practise with {first}" in Progress(keeper).next_step()
    keeper.exercised(first, 10, 10)
    assert f"practise with {second}" in Progress(keeper).next_step()


def test_chapters_that_are_there_are_linked_for_a_learner(keeper: Keeper) -> None:
    assert '<a href="07_declarative.ipynb">' in Progress(keeper)._repr_html_()


def test_when_nothing_is_kept_the_page_is_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.PROGRESS, "off")
    first = Progress(Keeper())
    assert "href" not in first._repr_html_(), "a new chapter must not change what 00 shows"
    assert repr(first) == repr(Progress(Keeper()))


def test_where_it_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(kept.PROGRESS, raising=False)
    assert kept.place() is None, "outside of notebooks nothing is kept"
    monkeypatch.setattr(kept, "_in_a_notebook", lambda: True)
    notebooks, exercise = tmp_path / "notebooks", tmp_path / "exercises" / "07_declarative"
    for folder in (notebooks, exercise):
        folder.mkdir(parents=True)
    (notebooks / kept.WELCOME).touch()
    for here in (notebooks, exercise, tmp_path):
        monkeypatch.chdir(here)
        assert kept.place() == notebooks / FILE
    monkeypatch.setenv(kept.PROGRESS, str(tmp_path / "mine.json"))
    assert kept.place() == tmp_path / "mine.json"
