"""How each kind is kept: what is set on creation, what may change, what deletion means.

Lives here: the generic store that every kind shares (``store``), the rules in which kinds
differ (``strategy`` and one file per group), and the table that joins them (``table``).
Must not live here: HTTP, patches, or anything that happens later.
Models k8s.io/apiserver/pkg/registry and pkg/registry.
"""
