"""The elder and the rarer kinds: old controllers, Endpoints by hand, runtimes, webhooks."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests import invariants

ELDER = """
apiVersion: v1
kind: ReplicationController
metadata: {name: web}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]}
"""
RADAR = """
apiVersion: v1
kind: Service
metadata: {name: radar, labels: {team: sea}}
spec: {ports: [{name: http, port: 80, targetPort: 8088}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: radar}
subsets:
- addresses: [{ip: 198.51.100.7}]
  notReadyAddresses: [{ip: 198.51.100.8}]
  ports: [{name: http, port: 8088}]
"""


def test_a_replication_controller_keeps_its_pods() -> None:
    cluster = Cluster(nodes=2)
    made = cluster.apply(ELDER)
    assert made.spec.selector == made.metadata.labels == {"app": "web"}
    cluster.run(30)
    assert str(cluster.get("rc")).splitlines()[1].split()[:4] == ["web", "3", "3", "3"]
    pod = cluster.get("pods")[0]
    owner = pod.metadata.owner_references[0]
    assert (owner.kind, owner.api_version, owner.controller) == (
        "ReplicationController",
        "v1",
        True,
    )
    cluster.delete(f"pod/{pod.metadata.name}")
    cluster.run(40)
    assert cluster.get("rc/web").status.ready_replicas == 3
    cluster.scale("rc/web", 1)
    cluster.run(40)
    assert [p.metadata.owner_references[0].name for p in cluster.get("pods")] == ["web"]
    reasons = {e.reason for e in cluster.events("rc/web")}
    assert {e.source.component for e in cluster.events("rc/web")} == {"replication-controller"}
    assert reasons == {"SuccessfulCreate", "SuccessfulDelete"}
    cluster.delete("rc/web")
    cluster.run(60)
    assert len(cluster.get("pods")) == 0
    invariants.check(cluster)


def test_endpoints_by_hand_become_slices() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(RADAR)
    cluster.run(5)
    (made,) = cluster.get("endpointslices")
    assert [(e.addresses, e.conditions.ready) for e in made.endpoints] == [
        (("198.51.100.7",), True),
        (("198.51.100.8",), False),
    ]
    labels = made.metadata.labels
    assert labels["kubernetes.io/service-name"] == "radar"
    assert labels["endpointslice.kubernetes.io/managed-by"] == (
        "endpointslicemirroring-controller.k8s.io"
    )
    assert "198.51.100.7:8088" in str(cluster.get("endpoints"))
    cluster.patch("endpoints/radar", {"subsets": None})
    cluster.run(5)
    assert len(cluster.get("endpointslices")) == 0


def test_endpoints_of_a_service_that_selects_pods_are_left_alone() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(RADAR.replace("spec: {ports", "spec: {selector: {app: x}, ports"))
    cluster.run(5)
    assert [s.metadata.name for s in cluster.get("endpointslices") if s.endpoints] == []


RUNTIME = """
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: shielded}
handler: gvisor
overhead: {podFixed: {cpu: 250m, memory: 64Mi}}
scheduling:
  nodeSelector: {kubernetes.io/hostname: node-2}
  tolerations: [{key: shielded, operator: Exists}]
