"""attach, cp and port-forward: by the real kubectl over WebSockets, and by ours inside.

What the commands leave behind is compared, too: in the container, and on this computer.
"""

from __future__ import annotations

import io
import shlex
import socket
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.kubectl.client import Client, Settings
from kubelite.kubectl.copying import Spec, Unpacking
from kubelite.kubectl.result import CommandError
from tests.kubectl.conftest import Said, Twins

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: box, labels: {app: box}}
spec:
  containers:
  - {name: box, image: busybox, command: [sleep, "3600"], ports: [{name: http, containerPort: 80}]}
  - name: side
    image: nginx
    ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: web, containerPort: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, stdin: true, stdinOnce: true, command: [cat]}]
---
apiVersion: v1
kind: Pod
metadata: {name: over}
spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: waiting}
spec: {nodeName: nowhere, containers: [{name: c, image: busybox}]}
---
apiVersion: v1
kind: Service
metadata: {name: box}
spec:
  selector: {app: box}
  ports:
  - {name: http, port: 8080, targetPort: web}
  - {name: gone, port: 81, targetPort: nope}
  - {name: dns, port: 53, protocol: UDP}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {ports: [{port: 80}]}
"""
BOX = """
apiVersion: v1
kind: Pod
metadata: {name: box}
spec: {containers: [{name: c, image: IMAGE}]}
"""
LATE = """
apiVersion: v1
kind: Pod
metadata: {name: late}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, "sleep 20; echo late; echo worse >&2"]}]
"""
FILES = {"one.txt": "one\n", "folder/a": "A", "folder/deep/b": "B\n", "folder/bytes": "\udcff\x00"}

COPIES = """
cp {src}/one.txt box:/tmp/one.txt -c box
cp {src}/one.txt box:/tmp
cp {src}/one.txt box:/tmp/other.txt
cp {src}/folder box:/tmp
cp {src}/folder box:/tmp/new
cp {src}/folder/ default/box:/tmp/again/ --no-preserve
cp {src}/one.txt box:/no/such/folder/one.txt
cp {src}/nope box:/tmp
exec box -c box -- find /tmp
exec box -c box -- cat /tmp/one.txt /tmp/other.txt /tmp/new/a /tmp/folder/deep/b
exec box -c box -- ln -s /etc/hosts /tmp/new/link
cp box:/tmp/new {out}/new
cp box:/tmp/new/deep/b {out}/b -c box
cp box:tmp/one.txt {out}/relative.txt
cp box:/tmp/../tmp/one.txt {out}/steps.txt
cp box:/tmp/one.txt {out}
cp box:/tmp/folder {out}/made/on/the/way
cp default/box:/tmp/folder/bytes {out}/bytes --retries=2
cp nobody:/tmp/x {out}/x
cp box:/tmp/x other:/tmp/y
cp {src}/one.txt {out}/y
cp box: {out}/y
cp :/tmp {out}/y
cp a/b/c:/tmp {out}/y
cp {src}/one.txt
cp over:/tmp/x {out}/x
cp {src}/one.txt box:/tmp -c wrong
"""
ATTACHED = """
attach late
attach over
attach nope
attach
attach a b c
attach pod box -c wrong
attach late --pod-running-timeout=0s
attach svc/nobody --pod-running-timeout=1s
attach cm/kube-root-ca.crt
attach -q -it over
"""
FORWARDED = """
port-forward box
port-forward
port-forward nope 80
port-forward box http
port-forward box nope
port-forward box dns
port-forward box 80:
port-forward box a:80
port-forward box 99999:80
port-forward box 70000
port-forward box 0
port-forward box 80 --pod-running-timeout=0s
port-forward waiting 80
port-forward over 80
port-forward svc/box nope
port-forward svc/box gone
port-forward svc/box 82
port-forward svc/box 53
port-forward svc/box dns
port-forward svc/nobody 80 --pod-running-timeout=1s
port-forward cm/kube-root-ca.crt 80
"""
LISTENING = ("port-forward box http", "port-forward box 80:")
"""Those that begin to listen, or fail at a port that only root may open."""


@pytest.fixture(scope="module")
def stage(twins: Twins) -> Iterator[Twins]:
    for cluster in (twins.theirs, twins.ours):
        cluster.apply(PODS)
    twins.run(10)
    yield twins


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def both(twins: Twins, line: str, stdin: str = "") -> tuple[str, Said, Said]:
    """One command by both, at the same time; each has a folder of its own to write to."""
    (twins.home / "theirs").mkdir(exist_ok=True)
    (twins.home / "ours").mkdir(exist_ok=True)
    where = {"src": twins.home / "source"}
    theirs = twins.real_while_time_passes(line.format(out=twins.home / "theirs", **where), stdin)
    ours = twins.mine(line.format(out=twins.home / "ours", **where), stdin)
    twins.run(1)
    plain = [_plain(twins, said) for said in (theirs, ours)]
    return line, plain[0], plain[1]


def _plain(twins: Twins, said: Said) -> Said:
    texts = (said.text, said.error)
    for name in ("theirs", "ours"):
        texts = tuple(text.replace(str(twins.home / name), "OUT") for text in texts)  # type: ignore[assignment]
    return Said(*texts, said.code)


def written(folder: Path) -> dict[str, bytes]:
    """What is in a folder, by the path below it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def without_tar(said: Said) -> Said:
    """kubectl ends with the archive, now and then before tar's last word on stderr is printed."""
    told = said.text.splitlines(keepends=True)
    return said._replace(text="".join(line for line in told if not line.startswith("tar: ")))


