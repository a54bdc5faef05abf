"""Importing a module with another line in it: the source changes in memory, never on the disk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from tests.chaos.mutants.ledger import Mutant


class _Loader(SourceFileLoader):
    """Compiles the changed source, and leaves nothing of it behind."""

    mutant: Mutant

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_source(fullname)
        code: CodeType = compile(self.mutant.mutated(source), self.path, "exec", dont_inherit=True)
        return code


class Finder(MetaPathFinder):
    """Finds one module changed, and is asked before all others."""

    def __init__(self, mutant: Mutant):
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None and spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin)
        spec.loader.mutant = self._mutant
        return spec


def mutate(mutant: Mutant) -> None:
    """From now on this process imports the module with the bug in it."""
    if mutant.module in sys.modules:
        raise RuntimeError(f"{mutant.module} is imported already: a mutant needs a new process")
    sys.meta_path.insert(0, Finder(mutant))
