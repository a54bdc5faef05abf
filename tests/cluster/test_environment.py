"""What a container finds in its environment, and what keeps it from starting."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from tests.cluster.manifests import pod, service

Manifest = dict[str, Any]

DATA: list[Manifest] = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web"},
        "data": {"COLOR": "blue", "a.dotted-key": "kept"},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db"},
        "stringData": {"PASSWORD": "s3cret"},
    },
]


def environment(*manifests: Manifest, name: str = "web", **container: Any) -> dict[str, str]:
    """The environment of a new pod's only container."""
    cluster = Cluster()
    cluster.apply([*DATA, *manifests, pod(name, container=container)])
    cluster.run_until(f"pod/{name} ready")
    lines = cluster.exec(name, "env").output.splitlines()
    return dict(line.split("=", 1) for line in lines)


def ref(source: str, **fields: Any) -> Manifest:
    return {"name": "X", "valueFrom": {source: fields}}


def test_whole_maps_and_secrets_with_prefixes() -> None:
    found = environment(
        envFrom=[
            {"configMapRef": {"name": "web"}},
            {"prefix": "DB_", "secretRef": {"name": "db"}},
            {"configMapRef": {"name": "nobody", "optional": True}},
        ]
    )
    assert (found["COLOR"], found["DB_PASSWORD"]) == ("blue", "s3cret")


def test_any_key_may_be_a_variable() -> None:
    """Since 1.34 no key is left out, and no event complains."""
    assert environment(envFrom=[{"configMapRef": {"name": "web"}}])["a.dotted-key"] == "kept"


def test_single_variables_count_more_than_whole_maps() -> None:
    found = environment(
        envFrom=[{"configMapRef": {"name": "web"}}], env=[{"name": "COLOR", "value": "red"}]
    )
    assert found["COLOR"] == "red"


@pytest.mark.parametrize(
    "text, becomes",
    [
        ("$(COLOR)", "blue"),
        ("$$(COLOR)", "$(COLOR)"),
        ("$(NOBODY)", "$(NOBODY)"),
        ("$COLOR", "$COLOR"),
        ("$(KUBERNETES_SERVICE_HOST)", "10.96.0.1"),
    ],
)
def test_variables_in_variables(text: str, becomes: str) -> None:
    """Cases of third_party/forked/golang/expansion/expand_test.go."""
    found = environment(
        envFrom=[{"configMapRef": {"name": "web"}}], env=[{"name": "X", "value": text}]
    )
    assert found["X"] == becomes


@pytest.mark.parametrize(
    "source, expected",
    [
        (ref("configMapKeyRef", name="web", key="COLOR"), "blue"),
        (ref("secretKeyRef", name="db", key="PASSWORD"), "s3cret"),
        (ref("configMapKeyRef", name="web", key="none", optional=True), None),
        (ref("secretKeyRef", name="nobody", key="x", optional=True), None),
        (ref("fieldRef", fieldPath="metadata.labels['app']"), "web"),
        (ref("fieldRef", fieldPath="metadata.namespace"), "default"),
        (ref("resourceFieldRef", resource="limits.memory", divisor="1Mi"), "64"),
        (ref("resourceFieldRef", resource="requests.cpu", divisor="1m"), "250"),
        (ref("resourceFieldRef", resource="requests.cpu"), "1"),
    ],
)
def test_where_a_value_may_come_from(source: Manifest, expected: str | None) -> None:
    resources = {"requests": {"cpu": "250m"}, "limits": {"memory": "64Mi"}}
    assert environment(env=[source], resources=resources).get("X") == expected


def test_a_container_without_a_limit_may_use_what_the_node_has() -> None:
    found = environment(env=[ref("resourceFieldRef", resource="limits.cpu")])
    assert found["X"] == "4"


