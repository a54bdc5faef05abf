"""Scripts as manifests hold them: waiting for a database, asking for a page, starting a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kubelite import Cluster
from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.doubts import Doubts
from kubelite.kubelet.images.files import BASE, Files
from kubelite.kubelet.images.outlook import Found
from kubelite.kubelet.images.shell import Shell


class Town:
    """A network of three: ``db`` listens on 5432, ``web`` answers on 80, ``ill`` with 503."""

    now = 1_767_225_600_000_000
    server = "10.96.0.10"
    names: Mapping[str, str] = {"db": "10.1.0.1", "web": "10.1.0.2", "ill": "10.1.0.3"}
    ports = {("10.1.0.1", 5432): 200, ("10.1.0.2", 80): 200, ("10.1.0.3", 80): 503}

    def lookup(self, name: str) -> Found:
        return Found((self.names[name],), 1000) if name in self.names else Found((), 1000)

    def ask(
        self,
        address: str,
        port: int,
        host: str,
        request: Request,
        patience: int,
        then: Callable[[Reply], object],
    ) -> None:
        status = self.ports.get((address, port))
        then(Reply(status, "hello\n") if status else Reply(error="connect: connection refused"))


def ran(script: str, doubts: Doubts | None = None) -> tuple[int, str]:
    output: list[str] = []
    shell = Shell(Files(BASE), {"HOSTNAME": "zk-1"}, output.append, Town(), doubts)
    steps = shell.run_script(script)
    for _ in range(10_000):
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value, "".join(output)
    return -1, "".join(output)


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("nslookup db", 0, "Address: 10.1.0.1"),
        ("nslookup nobody", 1, "** server can't find nobody: NXDOMAIN"),
        ("nc -z db 5432", 0, ""),
        ("nc -z -v -w 2 db 5432", 0, "db (10.1.0.1:5432) open"),
        ("nc -z db 3306", 1, "Connection refused"),
        ("nc nobody 80", 1, "nc: bad address 'nobody'"),
        ("wget -qO- http://web/", 0, "hello"),
        ("wget -q --spider web:81", 1, "can't connect to remote host (10.1.0.2)"),
        ("wget -qO- http://ill/", 1, "wget: server returned error: HTTP/1.1 503"),
        ("curl -fsS http://web/", 0, "hello"),
        ("curl -fsS http://ill/", 22, ""),
        ("curl -s http://nobody/", 6, ""),
        ("curl -s http://web:81/", 7, ""),
        ("curl -s -o /dev/null -w '%{http_code}' http://ill/x", 0, "503"),
        ("[ \"$(curl -s -o /dev/null -w '%{http_code}' http://web/)\" = 200 ]", 0, ""),
        ("echo > /dev/tcp/db/5432", 0, ""),
        ("echo > /dev/tcp/db/5433", 1, ""),
        ("until nc -z db 5432; do sleep 1; done; echo up", 0, "up"),
        ("while ! nc -z db 5432; do sleep 1; done", 0, ""),
        ("for i in $(seq 1 3); do nc -z db 1 || echo $i; done", 0, "3"),
        ("while true; do nc -z db 5432 && break; sleep 1; done; echo out", 0, "out"),
        ("for i in 1 2; do continue; echo never; done; echo `hostname`", 0, "zk-1"),
        ("getent hosts db", 0, "10.1.0.1"),
        ("sysctl -w vm.max_map_count=262144 && ulimit -n 65536", 0, ""),
        ("chown -R 1000:1000 /tmp && chmod 755 /tmp", 0, ""),
        ("printf 'a %s\\n' b | tee /tmp/x; cat /tmp/x", 0, "a b\na b\n"),
        ("date +%s", 0, "1767225600"),
        ("date", 0, "Thu Jan  1 00:00:00 UTC 2026\n"),
        ("date '+%F %T'; date -u +%Y%m%dT%H%M%SZ", 0, "2026-01-01 00:00:00\n20260101T000000Z\n"),
        ("date foo", 1, "date: invalid date 'foo'"),
        ("echo a:b | cut -d: -f2; basename /x/y", 0, "b\ny"),
        ("mkdir /a; touch /a/f; cp /a/f /tmp; ls /tmp; mv /tmp/f /tmp/g; ls /tmp", 0, "f\ng"),
        ('cat > /tmp/x <<EOF\na: $HOSTNAME\nb: "c"\nEOF\ncat /tmp/x', 0, 'a: zk-1\nb: "c"\n'),
        ("cat <<'EOF' | grep HOST\nit's $HOSTNAME\nEOF\necho end", 0, "it's $HOSTNAME\nend"),
        ("cat <<< hello", 0, "hello"),
        ("no-such-command", 127, "sh: no-such-command: not found"),
    ],
)
def test_in_busybox(script: str, code: int, says: str) -> None:
    ended, output = ran(script)
    assert (ended, says in output) == (code, True), output


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("python manage.py migrate && gunicorn app", 0),
        ("until mysql -h db-that-is-local -e 'select 1' || true; do sleep 1; done", 0),
        ("until pg_isready -h db -p 5432; do sleep 1; done", 0),
        ("pg_isready -h db -p 5433", 2),
        ("redis-cli ping | grep PONG", 0),
        ('[ "$(redis-cli ping)" = PONG ]', 0),
        ("[[ `hostname` =~ -([0-9]+)$ ]] || exit 1", 0),
        ("while read line; do echo $line; f() { x; }; done", 0),
        ("cp /app/static /somewhere", 0),
        ("exit 3", 3),
        ("false", 1),
    ],
)
def test_in_an_image_that_nobody_knows(script: str, code: int) -> None:
    assert ran(script, Doubts(programs=True))[0] == code


POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: wait
    image: busybox:1.28
    command: [sh, -c, "until nslookup db.$(cat /var/run/secrets/kubernetes.io/serviceaccount/\
namespace).svc.cluster.local; do echo waiting; sleep 2; done"]
  - name: connect
    image: busybox:1.28
    command: [sh, -c, "until nc -z db 5432; do sleep 2; done"]
  containers: [{name: web, image: shop}]
"""
DB = """
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, labels: {app: db}}
spec: {containers: [{name: db, image: "postgres:16", ports: [{containerPort: 5432}]}]}
"""


