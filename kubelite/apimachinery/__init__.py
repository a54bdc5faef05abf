"""What every Kubernetes object and request is made of, whatever its kind.

Lives here: the struct base, object metadata, quantities, labels, times, errors,
patches, the guarded manifest reader, the table of kinds, and the request and
response that every part of the cluster speaks (``rest``).
Must not live here: any single kind (see ``kubelite.api``), any clock, any I/O.
Models ``k8s.io/apimachinery``.
"""
