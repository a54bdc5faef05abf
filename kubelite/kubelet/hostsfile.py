"""What a pod's containers are told of their own name: /etc/hosts, and the hostname.

Models ``pkg/kubelet/kubelet_pods.go`` (GeneratePodHostNameAndDomain, ensureHostsFile) and
``pkg/kubelet/util`` (GetNodenameForKernel).
"""

from __future__ import annotations

from kubelite.api.core_v1 import Pod

CLUSTER_DOMAIN = "cluster.local"
"""The kubelet's setting clusterDomain."""

LONGEST = 63
"""Characters of a hostname: Linux takes 64, of which the last ends it."""

HEADER = "# Kubernetes-managed hosts file.\n"
HEADER_HOST_NETWORK = "# Kubernetes-managed hosts file (host network).\n"
_LOCAL = (
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "fe00::0\tip6-mcastprefix\n"
    "fe00::1\tip6-allnodes\n"
    "fe00::2\tip6-allrouters\n"
)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[:LONGEST].rstrip("-.")


def name_and_domain(pod: Pod) -> tuple[str, str]:
    """The short hostname, and the domain that a ``subdomain`` puts behind it, or ""."""
    spec = pod.spec
    if spec.hostname_override:
        return _cut(spec.hostname_override), ""
    name = _cut(spec.hostname or pod.metadata.name)
    if not spec.subdomain:
        return name, ""
    return name, f"{spec.subdomain}.{pod.metadata.namespace}.svc.{CLUSTER_DOMAIN}"


def hostname(pod: Pod, node_name: str) -> str:
    """What ``hostname`` says in the pod: on the machine's network that is the machine's name."""
    if pod.spec.host_network:
        return node_name
    name, domain = name_and_domain(pod)
    return f"{name}.{domain}" if domain and pod.spec.set_hostname_as_fqdn else name


# DOC: hosts-file
def hosts(pod: Pod, ip: str, node_name: str) -> str:
    """The text of /etc/hosts; ``ip`` is the pod's, or the machine's on whose network it is."""
    if pod.spec.host_network:
        text = f"{HEADER_HOST_NETWORK}127.0.0.1\tlocalhost\n{ip}\t{node_name}\n"
    else:
        name, domain = name_and_domain(pod)
        full = f"{name}.{domain}\t" if domain else ""
        text = f"{HEADER}{_LOCAL}{ip}\t{full}{name}\n"
    if aliases := pod.spec.host_aliases:
        lines = [f"{alias.ip}\t" + "\t".join(alias.hostnames) + "\n" for alias in aliases]
        text += "\n# Entries added by HostAliases.\n" + "".join(lines)
    return text
