"""``kubectl describe`` of every kind, with every kubectl."""

from __future__ import annotations

import pytest

from kubelite.api import SCHEME
from tests.edge.conftest import EVERY_KUBECTL, MANIFESTS, Kubectl

pytestmark = EVERY_KUBECTL

OBJECTS = MANIFESTS / "every_kind.yaml"

DESCRIBED: dict[str, tuple[str, ...]] = {
    "namespace/one": ("Status:       Active", "No resource quota.", "Resource Limits"),
    "node/node-1": ("Allocated resources:", "PodCIDR: ", "HolderIdentity:  node-1"),
    "pod/one": ("QoS Class:       Burstable", "Successfully assigned", "ClaimName:   one"),
    "service/one": ("NodePort:                 web ", "IP Family Policy:         SingleStack"),
    "configmap/one": ("colour:\n----\nred", "raw: 3 bytes"),
    "secret/one": ("Type:  Opaque", "word:  4 bytes"),
    "event/by-hand": ("Message:         somebody noticed",),
    "replicaset/one": ("Replicas:     1 current / 1 desired", "SuccessfulCreate"),
    "deployment/one": ("NewReplicaSet:   one-", "RollingUpdateStrategy:  25% max unavailable"),
    "statefulset/one": ("Update Strategy:  ", "Volume Claims:"),
    "daemonset/one": ("Number of Nodes Misscheduled: 0",),
    "controllerrevision/by-hand": ("Kind:  ControllerRevision", "Revision: "),
    "job/one": ("Completions:      2", "Completed  "),
    "cronjob/one": ("Schedule:                      */5 * * * *", "Concurrency Policy: "),
    "hpa/one": ("resource cpu on pods", "Stabilization Window: 60 seconds"),
    "endpointslice/by-hand": ("AddressType:  IPv4", "- Addresses:  192.0.2.1"),
    "lease/one": ("Holder Identity:  ada",),
    "pdb/one": ("Min available:  1", "Allowed disruptions: "),
    "priorityclass/one": ("PreemptionPolicy:  PreemptLowerPriority", "Description:       first"),
    "networkpolicy/one": ("PodSelector:     app=none", "To Port: 80/TCP"),
    "ingress/one": ("Ingress Class:    one", "one.example", "/   one:80 (10.244."),
    "ingressclass/one": ("Controller:   example.com/one",),
    "pv/one": ("Reclaim Policy:  Retain", "HostPath (bare host directory volume)"),
    "pvc/one": ("Status:        Bound", "Used By:       one"),
    "storageclass/one": ("Provisioner:           example.com/one",),
    "volumeattachment": ("Attacher:   disk.csi.kubelite.io", "Attached:"),
    "csidriver/one.example.com": ("Attach Required:     false",),
    "csinode/one": ("Topology Keys:  [zone]",),
    "csistoragecapacity/one": ("Capacity:     5Gi",),
    "rc/one": ("Selector:     app=elder",),
    "endpoints/by-hand": ("Addresses:          192.0.2.1", "NotReadyAddresses:  <none>"),
    "podtemplate/one": ("Kind:         PodTemplate", "App:  t"),
    "runtimeclass/one": ("Handler:      runc",),
    "validatingwebhookconfiguration/one": ("URL:           https://one.example.com/check",),
    "mutatingwebhookconfiguration/one": ("Reinvocation Policy:  Never",),
    "validatingadmissionpolicy/one": ("Expression:  object.spec.replicas <= 50",),
    "validatingadmissionpolicybinding/one": ("Policy Name:  one", "Validation Actions:"),
    "mutatingadmissionpolicy/one": ("Patch Type:         ApplyConfiguration",),
    "mutatingadmissionpolicybinding/one": ("Policy Name:  one",),
    "apiservice/v1.one.example.com": ("Group Priority Minimum:   100",),
    "flowschema/one": ("Matching Precedence:  500",),
    "prioritylevelconfiguration/one": ("Nominal Concurrency Shares:  10",),
    "csr/one": ("Requesting User:    kubernetes-admin", "Organization:   bakers"),
    "vac/one": ("DriverName:  csi.example.com", "Parameters:  iops=3000"),
    "deviceclass/one": ("Expression:  device.driver ==",),
    "resourceslice/one": ("Name:                  everywhere",),
    "resourceclaim/one": ("Match Attribute:  gpu.example.com/model",),
    "resourceclaimtemplate/one": ("Device Class Name:  one",),
    "servicecidr/one": ("CIDRs:        10.100.0.0/24",),
    "ipaddress/10.100.0.7": ("Parent Reference:", "Resource:   services"),
    "crd/ovens.bakery.example.com": ("Kind:       Oven", "Type:                  Established"),
    "quota/one": ("services    ", "Resource    Used  Hard"),
    "limits/one -n one": ("Container   cpu       -    1    100m             100m",),
    "serviceaccount/one": ("Image pull secrets:  <none>",),
    "role/one": ("pods       []                 []              [get list]",),
    "clusterrole/one": ("nodes      []                 []              [get]",),
    "rolebinding/one": ("ServiceAccount  one   default",),
    "clusterrolebinding/one": ("Kind:  ClusterRole", "User  ada"),
    "oven/old": ("Kind:         Oven", "Heat:  200"),
}


@pytest.fixture(scope="module")
def everything(kubectl: Kubectl) -> Kubectl:
    """A cluster that holds every kind."""
    kubectl(f"apply -f {OBJECTS}")
    kubectl("wait --for=condition=Established crd/ovens.bakery.example.com --timeout=60s")
    oven = "{apiVersion: bakery.example.com/v1, kind: Oven, metadata: {name: old}, "
    kubectl("apply -f -", oven + "spec: {heat: 200}}")
    kubectl("wait --for=condition=Ready pod/one --timeout=60s")
    kubectl("wait --for=condition=Complete job/one --timeout=60s")
    return kubectl


def test_every_kind_is_described(everything: Kubectl) -> None:
    assert everything("get ovens --no-headers").split()[:2] == ["old", "200"]
    described: set[str] = set()
    for what, parts in DESCRIBED.items():
        text = everything(f"describe {what}")
        missing = [part for part in parts if part not in text]
        assert not missing, f"describe {what} has no {missing}:\n{text}"
        kinds = {what.partition("/")[0].partition(" ")[0]}
        described |= {
            kind.kind
            for kind in SCHEME
            if kinds & {kind.plural, kind.kind.lower(), *kind.short_names}
        }
    assert [kind.kind for kind in SCHEME if kind.kind not in described] == []


def test_several_at_once_and_nobody(everything: Kubectl) -> None:
    both = everything("describe deployment,service one")
    assert "NewReplicaSet:" in both and "Session Affinity:" in both
    assert everything("describe pods -l app=one").startswith("Name:                 one\n")
    assert everything("describe pods --all-namespaces").count("QoS Class:") > 3
    assert "Events:" not in everything("describe pod one --show-events=false")
    assert everything("describe pod on").startswith("Name:                 one")
    assert 'pods "nobody" not found' in everything.run("describe", "pod", "nobody").error
    assert everything(f"describe -f {OBJECTS}").count("\nName: ") >= 50
    listed = everything(f"get -f {OBJECTS}")
    for name in ("priorityclass.scheduling.k8s.io/one", "ipaddress.networking.k8s.io/10.100.0.7"):
        assert name in listed
