"""A cluster that outlives its process: what it notes of itself, and how it comes back.

The store has the objects. What belongs to no object (which machines there are, how often the
cluster was started) is noted beside them. Coming back is like the end of a power failure in the
whole building: machines boot, kubelets start their pods again, controllers look at what there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import msgspec

from kubelite.cluster.machines import Worker
from kubelite.etcd.backend import Durable
from kubelite.kubelet.node_status import Machine

if TYPE_CHECKING:
    from kubelite.cluster.machines import World

_NAME = "cluster"


class MachineNote(msgspec.Struct, frozen=True, kw_only=True):
    """One machine as it is to be found again."""

    name: str
    number: int
    cpu: str
    memory: str
    labels: dict[str, str]
    powered: bool


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What a cluster has to know of itself. ``began`` is when it was ready; 0 before."""

    seed: int
    cpu: str
    memory: str
    starts: int = 0
    began: int = 0
    made: int = 0
    machines: tuple[MachineNote, ...] = ()


def read(store: Durable | None, fresh: Notes) -> Notes:
    """The notes of the cluster in ``store``, started once more; ``fresh`` when it is new."""
    found = store.noted(_NAME) if store is not None else b""
    if not found:
        notes = fresh
    else:
        notes = msgspec.json.decode(found, type=Notes)
        notes = msgspec.structs.replace(notes, starts=notes.starts + 1)
    if store is not None:
        store.note(_NAME, msgspec.json.encode(notes))  # before anything is drawn
    return notes


class Keeping:
    """The part of a ``Cluster`` that is about coming back."""

    open_store: ClassVar[Callable[..., Durable]]
    """How a store in a file is opened; given by ``kubelite``, as ``read_file`` is."""

    _kept: Durable | None
    _notes: Notes
    _world: World
    workers: dict[str, Worker]
    _machines_made: int
    _plug_in: Callable[[Worker], None]

    def close(self) -> None:
        """Leave the store's file to others. The cluster can still be looked at, not changed."""
        if self._kept is not None:
            self._kept.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # DOC: cluster-resume
    def _resume(self) -> None:
        """Put the machines back where they were, and switch on those that were on."""
        self._machines_made = self._notes.made
        self._world.machines_changed = self._remember
        for noted in self._notes.machines:
            size = Machine(noted.cpu, noted.memory)
            worker = Worker(self._world, noted.name, noted.number, size, noted.labels)
            self.workers[noted.name] = worker
            self._plug_in(worker)
            if noted.powered:
                worker.power_on()

    def _remember(self, began: int = 0) -> None:
        """Note which machines there are."""
        if self._kept is None:
            return
        self._notes = msgspec.structs.replace(
            self._notes,
            began=began or self._notes.began,
            made=self._machines_made,
            machines=tuple(_machine(worker) for worker in self.workers.values()),
        )
        self._kept.note(_NAME, msgspec.json.encode(self._notes))


def _machine(worker: Worker) -> MachineNote:
    return MachineNote(
        name=worker.name,
        number=worker.number,
        cpu=worker.size.cpu,
        memory=worker.size.memory,
        labels=dict(worker.labels),
        powered=worker.powered,
    )
