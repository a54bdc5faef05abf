"""What containers find in the directories they mount."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.kubelet.cri import Request
from kubelite.kubelet.volumes import Mounting
from kubelite.kubelet.volumes.atomic import File
from kubelite.kubelet.volumes.projection import PROJECTIONS
from kubelite.sim.clock import SECOND
from tests.cluster.manifests import pod

Manifest = dict[str, Any]

MILLI = {"divisor": "1m"}


def config_map(name: str = "web", **data: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def secret(name: str = "db", **data: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def mounting(source: Manifest, name: str = "web", path: str = "/v", **mount: Any) -> Manifest:
    """A pod whose only container mounts one volume."""
    mounts = [{"name": "vol", "mountPath": path, **mount}]
    return pod(name, volumes=[{"name": "vol", **source}], container={"volumeMounts": mounts})


def running(cluster: Cluster, *manifests: Manifest) -> Cluster:
    cluster.apply(list(manifests))
    cluster.run_until("pods ready")
    return cluster


def output(cluster: Cluster, command: str, pod: str = "web", container: str = "") -> str:
    return cluster.exec(pod, command, container).output.removesuffix("\n")


def pair(source: Manifest) -> Manifest:
    """A pod of two containers that share a volume."""
    shared = pod(volumes=[{"name": "vol", **source}])
    first = shared["spec"]["containers"][0]
    first["volumeMounts"] = [{"name": "vol", "mountPath": "/a"}]
    second = {**first, "name": "side", "volumeMounts": [{"name": "vol", "mountPath": "/b"}]}
    shared["spec"]["containers"].append(second)
    return shared


def test_a_key_of_a_config_map_is_a_file() -> None:
    cluster = running(
        Cluster(), config_map(color="blue", size="9"), mounting({"configMap": {"name": "web"}})
    )
    assert output(cluster, "ls /v").split() == ["color", "size"]
    assert output(cluster, "cat /v/color") == "blue"


def test_items_choose_keys_their_paths_and_modes() -> None:
    items = [{"key": "password", "path": "deep/pw", "mode": 0o400}]
    source = {"secret": {"secretName": "db", "items": items}}
    cluster = running(Cluster(), secret(password="s3cret", user="me"), mounting(source))
    assert output(cluster, "ls /v") == "deep"
    assert output(cluster, "cat /v/deep/pw") == "s3cret"
    assert output(cluster, "ls -l /v/deep").startswith("-r--------")


def test_files_are_links_into_a_directory_that_can_be_swapped() -> None:
    cluster = running(Cluster(), config_map(color="blue"), mounting({"configMap": {"name": "web"}}))
    listing = output(cluster, "ls -la /v")
    assert "color -> ..data/color" in listing
    assert "..data -> ..2026_11_27_08_00_" in listing


@pytest.mark.parametrize(
    "command, words",
    [
        ("echo x > /v/color", "sh: can't create /v/color: Read-only file system"),
        ("touch /v/new", "touch: /v/new: Read-only file system"),
        ("rm /v/color", "rm: can't remove '/v/color': Read-only file system"),
        ("mkdir /v/sub", "mkdir: can't create directory '/v/sub': Read-only file system"),
    ],
)
def test_nobody_writes_to_a_config_map(command: str, words: str) -> None:
    cluster = running(Cluster(), config_map(color="blue"), mounting({"configMap": {"name": "web"}}))
    assert output(cluster, command) == words
    assert output(cluster, "cat /v/color") == "blue"


def test_containers_of_a_pod_share_an_empty_dir() -> None:
    cluster = running(Cluster(), pair({"emptyDir": {}}))
    output(cluster, "echo hello > /a/note", container="main")
    assert output(cluster, "cat /b/note", container="side") == "hello"


def test_an_empty_dir_outlives_the_container_but_not_the_pod() -> None:
    cluster = running(Cluster(nodes=1), mounting({"emptyDir": {}}))
    output(cluster, "echo kept > /v/note; echo lost > /tmp/note")
    uid = cluster.get("pod/web").metadata.uid
    kubelet = cluster.workers["node-1"].kubelet
    runtime: Any = kubelet.runtime
    runtime.container(kubelet.container_id(uid, "main")).kill()
    cluster.run(5)
    cluster.run_until("pod/web ready")
    assert output(cluster, "cat /v/note") == "kept"
    assert "No such file" in output(cluster, "cat /tmp/note")
    cluster.delete("pod/web")
    cluster.run_until("pod/web gone")
    running(cluster, mounting({"emptyDir": {}}))
    assert output(cluster, "ls /v") == ""


def test_memory_is_lost_with_the_power_and_a_disk_is_not() -> None:
    disk = mounting({"emptyDir": {}}, "disk")
    memory = mounting({"emptyDir": {"medium": "Memory"}}, "memory")
    cluster = running(Cluster(nodes=1), disk, memory)
    for name in ("disk", "memory"):
        output(cluster, "echo x > /v/note", name)
    cluster.kill_node("node-1")
    cluster.run(1)
    cluster.start_node("node-1")
    cluster.run(30)
    assert output(cluster, "ls /v", "disk") == "note"
    assert output(cluster, "ls /v", "memory") == ""


def test_memory_has_room_for_its_size_limit() -> None:
    limited = mounting({"emptyDir": {"medium": "Memory", "sizeLimit": "16"}})
    cluster = running(Cluster(), limited)
    words = output(cluster, "echo 0123456789 > /v/a; echo 0123456789 > /v/b")
    assert words == "sh: write error: No space left on device"


def test_a_host_path_outlives_every_pod() -> None:
    cluster = running(Cluster(nodes=1), mounting({"hostPath": {"path": "/srv/data"}}))
    output(cluster, "echo kept > /v/note")
    cluster.delete("pod/web")
    cluster.run_until("pod/web gone")
    running(cluster, mounting({"hostPath": {"path": "/srv"}}))
    assert output(cluster, "cat /v/data/note") == "kept"


def test_every_node_sees_the_same_share() -> None:
    source = {"nfs": {"server": "files", "path": "/share"}}
    cluster = running(Cluster(nodes=2), mounting(source, "one"), mounting(source, "two"))
    assert cluster.get("pod/one").spec.node_name != cluster.get("pod/two").spec.node_name
    output(cluster, "echo hello > /v/note", "one")
    assert output(cluster, "cat /v/note", "two") == "hello"


def test_read_only_is_for_one_mount_only() -> None:
    shared = pair({"emptyDir": {}})
    shared["spec"]["containers"][1]["volumeMounts"][0]["readOnly"] = True
    cluster = running(Cluster(), shared)
    assert "Read-only" in output(cluster, "touch /b/x", container="side")
    assert output(cluster, "touch /a/x", container="main") == ""


def test_facts_about_the_pod_are_files() -> None:
    items = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {
            "path": "cpu",
            "resourceFieldRef": {"containerName": "main", "resource": "limits.cpu"} | MILLI,
        },
    ]
    manifest = mounting({"downwardAPI": {"items": items}})
    cluster = running(Cluster(cpu="4"), manifest)
    assert output(cluster, "cat /v/labels") == 'app="web"'
    allocatable = cluster.get("node/node-1").status.allocatable["cpu"]
    assert output(cluster, "cat /v/cpu") == str(allocatable.milli)
    cluster.patch("pod/web", {"metadata": {"labels": {"app": "shop"}}})
    cluster.run(0.2)
    assert output(cluster, "cat /v/labels") == 'app="shop"'


def test_several_sources_in_one_directory() -> None:
    sources = [
        {"configMap": {"name": "web"}},
        {"secret": {"name": "db", "items": [{"key": "password", "path": "pw"}]}},
        {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
        {"configMap": {"name": "nobody", "optional": True}},
    ]
    cluster = running(
        Cluster(),
        config_map(color="blue"),
        secret(password="s3cret"),
        mounting({"projected": {"sources": sources}}),
    )
    assert output(cluster, "ls /v").split() == ["color", "n", "pw"]


@pytest.mark.parametrize(
    "source, words",
    [
        ({"configMap": {"name": "nobody"}}, 'configmap "nobody" not found'),
        ({"secret": {"secretName": "nobody"}}, 'secret "nobody" not found'),
        (
            {"configMap": {"name": "web", "items": [{"key": "none", "path": "x"}]}},
            "configmap references non-existent config key: none",
        ),
        (
            {"secret": {"secretName": "db", "items": [{"key": "none", "path": "x"}]}},
            "references non-existent secret key: none",
        ),
        (
            {"hostPath": {"path": "/srv/none", "type": "Directory"}},
            "hostPath type check failed: /srv/none is not a directory",
        ),
        (
            {
                "projected": {
                    "sources": [{"configMap": {"name": "no"}}, {"secret": {"name": "nothing"}}]
                }
            },
            '[configmap "no" not found, secret "nothing" not found]',
        ),
    ],
)
def test_what_cannot_be_mounted_is_said_and_tried_again(source: Manifest, words: str) -> None:
    """At 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s: the well-known "x7 over 60s"."""
    cluster = Cluster()
    cluster.apply([config_map(color="blue"), secret(password="x"), mounting(source)])
    cluster.run(60)
    held = cluster.get("pod/web").status
    assert held.container_statuses[0].state.waiting.reason == "ContainerCreating"
    assert held.pod_ip == ""
    event = next(e for e in cluster.events("pod/web") if e.reason == "FailedMount")
    assert event.message == f'MountVolume.SetUp failed for volume "vol" : {words}'
    assert event.count == 7


def test_a_pod_starts_at_the_first_try_after_its_config_map_is_there() -> None:
    cluster = Cluster()
    cluster.apply(mounting({"configMap": {"name": "web"}}))
    cluster.run(10)
    cluster.apply(config_map(color="blue"))
    cluster.run_until("pod/web ready")
    assert 15.5 < cluster.elapsed < 19


def test_nobody_waits_for_a_volume_that_no_container_mounts() -> None:
    volumes = [{"name": "vol", "configMap": {"name": "nobody"}}]
    running(Cluster(), pod(volumes=volumes))


def test_an_optional_config_map_may_come_later() -> None:
    source = {"configMap": {"name": "web", "optional": True}}
    cluster = running(Cluster(), mounting(source))
    assert output(cluster, "ls /v") == ""
    cluster.apply(config_map(color="blue"))
    cluster.run(90)
    assert output(cluster, "ls /v") == "color"


def seconds_until_green(cluster: Cluster) -> int:
    for second in range(120):
        if output(cluster, "cat /v/color") == "green":
            return second
        cluster.run(1)
    return -1


def test_files_follow_a_config_map_within_a_minute_and_a_half() -> None:
    """And not at once: the kubelet notices when it next syncs the pod."""
    waits = []
    for seed in (1, 2, 3):
        source = {"configMap": {"name": "web"}}
        cluster = running(Cluster(seed=seed), config_map(color="blue"), mounting(source))
        cluster.patch("configmap/web", {"data": {"color": "green"}})
        waits.append(seconds_until_green(cluster))
    assert all(0 < wait <= 90 for wait in waits)
    assert max(waits) > 10


def test_an_annotation_of_the_pod_brings_the_change_at_once() -> None:
    source = {"configMap": {"name": "web"}}
    cluster = running(Cluster(), config_map(color="blue"), mounting(source))
    cluster.patch("configmap/web", {"data": {"color": "green"}})
    cluster.patch("pod/web", {"metadata": {"annotations": {"config": "2"}}})
    cluster.run(0.2)
    assert output(cluster, "cat /v/color") == "green"


def test_a_sub_path_never_changes() -> None:
    manifest = mounting({"configMap": {"name": "web"}}, path="/v/color", subPath="color")
    cluster = running(Cluster(), config_map(color="blue"), manifest)
    cluster.patch("configmap/web", {"data": {"color": "green"}})
    cluster.run(300)
    assert output(cluster, "cat /v/color") == "blue"


def test_a_sub_path_may_be_made_of_variables() -> None:
    manifest = mounting({"emptyDir": {}}, subPathExpr="logs/$(POD)")
    name = {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    container = manifest["spec"]["containers"][0]
    container["env"] = [name]
    container["volumeMounts"].append({"name": "vol", "mountPath": "/all"})
    cluster = running(Cluster(), manifest)
    output(cluster, "echo x > /v/note")
    assert output(cluster, "cat /all/logs/web/note") == "x"


def test_a_page_from_a_config_map_is_served() -> None:
    manifest = mounting({"configMap": {"name": "web"}}, path="/usr/share/nginx/html")
    cluster = running(Cluster(), config_map(**{"index.html": "<p>ours"}), manifest)
    answers: list[Any] = []
    ip = cluster.get("pod/web").status.pod_ip
    network: Any = cluster.workers["node-1"].kubelet.runtime
    network.request(ip, 80, Request(), 1_000_000, answers.append)
    assert answers[0].body == "<p>ours"


def test_what_is_immutable_is_read_once_and_watched_no_more() -> None:
    fixed = {**config_map(color="blue"), "immutable": True}
    cluster = Cluster(nodes=1)
    running(cluster, fixed, mounting({"configMap": {"name": "web"}}))
    references = cluster.workers["node-1"].kubelet.volumes.references
    assert references.watching() == []


def test_a_watch_ends_with_the_last_pod_that_needs_it() -> None:
    cluster = Cluster(nodes=1)
    source = {"configMap": {"name": "web"}}
    running(cluster, config_map(color="x"), mounting(source, "one"), mounting(source, "two"))
    references = cluster.workers["node-1"].kubelet.volumes.references
    assert references.watching() == [("configmaps", "default", "web")]
    for name in ("one", "two"):
        cluster.delete(f"pod/{name}")
        cluster.run_until(f"pod/{name} gone")
    assert references.watching() == []


def test_who_puts_too_much_into_an_empty_dir_is_evicted() -> None:
    cluster = running(Cluster(), mounting({"emptyDir": {"sizeLimit": "1Ki"}}))
    output(cluster, f"echo {'x' * 600} > /v/a")
    cluster.run(30)
    assert cluster.get("pod/web").status.phase == "Running"
    output(cluster, f"echo {'x' * 600} > /v/b")
    cluster.run(60)
    status = cluster.get("pod/web").status
    words = 'Usage of EmptyDir volume "vol" exceeds the limit "1Ki". '
    assert (status.phase, status.reason, status.message) == ("Failed", "Evicted", words)
    assert words in {event.message for event in cluster.events("pod/web")}


def test_a_token_is_a_file_where_there_are_accounts() -> None:
    sources = [{"serviceAccountToken": {"path": "token"}}, {"configMap": {"name": "web"}}]
    manifest = mounting({"projected": {"sources": sources}})
    manifest["spec"]["serviceAccountName"] = "default"
    cluster = running(Cluster(service_accounts=True), config_map(color="blue"), manifest)
    assert output(cluster, "ls /v") == "color\ntoken"
    token = output(cluster, "cat /v/token")
    assert cluster.as_token(token).whoami().username == "system:serviceaccount:default:default"
    own = "/var/run/secrets/kubernetes.io/serviceaccount"
    assert output(cluster, f"ls {own}") == "ca.crt\nnamespace\ntoken"
    assert output(cluster, f"cat {own}/namespace") == "default"
    cluster.run(3000)
    assert output(cluster, "cat /v/token") != token


def test_a_file_that_must_be_renewed_is_renewed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a token is: its source says when it wants to be asked again."""

    def clock_face(mounting: Mounting, source: Any, mode: int) -> dict[str, File]:
        return {source.path: File(str(mounting.now), mode, mounting.now + 600 * SECOND)}

    monkeypatch.setitem(PROJECTIONS, "service_account_token", clock_face)
    manifest = mounting({"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}})
    manifest["spec"]["serviceAccountName"] = "default"
    cluster = running(Cluster(), manifest)
    first = int(output(cluster, "cat /v/token"))
    cluster.run(590)
    assert int(output(cluster, "cat /v/token")) == first
    cluster.run(20)
    assert int(output(cluster, "cat /v/token")) == first + 600 * SECOND


def test_a_kubelet_that_restarts_finds_its_volumes_again() -> None:
    """And goes on to update files under containers that have never stopped."""
    source = {"configMap": {"name": "web"}}
    cluster = running(Cluster(nodes=1), config_map(color="blue"), mounting(source))
    kubelet = cluster.workers["node-1"].kubelet
    kubelet.stop()
    cluster.patch("configmap/web", {"data": {"color": "green"}})
    cluster.run(5)
    assert output(cluster, "cat /v/color") == "blue"
    kubelet.start()
    cluster.run(5)
    assert output(cluster, "cat /v/color") == "green"
    assert cluster.get("pod/web").status.container_statuses[0].restart_count == 0