def test_copying(stage: Twins) -> None:
    for name, text in FILES.items():
        path = stage.home / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    said = [both(stage, line) for line in lines(COPIES)]
    differ = [one for one in said if one[1] not in (one[2], without_tar(one[2]))]
    assert differ == []
    assert written(stage.home / "ours") == written(stage.home / "theirs")
    assert written(stage.home / "ours")["new/a"] == b"A"


def test_attaching(stage: Twins) -> None:
    for cluster in (stage.theirs, stage.ours):
        cluster.apply(LATE)
    stage.run(5)
    said = [both(stage, line) for line in lines(ATTACHED)]
    said.append(both(stage, "attach -i reader", "one\ntwo\n"))
    assert [one for one in said if one[1] != one[2]] == []
    assert "late\n" in said[0][2].text and "worse\n" in said[0][2].error
    assert said[-1][2].text == "one\ntwo\n"


def test_forwarding_says_what_is_wrong(stage: Twins) -> None:
    commands = [line for line in lines(FORWARDED) if line not in LISTENING]
    said = [both(stage, line) for line in commands]
    assert [one for one in said if one[1] != one[2]] == []


def test_nothing_is_written_outside_the_target(tmp_path: Path) -> None:
    """Whatever an archive out of a container says."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in ("a/b/c", "a/b/../../../evil", "a/b//deep/d", "a/b/link"):
            entry = tarfile.TarInfo(name)
            entry.size = 1
            if name.endswith("link"):
                entry.type, entry.linkname, entry.size = tarfile.SYMTYPE, "/etc", 0
            archive.addfile(entry, io.BytesIO(b"x"))
    made.seek(0)
    client = Client(Cluster(nodes=1, seed=7), Settings(), "", 60)
    target = tmp_path / "target"
    unpacking = Unpacking(client, Spec("/a/b", "box", "default"), "a/b", str(target))
    with tarfile.open(fileobj=made) as archive:
        unpacking.all(archive)
        unpacking = Unpacking(client, Spec("/z", "box"), "z", str(target))
        with pytest.raises(CommandError, match="tar contents corrupted"):
            unpacking.all(archive)
    assert sorted(written(tmp_path)) == ["target/c", "target/deep/d"]
    assert [line.split(":")[1].split('"')[0].strip() for line in client.err] == [
        "file",
        "skipping symlink",
    ]
    assert "is outside target destination, skipping" in client.err[0]


def test_what_is_not_in_the_container_leaves_nothing_here(stage: Twins) -> None:
    said = stage.kubectl(f"cp box:/tmp/nowhere {stage.home}/nowhere -c box")
    assert "tar: /tmp/nowhere: No such file or directory" in said.text
    assert not (stage.home / "nowhere").exists()


def test_a_forwarded_port_leads_to_the_pod() -> None:
    cluster = Cluster(nodes=1, seed=7)
    cluster.apply(BOX.replace("IMAGE", "nginx"))
    cluster.run(10)
    assert "call cluster.serve() first" in cluster.kubectl("port-forward box 0:80").error
    with cluster.serve(speed=100):
        said = cluster.kubectl("port-forward box :80")
        assert said.code == 0
        (line,) = said.lines
        port = int(shlex.split(line)[2].rpartition(":")[2])
        assert line == f"Forwarding from 127.0.0.1:{port} -> 80"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.status == 200
        taken = cluster.kubectl(f"port-forward box {port}:80")
        assert "address already in use" in taken.error
        silent = cluster.kubectl("port-forward box :81").text.split()[2].rpartition(":")[2]
        with socket.create_connection(("127.0.0.1", int(silent)), timeout=10) as nobody:
            assert nobody.recv(1) == b""
        assert "on loopback only" in cluster.kubectl("port-forward box :80 --address 0.0.0.0").error
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=10)
