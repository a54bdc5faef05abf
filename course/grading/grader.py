"""The grader: a folder of submissions in, one grade for each learner and exercise out.

    SUBMISSIONS/ada.ipynb                    learner "ada"
    SUBMISSIONS/bob/five_shops.ipynb         learner "bob"

Each notebook is graded by itself: its answer cells in a sandbox, then its answers by a judge in
another process. Whatever one submission does, the others are graded all the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from course.grading.exercise import EXERCISES, PUBLIC_SEED, Exercise, NoSuchExercise, load, places
from course.grading.judge import CheckResult, Result, judge, nothing_earned
from course.grading.sandbox import run_answers
from course.grading.submission import NotANotebook, Submission, answer_cells, read

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


class Grader(NamedTuple):
    """How to grade: where the exercises are, with which seeds, and what a nameless one is."""

    root: Path = EXERCISES
    seeds: Sequence[int] = SEEDS
    exercise: str = ""

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
        answers = run_answers(cells.found)
        problems = dict(cells.missing) | {a.name: a.problem for a in answers if a.problem}
        values = {a.name: a.value for a in answers if not a.problem}
        result = self._judge(exercise, values, problems)
        return Grade(job.learner, job.file, result, cells.remarks)

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

    def _judge(
        self, exercise: Exercise, answers: Mapping[str, Any], problems: Mapping[str, str]
    ) -> Result:
        if not answers:
            return judge(exercise, {}, self.seeds, problems)
        job = {
            "exercise": exercise.name,
            "root": str(self.root.resolve()),
            "answers": answers,
            "seeds": list(self.seeds),
            "problems": problems,
        }
        try:
            checks = _judge_process(json.dumps(job))
        except subprocess.TimeoutExpired:
            sentence = f"The cluster was still busy with this answer after {JUDGE_SECONDS:g} s."
            return nothing_earned(exercise, sentence)
        if checks is None:
            return nothing_earned(exercise, "The cluster did not live through this answer.")
        return Result(exercise.name, exercise.title, checks)


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
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(grader.grade, todo)


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


def _judge_process(job: str) -> tuple[CheckResult, ...] | None:
    """What the judge said, or None if it did not live to say it."""
    done = subprocess.run(
        [sys.executable, "-m", "course.grading.judge"],
        input=job,
        capture_output=True,
        text=True,
        timeout=JUDGE_SECONDS,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
    )
    if done.returncode != 0:
        return None
    return tuple(CheckResult(**check) for check in json.loads(done.stdout))
