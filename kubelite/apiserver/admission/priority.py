"""Priority: pods get the number of their PriorityClass; one class may be everybody's default.

Models plugin/pkg/admission/priority/admission.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import PodSpec
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Everything, Find, Plugin
from kubelite.apiserver.validation.policy import SYSTEM_CLASSES

CLASSES = "priorityclasses.scheduling.k8s.io"
NO_CLASS = PriorityClass(value=0, preemption_policy="PreemptLowerPriority")
"""What pods without a class get while no class is the default."""


class Priority(Plugin):
    """Fills in ``spec.priority`` and ``spec.preemptionPolicy`` when a pod is created.

    Pods of one template share a spec, so the answer is remembered until a class changes.
    """

    resources = ("pods", CLASSES)

    def __init__(self, find: Find, everything: Everything):
        super().__init__(find, everything)
        self._classes_change()

    def _classes_change(self) -> None:
        self._prioritise = ByIdentity(self._prioritised)
        self._usual: tuple[PriorityClass | None] | None = None  # the default, once asked for

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The pod with its priority; a class as it is. Raises StatusError 403."""
        if request.resource == CLASSES:
            self._classes_change()
            self._check_default(obj, old)
            return obj
        if old is not None:
            return obj
        spec = self._prioritise(obj.spec)
        return obj if spec is obj.spec else replace(obj, spec=spec)

    def admit_deletion(self, request: Request) -> None:
        """The two classes of the system stay."""
        if request.resource != CLASSES:
            return
        self._classes_change()
        if request.name in SYSTEM_CLASSES:
            cause = "this is a system priority class and cannot be deleted"
            raise errors.forbidden(CLASSES, request.name, cause)

    def _default(self) -> PriorityClass | None:
        """The class for those who name none; of several the lowest."""
        marked = [c for c in self.everything(CLASSES) if c.global_default]
        return min(marked, key=lambda found: int(found.value), default=None)

    def _check_default(self, new: PriorityClass, old: PriorityClass | None) -> None:
        held = self._default() if new.global_default else None
        name = new.metadata.name
        if held is not None and (old is None or held.metadata.name != name):
            cause = (
                f"PriorityClass {held.metadata.name} is already marked as default. "
                "Only one default can exist"
            )
            raise errors.forbidden(CLASSES, name, cause)

    def _class_of(self, spec: PodSpec) -> PriorityClass:
        name = spec.priority_class_name
        if not name:
            if self._usual is None:
                self._usual = (self._default(),)
            return self._usual[0] or NO_CLASS
        found: PriorityClass | None = self.find(CLASSES, "", name)
        if found is None:
            raise _refused(f"no PriorityClass with name {name} was found")
        return found

    def _prioritised(self, spec: PodSpec) -> PodSpec:
        """The spec with its priority as a number."""
        given = self._class_of(spec)
        policy = given.preemption_policy
        if spec.priority is not None and spec.priority != given.value:
            raise _refused(_not_yours("integer value of priority", spec.priority, given.value))
        if spec.preemption_policy is not None and spec.preemption_policy != policy:
            raise _refused(
                _not_yours("string value of PreemptionPolicy", spec.preemption_policy, policy)
            )
        changes = {
            "priority_class_name": given.metadata.name,
            "priority": given.value,
            "preemption_policy": policy,
        }
        same = all(getattr(spec, field) == value for field, value in changes.items())
        return spec if same else replace(spec, **changes)


def _not_yours(what: str, said: object, computed: object) -> str:
    return (
        f"the {what} ({said}) must not be provided in pod spec; "
        f"priority admission controller computed {computed} from the given PriorityClass name"
    )


def _refused(cause: str) -> StatusError:
    return errors.forbidden("pods", "", cause)
