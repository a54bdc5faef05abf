"""What people really write: each finding from public manifests, in a minimal manifest of our own.

Every row has to be accepted and to end as it would in a real cluster: its pods Ready, its Jobs
complete. Looked at were the online boutique, the sock shop, the AKS store, the examples of mysql
and zookeeper, ingress-nginx, and charts as they are rendered.
"""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.apimachinery.errors import StatusError

POD = "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: , labels: }, spec: {%s}}"

PODS = {
    "grpc_health_probe in an image of one's own": "containers: [{name: c, image: gcr.io/x/email:v1,"
    " ports: [{containerPort: 8080}], readinessProbe: {periodSeconds: 5,"
    " exec: {command: [/bin/grpc_health_probe, '-addr=:8080', '-rpc-timeout=5s']}}}]",
    "zookeeper-ready through a shell": "containers: [{name: c, image:"
    " registry.k8s.io/zk:1.0-3.4.10,"
    " command: [sh, -c, 'start-zookeeper --servers=3 --data_dir=/var/lib/zookeeper/data'],"
    " readinessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}}}]",
    "mongosh --eval": "containers: [{name: c, image: 'mongo:7', livenessProbe: {exec: {command:"
    " [mongosh, --eval, db.runCommand('ping').ok]}, initialDelaySeconds: 1}}]",
    "rabbitmq, a file as a volume of one key": "containers: [{name: c, image: rabbitmq:3-alpine,"
    " readinessProbe: {exec: {command: [rabbitmq-diagnostics, ping]}}}]",
    "cassandra's drain and ready script": "containers: [{name: c, image: gcr.io/g/cassandra:v13,"
    " securityContext: {capabilities: {add: [IPC_LOCK]}},"
    " lifecycle: {preStop: {exec: {command: [/bin/sh, -c, nodetool drain]}}},"
    " readinessProbe: {exec: {command: [/bin/bash, -c, /ready-probe.sh]}}}]",
    "a health check on a port that is not declared": "containers: [{name: c, image: controller,"
    " args: [/nginx-ingress-controller, '--configmap=$(POD_NAMESPACE)/x'],"
    " env: [{name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}],"
    " ports: [{name: http, containerPort: 80, hostPort: 80}],"
    " readinessProbe: {httpGet: {path: /healthz, port: 10254, scheme: HTTP}}}],"
    " terminationGracePeriodSeconds: 0",
    "https and named ports": "containers: [{name: c, image: metrics-server, args:"
    " [--secure-port=10250],"
    " ports: [{containerPort: 10250, name: https}], readinessProbe: {httpGet: {path: /readyz,"
    " port: https, scheme: HTTPS}}}], priorityClassName: system-cluster-critical",
    "grpc with a service": "containers: [{name: c, image: etcd, ports: [{containerPort: 2379}],"
    " readinessProbe: {grpc: {port: 2379, service: my.Service}}}]",
    "redis with a configuration file": "containers: [{name: c, image: redis, command:"
    " [redis-server,"
    " /redis-master/redis.conf], readinessProbe: {exec: {command: [sh, -c, 'redis-cli -a $PW"
    " ping']}}}]",
    "elasticsearch's init containers": "initContainers: [{name: a, image: busybox, command:"
    " [sysctl,"
    " -w, vm.max_map_count=262144], securityContext: {privileged: true}}, {name: b, image: busybox,"
    " command: [sh, -c, ulimit -n 65536]}, {name: c, image: busybox,"
    " command: [sh, -c, 'chown -R 1000:1000 /usr/share']}],"
    " containers: [{name: es, image: 'docker.elastic.co/elasticsearch/elasticsearch:8.15.0'}]",
    "an init container of an agent": "initContainers: [{name: cni, image: 'amazon/cni-init:v1.14',"
    " env: [{name: A, value: 'false'}]}], containers: [{name: c, image: amazon/cni}],"
    " hostNetwork: true, serviceAccount: aws-node, priorityClassName: system-node-critical",
    "a port by its name and a bare container": "containers: [{name: c, image:"
    " 'localhost:5000/a/b'}]",
    "capabilities in small letters": "containers: [{name: c, image: sock/cart:0.3.0,"
    " securityContext:"
    " {runAsNonRoot: true, runAsUser: 10001, readOnlyRootFilesystem: true, capabilities:"
    " {drop: [all], add: [NET_BIND_SERVICE]}}}], volumes: [{name: t, emptyDir: {medium: Memory}}]",
    "mysql's ordinals in bash": "initContainers: [{name: i, image: 'mysql:8', command: [bash, -c,"
    ' "set -ex\\n[[ `hostname` =~ -([0-9]+)$ ]] || exit 1\\nordinal=${BASH_REMATCH[1]}\\n'
    "echo server-id=$((100 + $ordinal)) >> /mnt/conf.d/id.cnf\\n"
    'if [[ $ordinal -eq 0 ]]; then cp /mnt/a /mnt/b; fi"]}],'
    " containers: [{name: c, image: 'mysql:8', readinessProbe: {exec: {command: [mysql, -h,"
    " 127.0.0.1, -e, SELECT 1]}}}]",
    "a build agent that waits at its terminal": "containers: [{name: c, image: 'maven:3', tty:"
    " true,"
    " command: [cat]}]",
    "a heredoc": "containers: [{name: c, image: 'vault:1', command: [sh, -c, \"cat > /tmp/x"
    " <<EOF\\n"
    'a: b\\nEOF\\nexec vault server -config=/tmp/x"]}]',
    "a sleep written with --": "containers: [{name: c, image: ubuntu, command: [/bin/bash, -c, --],"
    " args: ['while true; do sleep 30; done;']}]",
    "kubectl waits for somebody else": "initContainers: [{name: w, image: bitnami/kubectl, command:"
    " [kubectl, wait, --for=condition=ready, pod/x]}], containers: [{name: c, image: acme}]",
    "hooks that write into the image": "containers: [{name: c, image: nginx, lifecycle: {postStart:"
    " {exec: {command: [/bin/sh, -c, echo Hello > /usr/share/message]}}, preStop: {exec:"
    " {command: [/usr/sbin/nginx, -s, quit]}}}}]",
    "quantities as numbers": "containers: [{name: c, image: acme, resources: {limits: {cpu: 1,"
    " memory: 512Mi, ephemeral-storage: 2Gi}, requests: {cpu: 0.5}}}]",
}


