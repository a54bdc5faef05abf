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

CALL_SECONDS = float(os.environ.get("KUBELITE_CALL_SECONDS", "5"))
"""How long one call of a learner's function may take, on the wall clock."""

_NEARLY = 0.75


class Answer(NamedTuple):
    """What an answer cell defined, or the sentence that says why there is nothing."""

    name: str
    value: Any = None
    problem: str = ""
    function: str = ""  # the kind of thing it is, if it is to be called


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


class SandboxError(Exception):
    """The child in the sandbox gave no reply; the text is a sentence for the answer's owner."""


class Conversation:
    """A child that stays: its cell has run, and it replies to one line of JSON after another.

    ``kind`` is what the cell defined: the name of its type. Raises SandboxError when there is
    nothing to talk to, and from then on whenever it is asked.
    """

    def __init__(self, name: str, cell: str, limits: Limits = LIMITS):
        self._name, self._limits = name, limits
        self._folder = tempfile.TemporaryDirectory(prefix="answer-")
        # In the session of whoever asks: when that one is killed with its group, so is the child.
        self._process = _start(self._folder.name, start_new_session=False)
        self._end = time.monotonic() + limits.wall_seconds
        self._read, self._problem, self.kind = b"", "", ""
        job = {"cells": [(name, cell)], "limits": limits._asdict(), "serve": True}
        try:
            _, reply = self._exchange(job)
        except SandboxError as problem:
            self._problem = str(problem)
            return
        self.kind = str(reply.get("function", ""))
        if not self.kind:
            self._problem = str(reply.get("error", f"`{name}` is not a function."))

    def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """Say one thing, hear one reply."""
        if self._problem:
            raise SandboxError(self._problem)
        try:
            reply = self._exchange(message)
            if not isinstance(reply, dict) or not reply:
                raise SandboxError(f"`{self._name}` gave a reply that cannot be read.")
        except SandboxError as problem:
            self._problem = str(problem)
            raise
        return reply

    def _exchange(self, message: Any) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise SandboxError(f"`{self._name}` ended Python before it had answered.") from None
        line = self._line()
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            raise SandboxError(f"`{self._name}` gave a reply that cannot be read.") from None

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        until = min(self._end, time.monotonic() + CALL_SECONDS)
        while b"\n" not in self._read:
            if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
                raise SandboxError(f"`{self._name}` had not answered in time: does a loop end?")
            if not (read := os.read(pipe, 1 << 16)):
                raise SandboxError(f"`{self._name}` ended Python before it had answered.")
            self._read += read
            if len(self._read) > self._limits.reply_bytes:
                raise SandboxError(f"A reply is larger than {self._limits.reply_bytes >> 10} KiB.")
        line, _, self._read = self._read.partition(b"\n")
        return line

    def close(self) -> None:
        """End the child, whatever it does."""
        self._process.kill()
        _shut(self._process)
        self._folder.cleanup()


def _start(folder: str, start_new_session: bool = True) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*namespaces(), sys.executable, "-I", "-B", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.defpath, "HOME": folder},
        start_new_session=start_new_session,
    )


def _child(cells: Sequence[tuple[str, str]], limits: Limits) -> Ended:
    job = {"cells": list(cells), "limits": limits._asdict()}
    with tempfile.TemporaryDirectory(prefix="answer-") as folder:
        process = _start(folder)
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
    _shut(process)


def _shut(process: subprocess.Popen[bytes]) -> None:
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
            function = reply.get("function", "")
        except (ValueError, TypeError, AttributeError, RecursionError):
            break
        if replied != name or not isinstance(problem, str) or not isinstance(function, str):
            break
        answers.append(Answer(name, value, problem, function))
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
