"""A cluster in a file: closed or killed, it comes back as after a power failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.cluster.infrastructure import NodePool
from kubelite.etcd.backend import StoreError
from tests.cluster.definitions import WEBSITES, website
from tests.manifests import deployment

KEY = {"name": "key1", "secret": "c2VjcmV0IGlzIHNlY3VyZSwgb3IgaXMgaXQ/Pz8/Pz8="}
ENCRYPTION = {
    "apiVersion": "apiserver.config.k8s.io/v1",
    "kind": "EncryptionConfiguration",
    "resources": [
        {
            "resources": ["secrets"],
            "providers": [{"aesgcm": {"keys": [KEY]}}, {"identity": {}}],
        }
    ],
}
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "db"},
    "stringData": {"password": "swordfish"},
}

Open = Callable[..., Cluster]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def open_cluster(file: Path) -> Iterator[Open]:
    """Opens the file's cluster, as it was left; one at a time."""
    last: list[Cluster] = []

    def again(**options: Any) -> Cluster:
        for cluster in last:
            cluster.close()
        last[:] = [Cluster(store=file, **options)]
        return last[0]

    yield again
    for cluster in last:
        cluster.close()


def stored(cluster: Cluster) -> dict[str, bytes]:
    return {kv.key: cluster.etcdctl_get(kv.key) for kv in cluster._world.store.range("/")}


def test_a_cluster_in_a_file_does_the_same_as_one_in_memory(open_cluster: Open) -> None:
    digests = []
    for cluster in (Cluster(), open_cluster()):
        cluster.apply(deployment(replicas=5))
        cluster.run(120)
        digests.append(cluster.trace.digest())
    assert digests[0] == digests[1]


def test_it_comes_back_with_the_same_objects_at_the_same_moment(open_cluster: Open) -> None:
    cluster = open_cluster(nodes=2, seed=3, cpu="8")
    cluster.apply(deployment(replicas=4))
    cluster.run(100)
    before = stored(cluster), cluster.now, cluster.revision, cluster.elapsed
    again = open_cluster()
    written = {key for key, value in stored(again).items() if value != before[0].get(key)}
    assert written == set(), "nothing has happened yet"
    assert (again.now, again.revision, again.elapsed) == before[1:]
    assert (again.seed, list(again.workers)) == (3, ["node-1", "node-2"])
    assert str(again.get("node/node-1").status.capacity["cpu"]) == "8"


def test_pods_are_started_again_as_after_a_power_failure(open_cluster: Open) -> None:
    cluster = open_cluster()
    cluster.apply(deployment(replicas=4))
    cluster.run_until("deployment/web ready")
    cluster.run(30)
    before = {pod.metadata.uid: pod.status.pod_ip for pod in cluster.get("pods")}
    again = open_cluster()
    again.run_until(lambda c: any(not ready(pod) for pod in c.get("pods")))
    again.run(60)
    pods = again.get("pods")
    assert {pod.metadata.uid for pod in pods} == set(before), "the same pods, no others"
    assert all(ready(pod) for pod in pods)
    assert [pod.status.container_statuses[0].restart_count for pod in pods] == [1] * 4
    again.apply(deployment(replicas=6))
    again.run(60)
    uids = {pod.metadata.uid for pod in again.get("pods")}
    assert len(uids) == 6 and uids > set(before)


def ready(pod: Any) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)


def test_it_can_come_back_again_and_again(open_cluster: Open) -> None:
    """A uid, a revision or a name that was given once is not given again."""
    uids: set[str] = set()
    revisions = [0]
    for number in range(4):
        cluster = open_cluster()
        for name in (f"web-{number}", f"api-{number}"):
            found = cluster.apply(deployment(name, replicas=2))
            assert found.metadata.uid not in uids
            uids.add(found.metadata.uid)
        assert cluster.revision > revisions[-1]
        cluster.run(60)
        revisions.append(cluster.revision)
    pods = cluster.get("pods")
    assert len(pods) == 16 and all(ready(pod) for pod in pods)


def test_machines_are_as_they_were_left(open_cluster: Open) -> None:
    cluster = open_cluster(nodes=2)
    cluster.add_node("big", cpu="32", labels={"disk": "ssd"})
    cluster.run(30)
    cluster.kill_node("node-1")
    cluster.run(5)
    again = open_cluster(nodes=7)  # of a cluster that is there, the file says how many
    assert [(one.name, one.powered) for one in again.workers.values()] == [
        ("node-1", False),
        ("node-2", True),
        ("big", True),
    ]
    again.run(60)
    conditions = {
        node.metadata.name: node.status.conditions[-1].status for node in again.get("nodes")
    }
    assert conditions == {"node-1": "Unknown", "node-2": "True", "big": "True"}
    assert again.get("node/big").metadata.labels["disk"] == "ssd"
    again.start_node("node-1")
    again.run_until("nodes ready")


def test_the_past_can_still_be_looked_at(open_cluster: Open) -> None:
    cluster = open_cluster()
    cluster.apply(deployment(replicas=1))
    cluster.run(60)
    moment = cluster.clock.now
    cluster.scale("deployment/web", 3)
    cluster.run(60)
    again = open_cluster()
    again.run(60)
    assert len(again.history.at(moment).list("pods")) == 1
    assert len(again.history.at().list("pods")) == 3
    pod = again.history.at(moment).list("pods")[0].metadata.name
    assert f"etcd created pod/{pod}" in str(again.story(f"pod/{pod}"))


