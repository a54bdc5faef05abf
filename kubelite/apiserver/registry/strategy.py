"""The rules in which kinds differ, as one class with a harmless answer to every question.

A kind overrides what is special about it and nothing else.
Models k8s.io/apiserver/pkg/registry/rest (RESTCreateStrategy, RESTUpdateStrategy,
RESTDeleteStrategy).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.autoscaling_v1 import Scale
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.rest import User
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.registry import scale


class Strategy:
    """How one kind is created, changed and deleted.

    ``ttl`` is how many seconds an object lives after its last write, 0 for ever.
    ``scope_field`` is the field by which narrow watches are found.
    ``uid_stream`` is the stream of chance that new uids come from.
    ``unconditional_update`` allows a PUT without a resourceVersion.
    ``notes_who_asks``: an object says who created it, by ``asked_by``.
    """

    ttl = 0
    scope_field = "metadata.name"
    uid_stream = "uids"
    unconditional_update = True
    notes_who_asks = False

    def __init__(
        self,
        default: Callable[[Any], Any] | None = None,
        validate: Callable[[Any], list[FieldError]] | None = None,
        validate_update: Callable[[Any, Any], list[FieldError]] | None = None,
        validate_status: Callable[[Any, Any], list[FieldError]] | None = None,
    ):
        self._default = default
        self._validate = validate
        self._validate_update = validate_update
        self._validate_status = validate_status

    def default(self, obj: Any) -> Any:
        """Fill in what was left out."""
        return self._default(obj) if self._default else obj

    def prepare_create(self, obj: Any) -> Any:
        """Remove what a creator may not set: the status."""
        return self.without_status(obj)

    def asked_by(self, obj: Any, user: User) -> Any:
        """Note who creates it."""
        return obj

    def born(self, obj: Any) -> Any:
        """Add what follows from the name and the uid it has just been given."""
        return obj

    def validate(self, obj: Any) -> list[FieldError]:
        """Everything wrong with a new object."""
        return self._validate(obj) if self._validate else []

    def prepare_update(self, new: Any, old: Any) -> Any:
        """Undo what an update of the main resource may not touch: the status."""
        status = getattr(old, "status", None)
        if getattr(new, "status", None) is not status:
            new = replace(new, status=status)
        return new

    def validate_update(self, new: Any, old: Any) -> list[FieldError]:
        """Everything wrong with this change."""
        return self._validate_update(new, old) if self._validate_update else []

    def prepare_subresource(self, subresource: str, new: Any, old: Any) -> Any:
        """Take from ``new`` what the subresource is about and everything else from ``old``."""
        if subresource != "status":
            raise errors.unknown_resource()
        return replace(old, status=new.status)

    def validate_subresource(self, subresource: str, new: Any, old: Any) -> list[FieldError]:
        """Everything wrong with this change of a subresource."""
        return self._validate_status(new, old) if self._validate_status else []

    def spec_changed(self, new: Any, old: Any) -> bool:
        """Whether ``new`` asks for something else than ``old``, so that its generation grows."""
        before, after = getattr(old, "spec", None), getattr(new, "spec", None)
        return before is not after and before != after

    def counts_generations(self, obj: Any) -> bool:
        """Whether objects of this kind number their specs."""
        return False

    def grace(self, obj: Any, asked: int | None) -> int:
        """Seconds between the request to delete and the end; 0 ends it at once."""
        return 0

    def may_vanish(self, obj: Any) -> bool:
        """Whether a deleted object with no finalizers left may disappear."""
        return True

    def begin_deletion(self, obj: Any) -> Any:
        """What else changes when the object is marked for deletion."""
        return obj

    def fields(self, obj: Any) -> dict[str, str]:
        """What a field selector can ask about, besides name and namespace."""
        return {}

    def scope(self, obj: Any) -> str:
        """The value of ``scope_field``."""
        return str(obj.metadata.name)

    def scale_of(self, obj: Any) -> Scale:
        """The object seen as nothing but its replicas."""
        return scale.scale_of(obj)

    def scaled(self, obj: Any, new: Scale) -> Any:
        """The object with other replicas. Raises StatusError 422."""
        return scale.scaled(obj, new)

    @staticmethod
    def without_status(obj: Any) -> Any:
        """The object with its status emptied."""
        status = getattr(obj, "status", None)
        if status is None:
            return obj
        empty = type(status)()
        return obj if status == empty else replace(obj, status=empty)
