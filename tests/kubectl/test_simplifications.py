"""Where kubectl without a binary looks and steers more simply (docs/fidelity.md)."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.kubectl import Kubectl, kubectl
from tests.manifests import deployment

LIMITS = """
apiVersion: v1
kind: LimitRange
metadata: {name: sizes}
spec:
  limits: [{type: Container, max: {memory: 1Gi, cpu: "2"}, min: {memory: 1Mi, cpu: 10m}}]
"""


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(nodes=2, seed=7)


@pytest.fixture
def k(cluster: Cluster) -> Kubectl:
    return kubectl(cluster)


def test_resources_of_a_limit_range_are_in_the_order_of_their_names(
    cluster: Cluster, k: Kubectl
) -> None:
    cluster.apply(LIMITS)
    rows = [line.split() for line in k("describe limitrange sizes").lines]
    assert [row[1] for row in rows if row[:1] == ["Container"]] == ["cpu", "memory"]


def test_the_status_of_a_rollout_is_watched_for_one_virtual_minute(
    cluster: Cluster, k: Kubectl
) -> None:
    cluster.apply(deployment("web", image="nope:1"))
    before = cluster.clock.now
    given_up = k("rollout status deployment/web")
    assert cluster.clock.now - before == 60_000_000
    assert (given_up.code, given_up.error) == (1, "error: timed out waiting for the condition\n")


def test_ages_are_of_the_virtual_clock(cluster: Cluster, k: Kubectl) -> None:
    cluster.run(7200)
    cluster.apply(deployment("web"))
    cluster.run(30)
    told = k("events --for deployment/web --no-headers").lines
    assert [line.split()[0] for line in told] == ["30s"]


def test_one_revision_as_json_has_sorted_keys(cluster: Cluster, k: Kubectl) -> None:
    cluster.apply(deployment("web"))
    cluster.run(30)
    shown = k("rollout history deployment/web --revision=1 -o json").json()
    assert list(shown) == ["apiVersion", "kind", "metadata", "spec", "status"]


def test_there_is_one_context_whose_namespace_may_change(k: Kubectl) -> None:
    assert k("config get-contexts -o name").text == "kubelite\n"
    assert k("config set-context --current --namespace=kube-system")
    assert "No resources found in kube-system namespace." in k("get pods").error
    assert "one cluster and one context" in k("config set-context two --namespace=a").error


@pytest.mark.parametrize(
    "line",
    [
        "cluster-info dump",
        "explain pods --output=plaintext-openapiv2",
        "config set-context --current --user=kubernetes-admin",
    ],
)
def test_what_only_the_binary_does_says_so(k: Kubectl, line: str) -> None:
    said = k(line)
    assert said.code == 1
    assert "needs the real kubectl; see cluster.serve()" in said.error
