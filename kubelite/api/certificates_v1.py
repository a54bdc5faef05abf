"""CertificateSigningRequest: somebody asks for a certificate.

Approved or denied, and stored: nobody signs. Models ``k8s.io/api/certificates/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, written
from kubelite.apimachinery.times import Time


class CertificateSigningRequestSpec(Struct, kw_only=True):
    """The request in base64, who is to sign it, and who asks."""

    request: str = written("")
    signer_name: str = written("")
    expiration_seconds: Int32 | None = None
    usages: tuple[str, ...] = ()
    username: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}


class CertificateSigningRequestCondition(Struct, kw_only=True):
    """Approved, Denied or Failed."""

    type: str = written("")
    status: str = written("")
    reason: str = ""
    message: str = ""
    last_update_time: Time | None = written(None)
    last_transition_time: Time | None = written(None)


class CertificateSigningRequestStatus(Struct, kw_only=True):
    """What was decided, and the certificate."""

    conditions: tuple[CertificateSigningRequestCondition, ...] = ()
    certificate: str = ""


class CertificateSigningRequest(Object, kw_only=True):
    """A wish for a certificate."""

    api_version: str = written("certificates.k8s.io/v1")
    kind: str = written("CertificateSigningRequest")
    spec: CertificateSigningRequestSpec = written(CertificateSigningRequestSpec())
    status: CertificateSigningRequestStatus = written(CertificateSigningRequestStatus())
