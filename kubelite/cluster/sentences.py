"""The words of a story: one entry of the trace as a sentence that says who did what to what.

The object a story is about is "it"; every other one is called by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kubelite.api.conditions import condition
from kubelite.api.custom import CustomObject
from kubelite.cluster import pod_story
from kubelite.sim.trace import Entry, Subject

Versions = tuple[Any | None, Any | None]
"""What an object became (None: deleted) and what it was (None: created)."""

YOU = "you"

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

_ON_A_NODE = (
    (r"(?s)container (\S+) started", "{who} started container {1}{of}"),
    (r"(?s)container (\S+) exited: (.*)", "{who} saw container {1}{of} exit: {2}"),
    (r"(?s)image (\S+) pulled in (\S+)", "{who} pulled image {1}{for} in {2}"),
    (r"(?s)Failed to pull image \"(\S+)\": (.*)", "{who} failed to pull image {1}{for}: {2}"),
    (r"(?s)Stopping container (\S+)", "{who} told container {1}{of} to stop"),
    (
        r"(?s)Container (\S+) failed (\w+) probe, will be restarted",
        "{who} told container {1}{of} to stop, to start it anew: it failed its {2} probe",
    ),
    (r"(?s)Liveness probe failed: (.*)", "{who} saw a liveness probe{of} fail: {1}"),
    (r"(?s)Readiness probe failed: (.*)", "{who} saw a readiness probe{of} fail: {1}"),
    (r"(?s)Startup probe failed: (.*)", "{who} saw a startup probe{of} fail: {1}"),
)
"""What a kubelet notes about a pod, and how it is said."""

_POWER = {
    "power on": "{machine} was switched on",
    "power off": "{machine} lost its power",
    "shut down": "{machine} began to shut down",
}


def name_of(subject: Subject, obj: Any = None) -> str:
    """``pod/web-1``: how kubectl would take it."""
    resource, _, name = subject
    if isinstance(obj, CustomObject):
        return f"{obj.row.singular}/{name}"
    return f"{_SINGULAR.get(resource, resource)}/{name}"


def sentence(entry: Entry, versions: Versions = (None, None), about: Subject | None = None) -> str:
    """One entry in plain words; "" for what nobody would call an event, such as a heartbeat."""
    new, old = versions
    name = name_of(entry.subject, new if new is not None else old)
    it = "it" if entry.subject == about else name
    if not entry.revision:
        return _act(entry, it, name)
    who = "kube-scheduler" if entry.component == "default-scheduler" else entry.component
    if entry.verb != "update":
        return f"{who} created {name}" if entry.verb == "create" else f"{who} removed {it}"
    if new is None or old is None:
        return f"{who} changed {it}"
    done, seen = list(_deeds(new, old, it)), list(_details(new, old))
    if not done and not seen:
        if entry.component != YOU:
            return ""
        seen = list(_fields(new, old))
    if not done and not _wished(new, old):
        return f"{who} reported {it}: {'; '.join(seen)}"
    done = done or [f"changed {it}"]
    return f"{who} {', '.join(done)}" + (f" ({'; '.join(seen)})" if seen else "")


def _act(entry: Entry, it: str, name: str) -> str:
    """What a component did that is no write: a decision, a start, a kill."""
    who, note = entry.component, entry.note
    if entry.verb == "schedule":
        found = " " not in note
        return f"{who} chose {note} for {it}" if found else f"{who} found no node for {it}: {note}"
    if entry.verb in _POWER:
        return _POWER[entry.verb].format(machine=entry.subject[2])
    if entry.verb == "evict":
        return f"{who} evicted {it}: {note}"
    for form, words in _ON_A_NODE:
        if match := re.fullmatch(form, note):
            own = it == "it"
            whose = {"of": "" if own else f" of {name}", "for": "" if own else f" for {name}"}
            return words.format(*("", *match.groups()), who=who, **whose)
    return f"{who}: {note or f'{entry.verb} {name}'}"


def _wished(new: Any, old: Any) -> bool:
    """Whether more than the status was written."""
    return getattr(new, "spec", None) != getattr(old, "spec", None) or not hasattr(new, "status")


def _deeds(new: Any, old: Any, it: str) -> Iterator[str]:
    """What was done to the object itself, as verbs."""
    if new.metadata.deletion_timestamp is not None and old.metadata.deletion_timestamp is None:
        grace = new.metadata.deletion_grace_period_seconds
        yield f"deleted {it}" + (f", with {grace} s to end" if grace else "")
    if isinstance(new, CustomObject):
        return
    if new.kind == "Pod":
        yield from pod_story.disruption(new, old, it)
    before: Any = getattr(old, "spec", None)
    after: Any = getattr(new, "spec", None)
    if before is after:
        return
    was, now = (getattr(spec, "replicas", None) for spec in (before, after))
    if was != now:
        yield f"scaled {it} from {was} to {now}"
    if getattr(before, "template", None) != getattr(after, "template", None):
        yield f"gave {it} a new template{_images(before, after)}"
    if new.kind == "Pod" and after.node_name != before.node_name:
        yield f"bound {it} to {after.node_name}"
    if new.kind == "Node":
        yield from _deeds_to_a_node(after, before, it)
    if getattr(before, "paused", None) != getattr(after, "paused", None):
        yield f"paused {it}" if after.paused else f"resumed {it}"


def _images(before: Any, after: Any) -> str:
    """Which images a new template has, if they are what is new."""
    old, new = (
        [c.image for c in spec.template.spec.containers] if spec.template.spec else []
        for spec in (before, after)
    )
    changed = [f"{a} → {b}" for a, b in zip(old, new, strict=False) if a != b]
    return f" ({', '.join(changed)})" if changed else ""


def _deeds_to_a_node(after: Any, before: Any, it: str) -> Iterator[str]:
    if bool(after.unschedulable) != bool(before.unschedulable):
        yield f"cordoned {it}" if after.unschedulable else f"uncordoned {it}"
    gained = [f"{t.key}:{t.effect}" for t in after.taints if t not in before.taints]
    lost = [f"{t.key}:{t.effect}" for t in before.taints if t not in after.taints]
    if gained:
        yield f"tainted {it} with {' and '.join(gained)}"
    if lost:
        yield f"took {' and '.join(lost)} off {it}"


def _details(new: Any, old: Any) -> Iterable[str]:
    """What changed besides, in the cluster's own words."""
    if isinstance(new, CustomObject):
        return _of_custom(new, old)
    if new.kind == "Pod":
        return pod_story.details(new, old)
    return _of_status(new, old)


