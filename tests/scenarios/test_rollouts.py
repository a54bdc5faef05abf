"""Stories of changes: a bad image, a quota in the way, who hangs up on customers, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite import Cluster
from kubelite.api.conditions import condition
from tests.manifests import deployment, image, rolling, service
from tests.scenarios.telling import Customers, restarts, said, warnings

Told = Callable[..., Cluster]

PAUSE = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}


def change(cluster: Cluster, to: str) -> None:
    cluster.patch("deployment/web", image(to), patch_type="application/strategic-merge-patch+json")


def test_a_bad_image_rolled_out_and_rolled_back(told: Told) -> None:
    cluster = told()
    cluster.apply([deployment(replicas=4, container=PAUSE), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    customers = Customers(cluster)
    cluster.run(30)
    change(cluster, "shop:no-such-tag")
    cluster.run(620)
    stuck = cluster.get("deployment/web")
    table = str(cluster.get("pods"))
    cluster.rollout_undo("deployment/web")
    back = cluster.run_until("deployment/web ready")
    cluster.run(30)
    customers.leave()

    again = condition(cluster.get("deployment/web"), "Progressing")
    given_up = condition(stuck, "Progressing")
    assert len(customers.answers) > 6_500 and customers.lost == []
    assert (stuck.status.ready_replicas, stuck.status.updated_replicas) == (3, 2)
    assert given_up.reason == "ProgressDeadlineExceeded"
    assert given_up.message.endswith("has timed out progressing.")
    assert table.count("0/1     ErrImagePull") + table.count("0/1     ImagePullBackOff") == 2
    assert back < 5 and again.reason == "NewReplicaSetAvailable"
    assert {m[:38] for m in warnings(cluster)} == {
        'Failed to pull image "shop:no-such-tag',
        "Error: ErrImagePull",
        "Error: ImagePullBackOff",
    }
    assert [m.rpartition(" from ")[2] for m in said(cluster, "deployment/web")] == [
        "0 to 4",  # the good version
        "0 to 1",
        "4 to 3",
        "1 to 2",  # no further: three of four have to stay
        "2 to 0",
        "3 to 4",  # and back
    ]


QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: team}
spec: {hard: {pods: "4"}}
"""


