"""A judge as a process of its own, that lives for many submissions.

``python -m course.grading.judging`` reads one job a line and writes one line of results:

    {"exercise", "root", "answers", "functions", "seeds", "problems", "learner"}

``functions`` are the cells of answers that are to be called; they run in a sandbox, and the judge
talks to them over a pipe. ``Judges`` keeps such processes warm for the grader. After anything out
of the ordinary (a time-out, a death, memory that has grown) a judge is replaced by a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from course.grading.calling import Function, Remote
from course.grading.exercise import Exercise, load
from course.grading.judge import CheckResult, Result, judge

MEMORY = 2 << 30
"""Bytes that judging one answer may take."""

LARGE = 500 << 20
"""A judge that has grown beyond so many bytes is replaced after the answer."""

LIVES = 100
"""A judge is replaced after so many answers, whatever it looks like."""

STARTING = 60.0
"""Seconds a judge may take to start, on a machine that is busy with others."""

REPOSITORY = Path(__file__).parent.parent.parent


class JudgeError(Exception):
    """A judge did not say what it saw; the text is a sentence for the answer's owner."""


class JudgeProcess:
    """One judge, started and waiting for its first job."""

    def __init__(self) -> None:
        self.jobs = 0
        self.fit = True
        self._read = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "course.grading.judging"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            start_new_session=True,
        )

    def ask(self, job: dict[str, Any], seconds: float) -> dict[str, Any]:
        """What came of a job; raises JudgeError, after which this judge is of no use."""
        first, self.fit, self.jobs = not self.jobs, False, self.jobs + 1
        assert self._process.stdin is not None
        try:
            if first:
                self._line(time.monotonic() + STARTING)
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
            reply: dict[str, Any] = json.loads(self._line(time.monotonic() + seconds))
        except (OSError, ValueError):
            raise JudgeError("The cluster did not live through this answer.") from None
        self.fit = self.jobs < LIVES and reply["memory"] < LARGE and not reply["misbehaved"]
        return reply

    def _line(self, until: float) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._read:
            if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
                raise JudgeError("The cluster was still busy with this answer")
            if not (read := os.read(pipe, 1 << 16)):
                raise OSError("the judge has ended")
            self._read += read
        line, _, self._read = self._read.partition(b"\n")
        return line

    def close(self) -> None:
        """End it, and whatever it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Judges:
    """Warm judges, each of which does one job at a time. ``started`` counts them."""

    def __init__(self) -> None:
        self._idle: queue.SimpleQueue[JudgeProcess] = queue.SimpleQueue()
        self.started = 0

    def judge(self, exercise: Exercise, job: dict[str, Any], seconds: float) -> Result:
        """Let any judge do the job; raises JudgeError."""
        found = self._one()
        try:
            reply = found.ask(job, seconds)
        except JudgeError as problem:
            text = str(problem)
            raise JudgeError(
                text if text.endswith(".") else f"{text} after {seconds:g} s."
            ) from None
        finally:
            if found.fit:
                self._idle.put(found)
            else:
                found.close()
        checks = [CheckResult(**{**c, "schedule": tuple(c["schedule"])}) for c in reply["checks"]]
        return Result(exercise.name, exercise.title, tuple(checks))

    def _one(self) -> JudgeProcess:
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        self.started += 1
        return JudgeProcess()

    def close(self) -> None:
        """End all of them."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()


def do(job: dict[str, Any]) -> dict[str, Any]:
    """One job, done in this process."""
    exercise = load(job["exercise"], Path(job["root"]))
    remotes = {name: Remote(name, cell) for name, cell in job.get("functions", {}).items()}
    try:
        answers = {**job["answers"], **{name: Function(name, far) for name, far in remotes.items()}}
        result = judge(exercise, answers, job["seeds"], job["problems"], job.get("learner", ""))
    finally:
        for far in remotes.values():
            far.close()
    checks = [check._replace(run=None)._asdict() for check in result.checks]
    return {
        "checks": checks,
        "memory": _memory(),
        "misbehaved": any(f.ended for f in remotes.values()),
    }


def main() -> None:
    """Do jobs until nobody has any more."""
    _bound_memory()
    _read_no_files()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(do(json.loads(line))), file=answers, flush=True)


def _read_no_files() -> None:
    """A manifest or a command that names a file reads none of this machine's."""
    from kubelite import Cluster

    def refuse(name: str) -> bytes:
        raise FileNotFoundError(f"{name}: there are no files here")

    Cluster.read_file = staticmethod(refuse)


def _memory() -> int:
    """Bytes this process holds. Its greatest ever, by getrusage, would count its parent's."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def _bound_memory() -> None:
    import resource

    with contextlib.suppress(ValueError, OSError):  # macOS refuses
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
