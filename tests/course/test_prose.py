"""What learners read: links lead on, words are British and spelt right, sentences are ours."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
import yaml

from course.claims import ledger
from course.questions import bank
from course.syllabus import chapters
from tests.conftest import ROOT

NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb")])
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), ROOT / "exercises" / "README.md"]
QUESTIONS = sorted(bank.FOLDER.glob("*.yaml"))
OURS = {"syllabus": ROOT / "course/syllabus.yaml", "claims": ROOT / "course/claims.yaml"}
EVERYTHING = [*NOTEBOOKS, *PAGES, *QUESTIONS, *OURS.values()]

CODE = re.compile(r"```.*?```|`[^`]*`|^    .*$|https?://\S+|<[^>]+>", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r'"[^"\n]{1,400}"')
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
WORDS_IN_A_ROW = 8


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def prose(file: Path) -> str:
    """What is to be read in a file, without code: markdown, or the texts of a YAML file."""
    if file.suffix == ".ipynb":
        found = nbformat.read(file, as_version=4).cells
        return "\n\n".join(cell.source for cell in found if cell.cell_type == "markdown")
    text = file.read_text(encoding="utf-8")
    if file == OURS["claims"]:
        return "\n\n".join(f"{claim.says}\n\n{claim.note}" for claim in ledger().claims)
    if file == OURS["syllabus"]:
        return "\n\n".join("\n\n".join([one.title, *one.goals]) for one in chapters())
    return "\n\n".join(texts(yaml.safe_load(text))) if file.suffix == ".yaml" else text


def texts(read: object) -> list[str]:
    """Every string below the top of a YAML file."""
    if isinstance(read, str):
        return [read]
    inside = read.values() if isinstance(read, dict) else read if isinstance(read, list) else []
    return [text for one in inside for text in texts(one)]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_links_lead_somewhere(file: Path) -> None:
    assert [link for link in LINK.findall(prose(file)) if not leads_on(link, file)] == []


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_addresses_are_well_formed(file: Path) -> None:
    outside = [link for link in LINK.findall(prose(file)) if "://" in link]
    assert [link for link in outside if not leads_on(link, file)] == []


def leads_on(link: str, file: Path) -> bool:
    """A file and a heading that are there, or an address that could be one; no network is asked."""
    if "://" in link:
        parts = urlsplit(link)
        return parts.scheme == "https" and "." in parts.netloc
    path, _, heading = link.partition("#")
    target = (file.parent / path).resolve() if path else file
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not heading or heading in headings(target)


def headings(file: Path) -> set[str]:
    """As JupyterLab names them (blanks become hyphens), and as a code host does."""
    text = prose(file) if file.suffix in (".ipynb", ".md") else ""
    titles = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    host = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return host | {title.replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("07_declarative.ipynb", True),
        ("07_declarative.ipynb#Six-promises", True),
        ("07_declarative.ipynb#Seven-promises", False),
        ("../docs/fidelity.md", True),
        ("../../elsewhere/README.md", False),
        ("08_service.ipynb", False),
        ("https://kubernetes.io/docs/", True),
        ("http://kubernetes.io/docs/", False),
        ("https://kubernetes", False),
    ],
)
def test_a_wrong_link_is_noticed(link: str, good: bool) -> None:
    assert leads_on(link, ROOT / "notebooks" / "00_welcome.ipynb") == good


@cache
def wrong_words() -> dict[str, str]:
    """Words that are misspelt or American, with what to write instead; from codespell's lists."""
    lists = files("codespell_lib") / "data"
    found = {}
    for line in (lists / "dictionary.txt").read_text(encoding="utf-8").splitlines():
        wrong, _, right = line.partition("->")
        found[wrong.lower()] = right.split(",")[0]
    british = (lists / "dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8")
    pairs = [line.partition("->")[::2] for line in british.splitlines()]
    found |= {american.strip(" ,").lower(): ours for ours, american in pairs}
    words = (ROOT / "docs" / "words.txt").read_text(encoding="utf-8").splitlines()
    for word in words:
        if word and not word.startswith("#"):
            found.pop(word, None)
    return found


def misspelt(text: str) -> list[str]:
    words = {word.lower() for word in WORD.findall(CODE.sub(" ", text))}
    return [f"{word}: {wrong_words()[word]}" for word in sorted(words & wrong_words().keys())]


@pytest.mark.parametrize("file", EVERYTHING, ids=name_of)
def test_words_are_british_and_spelt_right(file: Path) -> None:
    assert misspelt(prose(file)) == []


def test_a_wrong_word_is_noticed() -> None:
    assert misspelt("They recieve the color of `color`.\n\n    organize it") == [
        "color: colour",
        "recieve: receive",
    ]


@pytest.fixture(scope="module")
def deck(deck_text: str) -> set[tuple[str, ...]]:
    """Every eight words in a row of the slides."""
    return runs(re.sub(r"```.*?```", "", deck_text, flags=re.DOTALL).replace("*", ""))


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[n : n + WORDS_IN_A_ROW]) for n in range(len(words) - WORDS_IN_A_ROW + 1)}


def ours(text: str) -> set[tuple[str, ...]]:
    """Runs of our own words: a quotation does not count where its paragraph names a source."""
    code = re.sub(r"```.*?```", " ", text, flags=re.DOTALL)
    parts = re.split(r"\n(?:>? *)\n", code)
    return {
        run for part in parts for run in runs(QUOTED.sub(" ", part) if "ource" in part else part)
    }


@pytest.mark.parametrize("file", EVERYTHING, ids=name_of)
def test_sentences_are_ours(file: Path, deck: set[tuple[str, ...]]) -> None:
    assert [" ".join(run) for run in sorted(ours(prose(file)) & deck)] == []


def test_only_a_quotation_with_a_source_may_repeat(deck: set[tuple[str, ...]]) -> None:
    said = '"the quick brown fox jumps over the lazy dog"'
    assert len(ours(f"He says {said}.")) > len(ours(f"He says {said}. *Source: a primer.*"))
