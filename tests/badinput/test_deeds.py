"""Bad input of the list, items 14 to 32: odd owners, crowds, the network, files, the machine."""

from __future__ import annotations

import ast
import os
import re
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.manifest import ManifestError, load
from tests.apiserver.conftest import Desk
from tests.architecture import source
from tests.badinput.asking import (
    BY_KIND,
    ROOT,
    refused,
    spec,
)
from tests.badinput.objects import good
from tests.edge.conftest import Ask, connect
from tests.manifests import deployment


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


# Objects that belong to each other in odd ways


def settings_of(name: str, *owners: Any, finalizers: tuple[str, ...] = ()) -> dict[str, Any]:
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": one.metadata.name,
            "uid": one.metadata.uid,
        }
        for one in owners
    ]
    meta = {"name": name, "ownerReferences": references, "finalizers": list(finalizers)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def test_14_owners_in_circles_of_oneself_and_of_other_namespaces() -> None:
    cluster = Cluster(nodes=0)
    first, second = (cluster.apply(settings_of(name)) for name in ("first", "second"))
    alone = cluster.apply(settings_of("alone"))
    cluster.apply(settings_of("second", first))
    cluster.apply(settings_of("first", second))
    cluster.apply(settings_of("alone", alone))
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    elsewhere = cluster.apply(settings_of("elsewhere"), namespace="other")
    cluster.apply(settings_of("child", elsewhere))
    cluster.apply(settings_of("kept", finalizers=("example.com/never",)))
    cluster.run(60)
    assert cluster.get("configmaps").names == ["alone", "first", "kept", "second"]
    written = cluster.revision
    cluster.run(60)
    assert cluster.revision - written < 30  # heartbeats: nobody goes round in the circle
    for name in ("first", "alone", "kept"):
        cluster.delete(f"configmap/{name}")
    cluster.run(60)
    assert cluster.get("configmaps").names == ["kept"]


def test_15_a_million_replicas_come_at_the_pace_of_a_real_cluster() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2**31 - 1))
    cluster.run(10)
    assert len(cluster.get("pods")) < 20 * 10 + 31  # twenty requests a second, after a burst
    cluster.scale("deployment/web", 1)
    cluster.run_until(lambda c: len(c.get("pods")) == 1, timeout=300)


def test_15_a_selector_that_matches_the_world(desk: Desk) -> None:
    refused(desk, "Deployment", "empty selector", spec=spec("Deployment", selector={}))
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", replicas=2))
    port = {"port": 80, "targetPort": 8080}
    budget = {"spec": {"minAvailable": 1, "selector": {}}}
    cluster.apply({**good(BY_KIND["PodDisruptionBudget"], "all"), **budget})
    everyone = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "all"}}
    cluster.apply({**everyone, "spec": {"selector": {"app": "web"}, "ports": [port]}})
    cluster.run(20)
    assert cluster.get("poddisruptionbudget/all").status.expected_pods == 2


def test_15_a_quota_says_so() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply({**good(BY_KIND["ResourceQuota"], "few"), "spec": {"hard": {"pods": "2"}}})
    cluster.run(2)
    cluster.apply(deployment("web", replicas=1_000_000))
    cluster.run(20)
    assert len(cluster.get("pods")) == 2
    assert any("exceeded quota: few" in event.message for event in cluster.events())


# Over the network


def raw_answer(served: Any, request: bytes) -> bytes:
    """What comes back; nothing from a server that cuts the connection while we still send."""
    connection = connect(served[1])
    try:
        connection.connect()
        connection.sock.settimeout(20)
        connection.sock.sendall(request)
        answer: bytes = connection.sock.recv(4_000)
    except (ssl.SSLError, ConnectionError):
        return b""
    finally:
        connection.close()
    return answer


