"""Every kustomization twice: by the real kubectl, and by ours. Both texts are compared whole.

``kustomizations/*.txt`` hold small trees of files: ``########`` begins one, ``===`` a file of it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kubelite import Cluster
from kubelite.kubectl import Kubectl, kubectl
from tests.kubectl.conftest import BINARY, Twins

_POINTER = re.compile(r"merging from generator &\{.*?\}: ")
"""Where the real one prints the address of a generator in its memory."""


class Tree(NamedTuple):
    """Files by their names, and what they are about."""

    title: str
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")


def trees() -> Iterator[Tree]:
    """All trees of all files."""
    for path in sorted((Path(__file__).parent / "kustomizations").glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("######## ")[1:]:
            title, *files = part.split("=== ")
            named = [file.partition("\n") for file in files]
            yield Tree(title.strip(), {name: text for name, _, text in named})


TREES = list(trees())


@pytest.fixture(scope="module")
def k() -> Kubectl:
    return kubectl(Cluster(nodes=1, seed=7))


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.title)
def test_both_build_the_same(k: Kubectl, tree: Tree, tmp_path: Path) -> None:
    tree.write(tmp_path)
    real = subprocess.run(
        [BINARY, "kustomize", str(tmp_path)], capture_output=True, text=True, check=False
    )
    mine = k(["kustomize", str(tmp_path)])
    assert mine.text == real.stdout
    assert mine.error == _POINTER.sub("merging from generator: ", real.stderr)
    assert mine.code == real.returncode


ON_A_SERVER = (
    "diff -k {0}",
    "apply -k {0}",
    "apply -k {0}",
    "diff -k {0}",
    "get -k {0}",
    "get -k {0} -o name",
    "label -k {0} seen=yes",
    "describe -k {0}/base",
    "apply -k {0} -f x.yaml",
    "apply -k {0} -R",
    "apply -k {0} pods",
    "apply -k {0}/nowhere",
    "apply --server-side -k {0}/base --dry-run=server",
    "delete -k {0} --wait=false",
    "create -k {0}/base",
    "delete -k {0}/base --ignore-not-found --wait=false",
    "apply -f {0}/files",
    "apply -f {0}/files -R",
    "apply -f {0}/files/none",
    "get -f {0}/files -o name",
    "delete -f {0}/files --wait=false",
    "kustomize {0} {0}",
    "kustomize {0} --load-restrictor=Anything",
    "kustomize {0}/outside",
    "kustomize {0}/outside --load-restrictor=LoadRestrictionsNone",
)
SHOP = {
    "kustomization.yaml": "resources: [base]\nnamePrefix: k-\nnamespace: default\n",
    "base/kustomization.yaml": "configMapGenerator: [{name: paint, literals: [colour=red]}]\n"
    "resources: [service.yaml]\n",
    "base/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
    "spec: {selector: {app: web}, ports: [{port: 80}]}\n",
    "files/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
    "files/a.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}',
    "files/readme.md": "no manifest\n",
    "files/more/c.yml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    "files/none/readme.md": "no manifest\n",
    "outside/kustomization.yaml": "resources: [../base/service.yaml]\n",
}


def test_both_do_the_same_with_what_is_built(twins: Twins, tmp_path: Path) -> None:
    Tree("shop", SHOP).write(tmp_path)
    commands = [line.format(tmp_path) for line in ON_A_SERVER]
    said = [(command, twins.real(command), twins.mine(command)) for command in commands]
    assert [one for one in said if one[1] != one[2]] == []
    assert twins.theirs.revision == twins.ours.revision
