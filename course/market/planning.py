"""From what there is to what is done next: one function, the same for all rulebooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from course.market.rulebooks import Draw, Next, Rulebook
from course.market.tasks import LOST, SERVING, Task, pod_for
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.client.controller import Action, Create, Delete, Emit, Patch, Requeue

KEPT = 5
"""Ended tries of a slot that stay to be looked at, as Swarm keeps five of a task's history."""


class Situation:
    """What is known at one moment: the tries, and which nodes have been silent for too long."""

    def __init__(
        self, owner: Any, book: Rulebook, tasks: Sequence[Task], lost: Mapping[str, bool], now: int
    ):
        self.owner, self.book, self.tasks, self.lost, self.now = owner, book, tasks, lost, now
        self.slots: dict[int, list[Task]] = defaultdict(list)
        for task in sorted(tasks, key=lambda task: task.number):
            self.slots[task.slot].append(task)

    @property
    def wanted(self) -> int:
        """How many copies there shall be."""
        return self.book.application.replicas


# DOC: market-plan
def plan(situation: Situation, draw: Draw) -> list[Action]:
    """Everything that is to be done now; the last entry says when to look again, if at all."""
    gone = _too_many(situation)
    actions: list[Action] = [_delete(situation, task) for task in gone]
    waits = []
    for slot in _slots(situation, {task.slot for task in gone}):
        done, wait = _of_slot(situation, slot, draw)
        actions += done
        waits.append(wait)
    if soon := min((wait for wait in waits if wait), default=0):
        actions.append(Requeue(soon))
    return actions


def _slots(situation: Situation, gone: set[int]) -> list[int]:
    """The slots that are to be filled: those that are, those that are being left, and new ones."""
    left = [slot for slot in sorted(situation.slots) if slot not in gone]
    left.sort(key=lambda slot: situation.slots[slot][-1].leaving)
    new = [slot for slot in range(situation.wanted) if slot not in situation.slots]
    return (left + new)[: situation.wanted]


def _too_many(situation: Situation) -> list[Task]:
    """The tries of slots that are not wanted any more."""
    last = [tries[-1] for tries in situation.slots.values() if not tries[-1].leaving]
    excess = len(last) - situation.wanted
    if excess <= 0:
        return []
    ended = [task for task in last if task.ended][:excess]
    alive = [task for task in last if not task.ended]
    rest = excess - len(ended)
    chosen = ended + (situation.book.superfluous(alive, rest) if rest else [])
    slots = {task.slot for task in chosen}
    return [task for task in situation.tasks if task.slot in slots and not task.leaving]


def _of_slot(situation: Situation, slot: int, draw: Draw) -> tuple[list[Action], int]:
    """What one slot needs now, and in how long it is to be looked at again."""
    tries = situation.slots.get(slot, [])
    if not tries:
        return [_create(situation, slot, 0, Next(0))], 0
    last = tries[-1]
    actions = _tidied(situation, tries)
    if last.leaving:
        return actions, 0
    if last.ended:
        follows = situation.book.after_exit(last, situation.tasks, draw)
        return _when_due(situation, last, last.ended, follows, actions)
    away = situation.lost.get(last.node, False)
    if last.lost and not away and situation.book.forgives:
        return [*actions, _marked(last, None, situation)], 0
    if away and not last.lost:
        said = f"{last.node} has been silent for too long: {last.name} is lost"
        seen = Emit(situation.owner, "Warning", "NodeLost", said)
        return [*actions, _marked(last, situation.now, situation), seen], 1
    if last.lost:
        follows = situation.book.after_loss(last)
        return _when_due(situation, last, last.lost, follows, actions)
    return actions, 0


def _when_due(
    situation: Situation, last: Task, since: int, follows: Next | None, actions: list[Action]
) -> tuple[list[Action], int]:
    if follows is None:
        return actions, 0
    wait = since + follows.delay - situation.now
    if wait > 0:
        return actions, wait
    return [*actions, _create(situation, last.slot, last.number, follows)], 0


def _tidied(situation: Situation, tries: list[Task]) -> list[Action]:
    """Old tries that run again although they were replaced are stopped; old records are dropped."""
    back = [one for one in tries[:-1] if one.alive and not situation.lost.get(one.node, False)]
    records = [one for one in tries[:-1] if one.ended and not one.leaving]
    return [_delete(situation, one) for one in [*back, *records[:-KEPT]]]


def _create(situation: Situation, slot: int, number: int, follows: Next) -> Create:
    silent = tuple(sorted(node for node, lost in situation.lost.items() if lost))
    node = "" if follows.node in silent else follows.node
    application = situation.book.application
    return Create(
        pod_for(situation.owner, application, slot, number + 1, follows.carried, node, silent)
    )


def _delete(situation: Situation, task: Task) -> Delete:
    grace = 0 if situation.lost.get(task.node, False) else None
    return Delete("pods", task.name, situation.owner.metadata.namespace, task.uid, grace)


def _marked(task: Task, lost: int | None, situation: Situation) -> Patch:
    """Given up, and out of the Service; or taken back."""
    metadata = {
        "labels": {SERVING: "yes" if lost is None else "no"},
        "annotations": {LOST: None if lost is None else str(lost)},
    }
    namespace = situation.owner.metadata.namespace
    return Patch("pods", task.name, namespace, {"metadata": metadata}, MERGE_PATCH)
