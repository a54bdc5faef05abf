"""The words of the course, each beside one of what it means in a running cluster: ``glossary``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets  # type: ignore[import-untyped]
import yaml

from course.view.plain import plain_lines
from course.view.saved import beside
from kubelite.apimachinery.told import UnknownName

FILE = Path(__file__).parent / "glossary.yaml"

MOST_LINES = 12
"""Of a command's output: a glance, not a report."""


class Entry(NamedTuple):
    """A word: what it means, a kubectl command to ``see`` one, the chapter that treats it."""

    term: str
    meaning: str
    see: str
    chapter: str


@cache
def entries() -> tuple[Entry, ...]:
    """Every word, in the order of the file: from the whole to its parts."""
    return tuple(Entry(**row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8")))


def entry(term: str) -> Entry:
    """The entry of a word. Raises LookupError, naming those there are."""
    for found in entries():
        if found.term.lower() == term.lower():
            return found
    known = ", ".join(found.term for found in entries())
    raise UnknownName(f"no word {term!r} in the glossary; there are: {known}")


def seen(cluster: Any, word: Entry) -> str:
    """What the word's command prints for ``cluster``, or the note that there is none."""
    result = cluster.kubectl(word.see)
    lines = plain_lines((result.text or result.error).rstrip("\n")).splitlines()
    if not lines:
        return "(none here)"
    rest = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], *([f"... {rest} lines more"] if rest > 0 else [])])


class Glossary(ipywidgets.HBox):  # type: ignore[misc]
    """A list of words beside the chosen one. See ``glossary``."""

    def __init__(self, cluster: Any, words: Sequence[Entry]):
        self.cluster = cluster
        self.words = tuple(words)
        self.choice = ipywidgets.Select(
            options=[word.term for word in self.words],
            value=self.words[0].term,
            description="word",
            rows=12,
            layout=ipywidgets.Layout(width="260px"),
        )
        self.choice.add_class("kubelite-glossary")
        self.panel = ipywidgets.HTML(layout=ipywidgets.Layout(flex="1 1 auto", overflow="auto"))
        self.choice.observe(self._chosen, "value")
        self._chosen(None)
        super().__init__([self.choice, self.panel])

    def _chosen(self, _: object) -> None:
        word = next(word for word in self.words if word.term == self.choice.value)
        self.panel.value = (
            f"<p><b>{escape(word.term)}</b>: {escape(word.meaning)} (chapter {word.chapter})</p>"
            f"<p><code>kubectl {escape(word.see)}</code></p>"
            f"<pre>{escape(seen(self.cluster, word))}</pre>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live list, and beside it what a saved notebook keeps: every word."""
        lines = [f"{word.term}: {word.meaning} (chapter {word.chapter})" for word in self.words]
        rows = "".join(
            f"<li><b>{escape(word.term)}</b>: {escape(word.meaning)} "
            f"<code>kubectl {escape(word.see)}</code></li>"
            for word in self.words
        )
        still = {"text/plain": "\n".join(lines), "text/html": f"<ul>{rows}</ul>"}
        return beside(super()._repr_mimebundle_(**kwargs), still)


def glossary(cluster: Any, *terms: str) -> Glossary:
    """Words to choose from, all of them without ``terms``, each shown in ``cluster``.

    Raises LookupError for a word that is not in the glossary.
    """
    return Glossary(cluster, [entry(term) for term in terms] if terms else entries())
