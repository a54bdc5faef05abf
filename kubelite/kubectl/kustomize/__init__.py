"""``kubectl kustomize`` and ``-k``: manifests that are put together and changed, not written.

Lives here: reading kustomizations, the generators, the transformers, the two kinds of patches, and
the names that follow when an object is renamed. Nothing here asks the server.
Must not live here: templates; and what runs programs or fetches files (Helm charts, plugins, URLs),
which the real kubectl does. Models sigs.k8s.io/kustomize/api (krusty, internal/target).
"""

from kubelite.kubectl.kustomize.target import build

__all__ = ["build"]
