"""Which code of the engine stands behind a step of a story: steps to anchors.

A step is an entry of the trace. The first row that fits names the anchor; ``course.source.show``
has the code.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple, Protocol


class EntryLike(Protocol):
    """What a row looks at: who did what to what."""

    @property
    def component(self) -> str:
        """Who."""

    @property
    def verb(self) -> str:
        """Did what: create, update, delete, or an act such as start."""

    @property
    def subject(self) -> tuple[str, str, str]:
        """To what: resource, namespace, name."""


class Row(NamedTuple):
    """Patterns of component, verb and resource, a word of the sentence, and the anchor."""

    component: str
    verb: str
    resource: str
    word: str
    anchor: str


ROWS = (
    Row("kube-scheduler", "schedule", "*", "found no node", "scheduler-fit"),
    Row("kube-scheduler", "schedule", "*", "", "scheduler-cycle"),
    Row("default-scheduler", "update", "pods", "bound", "pod-binding"),
    Row("default-scheduler", "update", "pods", "victim", "preemption-pick"),
    Row("default-scheduler", "update", "pods", "deleted", "preemption-execute"),
    Row("kubelet/*", "pull", "*", "failed", "image-missing"),
    Row("kubelet/*", "pull", "*", "", "image-ensure"),
    Row("kubelet/*", "start", "*", "", "sync-pod"),
    Row("kubelet/*", "exit", "*", "", "container-exit"),
    Row("kubelet/*", "kill", "*", "", "kill-container"),
    Row("kubelet/*", "probe", "*", "", "probe-worker"),
    Row("kubelet/*", "evict", "*", "", "eviction-ranking"),
    Row("kubelet/*", "resize", "*", "", "resize-actuate"),
    Row("kubelet/*", "power *", "*", "", "node-power"),
    Row("kubelet/*", "shut down", "*", "", "node-shutdown"),
    Row("kubelet/*", "update", "nodes", "Pressure", "eviction-synchronize"),
    Row("kubelet/*", "*", "nodes", "", "node-heartbeat"),
    Row("kubelet/*", "update", "pods", "waits", "crash-loop"),
    Row("kubelet/*", "update", "pods", "phase", "pod-phase"),
    Row("kubelet/*", "update", "pods", "", "generate-status"),
    Row("kubelet/*", "delete", "pods", "", "status-reconcile"),
    Row("replicaset-controller", "update", "pods", "", "pod-deletion-order"),
    Row("replicaset-controller", "*", "*", "", "replicaset-plan"),
    Row("deployment-controller", "create", "replicasets.apps", "", "deployment-plan"),
    Row("deployment-controller", "update", "replicasets.apps", "", "rollout-surge"),
    Row("deployment-controller", "*", "*", "", "rollout-progress"),
    Row("statefulset-controller", "*", "*", "", "statefulset-plan"),
    Row("daemonset-controller", "*", "*", "", "daemon-plan"),
    Row("job-controller", "update", "*", "", "job-tracking"),
    Row("job-controller", "*", "*", "", "job-sync"),
    Row("cronjob-controller", "*", "*", "", "cronjob-sync"),
    Row("node-controller", "update", "nodes", "tainted", "node-taints"),
    Row("node-controller", "*", "*", "", "node-unknown"),
    Row("taint-eviction-controller", "*", "*", "", "toleration-seconds"),
    Row("endpointslice-controller", "*", "*", "", "endpointslice-plan"),
    Row("garbage-collector*", "*", "*", "", "gc-judge"),
    Row("horizontal-pod-autoscaler", "*", "*", "", "hpa-sync"),
    Row("*", "create", "*", "", "registry-create"),
    Row("*", "delete", "*", "", "registry-delete"),
    Row("*", "update", "pods", "evicted", "eviction"),
    Row("*", "update", "*", "scaled", "scale-subresource"),
    Row("*", "update", "*", "cordoned", "drain"),
    Row("*", "update", "*", "deleted", "registry-delete"),
    Row("*", "update", "*", "", "registry-update"),
    Row("*", "*", "*", "", "trace-record"),
)


def anchor_of(entry: EntryLike, sentence: str) -> str:
    """The anchor of the code that did what the sentence says."""
    return next(row.anchor for row in ROWS if _fits(row, entry, sentence))


def _fits(row: Row, entry: EntryLike, sentence: str) -> bool:
    return (
        row.word in sentence
        and fnmatchcase(entry.verb, row.verb)
        and fnmatchcase(entry.component, row.component)
        and fnmatchcase(entry.subject[0], row.resource)
    )
