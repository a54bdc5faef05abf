"""The learner's JupyterLab trusts our notebooks, so their saved pictures show before any cell ran.

Jupyter shows pictures and HTML of a notebook only if somebody on this machine has signed it. Ours
are signed when the lab starts, but only where every byte is as the course was published:
``notebooks/SHA256SUMS`` says what that is. What a learner has changed, or put beside them, is
theirs to trust.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

SUMS = "SHA256SUMS"


def digest(notebook: bytes) -> str:
    """The SHA-256 of a notebook's bytes, in hexadecimal."""
    return hashlib.sha256(notebook).hexdigest()


def read_sums(folder: Path) -> dict[str, str]:
    """What each notebook's digest should be, by file name; nothing where no list is."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {name: sum for sum, name in pairs}


def write_sums(folder: Path) -> None:
    """List all notebooks of a folder, as ``sha256sum *.ipynb`` does."""
    found = sorted(folder.glob("*.ipynb"))
    lines = [f"{digest(notebook.read_bytes())}  {notebook.name}\n" for notebook in found]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def trust_ours(folder: Path, notary: NotebookNotary | None = None) -> list[str]:
    """Sign the notebooks of a folder that are as they were published; their names."""
    notary = notary or NotebookNotary()
    signed = []
    for name, wanted in read_sums(folder).items():
        notebook = folder / name
        if notebook.parent != folder or not notebook.is_file():
            continue
        found = notebook.read_bytes()
        if digest(found) == wanted:
            notary.sign(nbformat.reads(found.decode(), as_version=4))
            signed.append(name)
    return signed
