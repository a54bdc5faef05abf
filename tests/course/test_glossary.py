"""Every word of the glossary can be seen in the cluster of its chapter."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from course.glossary import Entry, Glossary, entries, entry, glossary, seen
from kubelite import Cluster

CHAPTER = Path(__file__).parents[2] / "notebooks" / "src" / "16_terminology.py"


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """The chapter's cluster, from the manifest that stands in its source."""
    body = ast.parse(CHAPTER.read_text(encoding="utf-8")).body
    (manifest,) = [
        statement.value.value
        for statement in body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "EVERYTHING"
        and isinstance(statement.value, ast.Constant)
    ]
    made = Cluster(nodes=3)
    made.apply(manifest)
    made.run(60)
    return made


@pytest.mark.parametrize("word", entries(), ids=lambda word: word.term)
def test_there_is_one_of_it(cluster: Cluster, word: Entry) -> None:
    result = cluster.kubectl(word.see)
    assert result.code == 0, result.error
    assert result.text.strip(), f"{word.term}: nothing to see"
    assert word.meaning.endswith((".", "?"))


def test_words_are_there_once() -> None:
    terms = [word.term.lower() for word in entries()]
    assert len(terms) == len(set(terms))


def test_an_unknown_word_is_told_those_there_are() -> None:
    with pytest.raises(LookupError, match="no word 'pot' .*; there are: cluster, node"):
        entry("pot")


def test_choosing_shows_the_word_in_the_cluster(cluster: Cluster) -> None:
    shown = glossary(cluster, "node", "Service")
    shown.choice.value = "Service"
    assert "kubectl get services" in shown.panel.value
    assert "web" in shown.panel.value


def test_what_the_cluster_says_is_text(cluster: Cluster) -> None:
    odd = Entry("odd", "A <b>word</b>.", "get pods -o jsonpath=<img>", "16")
    shown = Glossary(cluster, [odd])
    assert "<img>" not in shown.panel.value
    assert "<b>word</b>" not in shown.panel.value
    saved, _ = shown._repr_mimebundle_()
    assert "<b>word</b>" not in saved["text/html"]
    assert saved["text/plain"] == "odd: A <b>word</b>. (chapter 16)"


def test_a_long_answer_is_cut(cluster: Cluster) -> None:
    lines = seen(cluster, Entry("all", "", "get pods -A -o yaml", "16")).splitlines()
    assert len(lines) == 13
    assert lines[-1].endswith("lines more")
