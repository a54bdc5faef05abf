"""What the dashboard is made of and fed with; ``tests/browser/test_dashboard.py`` looks at it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from course.view import palette, state
from kubelite import Cluster
from kubelite.edge.http import dashboard
from kubelite.edge.http.dashboard import looks
from kubelite.edge.http.server import Server
from tests.edge.conftest import Ask, connect
from tests.manifests import deployment

HTML = "text/html,application/xhtml+xml"
FILES = ("/", "/kubelite/v1/dashboard.js", "/kubelite/v1/dashboard.css")


def content(name: str) -> str:
    return (files(dashboard) / name).read_text(encoding="utf-8")


def test_colours_and_signs_are_those_of_the_course() -> None:
    colours = dict(
        re.findall(r"--(\w+): (#\w{6});", content("dashboard.css").partition("@media")[0])
    )
    words = re.findall(r'^  (\w+): \["([^"]+)", "([^"]+)"\],$', content("dashboard.js"), re.M)
    assert [(key, label, cue) for key, label, cue in words] == [
        (one.key, one.label, one.cue) for one in palette.LOOKS
    ]
    assert [colours[one.key] for one in palette.LOOKS] == [one.fill for one in palette.LOOKS]


def test_a_pod_looks_as_in_the_courses_views() -> None:
    cluster = Cluster(nodes=2, seed=7)
    broken = deployment("broken", replicas=2)
    broken["spec"]["template"]["spec"]["containers"][0]["image"] = "<no image>"
    huge = deployment("huge", replicas=1)
    huge["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "900"}}
    cluster.apply([deployment("web"), broken, huge])
    seen = set()
    for _ in range(40):
        cluster.run(0.5)
        for pod in cluster.get("pods"):
            assert looks.look(pod) == state.pod_mark(pod).look
            seen.add(looks.look(pod))
    cluster.delete("deployment/web")
    cluster.run(0.2)
    assert [looks.look(pod) for pod in cluster.get("pods")] == [
        state.pod_mark(pod).look for pod in cluster.get("pods")
    ]
    assert {"pending", "starting", "ready", "trouble"} <= seen


def test_the_page_needs_no_token_and_lets_no_script_in(ask: Ask) -> None:
    for path in FILES:
        code, headers, body = ask("GET", path, authorization=None, Accept=HTML)
        assert code == 200 and body, path
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers
    assert b"<script" not in ask("GET", "/", Accept=HTML)[2].replace(b"<script src=", b"")
    assert ask("POST", "/", b"", authorization=None, Accept=HTML)[0] == 401


def test_the_page_is_not_for_foreign_names_and_pages(ask: Ask) -> None:
    for path in FILES:
        assert ask("GET", path, authorization=None, Accept=HTML, Host="evil.example")[0] == 403
        origin = "https://evil.example"
        assert ask("GET", path, authorization=None, Accept=HTML, Origin=origin)[0] == 403


def test_other_clients_get_the_list_of_paths(ask: Ask) -> None:
    code, headers, body = ask("GET", "/", Accept="application/json, */*")
    assert (code, headers["content-type"]) == (200, "application/json")
    assert "/version" in json.loads(body)["paths"]


def test_prometheus_finds_the_servers_metrics(ask: Ask) -> None:
    code, headers, body = ask("GET", "/metrics")
    assert code == 200 and headers["content-type"].startswith("text/plain")
    families = {found.name for found in text_string_to_metric_families(body.decode())}
    assert {"apiserver_request", "apiserver_resource_objects"} <= families
    assert ask("GET", "/metrics", authorization=None)[0] == 401


def test_no_text_becomes_html_in_the_page() -> None:
    script = content("dashboard.js")
    for door in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert door not in script
    assert not re.search(r"\son\w+=|style=", content("index.html"))
    for name in ("index.html", "dashboard.js", "dashboard.css"):
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", content(name)), name


def fed(server: Server, token: str, lines: int) -> list[dict[str, Any]]:
    connection = connect(server)
    connection.request("GET", "/kubelite/v1/feed", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert answer.status == 200
    found = [json.loads(answer.readline()) for _ in range(lines)]
    connection.close()
    return found


def test_the_feed_has_columns_rows_and_the_time(served: tuple[Cluster, Server]) -> None:
    lines = fed(served[1], served[1].token, 60)
    columns = [line["resource"] for line in lines if line["type"] == "COLUMNS"]
    assert columns[:3] == ["namespaces", "deployments.apps", "statefulsets.apps"]
    (node,) = [line for line in lines if line.get("name") == "node-1" and "cells" in line][:1]
    assert (node["resource"], node["look"], node["cells"][:2]) == (
        "nodes",
        "ready",
        ["node-1", "Ready"],
    )
    assert [line["now"] for line in lines if line["type"] == "NOW"]


def test_nobody_sees_more_than_they_may() -> None:
    cluster = Cluster(nodes=1, rbac=True)
    cluster.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "guest"}})
    token = cluster.create_token("guest")
    with cluster.serve() as server:
        lines = fed(server, token, 11)
        assert {line["type"] for line in lines} == {"REFUSED"}
        assert 'cannot watch resource "pods"' in str(lines)
        connection = connect(server)
        head = {"Authorization": f"Bearer {token}"}
        connection.request("GET", "/kubelite/v1/story/nodes/-/node-1", headers=head)
        assert connection.getresponse().status == 403
        connection.close()


def test_the_story_of_an_object(ask: Ask) -> None:
    code, _, body = ask("GET", "/kubelite/v1/story/nodes/-/node-1")
    story = json.loads(body)
    assert (code, story["title"]) == (200, "node/node-1")
    assert story["lines"] and story["why"]
    assert json.loads(ask("GET", "/kubelite/v1/story/pods/default/nobody")[2])["lines"] == []


@pytest.mark.parametrize(
    "path",
    ["feed/x", "story", "story/pods", "story/nothings/default/x", "story/pods/a/b/c", "", "x"],
)
def test_there_is_nothing_else(ask: Ask, path: str) -> None:
    assert ask("GET", f"/kubelite/v1/{path}")[0] == 404
    assert ask("GET", f"/kubelite/v1/{path}", authorization=None)[0] == 401
