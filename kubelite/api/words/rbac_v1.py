"""What the fields of roles and bindings are for."""

WORDS = """
PolicyRule.verbs: What may be done: get, list, watch, create; * for all.
PolicyRule.apiGroups: In which groups; "" is the core group.
PolicyRule.resources: To which resources: pods, deployments/scale; * for all.
PolicyRule.resourceNames: Only to those of these names; to all if empty.
PolicyRule.nonResourceURLs: Or which paths, such as /metrics; in ClusterRoles only.
Subject.apiGroup: The group of its kind: rbac.authorization.k8s.io for users and groups.
Subject.name: What it is called.
Subject.namespace: Where a ServiceAccount lives.
RoleRef.apiGroup: rbac.authorization.k8s.io.
RoleRef.name: Which role; a binding cannot change it.
"""
