"""Helm 4, by its own library: a chart is installed, upgraded, rolled back, tested, uninstalled.

KUBECONFIG=... python helm_releases.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python as helm
from kubernetes import client, config
from kubernetes.client import ApiException

CHART = Path(__file__).parent.parent / "charts" / "shop"
SPACE = "by-helm"


def main() -> None:
    config.load_kube_config()
    with helm.Config(namespace=SPACE) as releases:
        releases.check_reachable()
        install(releases)
        test(releases)
        upgrade(releases)
        fail(releases)
        rollback(releases)
        uninstall(releases)
    client.CoreV1Api().delete_namespace(SPACE)


def deployment() -> Any:
    return client.AppsV1Api().read_namespaced_deployment("demo", SPACE)


def install(releases: helm.Config) -> None:
    """Definitions first, then the hook's Job, then the objects; done when all are ready."""
    tried = releases.install(str(CHART), "dry", dry_run="client")
    assert "kind: Deployment" in tried["manifest"]
    done = releases.install(
        str(CHART), "demo", create_namespace=True, wait="watcher", timeout=60, labels={"team": "a"}
    )
    assert (done["status"], done["revision"]) == ("deployed", 1), done
    found = deployment()
    assert found.status.ready_replicas == 2
    owner = found.metadata.labels["app.kubernetes.io/managed-by"]
    settings = client.CoreV1Api().read_namespaced_config_map("demo-settings", SPACE).data
    assert settings["nodes"] == "3" and settings["policy"] == "true", settings
    assert settings["kubernetes"].startswith("v1.37"), settings
    assert client.BatchV1Api().list_namespaced_job(SPACE).items == []
    secrets = client.CoreV1Api().list_namespaced_secret(SPACE, label_selector="owner=helm").items
    assert [one.metadata.name for one in secrets] == ["sh.helm.release.v1.demo.v1"]
    print(f"install: deployed with --wait, managed by {owner}; its hook ran and was deleted")


def test(releases: helm.Config) -> None:
    said = releases.test("demo", timeout=60, logs=True)
    assert "Welcome to nginx" in said["logs"], said
    print("test: the pod got its answer")


def upgrade(releases: helm.Config) -> None:
    changed = {"replicas": 3, "image": "nginx:1.28", "greeting": "hello"}
    done = releases.upgrade(str(CHART), "demo", changed, wait="watcher", timeout=60)
    assert (done["status"], done["revision"]) == ("deployed", 2), done
    found = deployment()
    assert found.status.ready_replicas == found.status.updated_replicas == 3
    assert found.spec.template.spec.containers[0].image == "nginx:1.28"
    assert releases.get_values("demo") == changed
    try:
        releases.upgrade(str(CHART), "demo", {"replicas": -1})
    except helm.HelmError as error:
        assert "replicas" in str(error), error
    else:
        raise AssertionError("the schema allows no negative number")
    print("upgrade: 3 replicas of another image; refused by the chart's schema")


def fail(releases: helm.Config) -> None:
    """What never becomes ready is rolled back by itself."""
    try:
        releases.upgrade(
            str(CHART),
            "demo",
            {"image": "no-such:1"},
            wait="watcher",
            timeout=3,
            rollback_on_failure=True,
        )
    except helm.HelmError as error:
        assert "rolled back" in str(error) or "deadline" in str(error), error
    else:
        raise AssertionError("it cannot become ready")
    assert deployment().spec.template.spec.containers[0].image == "nginx:1.28"
    print("a failed upgrade: rolled back by itself")


def rollback(releases: helm.Config) -> None:
    releases.rollback("demo", version=1, wait="watcher", timeout=60)
    found = deployment()
    assert found.spec.replicas == 2
    assert found.spec.template.spec.containers[0].image == "nginx:1.27"
    kept = [(one["revision"], one["status"]) for one in releases.history("demo")]
    assert kept[-1] == (5, "deployed"), kept
    print(f"rollback: to the first version; the history has {len(kept)} revisions")


def uninstall(releases: helm.Config) -> None:
    assert [one["name"] for one in releases.list()] == ["demo"]
    releases.uninstall("demo", wait="watcher", timeout=60)
    assert releases.list() == []
    try:
        deployment()
    except ApiException as error:
        assert error.status == 404
    else:
        raise AssertionError("it is still there")
    client.ApiextensionsV1Api().read_custom_resource_definition("prices.helm.example")
    print("uninstall: everything is gone but the definition")


if __name__ == "__main__":
    main()
