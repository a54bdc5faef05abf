"""Defaults of CustomResourceDefinitions.

Models k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/defaults.go.
"""

from __future__ import annotations

from kubelite.api import apiextensions_v1 as ext
from kubelite.apiserver.defaults.filling import changed, filled


def default_custom_resource_definition(
    definition: ext.CustomResourceDefinition,
) -> ext.CustomResourceDefinition:
    """Singular and list names follow from the kind's; versions convert by their names only."""
    spec = definition.spec
    kind = spec.names.kind
    names = filled(spec.names, singular=kind.lower(), list_kind=kind and f"{kind}List")
    conversion = spec.conversion or ext.CustomResourceConversion(strategy="None")
    if conversion.webhook is not None and conversion.webhook.client_config is not None:
        config = conversion.webhook.client_config
        service = config.service and filled(config.service, port=443)
        reached = changed(conversion.webhook, client_config=changed(config, service=service))
        conversion = changed(conversion, webhook=reached)
    return changed(definition, spec=changed(spec, names=names, conversion=conversion))
