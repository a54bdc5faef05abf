"""Why did this happen? The trace of one object, told in sentences back to somebody's own edit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelite.api.conditions import condition, pod_ready
from kubelite.api.custom import CustomObject
from kubelite.cluster import pod_story
from kubelite.cluster.history import History
from kubelite.sim.clock import NO_CAUSE, SECOND
from kubelite.sim.trace import Entry, Subject, Trace

_SINGULAR = {
    "pods": "pod",
    "nodes": "node",
    "namespaces": "namespace",
    "services": "service",
    "configmaps": "configmap",
    "secrets": "secret",
    "events": "event",
    "deployments.apps": "deployment",
    "replicasets.apps": "replicaset",
    "jobs.batch": "job",
    "cronjobs.batch": "cronjob",
    "statefulsets.apps": "statefulset",
    "daemonsets.apps": "daemonset",
    "controllerrevisions.apps": "controllerrevision",
    "leases.coordination.k8s.io": "lease",
    "endpointslices.discovery.k8s.io": "endpointslice",
    "networkpolicies.networking.k8s.io": "networkpolicy",
    "ingresses.networking.k8s.io": "ingress",
    "ingressclasses.networking.k8s.io": "ingressclass",
    "persistentvolumes": "persistentvolume",
    "persistentvolumeclaims": "persistentvolumeclaim",
    "storageclasses.storage.k8s.io": "storageclass",
    "volumeattachments.storage.k8s.io": "volumeattachment",
    "customresourcedefinitions.apiextensions.k8s.io": "customresourcedefinition",
}

_READY = {
    "Deployment": "ready_replicas",
    "ReplicaSet": "ready_replicas",
    "StatefulSet": "ready_replicas",
    "DaemonSet": "number_ready",
}
"""Where a workload says how many of its pods are ready."""


class Story:
    """What befell one object, oldest first, and the chain of causes of the last of it.

    ``lines`` are (seconds since the cluster was ready, sentence); ``why`` are sentences from the
    last happening back to the first cause.
    """

    def __init__(self, title: str, lines: list[tuple[float, str]], why: list[tuple[float, str]]):
        self.title = title
        self.lines = lines
        self.why = why

    def __str__(self) -> str:
        if not self.lines:
            return f"{self.title}: nothing is known of it. Check the name with cluster.get(...)."
        text = [f"The story of {self.title}"]
        text += [f"  {when:>9.3f} s  {sentence}" for when, sentence in self.lines]
        text.append("Why the last of it:")
        text += [
            f"  {when:>9.3f} s  {'because ' if place else ''}{sentence}"
            for place, (when, sentence) in enumerate(self.why)
        ]
        return "\n".join(text)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape  # when a notebook shows it

        rows = "".join(
            f"<tr><td style='text-align:right'>{when:.3f} s</td>"
            f"<td style='text-align:left'>{escape(sentence)}</td></tr>"
            for when, sentence in self.lines
        )
        chain = "".join(f"<li>{escape(sentence)}</li>" for _, sentence in self.why)
        return (
            f"<p><b>The story of {escape(self.title)}</b></p><table>{rows}</table>"
            f"<p><b>Why the last of it</b>, each because of the next:</p><ol>{chain}</ol>"
        )


def tell(subject: Subject, trace: Trace, history: History) -> Story:
    """The story of one object."""
    entries = trace.about(subject)
    changes = _changes(subject, history)
    lines = [(_seconds(e, history), sentence(e, changes)) for e in entries]
    told = [(when, text) for when, text in lines if text]
    why = _why(entries, trace, history) if entries else []
    known = [new if new is not None else old for new, old in changes.values()]
    return Story(_name(subject, known[-1] if known else None), told, why)


def _why(entries: list[Entry], trace: Trace, history: History) -> list[tuple[float, str]]:
    """From the last telling entry back; steps that only repeat the one before are left out."""
    chain: list[tuple[float, str]] = []
    last = next((e for e in reversed(entries) if e.cause != NO_CAUSE), entries[-1])
    for entry in trace.chain(last.place):
        text = sentence(entry, _changes(entry.subject, history, entry.revision))
        if text and (not chain or chain[-1][1] != text):
            chain.append((_seconds(entry, history), text))
    return chain


def _changes(
    subject: Subject, history: History, revision: int = 0
) -> dict[int, tuple[Any | None, Any | None]]:
    return history.changes_of(subject, revision)


def _seconds(entry: Entry, history: History) -> float:
    return (entry.when - history.start) / SECOND


def _name(subject: Subject, obj: Any = None) -> str:
    resource, _, name = subject
    if isinstance(obj, CustomObject):
        return f"{obj.row.singular}/{name}"
    return f"{_SINGULAR.get(resource, resource)}/{name}"


def sentence(entry: Entry, changes: dict[int, tuple[Any | None, Any | None]]) -> str:
    """One entry in plain words: who did what to it."""
    name = _name(entry.subject)
    if not entry.revision:
        return _act(entry, name)
    new, old = changes.get(entry.revision, (None, None))
    if isinstance(new if new is not None else old, CustomObject):
        name = _name(entry.subject, new if new is not None else old)
    what = "; ".join(describe(new, old)) if new is not None and old is not None else ""
    if entry.verb == "update" and not what and entry.component != "you":
        return ""  # a heartbeat, a counter: nothing a reader would call an event
    verb = {"create": "created", "update": "changed", "delete": "removed"}[entry.verb]
    return f"{entry.component} {verb} {name}" + (f" ({what})" if what else "")


def _act(entry: Entry, name: str) -> str:
    """What a component did that is no write: a decision, a start, a kill."""
    if entry.verb == "schedule":
        found = " " not in entry.note
        return f"kube-scheduler {'chose' if found else 'found no node:'} {entry.note}"
    return f"{entry.component}: {entry.note or f'{entry.verb} {name}'}"


def describe(new: Any, old: Any) -> Iterable[str]:
    """What changed between two versions of an object, in the words a person would use."""
    if new.metadata.deletion_timestamp is not None and old.metadata.deletion_timestamp is None:
        grace = new.metadata.deletion_grace_period_seconds
        yield f"marked for deletion, {grace} s of grace"
    if isinstance(new, CustomObject):
        yield from _describe_custom(new, old)
        return
    before, after = getattr(old, "spec", None), getattr(new, "spec", None)
    for field, label in (("replicas", "replicas"), ("node_name", "node"), ("paused", "paused")):
        was, now = getattr(before, field, None), getattr(after, field, None)
        if was != now:
            yield f"{label} {'none' if was in (None, '') else was} → {now}"
    if getattr(before, "template", None) != getattr(after, "template", None):
        yield "a new template"
    if new.kind == "Pod" and before is not None and after is not None and after is not before:
        yield from pod_story.spec_changes(before, after)
    yield from _describe_status(new, old)


def _describe_custom(new: CustomObject, old: Any) -> Iterable[str]:
    """Whatever single values of spec and status have changed: nobody knows more of such a kind."""
    for part in ("spec", "status"):
        was, now = (getattr(obj, part, None) or {} for obj in (old, new))
        for name in dict.fromkeys((*was, *now)):
            before, after = was.get(name, "none"), now.get(name, "none")
            if before != after and not isinstance(after, dict | tuple):
                yield f"{name} {before} → {after}"


def _describe_status(new: Any, old: Any) -> Iterable[str]:
    if new.kind == "Pod":
        if new.status.phase != old.status.phase:
            yield f"phase {old.status.phase or 'none'} → {new.status.phase}"
        if pod_ready(new) != pod_ready(old):
            yield "ready" if pod_ready(new) else "no longer ready"
        was = sum(s.restart_count for s in old.status.container_statuses)
        now = sum(s.restart_count for s in new.status.container_statuses)
        if was != now:
            yield f"restarts {was} → {now}"
        yield from pod_story.resize_changes(new, old)
    elif new.kind == "Node":
        before, after = condition(old, "Ready"), condition(new, "Ready")
        if after is not None and (before is None or before.status != after.status):
            yield f"Ready {before.status if before else 'none'} → {after.status}"
        gained = [t for t in new.spec.taints if t not in old.spec.taints]
        for taint in gained:
            yield f"tainted {taint.key}:{taint.effect}"
    elif new.kind == "Job":
        for field in ("active", "succeeded", "failed"):
            was, now = getattr(old.status, field), getattr(new.status, field)
            if was != now:
                yield f"{field} {was} → {now}"
        for found in new.status.conditions:
            if found not in old.status.conditions and found.status == "True":
                yield found.type + (f" ({found.reason})" if found.reason else "")
    elif new.kind in ("PersistentVolume", "PersistentVolumeClaim"):
        if new.status.phase != old.status.phase:
            yield f"phase {old.status.phase or 'none'} → {new.status.phase}"
    elif new.kind == "CronJob":
        was, now = len(old.status.active), len(new.status.active)
        if was != now:
            yield f"jobs at work {was} → {now}"
    elif new.kind in _READY:
        was, now = (getattr(x.status, _READY[x.kind]) for x in (old, new))
        if was != now:
            yield f"ready {was} → {now}"
