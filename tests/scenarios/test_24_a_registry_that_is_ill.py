"""The image registry is slow, then refuses; what runs goes on, and what waits comes in the end."""

from __future__ import annotations

from collections.abc import Callable

from kubelite import Cluster
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.kubelet.cri import PullResult
from kubelite.sim.clock import SECOND
from tests.manifests import deployment, image, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers

REFUSED = (
    "rpc error: code = Unknown desc = failed to pull and unpack image "
    '"docker.io/library/shop:2.0": '
    "unexpected status from HEAD request to https://registry-1.docker.io/v2/library/shop/manifests/"
    "2.0: 429 Too Many Requests"
)


class Registry:
    """Between all machines and their images. ``slow`` is seconds; ``refusal`` says why not."""

    slow = 0
    refusal = ""

    def __init__(self, cluster: Cluster):
        self._clock = cluster.clock
        for worker in cluster.workers.values():
            self._stand_before(worker.runtime)

    def _stand_before(self, runtime: object) -> None:
        pull: Callable[..., None] = runtime.pull_image  # type: ignore[attr-defined]

        def through(image: str, then: Callable[[PullResult], object]) -> None:
            if runtime.image_present(image):  # type: ignore[attr-defined]
                pull(image, then)
            elif self.refusal:
                self._clock.after(SECOND, then, PullResult("", 0, self.refusal))
            else:
                self._clock.after(self.slow * SECOND, pull, image, then)

        runtime.pull_image = through  # type: ignore[attr-defined]


def test_a_registry_is_slow_then_refuses_then_heals(told: Told) -> None:
    cluster = told(nodes=2)
    registry = Registry(cluster)
    registry.slow = 90
    drained = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
    cluster.apply([deployment("web", 4, container=drained), service()])
    slow = cluster.run_until("deployment/web ready")
    cluster.run(2)
    customers = Customers(cluster, each_second=1)
    registry.refusal = REFUSED
    cluster.patch("deployment/web", image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    cluster.run(200)
    ill = [p for p in cluster.get("pods") if p.status.phase == "Pending"]
    waiting = {p.status.container_statuses[0].state.waiting.reason for p in ill}
    table = str(cluster.get("pods"))
    said = cluster.events(f"pod/{ill[0].metadata.name}")
    old_ones = cluster.get("deployment/web").status.ready_replicas
    registry.slow, registry.refusal = 0, ""
    healed = cluster.run_until("deployment/web ready")
    cluster.run(40)
    customers.leave()

    assert 90 < slow < 100, "one pull for each machine, not for each pod"
    assert (len(ill), waiting, old_ones) == (2, {"ImagePullBackOff"}, 3)
    assert table.count("ImagePullBackOff") == 2
    assert [(e.type, e.reason, e.message.partition(":")[0]) for e in said][1:] == [
        ("Normal", "Pulling", 'Pulling image "shop'),
        ("Warning", "Failed", 'Failed to pull image "shop'),
        ("Warning", "Failed", "Error"),
        ("Normal", "BackOff", 'Back-off pulling image "shop'),
        ("Warning", "Failed", "Error"),
    ]
    assert said[2].message == f'Failed to pull image "shop:2.0": {REFUSED}'
    assert said[2].count == 5, "at 0, 10, 30, 70 and 150 s, about"
    assert healed < 160, "and again before 310 s"
    assert customers.lost == []
