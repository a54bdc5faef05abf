"""The README's examples of other clients do what a reader expects of them."""

from __future__ import annotations

import re
import subprocess

import pytest

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.clients.installing import BESIDE, Clients
from tests.manifests import deployment

ROOT = BESIDE.parents[1]
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## With other clients\n")[2]
EXAMPLES = re.findall(r"^```(\w+)\n(.*?)^```", SECTION.partition("\n## ")[0], re.M | re.S)
PRINTED = {
    "from kubernetes": r"ADDED web-\S+ Running",
    "from lightkube": "4",
    "from kr8s": r"web-(\S+) b'web-\1\\n'",
    "import * as k8s": r"web-\S+ Running",
    "import helm_python": "Welcome to nginx(.|\n)*deployed",
}


@pytest.mark.parametrize(("language", "code"), EXAMPLES, ids=lambda one: one.split("\n")[0])
def test_each_example_runs_as_it_stands(
    served: tuple[Cluster, Server],
    installed: Clients,
    environment: dict[str, str],
    language: str,
    code: str,
) -> None:
    if "helm" in code and not installed.has_helm:
        pytest.skip("there is no wheel of Helm's library for this machine")
    cluster = served[0]
    cluster.apply(deployment("web", replicas=2))
    cluster.run_until("deployment/web ready")
    if language == "javascript":
        example = installed.packages / "example.mjs"
        example.write_text(code, encoding="utf-8")
        command = [str(installed.node), str(example)]
    else:
        command = [str(installed.python), "-c", code]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    expected = next(text for begins, text in PRINTED.items() if code.startswith(begins))
    assert done.returncode == 0, done.stderr
    assert re.search(expected, done.stdout), done.stdout


def test_there_is_an_example_for_each_client() -> None:
    assert len(EXAMPLES) == len(PRINTED)
    shown = SECTION.partition("\n## ")[0]
    assert all((ROOT / path).exists() for path in re.findall(r"tests/clients/[\w/.]+\w", shown))
