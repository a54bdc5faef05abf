"""The front door of the cluster: every read, every write, every watch passes here.

Lives here: the request pipeline (``server``), how each kind is stored (``registry``), what is
filled in (``defaults``), what is let in (``admission``, ``validation``), how patches are
applied (``patching``) and how watchers are told (``watchcache``).
Must not live here: anything that acts by itself. The server answers; controllers act.
It knows the time only through the function it is given, and holds no sockets.
Models k8s.io/apiserver and pkg/registry.
"""

from kubelite.apiserver.server import APIServer

__all__ = ["APIServer"]
