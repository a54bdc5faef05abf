"""What is filled in, and that nothing is filled in twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelite.api.apps_v1 import Deployment, RollingUpdateDeployment
from kubelite.api.core_v1 import Container, Namespace, Node, Pod, Secret, Service
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.apimachinery.struct import convert, to_dict
from kubelite.apiserver import defaults

PULL_POLICIES = [
    ("nginx", "Always"),
    ("nginx:latest", "Always"),
    ("nginx:1.28", "IfNotPresent"),
    ("registry.example.com:5000/nginx", "Always"),
    ("registry.example.com:5000/nginx:1.28", "IfNotPresent"),
    ("nginx@sha256:" + "0" * 64, "IfNotPresent"),
    ("nginx:latest@sha256:" + "0" * 64, "Always"),
]


@pytest.mark.parametrize(("image", "policy"), PULL_POLICIES)
def test_a_moving_tag_is_always_pulled(image: str, policy: str) -> None:
    pod = defaults.default_pod(pod_of({"name": "c", "image": image}))
    assert pod.spec.containers[0].image_pull_policy == policy


def pod_of(*containers: dict[str, Any], **spec: Any) -> Pod:
    return convert(Pod, {"spec": {"containers": list(containers), **spec}})


def test_a_deployment_rolls_by_quarters() -> None:
    spec = defaults.default_deployment(Deployment()).spec
    assert (spec.replicas, spec.revision_history_limit, spec.progress_deadline_seconds) == (
        1,
        10,
        600,
    )
    assert spec.strategy.type == "RollingUpdate"
    assert spec.strategy.rolling_update == RollingUpdateDeployment(
        max_unavailable="25%", max_surge="25%"
    )


def test_a_template_gets_less_than_a_pod() -> None:
    limits = {"limits": {"cpu": "1"}}
    template = {"spec": {"containers": [{"name": "c", "image": "i", "resources": limits}]}}
    deployment = convert(Deployment, {"spec": {"template": template}})
    spec = defaults.default_deployment(deployment).spec.template.spec
    assert (spec.restart_policy, spec.termination_grace_period_seconds) == ("Always", 30)
    assert (spec.enable_service_links, spec.containers[0].resources.requests) == (None, {})
    of_pod = defaults.default_pod_spec(spec)
    assert of_pod.enable_service_links is True
    assert str(of_pod.containers[0].resources.requests["cpu"]) == "1"


def test_on_the_hosts_network_ports_are_the_hosts() -> None:
    container = {"name": "c", "image": "i", "ports": [{"containerPort": 80}]}
    pod = defaults.default_pod(pod_of(container, hostNetwork=True))
    assert pod.spec.containers[0].ports[0].host_port == 80


def test_amounts_are_rounded_up_to_thousandths() -> None:
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "100u"}}}
    pod = defaults.default_pod(pod_of(container))
    assert str(pod.spec.containers[0].resources.requests["cpu"]) == "1m"


def test_whole_pod_requests_follow_from_its_limits() -> None:
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "1"}}}
    pod = defaults.default_pod(
        pod_of(container, resources={"limits": {"cpu": "2", "memory": "1Gi"}})
    )
    assert pod.spec.resources is not None
    assert to_dict(pod.spec.resources.requests) == {"cpu": "1", "memory": "1Gi"}


SERVICES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"ports": [{"port": 80}]},
     {"type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster",
      "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}]}),
    ({"type": "LoadBalancer"},
     {"type": "LoadBalancer", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster",
      "externalTrafficPolicy": "Cluster", "allocateLoadBalancerNodePorts": True}),
    ({"type": "ExternalName"}, {"type": "ExternalName", "sessionAffinity": "None"}),
    ({"sessionAffinity": "ClientIP"},
     {"type": "ClusterIP", "sessionAffinity": "ClientIP", "internalTrafficPolicy": "Cluster",
      "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}}}),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), SERVICES)
def test_services(spec: dict[str, Any], expected: dict[str, Any]) -> None:
    service = defaults.default_service(convert(Service, {"spec": spec}))
    assert to_dict(service.spec) == expected
    assert defaults.default_service(service) is service


def test_the_other_kinds() -> None:
    namespace = defaults.default_namespace(convert(Namespace, {"metadata": {"name": "shop"}}))
    assert namespace.metadata.labels == {"kubernetes.io/metadata.name": "shop"}
    assert namespace.status.phase == "Active"
    assert defaults.default_secret(Secret()).type == "Opaque"
    node = defaults.default_node(convert(Node, {"status": {"capacity": {"cpu": "4"}}}))
    assert node.status.allocatable == node.status.capacity
    endpoint_slice = defaults.default_endpoint_slice(convert(EndpointSlice, {"ports": [{}]}))
    assert to_dict(endpoint_slice.ports) == [{"name": "", "protocol": "TCP"}]


VOLUMES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"emptyDir": {}}),
    ({"secret": {"secretName": "s"}}, {"secret": {"secretName": "s", "defaultMode": 420}}),
    ({"hostPath": {"path": "/"}}, {"hostPath": {"path": "/", "type": ""}}),
    ({"image": {"reference": "a:1"}},
     {"image": {"reference": "a:1", "pullPolicy": "IfNotPresent"}}),
    ({"projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
     {"projected": {"defaultMode": 420, "sources": [
         {"serviceAccountToken": {"path": "t", "expirationSeconds": 3600}}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("volume", "expected"), VOLUMES)
def test_volumes(volume: dict[str, Any], expected: dict[str, Any]) -> None:
    pod = defaults.default_pod(pod_of(volumes=[{"name": "v", **volume}]))
    assert to_dict(pod.spec.volumes[0]) == {"name": "v", **expected}


probes = st.fixed_dictionaries(
    {}, optional={"periodSeconds": st.integers(0, 60), "failureThreshold": st.integers(0, 5)}
)
handlers = st.sampled_from(
    [{"httpGet": {"port": 80}}, {"exec": {"command": ["a"]}}, {"grpc": {"port": 1}}]
)
containers = st.fixed_dictionaries(
    {"name": st.just("c"), "image": st.sampled_from([image for image, _ in PULL_POLICIES])},
    optional={
        "livenessProbe": st.builds(lambda probe, handler: {**probe, **handler}, probes, handlers),
        "ports": st.just([{"containerPort": 80}]),
        "resources": st.just({"limits": {"cpu": "1500u"}}),
    },
)


@given(st.lists(containers, max_size=3), st.booleans())
def test_filling_in_twice_changes_nothing(made: list[dict[str, Any]], host: bool) -> None:
    once = defaults.default_pod(pod_of(*made, hostNetwork=host))
    assert defaults.default_pod(once) is once
    assert defaults.default_pod_spec(once.spec) is once.spec
    assert all(isinstance(container, Container) for container in once.spec.containers)
