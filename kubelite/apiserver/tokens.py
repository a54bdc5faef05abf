"""Tokens of service accounts: signed notes that say who somebody is, for whom and how long.

They are JSON web tokens with upstream's claims; the signature is an HMAC with a key of the
cluster's seed, where a real cluster signs with RSA. Models pkg/serviceaccount/claims.go and
pkg/registry/core/serviceaccount/storage/token.go.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from kubelite.api import authentication_v1 as authn
from kubelite.api.core_v1 import ServiceAccount
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.rest import User
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver.identities import service_account, user_info
from kubelite.sim.chance import Chance

ISSUER = "https://kubernetes.default.svc.cluster.local"
HOUR = 3600
MINIMUM = 600
MAXIMUM = 1 << 32

_HEADER = {"alg": "HS256", "typ": "JWT"}
_INVALID = "invalid bearer token"
_BOUND_KINDS = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}

Find = Callable[[str, str, str], Any]


class Invalid(Exception):
    """A token that is nobody's, and why."""


class Tokens:
    """Issues tokens and tells whose they are. ``now`` gives microseconds since 1970.

    ``static`` are tokens that were agreed upon otherwise, as by ``--token-auth-file``.
    """

    def __init__(self, find: Find, now: Callable[[], int], chance: Chance):
        self._find = find
        self._now = now
        self._chance = chance
        self.static: dict[str, User] = {}
        self._key = hashlib.sha256(f"{chance.seed}/service-account.key".encode()).digest()

    # DOC: token-issue
    def issue(self, account: ServiceAccount, request: authn.TokenRequest) -> authn.TokenRequest:
        """The request with its token. Raises StatusError 404, 409 or 422."""
        spec, meta = request.spec, account.metadata
        seconds = HOUR if spec.expiration_seconds is None else spec.expiration_seconds
        problems = list(_problems(seconds))
        if problems:
            raise errors.invalid("TokenRequest.authentication.k8s.io", "", problems)
        now = self._now() // SECOND
        about: dict[str, Any] = {
            "namespace": meta.namespace,
            "serviceaccount": {"name": meta.name, "uid": meta.uid},
        }
        if spec.bound_object_ref is not None:
            about |= self._bound(spec.bound_object_ref, meta.namespace)
        audiences = spec.audiences or (ISSUER,)
        claims = {
            "aud": list(audiences),
            "exp": now + seconds,
            "iat": now,
            "iss": ISSUER,
            "jti": self._chance.uid("tokens"),
            "kubernetes.io": about,
            "nbf": now,
            "sub": f"system:serviceaccount:{meta.namespace}:{meta.name}",
        }
        status = authn.TokenRequestStatus(
            token=self._signed(claims), expiration_timestamp=Time((now + seconds) * SECOND)
        )
        given = replace(spec, audiences=audiences, expiration_seconds=seconds)
        return replace(request, spec=given, status=status)

    def _bound(self, ref: authn.BoundObjectReference, namespace: str) -> dict[str, Any]:
        resource = _BOUND_KINDS.get(ref.kind)
        if resource is None:
            raise errors.bad_request(f"cannot bind token for serviceaccount to a {ref.kind}")
        found = self._find(resource, "" if ref.kind == "Node" else namespace, ref.name)
        if found is None:
            raise errors.not_found(resource, ref.name)
        if ref.uid and ref.uid != found.metadata.uid:
            cause = (
                f"the UID in the bound object reference ({ref.uid}) does not match the UID in "
                f"record. The object might have been deleted and then recreated"
            )
            raise errors.conflict(resource, ref.name, cause)
        return {ref.kind.lower(): {"name": ref.name, "uid": found.metadata.uid}}

    def _signed(self, claims: dict[str, Any]) -> str:
        text = f"{_part(_HEADER)}.{_part(claims)}"
        return f"{text}.{_encoded(self._signature(text))}"

    def _signature(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()

    # DOC: token-check
    def user(self, token: str, audiences: tuple[str, ...] = ()) -> User:
        """Whose token it is. Raises Invalid."""
        if token in self.static:
            return self.static[token]
        claims = self._claims(token)
        now = self._now() // SECOND
        if now >= claims["exp"]:
            raise Invalid(f"[{_INVALID}, service account token has expired]")
        if not set(audiences or (ISSUER,)) & set(claims["aud"]):
            wanted = " ".join(f'"{audience}"' for audience in audiences or (ISSUER,))
            meant = " ".join(f'"{audience}"' for audience in claims["aud"])
            raise Invalid(f"[{_INVALID}, token audiences [{meant}] is invalid for [{wanted}]]")
        about = claims["kubernetes.io"]
        namespace, account = about["namespace"], about["serviceaccount"]
        for resource, kind in (("serviceaccounts", "serviceaccount"), ("pods", "pod")):
            named = about.get(kind)
            found = self._find(resource, namespace, named["name"]) if named else None
            if named and (found is None or found.metadata.uid != named["uid"]):
                raise Invalid(f"[{_INVALID}, service account token has been invalidated]")
        user = service_account(namespace, account["name"], account["uid"])
        extra: dict[str, tuple[str, ...]] = {}
        extra["authentication.kubernetes.io/credential-id"] = (f"JTI={claims['jti']}",)
        if "pod" in about:
            extra["authentication.kubernetes.io/pod-name"] = (about["pod"]["name"],)
            extra["authentication.kubernetes.io/pod-uid"] = (about["pod"]["uid"],)
        return User(user.name, user.groups, user.uid, extra)

    def _claims(self, token: str) -> dict[str, Any]:
        text, _, signature = token.rpartition(".")
        try:
            if not hmac.compare_digest(_decoded(signature), self._signature(text)):
                raise Invalid(_INVALID)
            claims: dict[str, Any] = json.loads(_decoded(text.partition(".")[2]))
        except (ValueError, binascii.Error) as error:
            raise Invalid(_INVALID) from error
        return claims

    def reviewed(self, review: authn.TokenReview) -> authn.TokenReview:
        """The review with its answer."""
        spec = review.spec
        if not spec.token:
            raise errors.bad_request("token is required for TokenReview in authentication")
        try:
            user = self.user(spec.token, spec.audiences)
        except Invalid as refused:
            return replace(review, status=authn.TokenReviewStatus(error=str(refused)))
        audiences = spec.audiences or (ISSUER,)
        status = authn.TokenReviewStatus(
            authenticated=True, user=user_info(user), audiences=audiences
        )
        return replace(review, status=status)


def _problems(seconds: int) -> list[FieldError]:
    path = "spec.expirationSeconds"
    if seconds < MINIMUM:
        fault = "may not specify a duration less than 10 minutes"
        return [FieldError.invalid(path, seconds, fault)]
    if seconds > MAXIMUM:
        fault = "may not specify a duration larger than 2^32 seconds"
        return [FieldError.invalid(path, seconds, fault)]
    return []


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
