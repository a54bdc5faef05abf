"""The commands of the small busybox, one function each, in one table.

An applet takes the shell and its arguments and is a generator of waits that returns an exit
code. Error texts are busybox's own.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from kubelite.kubelet.images.archive import ARCHIVE_TOOLS
from kubelite.kubelet.images.coretools import CORE_TOOLS
from kubelite.kubelet.images.files import normalise, parent
from kubelite.kubelet.images.invocation import Applet, instant, split
from kubelite.kubelet.images.moretools import MORE_TOOLS
from kubelite.kubelet.images.nettools import NETWORK_TOOLS
from kubelite.kubelet.images.program import Steps
from kubelite.kubelet.images.terminal import TERMINAL_TOOLS
from kubelite.sim.clock import MILLISECOND, SECOND
from kubelite.sim.limits import LOG_BYTES

if TYPE_CHECKING:
    from kubelite.kubelet.images.shell import Shell

FOREVER = 100 * 365 * 24 * 3600 * SECOND

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def _cat(shell: Shell, args: list[str]) -> int:
    status = 0
    for name in split(args)[1] or ["-"]:
        path = shell.path(name)
        if name == "-":
            shell.out(shell.stdin)
        elif not shell.has(path):
            shell.err(f"cat: can't open '{name}': No such file or directory\n")
            status = 1
        elif shell.files.is_dir(path):
            shell.err("cat: read error: Is a directory\n")
            status = 1
        else:
            shell.out(shell.files[path] or "")
    return status


def _touch(shell: Shell, args: list[str]) -> int:
    status = 0
    for name in split(args)[1]:
        path = shell.path(name)
        if not shell.files.is_dir(path) and not shell.files.write(path, "", append=True):
            reason = shell.files.refusal(path) or "No such file or directory"
            shell.err(f"touch: {name}: {reason}\n")
            status = 1
    return status


def _rm(shell: Shell, args: list[str]) -> int:
    letters, names = split(args)
    status = 0
    for name in names:
        path = shell.path(name)
        if path not in shell.files:
            if "f" not in letters:
                shell.err(f"rm: can't remove '{name}': No such file or directory\n")
                status = 1
        elif shell.files.is_dir(path) and "r" not in letters.lower():
            shell.err(f"rm: '{name}' is a directory\n")
            status = 1
        elif reason := shell.files.refusal(path):
            shell.err(f"rm: can't remove '{name}': {reason}\n")
            status = 1
        else:
            shell.files.remove_tree(path)
    return status


def _mkdir(shell: Shell, args: list[str]) -> int:
    letters, names = split(args)
    status = 0
    for name in names:
        path = shell.path(name)
        if path in shell.files:
            if "p" not in letters:
                shell.err(f"mkdir: can't create directory '{name}': File exists\n")
                status = 1
        elif reason := shell.files.refusal(path):
            shell.err(f"mkdir: can't create directory '{name}': {reason}\n")
            status = 1
        elif "p" in letters:
            walk = path
            while walk not in shell.files:
                shell.files[walk] = None
                walk = parent(walk)
        elif not shell.files.is_dir(parent(path)):
            shell.err(f"mkdir: can't create directory '{name}': No such file or directory\n")
            status = 1
        else:
            shell.files[path] = None
    return status


def _ls(shell: Shell, args: list[str]) -> int:
    letters, operands = split(args)
    status = 0
    for name in operands or ["."]:
        path = shell.path(name)
        if not shell.has(path):
            shell.err(f"ls: {name}: No such file or directory\n")
            status = 1
        elif shell.files.is_file(path) or "d" in letters:
            shell.out(_entry(shell, path, name, letters))
        else:
            dots = [".", ".."] if "a" in letters else []
            for child in dots + shell.files.children(path):
                if not child.startswith(".") or "a" in letters or "A" in letters:
                    shell.out(_entry(shell, normalise(child, path), child, letters))
    return status


def _entry(shell: Shell, path: str, name: str, letters: str) -> str:
    """One line of ``ls``; with -l as long as busybox makes it, all of root and of 1970."""
    if "l" not in letters:
        return name + "\n"
    files = shell.files
    target = files.link(path)
    kind, mode = ("l", 0o777) if target else ("d" if files.is_dir(path) else "-", files.mode(path))
    bits = "".join([c if mode >> 8 - i & 1 else "-" for i, c in enumerate("rwxrwxrwx")])
    size = len(target or files.get(path) or "")
    arrow = f" -> {target}" if target else ""
    return f"{kind}{bits}    1 root     root     {size:9} Jan  1  1970 {name}{arrow}\n"


def _echo(shell: Shell, args: list[str]) -> int:
    newline = "\n"
    while args and args[0] in ("-n", "-e", "-en", "-ne"):
        newline = "" if "n" in args[0] else newline
        args = args[1:]
    shell.out(" ".join(args) + newline)
    return 0


def _grep(shell: Shell, args: list[str]) -> int:
    letters, operands = split(args)
    if not operands:
        return 2
    paths = [path for name in operands[1:] if shell.has(path := shell.path(name))]
    texts = [shell.files[path] or "" for path in paths] if operands[1:] else [shell.stdin]
    lines = [line for text in texts for line in text.splitlines()]
    hits = [line for line in lines if (operands[0] in line) != ("v" in letters)]
    if "q" not in letters:
        shell.out("".join(line + "\n" for line in hits))
    return 0 if hits else 1


def _test(shell: Shell, args: list[str]) -> int:
    if args and args[0] == "!":
        return int(_test(shell, args[1:]) == 0)
    if len(args) == 3:
        return _compare(shell, *args)
    if len(args) == 2:
        return _ask(shell, *args)
    return 0 if args and args[0] else 1


def _bracket(shell: Shell, args: list[str]) -> int:
    if not args or args[-1] != "]":
        shell.err("sh: missing ]\n")
        return 2
    return _test(shell, args[:-1])


def _double_bracket(shell: Shell, args: list[str]) -> int:
    """As ``[`` does it; bash's patterns and operators within it are beyond this shell."""
    if args[-1:] == ["]]"] and "=~" not in args:
        return _test(shell, args[:-1])
    if shell.guessed():
        return 0
    shell.err("sh: missing ]]\n")
    return 2


def _ask(shell: Shell, option: str, operand: str) -> int:
    path = shell.path(operand)
    answers = {
        "-e": path in shell.files,
        "-f": shell.files.is_file(path),
        "-d": shell.files.is_dir(path),
        "-s": bool(shell.files.get(path)),
        "-r": path in shell.files,
        "-w": path in shell.files,
        "-x": path in shell.files,
        "-n": operand != "",
        "-z": operand == "",
    }
    if option not in ("-n", "-z"):
        shell.has(path)
    return 0 if answers.get(option, False) else 1


def _compare(shell: Shell, left: str, operator: str, right: str) -> int:
    if operator in ("=", "==", "!="):
        return int((left == right) == (operator == "!="))
    try:
        a, b = int(left), int(right)
    except ValueError as problem:
        shell.err(f"sh: {str(problem).rpartition(': ')[2]}: bad number\n".replace("'", ""))
        return 2
    answers = {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b}
    return 0 if answers.get(operator, a >= b) else 1


def _cd(shell: Shell, args: list[str]) -> int:
    path = shell.path(args[0] if args else "/")
    if not shell.files.is_dir(path):
        shell.err(f"sh: cd: can't cd to {args[0]}: No such file or directory\n")
        return 2
    shell.cwd = path
    return 0


def _env(shell: Shell, args: list[str]) -> int:
    shell.out("".join(f"{name}={value}\n" for name, value in shell.variables.items()))
    return 0


def _export(shell: Shell, args: list[str]) -> int:
    for arg in args:
        name, equals, value = arg.partition("=")
        if equals:
            shell.variables[name] = value
    return 0


def _trap(shell: Shell, args: list[str]) -> int:
    for name in args[1:]:
        shell.traps[name.upper().removeprefix("SIG").replace("15", "TERM")] = args[0]
    return 0


def _sleep(shell: Shell, args: list[str]) -> Steps:
    total = 0.0
    for arg in args:
        if arg in ("infinity", "inf"):
            total = FOREVER / SECOND
            continue
        number, unit = (arg[:-1], arg[-1]) if arg[-1:] in UNITS else (arg, "s")
        try:
            total += float(number) * UNITS[unit]
        except ValueError:
            shell.err(f"sleep: invalid number '{arg}'\n")
            return 1
    yield int(total * SECOND)
    return 0


def _yes(shell: Shell, args: list[str]) -> Generator[int, None, int]:
    written = 0
    line = (" ".join(args) or "y") + "\n"
    while written < LOG_BYTES:
        shell.out(line)
        written += len(line)
        yield MILLISECOND
    return 0


APPLETS: dict[str, Applet] = {
    ":": instant(lambda shell, args: 0),
    "[": instant(_bracket),
    "[[": instant(_double_bracket),
    "cat": instant(_cat),
    "cd": instant(_cd),
    "echo": instant(_echo),
    "env": instant(_env),
    "export": instant(_export),
    "false": instant(lambda shell, args: 1),
    "grep": instant(_grep),
    "hostname": instant(lambda shell, args: _echo(shell, [shell.variables.get("HOSTNAME", "")])),
    "ls": instant(_ls),
    "mkdir": instant(_mkdir),
    "pwd": instant(lambda shell, args: _echo(shell, [shell.cwd])),
    "rm": instant(_rm),
    "set": instant(lambda shell, args: 0),
    "sleep": _sleep,
    "test": instant(_test),
    "touch": instant(_touch),
    "trap": instant(_trap),
    "true": instant(lambda shell, args: 0),
    "wait": instant(lambda shell, args: 0),
    "yes": _yes,
    **CORE_TOOLS,
    **MORE_TOOLS,
    **NETWORK_TOOLS,
    **ARCHIVE_TOOLS,
    **TERMINAL_TOOLS,
}
"""Registration: one row is one command."""
