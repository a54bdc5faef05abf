from __future__ import annotations

import base64
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.edge.terminals import Typed

NEWEST = "1.37"
VERSIONS = {NEWEST: "kubectl", "1.36": "kubectl-1.36"}
"""The programs whose every command is tried; `make test` puts both beside the Python it uses."""

EVERY_KUBECTL = pytest.mark.parametrize("version", VERSIONS, indirect=True, scope="module")

MANIFESTS = Path(__file__).parent / "manifests"
SHOP = (MANIFESTS / "shop.yaml").read_text(encoding="utf-8")
SETTINGS = (MANIFESTS / "settings.yaml").read_text(encoding="utf-8")

_BESIDE = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Run(NamedTuple):
    """What a command printed, and how it ended."""

    out: str
    error: str
    code: int


def program(version: str = NEWEST) -> str:
    """Where the real kubectl is."""
    found = shutil.which(VERSIONS[version], path=_BESIDE)
    assert found, f"kubectl {version} is not installed: run make test"
    return found


class Kubectl:
    """The real kubectl, with a home of its own."""

    def __init__(self, version: str, kubeconfig: str, home: Path):
        self.version = version
        self._program = program(version)
        self.environment = {
            "HOME": str(home),
            "KUBECONFIG": kubeconfig,
            "PATH": os.environ["PATH"],
            "EDITOR": "sed -i s/colour:.blue/colour:\\ green/",
        }

    def run(self, *arguments: str, text: str = "") -> Run:
        """Run a command to its end, whatever that is."""
        done = subprocess.run(
            [self._program, *arguments],
            input=text,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Run(done.stdout, done.stderr, done.returncode)

    def typed(self, line: str) -> Typed:
        """A command at a terminal."""
        return Typed([self._program, *line.split()], self.environment)

    def begin(self, line: str) -> subprocess.Popen[str]:
        """A command that goes on by itself; what it prints and says of errors comes together."""
        return subprocess.Popen(
            [self._program, *line.split()],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __call__(self, line: str, text: str = "") -> str:
        """What a command that succeeds prints; words are parted by spaces."""
        done = self.run(*line.split(), text=text)
        assert done.code == 0, f"kubectl {line}: {done.error}"
        return done.out


@pytest.fixture(scope="module")
def version(request: pytest.FixtureRequest) -> str:
    """The kubectl to use: the newest one, unless a module is marked ``EVERY_KUBECTL``."""
    return str(getattr(request, "param", NEWEST))


@pytest.fixture(scope="module")
def served(version: str) -> Iterator[tuple[Cluster, Server]]:
    """A cluster whose clock runs ten times as fast as ours; another one for each kubectl."""
    cluster = Cluster(nodes=3, seed=7)
    with cluster.serve(speed=10) as server:
        yield cluster, server


@pytest.fixture(scope="module")
def kubectl(
    version: str, served: tuple[Cluster, Server], tmp_path_factory: pytest.TempPathFactory
) -> Kubectl:
    return Kubectl(version, served[1].kubeconfig, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def shop(kubectl: Kubectl) -> Kubectl:
    """A cluster in which the Deployment ``shop`` runs with two pods."""
    kubectl("apply -f -", SHOP)
    kubectl("rollout status deployment/shop --timeout=60s")
    return kubectl


Ask = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture(scope="module")
def ask(served: tuple[Cluster, Server]) -> Ask:
    """One request by hand: method, path, body and headers; with the admin's token, unless given."""
    server = served[1]

    def one(
        method: str, path: str, body: bytes | None = None, **headers: Any
    ) -> tuple[int, dict[str, str], bytes]:
        connection = connect(server)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": f"Bearer {server.token}", **named}
        connection.request(method, path, body, {n: v for n, v in sent.items() if v is not None})
        answer = connection.getresponse()
        found = (answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read())
        connection.close()
        return found

    return one


def connect(server: Server) -> HTTPSConnection:
    """A connection that trusts the server's own authority."""
    config = yaml.safe_load(Path(server.kubeconfig).read_text(encoding="utf-8"))
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"])
    context = ssl.create_default_context(cadata=authority.decode())
    return HTTPSConnection("127.0.0.1", server.port, context=context, timeout=30)
