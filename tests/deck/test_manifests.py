"""The two manifests of the slide deck, exactly as printed, in a running cluster."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.apimachinery.errors import StatusError

HERE = Path(__file__).parent
NGINX = HERE / "nginx-deployment.yaml"
LIVENESS = HERE / "liveness-exec.yaml"


def corrected() -> str:
    """The liveness manifest with the two fields moved from ``exec`` to the probe."""
    slipped = r"\n {10}(initialDelaySeconds|periodSeconds)"
    text, moved = re.subn(slipped, r"\n        \1", LIVENESS.read_text(encoding="utf-8"))
    assert moved == 2
    return text


@pytest.mark.parametrize("manifest", [NGINX, LIVENESS], ids=["nginx", "liveness"])
def test_the_files_are_what_the_deck_prints(manifest: Path, deck_text: str) -> None:
    assert manifest.read_text(encoding="utf-8") in deck_text


def test_the_nginx_deployment_runs() -> None:
    cluster = Cluster()
    cluster.apply(NGINX)
    cluster.run_until("deployment/nginx-deployment ready")
    pods = cluster.get("pods", selector="app=nginx")
    assert len(pods) == 2
    assert all(map(pod_ready, pods))
    assert {pod.spec.containers[0].image for pod in pods} == {"nginx:1.14.2"}


def test_the_liveness_manifest_is_refused_as_a_real_server_refuses_it() -> None:
    cluster = Cluster()
    revision = cluster.revision
    with pytest.raises(StatusError) as refused:
        cluster.apply(LIVENESS)
    assert refused.value.status.message == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'unknown field "spec.containers[0].livenessProbe.exec.initialDelaySeconds", '
        'unknown field "spec.containers[0].livenessProbe.exec.periodSeconds"'
    )
    assert "did you mean spec.containers[0].livenessProbe.initialDelaySeconds?" in str(
        refused.value
    )
    assert "did you mean spec.containers[0].livenessProbe.periodSeconds?" in str(refused.value)
    assert cluster.revision == revision


def test_corrected_it_is_healthy_for_half_a_minute_and_restarted_in_its_pod() -> None:
    cluster = Cluster()
    born = cluster.apply(corrected())
    log = [
        (round((entry.when - cluster.history.start) / 1e6), entry.verb, entry.note)
        for entry in watched(cluster, 80)
    ]
    missing = "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory"
    assert log == [
        (1, "pull", "image k8s.gcr.io/busybox pulled in 487ms"),
        (1, "start", "container liveness started"),
        (34, "probe", missing),
        (39, "probe", missing),
        (44, "probe", missing),
        (44, "kill", "Container liveness failed liveness probe, will be restarted"),
        (74, "exit", "container liveness exited: Error, exit code 137"),
        (74, "pull", "image k8s.gcr.io/busybox pulled in 436ms"),
        (75, "start", "container liveness started"),
    ]
    pod = cluster.get("pod/liveness-exec")
    assert pod.metadata.uid == born.metadata.uid
    (status,) = pod.status.container_statuses
    assert status.restart_count == 1
    assert status.last_state.terminated.exit_code == 137


def watched(cluster: Cluster, seconds: float) -> list:
    """What the kubelet did to the pod during that time."""
    cluster.run(seconds)
    entries = cluster.trace.about(("pods", "default", "liveness-exec"))
    return [e for e in entries if e.component.startswith("kubelet/") and not e.revision]


def test_its_events_have_upstreams_words_and_times() -> None:
    cluster = Cluster()
    cluster.apply(corrected())
    cluster.run(80)
    start = cluster.history.start // 1_000_000 * 1_000_000
    events = [
        (
            (event.first_timestamp - start) // 1_000_000,
            (event.last_timestamp - start) // 1_000_000,
            event.count,
            event.type,
            event.reason,
            event.message.strip(),
        )
        for event in cluster.events("pod/liveness-exec")
    ]
    assert sorted(events) == [
        (0, 0, 1, "Normal", "Pulled", PULLED.format(487)),
        (0, 0, 1, "Normal", "Scheduled", SCHEDULED),
        (0, 74, 2, "Normal", "Created", "Container created"),
        (0, 74, 2, "Normal", "Pulling", 'Pulling image "k8s.gcr.io/busybox"'),
        (0, 74, 2, "Normal", "Started", "Container started"),
        (34, 44, 3, "Warning", "Unhealthy", UNHEALTHY),
        (44, 44, 1, "Normal", "Killing", KILLING),
        (74, 74, 1, "Normal", "Pulled", PULLED.format(436)),
    ]


PULLED = (
    'Successfully pulled image "k8s.gcr.io/busybox" in {0}ms ({0}ms including waiting). '
    "Image size: 2156519 bytes."
)
SCHEDULED = "Successfully assigned default/liveness-exec to node-1"
UNHEALTHY = "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory"
KILLING = "Container liveness failed liveness probe, will be restarted"
