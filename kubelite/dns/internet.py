"""The part of the internet that manifests fetch from: well-known domains, each with an address.

An init container that downloads its content, or a tool that looks for its releases, finds
somebody there who answers 200 to everything. Any other name does not exist, unless a learner
gives it an address (``Cluster.outside_name``).
"""

from __future__ import annotations

from zlib import crc32

DOMAINS = frozenset(
    (
        "alpinelinux.org",
        "amazonaws.com",
        "apache.org",
        "apt.kubernetes.io",
        "bing.com",
        "cern.ch",
        "cloudflare.com",
        "debian.org",
        "docker.com",
        "docker.io",
        "duckduckgo.com",
        "elastic.co",
        "gcr.io",
        "ghcr.io",
        "github.com",
        "githubusercontent.com",
        "gitlab.com",
        "google.com",
        "googleapis.com",
        "grafana.com",
        "hashicorp.com",
        "httpbin.org",
        "ifconfig.me",
        "jenkins.io",
        "k8s.io",
        "kubernetes.io",
        "letsencrypt.org",
        "maven.org",
        "microsoft.com",
        "nginx.org",
        "npmjs.org",
        "pypi.org",
        "pythonhosted.org",
        "quay.io",
        "ubuntu.com",
        "wikipedia.org",
        "wordpress.org",
    )
)

ADDRESSES = frozenset(("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9"))
"""Resolvers of the public, which people ask by address to see whether there is an internet."""


def address_of(name: str) -> str:
    """The address of a name in one of the ``DOMAINS``: made up, always the same; or ""."""
    labels = name.lower().rstrip(".").split(".")
    if not any(".".join(labels[n:]) in DOMAINS for n in range(len(labels) - 1)):
        return ""
    return f"203.0.113.{crc32('.'.join(labels).encode()) % 254 + 1}"
