"""The child process: runs a learner's answer cells and hands back what they define, as JSON.

It is started as a plain script by ``sandbox``, uses the standard library only, and knows no check
and no score. Its limits are set before the first line of an answer runs. The audit hook makes an
ordinary ``os.fork()`` or ``os.system(...)`` fail with a sentence; it is a courtesy, not a wall:
the limits and the parent's clock are what contains the rest.

With ``serve`` it stays and answers calls, one line of JSON each way:

    {"call": "plan", "args": [...], "kwargs": {...}}     call what the cell defined
    {"call": 1, "method": "put", "args": [...]}          call a method of an object it has made
    {"call": "operate", "handles": ["kubectl"]}          ... with handles that may ask back
    {"value": ...} {"object": 1} {"error": sentence}     what came of it
    {"ask": ["kubectl", "", "get pods"]}                 a handle asks; the reply is one line, too
"""

import contextlib
import json
import os
import sys

FORBIDDEN = (
    *("os.fork", "os.forkpty", "os.system", "os.exec", "os.spawn", "os.posix_spawn"),
    *("subprocess.Popen", "socket.connect", "socket.bind", "socket.getaddrinfo"),
    *("os.kill", "os.killpg", "ctypes.dlopen"),
)

PLAIN = (type(None), bool, int, float, str, list, tuple, dict)


def limit(limits: dict[str, int]) -> None:
    """Bound memory, computing time, file size and processes."""
    import resource

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
    """Run one answer cell: ``{"value"}``, ``{"function": kind}`` or ``{"error": sentence}``."""
    try:
        exec(compile(cell, "<answer>", "exec"), namespace)
    except MemoryError:
        return {"error": "The answer cell asked for more memory than an answer may have."}
    except BaseException as problem:  # also SystemExit: ending early is an answer like any other
        return {"error": f"The answer cell stopped with {describe(problem)}."}
    if name not in namespace:
        return {"error": f"The answer cell ran, but left no `{name}` behind."}
    kind = type(namespace[name]).__name__
    if callable(namespace[name]):
        return {"function": kind}
    try:
        return {"value": json.loads(json.dumps(namespace[name], allow_nan=False))}
    except BaseException:
        return {"error": f"`{name}` is a {kind}, where text or a dict of plain values is wanted."}


class Said(str):
    """What a command has printed; ``ok`` says whether it did what it was asked."""

    ok = True

    def json(self) -> object:
        """What was printed, read as JSON."""
        return json.loads(self)


class Handle:
    """What an answer may ask of the cluster: ``kubectl("get pods")``, ``kubectl.wait(30)``."""

    def __init__(self, name: str, ask: object):
        self._name, self._ask = name, ask

    def __call__(self, *args: object) -> object:
        """Ask."""
        return self._asked("", args)

    def __getattr__(self, verb: str) -> object:
        if verb.startswith("_"):
            raise AttributeError(verb)
        return lambda *args: self._asked(verb, args)

    def _asked(self, verb: str, args: tuple[object, ...]) -> object:
        reply = self._ask([self._name, verb, *args])  # type: ignore[operator]
        if "error" in reply:
            raise RuntimeError(reply["error"])
        value = reply["value"]
        if not isinstance(value, dict) or "printed" not in value:
            return value
        said = Said(value["printed"])
        said.ok = value["ok"]
        return said


class Calls:
    """Calls what an answer cell has defined, and remembers the objects that were made."""

    def __init__(self, name: str, target: object, ask: object):
        self.name, self.ask = name, ask
        self.objects: list[object] = [target]

    def do(self, job: dict) -> dict:
        """Answer one call: ``{"value"}``, ``{"object": number}`` or ``{"error": sentence}``."""
        method = job.get("method", "")
        what = f"`{self.name}`" if not method else f"`{method}` of `{self.name}`"
        handles = {name: Handle(name, self.ask) for name in job.get("handles", ())}
        try:
            target = self.objects[job["call"] if isinstance(job["call"], int) else 0]
            if method and not hasattr(target, method):
                return {"error": f"`{self.name}` has no method `{method}`."}
            called = getattr(target, method) if method else target
            value = called(*job.get("args", ()), **job.get("kwargs", {}), **handles)
            if hasattr(value, "__next__"):
                value = list(value)
            return self.reply(value, what)
        except KeyboardInterrupt:
            raise
        except MemoryError:
            return {"error": f"{what} asked for more memory than an answer may have."}
        except BaseException as problem:
            return {"error": f"{what} stopped with {describe(problem)}."}

    def reply(self, value: object, what: str) -> dict:
        """A plain value as it is, anything else as the number of an object."""
        if not isinstance(value, PLAIN):
            self.objects.append(value)
            return {"object": len(self.objects) - 1}
        try:
            return {"value": json.loads(json.dumps(value, allow_nan=False))}
        except BaseException:
            return {"error": f"{what} answered something that is not made of plain values."}


def serve(name: str, target: object, lines: object, answers: object) -> None:
    """Answer calls until nobody asks any more."""

    def say(reply: object) -> None:
        answers.write(json.dumps(reply) + "\n")  # type: ignore[attr-defined]
        answers.flush()  # type: ignore[attr-defined]

    def ask(question: object) -> object:
        say({"ask": question})
        return json.loads(lines.readline())  # type: ignore[attr-defined]

    calls = Calls(name, target, ask)
    while line := lines.readline():  # type: ignore[attr-defined]
        say(calls.do(json.loads(line)))


def main() -> None:
    """Read the job, run each answer cell by itself, write one line for each; then serve."""
    lines = os.fdopen(os.dup(0), "rb")
    job = json.loads(lines.readline())
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    limit(job["limits"])
    sys.addaudithook(watch)
    for name, cell in job["cells"]:
        namespace: dict[str, object] = {"__name__": "__answer__"}
        reply = run(cell, name, namespace)
        print(json.dumps([name, reply]), file=answers, flush=True)
        if job.get("serve") and "function" in reply:
            serve(name, namespace[name], lines, answers)


if __name__ == "__main__":
    main()
