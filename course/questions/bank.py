"""The questions of a chapter, read from ``course/questions/NN.yaml`` and found to be complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import yaml

FOLDER = Path(__file__).parent
FIVE = 5


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One possible answer, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question with its choices; exactly one of them is right."""

    id: str
    question: str
    choices: tuple[Choice, ...]
    chapter: str = ""

    @property
    def name(self) -> str:
        """What it is remembered by, such as ``07/ten-not-seven``."""
        return f"{self.chapter}/{self.id}"

    @property
    def answer(self) -> Choice:
        """The right choice."""
        return next(choice for choice in self.choices if choice.right)


def file_of(number: str, folder: Path = FOLDER) -> Path:
    """Where the questions of a chapter stand."""
    return folder / f"{number}.yaml"


@cache
def questions(number: str, folder: Path = FOLDER) -> tuple[Question, ...]:
    """The five questions of a chapter; raises ValueError with everything that is wrong."""
    file = file_of(number, folder)
    try:
        read = msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), list[Question])
    except (msgspec.ValidationError, yaml.YAMLError) as problem:
        raise ValueError(f"{file.name}: {problem}") from None
    if wrong := list(faults(read)):
        raise ValueError(f"{file.name}: {'; '.join(wrong)}")
    return tuple(msgspec.structs.replace(one, chapter=number) for one in read)


def find(name: str, folder: Path = FOLDER) -> Question | None:
    """The question remembered as ``name``; None when it is no longer there."""
    number, _, wanted = name.partition("/")
    if not number.isdigit() or not file_of(number, folder).exists():
        return None
    return next((one for one in questions(number, folder) if one.id == wanted), None)


def faults(read: list[Question]) -> Iterator[str]:
    """Everything that is wrong with the questions of one chapter, each as one sentence."""
    if len(read) != FIVE:
        yield f"there are {len(read)} questions, not {FIVE}"
    for name, times in Counter(one.id for one in read).items():
        if times > 1:
            yield f"{times} questions are called {name!r}"
    for one in read:
        yield from (f"{one.id}: {fault}" for fault in _faults_of(one))


def _faults_of(one: Question) -> Iterator[str]:
    if (right := sum(choice.right for choice in one.choices)) != 1:
        yield f"{right} answers are right, not one"
    if len(one.choices) < 3:
        yield "there are fewer than three choices"
    if len({choice.text for choice in one.choices}) < len(one.choices):
        yield "two choices read the same"
    if not one.question.strip() or not all(c.text.strip() for c in one.choices):
        yield "a text is empty"
    for choice in one.choices:
        if not choice.why.strip():
            yield f"{choice.text!r} is not explained"
