"""The everyday commands of busybox that manifests lean on: texts, copies, dates, owners.

What a simulated file system has no notion of (owners, modes, links, mounts) succeeds and does
nothing. Texts of tools with a language of their own (sed, awk, jq) pass through unchanged, and
the shell notes that nobody here knows the real ones (``Shell.guessed``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelite.kubelet.images.dates import moment
from kubelite.kubelet.images.files import parent
from kubelite.kubelet.images.invocation import Applet, Instant, instant, options, split
from kubelite.kubelet.images.program import Steps
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.kubelet.images.shell import Shell

FOREVER = 100 * 365 * 24 * 3600 * SECOND

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


def _printf(shell: Shell, args: list[str]) -> int:
    text, values = (args[0], args[1:]) if args else ("", [])
    for escape, char in _ESCAPES.items():
        text = text.replace(escape, char)
    for value in values:
        place = min((p for p in (text.find("%s"), text.find("%d")) if p >= 0), default=-1)
        if place < 0:
            break
        text = text[:place] + value + text[place + 2 :]
    shell.out(text.replace("%s", "").replace("%%", "%"))
    return 0


def _date(shell: Shell, args: list[str]) -> int:
    """The moment as the system writes it, or in a form that is asked for."""
    form = "%a %b %e %T %Z %Y"
    for arg in args:
        if arg.startswith("+"):
            form = arg[1:]
        elif not arg.startswith("-"):
            shell.err(f"date: invalid date '{arg}'\n")
            return 1
    shell.out(moment(form, shell.now // SECOND) + "\n")
    return 0


def _copy(shell: Shell, args: list[str]) -> int:
    """cp and mv, a file or a tree; what is not there is the image's own and not known here."""
    operands = split(args)[1]
    if len(operands) < 2:
        return 1
    target = shell.path(operands[-1])
    for name in operands[:-1]:
        source = shell.path(name)
        if source not in shell.files:
            if shell.guessed():
                continue
            shell.err(f"cp: can't stat '{name}': No such file or directory\n")
            return 1
        inside = shell.files.is_dir(target)
        goal = f"{target}/{source.rpartition('/')[2]}" if inside else target
        if shell.files.is_file(source):
            shell.files[goal] = shell.files[source]
    return 0


def _move(shell: Shell, args: list[str]) -> int:
    status = _copy(shell, args)
    if status == 0:
        for name in split(args)[1][:-1]:
            shell.files.remove_tree(shell.path(name))
    return status


def _input(shell: Shell, names: list[str]) -> str:
    if not names:
        return shell.stdin
    return "".join(shell.files.get(shell.path(name)) or "" for name in names)


def _head(shell: Shell, args: list[str]) -> int:
    found, names = options(args, "nc")
    lines = _input(shell, names).splitlines(keepends=True)
    shell.out("".join(lines[: int(found.get("n", "10"))]))
    return 0


def _tail(shell: Shell, args: list[str]) -> Steps:
    """Follows for ever with -f: the usual way of keeping a container alive."""
    found, names = options(args, "nc")
    lines = _input(shell, names).splitlines(keepends=True)
    shell.out("".join(lines[-int(found.get("n", "10").lstrip("+")) :]))
    if {"f", "F", "follow"} & set(found):
        yield FOREVER
    return 0


def _count(shell: Shell, args: list[str]) -> int:
    found, names = options(args, "")
    text = _input(shell, names)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text)}
    shell.out(" ".join(str(counts[key]) for key in "lwc" if key in found or not found) + "\n")
    return 0


def _cut(shell: Shell, args: list[str]) -> int:
    found, names = options(args, "dfc")
    field = found.get("f", "")
    if not field.isdecimal():
        return _filter(shell, args)
    for line in _input(shell, names).splitlines():
        parts = line.split(found.get("d") or "\t")
        shell.out((parts[int(field) - 1] if int(field) <= len(parts) else "") + "\n")
    return 0


def _seq(shell: Shell, args: list[str]) -> int:
    numbers = [int(arg) for arg in args if arg.lstrip("-").isdecimal()]
    first, last = (numbers[0], numbers[-1]) if len(numbers) > 1 else (1, (numbers or [0])[0])
    step = numbers[1] if len(numbers) > 2 else 1
    shell.out("".join(f"{number}\n" for number in range(first, last + 1, step or 1)))
    return 0


def _tee(shell: Shell, args: list[str]) -> int:
    letters, names = split(args)
    for name in names:
        shell.files.write(shell.path(name), shell.stdin, append="a" in letters)
    shell.out(shell.stdin)
    return 0


def _filter(shell: Shell, args: list[str]) -> int:
    """A language of its own: the input goes through as it is."""
    shell.guessed()
    shell.out(shell.stdin)
    return 0


def _timeout(shell: Shell, args: list[str]) -> Steps:
    operands = list(args)
    while operands and (operands[0].startswith("-") or operands[0][:1].isdecimal()):
        operands.pop(0)
    return (yield from shell.invoke(operands)) if operands else 0


def _base_name(shell: Shell, args: list[str]) -> int:
    shell.out((args[0].rstrip("/").rpartition("/")[2] if args else "") + "\n")
    return 0


def _dir_name(shell: Shell, args: list[str]) -> int:
    shell.out((parent(args[0]) if args else ".") + "\n")
    return 0


def _says(text: str) -> Instant:
    def run(shell: Shell, args: list[str]) -> int:
        shell.out(text + "\n")
        return 0

    return run


def _nothing(shell: Shell, args: list[str]) -> int:
    return 0


QUIET = (
    "addgroup adduser chgrp chmod chown dd groupadd ip kill ln local mount "
    "readonly shift shopt sync sysctl gzip gunzip unzip ulimit umask umount unset useradd"
)

CORE_TOOLS: dict[str, Applet] = {
    "awk": instant(_filter),
    "basename": instant(_base_name),
    "cp": instant(_copy),
    "cut": instant(_cut),
    "date": instant(_date),
    "df": instant(_filter),
    "dirname": instant(_dir_name),
    "find": instant(_filter),
    "head": instant(_head),
    "id": instant(_says("uid=0(root) gid=0(root) groups=0(root)")),
    "mv": instant(_move),
    "nproc": instant(_says("1")),
    "printf": instant(_printf),
    "ps": instant(_filter),
    "sed": instant(_filter),
    "seq": instant(_seq),
    "sort": instant(_filter),
    "tail": _tail,
    "tee": instant(_tee),
    "timeout": _timeout,
    "tr": instant(_filter),
    "uname": instant(_says("Linux")),
    "uniq": instant(_filter),
    "wc": instant(_count),
    "whoami": instant(_says("root")),
    "xargs": instant(_filter),
    **{name: instant(_nothing) for name in QUIET.split()},
}
"""More rows of ``applets.APPLETS``."""
