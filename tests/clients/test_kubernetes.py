"""The official Python client, version 37."""

from __future__ import annotations

import re

from kubelite import Cluster
from tests.applications.test_applications import HOSTS, files
from tests.clients.conftest import Run


def test_objects_of_many_groups(run: Run) -> None:
    assert run("kubernetes_objects.py") == [
        "create_from_yaml: 3 objects, Conflict the second time, applied the third",
        "patches: strategic, json, merge, apply; one conflict",
        "replace: Conflict with an old version, done with a new one",
        "scale: read, replaced, patched",
        "groups: batch, networking, policy, rbac, autoscaling, coordination, authorization",
        "custom objects: made, patched, status, deleted",
        "refusals: Not Found, Unprocessable Entity; a dry run",
        "deleted: in the foreground, as a collection, a whole namespace",
    ]


def test_lists_and_watches(run: Run) -> None:
    assert run("kubernetes_watching.py") == [
        "pages: [3, 3, 1] of one version",
        "watch: MODIFIED, DELETED; resumed with DELETED; ended by its time",
        "too old: 410 Expired",
        "informer: 5 listed, then ADDED, MODIFIED, DELETED",
        "dynamic client: created, watched until Ready, patched, applied, deleted",
    ]


def test_logs_commands_and_leaders(run: Run) -> None:
    assert run("kubernetes_pods.py") == [
        "exec: hello from talker; exit code 3",
        "shell: one, two, exit",
        "port-forward: 200 OK",
        "logs: the last line, with its time, and four followed without a gap",
        "eviction: the pod went",
        "leaders: first leads, first stopped, second leads",
    ]


def test_all_that_is_served_is_what_the_published_schemas_say(
    run: Run, environment: dict[str, str]
) -> None:
    """Three applications, with what the control plane has made of them."""
    cluster = Cluster(nodes=4, seed=7)
    for name in HOSTS:
        for file in files(name):
            cluster.apply(file)
    cluster.run(180)
    with cluster.serve() as server:
        environment["KUBECONFIG"] = server.kubeconfig
        [line] = run("kubernetes_models.py")
    counts = re.fullmatch(r"(\d+) of (\d+) lists have (\d+) objects", line)
    assert counts is not None
    filled, lists, objects = map(int, counts.groups())
    assert filled >= 30 and lists >= 50 and objects >= 500, line
