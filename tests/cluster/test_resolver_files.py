"""Files that tell a container who and where it is: /etc/hosts, /etc/hostname, /etc/resolv.conf."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from tests.cluster.manifests import pod

SEARCH = """search default.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5
"""
OWN = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}, "data": {"h": "mine"}}


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster(nodes=1)
    volumes = [
        {"name": "all", "emptyDir": {}},
        {"name": "own", "configMap": {"name": "own"}},
    ]
    mounts = [
        {"name": "all", "mountPath": "/etc"},
        {"name": "own", "mountPath": "/etc/hosts", "subPath": "h"},
    ]
    mounted = {"volumeMounts": mounts}
    aliases = [{"ip": "198.51.100.9", "hostnames": ["till", "cash-desk"]}]
    dns = {"nameservers": ["192.0.2.1"], "searches": ["example.org"]}
    found.apply(
        [
            OWN,
            pod("plain"),
            pod("mounted", container=mounted, volumes=volumes),
            pod("host", hostNetwork=True),
            pod("chosen", dnsPolicy="None", dnsConfig=dns, hostAliases=aliases),
        ]
    )
    found.run_until("pods ready")
    return found


def read(cluster: Cluster, name: str, file: str) -> str:
    return cluster.exec(name, f"cat /etc/{file}").output


def test_a_container_finds_out_where_it_is(cluster: Cluster) -> None:
    address = cluster.get("pod/plain").status.pod_ip
    text = read(cluster, "plain", "hosts")
    assert text.startswith("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n")
    assert text.endswith(f"\n{address}\tplain\n")
    assert read(cluster, "plain", "hostname") == "plain\n"
    assert read(cluster, "plain", "resolv.conf") == SEARCH


def test_on_the_machines_network_it_has_the_machines_name_and_name_server(cluster: Cluster) -> None:
    assert read(cluster, "host", "hosts").startswith("# Kubernetes-managed hosts file (host netw")
    assert read(cluster, "host", "hostname") == "node-1\n"
    assert cluster.exec("host", "hostname").output == "node-1\n"
    assert read(cluster, "host", "resolv.conf") == "nameserver 192.0.2.53\n"


def test_a_pod_may_choose_its_name_servers_and_aliases(cluster: Cluster) -> None:
    assert read(cluster, "chosen", "resolv.conf") == "search example.org\nnameserver 192.0.2.1\n"
    assert read(cluster, "chosen", "hosts").endswith("\n198.51.100.9\ttill\tcash-desk\n")


def test_a_volume_hides_none_of_them_but_a_mount_in_its_place_does(cluster: Cluster) -> None:
    assert read(cluster, "mounted", "resolv.conf") == SEARCH
    assert read(cluster, "mounted", "hostname") == "mounted\n"
    assert read(cluster, "mounted", "hosts") == "mine"
    assert cluster.exec("mounted", "ls /etc").output.split() == ["hostname", "hosts", "resolv.conf"]


def test_an_alias_is_known_without_dns(cluster: Cluster) -> None:
    assert "198.51.100.9" in cluster.exec("chosen", "nslookup till").output


def test_a_change_of_a_file_changes_no_lookup(cluster: Cluster) -> None:
    cluster.exec("plain", "sh -c 'echo nameserver 192.0.2.99 > /etc/resolv.conf'")
    assert "192.0.2.99" in read(cluster, "plain", "resolv.conf")
    assert cluster.resolve("kubernetes", from_pod="plain").ok
    assert "10.96.0.1" in cluster.exec("plain", "nslookup kubernetes.default").output