"""
POD = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {runtimeClassName: %s, %s\
 containers: [{name: c, image: nginx}]}}"


def test_a_runtime_class_adds_what_it_costs_and_where_it_is() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(RUNTIME)
    cluster.apply(POD % ("shielded", ""))
    cluster.run(10)
    spec = cluster.get("pod/p").spec
    assert (str(spec.overhead["cpu"]), spec.node_name) == ("250m", "node-2")
    assert spec.tolerations[-1].key == "shielded"


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ("nobody", "", 'pods "p" is forbidden: pod rejected: RuntimeClass "nobody" not found'),
        (
            "shielded",
            "overhead: {cpu: 1},",
            'pods "p" is forbidden: pod rejected: '
            "Pod's Overhead doesn't match RuntimeClass's defined Overhead",
        ),
        (
            "shielded",
            "nodeSelector: {kubernetes.io/hostname: node-1},",
            'pods "p" is forbidden: conflict: runtimeClass.scheduling.nodeSelector['
            "kubernetes.io/hostname] = node-2; pod.spec.nodeSelector[kubernetes.io/hostname]"
            " = node-1",
        ),
    ],
)
def test_what_a_runtime_class_refuses(name: str, more: str, why: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(RUNTIME)
    with pytest.raises(StatusError) as refused:
        cluster.apply(POD % (name, more))
    assert refused.value.status.message == why


def test_a_webhook_gets_defaults_and_is_never_called() -> None:
    cluster = Cluster(nodes=1)
    made = cluster.apply("""
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: inject}
webhooks:
- name: inject.example.com
  sideEffects: None
  admissionReviewVersions: [v1]
  clientConfig: {service: {name: nobody, namespace: default}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
""")
    hook = made.webhooks[0]
    assert (hook.failure_policy, hook.timeout_seconds, hook.reinvocation_policy) == (
        "Fail",
        10,
        "Never",
    )
    assert (hook.client_config.service.port, hook.rules[0].scope) == (443, "*")
    cluster.apply(POD.replace("runtimeClassName: %s, %s", ""))  # nobody asks the webhook
    cluster.patch("mutatingwebhookconfigurations/inject", {"webhooks": [hook_with(timeout=5)]})
    assert cluster.get("mutatingwebhookconfigurations/inject").metadata.generation == 2


def hook_with(timeout: int) -> dict[str, object]:
    return {
        "name": "inject.example.com",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": "https://example.com/inject"},
        "timeoutSeconds": timeout,
    }


BAD = [
    ("webhooks", "name: a.b", "webhooks[0].name", "at least three segments separated by dots"),
    ("webhooks", "name: a.b.c, timeoutSeconds: 31", "timeoutSeconds", "between 1 and 30 seconds"),
    (
        "webhooks",
        "name: a.b.c, failurePolicy: Maybe",
        "failurePolicy",
        'Unsupported value: "Maybe"',
    ),
    ("webhooks", "name: a.b.c", "sideEffects", "must specify one of None, NoneOnDryRun"),
    ("webhooks", "name: a.b.c", "clientConfig", "exactly one of url or service is required"),
    ("webhooks", "name: a.b.c", "admissionReviewVersions", "must specify one of v1, v1beta1"),
]


@pytest.mark.parametrize(("field", "hook", "where", "why"), BAD)
def test_webhooks_are_refused(field: str, hook: str, where: str, why: str) -> None:
    cluster = Cluster(nodes=1)
    with pytest.raises(StatusError) as refused:
        cluster.apply(
            "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration,"
            f" metadata: {{name: w}}, {field}: [{{{hook}}}]}}"
        )
    assert where in str(refused.value) and why in str(refused.value)


STORED = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few-replicas}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE],
                     resources: [deployments]}]
  validations: [{expression: "object.spec.replicas <= 5", message: too many}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few-replicas}
spec: {policyName: few-replicas, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sidecars}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  mutations: [{patchType: JSONPatch, jsonPatch: {expression: "[]"}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sidecars}
spec: {policyName: sidecars}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: {name: metrics-server, namespace: kube-system}
---
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: PriorityLevelConfiguration
metadata: {name: slow}
spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {}}}}
---
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: slow}
spec:
  priorityLevelConfiguration: {name: slow}
  rules:
  - subjects: [{kind: ServiceAccount, serviceAccount: {name: x, namespace: default}}]
    nonResourceRules: [{verbs: [get], nonResourceURLs: [/healthz]}]
---
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: sarah}
spec: {request: eA==, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
---
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: more}
spec: {cidrs: [10.97.0.0/16]}
---
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: 10.97.0.1}
spec: {parentRef: {resource: services, namespace: default, name: web}}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: mould}
template:
  metadata: {labels: {app: x}}
  spec: {containers: [{name: c, image: nginx}]}
"""


def test_kinds_that_are_only_kept() -> None:
    cluster = Cluster(nodes=1)
    made = {obj.kind: obj for obj in cluster.apply(STORED)}
    assert made["APIService"].spec.service.port == 443
    assert made["FlowSchema"].spec.matching_precedence == 1000
    queuing = made["PriorityLevelConfiguration"].spec.limited.limit_response.queuing
    assert (queuing.queues, queuing.hand_size, queuing.queue_length_limit) == (64, 8, 50)
    assert made["CertificateSigningRequest"].spec.username == "kubernetes-admin"
    assert "kube-system/metrics-server" in str(cluster.get("apiservices"))
    assert "Pending" in str(cluster.get("csr"))
    assert "services/default/web" in str(cluster.get("ipaddresses"))
    assert "10.97.0.0/16" in str(cluster.get("servicecidrs"))
    assert cluster.get("podtemplates")[0].template.spec.restart_policy == "Always"
    invariants.check(cluster)
