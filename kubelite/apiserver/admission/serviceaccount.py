"""ServiceAccount: every pod is somebody, and finds a token of its own.

Models plugin/pkg/admission/serviceaccount/admission.go.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kubelite.api.core_v1 import (
    ConfigMapProjection,
    Container,
    DownwardAPIProjection,
    DownwardAPIVolumeFile,
    KeyToPath,
    ObjectFieldSelector,
    PodSpec,
    ProjectedVolumeSource,
    ServiceAccount,
    ServiceAccountTokenProjection,
    Volume,
    VolumeMount,
    VolumeProjection,
)
from kubelite.apimachinery import errors
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin, Server

DEFAULT = "default"
VOLUME_PREFIX = "kube-api-access-"
MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_EXPIRATION_SECONDS = 60 * 60 + 7
"""An odd number, so that the audit log tells these tokens from others."""

SOURCES = (
    VolumeProjection(
        service_account_token=ServiceAccountTokenProjection(
            path="token", expiration_seconds=TOKEN_EXPIRATION_SECONDS
        )
    ),
    VolumeProjection(
        config_map=ConfigMapProjection(
            name="kube-root-ca.crt", items=(KeyToPath(key="ca.crt", path="ca.crt"),)
        )
    ),
    VolumeProjection(
        downward_api=DownwardAPIProjection(
            items=(
                DownwardAPIVolumeFile(
                    path="namespace",
                    field_ref=ObjectFieldSelector(
                        api_version="v1", field_path="metadata.namespace"
                    ),
                ),
            )
        )
    ),
)

Mounted = ByIdentity[PodSpec, PodSpec]


class ServiceAccounts(Plugin):
    """Fills in the account, its token and its pull secrets, if service accounts are on.

    Pods of one template share a spec, so they share the volume's name as well.
    """

    resources = ("pods",)

    def connect(self, server: Server) -> None:
        """Keep a copy of all accounts."""
        self._server = server
        self._accounts = server.follow("serviceaccounts")
        self._mounted: dict[tuple[str, str], tuple[ServiceAccount, Mounted]] = {}

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The pod with an account. Raises StatusError 403 when that is not there."""
        if not self._server.service_accounts or old is not None:
            return obj
        name = obj.spec.service_account_name or DEFAULT
        account = self._account(request, obj.metadata.name, name)
        known = self._mounted.get((request.namespace, name))
        if known is None or known[0] is not account:
            known = (account, ByIdentity(partial(self._mount, account, name)))
            self._mounted[(request.namespace, name)] = known
        return replace(obj, spec=known[1](obj.spec))

    def _account(self, request: Request, pod: str, name: str) -> ServiceAccount:
        found: ServiceAccount | None = self._accounts.get(request.namespace, {}).get(name)
        if found is not None:
            return found
        if name == DEFAULT:  # its controller is about to make it; upstream waits here
            return _COMING
        cause = (
            f"error looking up service account {request.namespace}/{name}: "
            f'serviceaccount "{name}" not found'
        )
        raise errors.forbidden("pods", pod, cause)

    # DOC: token-volume
    def _mount(self, account: ServiceAccount, name: str, spec: PodSpec) -> PodSpec:
        """The spec with the account, its pull secrets and, if it wants one, its token."""
        pull = spec.image_pull_secrets or account.image_pull_secrets
        spec = replace(
            spec, service_account_name=name, service_account=name, image_pull_secrets=pull
        )
        wants = spec.automount_service_account_token
        if wants is None:
            wants = account.automount_service_account_token
        if wants is False:
            return spec
        return _with_token(spec, lambda: VOLUME_PREFIX + self._server.suffix("serviceaccounts"))


_COMING = ServiceAccount()


def _with_token(spec: PodSpec, new_name: Callable[[], str]) -> PodSpec:
    there = [v.name for v in spec.volumes if v.name.startswith(VOLUME_PREFIX)]
    needing = [c for c in spec.containers + spec.init_containers if _needs_token(c)]
    if not needing:
        return spec
    name = there[0] if there else new_name()
    mount = VolumeMount(name=name, read_only=True, mount_path=MOUNT_PATH)

    def mounted(containers: tuple[Container, ...]) -> tuple[Container, ...]:
        return tuple(
            replace(c, volume_mounts=(*c.volume_mounts, mount)) if _needs_token(c) else c
            for c in containers
        )

    projected = ProjectedVolumeSource(sources=SOURCES, default_mode=0o644)
    volume = () if there else (Volume(name=name, projected=projected),)
    return replace(
        spec,
        containers=mounted(spec.containers),
        init_containers=mounted(spec.init_containers),
        volumes=spec.volumes + volume,
    )


def _needs_token(container: Container) -> bool:
    return all(mount.mount_path != MOUNT_PATH for mount in container.volume_mounts)