def _of_custom(new: CustomObject, old: Any) -> Iterator[str]:
    """Whatever single values of spec and status have changed: nobody knows more of such a kind."""
    for part in ("spec", "status"):
        was, now = (getattr(obj, part, None) or {} for obj in (old, new))
        for name in dict.fromkeys((*was, *now)):
            before, after = was.get(name, "none"), now.get(name, "none")
            if before != after and not isinstance(after, dict | tuple):
                yield f"{name} {before} → {after}"


def _of_status(new: Any, old: Any) -> Iterator[str]:
    if new.kind == "Node":
        changed = list(_conditions(new, old))
        ready = [text for text in changed if text.startswith("Ready ")]
        yield from ready or changed
    elif new.kind == "Job":
        yield from _changed(new.status, old.status, ("active", "succeeded", "failed"))
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
        field = _READY[new.kind]
        was, now = (getattr(x.status, field) for x in (old, new))
        if was != now:
            yield f"ready {was} → {now}"
    elif new.kind == "EndpointSlice":
        was, now = (sum(e.conditions.ready is not False for e in x.endpoints) for x in (old, new))
        if was != now:
            yield f"ready endpoints {was} → {now}"


def _conditions(new: Any, old: Any) -> Iterator[str]:
    """Conditions that say something else than before."""
    for found in new.status.conditions:
        before = condition(old, found.type)
        if before is not None and before.status != found.status:
            yield f"{found.type} {before.status} → {found.status}"


def _changed(new: Any, old: Any, fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            yield f"{field} {was} → {now}"


def _fields(new: Any, old: Any) -> Iterator[str]:
    """The parts that differ, by name, when nobody knows better words."""
    for part in ("metadata", "spec", "data"):
        before, after = getattr(old, part, None), getattr(new, part, None)
        if before == after:
            continue
        names = getattr(after, "__struct_fields__", ())
        skipped = ("resource_version", "managed_fields", "generation")
        differing = [
            name
            for name in names
            if name not in skipped and getattr(before, name, None) != getattr(after, name)
        ]
        yield from (f"{part}.{_camel(name)}" for name in differing)
        if not names:
            yield part


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
