"""What ``kubectl describe`` says of each kind: one file for a group of kinds, one table.

Lives here: descriptions, made of typed objects and of what the server tells of their relations.
Must not live here: how objects are found (``kubelite.kubectl.resources``), or any other verb.
Models ``k8s.io/kubectl/pkg/describe``.
"""
