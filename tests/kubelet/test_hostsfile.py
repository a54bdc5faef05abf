"""A pod's hostname and its /etc/hosts, after upstream's ``TestManagedHostsFileContent``."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Pod, PodSpec
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.strict import convert
from kubelite.kubelet.hostsfile import hostname, hosts

LOCAL = """# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
"""
ALIASES = [
    {"ip": "123.45.67.89", "hostnames": ["foo", "bar", "baz"]},
    {"ip": "456.78.90.123", "hostnames": ["park", "doo", "boo"]},
]


def pod(name: str = "podFoo", **spec: Any) -> Pod:
    return Pod(metadata=ObjectMeta(name=name, namespace="shop"), spec=convert(PodSpec, spec))


@pytest.mark.parametrize(
    ("spec", "rest"),
    [
        ({}, "203.0.113.1\tpodFoo\n"),
        (
            {"hostname": "web", "subdomain": "sub"},
            "203.0.113.1\tweb.sub.shop.svc.cluster.local\tweb\n",
        ),
        (
            {"hostAliases": ALIASES},
            "203.0.113.1\tpodFoo\n\n# Entries added by HostAliases.\n"
            "123.45.67.89\tfoo\tbar\tbaz\n456.78.90.123\tpark\tdoo\tboo\n",
        ),
    ],
)
def test_hosts(spec: dict[str, Any], rest: str) -> None:
    assert hosts(pod(**spec), "203.0.113.1", "node-1") == LOCAL + rest


def test_on_the_machines_network_it_is_the_machines_file_with_aliases() -> None:
    text = hosts(pod(hostNetwork=True, hostAliases=ALIASES[:1]), "192.168.0.10", "node-1")
    assert text == (
        "# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n"
        "192.168.0.10\tnode-1\n\n# Entries added by HostAliases.\n123.45.67.89\tfoo\tbar\tbaz\n"
    )


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("web", {}, "web"),
        ("web", {"hostname": "till"}, "till"),
        ("web", {"hostname": "till", "subdomain": "sub"}, "till"),
        (
            "web",
            {"hostname": "till", "subdomain": "sub", "setHostnameAsFQDN": True},
            "till.sub.shop.svc.cluster.local",
        ),
        ("web", {"setHostnameAsFQDN": True}, "web"),
        ("web", {"hostnameOverride": "my.own.name", "subdomain": "sub"}, "my.own.name"),
        ("web", {"hostNetwork": True}, "node-1"),
        ("a" * 62 + "-b", {}, "a" * 62),
    ],
)
def test_hostnames(name: str, spec: dict[str, Any], expected: str) -> None:
    assert hostname(pod(name, **spec), "node-1") == expected
