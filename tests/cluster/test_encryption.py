"""Secrets in the store: base64 hides nothing, encryption at rest does, and keys can be changed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.encryption import EncryptionConfigError
from kubelite.apiserver.encryption.config import ProviderConfiguration
from kubelite.apiserver.encryption.transformers import UnreadableError, transformer_of

Manifest = dict[str, Any]

SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: s3cret}
"""
KEY = "/registry/secrets/default/db"
IDENTITY: Manifest = {"identity": {}}


def key(name: str, size: int = 32) -> Manifest:
    return {"name": name, "secret": b64encode(name.ljust(size, "-").encode()).decode()}


def gcm(*keys: Manifest) -> Manifest:
    return {"aesgcm": {"keys": list(keys)}}


def config(*providers: Manifest, resources: tuple[str, ...] = ("secrets",)) -> Manifest:
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": list(resources), "providers": list(providers)}],
    }


def with_secret(encryption: Manifest | None = None, **options: Any) -> Cluster:
    cluster = Cluster(nodes=1, encryption=encryption, **options)
    cluster.apply(SECRET)
    return cluster


def password(cluster: Cluster) -> str:
    return b64decode(cluster.get("secret/db").data["password"]).decode()


def test_base64_is_not_encryption() -> None:
    stored = with_secret().etcdctl_get(KEY)
    assert b'"password":"czNjcmV0"' in stored
    assert b64decode("czNjcmV0") == b"s3cret"


def test_with_encryption_nobody_reads_it_from_the_store() -> None:
    cluster = with_secret(config(gcm(key("key1")), IDENTITY))
    stored = cluster.etcdctl_get(KEY)
    assert stored.startswith(b"k8s:enc:aesgcm:v1:key1:")
    assert b"czNjcmV0" not in stored
    assert b"s3cret" not in stored
    assert password(cluster) == "s3cret"  # who may ask the API still can


def test_other_kinds_are_stored_as_before() -> None:
    cluster = with_secret(config(gcm(key("key1"))))
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}})
    assert cluster.etcdctl_get("/registry/configmaps/default/web").startswith(b"{")
    assert cluster.etcdctl_get("/registry/secrets/default/nobody") == b""


def test_pods_get_what_was_encrypted() -> None:
    cluster = with_secret(config(gcm(key("key1"))))
    source = {"secretKeyRef": {"name": "db", "key": "password"}}
    container = {"name": "main", "image": "nginx", "env": [{"name": "PW", "valueFrom": source}]}
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web"},
            "spec": {"containers": [container]},
        }
    )
    cluster.run_until("pod/web ready")
    assert "PW=s3cret" in cluster.exec("web", "env").output


def test_what_was_there_before_stays_plain_until_it_is_written_anew() -> None:
    cluster = with_secret()
    cluster.configure_encryption(config(gcm(key("key1")), IDENTITY))
    assert cluster.etcdctl_get(KEY).startswith(b"{")
    assert password(cluster) == "s3cret"
    assert cluster.rewrite("secrets") == 1
    assert cluster.etcdctl_get(KEY).startswith(b"k8s:enc:aesgcm:v1:key1:")
    assert cluster.rewrite("secrets") == 0


# DOC: key-rotation
def test_keys_are_rotated_in_four_steps() -> None:
    old, new = key("key1"), key("key2")
    cluster = with_secret(config(gcm(old)))
    cluster.configure_encryption(config(gcm(old, new)))  # every server can read the new key
    assert cluster.rewrite("secrets") == 0
    cluster.configure_encryption(config(gcm(new, old)))  # it writes from now on
    assert b":key1:" in cluster.etcdctl_get(KEY)
    assert cluster.rewrite("secrets") == 1  # everything is written with it
    assert b":key2:" in cluster.etcdctl_get(KEY)
    cluster.configure_encryption(config(gcm(new)))  # the old one is needed no more
    assert password(cluster) == "s3cret"


def test_a_key_that_goes_too_early_takes_the_secrets_with_it() -> None:
    cluster = with_secret(config(gcm(key("key1"))))
    cluster.configure_encryption(config(gcm(key("key2"))))
    words = "Internal error occurred: "
    reason = "no matching key was found for the provided AES transformer"
    with pytest.raises(StatusError) as one:
        cluster.get("secret/db")
    assert (one.value.code, str(one.value)) == (500, words + reason)
    with pytest.raises(StatusError) as many:
        cluster.get("secrets")
    assert str(many.value) == f'{words}unable to transform key "{KEY}": {reason}'
    assert [secret.metadata.name for secret in cluster.history.at().list("secrets")] == ["db"]


def test_the_past_can_be_told_when_the_keys_that_wrote_it_are_gone() -> None:
    cluster = with_secret()  # in plain, ...
    for providers in ([gcm(key("key1")), IDENTITY], [gcm(key("key2"), key("key1"))]):
        cluster.configure_encryption(config(*providers))  # ... then with one key and another
        cluster.rewrite("secrets")
    cluster.configure_encryption(config(gcm(key("key2"))))
    steps = [step.new.data["password"] for step in cluster.history.changes("secrets") if step.new]
    assert steps == ["czNjcmV0"] * 3
    assert "you created secret/db" in str(cluster.story("secret/db"))


