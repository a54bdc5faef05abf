"""tar and read: what takes its standard input apart.

``kubectl cp`` is a tar at both ends. Files here are text; bytes that are no UTF-8 are kept as
Python's surrogate escapes, so what goes in comes out as it was.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from kubelite.kubelet.images.files import normalise, parent
from kubelite.kubelet.images.invocation import Applet
from kubelite.kubelet.images.program import Steps
from kubelite.kubelet.images.stdin import all_of, line_of
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    import tarfile

    from kubelite.kubelet.images.shell import Shell


class _Asked(NamedTuple):
    letters: str
    archive: str
    directory: str
    names: list[str]


def as_bytes(text: str) -> bytes:
    """The bytes that a text stands for."""
    return text.encode("utf-8", "surrogateescape")


def as_text(raw: bytes) -> str:
    """Bytes as the text that stands for them."""
    return raw.decode("utf-8", "surrogateescape")


def _tar(shell: Shell, args: list[str]) -> Steps:
    asked = _asked(args)
    place = shell.path(asked.directory)
    if not shell.files.is_dir(place):
        if shell.guessed():
            return 0
        shell.err(
            f"tar: can't change directory to '{asked.directory}': No such file or directory\n"
        )
        return 1
    if "c" in asked.letters:
        return _create(shell, asked, place)
    if not {"x", "t"} & set(asked.letters):
        shell.err("tar: must specify one of c, x, t\n")
        return 1
    if asked.archive == "-":
        content = yield from all_of(shell.input)
    else:
        path = shell.path(asked.archive)
        if not shell.files.is_file(path):
            if shell.guessed():
                return 0
            shell.err(f"tar: can't open '{asked.archive}': No such file or directory\n")
            return 1
        content = shell.files.get(path) or ""
    return _unpack(shell, asked, place, as_bytes(content))


def _asked(args: list[str]) -> _Asked:
    """The options; the first word's letters may stand without a dash."""
    letters, archive, directory = "", "-", "."
    names: list[str] = []
    rest = [f"-{args[0]}", *args[1:]] if args and not args[0].startswith("-") else list(args)
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            continue
        if not word.startswith("-") or word == "-":
            names.append(word)
            continue
        letters += word[1:]
        if "f" in word and rest:
            archive = rest.pop(0)
        if "C" in word and rest:
            directory = rest.pop(0)
    return _Asked(letters, archive, directory, names)


def _create(shell: Shell, asked: _Asked, place: str) -> int:
    import tarfile  # when first used: nothing else here needs it

    made = io.BytesIO()
    status = 0
    if any(name.startswith("/") for name in asked.names):
        shell.err("tar: removing leading '/' from member names\n")
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in asked.names:
            if normalise(name, place) in shell.files:
                _add(shell, archive, normalise(name, place), name)
            elif not shell.guessed():
                shell.err(f"tar: {name}: No such file or directory\n")
                status = 1
    if status:
        shell.err("tar: error exit delayed from previous errors\n")
    if asked.archive == "-":
        shell.out(as_text(made.getvalue()))
    else:
        shell.files.write(shell.path(asked.archive), as_text(made.getvalue()))
    return status


def _add(shell: Shell, archive: tarfile.TarFile, path: str, name: str) -> None:
    """One entry, and what is below it; the leading slash is not kept."""
    import tarfile

    entry = tarfile.TarInfo(name.lstrip("/") or "./")
    entry.mode = shell.files.mode(path)
    entry.mtime = shell.now // SECOND
    entry.uname = entry.gname = "root"
    if target := shell.files.link(path):
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        archive.addfile(entry)
    elif shell.files.is_dir(path):
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
        for child in shell.files.children(path):
            _add(shell, archive, normalise(child, path), f"{name.rstrip('/')}/{child}")
    else:
        content = as_bytes(shell.files.get(path) or "")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def _unpack(shell: Shell, asked: _Asked, place: str, raw: bytes) -> int:
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(raw), mode="r:*") as archive:
            entries = [(entry, _content(archive, entry)) for entry in archive]
    except (tarfile.TarError, EOFError, OSError):
        shell.err("tar: short read\n" if raw else "tar: invalid magic\n")
        return 1
    for entry, content in entries:
        if asked.names and not any(_within(entry.name, name) for name in asked.names):
            continue
        if "t" in asked.letters or "v" in asked.letters:
            shell.out(f"{entry.name}{'/' * entry.isdir()}\n")
        if "x" in asked.letters and (reason := _put(shell, entry, content, place)):
            shell.err(f"tar: can't open '{entry.name}': {reason}\n")
            return 1
    return 0


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry) if entry.isreg() else None
    return file.read() if file is not None else b""


def _within(name: str, wanted: str) -> bool:
    return name == wanted.strip("/") or name.startswith(f"{wanted.strip('/')}/")


def _put(shell: Shell, entry: tarfile.TarInfo, content: bytes, place: str) -> str:
    """Unpack one entry; why it cannot be, or "". Nothing leaves the container's files."""
    path = normalise(entry.name.lstrip("/"), place)
    files = shell.files
    goal = path if entry.isdir() else parent(path)
    reason = files.refusal(path, as_text(content))
    if not reason and not files.is_dir(goal):
        reason = "File exists" if goal in files else files.refusal(goal)
        if not reason:
            files.make_dirs(goal)
    if reason or not entry.isreg():
        return reason
    return "" if files.write(path, as_text(content)) else "Is a directory"


def _read(shell: Shell, args: list[str]) -> Steps:
    """``read``: one line into variables, the last of which takes the rest."""
    source = shell.input
    line = yield from line_of(source)
    names = [arg for arg in args if not arg.startswith("-")] or ["REPLY"]
    words = line.strip().split(maxsplit=len(names) - 1)
    for place, name in enumerate(names):
        shell.variables[name] = words[place] if place < len(words) else ""
    return 0 if line.endswith("\n") else 1


ARCHIVE_TOOLS: dict[str, Applet] = {"read": _read, "tar": _tar}
"""More rows of ``applets.APPLETS``."""
