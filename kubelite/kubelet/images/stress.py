"""stress: an image that uses as much cpu and memory as it is told to.

``args: ["--cpu", "2", "--vm", "1", "--vm-bytes", "250M", "--timeout", "60s"]`` as upstream's
lessons about limits use it (``polinux/stress``; ``progrium/stress`` and ``vish/stress`` are alike).
"""

from __future__ import annotations

from kubelite.kubelet.images.program import MEBIBYTE, Program
from kubelite.sim.clock import SECOND

HOG = 1000  # one worker spins on one core
DEFAULT_VM_BYTES = 256 * MEBIBYTE
START_TIME = SECOND  # until its memory is touched

_UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_TIMES = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORT = {"-c": "cpu", "-m": "vm", "-t": "timeout", "-cpus": "cpu", "-mem-total": "vm-bytes"}


class Stress(Program):
    """Workers that spin (``--cpu``) and workers that hold memory (``--vm``)."""

    size = 4_300_000
    memory = MEBIBYTE
    cpu = 0
    entrypoint = ("stress",)

    def start(self) -> None:
        """Set the workers to work."""
        options = self._options()
        hogs, holders = int(options.get("cpu", 0)), int(options.get("vm", 0))
        if "vm-bytes" in options and not holders:
            holders = 1
        spins = 0 if "vm-hang" in options else holders
        self.cpu = HOG * (hogs + spins)
        size = _amount(options.get("vm-bytes", ""), _UNITS) or DEFAULT_VM_BYTES
        self.log(f"stress: info: [1] dispatching hogs: {hogs} cpu, 0 io, {holders} vm, 0 hdd")
        if holders:
            self.after(START_TIME, self.use_memory, MEBIBYTE + holders * size)
        seconds = _amount(options.get("timeout", ""), _TIMES)
        if seconds:
            self.after(seconds * SECOND, self._done, seconds)

    def listens(self, port: int) -> bool:
        """It serves nothing."""
        return False

    def _done(self, seconds: int) -> None:
        self.log(f"stress: info: [1] successful run completed in {seconds}s")
        self.exit(0)

    def _options(self) -> dict[str, str]:
        found, words = {}, list(self.argv[1:])
        while words:
            word = words.pop(0)
            name, equals, value = word.partition("=")
            name = _SHORT.get(name, name.lstrip("-"))
            if not equals and words and not words[0].startswith("-"):
                value = words.pop(0)
            found[name] = value or "1"
        return found


def _amount(text: str, units: dict[str, int]) -> int:
    """``250M`` or ``60s`` as a number; 0 for nothing that can be read."""
    text = text.lower().removesuffix("i")
    unit = units.get(text[-1:], 0)
    number = text[:-1] if unit else text
    return int(float(number) * (unit or 1)) if number.replace(".", "", 1).isdigit() else 0
