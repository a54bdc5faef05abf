"""Stories of what must be known to the right ones: a password changed, a database's members."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable

from kubelite import Cluster
from tests.cluster.test_encryption import IDENTITY, config, gcm, key
from tests.manifests import deployment, service, stateful_set
from tests.scenarios.telling import Customers, said

Told = Callable[..., Cluster]

STORED = "/registry/secrets/default/db"


def password(cluster: Cluster, value: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}}
    cluster.apply(secret | {"stringData": {"password": value}})


def test_a_secret_is_changed_and_the_key_that_hid_it_retired(told: Told) -> None:
    old, new = key("key1"), key("key2")
    cluster = told()
    password(cluster, "sesame")
    plain = cluster.etcdctl_get(STORED)
    cluster.configure_encryption(config(gcm(old), IDENTITY))
    rewritten = [cluster.rewrite("secrets")]
    hidden = cluster.etcdctl_get(STORED)
    source = {"secretKeyRef": {"name": "db", "key": "password"}}
    container = {
        "env": [{"name": "PASSWORD", "valueFrom": source}],
        "volumeMounts": [{"name": "db", "mountPath": "/etc/db"}],
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
    }
    volumes = {"volumes": [{"name": "db", "secret": {"secretName": "db"}}]}
    cluster.apply([deployment(container=container, pod=volumes), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    customers = Customers(cluster)

    def known() -> set[str]:
        ask = 'echo "$(cat /etc/db/password) $PASSWORD"'
        pods = [p for p in cluster.get("pods") if p.metadata.deletion_timestamp is None]
        return {cluster.exec(p.metadata.name, ask).output.strip() for p in pods}

    first = known()
    password(cluster, "open barley")  # the password leaked: a new one ...
    cluster.run(90)
    half = known()
    mark = {"spec": {"template": {"metadata": {"annotations": {"restartedAt": "today"}}}}}
    cluster.patch("deployment/web", mark)  # kubectl rollout restart
    cluster.run_until("deployment/web ready")
    whole = known()
    for keys in ((old, new), (new, old)):  # ... and a new key: known, used,
        cluster.configure_encryption(config(gcm(*keys)))
    rewritten += [cluster.rewrite("secrets"), cluster.rewrite("secrets")]
    cluster.configure_encryption(config(gcm(new)))  # and the old one forgotten
    stored = cluster.etcdctl_get(STORED)
    read = b64decode(cluster.get("secret/db").data["password"])
    customers.leave()

    assert b"c2VzYW1l" in plain and b64decode("c2VzYW1l") == b"sesame", "base64 hides nothing"
    assert hidden.startswith(b"k8s:enc:aesgcm:v1:key1:") and b"c2VzYW1l" not in hidden
    assert first == {"sesame sesame"}
    assert half == {"open barley sesame"}, "the file is new, the variable is not"
    assert whole == {"open barley open barley"}
    assert rewritten == [1, 1, 0]
    assert stored.startswith(b"k8s:enc:aesgcm:v1:key2:") and read == b"open barley"
    assert len(customers.answers) > 900 and customers.lost == []


def test_three_members_of_a_database_find_each_other(told: Told) -> None:
    cluster = told()
    ports = [{"name": "sql", "port": 5432, "targetPort": 8080}]
    headless = service("db", clusterIP="None", publishNotReadyAddresses=True, ports=ports)
    slow = {"START_SECONDS": "5"}
    cluster.apply([headless, service("db-read", selector={"app": "db"})])
    cluster.apply(stateful_set(env=slow))
    cluster.run(4)
    early = cluster.resolve("_sql._tcp.db.default.svc.cluster.local.", type="SRV")
    alone = [p.metadata.name for p in cluster.get("pods")]
    cluster.run_until("statefulset/db ready")
    cluster.run(5)
    members = cluster.resolve("_sql._tcp.db", from_pod="pod/db-2", type="SRV")
    before = cluster.resolve("db-1.db", from_pod="pod/db-0")
    asked = cluster.request("http://db-1.db:8080/cart", from_pod="pod/db-0")
    cluster.delete("pod/db-1")
    cluster.run(1)
    soon = cluster.resolve("db-1.db", from_pod="pod/db-0")
    starting = str(cluster.get("pods", selector="app=db")).splitlines()[2].split()[:2]
    cluster.run_until("statefulset/db ready")
    cluster.run(5)
    after = cluster.resolve("db-1.db", from_pod="pod/db-0")
    again = cluster.request("http://db-1.db:8080/cart", from_pod="pod/db-0")

    names = [f"db-{number}.db.default.svc.cluster.local" for number in range(3)]
    assert alone == ["db-0"] and [r.data for r in early.answers] == names[:1]
    assert sorted(r.data for r in members.answers) == names
    assert {r.port for r in members.answers} == {8080}, "the port of the pods, not the Service's"
    assert [step.code for step in before.steps] == ["NOERROR"], "the first search domain knows it"
    assert starting == ["db-1", "0/1"] and soon.addresses == after.addresses, "before it is ready"
    assert after.addresses == (cluster.get("pod/db-1").status.pod_ip,) != before.addresses
    assert (asked.pod, asked.via) == (again.pod, again.via) == ("db-1", "pod")
    assert asked.ok and again.ok, "another pod at another address, under the same name"
    told_db = said(cluster, "statefulset/db", "SuccessfulCreate")
    assert sorted(told_db) == [
        f"create Pod db-{number} in StatefulSet db successful" for number in range(3)
    ]
