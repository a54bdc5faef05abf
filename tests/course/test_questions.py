"""Quizzes: complete, asked one at a time, and what was missed comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from course import syllabus
from course.progress import LADDER, Keeper
from course.questions import bank
from course.questions.bank import Choice, Question
from course.questions.rounds import Round, of_chapter
from course.questions.view import Nothing, Quiz, quiz, review

ONE = bank.questions("07")[1].name
WRITTEN = [one for one in syllabus.chapters() if one.slug in syllabus.written()]


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(lambda: tmp_path / "progress.json")


def wrong(one: Question) -> Choice:
    return next(choice for choice in one.choices if not choice.right)


def work_through(round_: Round, keeper: Keeper, missing: frozenset[str] = frozenset()) -> list[str]:
    """Answer a round; those in ``missing`` wrongly at the first try. In which order they came."""
    order = []
    while (one := round_.current) is not None:
        first = round_.first_try()
        order.append(one.name)
        miss = first and one.name in missing
        round_.answer(wrong(one) if miss else one.answer)
        if first:
            keeper.answered(one.chapter, one.id, not miss)
    keeper.quiz_taken()
    return order


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda one: one.slug)
def test_each_written_chapter_has_five_good_questions(chapter: syllabus.Chapter) -> None:
    assert len(bank.questions(chapter.number)) == bank.FIVE


def test_every_file_of_questions_is_of_a_chapter() -> None:
    numbers = {one.number for one in syllabus.chapters()}
    assert {file.stem for file in bank.FOLDER.glob("*.yaml")} <= numbers


GOOD = """
- id: q{n}
  question: "What is {n}?"
  choices:
  - {{text: one, why: because, right: true}}
  - {{text: two, why: it is not}}
  - {{text: three, why: it is not}}
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (GOOD.format(n=5), "", "there are 4 questions, not 5"),
        ("id: q5", "id: q4", "2 questions are called 'q4'"),
        ("why: because, right: true", "why: because", "q1: 0 answers are right, not one"),
        ("text: two, why: it is not", 'text: two, why: ""', "q1: 'two' is not explained"),
        ("text: two", "text: one", "q1: two choices read the same"),
        ("why: because", "wy: because", "unknown field `wy`"),
    ],
)
def test_what_is_incomplete_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = "".join(GOOD.format(n=n) for n in range(1, 6))
    bank.file_of("07", tmp_path).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match="07.yaml: ") as refused:
        bank.questions("07", tmp_path)
    assert told in str(refused.value)


def test_the_order_is_drawn_and_the_same_for_the_same_learner(keeper: Keeper) -> None:
    first, second = of_chapter("07", keeper), of_chapter("07", keeper)
    assert [one.id for one in first.waiting] == [one.id for one in second.waiting]
    assert first.choices() == second.choices()
    orders = set()
    for _ in range(4):
        orders.add(tuple(one.id for one in of_chapter("07", keeper).waiting))
        keeper.quiz_taken()
    assert len(orders) > 1, "another time, another order"


def test_what_was_missed_comes_back_in_the_same_round(keeper: Keeper) -> None:
    round_ = of_chapter("07", keeper)
    first = round_.waiting[0].name
    order = work_through(round_, keeper, frozenset({first}))
    assert [n for n, name in enumerate(order) if name == first] == [0, 3]
    assert round_.right_at_once == 4


def test_what_was_missed_comes_back_in_later_chapters_ever_later(keeper: Keeper) -> None:
    work_through(of_chapter("07", keeper), keeper, frozenset({ONE}))
    came_back = []
    for later in range(1, 12):
        order = work_through(of_chapter("13", keeper), keeper)
        came_back += [later] if ONE in order else []
    assert came_back == [LADDER[0], LADDER[0] + LADDER[1], sum(LADDER)]


def test_a_quiz_asks_two_old_questions_at_most(keeper: Keeper) -> None:
    names = frozenset(one.name for one in bank.questions("07"))
    work_through(of_chapter("07", keeper), keeper, names)
    assert len(of_chapter("13", keeper).waiting) == 7
    assert len(of_chapter("07", keeper).waiting) == 5, "its own are asked anyway"


def answer(asked: Quiz, rightly: bool) -> None:
    one = asked.round.current
    assert one is not None
    asked.radio.value = (one.answer if rightly else wrong(one)).text
    asked.button.click()


def test_one_question_at_a_time_and_each_answer_is_explained(keeper: Keeper) -> None:
    asked = quiz("07", keeper)
    one = asked.round.current
    assert one is not None
    assert asked.button.disabled, "first a choice"
    answer(asked, rightly=False)
    assert wrong(one).why.split("'")[0] in asked.verdict.value
    assert one.answer.why.split("'")[0] in asked.verdict.value
    assert asked.radio.disabled, "an answer is an answer"
    asked.button.click()
    assert asked.round.current is not one
    for _ in range(4):
        answer(asked, rightly=True)
        asked.button.click()
    answer(asked, rightly=True)
    assert keeper.read().quizzes_taken == 1
    asked.button.click()
    assert asked.prompt.value == "<b>4 of 5 right at the first try.</b>"
    assert asked.button.description == "Once more"
    assert len(keeper.read().answered["07"]) == 5
    asked.button.click()
    assert asked.round.current is not None


def test_a_saved_notebook_keeps_the_questions_and_hides_the_answers(keeper: Keeper) -> None:
    saved, _ = quiz("07", keeper)._repr_mimebundle_()
    lines = saved["text/plain"].splitlines()
    assert lines[0] == f"1. {bank.questions('07')[0].question}"
    assert len([line for line in lines if line.startswith("  ( ) ")]) == 15
    assert saved["text/html"].count("<details><summary>Answers</summary>") == 5


def test_review_asks_what_was_missed_anywhere(keeper: Keeper) -> None:
    assert isinstance(review(keeper), Nothing)
    work_through(of_chapter("07", keeper), keeper, frozenset({ONE}))
    asked = review(keeper)
    assert isinstance(asked, Quiz)
    assert [one.name for one in asked.round.waiting] == [ONE]
    answer(asked, rightly=True)
    assert asked.button.description == "Finish"


def test_a_question_that_is_gone_is_forgotten(keeper: Keeper) -> None:
    keeper.answered("07", "no-longer-asked", right=False)
    keeper.answered("99", "nor-is-this-chapter", right=False)
    assert isinstance(review(keeper), Nothing)
