"""``kubectl certificate approve`` and ``deny``. Models pkg/cmd/certificates/certificates.go."""

from __future__ import annotations

from kubelite.api.certificates_v1 import CertificateSigningRequest as SigningRequest
from kubelite.api.certificates_v1 import CertificateSigningRequestCondition as Condition
from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.apimachinery.times import SECOND, Time
from kubelite.kubectl import output
from kubelite.kubectl.client import Client
from kubelite.kubectl.files import check_flags
from kubelite.kubectl.flags import SWITCH, Flag, Given
from kubelite.kubectl.resources import FILES, Builder, Info
from kubelite.kubectl.result import CommandError

FLAGS = (*FILES, *output.FLAGS, Flag("force", SWITCH))
_GROUP, _PLURAL = "certificates.k8s.io", "certificatesigningrequests"
_APPROVED, _DENIED = "Approved", "Denied"


def approve(client: Client, given: Given) -> None:
    """Let certificates be issued."""
    _decide(client, given, _APPROVED, _DENIED)


def deny(client: Client, given: Given) -> None:
    """Let them not be issued."""
    _decide(client, given, _DENIED, _APPROVED)


def _decide(client: Client, given: Given, decision: str, other: str) -> None:
    if not given.words and not given["filename"] and not given["kustomize"]:
        raise CommandError("one or more CSRs must be specified as <name> or -f <filename>")
    check_flags(given)
    show = output.printer(client, given, decision.lower())

    def one(info: Info) -> None:
        if info.kind.kind != SigningRequest.__name__:
            wanted, got = f"{SigningRequest.__name__}.{_GROUP}", info.kind.group_kind
            raise CommandError(f"can only handle {wanted} objects, got {got}")
        found = _found(client, info.name)
        said = [condition.type for condition in found.status.conditions]
        if other in said:
            raise CommandError(
                f"certificate signing request {go_quote(info.name)} is already {other}"
            )
        if decision not in said or given["force"]:
            _write(client, found, decision)
        client.write(show(to_dict(info.obj)))

    words = [f"{_PLURAL}/{name}" for name in given.words]
    builder = Builder(
        client,
        words,
        given["filename"],
        given["kustomize"],
        given["recursive"],
        latest=True,
    )
    if not builder.visit(one):
        client.say("No resources found")


def _found(client: Client, name: str) -> SigningRequest:
    try:
        found: SigningRequest = client.get(f"{_PLURAL}.{_GROUP}", name)
    except StatusError as error:
        raise CommandError(
            f"could not find v1 or v1beta1 version of {name}: {error.status.message}"
        ) from error
    return found


def _write(client: Client, found: SigningRequest, decision: str) -> None:
    verb = "approve" if decision == _APPROVED else "deny"
    done = "approved" if decision == _APPROVED else "denied"
    condition = Condition(
        type=decision,
        status="True",
        reason=f"Kubectl{verb.capitalize()}",
        message=f"This CSR was {done} by kubectl certificate {verb}.",
        last_update_time=Time(client.now // SECOND * SECOND),
    )
    conditions = found.status.conditions
    if not any(one.type == decision for one in conditions):
        conditions = (*conditions, condition)
    changed = replace(found, status=replace(found.status, conditions=conditions))
    client.ask(
        "update",
        f"{_PLURAL}.{_GROUP}",
        "",
        found.metadata.name,
        subresource="approval",
        body=changed,
        field_manager="kubectl",
    ).unwrap()
