"""The deck's liveness manifest, corrected: healthy for 30 s, three failures, kill, restart."""

from __future__ import annotations

from tests.kubelet.conftest import World

DECK = {
    "containers": [
        {
            "name": "liveness",
            "image": "k8s.gcr.io/busybox",
            "args": [
                "/bin/sh",
                "-c",
                "touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600",
            ],
            "livenessProbe": {
                "exec": {"command": ["cat", "/tmp/healthy"]},
                "initialDelaySeconds": 5,
                "periodSeconds": 5,
            },
        }
    ]
}
FAILED = "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory"


def test_the_deck_example_from_start_to_restart(world: World) -> None:
    world.pod(DECK, "liveness-exec")
    uid = world.get("liveness-exec").metadata.uid
    world.until(lambda: world.state("liveness-exec") == "running")
    started = next(second for second, verb, _ in world.acts() if verb == "start")
    world.run(80)
    acts = [
        (second, verb, note.partition(" in ")[0])
        for second, verb, note in world.acts()
        if verb != "pull"
    ]
    assert acts[:7] == [
        (started, "start", "container liveness started"),
        (35.0, "probe", FAILED),
        (40.0, "probe", FAILED),
        (45.0, "probe", FAILED),
        (45.0, "kill", "Container liveness failed liveness probe, will be restarted"),
        # A shell as process 1 ignores SIGTERM: it takes the whole grace period.
        (75.0, "exit", "container liveness exited: Error, exit code 137"),
        (acts[6][0], "start", "container liveness started"),
    ]
    pod = world.get("liveness-exec")
    assert pod.metadata.uid == uid
    status = pod.status.container_statuses[0]
    assert status.restart_count == 1
    assert status.last_state.terminated is not None
    assert status.last_state.terminated.exit_code == 137


def test_its_events_in_upstreams_words(world: World) -> None:
    world.pod(DECK, "liveness-exec")
    world.run(80)
    pulled = 'Successfully pulled image "k8s.gcr.io/busybox" in '
    events = [
        (type, reason, pulled if message.startswith(pulled) else message)
        for type, reason, message in world.events()
    ]
    assert events == [
        ("Normal", "Pulling", 'Pulling image "k8s.gcr.io/busybox"'),
        ("Normal", "Pulled", pulled),
        ("Normal", "Created", "Container created"),
        ("Normal", "Started", "Container started"),
        ("Warning", "Unhealthy", FAILED + "\n"),
        ("Normal", "Killing", "Container liveness failed liveness probe, will be restarted"),
        ("Normal", "Pulled", pulled),
    ]


def test_every_act_leads_back_to_the_learner(world: World) -> None:
    world.pod(DECK, "liveness-exec")
    world.run(80)
    last = world.trace.about(("pods", "default", "liveness-exec"))[-1]
    chain = [(entry.component, entry.verb) for entry in world.trace.chain(last.place)]
    assert ("kubelet/node-1", "kill") in chain
    assert ("kubelet/node-1", "probe") in chain
    assert chain[-1] == ("learner", "create")
