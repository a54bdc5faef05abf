"""kubelite: a small, faithful Kubernetes that runs inside a notebook, on a virtual clock.

    from kubelite import Cluster
    cluster = Cluster(nodes=3, seed=7)

Floors, from the ground up: sim and apimachinery; api; etcd; apiserver and client; controllers,
scheduler, kubelet, proxy and dns; autoscaler and descheduler; cluster; chaos and edge. Imports
point down only.
"""

from typing import Any

from kubelite.cluster import Cluster
from kubelite.cluster.deeds import record
from kubelite.cluster.infrastructure import NodePool
from kubelite.edge.files import read_file
from kubelite.edge.localfiles import LocalFiles
from kubelite.edge.serving import serve
from kubelite.edge.stores import open_store
from kubelite.edge.watching import watch_over

Cluster.read_file = staticmethod(read_file)
Cluster.local_files = LocalFiles()
Cluster.serve = serve
Cluster.open_store = staticmethod(open_store)
Cluster.watch_over = staticmethod(watch_over)


def _kubectl(cluster: Cluster, line: Any, stdin: str = "", **options: Any) -> Any:
    """One command of kubectl: ``cluster.kubectl("get pods -o wide")``; see kubelite.kubectl."""
    from kubelite.kubectl.command import perform  # with the first command

    return perform(cluster, line, stdin, **options)


Cluster.kubectl = record("kubectl", _kubectl)

__all__ = ["Cluster", "NodePool"]
