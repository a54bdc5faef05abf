"""Changing all files of a volume at once, so that no reader sees half of a change.

The files lie in a directory named after the time; ``..data`` is a link to it, and every name a
link through ``..data``. Models ``pkg/volume/util/atomic_writer.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kubelite.apimachinery.times import SECOND, civil_from_days
from kubelite.kubelet.images.files import Tree, parent

DATA = "/..data"


class File(NamedTuple):
    """A file to be shown: its text and its permissions, and when it has to be made anew (0: never
    by itself).
    """

    text: str
    mode: int
    renew_at: int = 0


Payload = dict[str, File]
"""Files by their path within the volume, without a slash in front."""


# DOC: atomic-writer
def write(tree: Tree, payload: Mapping[str, File], now: int) -> bool:
    """Let ``tree`` show exactly these files; False when it does so already."""
    old = tree.links.get(DATA, "")
    if old and shown(tree) == {path: file[:2] for path, file in payload.items()}:
        return False
    name = _timestamp(now)
    directory = f"/{name}"
    tree.make_dirs(directory)
    for path, file in payload.items():
        place = f"{directory}/{path}"
        tree.make_dirs(parent(place))
        tree[place] = file.text
        tree.modes[place] = file.mode
    firsts = dict.fromkeys(path.partition("/")[0] for path in payload)
    tree.links = {DATA: name} | {f"/{first}": f"..data/{first}" for first in firsts}
    if old:
        tree.remove_tree(f"/{old}")
        tree.modes = {p: m for p, m in tree.modes.items() if p.startswith(directory)}
    return True


def shown(tree: Tree) -> dict[str, tuple[str, int]]:
    """The files as they are now: text and permissions."""
    directory = f"/{tree.links.get(DATA, '')}/"
    return {
        path[len(directory) :]: (text, tree.mode(path))
        for path, text in tree.items()
        if text is not None and path.startswith(directory)
    }


def _timestamp(now: int) -> str:
    """``..2026_11_27_08_00_00.123456``: upstream ends it with a number by chance."""
    seconds, rest = divmod(now, SECOND)
    days, second = divmod(seconds, 86_400)
    year, month, day = civil_from_days(days)
    clock = f"{second // 3600:02}_{second // 60 % 60:02}_{second % 60:02}"
    return f"..{year}_{month:02}_{day:02}_{clock}.{rest:06}"
