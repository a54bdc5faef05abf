"""The grader: a folder of submissions in, one grade for each learner and exercise out.

    SUBMISSIONS/ada.ipynb                    learner "ada"
    SUBMISSIONS/bob/five_shops.ipynb         learner "bob"

Each notebook is graded by itself: its answer cells in a sandbox, then its answers by a judge in
another process. Whatever one submission does, the others are graded all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from course.grading.exercise import (
    EXERCISES,
    FUNCTIONS,
    PUBLIC_SEED,
    Exercise,
    NoSuchExercise,
    load,
    places,
)
from course.grading.judge import CheckResult, Result, judge, nothing_earned
from course.grading.judging import JudgeError, Judges
from course.grading.sandbox import run_answers
from course.grading.submission import Cells, NotANotebook, Submission, answer_cells, read

SEEDS = (PUBLIC_SEED, 101)
"""The clusters a submission meets: the learner's own, and one the learner has not seen."""

JUDGE_SECONDS = 60.0


class Grade(NamedTuple):
    """One learner's result in one exercise; ``remarks`` are about the notebook as a file."""

    learner: str
    file: str
    result: Result
    remarks: tuple[str, ...] = ()


class Job(NamedTuple):
    """One notebook to grade, or a learner who handed in none."""

    learner: str
    file: str
    path: Path | None


class Work(NamedTuple):
    """What a submission comes to: values, cells that define functions, and what is wrong."""

    values: dict[str, Any]
    functions: dict[str, str]
    problems: dict[str, str]


class Grader(NamedTuple):
    """How to grade: where the exercises are, with which seeds, and what a nameless one is.

    With ``personal`` everybody has numbers of their own; without, whoever was given a notebook
    with a name in it. ``judges`` are processes that outlive one submission.
    """

    root: Path = EXERCISES
    seeds: Sequence[int] = SEEDS
    exercise: str = ""
    personal: bool = False
    judges: Judges = Judges()

    def grade(self, job: Job) -> Grade:
        """Grade one notebook."""
        if job.path is None:
            return _ungraded(job, "No notebook was handed in.")
        try:
            submission = read(job.path)
        except NotANotebook as problem:
            return self._hopeless(job, str(problem))
        except OSError as problem:
            return self._hopeless(job, f"The file could not be read: {problem.strerror}.")
        try:
            exercise = load(self._name(job, submission), self.root)
        except NoSuchExercise:
            return _ungraded(job, "The notebook does not say which exercise it answers.")
        cells = answer_cells(submission, exercise.answers)
        work = _work(exercise, cells)
        whose = job.learner if self.personal or submission.learner else ""
        result = self._judge(exercise, work, whose)
        remarks = (*cells.remarks, *_anothers(submission, job))
        return Grade(job.learner, job.file, result, remarks)

    def _name(self, job: Job, submission: Submission) -> str:
        """What the notebook says, or what was given, or what the file is called."""
        known = {place.name for place in places(self.root)}
        if submission.exercise in known:
            return submission.exercise
        stem = Path(job.file).stem
        named = [name for name in sorted(known) if name.rpartition("/")[2] == stem]
        return self.exercise or (named[0] if len(named) == 1 else "")

    def _hopeless(self, job: Job, sentence: str) -> Grade:
        if not self.exercise:
            return _ungraded(job, sentence)
        return Grade(
            job.learner, job.file, nothing_earned(load(self.exercise, self.root), sentence)
        )

    def _judge(self, exercise: Exercise, work: Work, learner: str) -> Result:
        seeds = (*self.seeds, *(seed for seed in exercise.seeds if seed not in self.seeds))
        if not work.values and not work.functions:
            return judge(exercise, {}, seeds, work.problems, learner)
        job = {
            "exercise": exercise.name,
            "root": str(self.root.resolve()),
            "answers": work.values,
            "functions": work.functions,
            "seeds": seeds,
            "problems": work.problems,
            "learner": learner,
        }
        try:
            return self.judges.judge(exercise, job, JUDGE_SECONDS)
        except JudgeError as problem:
            return nothing_earned(exercise, str(problem))


def jobs(folder: Path) -> list[Job]:
    """Every notebook below the folder, and every learner's folder or file without one."""
    found = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        notebooks = list(_notebooks(entry))
        learner = entry.name if entry.is_dir() else entry.stem
        for path in notebooks:
            found.append(Job(learner, path.relative_to(folder).as_posix(), path))
        if not notebooks:
            found.append(Job(learner, entry.name, None))
    return found


def grade_all(grader: Grader, todo: Sequence[Job], workers: int = 2) -> Iterator[Grade]:
    """Grade every job, ``workers`` at a time; grades come in the order of the jobs."""
    try:
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(grader.grade, todo)
    finally:
        grader.judges.close()


def _work(exercise: Exercise, cells: Cells) -> Work:
    """Run the answer cells; what is to be called stays a cell, for the judge to call."""
    code, called = dict(cells.found), exercise.kind in FUNCTIONS
    answers = run_answers(cells.found)
    functions = {a.name: code[a.name] for a in answers if a.function and called}
    problems = dict(cells.missing) | {a.name: a.problem for a in answers if a.problem}
    if not called:
        kind = "text or a dict of plain values is wanted"
        problems |= {
            a.name: f"`{a.name}` is a {a.function}, where {kind}." for a in answers if a.function
        }
    values = {a.name: a.value for a in answers if a.name not in problems and not a.function}
    return Work(values, functions, problems)


def _anothers(submission: Submission, job: Job) -> Iterator[str]:
    if submission.learner and submission.learner.casefold() != job.learner.casefold():
        yield f"This notebook was made for {submission.learner!r}, with other numbers."


def _notebooks(entry: Path) -> Iterator[Path]:
    if entry.is_dir() and not entry.is_symlink():
        for path in sorted(entry.rglob("*.ipynb")):
            if not any(part.startswith(".") for part in path.relative_to(entry).parts):
                yield path
    elif entry.suffix == ".ipynb":
        yield entry


def _ungraded(job: Job, sentence: str) -> Grade:
    """A notebook of no known exercise: one line that says so, worth nothing."""
    return Grade(job.learner, job.file, Result("", "", (CheckResult("", "", 0, 0, sentence),)))
