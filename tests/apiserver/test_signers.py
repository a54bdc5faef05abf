"""Deciding about a wish for a certificate: who may, and what stays decided."""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.kubectl import Kubectl, kubectl

WISH = """
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: one}
spec: {signerName: example.com/own, usages: [client auth], request: eA==}
"""
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: approver}
rules:
- {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [get]}
- apiGroups: [certificates.k8s.io]
  resources: [certificatesigningrequests/approval]
  verbs: [update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: approver}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: approver}
subjects: [{kind: User, name: ada, apiGroup: rbac.authorization.k8s.io}]
"""


@pytest.fixture
def k() -> Kubectl:
    cluster = Cluster(nodes=1, seed=7, rbac=True)
    cluster.apply(WISH)
    return kubectl(cluster)


def test_who_approves_has_to_speak_for_the_signer(k: Kubectl) -> None:
    assert "cannot get resource" in k("certificate approve one --as=ada").error
    k("apply -f -", ROLE)
    refused = k("certificate approve one --as=ada").error
    assert 'user not permitted to approve requests with signerName "example.com/own"' in refused
    k("apply -f -", SIGNER)
    assert k("certificate approve one --as=ada").text.endswith("one approved\n")


SIGNER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: signer}
rules:
- apiGroups: [certificates.k8s.io]
  resources: [signers]
  resourceNames: [example.com/*]
  verbs: [approve]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: signer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: signer}
subjects: [{kind: User, name: ada, apiGroup: rbac.authorization.k8s.io}]
"""


def test_what_was_decided_stays_decided(k: Kubectl) -> None:
    assert k("certificate deny one")
    assert k("certificate approve one").error == (
        'error: certificate signing request "one" is already Denied\n'
    )
    gone = '\'{"status": {"conditions": []}}\''
    back = k(f"patch csr one --subresource=approval --type=merge -p {gone}")
    assert 'updates may not remove a condition of type "Denied"' in back.error
    approved = '{"type": "Approved", "status": "True"}'
    both = f'[{{"op": "add", "path": "/status/conditions/-", "value": {approved}}}]'
    said = k(f"patch csr one --subresource=approval --type=json -p '{both}'").error
    assert "Approved and Denied conditions are mutually exclusive" in said


def test_a_signer_writes_the_certificate_and_decides_nothing(k: Kubectl) -> None:
    approved = '{"type": "Approved", "status": "True"}'
    change = f'{{"status": {{"certificate": "eA==", "conditions": [{approved}]}}}}'
    assert k(f"patch csr one --subresource=status --type=merge -p '{change}'")
    (row,) = k("get csr one --no-headers").lines
    assert row.split()[-1] == "Pending,Issued"
