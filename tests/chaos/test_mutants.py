"""Each mutant is caught where the ledger says, and the engine as it is passes there."""

from __future__ import annotations

import pytest

from tests.chaos.mutants import ledger
from tests.chaos.mutants.ledger import Mutant
from tests.chaos.mutants.running import fails, tried

MUTANTS = ledger.read()
SIMULATED = [mutant for mutant in MUTANTS if not mutant.test]


@pytest.mark.parametrize("mutant", SIMULATED, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught_with_its_sentence(mutant: Mutant) -> None:
    (result,) = tried(mutant, [mutant.place])
    assert mutant.sentence in result.sentences


def test_where_no_simulation_sees_it_a_test_does() -> None:
    assert [mutant.name for mutant in MUTANTS if mutant.test and not fails(mutant)] == []


def test_the_engine_as_it_is_passes_the_same_runs() -> None:
    places = dict.fromkeys(mutant.place for mutant in SIMULATED)
    results = tried(None, places)
    assert all(not result.broken for result in results), results[-1]
    assert [result.place for result in results] == list(places)


def test_the_ledger_is_whole() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names) >= 40
    for mutant in MUTANTS:
        source = (ledger.ROOT / mutant.file).read_text("utf-8")
        assert mutant.mutated(source) != source
        assert mutant.safeguard.endswith(".")


def test_a_line_that_is_not_there_or_not_alone_is_refused() -> None:
    mutant = MUTANTS[0]._replace(old="x = 1")
    for source in ("", "x = 1\nx = 1\n"):
        with pytest.raises(ValueError, match="times: x = 1"):
            mutant.mutated(source)


def test_the_page_and_the_ledger_say_the_same() -> None:
    again = "run python -m tests.chaos.mutants --write"
    assert ledger.LEDGER.read_text("utf-8") == ledger.written(MUTANTS), again
    assert ledger.PAGE.read_text("utf-8") == ledger.page(MUTANTS), again
