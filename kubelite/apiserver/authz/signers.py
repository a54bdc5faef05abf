"""Who may approve or deny a wish for a certificate: whoever may so for its signer.

Models plugin/pkg/admission/certificates/approval, which stands among the admission plugins
upstream; it sees the same requests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.authz.rbac import Authorizer
from kubelite.apiserver.authz.rules import Attributes
from kubelite.apiserver.identities import identity_of

GROUP = "certificates.k8s.io"
REQUESTS = f"certificatesigningrequests.{GROUP}"
APPROVAL = "approval"


def check_signer(
    authorizer: Authorizer, request: Request, find: Callable[[str, str, str], Any]
) -> None:
    """Raises StatusError 403 for an approval by somebody who may not speak for the signer."""
    if request.subresource != APPROVAL or request.resource != REQUESTS or request.verb == "get":
        return
    found = find(REQUESTS, "", request.name)
    if found is None:
        return  # which the registry will say
    signer: str = found.spec.signer_name
    for name in (signer, f"{signer.partition('/')[0]}/*"):
        asked = Attributes(identity_of(request), "approve", GROUP, "signers", name=name)
        if authorizer.verdict(asked).allowed:
            return
    cause = f"user not permitted to approve requests with signerName {go_quote(signer)}"
    raise errors.forbidden(REQUESTS, request.name, cause)
