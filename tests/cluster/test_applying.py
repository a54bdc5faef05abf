"""``apply`` brings the cluster into line with a manifest, and takes out what was taken out.

Facts from kubectl's apply tests (pkg/cmd/apply).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.cluster.applying import LAST_APPLIED
from tests.cluster.test_refusals import WEB

SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {team: red}
data: {colour: blue, size: large}
"""


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(nodes=1)


def test_what_was_applied_is_remembered_in_an_annotation(cluster: Cluster) -> None:
    made = cluster.apply(SETTINGS)
    text = made.metadata.annotations[LAST_APPLIED]
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "annotations": {},
            "labels": {"team": "red"},
            "name": "settings",
            "namespace": "default",
        },
        "data": {"colour": "blue", "size": "large"},
    }


def test_the_same_again_writes_nothing(cluster: Cluster) -> None:
    for source in (SETTINGS, WEB):
        made = cluster.apply(source)
        before = cluster.revision
        assert cluster.apply(source) == made
        assert cluster.revision == before


def test_a_field_taken_out_of_the_manifest_is_taken_out(cluster: Cluster) -> None:
    cluster.apply(SETTINGS)
    less = SETTINGS.replace(", size: large", "").replace("  labels: {team: red}\n", "")
    changed = cluster.apply(less)
    assert (changed.data, changed.metadata.labels) == ({"colour": "blue"}, {})


def test_what_others_have_set_stays(cluster: Cluster) -> None:
    cluster.apply(SETTINGS)
    others = {"data": {"owner": "me"}, "metadata": {"labels": {"tier": "front"}}}
    cluster.patch("configmap/settings", others)
    changed = cluster.apply(SETTINGS.replace("blue", "green"))
    assert changed.data == {"colour": "green", "size": "large", "owner": "me"}
    assert changed.metadata.labels == {"team": "red", "tier": "front"}


def test_what_others_have_changed_is_changed_back(cluster: Cluster) -> None:
    cluster.apply(SETTINGS)
    cluster.patch("configmap/settings", {"data": {"colour": "pink"}})
    assert cluster.apply(SETTINGS).data["colour"] == "blue"


def test_replicas_left_out_of_the_manifest_are_left_to_others(cluster: Cluster) -> None:
    manifest = WEB.replace("  replicas: 3\n", "")
    cluster.apply(manifest)
    cluster.scale("deployment/web", 5)
    changed = cluster.apply(manifest.replace("image: nginx", "image: nginx:1.26"))
    assert changed.spec.replicas == 5
    assert changed.spec.template.spec.containers[0].image == "nginx:1.26"


def test_a_container_is_added_and_removed_by_name(cluster: Cluster) -> None:
    cluster.apply(WEB)
    two = WEB.rstrip() + "\n      - name: log\n        image: busybox\n"
    names = [c.name for c in cluster.apply(two).spec.template.spec.containers]
    assert sorted(names) == ["log", "main"]
    left = cluster.apply(WEB).spec.template.spec.containers
    assert [c.name for c in left] == ["main"]


def test_what_was_made_otherwise_can_be_applied_to(cluster: Cluster) -> None:
    cluster.apply(SETTINGS)
    cluster.patch("configmap/settings", {"metadata": {"annotations": None}})
    changed = cluster.apply(SETTINGS.replace(", size: large", ""))
    assert changed.data == {"colour": "blue", "size": "large"}, "nobody knows who set it"
    assert LAST_APPLIED in changed.metadata.annotations


# Many at once

OTHER = SETTINGS.replace("settings", "other")


def as_list(*documents: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": [*documents]}


def small(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


@pytest.mark.parametrize(
    "source",
    [
        f"{SETTINGS}---{OTHER}",
        f"---\n{SETTINGS}---\n# nothing here\n---{OTHER}---\n",
        [SETTINGS, OTHER],
        as_list(small("settings"), small("other")),
        json.dumps(as_list(small("settings"), small("other"))),
        [small("settings"), as_list(small("other"))],
    ],
)
def test_several_documents_in_order(cluster: Cluster, source: Any) -> None:
    applied = cluster.apply(source)
    assert [obj.metadata.name for obj in applied] == ["settings", "other"]
    assert set(cluster.get("configmaps").names) >= {"settings", "other"}


def test_a_manifest_says_where_it_belongs(cluster: Cluster) -> None:
    there = SETTINGS.replace("name: settings", "name: settings\n  namespace: kube-system")
    assert cluster.apply(there).metadata.namespace == "kube-system"
    assert cluster.apply(SETTINGS, namespace="kube-public").metadata.namespace == "kube-public"


def test_a_file_is_read_by_its_name(cluster: Cluster, tmp_path: Any) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    assert cluster.apply(str(file)).metadata.name == "settings"
    assert cluster.apply(file).metadata.name == "settings"


# Scaling


def test_scaling_goes_through_the_scale_subresource(cluster: Cluster) -> None:
    cluster.apply(WEB)
    scaled = cluster.scale("deployment/web", 5)
    assert (scaled.kind, scaled.spec.replicas, scaled.metadata.generation) == ("Deployment", 5, 2)
    with pytest.raises(Exception, match="must be greater than or equal to 0"):
        cluster.scale("deployment/web", -5)
    with pytest.raises(Exception, match="could not find the requested resource"):
        cluster.scale("configmap/kube-root-ca.crt", 2)
    cluster.run_until("deployment/web ready")
    assert len(cluster.get("pods")) == 5
