"""A learner's own controller and scheduler profile, plugged in by one argument each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kubelite import Cluster
from kubelite.api.core_v1 import ConfigMap
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.client import Client, EventRecorder, key_of
from kubelite.client.controller import Action, Create
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController, Manager, owned_by
from kubelite.scheduler.profile import Profile, ScoringStrategy
from tests.manifests import deployment


class Diary(ManagedController):
    """Keeps a ConfigMap beside every Deployment."""

    name = "diary-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.deployments = manager.informer("deployments.apps")
        self.diaries = manager.informer("configmaps")
        self.deployments.on(add=lambda deployment: self.queue.add(key_of(deployment)))

    def sync(self, key: str) -> Sequence[Action]:
        deployment = self.deployments.get(key)
        if deployment is None or self.diaries.get(key) is not None:
            return ()
        meta = deployment.metadata
        owner = (owned_by(deployment),)
        diary = ObjectMeta(name=meta.name, namespace=meta.namespace, owner_references=owner)
        return (Create(ConfigMap(metadata=diary)),)


def test_a_controller_of_ones_own() -> None:
    cluster = Cluster(controllers=(*CONTROLLERS, Diary))
    cluster.apply(deployment("web", replicas=1))
    cluster.run(5)
    assert cluster.get("configmaps").names == ["web"]
    cluster.delete("deployment/web")
    cluster.run(60)
    assert cluster.get("configmaps").names == []


def test_a_scheduler_profile_of_ones_own_packs_instead_of_spreading() -> None:
    packing = Profile(
        scoring_strategy=ScoringStrategy(type="MostAllocated"),
        disabled=("PodTopologySpread", "NodeResourcesBalancedAllocation"),
    )
    used = {}
    for name, profiles in {"spread": (Profile(),), "pack": (packing,)}.items():
        cluster = Cluster(profiles=profiles)
        cluster.apply(deployment("web", container={"resources": {"requests": {"cpu": "1"}}}))
        cluster.run(5)
        used[name] = len(Counter(pod.spec.node_name for pod in cluster.get("pods")))
    assert used == {"spread": 3, "pack": 1}
