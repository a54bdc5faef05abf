"""The extension points of a decision, and the words plugins and scheduler speak.

A plugin is any object with a ``name`` and some of the methods below; the points it serves are
those it has methods for. Order of one decision: PreEnqueue (may the pod wait in line at all),
PreFilter once, Filter for each node, PostFilter when no node is left, PreScore once, Score and
NormalizeScore for each node left, Reserve, PreBind (what must be done before), Bind. A point
answers None for success.

A plugin whose Filter or Score depends on the pod's spec and on the node alone says so with
``filter_by_spec`` or ``score_by_spec``: then its answer is remembered until the node changes, for
all pods of that spec; with ``score_by_requests`` for all that ask for the same amounts. (Upstream
asks for the same with SignPlugin.)

Models ``pkg/scheduler/framework/interface.go`` and ``k8s.io/kube-scheduler/framework``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from kubelite.api.apps_v1 import ReplicaSet
from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim, Service
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.api.storage_v1 import CSINode, StorageClass
from kubelite.apimachinery.rest import Response
from kubelite.apimachinery.struct import Value

if TYPE_CHECKING:
    from kubelite.scheduler.dra_manager import Devices
    from kubelite.scheduler.nominator import Nominator
    from kubelite.scheduler.snapshot import Snapshot
    from kubelite.scheduler.types import NodeInfo, PodInfo

MAX_NODE_SCORE = 100

# Codes of a Status.
UNSCHEDULABLE = "Unschedulable"
"""Not as things are; evicting other pods from the node could help."""
UNSCHEDULABLE_AND_UNRESOLVABLE = "UnschedulableAndUnresolvable"
"""Not on this node, whoever is evicted from it."""
SKIP_CODE = "Skip"


class Status(NamedTuple):
    """Why a plugin refuses a pod or a node (or that it has nothing to do: ``SKIP``)."""

    code: str
    reasons: tuple[str, ...] = ()
    plugin: str = ""

    @property
    def message(self) -> str:
        """The reasons, separated by commas."""
        return ", ".join(self.reasons)


SKIP = Status(SKIP_CODE)
"""From PreFilter or PreScore: leave this plugin's Filter or Score out for this pod."""


# What can happen in a cluster that may make a refused pod fit.
NODE_ADD = "Node/Add"
NODE_DELETE = "Node/Delete"
NODE_ALLOCATABLE = "Node/UpdateNodeAllocatable"
NODE_LABEL = "Node/UpdateNodeLabel"
NODE_TAINT = "Node/UpdateNodeTaint"
POD_ADD = "AssignedPod/Add"
POD_DELETE = "AssignedPod/Delete"
POD_LABEL = "AssignedPod/UpdatePodLabel"
POD_SCALE_DOWN = "AssignedPod/UpdatePodScaleDown"
CLAIM_ADD = "PersistentVolumeClaim/Add"
CLAIM_UPDATE = "PersistentVolumeClaim/Update"
VOLUME_ADD = "PersistentVolume/Add"
VOLUME_UPDATE = "PersistentVolume/Update"
CLASS_ADD = "StorageClass/Add"
CLASS_UPDATE = "StorageClass/Update"
CSI_NODE_ADD = "CSINode/Add"
CSI_NODE_UPDATE = "CSINode/Update"
DEVICE_CLAIM_ADD = "ResourceClaim/Add"
DEVICE_CLAIM_UPDATE = "ResourceClaim/Update"
DEVICE_CLASS_ADD = "DeviceClass/Add"
DEVICE_CLASS_UPDATE = "DeviceClass/Update"
SLICE_ADD = "ResourceSlice/Add"
SLICE_UPDATE = "ResourceSlice/Update"

Hint = Callable[["PodInfo", Any, Any], bool]
"""hint(pod, old, new): might this change let ``pod`` pass the plugin that refused it?

``old`` is None for something added, ``new`` is None for something deleted."""


def always(pod: PodInfo, old: Any, new: Any) -> bool:
    """The hint of a plugin that does not look closer."""
    return True


class PostFilterResult(Value):
    """What PostFilter has found out.

    ``status`` says why it does not help. ``nominated_node`` is the node to promise to the pod
    ("" takes a promise back, None leaves it as it is); ``victims`` are to be evicted from it.
    """

    status: Status | None = None
    nominated_node: str | None = None
    victims: tuple[PodInfo, ...] = ()


class CycleState(dict[str, Any]):
    """What plugins keep for themselves during one decision, and what they may look at.

    For scoring also: ``pick`` takes from a list with a value for each node of the snapshot, in
    order, the values of the nodes that are left, which stand at ``places``.
    For PostFilter also: ``refusal`` runs all filters for the pod on a node, on the snapshot as
    it is at that moment; ``nominator`` knows who was promised which node; ``draw`` is chance.
    """

    __slots__ = ("draw", "node_names", "nominator", "pick", "places", "pod", "refusal", "snapshot")

    nominator: Nominator
    pod: PodInfo
    refusal: Callable[[NodeInfo], Status | None]
    draw: Callable[[], float]
    pick: Callable[[list[Any]], Sequence[Any]]
    places: Sequence[int]

    def __init__(self, snapshot: Snapshot):
        super().__init__()
        self.snapshot = snapshot
        self.node_names: set[str] | None = None

    def restrict(self, names: Iterable[str]) -> None:
        """From PreFilter: only nodes of these names need be looked at."""
        wanted = set(names)
        self.node_names = wanted if self.node_names is None else self.node_names & wanted

    def leave(self, nodes: Sequence[NodeInfo]) -> None:
        """These are left after Filter."""
        assert self.snapshot.nodes, "nodes have their places once they are in order"
        self.places = [node.place for node in nodes]
        self.pick = picker(self.places, len(self.snapshot.nodes))


