"""What a learner has done, kept in one small file beside their notebooks: ``progress``.

It is written whole and then renamed, so it is never half there; one that cannot be read is put
aside, and the learner is told. KUBELITE_PROGRESS names another file, or is ``off``: then nothing is
read or written, as when notebooks are built and compared. Outside of notebooks nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from course import syllabus

PROGRESS = "KUBELITE_PROGRESS"
FILE = ".kubelite-progress.json"
BROKEN = ".kubelite-progress.broken.json"
WELCOME = syllabus.chapters()[0].file

LADDER = (1, 2, 4)
"""How many quizzes later a missed question comes back, after each right answer a step further."""


class Missed(msgspec.Struct):
    """A question that was answered wrongly and has not yet been right often enough."""

    due: int
    """In which quiz, counted from the learner's first, it comes back."""
    step: int = 0
    """How far it has come on the ladder."""


class Record(msgspec.Struct):
    """The file."""

    version: int = 1
    quizzes_taken: int = 0
    predictions: dict[str, bool] = msgspec.field(default_factory=dict)
    answered: dict[str, list[str]] = msgspec.field(default_factory=dict)
    missed: dict[str, Missed] = msgspec.field(default_factory=dict)
    exercises: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)


def place() -> Path | None:
    """The learner's file; None where nothing is to be kept."""
    if told := os.environ.get(PROGRESS, ""):
        return None if told == "off" else Path(told)
    if not _in_a_notebook():
        return None
    here = Path.cwd()
    homes = (home for up in (here, *here.parents) for home in (up, up / "notebooks"))
    return next((home for home in homes if (home / WELCOME).exists()), here) / FILE


def key_of(question: str) -> str:
    """A short name for a prediction, from its words."""
    return hashlib.sha256(question.encode()).hexdigest()[:12]


class Keeper:
    """The learner's record. Each change reads the file anew, so two open notebooks share it."""

    def __init__(self, where: Callable[[], Path | None] = place):
        self._where = where
        self._memory = Record()
        self.trouble = ""

    @property
    def kept(self) -> bool:
        """Whether there is a file to keep it in."""
        return self._where() is not None

    def read(self) -> Record:
        """What is known now; nothing, if the file cannot be understood: it is put aside then."""
        file = self._where()
        if file is None or not file.exists():
            return self._memory
        try:
            self._memory = msgspec.json.decode(file.read_bytes(), type=Record)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._put_aside(file)
        except OSError as problem:
            self.trouble = f"Your progress could not be read: {problem.strerror}."
        return self._memory

    def reset(self) -> None:
        """Forget everything."""
        self._memory, self.trouble = Record(), ""
        if (file := self._where()) is not None:
            file.unlink(missing_ok=True)

    def predicted(self, question: str, right: bool) -> None:
        """A prediction was made; the first one counts."""
        self._change(lambda record: record.predictions.setdefault(key_of(question), right))

    def exercised(self, name: str, points: int, most: int) -> None:
        """An exercise was checked; the best result counts."""

        def note(record: Record) -> None:
            best, _ = record.exercises.get(name, (0, most))
            record.exercises[name] = (max(best, points), most)

        self._change(note)

    def quiz_taken(self) -> None:
        """A quiz was worked through."""

        def note(record: Record) -> None:
            record.quizzes_taken += 1

        self._change(note)

    def answered(self, chapter: str, question: str, right: bool) -> None:
        """A question was answered for the first time in a quiz."""

        def note(record: Record) -> None:
            name = f"{chapter}/{question}"
            if not right:
                record.missed[name] = Missed(due=record.quizzes_taken + LADDER[0])
                return
            known = record.answered.setdefault(chapter, [])
            if question not in known:
                known.append(question)
            if (missed := record.missed.get(name)) and record.quizzes_taken >= missed.due:
                _climb(record, name, missed)

        self._change(note)

    def mastered_at_last(self, chapter: str, question: str) -> None:
        """A question that was missed was right in the same quiz later: it still comes back."""

        def note(record: Record) -> None:
            known = record.answered.setdefault(chapter, [])
            if question not in known:
                known.append(question)

        self._change(note)

    def due(self, every: bool = False) -> list[str]:
        """Missed questions whose time has come, or ``every`` one; the longest due first."""
        record = self.read()
        found = [
            (missed.due, name)
            for name, missed in record.missed.items()
            if every or missed.due <= record.quizzes_taken
        ]
        return [name for _, name in sorted(found)]

    def _change(self, change: Callable[[Record], object]) -> None:
        record = self.read()
        change(record)
        if (file := self._where()) is not None:
            try:
                _write(file, msgspec.json.format(msgspec.json.encode(record), indent=1))
            except OSError as problem:
                self.trouble = f"Your progress could not be saved: {problem.strerror}."

    def _put_aside(self, file: Path) -> None:
        self._memory = Record()
        try:
            os.replace(file, file.with_name(BROKEN))
            self.trouble = f"Your progress could not be understood; it was put aside as {BROKEN}."
        except OSError as problem:
            self.trouble = f"Your progress could not be understood: {problem.strerror}."


def _climb(record: Record, name: str, missed: Missed) -> None:
    """One step up the ladder; who is at its end is forgotten."""
    step = missed.step + 1
    if step == len(LADDER):
        del record.missed[name]
    else:
        record.missed[name] = Missed(record.quizzes_taken + LADDER[step], step)


def _write(file: Path, text: bytes) -> None:
    """Replace ``file`` at once: whoever reads it finds the old text or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{FILE}.")
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(text)
        os.replace(name, file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _in_a_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


keeper = Keeper()
"""The one of this process."""
