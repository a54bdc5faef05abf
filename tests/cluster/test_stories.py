"""Ten endings, each told to the last sentence and back to the edit that it began with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.cluster.story import Story
from tests.manifests import deployment, image


def job(command: str, **spec: Any) -> dict[str, Any]:
    main = {"name": "main", "image": "busybox", "command": ["sh", "-c", command]}
    template = {"spec": {"restartPolicy": "Never", "containers": [main]}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "import"},
        "spec": {"template": template, **spec},
    }


def first(cluster: Cluster, app: str = "web") -> str:
    return f"pod/{cluster.get('pods', selector=f'app={app}').names[0]}"


def out_of_memory() -> Story:
    cluster = Cluster(nodes=1)
    limits = {"resources": {"limits": {"memory": "128Mi"}}}
    cluster.apply(deployment(replicas=1, env={"LEAK_MB_PER_MINUTE": "100"}, container=limits))
    cluster.run(80)
    return cluster.story(first(cluster))


def failed_liveness_probe() -> Story:
    cluster = Cluster(nodes=1)
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 5}
    body = deployment(
        replicas=1, env={"HANG_AFTER_SECONDS": "20"}, container={"livenessProbe": probe}
    )
    cluster.apply(body)
    cluster.run(72)
    return cluster.story(first(cluster))


def evicted() -> Story:
    cluster = Cluster(nodes=1, memory="1Gi")
    cluster.apply(deployment(replicas=1, env={"LEAK_MB_PER_MINUTE": "800"}))
    cluster.run(20)
    pod = first(cluster)
    cluster.run(90)
    return cluster.story(pod)


def drained() -> Story:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1))
    cluster.run(20)
    pod = first(cluster)
    cluster.drain("node-1")
    cluster.run(5)
    return cluster.story(pod)


def preempted() -> Story:
    cluster = Cluster(nodes=1, cpu="2")
    meta = {"apiVersion": "scheduling.k8s.io/v1", "metadata": {"name": "high"}}
    cluster.apply({**meta, "kind": "PriorityClass", "value": 1000})
    half = {"resources": {"requests": {"cpu": "1500m"}}}
    cluster.apply(deployment("low", 1, container=half))
    cluster.run(20)
    pod = first(cluster, "low")
    cluster.apply(deployment("web", 1, container=half, pod={"priorityClassName": "high"}))
    cluster.run(5)
    return cluster.story(pod)


def scaled_down() -> Story:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1))
    cluster.run(20)
    pod = first(cluster)
    cluster.scale("deployment/web", 0)
    cluster.run(5)
    return cluster.story(pod)


def node_lost() -> Story:
    cluster = Cluster(nodes=2)
    cluster.apply(deployment(replicas=1))
    cluster.run(20)
    pod = first(cluster)
    cluster.kill_node(cluster.get(pod).spec.node_name)
    cluster.run(400)
    return cluster.story(pod)


def image_not_found() -> Story:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1, image="does-not-exist:1.0"))
    cluster.run(30)
    return cluster.story(first(cluster))


def job_done() -> Story:
    cluster = Cluster(nodes=1)
    cluster.apply(job("sleep 5"))
    cluster.run(30)
    return cluster.story("job/import")


def rolled_over() -> Story:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1))
    cluster.run(20)
    pod = first(cluster)
    cluster.patch("deployment/web", image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    cluster.run(30)
    return cluster.story(pod)


NOT_FOUND = "kubelet/node-1 failed to pull image does-not-exist:1.0: rpc error: code = NotFound"
EVICTED = "kubelet/node-1 evicted it: The node was low on resource: memory. Threshold quantity: "
PROBED = 'kubelet/node-1 saw a liveness probe fail: Get "http://10.244.0.2:8080/healthz": context '

ENDINGS: list[tuple[Callable[[], Story], list[str], str]] = [
    (
        out_of_memory,
        [
            "kubelet/node-1 saw container shop exit: OOMKilled, exit code 137",
            "kubelet/node-1 started container shop",
            "kubelet/node-1 reported it: restarts 0 → 1",
        ],
        "you created deployment/web",
    ),
    (
        failed_liveness_probe,
        [
            PROBED,
            "kubelet/node-1 told container shop to stop, to start it anew: "
            "it failed its liveness probe",
            "kubelet/node-1 saw container shop exit: Error, exit code 137",
        ],
        "you created deployment/web",
    ),
    (
        evicted,
        [EVICTED, "kubelet/node-1 told container shop to stop", "kubelet/node-1 ended it for the"],
        "you created deployment/web",
    ),
    (
        drained,
        [
            "you asked for it to be evicted",
            "you deleted it, with 30 s to end",
            "kubelet/node-1 told container shop to stop",
            "kubelet/node-1 removed it",
        ],
        "you asked for pod/",
    ),
    (
        preempted,
        [
            "kube-scheduler chose it as a victim of preemption",
            "kube-scheduler deleted it, with 30 s to end",
            "kubelet/node-1 removed it",
        ],
        "you created deployment/web",
    ),
    (
        scaled_down,
        ["replicaset-controller deleted it, with 30 s to end", "kubelet/node-1 removed it"],
        "you scaled deployment/web from 1 to 0",
    ),
    (
        node_lost,
        [
            "node-controller reported it: no longer ready",
            "taint-eviction-controller found that it no longer tolerates a taint of its node",
            "taint-eviction-controller deleted it, with 30 s to end",
        ],
        "you created deployment/web",
    ),
    (
        image_not_found,
        [
            NOT_FOUND,
            "kubelet/node-1 reported it: container shop waits: ErrImagePull",
            "kubelet/node-1 reported it: container shop waits: ImagePullBackOff",
        ],
        "you created deployment/web",
    ),
    (
        job_done,
        [
            "job-controller reported it: active 0 → 1",
            "job-controller reported it: succeeded 0 → 1; Complete (CompletionsReached)",
        ],
        "you created job/import",
    ),
    (
        rolled_over,
        ["replicaset-controller deleted it, with 30 s to end", "kubelet/node-1 removed it"],
        "you gave deployment/web a new template (shop:1.0 → shop:2.0)",
    ),
]


@pytest.mark.parametrize(("ending", "sentences", "edit"), ENDINGS, ids=lambda x: str(x)[:20])
def test_each_ending_is_told_in_order_and_back_to_an_edit(
    ending: Callable[[], Story], sentences: list[str], edit: str
) -> None:
    story = ending()
    told = iter(text for _, text in story.lines)
    for sentence in sentences:
        assert any(text.startswith(sentence) for text in told), f"{sentence}\n{story}"
    assert story.why[-1][1].startswith(edit), str(story)
    assert len(story.lines) <= 24, "short"
    moments = [seconds for seconds, _ in story.lines]
    assert moments == sorted(moments)


def test_a_chain_that_ends_with_nobodys_edit_says_how_the_pod_came_to_be() -> None:
    story = node_lost()
    links = [(one.link, one.text) for one in story.causes]
    assert [text.split("/")[0] for _, text in links[1:4]] == [
        "node-controller tainted node",
        "node-controller reported node",
        "node-1 lost its power",
    ]
    assert [link for link, _ in links] == ["", *["because "] * 3, "and because ", *["because "] * 2]


def test_what_repeats_is_said_once_with_how_often() -> None:
    (probes,) = [
        text for _, text in failed_liveness_probe().lines if " liveness probe fail: " in text
    ]
    assert probes.endswith("(3 times, until 38.391 s)")
    pulls = [text for _, text in image_not_found().why if "failed to pull" in text]
    assert len(pulls) == 1
    assert pulls[0].endswith(" (once before)")


def test_braces_in_an_image_are_only_text() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1))
    cluster.patch("deployment/web", image("{it}{0}"), patch_type=STRATEGIC_PATCH)
    assert cluster.story("deployment/web").lines[-1][1] == (
        "you gave it a new template (shop:1.0 → {it}{0})"
    )


def test_a_story_reads_only_the_changes_it_tells_of() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment(replicas=1))
    cluster.run(20)
    pod = first(cluster)
    read: list[int] = []
    changes = cluster.store.changes

    def counting(since: int, until: int = 0) -> Any:
        found = changes(since, until)
        read.append(len(found))
        return found

    cluster.store.changes = counting  # type: ignore[method-assign]
    told = cluster.story(pod)
    writes = sum(entry.revision > 0 for entry in cluster.trace.about(told.told[0].entry.subject))
    assert sum(read) <= writes + len(told.causes) + 2
