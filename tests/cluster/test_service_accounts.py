"""Every pod is somebody: accounts, tokens and pull secrets."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.struct import to_dict
from kubelite.cluster import Cluster


def pod(name: str, **spec: Any) -> dict[str, Any]:
    container = {"name": "main", "image": "nginx"}
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta,
            "spec": {"containers": [container]} | spec}  # fmt: skip


def account(name: str, **fields: Any) -> dict[str, Any]:
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta} | fields


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(nodes=1, seed=7, service_accounts=True)


def test_every_namespace_has_a_default_account_and_the_clusters_certificate(
    cluster: Cluster,
) -> None:
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dev"}})
    cluster.run(1)
    assert cluster.get("sa/default", namespace="dev").metadata.namespace == "dev"
    assert "ca.crt" in cluster.get("cm/kube-root-ca.crt", namespace="dev").data
    cluster.delete("sa/default", namespace="dev")
    cluster.patch("cm/kube-root-ca.crt", {"data": {"ca.crt": "mine"}}, namespace="dev")
    cluster.run(1)
    assert cluster.get("sa/default", namespace="dev")
    assert cluster.get("cm/kube-root-ca.crt", namespace="dev").data["ca.crt"] != "mine"
    assert str(cluster.get("sa")).split()[:5] == ["NAME", "SECRETS", "AGE", "default", "0"]


def test_a_pod_mounts_the_token_of_its_account(cluster: Cluster) -> None:
    found = to_dict(cluster.apply(pod("web")))["spec"]
    assert (found["serviceAccountName"], found["serviceAccount"]) == ("default", "default")
    (volume,) = found["volumes"]
    assert volume["name"].startswith("kube-api-access-") and len(volume["name"]) == 21
    assert volume["projected"] == {
        "defaultMode": 420,
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {
                "configMap": {
                    "name": "kube-root-ca.crt",
                    "items": [{"key": "ca.crt", "path": "ca.crt"}],
                }
            },
            {
                "downwardAPI": {
                    "items": [
                        {
                            "path": "namespace",
                            "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                        }
                    ]
                }
            },
        ],
    }
    assert found["containers"][0]["volumeMounts"] == [
        {
            "name": volume["name"],
            "readOnly": True,
            "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        }
    ]
    cluster.run_until("pod/web ready")


def test_an_account_or_a_pod_may_do_without_a_token(cluster: Cluster) -> None:
    cluster.apply(account("quiet", automountServiceAccountToken=False))
    assert not cluster.apply(pod("a", serviceAccountName="quiet")).spec.volumes
    assert not cluster.apply(pod("b", automountServiceAccountToken=False)).spec.volumes
    loud = pod("c", serviceAccountName="quiet", automountServiceAccountToken=True)
    assert cluster.apply(loud).spec.volumes


def test_pull_secrets_come_from_the_account_unless_the_pod_has_some(cluster: Cluster) -> None:
    cluster.apply(account("shop", imagePullSecrets=[{"name": "registry"}]))
    given = cluster.apply(pod("a", serviceAccountName="shop")).spec.image_pull_secrets
    assert [secret.name for secret in given] == ["registry"]
    own = pod("b", serviceAccountName="shop", imagePullSecrets=[{"name": "mine"}])
    assert [secret.name for secret in cluster.apply(own).spec.image_pull_secrets] == ["mine"]


def test_an_account_that_is_not_there(cluster: Cluster) -> None:
    with pytest.raises(StatusError) as error:
        cluster.apply(pod("a", serviceAccountName="ghost"))
    assert str(error.value.status.message) == (
        'pods "a" is forbidden: error looking up service account default/ghost: '
        'serviceaccount "ghost" not found'
    )


def test_without_service_accounts_pods_are_plain() -> None:
    cluster = Cluster(nodes=1, seed=7)
    assert not cluster.apply(pod("a")).spec.volumes
    assert not cluster.get("sa") and not cluster.get("configmaps")


# Tokens


def claims(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def test_a_token_says_who_for_whom_and_how_long(cluster: Cluster) -> None:
    uid = cluster.apply(account("shop")).metadata.uid
    now = cluster.clock.now // 1_000_000
    found = claims(cluster.create_token("sa/shop", seconds=600))
    assert (found["iat"], found["exp"]) == (now, now + 600)
    assert found["sub"] == "system:serviceaccount:default:shop"
    assert found["aud"] == [found["iss"]] == ["https://kubernetes.default.svc.cluster.local"]
    about = {"namespace": "default", "serviceaccount": {"name": "shop", "uid": uid}}
    assert found["kubernetes.io"] == about
    with pytest.raises(StatusError, match="may not specify a duration less than 10 minutes"):
        cluster.create_token("shop", seconds=60)
    with pytest.raises(StatusError, match='serviceaccounts "ghost" not found'):
        cluster.create_token("ghost")


def test_whoever_shows_a_token_is_its_account_until_it_ends(cluster: Cluster) -> None:
    cluster.apply(account("shop"))
    token = cluster.create_token("shop", seconds=600)
    assert cluster.as_token(token).whoami() == (
        "system:serviceaccount:default:shop",
        ("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"),
    )
    cluster.run(601)
    with pytest.raises(StatusError) as error:
        cluster.as_token(token)
    assert error.value.code == 401


def test_tokens_that_are_nobodys(cluster: Cluster) -> None:
    cluster.apply(account("shop"))
    token = cluster.create_token("shop")
    forged = [token[:-2] + "AA", "x.y.z", "nonsense", cluster.create_token("shop", audience="db")]
    cluster.delete("sa/shop")
    for one in (token, *forged):
        with pytest.raises(StatusError, match="Unauthorized"):
            cluster.as_token(one)


def test_the_same_seed_gives_the_same_token() -> None:
    tokens = [
        Cluster(nodes=1, seed=7, service_accounts=True).create_token("default") for _ in range(2)
    ]
    assert tokens[0] == tokens[1]


def test_an_account_may_do_what_is_bound_to_it() -> None:
    cluster = Cluster(nodes=1, seed=7, rbac=True)
    cluster.apply(account("shop"))
    shop = cluster.as_token(cluster.create_token("shop"))
    assert not shop.can_i("list", "pods")
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "shop-view"},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "shop", "namespace": "default"}],
    }
    cluster.apply(binding)
    assert shop.can_i("list", "pods") and not shop.can_i("list", "secrets")
    with pytest.raises(StatusError, match='cannot create resource "serviceaccounts/token"'):
        shop.create_token("shop")
