"""What people really write: each finding from public manifests, in a minimal manifest of our own.

Every row has to be accepted and to end as it would in a real cluster: its pods Ready, its Jobs
complete. Looked at first were the online boutique, the sock shop, the AKS store, the examples of
mysql and zookeeper, ingress-nginx, and charts as they are rendered. Applied later, whole or their
workloads with what these need, were some thirty examples of kubernetes/website (pods, controllers,
logging, konnectivity, storage; several in KYAML) and three of kubernetes/examples; manifests of
CockroachDB, CoreDNS, kube-dns, the NVIDIA device plugin, node-exporter, weave, cilium, minio,
kafka, loki, knative, sealed-secrets, OpenTelemetry, the NFS provisioner, emojivoto, the voting
app, the bank of Anthos, longhorn; and what the packages kopf, dask-kubernetes, skypilot bring.
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
    "directories, sockets and devices that every machine has": "containers: [{name: c, image: x,"
    " volumeMounts: [{name: a, mountPath: /a}, {name: b, mountPath: /b}, {name: d, mountPath: /d},"
    " {name: e, mountPath: /e}]}], volumes:"
    " [{name: a, hostPath: {path: /var/lib/kubelet/device-plugins, type: Directory}},"
    " {name: b, hostPath: {path: /run/containerd/containerd.sock, type: Socket}},"
    " {name: d, hostPath: {path: /etc/machine-id, type: File}},"
    " {name: e, hostPath: {path: /dev/fuse, type: CharDevice}}]",
    "an agent on the machine's network that is asked at localhost": "hostNetwork: true, containers:"
    " [{name: c, image: node, readinessProbe: {httpGet: {path: /ready, port: 9099, host: localhost"
    "}}, livenessProbe: {httpGet: {host: 127.0.0.1, path: /live, port: 9099}}}]",
    "lines that other tools turn": "initContainers: [{name: i, image: busybox, command: [sh, -c,"
    " 'echo c2VjcmV0 | base64 -d > /tmp/x && test $(rev /tmp/x) = terces && printenv HOME ||"
    " test $(printf b | sha1sum | cut -c1-4) != xxxx']}],"
    " containers: [{name: c, image: busybox, command: [nohup, nice, -n, '5', sleep, infinity]}]",
    "what an init container downloads": "initContainers: [{name: i, image: 'busybox:1.28', command:"
    " [wget, -O, /work-dir/index.html, 'http://info.cern.ch'], volumeMounts: [{name: w, mountPath:"
    " /work-dir}]}], containers: [{name: c, image: nginx, volumeMounts: [{name: w, mountPath:"
    " /usr/share/nginx/html}], readinessProbe: {httpGet: {path: /, port: 80}}}],"
    " dnsPolicy: Default, volumes: [{name: w, emptyDir: {}}]",
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


@pytest.mark.parametrize(
    "provisioner",
    ["kubernetes.io/gce-pd", "ebs.csi.aws.com", "k8s.io/minikube-hostpath", "driver.longhorn.io"],
)
def test_the_class_of_a_cloud_that_the_manifest_brings_after_its_claim(provisioner: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec:"
        " {storageClassName: fast, accessModes: [ReadWriteOnce],"
        " resources: {requests: {storage: 1Gi}}}}\n---\n"
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast},"
        f" provisioner: {provisioner}, parameters: {{type: pd-ssd}}}}"
    )
    cluster.run(30)
    assert cluster.get("pvc/data").status.phase == "Bound", cluster.events("pvc/data")
    cluster.delete("pvc/data")
    cluster.run(30)
    assert list(cluster.get("pv")) == []


def test_a_disk_of_the_usual_kind_is_not_quite_empty() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec:"
        " {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}\n---\n"
        + POD
        % "containers: [{name: c, image: nginx, livenessProbe: {exec: {command: [ls,"
        " /data/lost+found]}}, volumeMounts: [{name: d, mountPath: /data}]}],"
        " volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"
    )
    cluster.run(120)
    assert cluster.get("pod/p").status.container_statuses[0].restart_count == 0


def test_a_sidecar_that_restarts_the_whole_pod_leaves_it_running() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        POD
        % "restartPolicy: Never, initContainers: [{name: w, image: busybox, restartPolicy: Always,"
        " command: [sh, -c, 'sleep 60; exit 88'], restartPolicyRules: [{action:"
        " RestartAllContainers, exitCodes: {operator: In, values: [88]}}]}],"
        " containers: [{name: c, image: busybox, command: [sleep, '3600']}]"
    )
    cluster.run(100)
    pod = cluster.get("pod/p")
    assert (pod.status.phase, pod_ready(pod)) == ("Running", True)


NAMES = {
    "ko://example.com/cmd/web": "invalid reference format",
    "<your image>": "invalid reference format",
    "nginx:": "invalid reference format",
    "${IMAGE}": "invalid reference format: repository name (library/${IMAGE}) must be lowercase",
    "Shop/Web:1": "invalid reference format: repository name (Web) must be lowercase",
}


@pytest.mark.parametrize("image", NAMES)
def test_what_somebody_should_have_filled_in_is_no_name_of_an_image(image: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(POD % f"containers: [{{name: c, image: '{image}'}}]")
    cluster.run(30)
    waiting = cluster.get("pod/p").status.container_statuses[0].state.waiting
    assert waiting is not None and waiting.reason == "InvalidImageName"
    assert waiting.message == (
        f'Failed to apply default image tag "{image}": '
        f'couldn\'t parse image name "{image}": {NAMES[image]}'
    )


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


CERTGEN = """
apiVersion: v1
kind: Pod
metadata: {name: controller}
spec:
  containers: [{name: c, image: controller, volumeMounts: [{name: w, mountPath: /certificates}]}]
  volumes: [{name: w, secret: {secretName: admission}}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: create}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      serviceAccountName: admission
      containers:
      - name: create
        image: registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.4.1
        env: [{name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]
        args: [create, "--host=c.$(NAMESPACE).svc", --namespace=$(NAMESPACE),
               --secret-name=admission]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: admission}
