"""What must be true of every revision of every cluster: see ``kubelite.chaos.invariants``."""

from kubelite.chaos.invariants import *  # noqa: F403
