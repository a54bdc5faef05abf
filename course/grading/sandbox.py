"""The sandbox: a learner's answer cells run in a child process, and only JSON comes back.

What it stops: an answer that changes the checks, its score or another learner's work through
Python, for none of these is in its process; crashes, endless loops, memory, file and output
hogs (limits on address space, computing time, file size, wall clock and the size of the
reply); where Linux allows it, also the network, and processes left behind, by new network and
process namespaces (``unshare``).

What it does not stop: reading files that the grading user can read, writing many small files,
or a determined attack on Python or the kernel. The system bounds the number of processes for
ordinary users only, not for root. For submissions of strangers, run the grader in a container
or a virtual machine, as a user who owns nothing. It needs Linux or macOS.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

CHILD = Path(__file__).parent / "answer_process.py"

NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child")


class Limits(NamedTuple):
    """What one answer may use."""

    cpu_seconds: int = 3
    wall_seconds: float = 8.0
    memory_bytes: int = 512 << 20
    file_bytes: int = 1 << 20
    reply_bytes: int = 256 << 10
    processes: int = 0  # besides the one it has; binds ordinary users, not root


LIMITS = Limits()

_NEARLY = 0.75


class Answer(NamedTuple):
    """What an answer cell defined, or the sentence that says why there is nothing."""

    name: str
    value: Any = None
    problem: str = ""


class Ended(NamedTuple):
    """How the child ended: its replies, exit code, which bound was reached, and how long it ran."""

    replies: bytes
    code: int
    bound: str = ""
    seconds: float = 0.0


@cache
def namespaces() -> tuple[str, ...]:
    """The command that puts a child into namespaces of its own, or () where that is refused."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return ()
    tried = subprocess.run([*NAMESPACES, "true"], capture_output=True, check=False)
    return NAMESPACES if tried.returncode == 0 else ()


def run_answers(cells: Sequence[tuple[str, str]], limits: Limits = LIMITS) -> list[Answer]:
    """Run answer cells, given as (name, code); one Answer for each, in order.

    Cells do not see each other's names. When one takes the child down with it, the
    cells after it run in a new child.
    """
    answers: list[Answer] = []
    while len(answers) < len(cells):
        left = cells[len(answers) :]
        ended = _child(left, limits)
        answers += _understood(ended.replies, left)
        if len(answers) < len(cells):
            answers.append(Answer(cells[len(answers)][0], problem=_why(ended, limits)))
    return answers


def _child(cells: Sequence[tuple[str, str]], limits: Limits) -> Ended:
    job = {"cells": list(cells), "limits": limits._asdict()}
    with tempfile.TemporaryDirectory(prefix="answer-") as folder:
        process = subprocess.Popen(
            [*namespaces(), sys.executable, "-I", "-B", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.defpath, "HOME": folder},
            start_new_session=True,
        )
        try:
            return _listen(process, json.dumps(job).encode() + b"\n", limits)
        finally:
            _end(process)


def _listen(process: subprocess.Popen[bytes], job: bytes, limits: Limits) -> Ended:
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(job)
        process.stdin.close()
    start, replies, pipe = time.monotonic(), b"", process.stdout.fileno()
    end = start + limits.wall_seconds
    while select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
        if not (read := os.read(pipe, 1 << 16)):
            return _exited(process, replies, start, end)
        replies += read
        if len(replies) > limits.reply_bytes:
            return Ended(b"", 0, "reply")
    return Ended(replies, 0, "time")


def _exited(process: subprocess.Popen[bytes], replies: bytes, start: float, end: float) -> Ended:
    with contextlib.suppress(subprocess.TimeoutExpired):  # it closed its pipe and may run on
        code = process.wait(max(0.1, end - time.monotonic()))
        return Ended(replies, code, seconds=time.monotonic() - start)
    return Ended(replies, 0, "time")


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _understood(replies: bytes, cells: Sequence[tuple[str, str]]) -> list[Answer]:
    """The replies that are what the child's own code would write, as far as they are."""
    answers = []
    for line, (name, _) in zip(replies.split(b"\n"), cells, strict=False):
        try:
            replied, reply = json.loads(line)
            value, problem = reply.get("value"), reply.get("error", "")
        except (ValueError, TypeError, AttributeError, RecursionError):
            break
        if replied != name or not isinstance(problem, str):
            break
        answers.append(Answer(name, value, problem))
    return answers


def _why(ended: Ended, limits: Limits) -> str:
    """The sentence for a child that gave no answer."""
    if ended.bound == "time":
        return f"The answer cell had not finished after {limits.wall_seconds:g} s."
    if ended.bound == "reply":
        return f"The answer is larger than {limits.reply_bytes >> 10} KiB."
    # Of a child killed for computing too long, unshare reports nothing but a failure; and the
    # time it was listened to is a little less than the time it computed.
    if ended.code != 0 and ended.seconds >= _NEARLY * limits.cpu_seconds:
        return f"The answer cell was still computing after {limits.cpu_seconds} s: does a loop end?"
    if ended.code < 0 or ended.code > 128:
        return "The answer cell made Python crash."
    return "The answer cell ended Python before there was an answer."
