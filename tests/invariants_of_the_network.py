"""What must be true of names and of every answered request: rows of ``tests.invariants``."""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.api.conditions import pod_active, pod_ready
from kubelite.sim.clock import SECOND
from tests.replay import Replay

PROPAGATION = 5 * SECOND
DOMAIN = "svc.cluster.local."


def requests_reach_only_who_is_ready(replay: Replay) -> Iterator[str]:
    """35. Soon after a pod is no longer ready, no Service sends it new connections, as long as
    another one is ready."""
    for answer in replay.cluster.traffic.answers:
        service = replay.of("services").get(f"/registry/services/default/{answer.service}")
        known = replay.readiness.get(("default", answer.pod))
        if answer.reused or known is None or service is None or not service.spec.selector:
            continue
        if service.spec.publish_not_ready_addresses or _ready_lately(known, answer.when):
            continue
        wanted = service.spec.selector.items()
        for (namespace, name), times in replay.readiness.items():
            same = namespace == "default" and wanted <= replay.labels[namespace, name].items()
            if same and _ready_all_along(times, answer.when):
                seconds = (answer.when - replay.cluster.history.start) / SECOND
                yield f"{answer.pod} was asked at {seconds:.3f} s, when {name} was ready"


def names_lead_to_what_is_there(replay: Replay) -> Iterator[str]:
    """36. DNS knows each Service, by its address or its ready pods, and no Service that is gone."""
    settled = replay.cluster.clock.now - PROPAGATION
    resolve = replay.cluster.everything.resolve
    for key, service in replay.of("services").items():
        meta, spec = service.metadata, service.spec
        if replay.written[key] > settled or spec.type == "ExternalName" or not spec.selector:
            continue
        found = sorted(resolve(f"{meta.name}.{meta.namespace}.{DOMAIN}").addresses)
        if spec.cluster_ip != "None":
            expected = [spec.cluster_ip]
        elif spec.publish_not_ready_addresses or replay.settled("pods") > settled:
            continue
        else:
            pods = replay.of("pods").values()
            mine = [p for p in pods if p.metadata.namespace == meta.namespace]
            mine = [p for p in mine if spec.selector.items() <= p.metadata.labels.items()]
            expected = sorted(p.status.pod_ip for p in mine if pod_ready(p) and pod_active(p))
        if found != expected:
            yield f"{key} is known as {found}, and is {expected}"
    for uid, (namespace, name) in replay.services.items():
        alive = f"/registry/services/{namespace}/{name}" in replay.of("services")
        if alive or replay.gone.get(uid, 0) > settled:
            continue
        if resolve(f"{name}.{namespace}.{DOMAIN}").addresses:
            yield f"the name of service {namespace}/{name} outlived it"


def _ready_lately(known: list[tuple[int, bool]], when: int) -> bool:
    """Whether it was ready at any time within the last moments before ``when``."""
    before = [ready for moment, ready in known if moment <= when - PROPAGATION]
    since = [ready for moment, ready in known if when - PROPAGATION < moment <= when]
    return any([*before[-1:], *since])


def _ready_all_along(known: list[tuple[int, bool]], when: int) -> bool:
    """Whether it was ready during the last moments before ``when``."""
    before = [ready for moment, ready in known if moment <= when - PROPAGATION]
    since = [ready for moment, ready in known if when - PROPAGATION < moment <= when]
    return bool(before) and before[-1] and all(since)