def test_events_end_with_their_lease_even_if_it_was_granted_before(open_cluster: Open) -> None:
    cluster = open_cluster()
    cluster.apply(deployment(replicas=1))
    cluster.run(60)
    old = {event.metadata.name for event in cluster.get("events")}
    again = open_cluster()
    again.run(2 * 3600)
    assert old and not old & {event.metadata.name for event in again.get("events")}


def test_a_cluster_that_was_killed_while_it_was_made_is_finished(
    open_cluster: Open, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Cluster, "run_until", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Cluster(nodes=3, store=file)
    cluster = open_cluster(nodes=4)
    assert [str(node.metadata.name) for node in cluster.get("nodes")] == [
        "node-1",
        "node-2",
        "node-3",
        "node-4",
    ]


def test_with_closes_it(file: Path) -> None:
    with Cluster(store=file) as cluster:
        cluster.apply(deployment())
    with pytest.raises(StoreError, match="the cluster was closed: open it again"):
        cluster.scale("deployment/web", 2)
    assert cluster.get("deployment/web").spec.replicas == 3, "it can be looked at"
    with Cluster(store=file) as again:
        again.scale("deployment/web", 2)


def test_a_full_disk_is_said_and_the_cluster_comes_back_when_there_is_room(
    open_cluster: Open,
) -> None:
    cluster = open_cluster()
    cluster.apply(deployment(replicas=2))
    cluster.run_until("deployment/web ready")
    cluster._kept._journal._db.execute("PRAGMA max_page_count = 1")  # type: ignore[union-attr]
    with pytest.raises(StoreError, match="is full, and a write could not be made"):
        cluster.run(600)
    was = stored(cluster), cluster.revision
    again = open_cluster()
    assert (stored(again), again.revision) == was
    again.run(60)
    assert all(ready(pod) for pod in again.get("pods"))


def test_two_clusters_cannot_have_one_file(file: Path) -> None:
    with Cluster(store=file), pytest.raises(StoreError, match="is open in another cluster"):
        Cluster(store=file)


def test_defined_kinds_are_served_again_with_their_objects(open_cluster: Open) -> None:
    cluster = open_cluster()
    cluster.apply(WEBSITES)
    cluster.run_until("crd/websites.example.com established", timeout=5)
    was = cluster.apply(website())
    cluster.run(10)
    again = open_cluster()
    found = again.get("website/blog")
    assert (found.spec, found.metadata.uid) == (was.spec, was.metadata.uid)
    assert again.apply(website(replicas=3)).metadata.generation == 2
    with pytest.raises(StatusError, match="unknown field"):
        again.apply(website(colour="red"))
    again.run(60)
    third = open_cluster()
    assert third.get("website/blog").spec["replicas"] == 3
    blogs = [step.new.spec["replicas"] for step in third.history.changes("websites")]
    assert blogs[0] == 2 and blogs[-1] == 3


def test_roles_count_again_when_the_server_is_started_with_them(open_cluster: Open) -> None:
    cluster = open_cluster(rbac=True)
    cluster.apply(deployment(replicas=1))
    cluster.run_until("deployment/web ready")
    again = open_cluster(rbac=True)
    again.run(60)
    assert again.can_i("list", "pods") and all(ready(pod) for pod in again.get("pods"))
    assert not again.as_user("ann").can_i("list", "pods")


def test_machines_of_a_pool_and_copies_of_the_control_plane(open_cluster: Open) -> None:
    cluster = open_cluster(nodes=1, pools=[NodePool("web", count=2)], control_planes=3)
    cluster.run(120)
    names = list(cluster.workers)
    again = open_cluster(control_planes=3)
    again.run(120)
    again.run_until("nodes ready")
    assert list(again.workers) == names
    assert len({worker.address for worker in again.workers.values()}) == 3
    assert again.add_node() == "node-2"


# Encryption at rest


def test_what_is_encrypted_is_encrypted_in_the_file(open_cluster: Open, file: Path) -> None:
    cluster = open_cluster(encryption=ENCRYPTION)
    cluster.apply(SECRET)
    was = cluster.etcdctl_get("/registry/secrets/default/db")
    cluster.close()
    assert was.startswith(b"k8s:enc:aesgcm:v1:key1:") and was in file.read_bytes()
    assert b"c3dvcmRmaXNo" not in file.read_bytes(), "the password in base64"
    again = open_cluster(encryption=ENCRYPTION)
    assert again.etcdctl_get("/registry/secrets/default/db") == was
    assert again.get("secret/db").data["password"] == "c3dvcmRmaXNo"
    assert again.rewrite("secrets") == 0


def test_without_its_key_a_secret_cannot_be_read(open_cluster: Open) -> None:
    open_cluster(encryption=ENCRYPTION).apply(SECRET)
    again = open_cluster()
    with pytest.raises(StatusError, match="identity transformer tried to read encrypted data"):
        again.get("secret/db")
    again.run(60)
    again.apply(deployment())
    again.run_until("deployment/web ready")


def test_what_was_in_plain_is_encrypted_when_it_is_written_anew(open_cluster: Open) -> None:
    open_cluster().apply(SECRET)
    again = open_cluster(encryption=ENCRYPTION)
    assert again.etcdctl_get("/registry/secrets/default/db").startswith(b"{")
    assert again.rewrite("secrets") == 1
    assert again.etcdctl_get("/registry/secrets/default/db").startswith(b"k8s:enc:aesgcm:")


def test_no_nonce_is_used_twice(tmp_path: Path) -> None:
    """The same seed and key in two files: whoever has both must learn nothing."""
    found = set()
    for number in range(2):
        with Cluster(store=tmp_path / f"{number}.db", encryption=ENCRYPTION) as cluster:
            cluster.apply(SECRET)
            found.add(cluster.etcdctl_get("/registry/secrets/default/db"))
    assert len(found) == 2
