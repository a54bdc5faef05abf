"""The small shell itself: it walks the tree of ``syntax`` and runs the applets.

Running is a generator of waits, so that a script takes virtual time: ``sleep 30`` yields 30 s.
Texts of errors are those of busybox ash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kubelite.kubelet.images.applets import APPLETS, Applet
from kubelite.kubelet.images.arithmetic import calculate
from kubelite.kubelet.images.files import Files, normalise
from kubelite.kubelet.images.program import Steps
from kubelite.kubelet.images.syntax import (
    Command,
    For,
    If,
    Loop,
    Pipeline,
    Sequence,
    Simple,
    SyntaxProblem,
    Word,
    parse,
)
from kubelite.sim.clock import MILLISECOND

Write = Callable[[str], object]

LOOP_PAUSE = 1 * MILLISECOND
"""What each turn of a loop takes at least: a script must not stop time."""

_VARIABLE = re.compile(
    r"\\\$|\$\(\((.*?)\)\)|\$\((.*?)\)|\$\{(\w+)(?::-([^}]*))?\}|\$(\w+|[?$#@*])"
)


class ExitShell(Exception):
    """``exit`` was run, with this code."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


class Shell:
    """One running shell: its variables, its files, and where its output goes."""

    def __init__(self, files: Files, env: Mapping[str, str], write: Write):
        self.files = files
        self.variables: dict[str, str] = dict(env)
        self.out = write
        self.err = write
        self.stdin = ""
        self.status = 0
        self.cwd: str = "/"
        self.traps: dict[str, str] = {}
        self.caught: list[str] = []

    def path(self, name: str) -> str:
        """A name as an absolute path."""
        return normalise(name, self.cwd)

    def run_script(self, script: str) -> Steps:
        """Run a script's text; returns its exit code."""
        try:
            tree = parse(script)
        except SyntaxProblem as problem:
            self.err(f"sh: {problem}\n")
            return 2
        try:
            return (yield from self.sequence(tree))
        except ExitShell as leaving:
            return leaving.code

    def run_argv(self, argv: tuple[str, ...]) -> Steps:
        """Run one command given as words, as exec does."""
        try:
            return (yield from self.invoke(list(argv)))
        except ExitShell as leaving:
            return leaving.code

    def signal(self, name: str) -> bool:
        """Note a signal for which the script has set a trap. False when it has set none."""
        if name not in self.traps:
            return False
        self.caught.append(name)
        return True

    # Walking the tree

    def sequence(self, tree: Sequence) -> Steps:
        """Pipelines one after the other, as ``;``, ``&&`` and ``||`` have it."""
        for joiner, pipeline in tree.items:
            skip = (joiner == "&&" and self.status != 0) or (joiner == "||" and self.status == 0)
            if not skip:
                self.status = yield from self.pipeline(pipeline)
            while self.caught:
                yield from self.sequence(parse(self.traps[self.caught.pop(0)]))
        return self.status if tree.items else 0

    def pipeline(self, pipeline: Pipeline) -> Steps:
        """Commands joined by ``|``: each runs to its end before the next reads its output."""
        out, stdin = self.out, self.stdin
        status = 0
        for command in pipeline.commands[:-1]:
            held: list[str] = []
            self.out = held.append
            yield from self.command(command)
            self.stdin = "".join(held)
        self.out = out
        status = yield from self.command(pipeline.commands[-1])
        self.stdin = stdin
        return int(status == 0) if pipeline.negated else status

    def command(self, command: Command) -> Steps:
        """One command of any form."""
        if isinstance(command, Simple):
            return (yield from self.simple(command))
        if isinstance(command, If):
            return (yield from self.conditional(command))
        if isinstance(command, Loop):
            return (yield from self.loop(command))
        if isinstance(command, For):
            return (yield from self.loop_over(command))
        return (yield from self.sequence(command))

    def conditional(self, tree: If) -> Steps:
        """``if``: the first branch whose condition ends in 0."""
        for condition, body in tree.branches:
            if (yield from self.sequence(condition)) == 0:
                return (yield from self.sequence(body))
        return (yield from self.sequence(tree.otherwise))

    def loop(self, tree: Loop) -> Steps:
        """``while`` and ``until``."""
        status = 0
        while ((yield from self.sequence(tree.condition)) == 0) != tree.inverted:
            status = yield from self.sequence(tree.body)
            yield LOOP_PAUSE
        return status

    def loop_over(self, tree: For) -> Steps:
        """``for name in words``."""
        status = 0
        for value in self.fields(tree.words):
            self.variables[tree.name] = value
            status = yield from self.sequence(tree.body)
        return status

    def simple(self, command: Simple) -> Steps:
        """Expand the words, arrange the output, run the applet."""
        argv = self.fields(command.words)
        for name, word in command.assignments:
            self.variables[name] = self.text(word)
        kept = self.out, self.err, self.stdin
        try:
            for fd, how, target in command.redirects:
                if not self.redirect(fd, how, self.text(target)):
                    return 1
            return (yield from self.invoke(argv)) if argv else 0
        finally:
            self.out, self.err, self.stdin = kept

    def redirect(self, fd: int, how: str, name: str) -> bool:
        """Point an output at a file or at the other output, or the input at a file."""
        if how == ">&":
            self.out, self.err = (self.out, self.out) if fd == 2 else (self.err, self.err)
            return True
        path = self.path(name)
        if how == "<":
            if not self.files.is_file(path):
                self.err(f"sh: can't open {name}: no such file\n")
                return False
            self.stdin = self.files[path] or ""
            return True
        if not self.files.write(path, "", append=how == ">>"):
            self.err(f"sh: can't create {name}: {self.obstacle(path)}\n")
            return False
        err = self.err

        def write(text: str) -> None:
            if not self.files.write(path, text, append=True):
                err(f"sh: write error: {self.files.refusal(path, text)}\n")

        if fd == 2:
            self.err = write
        else:
            self.out = write
        return True

    def obstacle(self, path: str) -> str:
        """Why a file could not be written."""
        if self.files.is_dir(path):
            return "Is a directory"
        return self.files.refusal(path) or "nonexistent directory"

    def invoke(self, argv: list[str]) -> Steps:
        """Run the applet of that name."""
        name = argv[0].rpartition("/")[2]
        if name == "exit":
            raise ExitShell(int(argv[1]) & 255 if argv[1:] else self.status)
        if name == "exec" and argv[1:]:
            raise ExitShell((yield from self.invoke(argv[1:])))
        if name in ("sh", "ash", "bash"):
            return (yield from self.nested(argv))
        applet: Applet | None = APPLETS.get(name)
        if applet is None:
            self.err(f"sh: {argv[0]}: not found\n")
            return 127
        return (yield from applet(self, argv[1:]))

    def nested(self, argv: list[str]) -> Steps:
        """``sh -c script``: a shell of its own on the same files."""
        inner = Shell(self.files, self.variables, self.out)
        inner.err, inner.cwd = self.err, self.cwd
        inner.traps, inner.caught = self.traps, self.caught  # signals reach the innermost
        if len(argv) > 2 and argv[1].startswith("-") and "c" in argv[1]:
            return (yield from inner.run_script(argv[2]))
        return (yield from inner.run_script(self.stdin))

    # Words

    def fields(self, words: tuple[Word, ...]) -> list[str]:
        """Words after expansion; an unquoted variable may become several or none."""
        found: list[str] = []
        for word in words:
            if any(piece.quoted or not piece.expands for piece in word) or not any(
                "$" in piece.text for piece in word
            ):
                found.append(self.text(word))
            else:
                found.extend(self.text(word).split())
        return found

    def text(self, word: Word) -> str:
        """A word after expansion, as one string."""
        return "".join([self.expand(p.text) if p.expands else p.text for p in word])

    def expand(self, text: str) -> str:
        """Replace ``$NAME``, ``${NAME}``, ``${NAME:-default}``, ``$?`` and ``$(command)``."""
        return _VARIABLE.sub(self.replacement, text) if "$" in text else text

    def replacement(self, found: re.Match[str]) -> str:
        """What one ``$`` stands for."""
        sum_, command, braced, default, plain = found.groups()
        if sum_ is not None:
            return str(calculate(sum_, self.variables))
        if command is not None:
            return self.substitute(command)
        name = braced or plain
        if not name:
            return "$"
        if name == "?":
            return str(self.status)
        if name == "$":
            return "1"
        return self.variables.get(name) or (default or "")

    def substitute(self, command: str) -> str:
        """The output of a command; one that takes time takes none here."""
        held: list[str] = []
        inner = Shell(self.files, self.variables, held.append)
        for _ in inner.run_script(command):
            pass
        return "".join(held).rstrip("\n")