def picker(places: Sequence[int], nodes: int) -> Callable[[list[Any]], Sequence[Any]]:
    """Takes what stands at these places from a list with a value for each of the nodes."""
    first, last = places[0], places[-1]
    if last - first + 1 == len(places):  # as a rule they stand in a row, ...
        return itemgetter(slice(first, last + 1))
    if nodes - first + last + 1 == len(places):  # ... or around the end
        return lambda column: column[first:] + column[: last + 1]
    return itemgetter(*places)


class Listers(Value):
    """What plugins may ask about the cluster beyond nodes and pods."""

    services: Callable[[str], Iterable[Service]] = lambda namespace: ()
    replica_set: Callable[[str, str], ReplicaSet | None] = lambda namespace, name: None
    namespace_labels: Callable[[], Mapping[str, Mapping[str, str]]] = lambda: {}
    budgets: Callable[[], Iterable[PodDisruptionBudget]] = lambda: ()
    claim: Callable[[str], PersistentVolumeClaim | None] = lambda key: None
    volume: Callable[[str], PersistentVolume | None] = lambda name: None
    volumes: Callable[[], Iterable[PersistentVolume]] = lambda: ()
    storage_class: Callable[[str], StorageClass | None] = lambda name: None
    csi_node: Callable[[str], CSINode | None] = lambda name: None
    devices: Devices | None = None


NO_LISTERS = Listers()
"""A cluster of nothing but nodes and pods."""


class Plugin(Protocol):
    """Any plugin. ``events`` are the changes after which a pod it refused is worth a new try."""

    name: str
    events: Mapping[str, Hint]


@runtime_checkable
class QueueSortPlugin(Protocol):
    """In which order pods wait: the pod with the smallest key is next."""

    def sort_key(self, pod: PodInfo, since: int) -> tuple[int, int]:
        """A key for ``pod``, waiting since that moment."""
        ...


@runtime_checkable
class PreEnqueuePlugin(Protocol):
    """Whether a pod may line up at all."""

    def pre_enqueue(self, pod: PodInfo) -> Status | None:
        """None, or why the pod has to stay out of the active queue."""
        ...


@runtime_checkable
class PreFilterPlugin(Protocol):
    """Once for each pod, before any node."""

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """None, ``SKIP``, or why the pod fits nowhere."""
        ...


@runtime_checkable
class FilterPlugin(Protocol):
    """For each node: can the pod run there?"""

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """None, or why not."""
        ...


@runtime_checkable
class PostFilterPlugin(Protocol):
    """When no node is left."""

    def post_filter(
        self, state: CycleState, pod: PodInfo, refusals: Mapping[str, Status]
    ) -> PostFilterResult | None:
        """How room can be made or why not; None has nothing to say."""
        ...


@runtime_checkable
class PreScorePlugin(Protocol):
    """Once for each pod, before scoring the nodes that are left."""

    def pre_score(
        self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]
    ) -> Status | None:
        """None or ``SKIP``."""
        ...


@runtime_checkable
class ScorePlugin(Protocol):
    """For each node that is left: how good is it?"""

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """Any integer where the plugin normalises, else 0 to 100."""
        ...


@runtime_checkable
class ScoreAllPlugin(Protocol):
    """For all nodes that are left at once, where that is quicker: instead of ``score``."""

    def score_all(self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int]:
        """Any integers where the plugin normalises, else 0 to 100; one for each node, in order."""
        ...


@runtime_checkable
class ScoreExtensions(Protocol):
    """Bring one plugin's raw scores to 0 to 100, 100 being best."""

    def normalize(
        self, state: CycleState, nodes: Sequence[NodeInfo], raw: Sequence[int]
    ) -> Sequence[int]:
        """One score for each node, in order."""
        ...


@runtime_checkable
class ReservePlugin(Protocol):
    """Keeps something for a pod from the decision until it is written."""

    def reserve(self, pod: PodInfo, node: NodeInfo) -> None:
        """The pod goes to this node; nothing has changed since Filter."""
        ...

    def unreserve(self, client: Any, pod: PodInfo) -> None:
        """It does not after all. May be asked for what was never reserved."""
        ...


@runtime_checkable
class PreBindPlugin(Protocol):
    """What has to be done before a pod can be bound: its volumes, for example."""

    def pre_bind_pre_flight(self, pod: PodInfo) -> Status | None:
        """``SKIP`` when there is nothing to do for this pod."""
        ...

    def pre_bind(
        self, client: Any, pod: PodInfo, node: NodeInfo, then: Callable[[str], object]
    ) -> None:
        """Do it; ``then`` gets "", or what went wrong."""
        ...


@runtime_checkable
class BindPlugin(Protocol):
    """Tells the API server."""

    def bind(
        self, client: Any, pod: PodInfo, node: str, then: Callable[[Response], object]
    ) -> None:
        """Assign the pod; ``then`` gets the answer."""
        ...


def default_normalize(raw: Sequence[int], reverse: bool = False) -> Sequence[int]:
    """Stretch scores so that the greatest is 100; ``reverse`` turns them round."""
    top = max(raw)
    if top == 0:
        return [MAX_NODE_SCORE] * len(raw) if reverse else raw
    scaled = [MAX_NODE_SCORE * score // top for score in raw]
    return [MAX_NODE_SCORE - score for score in scaled] if reverse else scaled
