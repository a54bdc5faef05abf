"""ServiceAccounts. Models ``ValidateServiceAccount`` of ``pkg/apis/core/validation``."""

from __future__ import annotations

from kubelite.api.core_v1 import ServiceAccount
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import subdomain_name
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)


def validate_service_account(account: ServiceAccount) -> list[FieldError]:
    """What is wrong with a new ServiceAccount."""
    return validate_object_meta(account.metadata, True, subdomain_name)


def validate_service_account_update(new: ServiceAccount, old: ServiceAccount) -> list[FieldError]:
    """What is wrong with a change of a ServiceAccount."""
    return validate_object_meta_update(new.metadata, old.metadata)
