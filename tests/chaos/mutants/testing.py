"""One process, one mutant, one test: ``python -m tests.chaos.mutants.testing``."""

from __future__ import annotations

import json
import sys

import pytest

from tests.chaos.mutants.ledger import Mutant
from tests.chaos.mutants.mutating import mutate


def main() -> int:
    """1 if the test fails, 0 if it passes."""
    mutant = Mutant(**json.load(sys.stdin))
    mutate(mutant)
    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", mutant.test]))


if __name__ == "__main__":
    sys.exit(main())
