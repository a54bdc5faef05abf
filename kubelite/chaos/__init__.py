"""Whole clusters under faults, thousands of seeds long: does what must be true stay true?

Lives here: faults and accidents (table ``FAULTS``), workloads that meet them (``SCENARIOS``), what
must be true (``invariants``, ``rest``), situations that must be met, and ``simulate``, which does
one seed; ``python -m kubelite.chaos`` does many and shortens the list of faults of one that fails.
Must not live here: anything a cluster needs when nothing goes wrong.
Models what FoundationDB and TigerBeetle call deterministic simulation testing.
"""

from kubelite.chaos.faults import FAULTS
from kubelite.chaos.plan import Fault, Injected
from kubelite.chaos.scenarios import SCENARIOS
from kubelite.chaos.shrinking import shrink
from kubelite.chaos.simulation import Run, simulate
from kubelite.chaos.watching import Violation

__all__ = ["FAULTS", "SCENARIOS", "Fault", "Injected", "Run", "Violation", "shrink", "simulate"]
