"""ConfigMaps and Secrets as a learner writes them: what is taken, what is refused, and how."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError

Manifest = dict[str, Any]


def made(kind: str = "Secret", **fields: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "db"}, **fields}


def test_string_data_is_written_into_data_and_never_shown() -> None:
    cluster = Cluster(nodes=1)
    plain = made(stringData={"password": "s3cret"}, data={"user": b64encode(b"me").decode()})
    secret = cluster.apply(plain)
    assert secret.data == {"user": "bWU=", "password": "czNjcmV0"}
    assert secret.string_data == {}
    assert secret.type == "Opaque"


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_what_is_immutable_stays_for_ever(kind: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(made(kind, data={"a": "eA=="}, immutable=True))
    name = f"{kind.lower()}/db"
    words = "field is immutable when `immutable` is set"
    for change in ({"data": {"a": "eQ=="}}, {"immutable": False}):
        with pytest.raises(StatusError, match=words):
            cluster.patch(name, change)
    cluster.patch(name, {"metadata": {"labels": {"a": "b"}}})  # labels are free
    cluster.delete(name)
    assert cluster.apply(made(kind, data={"a": "eQ=="})).data == {"a": "eQ=="}


@pytest.mark.parametrize(
    "fields, words",
    [
        (
            {"type": "kubernetes.io/tls", "stringData": {"tls.crt": "x"}},
            "data[tls.key]: Required value",
        ),
        ({"type": "kubernetes.io/basic-auth"}, "data[username]: Required value"),
        ({"type": "kubernetes.io/ssh-auth"}, "data[ssh-privatekey]: Required value"),
        ({"type": "kubernetes.io/dockerconfigjson"}, "data[.dockerconfigjson]: Required value"),
        ({"stringData": {"a b": "x"}}, "a valid config key must consist of alphanumeric"),
    ],
)
def test_types_of_secrets_have_keys_of_their_own(fields: Manifest, words: str) -> None:
    with pytest.raises(StatusError) as refused:
        Cluster(nodes=1).apply(made(**fields))
    assert words in str(refused.value)


def test_a_secret_may_hold_a_mebibyte() -> None:
    cluster = Cluster(nodes=1)
    with pytest.raises(StatusError, match="Too long: may not be more than 1048576 bytes"):
        cluster.apply(made(data={"a": b64encode(b"x" * (1024 * 1024 + 1)).decode()}))