def test_an_init_container_waits_until_the_database_is_there() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(POD)
    cluster.run(30)
    assert cluster.get("pod/web").status.phase == "Pending"
    assert "waiting" in cluster.logs("web", "wait")
    cluster.apply(DB)
    cluster.run(20)
    assert cluster.get("pod/web").status.phase == "Running"
    assert cluster.exec("web", "wget -qO- http://db:5432/").output == "ok\n"
    assert cluster.exec("web", "nc -z nobody 80").exit_code == 1


def test_connections_of_a_script_obey_network_policies() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(DB)
    cluster.apply(
        "{apiVersion: v1, kind: Pod, metadata: {name: web},"
        " spec: {containers: [{name: web, image: shop}]}}"
    )
    cluster.run(20)
    assert cluster.exec("web", "nc -z -w 1 db 5432").exit_code == 0
    cluster.apply(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy,"
        " metadata: {name: closed}, spec: {podSelector: {matchLabels: {app: db}}}}"
    )
    cluster.run(5)
    assert cluster.exec("web", "nc -z -w 1 db 5432").exit_code == 1


ENDS = (
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {restartPolicy: %s, containers: [%s]}}"
)


@pytest.mark.parametrize(
    ("policy", "container", "phase"),
    [
        ("Always", "{name: c, image: 'acme/api:1'}", "Running"),
        ("Always", "{name: c, image: 'acme/api:1', command: [java, -jar, a.jar]}", "Running"),
        ("Always", "{name: c, image: acme, command: [sh, -c, 'exec java -jar a.jar']}", "Running"),
        ("Never", "{name: c, image: perl, command: [perl, -e, 'print 1']}", "Succeeded"),
        ("OnFailure", "{name: c, image: acme, command: [sh, -c, './migrate up']}", "Succeeded"),
        ("Never", "{name: c, image: bash, command: [bash, -c, 'sleep 1 && exit 42']}", "Failed"),
        ("Never", "{name: c, image: busybox, command: [frobnicate]}", "Failed"),
        ("Always", "{name: c, image: busybox, tty: true, stdin: true, command: [sh]}", "Running"),
        ("Always", "{name: c, image: alpine, command: [tail, -f, /dev/null]}", "Running"),
    ],
)
def test_what_runs_on_and_what_ends(policy: str, container: str, phase: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(ENDS % (policy, container))
    cluster.run(30)
    pod = cluster.get("pod/p")
    assert (pod.status.phase, pod.status.container_statuses[0].restart_count) == (phase, 0)


def test_a_server_that_a_script_starts_answers_on_its_port() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        ENDS
        % (
            "Always",
            "{name: c, image: nginx, command: [sh, -c, "
            "\"echo hi && nginx -g 'daemon off;'\"], ports: [{containerPort: 80}]}",
        )
    )
    cluster.run(30)
    address = cluster.get("pod/p").status.pod_ip
    assert cluster.request(address, node="node-1").status == 200
