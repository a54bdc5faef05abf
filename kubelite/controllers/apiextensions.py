"""How a CustomResourceDefinition becomes a kind, and how it ends.

These controllers run in the API server, also upstream: a definition's names are accepted if
nobody has them, then it is established and served; before it goes, its objects go.
Models k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,finalizer}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.apiextensions_v1 import (
    CLEANUP_FINALIZER,
    CRDS,
    ESTABLISHED,
    NAMES_ACCEPTED,
    TERMINATING,
    CustomResourceDefinition,
    CustomResourceDefinitionCondition,
    CustomResourceDefinitionNames,
)
from kubelite.api.conditions import condition, is_true
from kubelite.apimachinery.errors import StatusError, aggregate
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.controller import Action, Delete, Requeue, Update
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

ACCEPTED = "the initial names have been accepted"
POLL = 5 * SECOND
"""How often the finalizer looks whether the objects are gone."""

Said = tuple[str, str, str, str]
"""Type, status, reason and message of a condition."""


class DefinitionController(ManagedController):
    """The base of the three: its keys are names of definitions."""

    workers = 1

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.definitions = manager.informer(CRDS)
        self.definitions.on(self._changed, lambda _, new: self._changed(new), self._changed)

    def _changed(self, definition: CustomResourceDefinition) -> None:
        self.queue.add(key_of(definition))

    def with_conditions(
        self, definition: CustomResourceDefinition, *said: Said
    ) -> CustomResourceDefinition:
        """The definition with these conditions; their times change only with their status."""
        now = Time(self.clock.now // SECOND * SECOND)
        conditions = list(definition.status.conditions)
        for type, status, reason, message in said:
            known = condition(definition, type)
            since = known.last_transition_time if known and known.status == status else now
            found = CustomResourceDefinitionCondition(
                type=type, status=status, last_transition_time=since, reason=reason, message=message
            )
            if known is None:
                conditions.append(found)
            else:
                conditions[conditions.index(known)] = found
        status_now = replace(definition.status, conditions=tuple(conditions))
        return replace(definition, status=status_now)


class NamingController(DefinitionController):
    """Accepts the names of a definition unless another one of its group has them."""

    name = "crd-naming-condition-controller"

    def _changed(self, definition: CustomResourceDefinition) -> None:
        super()._changed(definition)
        for other in self.definitions.items():  # a name may have become free
            if other.spec.group == definition.spec.group and not is_true(other, NAMES_ACCEPTED):
                self.queue.add(key_of(other))

    # DOC: crd-names
    def sync(self, key: str) -> Sequence[Action]:
        """Compare what is asked for with what others of the group hold."""
        definition = self.definitions.get(key)
        if definition is None or definition.spec.names == definition.status.accepted_names:
            return ()
        names, naming = self._judge(definition)
        said = [naming]
        if naming[1] == "True" and not is_true(definition, ESTABLISHED):
            said.append((ESTABLISHED, "False", "Installing", ACCEPTED))
        elif condition(definition, ESTABLISHED) is None:
            said.append((ESTABLISHED, "False", "NotAccepted", "not all names are accepted"))
        known = condition(definition, NAMES_ACCEPTED)
        told = known and (known.type, known.status, known.reason, known.message)
        if names == definition.status.accepted_names and told == naming:
            return ()
        accepted = replace(definition, status=replace(definition.status, accepted_names=names))
        return (Update(self.with_conditions(accepted, *said), "status"),)

    def _judge(
        self, definition: CustomResourceDefinition
    ) -> tuple[CustomResourceDefinitionNames, Said]:
        asked, held = definition.spec.names, definition.status.accepted_names
        words, kinds = self._taken(definition)
        verdict: Said = (NAMES_ACCEPTED, "True", "NoConflicts", "no conflicts found")
        new: dict[str, Any] = {"categories": asked.categories}
        for field, reason, taken in (
            ("plural", "PluralConflict", words),
            ("singular", "SingularConflict", words),
            ("short_names", "ShortNamesConflict", words),
            ("kind", "KindConflict", kinds),
            ("list_kind", "ListKindConflict", kinds),
        ):
            wanted = getattr(asked, field)
            listed = wanted if isinstance(wanted, tuple) else (wanted,)
            if clash := [f'"{name}" is already in use' for name in listed if name in taken]:
                verdict = (NAMES_ACCEPTED, "False", reason, aggregate(clash))
            else:
                new[field] = wanted
        return replace(held, **new), verdict

    def _taken(self, definition: CustomResourceDefinition) -> tuple[set[str], set[str]]:
        """The resource names and the kinds that others of the group have."""
        words: set[str] = set()
        kinds: set[str] = set()
        for other in self.definitions.items():
            if other.spec.group == definition.spec.group and key_of(other) != key_of(definition):
                names = other.status.accepted_names
                words.update((names.plural, names.singular, *names.short_names))
                kinds.update((names.kind, names.list_kind))
        return words - {""}, kinds - {""}


class EstablishingController(DefinitionController):
    """Establishes a definition whose names are accepted: from now on its kind is served."""

    name = "crd-establishing-controller"

    # DOC: crd-established
    def sync(self, key: str) -> Sequence[Action]:
        """Say so in its status; the server reads it there."""
        definition = self.definitions.get(key)
        ready = definition is not None and is_true(definition, NAMES_ACCEPTED)
        if not ready or definition is None or is_true(definition, ESTABLISHED):
            return ()
        said = (ESTABLISHED, "True", "InitialNamesAccepted", ACCEPTED)
        return (Update(self.with_conditions(definition, said), "status"),)


class FinalizingController(DefinitionController):
    """Deletes the objects of a kind whose definition is to go, then lets go of the definition."""

    name = "crd-finalizer"

    # DOC: crd-finalizer
    def sync(self, key: str) -> Sequence[Action]:
        """Delete what is there; when nothing is left, remove the finalizer."""
        definition = self.definitions.get(key)
        if definition is None or CLEANUP_FINALIZER not in definition.metadata.finalizers:
            return ()
        if definition.metadata.deletion_timestamp is None:
            return ()
        if not is_true(definition, ESTABLISHED):
            return self._let_go(definition, "NeverEstablished", "resource was never established")
        left = self._instances(definition)
        if not left:
            return self._let_go(definition, "InstanceDeletionCompleted", "removed all instances")
        said = (TERMINATING, "True", "InstanceDeletionInProgress", _IN_PROGRESS)
        going = self.with_conditions(definition, said)
        told = [Update(going, "status")] if going != definition else []
        deletions = [
            Delete(key, obj.metadata.name, obj.metadata.namespace, obj.metadata.uid)
            for obj in left
            if obj.metadata.deletion_timestamp is None
        ]
        return [*told, *deletions, Requeue(POLL if not deletions else 0)]

    def _instances(self, definition: CustomResourceDefinition) -> Sequence[Any]:
        try:
            return self.client.list(definition.metadata.name).items
        except StatusError:
            return ()

    def _let_go(
        self, definition: CustomResourceDefinition, reason: str, message: str
    ) -> Sequence[Action]:
        done = self.with_conditions(definition, (TERMINATING, "False", reason, message))
        left = tuple(n for n in definition.metadata.finalizers if n != CLEANUP_FINALIZER)
        return (Update(replace(done, metadata=replace(done.metadata, finalizers=left)), "status"),)


_IN_PROGRESS = "CustomResource deletion is in progress"

SERVER_CONTROLLERS: tuple[type[ManagedController], ...] = (
    NamingController,
    EstablishingController,
    FinalizingController,
)
"""The controllers that run beside the API server, whatever the controller manager runs."""
