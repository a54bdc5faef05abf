"""The quiz at a chapter's end, as a learner sees it: ``quiz("07")``; and ``review()`` on 00."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from course import syllabus
from course.progress import Keeper, keeper
from course.questions import bank
from course.questions.bank import Question
from course.questions.rounds import Round, of_chapter, of_missed
from course.view.saved import beside

ASKING, TOLD, ENDED = "asking", "told", "ended"
"""What a quiz may be doing: waiting for an answer, explaining it, or done."""


class Quiz(ipywidgets.VBox):  # type: ignore[misc]
    """Questions one after the other; each answer is explained. See ``quiz``."""

    def __init__(self, begin: Callable[[], Round], still: Sequence[Question], record: Keeper):
        self._begin, self._still, self._record = begin, tuple(still), record
        wide = ipywidgets.Layout(width="auto")
        self.place = ipywidgets.HTML()
        self.prompt = ipywidgets.HTML()
        self.radio = ipywidgets.RadioButtons(options=[], layout=wide)
        self.button = ipywidgets.Button(description="Answer", disabled=True)
        self.verdict = ipywidgets.HTML()
        self.radio.observe(self._chosen, "value")
        self.button.on_click(self._pressed)
        self._state = ENDED
        super().__init__([self.place, self.prompt, self.radio, self.verdict, self.button])
        self.add_class("kubelite-quiz")
        self.start()

    def start(self) -> None:
        """Begin a round."""
        self.round = self._begin()
        self._ask()

    def _ask(self) -> None:
        one = self.round.current
        if one is None:
            return self._end()
        self._choices = self.round.choices()
        self._state = ASKING
        again = "" if self.round.first_try() else " Once more:"
        self.place.value = f"<small>{escape(self._place(one))}.{again}</small>"
        self.prompt.value = f"<b>{escape(one.question)}</b>"
        self.radio.options = [choice.text for choice in self._choices]
        self.radio.value, self.radio.disabled = None, False
        self.radio.layout.display = ""
        self.verdict.value = ""
        self.button.description, self.button.disabled = "Answer", True

    def _place(self, one: Question) -> str:
        left = len(self.round.waiting)
        told = f"{left} question{'' if left == 1 else 's'} left"
        return told if one in self._still else f"{told}. From chapter {one.chapter}"

    def _chosen(self, _: object) -> None:
        if self._state == ASKING:
            self.button.disabled = self.radio.value is None

    def _pressed(self, _: object = None) -> None:
        {ASKING: self._judge, TOLD: self._ask, ENDED: self.start}[self._state]()

    def _judge(self) -> None:
        one = self.round.current
        choice = next((c for c in self._choices if c.text == self.radio.value), None)
        if one is None or choice is None:
            return
        first, right = self.round.first_try(), self.round.answer(choice)
        if first:
            self._record.answered(one.chapter, one.id, right)
        elif right:
            self._record.mastered_at_last(one.chapter, one.id)
        if self.round.current is None:
            self._record.quiz_taken()
        word = "Yes" if right else "No"
        said = f"<b>{word}.</b> {escape(choice.why)}"
        if not right:
            said += f"<br><b>{escape(one.answer.text)}.</b> {escape(one.answer.why)}"
        self.verdict.value = said
        self._state, self.radio.disabled = TOLD, True
        self.button.description = "Next" if self.round.current else "Finish"

    def _end(self) -> None:
        told = f"{self.round.right_at_once} of {self.round.count} right at the first try."
        self.place.value, self.prompt.value = "", f"<b>{told}</b>"
        names = [one.question for one in self.round.missed]
        listed = "".join(f"<li>{escape(name)}</li>" for name in names)
        self.verdict.value = (
            f"These will come back in later quizzes:<ul>{listed}</ul>" if names else ""
        )
        self.radio.options, self.radio.layout.display = [], "none"
        self.button.description, self.button.disabled = "Once more", False
        self._state = ENDED

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live quiz, and beside it what a saved notebook keeps."""
        still = {"text/plain": self._as_text(), "text/html": self._as_html()}
        return beside(super()._repr_mimebundle_(**kwargs), still)

    def _as_text(self) -> str:
        lines = []
        for number, one in enumerate(self._still, start=1):
            lines += [f"{number}. {one.question}", *(f"  ( ) {c.text}" for c in one.choices)]
        return "\n".join(lines)

    def _as_html(self) -> str:
        return f"<ol>{''.join(_still_html(one) for one in self._still)}</ol>"


def _still_html(one: Question) -> str:
    choices = "".join(f"<li>{escape(choice.text)}</li>" for choice in one.choices)
    told = "".join(
        f"<p><b>{'Right' if c.right else 'Wrong'}: {escape(c.text)}.</b> {escape(c.why)}</p>"
        for c in one.choices
    )
    return (
        f"<li><p><b>{escape(one.question)}</b></p><ul>{choices}</ul>"
        f"<details><summary>Answers</summary>{told}</details></li>"
    )


class Nothing:
    """What ``review`` shows when there is nothing to ask."""

    TEXT = "Nothing to review: questions that you miss in a quiz will come back here."

    def __repr__(self) -> str:
        return self.TEXT

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.TEXT)}</p>"


def quiz(chapter: str | int, record: Keeper = keeper) -> Quiz:
    """Five questions on a chapter, and up to two that were missed in others and are due.

    Raises NoSuchChapter, and ValueError when its questions are not complete.
    """
    number = syllabus.chapter(chapter).number
    return Quiz(lambda: of_chapter(number, record), bank.questions(number), record)


def review(record: Keeper = keeper) -> Quiz | Nothing:
    """All questions that were missed and not yet mended, from every chapter."""
    missed = of_missed(record).waiting
    return Quiz(lambda: of_missed(record), missed, record) if missed else Nothing()
