"""A served cluster: it paces itself, can be used beside, and stops without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.edge.http import server as http_server
from tests.edge.conftest import Ask, connect
from tests.manifests import deployment


def test_time_passes_by_itself_and_stops_with_the_server() -> None:
    cluster = Cluster(nodes=1, seed=7)
    kind = type(cluster)
    begun = cluster.clock.now
    with cluster.serve(speed=100) as server:
        assert Path(cluster.kubeconfig) == Path(server.kubeconfig)
        time.sleep(0.5)
        passed = cluster.now - begun
    assert 20 < passed / 1_000_000 < 200
    stood = cluster.now
    time.sleep(0.1)
    assert (cluster.now, type(cluster)) == (stood, kind)
    assert not Path(server.kubeconfig).parent.exists()


def test_a_notebook_goes_on_using_its_cluster() -> None:
    cluster = Cluster(nodes=2, seed=7)
    with cluster.serve(speed=1000) as server:
        for n in range(5):
            cluster.apply(deployment(f"web-{n}", replicas=3))
            cluster.run(5)
        cluster.run_until("pods ready")
        connection = connect(server)
        head = {"Authorization": f"Bearer {server.token}"}
        connection.request("GET", "/api/v1/namespaces/default/pods?limit=4", headers=head)
        listed = json.loads(connection.getresponse().read())
        connection.close()
    assert len(listed["items"]) == 4
    assert listed["metadata"]["remainingItemCount"] == 11


def test_what_came_over_http_is_done_again_in_a_branch() -> None:
    cluster = Cluster(nodes=2, seed=7)
    with cluster.serve(speed=100) as server:
        connection = connect(server)
        head = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        path, body = "/apis/apps/v1/namespaces/default/deployments", json.dumps(deployment())
        connection.request("POST", path, body, head)
        assert connection.getresponse().read()
        connection.close()
        time.sleep(0.3)
        cluster.scale("deployment/web", 5)
        time.sleep(0.2)
    branch = cluster.branch()
    assert branch.trace.digest() == cluster.trace.digest()
    assert type(branch) is Cluster
    assert [deed.call for deed in branch.deeds] == [
        "create deployments.apps/web",
        "scale('deployment/web', 5)",
    ]


def test_it_is_served_at_one_of_the_speeds() -> None:
    with pytest.raises(ValueError, match="speed 0 is not between"):
        Cluster(nodes=0).serve(speed=0)


def test_kubelite_up_until_a_signal_comes(tmp_path: Path) -> None:
    config = tmp_path / "config"
    command = [sys.executable, "-m", "course.cli", "up", "--nodes", "1", "--speed", "100"]
    process = subprocess.Popen(
        [*command, "--kubeconfig", str(config)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    said = ""
    while "export KUBECONFIG" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    assert "serving at https://127.0.0.1:" in said and config.exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert process.stdout.read().strip() == "stopped"
    process.stdout.close()
    assert not config.exists()


def test_a_served_cluster_can_be_kept_in_a_file(tmp_path: Path) -> None:
    file = str(tmp_path / "shop.db")
    with Cluster(nodes=1, store=file) as cluster, cluster.serve(speed=100) as server:
        connection = connect(server)
        head = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        where = "/api/v1/namespaces/default/configmaps"
        connection.request("POST", where, b'{"metadata":{"name":"kept"}}', head)
        assert connection.getresponse().status == 201
        connection.close()
    with Cluster(store=file) as again:
        assert "kept" in again.get("configmaps").names


def test_while_somebody_asks_the_clock_moves_in_short_stretches() -> None:
    cluster = Cluster(nodes=1, seed=7)
    for n in range(1000):
        cluster.clock.at(cluster.clock.now + n, lambda: None)
    pacer = http_server.Pacer(cluster, nullcontext(), 1.0)

    def steps() -> int:
        """How much is done in one stretch, when each step and look takes half a millisecond."""
        real = iter(range(1000))
        assert pacer._stretch(cluster.clock.now + 1000, lambda: next(real) / 2000), "not all"
        return next(real) - 2

    assert steps() == 40
    pacer.nudge()
    assert steps() == 2
    assert steps() == 40


def lines_of(body: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in body.splitlines()]


def test_a_watch_list_says_where_the_beginning_ends(ask: Ask) -> None:
    path = "/api/v1/nodes?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
    more = "&resourceVersionMatch=NotOlderThan&timeoutSeconds=1"
    code, _, body = ask("GET", path + more)
    events = lines_of(body)
    assert code == 200
    assert [event["type"] for event in events[:4]] == ["ADDED", "ADDED", "ADDED", "BOOKMARK"]
    marked = events[3]["object"]["metadata"]["annotations"]  # type: ignore[index]
    assert marked == {"k8s.io/initial-events-end": "true"}
    assert ask("GET", path + "&timeoutSeconds=1")[0] == 422


def test_a_watch_from_a_forgotten_version_says_so(served: tuple[Cluster, object], ask: Ask) -> None:
    cluster = served[0]
    cluster.store.compact(cluster.revision)
    _, _, body = ask("GET", "/api/v1/nodes?watch=true&resourceVersion=2&timeoutSeconds=1")
    (event,) = lines_of(body)
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)  # type: ignore[index]


def test_tables_and_metadata_come_as_asked(ask: Ask) -> None:
    table = "application/json;as=Table;v=v1;g=meta.k8s.io"
    found = json.loads(ask("GET", "/api/v1/nodes", Accept=table)[2])
    assert found["kind"] == "Table"
    titles = [column["name"] for column in found["columnDefinitions"]]
    assert titles[:5] == ["Name", "Status", "Roles", "Age", "Version"]
    assert found["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    partial = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    found = json.loads(ask("GET", "/api/v1/nodes", Accept=partial)[2])
    assert found["kind"] == "PartialObjectMetadataList"
    assert set(found["items"][0]) == {"kind", "apiVersion", "metadata"}
    assert ask("GET", "/api/v1/nodes", Accept="text/html")[0] == 406


def test_objects_come_as_yaml_to_whoever_wants_that(ask: Ask) -> None:
    code, headers, body = ask("GET", "/api/v1/namespaces/default", Accept="application/yaml")
    assert (code, headers["content-type"]) == (200, "application/yaml")
    assert body.startswith(b"apiVersion: v1\nkind: Namespace\n")
    listed = ask("GET", "/api/v1/nodes", Accept="application/yaml;q=0.9, application/json")[2]
    assert b"kind: NodeList\n" in listed and b"\n- apiVersion: v1\n" in listed


def test_unknown_fields_are_refused_warned_of_or_ignored(ask: Ask) -> None:
    body = b'{"metadata":{"generateName":"c-"},"dat":{}}'
    where, media = "/api/v1/namespaces/default/configmaps", "application/json"
    assert ask("POST", f"{where}?fieldValidation=Strict", body, Content_Type=media)[0] == 400
    code, headers, _ = ask("POST", where, body, Content_Type=media)
    assert (code, headers["warning"]) == (201, '299 - "unknown field \\"dat\\""')
    code, headers, _ = ask("POST", f"{where}?fieldValidation=Ignore", body, Content_Type=media)
    assert code == 201 and "warning" not in headers