HEAD = b"POST /version HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
SMUGGLED = {
    "two lengths": HEAD + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxGET",
    "a length below nothing": HEAD + HOST + b"Content-Length: -1\r\n\r\nx",
    "a length in words": HEAD + HOST + b"Content-Length: one\r\n\r\nx",
    "no host": HEAD + b"Content-Length: 0\r\n\r\n",
    "two hosts": HEAD + HOST + HOST + b"\r\n",
    "an odd encoding": HEAD + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x00\x00 hello\r\n\r\n",
    "a line without an end": HEAD + b"X" * 100_000,
}


@pytest.mark.parametrize("case", SMUGGLED)
def test_16_request_smuggling(served: Any, ask: Ask, case: str) -> None:
    answer = raw_answer(served, SMUGGLED[case])
    assert re.match(rb"HTTP/1.1 (4\d\d|501) |\Z", answer), answer[:80]
    assert ask("GET", "/version")[0] == 200


def test_24_nothing_that_is_saved_can_run() -> None:
    """Neither pickle nor eval: what is read is JSON or YAML, and nothing more."""
    evil = {"pickle", "marshal", "shelve", "dill"}
    for package in ("kubelite", "course"):
        for file in source.python_files(package):
            assert not {module.split(".")[0] for module, _ in source.imports(file)} & evil, file
            names = {
                node.func.id
                for node in ast.walk(source.tree(file))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            room = source.name(file)
            if not room.startswith("course/grading/"):  # there a learner's cells are run
                assert not names & {"eval", "exec"}, file
            assert "yaml.load(" not in file.read_text(encoding="utf-8"), file


PLATFORM = """
from kubelite import Cluster
from tests.manifests import deployment
cluster = Cluster(nodes=1)
cluster.apply(deployment("web"))
cluster.run(30)
print(cluster.trace.digest(), cluster.now)
"""


def test_29_clock_locale_and_time_zone_of_the_machine_do_not_matter() -> None:
    told = set()
    for machine in (
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
        {"TZ": "America/St_Johns", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONHASHSEED": "3"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", PLATFORM],
            cwd=ROOT,
            env={**os.environ, **machine},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(done.stdout)
    assert len(told) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_29_line_ends_and_byte_order_marks(end: str) -> None:
    text = end.join(["\ufeffkind: ConfigMap", "data:", "  a: b", ""])
    assert load(text.encode(), "web.yaml") == [{"kind": "ConfigMap", "data": {"a": "b"}}]
    with pytest.raises(ManifestError, match="UTF-16"):
        load(text.encode("utf-16"), "web.yaml")


@pytest.mark.parametrize(
    "name", ["no-such.yaml", "a\x00b.yaml", "/etc.yaml", "x" * 5_000 + ".yaml"]
)
def test_30_files_that_cannot_be_read(name: str) -> None:
    with pytest.raises(ManifestError, match="Check the name, or pass the manifest itself"):
        Cluster(nodes=0).apply(name)


def test_30_a_folder_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").mkdir()
    with pytest.raises(ManifestError, match="directory"):
        Cluster(nodes=0).apply(tmp_path / "web.yaml")


def test_31_no_pod_runs_a_process_of_this_machine(tmp_path: Path) -> None:
    reachable = {"subprocess", "os", "pty", "multiprocessing"}
    for file in source.python_files("kubelite/kubelet"):
        assert not {module.split(".")[0] for module, _ in source.imports(file)} & reachable
    cluster = Cluster(nodes=1)
    pod = good(BY_KIND["Pod"], "evil")
    script = ["sh", "-c", f"touch {tmp_path}/here; sleep 100"]
    pod["spec"] = {"containers": [{"name": "c", "image": "busybox", "command": script}]}
    cluster.apply(pod)
    cluster.run_until("pod/evil ready")
    cluster.exec("evil", f"touch {tmp_path}/here; cat /etc/passwd")
    assert not (tmp_path / "here").exists()


def test_32_a_port_that_is_taken() -> None:
    cluster = Cluster(nodes=0)
    with cluster.serve() as server, pytest.raises(OSError, match="in use"):
        Cluster(nodes=0).serve(port=server.port)
