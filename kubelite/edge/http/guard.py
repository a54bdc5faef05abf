"""Who is let in, before anything of a request is looked at.

A page in a browser must not be able to drive the cluster of whoever looks at it: so a request
names a host of ours (against DNS rebinding), comes from no foreign page, and shows a token in a
header, which no page knows; there are no cookies. Whatever has no natural end gets a limit.
Models k8s.io/apiserver/pkg/authentication/request and kubectl proxy's filters.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import User
from kubelite.apiserver.authz import Attributes
from kubelite.apiserver.identities import named
from kubelite.apiserver.server import APIServer
from kubelite.cluster import access
from kubelite.sim import limits

Headers = Mapping[str, str]


def headers_of(scope: Mapping[str, Any]) -> Headers:
    """The headers by their names in small letters. Raises StatusError 400 or 431."""
    raw = scope["headers"]
    if len(raw) > limits.HEADERS or sum(len(n) + len(v) for n, v in raw) > limits.HEAD_BYTES:
        raise errors.failure(431, "RequestHeaderFieldsTooLarge", "too many headers, or too long")
    found: dict[str, str] = {}
    for name, value in ((n.decode("latin-1"), v.decode("latin-1")) for n, v in raw):
        if name in found and name in ("host", "authorization", "content-type", "origin"):
            raise errors.bad_request(f"the header {name} is given twice")
        found[name] = f"{found[name]}, {value}" if name in found else value
    if "transfer-encoding" in found and "content-length" in found:
        raise errors.bad_request("the length of the body is given in two ways")
    return found


def check_origin(headers: Headers, hosts: Collection[str]) -> None:
    """Refuse a foreign name of ours, and foreign pages. Raises StatusError 403."""
    host = headers.get("host", "")
    if _hostname(f"//{host}") not in hosts:
        raise errors.forbidden("", "", f"the host {host!r} is not one of this server's names")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise errors.forbidden("", "", f"requests of pages from {origin!r} are not answered")


@lru_cache(64)
def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class Authenticator:
    """Knows its one admin token, and asks the server about those of service accounts."""

    def __init__(self, server: APIServer, token: str, admin: User):
        self._server = server
        self._token = token.encode()
        self._admin = admin

    def user(self, headers: Headers) -> User:
        """Who shows a token, or whoever they speak for. Raises StatusError 401 or 403."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise errors.unauthorized()
        if hmac.compare_digest(token.encode(), self._token):
            user = self._admin
        else:
            user = access.user_of(self._server, token)
        return self._impersonated(user, headers)

    def _impersonated(self, user: User, headers: Headers) -> User:
        """The one in whose name ``user`` speaks (``kubectl --as``), if they may."""
        name = headers.get("impersonate-user", "")
        if not name:
            return user
        groups = [group for group in headers.get("impersonate-group", "").split(", ") if group]
        asked = [Attributes(user, "impersonate", "", "users", "", "", name)]
        asked += [Attributes(user, "impersonate", "", "groups", "", "", one) for one in groups]
        for attributes in asked:
            self._allow(attributes)
        return named(name, tuple(groups))

    def _allow(self, asked: Attributes) -> None:
        authorizer = self._server.authorizer
        if authorizer is not None and not authorizer.verdict(asked).allowed:
            cause = (
                f'User "{asked.user.name}" cannot impersonate resource "{asked.resource}" '
                'in API group "" at the cluster scope'
            )
            raise errors.forbidden(asked.resource, asked.name, cause)

    def check_path(self, user: User, method: str, path: str) -> None:
        """Whether a user may ask for a URL that is no resource. Raises StatusError 403."""
        authorizer, verb = self._server.authorizer, "get" if method == "HEAD" else method.lower()
        if authorizer is None or authorizer.verdict(Attributes(user, verb, path=path)).allowed:
            return
        raise errors.forbidden("", "", f'User "{user.name}" cannot {verb} path "{path}"')


def too_large() -> StatusError:
    """413: the body is longer than the limit."""
    return errors.failure(
        413, "RequestEntityTooLarge", f"Request entity too large: limit is {limits.BODY_BYTES}"
    )
