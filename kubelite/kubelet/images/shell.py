"""The small shell itself: it walks the tree of ``syntax`` and runs the applets.

Running is a generator of waits, so that a script takes virtual time: ``sleep 30`` yields 30 s.
Texts of errors are those of busybox ash.

An image without a class of its own holds programs and files that nobody here knows. A shell in
such an image has ``Doubts``: it takes an unknown command for one that succeeds, and counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping

from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images.applets import APPLETS, FOREVER
from kubelite.kubelet.images.arithmetic import calculate
from kubelite.kubelet.images.doubts import Doubts
from kubelite.kubelet.images.files import Files, normalise, parent
from kubelite.kubelet.images.interactive import converse
from kubelite.kubelet.images.invocation import Applet
from kubelite.kubelet.images.leaving import ExitShell, LeaveLoop
from kubelite.kubelet.images.nettools import CLIENT_TOOLS, connects
from kubelite.kubelet.images.outlook import NOWHERE, Outlook
from kubelite.kubelet.images.program import Steps
from kubelite.kubelet.images.stdin import Input, fed
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
    is_endless,
    parse,
)
from kubelite.kubelet.images.terminal import Terminal
from kubelite.sim.clock import MILLISECOND

Write = Callable[[str], object]

SHELLS = ("sh", "ash", "bash", "dash", "zsh")

STRANGER_TIME = 100 * MILLISECOND
"""What a command takes of which nothing is known."""

LOOP_PAUSE = 1 * MILLISECOND
"""What each turn of a loop takes at least: a script must not stop time."""

SPINNING = FOREVER - 1
"""The wait of a loop that does nothing: it never ends, and each turn would be an event."""

_VARIABLE = re.compile(
    r"\\\$|\$\(\((.*?)\)\)|\$\((.*?)\)|`(.*?)`|\$\{(\w+)(?::-([^}]*))?\}|\$(\w+|[?$#@*])"
)


class Shell:
    """One running shell: its variables, its files, and where its output goes.

    ``network`` is what it sees of the world, ``ports`` what its commands listen on.
    """

    def __init__(
        self,
        files: Files,
        env: Mapping[str, str],
        write: Write,
        network: Outlook = NOWHERE,
        doubts: Doubts | None = None,
    ):
        self.network = network
        self.doubts = doubts or Doubts()
        self.ports: list[int] = []
        self.reply = Reply()
        self.addresses: tuple[str, ...] = ()
        self.outputs: dict[str, str] = {}
        self.files = files
        self.variables: dict[str, str] = dict(env)
        self.out = write
        self.err = write
        self.stdout = write  # where ``out`` leads unless it is redirected
        self.input = Input()
        self.terminal: Terminal | None = None
        self.status = 0
        self.cwd: str = "/"
        self.traps: dict[str, str] = {}
        self.caught: list[str] = []

    @property
    def now(self) -> int:
        """The virtual time, in microseconds."""
        return self.network.now

    @property
    def stdin(self) -> str:
        """What can be read now."""
        return self.input.text

    def listen(self, port: int) -> None:
        """A command accepts connections from now on."""
        self.ports.append(port)

    def guessed(self) -> bool:
        """Whether to go on as if all were well: what decides is in an image nobody here knows."""
        self.doubts.count += self.doubts.programs
        return self.doubts.programs

    def has(self, path: str) -> bool:
        """Whether there is something at an absolute path. If not, there might be (``Doubts``)."""
        found = path in self.files
        self.doubts.count += not found and self.doubts.files
        return found

    def path(self, name: str) -> str:
        """A name as an absolute path."""
        return normalise(name, self.cwd)

    def run_script(self, script: str) -> Steps:
        """Run a script's text; returns its exit code."""
        try:
            tree = parse(script)
        except SyntaxProblem as problem:
            if self.guessed():
                return 0  # the image's own shell may read more than this one
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
        out, source = self.out, self.input
        status = 0
        for command in pipeline.commands[:-1]:
            held: list[str] = []
            self.out = held.append
            yield from self.command(command)
            self.input = Input("".join(held))
        self.out = out
        status = yield from self.command(pipeline.commands[-1])
        self.input = source
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
        if not self.traps and is_endless(tree):
            yield SPINNING
        while (yield from self.goes_on(tree)):
            try:
                status = yield from self.sequence(tree.body)
            except LeaveLoop as left:
                if not left.again:
                    break
            yield LOOP_PAUSE
        return status

    def goes_on(self, tree: Loop) -> Generator[int, None, bool]:
        """Whether the loop turns once more. What nobody here knows is not waited for."""
        doubts = self.doubts.count
        met = (yield from self.sequence(tree.condition)) == 0
        return met != tree.inverted and self.doubts.count == doubts

    def loop_over(self, tree: For) -> Steps:
        """``for name in words``."""
        status = 0
        yield from self.run_inner(tree.words)
        for value in self.fields(tree.words):
            self.variables[tree.name] = value
            try:
                status = yield from self.sequence(tree.body)
            except LeaveLoop as left:
                if not left.again:
                    break
        return status

    def simple(self, command: Simple) -> Steps:
        """Expand the words, arrange the output, run the applet."""
        yield from self.run_inner((*command.words, *[word for _, word in command.assignments]))
        argv = self.fields(command.words)
        for name, word in command.assignments:
            self.variables[name] = self.text(word)
        kept = self.out, self.err, self.input
        try:
            for fd, how, target in command.redirects:
                if self.text(target).startswith("/dev/tcp/"):
                    if (yield from self.dial(self.text(target))):
                        return 1
                elif not self.redirect(fd, how, self.text(target)):
                    return 1
            return (yield from self.invoke(argv)) if argv else 0
        finally:
            self.out, self.err, self.input = kept

    def dial(self, name: str) -> Steps:
        """bash's /dev/tcp/HOST/PORT: 0 when somebody accepts the connection."""
        host, _, port = name.removeprefix("/dev/tcp/").partition("/")
        return (yield from connects(self, host, int(port) if port.isdecimal() else 0))

    def redirect(self, fd: int, how: str, name: str) -> bool:
        """Point an output at a file or at the other output, or the input at a file."""
        if how == ">&":
            self.out, self.err = (self.out, self.out) if fd == 2 else (self.err, self.err)
            return True
        if how == "<<<":
            self.input = Input(name + "\n")
            return True
        path = self.path(name)
        if how == "<":
            if not self.files.is_file(path) and not self.guessed():
                self.err(f"sh: can't open {name}: no such file\n")
                return False
            self.input = Input(self.files.get(path) or "")
            return True
        if self.doubts.programs and parent(path) not in self.files:
            self.files[parent(path)] = None  # the image brings its own directories
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
        if name in ("break", "continue"):
            raise LeaveLoop(name == "continue")
        if name in SHELLS:
            return (yield from self.nested(argv))
        applet: Applet | None = APPLETS.get(name)
        if applet is None and self.doubts.programs:
            applet = CLIENT_TOOLS.get(name, _stranger)
        if applet is None:
            self.err(f"sh: {argv[0]}: not found\n")
            return 127
        if not self.input.ended:
            return (yield from fed(self, name, applet, argv[1:]))
        return (yield from applet(self, argv[1:]))

    def nested(self, argv: list[str]) -> Steps:
        """``sh -c script``: a shell of its own on the same files."""
        inner = Shell(self.files, self.variables, self.out, self.network, self.doubts)
        inner.err, inner.cwd, inner.ports = self.err, self.cwd, self.ports
        inner.traps, inner.caught = self.traps, self.caught  # signals reach the innermost
        inner.input, inner.terminal, inner.stdout = self.input, self.terminal, self.stdout
        if len(argv) > 2 and argv[1].startswith("-") and "c" in argv[1]:
            return (yield from inner.run_script(argv[2]))
        if not self.input.ended:
            return (yield from converse(inner))
        return (yield from inner.run_script(self.stdin))

    # Words

    def fields(self, words: tuple[Word, ...]) -> list[str]:
        """Words after expansion; an unquoted variable may become several or none."""
        found: list[str] = []
        for word in words:
            if any(piece.quoted or not piece.expands for piece in word) or not any(
                "$" in piece.text or "`" in piece.text for piece in word
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
        return _VARIABLE.sub(self.replacement, text) if "$" in text or "`" in text else text

    def replacement(self, found: re.Match[str]) -> str:
        """What one ``$`` stands for."""
        sum_, command, ticked, braced, default, plain = found.groups()
        if sum_ is not None:
            return str(calculate(sum_, self.variables))
        if command is not None or ticked is not None:
            return self.outputs.get(command if ticked is None else ticked, "")
        name = braced or plain
        if not name:
            return "$"
        if name == "?":
            return str(self.status)
        if name == "$":
            return "1"
        return self.variables.get(name) or (default or "")

    def run_inner(self, words: tuple[Word, ...]) -> Steps:
        """Run each ``$(command)`` of these words; ``outputs`` has what they wrote."""
        for word in words:
            for piece in word:
                if piece.expands and ("$(" in piece.text or "`" in piece.text):
                    for found in _VARIABLE.finditer(piece.text):
                        command = found[2] if found[3] is None else found[3]
                        if command is not None:
                            yield from self.run_command(command)
        return 0

    def run_command(self, command: str) -> Steps:
        """One ``$(command)``, in a shell of its own."""
        held: list[str] = []
        inner = Shell(self.files, self.variables, held.append, self.network, self.doubts)
        status = yield from inner.run_script(command)
        self.outputs[command] = "".join(held).rstrip("\n")
        return status


def _stranger(shell: Shell, args: list[str]) -> Steps:
    """A command that only the image knows."""
    shell.guessed()
    yield STRANGER_TIME
    return 0
