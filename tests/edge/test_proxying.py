"""Requests that the API server passes on to pods, asked for by the real kubectl."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.edge.http.proxying import Target, target
from tests.kubectl.living import Living

SHOP = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 8080, targetPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
"""


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("pods/web/proxy", Target("ns", "pods", "web", "", "/")),
        ("pods/http:web:81/proxy/a/b", Target("ns", "pods", "web", "81", "/a/b")),
        ("services/web:http/proxy/", Target("ns", "services", "web", "http", "/")),
        ("pods/web/log", None),
        ("configmaps/web/proxy", None),
    ],
)
def test_what_a_path_means(path: str, meant: Target | None) -> None:
    assert target(f"/api/v1/namespaces/ns/{path}") == meant


def test_the_server_passes_requests_on(tmp_path: Path) -> None:
    cluster = Cluster(nodes=1, seed=7, rbac=True)
    cluster.apply(SHOP)
    cluster.run(20)
    with cluster.serve(speed=100) as server:
        living = Living(cluster, server, tmp_path)

        def raw(path: str, *more: str) -> str:
            asked = f"/api/v1/namespaces/default/{path}"
            said = living.real(["get", "--raw", asked, *more])
            return said.out + said.error

        for path in ("pods/web/proxy/", "services/web/proxy/", "services/web:http/proxy/"):
            assert "nginx" in raw(path), path
        assert "error trying to reach service" in raw("pods/web:81/proxy/")
        assert 'no endpoints available for service "nobody"' in raw("services/nobody/proxy/")
        assert "no service port" in raw("services/web:nope/proxy/")
        assert 'pods "ghost" not found' in raw("pods/ghost/proxy/")
        assert 'cannot get resource "pods/proxy"' in raw("pods/web/proxy/", "--as=ada")
        listed = living.real(["get", "--raw", "/api/v1"]).out
        assert '"pods/proxy"' in listed and '"services/proxy"' in listed
