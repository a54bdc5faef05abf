"""The official Python client reads everything that there is; its models refuse what is not so.

    KUBECONFIG=... python kubernetes_models.py

Each list of each group is asked for. The models are made from the published schemas: a field
that must be there and is not, or has another type, is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubernetes import client, config
from kubernetes.client import ApiException

NO_EVENT_TIME = "EventsV1Api.list_event_for_all_namespaces"
"""Recorders of core events set no eventTime, so these have null there, in every cluster; the
schema says that the field must be there, and the model takes that for "must not be null"."""


def main() -> None:
    config.load_kube_config()
    found: dict[str, int] = {}
    wrong: list[str] = []
    for name, ask in questions():
        try:
            found[name] = len(ask().items)
        except ApiException as error:
            assert error.status == 404, error  # a kind that is not served
        except ValueError as error:
            if name == NO_EVENT_TIME and "eventTime" in str(error):
                continue
            wrong.append(f"{name}: {error}")
    assert not wrong, "\n".join(wrong)
    print(
        f"{sum(map(bool, found.values()))} of {len(found)} lists have {sum(found.values())} objects"
    )


def questions() -> Iterator[tuple[str, Any]]:
    """Every list that is not of one namespace only, of every group and version that is served."""
    for name in dir(client):
        if not name.endswith("Api") or name == "CustomObjectsApi":
            continue
        api = getattr(client, name)()
        if not hasattr(api, "get_api_resources"):
            continue
        try:
            api.get_api_resources()
        except ApiException:
            continue  # an older or newer version than the server's
        for method in dir(api):
            variant = method.endswith(("_with_http_info", "_without_preload_content"))
            if method.startswith("list_") and "_namespaced_" not in method and not variant:
                yield f"{name}.{method}", getattr(api, method)


if __name__ == "__main__":
    main()