@pytest.mark.parametrize("finding", PODS)
def test_a_pod_that_becomes_ready(finding: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(POD % PODS[finding])
    cluster.run(60)
    pod = cluster.get("pod/p")
    assert pod_ready(pod), cluster.events("pod/p")
    assert [status.restart_count for status in pod.status.container_statuses] == [0]


OTHERS = {
    "a ConfigMap without anything": "{apiVersion: v1, kind: ConfigMap, metadata: {name: c},"
    " data: }",
    "annotations that are null": "{apiVersion: v1, kind: Service, metadata: {name: s,"
    " annotations: },"
    " spec: {ports: [{port: 80, targetPort: http, protocol: TCP}], selector: {a: b}}}",
    "creationTimestamp: null and an empty status": "{apiVersion: apps/v1, kind: Deployment,"
    " metadata:"
    " {name: d, creationTimestamp: null}, spec: {selector: {matchLabels: {a: b}}, strategy: {},"
    " template: {metadata: {creationTimestamp: null, labels: {a: b}}, spec: {containers: [{name: c,"
    " image: nginx, resources: {}}]}}}, status: {}}",
    "a list of one kind": "{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata:"
    " {name: d},"
    " spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},"
    " spec: {containers: [{name: c, image: nginx}]}}}}]}",
}


@pytest.mark.parametrize("finding", OTHERS)
def test_what_is_accepted(finding: str) -> None:
    Cluster(nodes=1).apply(OTHERS[finding])


OLD = """
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
---
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: cart-db, namespace: sock-shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: Bad_Name}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: last}
"""


def test_an_old_version_is_told_in_kubectls_words_and_the_rest_is_applied() -> None:
    cluster = Cluster(nodes=1)
    with pytest.raises(StatusError) as refused:
        cluster.apply(OLD)
    text = str(refused.value)
    assert (
        'resource mapping not found for name: "cart-db" namespace: "sock-shop" from "STDIN": '
        'no matches for kind "Deployment" in version "extensions/v1beta1"\n'
        "ensure CRDs are installed first\nDeployment is served in apps/v1"
    ) in text
    assert 'ConfigMap "Bad_Name" is invalid: metadata.name' in text
    assert [c.metadata.name for c in cluster.get("configmaps")] == ["first", "last"]


def test_a_namespace_has_to_come_before_what_lives_in_it() -> None:
    cluster = Cluster(nodes=1)
    inside = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}}"
    home = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
    with pytest.raises(StatusError, match='namespaces "shop" not found'):
        cluster.apply(f"{inside}\n---\n{home}")
    cluster.apply(f"{home}\n---\n{inside}")  # the second time it is there
    assert cluster.get("configmap/c", namespace="shop").metadata.name == "c"


def test_a_job_that_an_image_does_by_itself() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec:"
        " {restartPolicy: OnFailure, containers: [{name: c, image: 'kube-webhook-certgen:v1',"
        " args: [create, '--host=x']}]}}}}"
    )
    cluster.run(30)
    assert cluster.get("job/j").status.succeeded == 1