def test_a_quota_that_leaves_no_room_for_a_rollout(told: Told) -> None:
    cluster = told()
    cluster.apply(QUOTA)
    cluster.run(1)
    cluster.apply([deployment(replicas=4, strategy=rolling(1, 0), container=PAUSE), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    customers = Customers(cluster)
    change(cluster, "shop:2.0")
    cluster.run(60)
    stuck = cluster.get("deployment/web").status
    refused = condition(cluster.get("deployment/web"), "ReplicaFailure")
    new = next(rs.metadata.name for rs in cluster.get("rs") if not rs.status.replicas)
    cluster.patch("quota/team", {"spec": {"hard": {"pods": "6"}}})
    cured = cluster.run_until("deployment/web ready")
    cluster.run(10)
    customers.leave()
    used = cluster.get("quota/team").status.used["pods"]

    told_why = said(cluster, f"rs/{new}", "FailedCreate")[0]
    words = "is forbidden: exceeded quota: team, requested: pods=1, used: pods=4, limited: pods=4"
    assert (stuck.updated_replicas, stuck.ready_replicas) == (0, 4), "the old ones stay"
    assert refused.reason == "FailedCreate" and refused.message.endswith(words)
    assert told_why.startswith(f'Error creating: pods "{new}-') and told_why.endswith(words)
    assert 10 < cured < 60, "tried again at ever longer intervals; five seconds for each good-bye"
    assert condition(cluster.get("deployment/web"), "ReplicaFailure") is None
    assert str(used) == "4"
    assert len(customers.answers) > 1_000 and customers.lost == []


def customers_of_a_rollout(told: Told, env: dict[str, str], **container: Any) -> Customers:
    """Twenty customers a second, whose pages take a while, during a rolling update."""
    cluster = told()
    slow = {"RESPONSE_MS": "300", **env}
    cluster.apply([deployment(replicas=4, env=slow, container=container), service()])
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    customers = Customers(cluster, each_second=20)
    cluster.run(5)
    change(cluster, "shop:2.0")
    cluster.run_until("deployment/web ready")
    cluster.run(40)
    customers.leave()
    assert all("(2.0)" in answer.body for answer in customers.answers[-20:])
    return customers


def test_who_hangs_up_on_customers_during_a_rolling_update(told: Told) -> None:
    abrupt = customers_of_a_rollout(told, {})
    deaf = customers_of_a_rollout(told, {"DRAIN_SECONDS": "5"})
    patient = customers_of_a_rollout(told, {}, **PAUSE)
    graceful = customers_of_a_rollout(told, {"DRAIN_SECONDS": "5"}, **PAUSE)

    each = (abrupt, deaf, patient, graceful)
    (came,) = {len(customers.answers) for customers in each}
    assert came > 1_000, "as many to each"
    assert set(abrupt.reasons) == {"connection reset by peer", "no route to host"}
    assert 8 <= len(abrupt.lost) <= 24, "pages half written, and the last who were sent there"
    assert set(deaf.reasons) == {"connection refused"}, "it finishes, but proxies send more"
    assert 4 <= len(deaf.lost) <= 20
    assert patient.lost == [], "within five seconds everybody knows that it is leaving"
    assert graceful.lost == []


SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: %s}
data: {banner: "%s", GREETING: "%s"}
"""


def configured(name: str) -> dict[str, Any]:
    """The shop with a ConfigMap mounted as files, and one value of it as a variable."""
    source = {"configMapKeyRef": {"name": name, "key": "GREETING"}}
    container = {
        "env": [{"name": "GREETING", "valueFrom": source}],
        "volumeMounts": [{"name": "settings", "mountPath": "/etc/shop"}],
        **PAUSE,
    }
    pod = {"volumes": [{"name": "settings", "configMap": {"name": name}}]}
    return deployment(container=container, pod=pod)


def settings(cluster: Cluster) -> list[str]:
    """What each pod has: the file, and the variable."""
    command = 'echo "$(cat /etc/shop/banner) $GREETING"'
    return [cluster.exec(pod.metadata.name, command).output.strip() for pod in cluster.get("pods")]


def test_settings_that_change_in_place_and_settings_with_a_new_name(told: Told) -> None:
    mounted, renamed = told(), told()
    for cluster in (mounted, renamed):
        cluster.apply([SETTINGS % ("settings-1", "red", "hello"), configured("settings-1")])
        cluster.apply(service())
        cluster.run_until("deployment/web ready")
        cluster.run(20)
    customers = Customers(renamed)

    mounted.apply(SETTINGS % ("settings-1", "green", "goodbye"))
    files, when = [], []
    while len(set(files)) != 1 or "green" not in files[0]:
        mounted.run(5)
        files = [text.partition(" ")[0] for text in settings(mounted)]
        when.append(files.count("green"))
    in_place = settings(mounted)

    renamed.apply([SETTINGS % ("settings-2", "green", "goodbye"), configured("settings-2")])
    rolled = renamed.run_until("deployment/web ready")
    renamed.run(40)
    anew = settings(renamed)
    renamed.rollout_undo("deployment/web")
    renamed.run_until("deployment/web ready")
    renamed.run(40)
    undone = settings(renamed)
    customers.leave()

    assert when == sorted(when) and 0 < when.index(3) * 5 <= 90, "each kubelet in its own time"
    assert len({*when}) > 2, "and so they differ for a while"
    assert in_place == ["green hello"] * 3, "a variable is never changed in a running container"
    assert len(mounted.get("rs")) == 1, "nothing was rolled out, so nothing can be rolled back"
    assert sum(n for p in mounted.get("pods") for n in restarts(mounted, p).values()) == 0
    assert rolled < 10
    assert anew == ["green goodbye"] * 3
    assert undone == ["red hello"] * 3, "the old name still has the old settings"
    assert customers.lost == []
