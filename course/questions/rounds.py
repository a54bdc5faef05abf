"""In which order the questions of one quiz come: shuffled, missed ones again after a while.

A question that was missed comes back in the same round after a few others, in the next quiz of any
chapter, and then ever later (``course.progress.LADDER``), until it has been right often enough.
"""

from __future__ import annotations

from random import Random

from course.progress import Keeper
from course.questions import bank
from course.questions.bank import Choice, Question

AGAIN_AFTER = 2
"""Other questions that come between a miss and the second try."""

FROM_BEFORE = 2
"""Missed questions of other chapters that a quiz asks at most."""


class Round:
    """One walk through some questions. The same seed gives the same order."""

    def __init__(self, questions: list[Question], seed: str):
        self._chance = Random(seed)
        self.waiting = questions
        self.count = len(questions)
        self.missed: list[Question] = []
        self._shuffled: dict[str, tuple[Choice, ...]] = {}

    @property
    def current(self) -> Question | None:
        """The question to ask now; None when all have been answered rightly."""
        return self.waiting[0] if self.waiting else None

    @property
    def right_at_once(self) -> int:
        """Questions that were answered rightly and never missed, so far."""
        open_ = {one.name for one in self.waiting} | {one.name for one in self.missed}
        return self.count - len(open_)

    def choices(self) -> tuple[Choice, ...]:
        """The choices of the current question, in an order drawn once for this round."""
        one = self.waiting[0]
        if one.name not in self._shuffled:
            drawn = self._chance.sample(one.choices, len(one.choices))
            self._shuffled[one.name] = tuple(drawn)
        return self._shuffled[one.name]

    def first_try(self) -> bool:
        """Whether the current question has not been asked in this round before."""
        return self.waiting[0] not in self.missed

    def answer(self, choice: Choice) -> bool:
        """Answer the current question and go on; whether it was right."""
        one = self.waiting.pop(0)
        if not choice.right:
            if one not in self.missed:
                self.missed.append(one)
            self.waiting.insert(AGAIN_AFTER, one)
        return choice.right


def of_chapter(number: str, keeper: Keeper) -> Round:
    """The chapter's five, and among them what was missed in other chapters and is due."""
    record = keeper.read()
    chance = Random(f"{number} {record.quizzes_taken}")
    asked = chance.sample(bank.questions(number), bank.FIVE)
    for place, one in enumerate(_from_before(keeper, number)):
        asked.insert(2 * place + 2, one)
    return Round(asked, f"choices {number} {record.quizzes_taken}")


def of_missed(keeper: Keeper) -> Round:
    """Everything that was missed and not yet mended; what is due comes first."""
    found = [bank.find(name) for name in keeper.due(every=True)]
    return Round([one for one in found if one], f"review {keeper.read().quizzes_taken}")


def _from_before(keeper: Keeper, number: str) -> list[Question]:
    others = [name for name in keeper.due() if not name.startswith(f"{number}/")]
    found = (bank.find(name) for name in others)
    return [one for one in found if one][:FROM_BEFORE]