def test_without_a_provider_that_reads_plain_old_secrets_are_lost() -> None:
    cluster = with_secret()
    cluster.configure_encryption(config(gcm(key("key1"))))
    with pytest.raises(StatusError, match="no matching prefix found"):
        cluster.get("secret/db")


def test_encryption_is_switched_off_by_putting_identity_first() -> None:
    cluster = with_secret(config(gcm(key("key1"))))
    cluster.configure_encryption(config(IDENTITY, gcm(key("key1"))))
    assert cluster.rewrite("secrets") == 1
    assert cluster.etcdctl_get(KEY).startswith(b"{")
    cluster.configure_encryption(config(IDENTITY))
    assert password(cluster) == "s3cret"


def test_an_informer_follows_secrets_that_are_encrypted() -> None:
    """Watchers are told in plain."""
    cluster = with_secret(config(gcm(key("key1"))))
    cluster.patch("secret/db", {"stringData": {"password": "other"}})
    steps = list(cluster.history.changes("secrets"))
    assert [step.new.data["password"] for step in steps if step.new] == ["czNjcmV0", "b3RoZXI="]
    cluster.delete("secret/db")
    assert cluster.etcdctl_get(KEY) == b""


def test_the_same_seed_gives_the_same_bytes() -> None:
    """For a simulation only: nonces that can be foretold may come twice and give AES-GCM away."""
    encryption = config(gcm(key("key1")))
    first, again, other = (
        with_secret(encryption, seed=seed).etcdctl_get(KEY) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_value_cannot_be_moved_to_another_key_or_changed() -> None:
    providers = [convert(ProviderConfiguration, gcm(key("key1")))]
    transformer = transformer_of(providers, lambda size: bytes(size))
    stored = transformer.to_storage(b"payload", "/a")
    assert transformer.from_storage(stored, "/a") == (b"payload", False)
    for value, place in ((stored, "/b"), (stored[:-1] + bytes([stored[-1] ^ 1]), "/a")):
        with pytest.raises(UnreadableError, match="message authentication failed"):
            transformer.from_storage(value, place)


@pytest.mark.parametrize("size", [0, 15, 16, 17, 1000])
def test_cbc_pads_to_whole_blocks(size: int) -> None:
    providers = [convert(ProviderConfiguration, {"aescbc": {"keys": [key("k", 16)]}})]
    transformer = transformer_of(providers, lambda length: b"n" * length)
    stored = transformer.to_storage(b"x" * size, "/a")
    assert stored.startswith(b"k8s:enc:aescbc:v1:k:")
    assert transformer.from_storage(stored, "/a") == (b"x" * size, False)


def test_patterns_of_resources() -> None:
    cluster = with_secret(config(gcm(key("key1")), resources=("*.",)))
    assert cluster.etcdctl_get(KEY).startswith(b"k8s:enc:")
    everything = with_secret(config(gcm(key("key1")), resources=("*.*",)))
    lease = "/registry/leases.coordination.k8s.io/kube-node-lease/node-1"
    assert everything.etcdctl_get(lease).startswith(b"k8s:enc:")
    assert cluster.etcdctl_get(lease).startswith(b"{")


AT = "resources[0].providers[0]"


@pytest.mark.parametrize(
    "wrong, words",
    [
        (config(), "resources[0].providers: Required value"),
        (config(IDENTITY, resources=("Secrets",)), "should not contain capital letters"),
        (config(IDENTITY, resources=("*",)), "use '*.' to encrypt all the resources from core"),
        (config(IDENTITY, resources=("secrets.*",)), "across groups is not supported"),
        (config(gcm()), f"{AT}.aesgcm.keys: Required value: at least one keys is required"),
        (
            config(gcm(key("k", 5))),
            f'{AT}.aesgcm.keys[0].secret: Invalid value: "REDACTED": secret is not of the '
            "expected length, got 5, expected one of [16 24 32]",
        ),
        (
            config(gcm({"name": "k", "secret": "?"})),
            f'{AT}.aesgcm.keys[0].secret: Invalid value: "REDACTED": secrets must be base64',
        ),
        (
            config(gcm({"secret": key("k")["secret"]})),
            f"{AT}.aesgcm.keys[0].name: Required value: name is a mandatory field for a key",
        ),
        (config({}), "provider does not contain any of the expected providers"),
        (config({**IDENTITY, **gcm(key("k"))}), "should split into different list elements"),
        (config({"secretbox": {"keys": [key("k")]}}), f"{AT}.secretbox: Forbidden"),
    ],
)
def test_what_no_server_would_start_with(wrong: Manifest, words: str) -> None:
    """After validation_encryption_test.go of k8s.io/apiserver."""
    with pytest.raises(EncryptionConfigError) as refused:
        Cluster(nodes=1, encryption=wrong)
    assert words in str(refused.value)
