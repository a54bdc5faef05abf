"""The chapters in order, from ``course/syllabus.yaml``: what they teach, need, take and cover."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

FILE = Path(__file__).parent / "syllabus.yaml"
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
FIRST = "00"


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One chapter, written or still to be written."""

    slug: str
    title: str
    minutes: int
    goals: tuple[str, ...]
    needs: tuple[str, ...]
    covers: tuple[str, ...]
    exercises: tuple[str, ...]

    @property
    def number(self) -> str:
        """Two digits, such as ``07``."""
        return self.slug[:2]

    @property
    def file(self) -> str:
        """The notebook's name."""
        return f"{self.slug}.ipynb"

    @property
    def label(self) -> str:
        """Number and title; a title that goes on after a colon is cut there."""
        return f"{self.number} {self.title.partition(':')[0]}"


class Beside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notebook that is no chapter: nothing is taught in order, nothing is asked or counted."""

    slug: str
    title: str

    @property
    def file(self) -> str:
        """The notebook's name."""
        return f"{self.slug}.ipynb"


class NoSuchChapter(LookupError):
    """No chapter of that number or name."""


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters, from the first to the last."""
    return tuple(msgspec.convert(_read()["chapters"], list[Chapter]))


@cache
def beside() -> tuple[Beside, ...]:
    """The notebooks that stand beside the chapters."""
    return tuple(msgspec.convert(_read()["beside"], list[Beside]))


@cache
def _read() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def chapter(name: str | int) -> Chapter:
    """The chapter that is meant by 7, "07", "7", "07_declarative" or "declarative".

    Raises NoSuchChapter, which names the chapters there are.
    """
    wanted = str(name).strip()
    number = wanted.zfill(2) if wanted.isdigit() else wanted
    for one in chapters():
        if number in (one.number, one.slug, one.slug[3:]):
            return one
    known = ", ".join(one.slug for one in chapters())
    raise NoSuchChapter(f"no chapter {wanted!r}; there are: {known}")


def written(folder: Path = NOTEBOOKS) -> frozenset[str]:
    """The slugs of the chapters that ``folder`` has, as a source or as a notebook."""
    found: Iterable[Path] = [*folder.glob("*.ipynb"), *(folder / "src").glob("*.py")]
    slugs = {path.stem for path in found}
    return frozenset(one.slug for one in chapters() if one.slug in slugs)
