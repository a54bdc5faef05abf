"""A question keeps its answer until the learner has chosen."""

from __future__ import annotations

import pytest

from course.quiz import Prediction, predict


def asked() -> Prediction:
    return predict("How many <new> pods?", ["3", "7", "10"], answer="7", why="10 less 3.")


def test_nothing_is_revealed_before_a_choice() -> None:
    question = asked()
    assert question.button.disabled
    question.radio.value = "3"
    assert not question.button.disabled
    assert question.verdict.value == ""


@pytest.mark.parametrize(("choice", "verdict"), [("7", "Yes"), ("3", "No: 7")])
def test_the_verdict_says_why(choice: str, verdict: str) -> None:
    question = asked()
    question.radio.value = choice
    question.button.click()
    assert question.verdict.value == f"<b>{verdict}.</b> 10 less 3."


def test_an_answer_must_be_among_the_choices() -> None:
    with pytest.raises(ValueError, match="'8' is not one of the choices"):
        predict("How many?", ["3", "7"], answer="8", why="")


def test_a_saved_notebook_keeps_the_question_and_hides_the_answer() -> None:
    saved, _ = asked()._repr_mimebundle_()
    assert saved["text/plain"].splitlines() == [
        "How many <new> pods?",
        "  ( ) 3",
        "  ( ) 7",
        "  ( ) 10",
    ]
    assert "<details><summary>Reveal</summary>" in saved["text/html"]
    assert "<new>" not in saved["text/html"]
