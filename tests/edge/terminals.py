"""kubectl at a terminal: a real one, of the kernel's, at which a test types."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from types import TracebackType

PATIENCE = 30.0


class Typed:
    """One command whose three streams are a terminal of 100 columns and 30 rows."""

    def __init__(self, command: list[str], environment: dict[str, str]):
        self._screen, inside = pty.openpty()
        self._set_size(100, 30)
        self._process = subprocess.Popen(
            command, stdin=inside, stdout=inside, stderr=inside, env=environment, close_fds=True
        )
        os.close(inside)
        self.shown = ""

    def __enter__(self) -> Typed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def resize(self, columns: int, rows: int) -> None:
        """The window gets another size, of which the process is told."""
        self._set_size(columns, rows)
        self._process.send_signal(signal.SIGWINCH)

    def _set_size(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, size)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._screen, keys.encode())

    def see(self, text: str) -> str:
        """Wait until this is on the screen; what has come up to it, which counts as seen."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} is not in {self.shown!r}"
            if not self._read():
                assert text in self.shown, f"{text!r} is not in {self.shown!r}"
        before, found, self.shown = self.shown.partition(text)
        return before + found

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < end, f"it has not ended: {self.shown!r}"
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        if not select.select([self._screen], [], [], 1)[0]:
            return True
        try:
            raw = os.read(self._screen, 65536)
        except OSError:  # the other side has closed it
            return False
        self.shown += raw.decode(errors="replace")
        return bool(raw)