@pytest.mark.parametrize(
    "container, words",
    [
        ({"env": [ref("configMapKeyRef", name="no", key="x")]}, 'configmap "no" not found'),
        ({"env": [ref("secretKeyRef", name="no", key="x")]}, 'secret "no" not found'),
        (
            {"env": [ref("configMapKeyRef", name="web", key="x")]},
            "couldn't find key x in ConfigMap default/web",
        ),
        (
            {"env": [ref("secretKeyRef", name="db", key="x")]},
            "couldn't find key x in Secret default/db",
        ),
        ({"envFrom": [{"configMapRef": {"name": "no"}}]}, 'configmap "no" not found'),
    ],
)
def test_what_keeps_a_container_from_starting(container: Manifest, words: str) -> None:
    cluster = Cluster()
    cluster.apply([*DATA, pod(container=container)])
    cluster.run(5)
    waiting = cluster.get("pod/web").status.container_statuses[0].state.waiting
    assert (waiting.reason, waiting.message) == ("CreateContainerConfigError", words)
    assert f"Error: {words}" in {event.message for event in cluster.events("pod/web")}


def test_variables_never_follow() -> None:
    cluster = Cluster()
    cluster.apply([*DATA, pod(container={"envFrom": [{"configMapRef": {"name": "web"}}]})])
    cluster.run_until("pod/web ready")
    cluster.patch("configmap/web", {"data": {"COLOR": "green"}})
    cluster.run(300)
    assert "COLOR=blue" in cluster.exec("web", "env").output


def test_variables_of_services() -> None:
    """As pkg/kubelet/envvars/envvars_test.go has them."""
    cluster = Cluster()
    ports = [{"port": 80, "name": "http"}, {"port": 8443, "name": "p-2"}]
    shop = {**service(ports=ports), "metadata": {"name": "my-shop"}}
    ip = cluster.apply(shop).spec.cluster_ip
    cluster.apply({**service(clusterIP="None"), "metadata": {"name": "headless"}})
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    lines = cluster.exec("web", "env").output.splitlines()
    found = {line for line in lines if line.startswith("MY_SHOP")}
    assert found == {
        f"MY_SHOP_SERVICE_HOST={ip}",
        "MY_SHOP_SERVICE_PORT=80",
        "MY_SHOP_SERVICE_PORT_HTTP=80",
        "MY_SHOP_SERVICE_PORT_P_2=8443",
        f"MY_SHOP_PORT=tcp://{ip}:80",
        f"MY_SHOP_PORT_80_TCP=tcp://{ip}:80",
        "MY_SHOP_PORT_80_TCP_PROTO=tcp",
        "MY_SHOP_PORT_80_TCP_PORT=80",
        f"MY_SHOP_PORT_80_TCP_ADDR={ip}",
        f"MY_SHOP_PORT_8443_TCP=tcp://{ip}:8443",
        "MY_SHOP_PORT_8443_TCP_PROTO=tcp",
        "MY_SHOP_PORT_8443_TCP_PORT=8443",
        f"MY_SHOP_PORT_8443_TCP_ADDR={ip}",
    }
    assert not any(line.startswith("HEADLESS") for line in lines)


def test_without_service_links_only_the_api_server_is_named() -> None:
    cluster = Cluster()
    cluster.apply([service(), pod("alone", enableServiceLinks=False)])
    cluster.run_until("pod/alone ready")
    output = cluster.exec("alone", "env").output
    assert "KUBERNETES_SERVICE_HOST=10.96.0.1" in output
    assert "WEB_SERVICE_HOST" not in output


def test_a_service_that_comes_later_is_not_named() -> None:
    cluster = Cluster()
    cluster.apply(pod())
    cluster.run_until("pod/web ready")
    cluster.apply(service())
    cluster.run(10)
    assert "WEB_SERVICE_HOST" not in cluster.exec("web", "env").output


def test_a_value_from_a_file_that_an_init_container_wrote() -> None:
    prepare = {
        "name": "prepare",
        "image": "busybox",
        "command": ["sh", "-c", "echo \"TOKEN='abc'\" > /out/env"],
        "volumeMounts": [{"name": "out", "mountPath": "/out"}],
    }
    manifest = pod(volumes=[{"name": "out", "emptyDir": {}}], initContainers=[prepare])
    source = ref("fileKeyRef", volumeName="out", path="env", key="TOKEN")
    manifest["spec"]["containers"][0]["env"] = [source]
    cluster = Cluster()
    cluster.apply(manifest)
    cluster.run_until("pod/web ready")
    assert "X=abc" in cluster.exec("web", "env").output
