"""The rest of busybox: what manifests use now and then.

Commands that show a running machine, or speak a format of their own, say nothing and succeed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from kubelite.kubelet.images.files import parent
from kubelite.kubelet.images.invocation import Applet, Instant, instant, options, split
from kubelite.kubelet.images.program import Steps
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.kubelet.images.shell import Shell


def _texts(shell: Shell, name: str, args: list[str]) -> list[str] | None:
    """The contents of the files named, or the input; None when one is missing."""
    texts = []
    for operand in split(args)[1] or ["-"]:
        path = shell.path(operand)
        if operand != "-" and not shell.has(path):
            shell.err(f"{name}: {operand}: No such file or directory\n")
            return None
        texts.append(shell.stdin if operand == "-" else shell.files.get(path) or "")
    return texts


def _by_line(name: str) -> Instant:
    """Lines reversed in themselves (rev) or in their order (tac)."""

    def run(shell: Shell, args: list[str]) -> int:
        texts = _texts(shell, name, args)
        if texts is None:
            return 1
        lines = "".join(texts).splitlines()
        turned = lines[::-1] if name == "tac" else [line[::-1] for line in lines]
        shell.out("".join(f"{line}\n" for line in turned))
        return 0

    return run


def _digest(name: str, kind: str) -> Instant:
    def run(shell: Shell, args: list[str]) -> int:
        texts = _texts(shell, name, args)
        for operand, text in zip(split(args)[1] or ["-"], texts or (), strict=False):
            found = hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()
            shell.out(f"{found}  {operand}\n")
        return 1 if texts is None else 0

    return run


def _base64(shell: Shell, args: list[str]) -> int:
    found, _ = options(args, "w")
    texts = _texts(shell, "base64", [arg for arg in args if not arg.startswith("-w")])
    if texts is None:
        return 1
    whole = "".join(texts)
    if "d" not in found and "decode" not in found:
        shell.out(base64.b64encode(whole.encode()).decode() + "\n")
        return 0
    try:
        shell.out(base64.b64decode(whole).decode(errors="replace"))
    except (binascii.Error, ValueError):
        shell.err("base64: truncated input\n")
        return 1
    return 0


def _printenv(shell: Shell, args: list[str]) -> int:
    if not args:
        shell.out("".join(f"{name}={value}\n" for name, value in shell.variables.items()))
        return 0
    shell.out("".join(f"{shell.variables[name]}\n" for name in args if name in shell.variables))
    return int(any(name not in shell.variables for name in args))


def _arch(shell: Shell, args: list[str]) -> int:
    shell.out("x86_64\n")
    return 0


def _rmdir(shell: Shell, args: list[str]) -> int:
    for name in split(args)[1]:
        path = shell.path(name)
        if not shell.files.is_dir(path):
            shell.err(f"rmdir: '{name}': No such file or directory\n")
            return 1
        shell.files.pop(path, None)
    return 0


def _mktemp(shell: Shell, args: list[str]) -> int:
    letters, names = split(args)
    template = names[0] if names else "/tmp/tmp.XXXXXX"
    stem, number = template.rstrip("X"), 0
    while (path := shell.path(f"{stem}{number:06d}")) in shell.files:
        number += 1
    if "d" in letters:
        shell.files[path] = None
    elif not shell.files.write(path, ""):
        shell.err(f"mktemp: (null): No such file or directory: {parent(path)}\n")
        return 1
    shell.out(path + "\n")
    return 0


def _path(shell: Shell, args: list[str]) -> int:
    for name in split(args)[1]:
        shell.out(shell.path(name) + "\n")
    return 0


def _which(shell: Shell, args: list[str]) -> int:
    from kubelite.kubelet.images.applets import APPLETS  # it holds these rows, too

    names = split(args)[1]
    shell.out("".join(f"/bin/{name}\n" for name in names if name in APPLETS))
    return int(any(name not in APPLETS for name in names) and not shell.guessed())


def _expr(shell: Shell, args: list[str]) -> int:
    if len(args) == 3 and all(arg.lstrip("-").isdecimal() for arg in (args[0], args[2])):
        left, right = int(args[0]), int(args[2])
        if args[1] in "/%" and not right:
            shell.err("expr: division by zero\n")
            return 2
        sums = {"+": left + right, "-": left - right, "*": left * right}
        if args[1] in "/%":
            sums = {"/": int(left / right), "%": left - right * int(left / right)}
        if args[1] in sums:
            shell.out(f"{sums[args[1]]}\n")
            return int(sums[args[1]] == 0)
    shell.guessed()
    shell.out("".join(args[:1]) + "\n")
    return 0


def _wrapper(valued: str) -> Applet:
    """Runs another command, as ``nohup`` and ``nice -n 5`` do."""

    def run(shell: Shell, args: list[str]) -> Steps:
        rest = list(args)
        while rest and (rest[0].startswith("-") or "=" in rest[0]):
            word = rest.pop(0)
            if word[1:] in valued.split() and rest:
                rest.pop(0)
        return (yield from shell.invoke(rest)) if rest else 0

    return run


def _watch(shell: Shell, args: list[str]) -> Steps:
    found, operands = options(args, "n")
    pause = int(float(found.get("n") or 2) * SECOND)
    while operands:
        yield from shell.invoke(["sh", "-c", " ".join(operands)])
        yield max(pause, SECOND // 10)
    return 1


def _usleep(shell: Shell, args: list[str]) -> Steps:
    yield int(args[0]) if args and args[0].isdecimal() else 0
    return 0


def _passed_on(shell: Shell, args: list[str]) -> int:
    """A format of its own: what comes in goes out."""
    shell.out(shell.stdin)
    return 0


def _nothing(shell: Shell, args: list[str]) -> int:
    return 0


QUIET = (
    "arping bzip2 chattr chpasswd chroot chvt clear cmp comm crontab delgroup deluser depmod "
    "diff dmesg du eject fallocate fdisk flock free fsck fsync getopt hostid hwclock ifconfig "
    "insmod install ionice ipcs iptables killall last less link losetup lsattr lsmod lsof makedevs "
    "mkdosfs mke2fs mkfifo mknod mkpasswd mkswap modinfo modprobe more mountpoint nameif netstat "
    "nsenter pgrep pidof pkill pmap poweroff reboot renice reset route stat swapoff swapon sysinfo "
    "syslogd klogd logger logname login top traceroute truncate unlink uptime users vi vmstat "
    "who"
)

THROUGH = "fold expand hd hexdump nl od paste shuf strings unexpand xxd zcat bzcat xzcat split"

MORE_TOOLS: dict[str, Applet] = {
    "arch": instant(_arch),
    "base64": instant(_base64),
    "expr": instant(_expr),
    "md5sum": instant(_digest("md5sum", "md5")),
    "mktemp": instant(_mktemp),
    "nice": _wrapper("n"),
    "nohup": _wrapper(""),
    "printenv": instant(_printenv),
    "readlink": instant(_path),
    "realpath": instant(_path),
    "rev": instant(_by_line("rev")),
    "rmdir": instant(_rmdir),
    "setsid": _wrapper(""),
    "sha1sum": instant(_digest("sha1sum", "sha1")),
    "sha256sum": instant(_digest("sha256sum", "sha256")),
    "sha512sum": instant(_digest("sha512sum", "sha512")),
    "su": instant(_nothing),
    "tac": instant(_by_line("tac")),
    "time": _wrapper("f o"),
    "usleep": _usleep,
    "watch": _watch,
    "which": instant(_which),
    **{name: instant(_passed_on) for name in THROUGH.split()},
    **{name: instant(_nothing) for name in QUIET.split()},
}
"""More rows of ``applets.APPLETS``."""
