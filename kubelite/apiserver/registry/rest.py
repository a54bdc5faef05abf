"""The rows of the elder and the rarer kinds: most of them are kept for others to read.

Models ``pkg/registry/{core,node,admissionregistration,flowcontrol,certificates,networking}``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import (
    admissionregistration_v1,
    apiregistration_v1,
    certificates_v1,
    core_v1,
    flowcontrol_v1,
    networking_v1,
    node_v1,
)
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.rest import User
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver.defaults import rest as d
from kubelite.apiserver.registry.groups import NumberedStrategy
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import admission, elder, stored


class ReplicationControllerStrategy(NumberedStrategy):
    """ReplicationControllers can be found by how many pods they have."""

    def fields(self, obj: core_v1.ReplicationController) -> dict[str, str]:
        """How many there are."""
        return {"status.replicas": str(obj.status.replicas)}


class SigningRequestStrategy(Strategy):
    """A request says who asked; the server knows that better than the manifest."""

    notes_who_asks = True

    def __init__(self, now: Callable[[], int]):
        super().__init__(None, stored.validate_signing_request, stored.validate_metadata_update)
        self._now = now

    def asked_by(self, obj: Any, user: User) -> Any:
        """Note who asks."""
        named = replace(
            obj.spec, username=user.name, uid=user.uid, groups=user.groups, extra=user.extra
        )
        return replace(obj, spec=named)

    def prepare_update(self, new: Any, old: Any) -> Any:
        """What was asked for stays."""
        return replace(super().prepare_update(new, old), spec=old.spec)

    # DOC: csr-approval
    def prepare_subresource(self, subresource: str, new: Any, old: Any) -> Any:
        """``approval`` takes the conditions; ``status`` all but those that approve or deny."""
        status = new.status
        if subresource == "approval":
            status = replace(old.status, conditions=status.conditions)
        elif subresource == "status":
            decided = [c for c in old.status.conditions if c.type in stored.DECISIONS]
            others = [c for c in status.conditions if c.type not in stored.DECISIONS]
            status = replace(status, conditions=(*decided, *others))
        else:
            raise errors.unknown_resource()
        return replace(old, status=replace(status, conditions=self._dated(status, old.status)))

    def _dated(self, new: Any, old: Any) -> tuple[Any, ...]:
        """Conditions with the times that are missing; what is as it was keeps its own."""
        now = Time(self._now() // SECOND * SECOND)
        before = {condition.type: condition for condition in old.conditions}
        dated = []
        for condition in new.conditions:
            held = before.get(condition.type)
            since = condition.last_transition_time
            if since is None:
                same = held is not None and held.status == condition.status
                since = held.last_transition_time if held is not None and same else now
            seen = condition.last_update_time or now
            dated.append(replace(condition, last_update_time=seen, last_transition_time=since))
        return tuple(dated)

    def validate_subresource(self, subresource: str, new: Any, old: Any) -> list[FieldError]:
        """What was decided stays decided."""
        return stored.validate_signing_status(new, old)

    def fields(self, obj: certificates_v1.CertificateSigningRequest) -> dict[str, str]:
        """Who is to sign."""
        return {"spec.signerName": obj.spec.signer_name}


def elder_kinds() -> dict[type, Strategy]:
    """ReplicationControllers, Endpoints, PodTemplates, RuntimeClasses."""
    return {
        core_v1.ReplicationController: ReplicationControllerStrategy(
            d.default_replication_controller,
            elder.validate_replication_controller,
            elder.validate_replication_controller_update,
            elder.validate_replication_controller_status_update,
        ),
        core_v1.Endpoints: Strategy(
            d.default_endpoints, elder.validate_endpoints, elder.validate_endpoints_update
        ),
        core_v1.PodTemplate: NumberedStrategy(
            d.default_template,
            elder.validate_stored_template,
            elder.validate_stored_template_update,
        ),
        node_v1.RuntimeClass: Strategy(
            None, elder.validate_runtime_class, elder.validate_runtime_class_update
        ),
    }


def admission_kinds() -> dict[type, Strategy]:
    """Webhooks and mutating policies: stored, never called."""
    adm, v = admissionregistration_v1, admission
    return {
        adm.ValidatingWebhookConfiguration: WebhookStrategy(
            d.default_validating_webhooks, v.validate_webhooks, v.validate_webhooks_update
        ),
        adm.MutatingWebhookConfiguration: WebhookStrategy(
            d.default_mutating_webhooks, v.validate_webhooks, v.validate_webhooks_update
        ),
        adm.MutatingAdmissionPolicy: NumberedStrategy(
            d.default_admission_policy,
            v.validate_mutating_policy,
            v.validate_mutating_policy_update,
        ),
        adm.MutatingAdmissionPolicyBinding: NumberedStrategy(
            d.default_admission_binding,
            v.validate_mutating_binding,
            v.validate_mutating_binding_update,
        ),
    }


class WebhookStrategy(NumberedStrategy):
    """A configuration of webhooks has no spec: its webhooks are what is numbered."""

    def spec_changed(self, new: Any, old: Any) -> bool:
        """Whether any webhook differs."""
        return bool(new.webhooks != old.webhooks)


def stored_kinds(now: Callable[[], int]) -> dict[type, Strategy]:
    """Kinds that are kept and do nothing here."""
    any_change = stored.validate_metadata_update
    return {
        apiregistration_v1.APIService: Strategy(
            d.default_api_service, stored.validate_api_service, any_change, any_change
        ),
        flowcontrol_v1.FlowSchema: NumberedStrategy(
            d.default_flow_schema, stored.validate_flow_schema, any_change, any_change
        ),
        flowcontrol_v1.PriorityLevelConfiguration: NumberedStrategy(
            d.default_priority_level, stored.validate_priority_level, any_change, any_change
        ),
        certificates_v1.CertificateSigningRequest: SigningRequestStrategy(now),
        networking_v1.ServiceCIDR: NumberedStrategy(
            None,
            stored.validate_service_cidr,
            stored.validate_service_cidr_update,
            any_change,
        ),
        networking_v1.IPAddress: NumberedStrategy(
            None, stored.validate_ip_address, stored.validate_ip_address_update
        ),
    }