"""


@pytest.mark.parametrize("rbac", [False, True])
def test_a_controller_waits_for_the_certificate_that_a_job_makes(rbac: bool) -> None:
    cluster = Cluster(nodes=1, rbac=rbac)
    cluster.apply(CERTGEN)
    cluster.run(180)
    if rbac:  # the manifest has forgotten the role
        assert not cluster.get("job/create").status.succeeded
        return
    assert cluster.get("job/create").status.succeeded == 1
    assert sorted(cluster.get("secret/admission").data) == ["ca", "cert", "key"]
    assert pod_ready(cluster.get("pod/controller"))


def test_a_server_waits_for_the_password_that_its_store_makes() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: argocd}}")
    pods = {
        "repo": "containers: [{name: c, image: 'quay.io/argoproj/argocd:v3', args:"
        " [/usr/local/bin/argocd-repo-server], ports: [{containerPort: 8081}], env: [{name: PW,"
        " valueFrom: {secretKeyRef: {name: argocd-redis, key: auth}}}]}]",
        "redis": "initContainers: [{name: i, image: 'quay.io/argoproj/argocd:v3', command:"
        " [argocd, admin, redis-initial-password]}], containers: [{name: c, image: 'redis:8'}]",
    }
    for name, spec in pods.items():
        pod = POD.replace("name: p,", f"name: {name}, namespace: argocd,")
        cluster.apply(pod % spec)
    cluster.run(60)
    assert all(pod_ready(pod) for pod in cluster.get("pods", namespace="argocd"))


def test_the_probe_example_of_the_documentation_falls_ill_every_ten_seconds() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        POD % "containers: [{name: c, image: registry.k8s.io/e2e-test-images/agnhost:2.40, args:"
        " [liveness], livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 3,"
        " initialDelaySeconds: 3}}]"
    )
    cluster.run(15)
    assert cluster.get("pod/p").status.container_statuses[0].restart_count == 0
    cluster.run(45)
    assert cluster.get("pod/p").status.container_statuses[0].restart_count >= 1
    messages = [event.message for event in cluster.get("events")]
    assert "Liveness probe failed: HTTP probe failed with statuscode: 500" in messages


def test_a_job_that_an_image_does_by_itself() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(
        "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec:"
        " {restartPolicy: OnFailure, containers: [{name: c, image: 'kube-webhook-certgen:v1',"
        " args: [create, '--host=x']}]}}}}"
    )
    cluster.run(30)
    assert cluster.get("job/j").status.succeeded == 1
