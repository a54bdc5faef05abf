"""The patches the API takes: JSON patch, JSON merge patch, strategic merge patch.

Each module works on plain dicts and lists, changes neither argument, and raises
ValueError with upstream's sentence. Must not live here: who may patch what, and
server-side apply's bookkeeping of managers.
Models ``k8s.io/apimachinery/pkg/util/strategicpatch`` and ``gopkg.in/evanphx/json-patch.v4``.
"""
