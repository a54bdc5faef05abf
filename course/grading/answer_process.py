"""The child process: runs a learner's answer cells and hands back what they define, as JSON.

It is started as a plain script by ``sandbox`` (never imported), uses the standard library
only, and knows no check and no score. Its limits are set before the first line of an answer
runs. The audit hook makes an ordinary ``os.fork()`` or ``os.system(...)`` fail with a sentence;
it is a courtesy, not a wall: the limits and the parent's clock are what contains the rest.
"""

import contextlib
import json
import os
import resource
import sys

FORBIDDEN = (
    *("os.fork", "os.forkpty", "os.system", "os.exec", "os.spawn", "os.posix_spawn"),
    *("subprocess.Popen", "socket.connect", "socket.bind", "socket.getaddrinfo"),
    *("os.kill", "os.killpg", "ctypes.dlopen"),
)


def limit(limits: dict[str, int]) -> None:
    """Bound memory, computing time, file size and processes."""
    bounds = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: limits["processes"],
    }
    for kind, bound in bounds.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (bound, bound))


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what no answer needs."""
    if event in FORBIDDEN:
        raise PermissionError(f"an answer may not use {event}")


def describe(problem: BaseException) -> str:
    """One line about an exception, with the line of the answer it came from."""
    line = getattr(problem, "lineno", None)
    trace = problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<answer>":
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" (line {line} of the answer cell)" if line else ""
    return f"{type(problem).__name__}: {problem}"[:300] + where


def run(cell: str, name: str, namespace: dict[str, object]) -> dict[str, object]:
    """Run one answer cell; ``{"value": ...}`` as JSON text, or ``{"error": sentence}``."""
    try:
        exec(compile(cell, "<answer>", "exec"), namespace)
    except MemoryError:
        return {"error": "The answer cell asked for more memory than an answer may have."}
    except BaseException as problem:  # also SystemExit: ending early is an answer like any other
        return {"error": f"The answer cell stopped with {describe(problem)}."}
    if name not in namespace:
        return {"error": f"The answer cell ran, but left no `{name}` behind."}
    try:
        return {"value": json.loads(json.dumps(namespace[name], allow_nan=False))}
    except BaseException:
        kind = type(namespace[name]).__name__
        return {"error": f"`{name}` is a {kind}, where text or a dict of plain values is wanted."}


def main() -> None:
    """Read the job, run each answer cell by itself, write one line for each."""
    job = json.loads(sys.stdin.buffer.readline())
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    limit(job["limits"])
    sys.addaudithook(watch)
    for name, cell in job["cells"]:
        reply = run(cell, name, {"__name__": "__answer__"})
        print(json.dumps([name, reply]), file=answers, flush=True)


if __name__ == "__main__":
    main()
