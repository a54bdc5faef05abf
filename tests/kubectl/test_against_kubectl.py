"""Every command twice: by the real kubectl over HTTPS, and by ours inside the process.

Both clusters have the same seed, are told the same, and have the same clock, which stands still
while they are asked. So everything is compared byte for byte: stdout, stderr, exit code, ages,
uids, resource versions. ``sessions/*.txt`` are the commands, as one would type them; lines up to
EOF are standard input, and ``@run 5`` lets five seconds pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.kubectl.conftest import Said, Twins

SESSIONS = sorted((Path(__file__).parent / "sessions").glob("*.txt"))
FILES = {"values.env": "a=1\nb=2\n", "note.txt": "hello\n"}
"""What lies in the directory the real kubectl runs in; ours reads them from there, too."""


class Line(NamedTuple):
    """A command and its standard input, or a time to let pass."""

    command: str
    stdin: str = ""
    seconds: float = 0.0


def lines(text: str) -> Iterator[Line]:
    """The lines of a session."""
    rest = iter(text.splitlines())
    for line in rest:
        if line.startswith("@run"):
            yield Line("", seconds=float(line.split()[1]))
        elif line.endswith("<<EOF"):
            told = iter(lambda: next(rest), "EOF")
            yield Line(line.removesuffix("<<EOF").strip(), "".join(f"{one}\n" for one in told))
        elif line and not line.startswith("#"):
            yield Line(line)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda path: path.stem)
def test_both_say_the_same(session: Path, tmp_path: Path) -> None:
    twins = Twins(tmp_path)
    differing: list[tuple[str, Said, Said]] = []
    with twins.server:
        for line in lines(session.read_text(encoding="utf-8")):
            if not line.command:
                twins.run(line.seconds)
                continue
            theirs = twins.real(line.command, line.stdin)
            ours = twins.mine(line.command, line.stdin)
            if theirs != ours:
                differing.append((line.command, theirs, ours))
            assert twins.theirs.revision == twins.ours.revision, line.command
    assert differing == []


def test_there_are_enough_commands() -> None:
    commands = [line for path in SESSIONS for line in lines(path.read_text("utf-8"))]
    assert len({(line.command, line.stdin) for line in commands}) >= 300
