"""Who may do what: RBAC, and the rules every cluster begins with.

Lives here: rules and what they cover (``rules``), the authorizer (``rbac``), the roles and
bindings of a new cluster (``policy``).
Must not live here: who is asking (see ``apiserver.identities``), and what an object must look
like (see ``validation`` and ``admission``).
Models plugin/pkg/auth/authorizer/rbac and pkg/registry/rbac/validation.
"""

from __future__ import annotations

from kubelite.apiserver.authz.rbac import Authorizer, attributes_of
from kubelite.apiserver.authz.rules import Attributes

__all__ = ["Attributes", "Authorizer", "attributes_of"]
