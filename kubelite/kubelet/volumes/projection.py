"""Files made of ConfigMaps, Secrets, facts about the pod, and several of these together.

Models ``pkg/volume/configmap``, ``secret``, ``downwardapi`` and ``projected``.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from kubelite.api.authentication_v1 import BoundObjectReference, TokenRequest, TokenRequestSpec
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Request
from kubelite.kubelet.fieldpath import field, resource
from kubelite.kubelet.volumes import atomic
from kubelite.kubelet.volumes.atomic import File, Payload
from kubelite.kubelet.volumes.mounting import Mounted, MountError, Mounting

DEFAULT_MODE = 0o644
RENEW_AFTER_PERCENT = 80

Projection = Callable[[Mounting, Any, int], Payload]
"""From a source and the default mode to files. Raises ``MountError``."""


def text_of(data: str) -> str:
    """Bytes as the API carries them, as text."""
    return b64decode(data).decode(errors="replace")


def config_map_files(mounting: Mounting, source: Any, mode: int) -> Payload:
    """A file for each key of a ConfigMap, or for those in ``items``."""
    found = mounting.find("configmaps", source.name)
    if found is None:
        if source.optional:
            return {}
        raise MountError(f'configmap "{source.name}" not found')
    data = dict(found.data) | {key: text_of(value) for key, value in found.binary_data.items()}
    problem = "configmap references non-existent config key: "
    return _chosen(data, source.items, mode, source.optional, problem)


def secret_files(mounting: Mounting, source: Any, mode: int) -> Payload:
    """A file for each key of a Secret, or for those in ``items``."""
    # The volume calls it secretName, the projection name.
    name = getattr(source, "secret_name", "") or getattr(source, "name", "")
    found = mounting.find("secrets", name)
    if found is None:
        if source.optional:
            return {}
        raise MountError(f'secret "{name}" not found')
    data = {key: text_of(value) for key, value in found.data.items()}
    problem = "references non-existent secret key: "
    return _chosen(data, source.items, mode, source.optional, problem)


def _chosen(
    data: Mapping[str, str], items: Any, mode: int, optional: bool | None, problem: str
) -> Payload:
    if not items:
        return {key: File(data[key], mode) for key in sorted(data)}
    payload: Payload = {}
    for item in items:
        if item.key in data:
            payload[item.path] = File(data[item.key], mode if item.mode is None else item.mode)
        elif not optional:
            raise MountError(problem + item.key)
    return payload


def downward_files(mounting: Mounting, source: Any, mode: int) -> Payload:
    """Facts about the pod itself."""
    payload: Payload = {}
    for item in source.items:
        if item.field_ref is not None:
            text = field(mounting.pod, item.field_ref.field_path, *mounting.addresses)
        elif item.resource_field_ref is not None:
            selector = item.resource_field_ref
            text = resource(
                container_of(mounting.pod, selector.container_name), selector, mounting.allocatable
            )
        else:
            continue
        payload[item.path] = File(text, mode if item.mode is None else item.mode)
    return payload


def container_of(pod: Pod, name: str) -> Any:
    """The pod's container of that name. Raises ``MountError``."""
    for container in (*pod.spec.containers, *pod.spec.init_containers):
        if container.name == name:
            return container
    raise MountError(f"container {name} not found")


# DOC: token-projection
def token_files(mounting: Mounting, source: Any, mode: int) -> Payload:
    """A token by which the pod's processes show whose they are; renewed after 80 % of its life.

    Models ``pkg/kubelet/token/token_manager.go``.
    """
    pod = mounting.pod
    account = pod.spec.service_account_name
    if not account:
        return {}  # a cluster without service accounts
    meta = pod.metadata
    bound = BoundObjectReference(api_version="v1", kind="Pod", name=meta.name, uid=meta.uid)
    spec = TokenRequestSpec(
        audiences=(source.audience,) if source.audience else (),
        expiration_seconds=source.expiration_seconds,
        bound_object_ref=bound,
    )
    component = mounting.client.component
    asked = Request(
        "create",
        "serviceaccounts",
        meta.namespace,
        account,
        "token",
        TokenRequest(metadata=ObjectMeta(name=account, namespace=meta.namespace), spec=spec),
        component,
    )
    answer = mounting.client.api.handle(asked)
    if not answer.ok:
        raise MountError(f"failed to fetch token: {answer.body.message}")
    issued: TokenRequest = answer.body
    ends = issued.status.expiration_timestamp or mounting.now
    renew_at = mounting.now + (ends - mounting.now) * RENEW_AFTER_PERCENT // 100
    return {source.path: File(issued.status.token, mode, renew_at)}


def no_files(mounting: Mounting, source: Any, mode: int) -> Payload:
    """A source that nobody here can serve."""
    return {}


PROJECTIONS: dict[str, Projection] = {
    "config_map": config_map_files,
    "secret": secret_files,
    "downward_api": downward_files,
    "service_account_token": token_files,
    "cluster_trust_bundle": no_files,
    "pod_certificate": no_files,
}
"""Registration: one row is one kind of source of a projected volume, by its field."""


def projected_files(mounting: Mounting, source: Any, mode: int) -> Payload:
    """Several sources in one directory; where two give a path, the later counts."""
    payload: Payload = {}
    problems: list[str] = []
    for one in source.sources:
        for kind, files in PROJECTIONS.items():
            part = getattr(one, kind)
            if part is None:
                continue
            try:
                payload |= files(mounting, part, mode)
            except MountError as problem:
                problems.append(str(problem))
    if problems:
        several = len(problems) > 1
        raise MountError(f"[{', '.join(problems)}]" if several else problems[0])
    return payload


def projecting(files: Projection) -> Callable[[Mounting], Mounted]:
    """A volume's source of such files: read-only, and it follows what it was made of."""

    def mount(mounting: Mounting) -> Mounted:
        mode = mounting.source.default_mode
        payload = files(mounting, mounting.source, DEFAULT_MODE if mode is None else mode)
        tree = mounting.disk.volume(mounting.pod.metadata.uid, mounting.name)
        atomic.write(tree, payload, mounting.now)
        renewals = [file.renew_at for file in payload.values() if file.renew_at]
        return Mounted(tree, read_only=True, follows=True, renew_at=min(renewals, default=0))

    return mount
