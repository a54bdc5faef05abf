"""Kinds that are defined while the cluster runs: how the server serves them.

Lives here: pruning and defaults from a schema (``pruning``), validation against it (``values``)
and by rules (``rules``), the strategy that puts these together, and the table of what is served.
Must not live here: the definitions themselves (``kubelite.api.apiextensions_v1``, and
``validation.apiextensions`` for what may be defined), and the controllers that establish them.
Models k8s.io/apiextensions-apiserver/pkg/apiserver.
"""

from kubelite.apiserver.customresources.serving import CustomResources

__all__ = ["CustomResources"]
