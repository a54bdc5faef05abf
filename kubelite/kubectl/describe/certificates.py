"""Descriptions of wishes for certificates. Models ``k8s.io/kubectl/pkg/describe``.

The package ``cryptography`` reads the request; it is imported when it is first needed.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubelite.api.certificates_v1 import CertificateSigningRequest
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.times import SECOND
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import Page, begin, format_labels, moment
from kubelite.kubectl.result import CommandError

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest as Parsed

_PARTS = (
    ("Organization", "2.5.4.10"),
    ("Organizational Unit", "2.5.4.11"),
    ("Country", "2.5.4.6"),
    ("Locality", "2.5.4.7"),
    ("Province", "2.5.4.8"),
    ("StreetAddress", "2.5.4.9"),
    ("PostalCode", "2.5.4.17"),
)
_COMMON_NAME, _SERIAL_NUMBER = "2.5.4.3", "2.5.4.5"


def certificate_request(found: CertificateSigningRequest, to: Describing) -> str:
    """A wish for a certificate: who has it, for whom, and what came of it. Raises CommandError."""
    asked = _parsed(found.spec.request)
    page, spec = begin(found, namespaced=False, marks=False), found.spec
    page.field(0, "Labels", format_labels(found.metadata.labels))
    page.field(0, "Annotations", format_labels(found.metadata.annotations))
    page.field(0, "CreationTimestamp", moment(found.metadata.creation_timestamp))
    page.field(0, "Requesting User", spec.username)
    if spec.signer_name:
        page.field(0, "Signer", spec.signer_name)
    if spec.expiration_seconds is not None:
        page.field(0, "Requested Duration", human_duration(spec.expiration_seconds * SECOND))
    page.field(0, "Status", _status(found))
    _put_subject(page, asked)
    _put_names(page, asked)
    to.put_events(page, found)
    return str(page)


def _parsed(request: str) -> Parsed:
    from cryptography import x509

    try:
        return x509.load_pem_x509_csr(base64.b64decode(request))
    except ValueError:
        problem = "PEM block type must be CERTIFICATE REQUEST"
        raise CommandError(f"Error parsing CSR: {problem}") from None


def _status(found: CertificateSigningRequest) -> str:
    types = [one.type for one in found.status.conditions]
    status = "Denied" if "Denied" in types else "Approved" if "Approved" in types else "Pending"
    failed = ",Failed" if "Failed" in types else ""
    return status + failed + (",Issued" if found.status.certificate else "")


def _put_subject(page: Page, asked: Parsed) -> None:
    held: dict[str, list[str]] = {}
    for attribute in asked.subject:
        held.setdefault(attribute.oid.dotted_string, []).append(str(attribute.value))
    page.write(0, "Subject:\n")
    page.write(0, f"\tCommon Name:\t{''.join(held.get(_COMMON_NAME, [])[-1:])}\n")
    page.write(0, f"\tSerial Number:\t{''.join(held.get(_SERIAL_NUMBER, [])[-1:])}\n")
    for title, oid in _PARTS:
        _put_list(page, title, held.get(oid, ()))


def _put_names(page: Page, asked: Parsed) -> None:
    from cryptography import x509

    try:
        kind = x509.SubjectAlternativeName
        names = asked.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return
    page.write(0, "Subject Alternative Names:\n")
    _put_list(page, "DNS Names", names.get_values_for_type(x509.DNSName))
    _put_list(page, "Email Addresses", names.get_values_for_type(x509.RFC822Name))
    _put_list(page, "URIs", names.get_values_for_type(x509.UniformResourceIdentifier))
    addresses = names.get_values_for_type(x509.IPAddress)
    _put_list(page, "IP Addresses", [str(address) for address in addresses])


def _put_list(page: Page, title: str, values: Sequence[str]) -> None:
    if values:
        lines = "\n\t\t".join(values)
        page.write(0, f"\t{title}:\t{lines}\n")
