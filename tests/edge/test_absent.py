"""What clients from outside do not find, and what they meet instead (docs/fidelity.md)."""

from __future__ import annotations

from pathlib import Path

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.cluster.manifests import pod
from tests.edge.conftest import Ask, Kubectl


def test_forms_of_answers_that_are_not_here(ask: Ask) -> None:
    for form in ("application/vnd.kubernetes.protobuf", "application/cbor"):
        assert ask("GET", "/api/v1/nodes", Accept=form)[0] == 406
        either = ask("GET", "/api/v1/nodes", Accept=f"{form}, application/json")
        assert (either[0], either[1]["content-type"]) == (200, "application/json")
    assert ask("GET", "/openapi/v2")[0] == 404
    assert ask("GET", "/openapi/v3")[0] == 200


def test_files_cannot_be_copied(
    served: tuple[Cluster, Server], kubectl: Kubectl, tmp_path: Path
) -> None:
    served[0].apply(pod())
    kubectl("wait pod/web --for=condition=Ready --timeout=60s")
    file = tmp_path / "page.html"
    file.write_text("hello")
    kubectl.run("cp", str(file), "web:/page.html")
    assert "No such file" in served[0].exec("web", "cat /page.html").output
    kubectl.run("cp", "web:/etc/hostname", str(tmp_path / "name"))
    assert not (tmp_path / "name").exists()
