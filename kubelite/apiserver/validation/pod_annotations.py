"""Annotations that mean something for a pod: the old ways to say what fields say now.

Models ``ValidatePodSpecificAnnotations`` and the seccomp and AppArmor checks of
``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kubelite.api import core_v1
from kubelite.apimachinery.errors import FieldError, go_quote
from kubelite.apimachinery.struct import decode
from kubelite.apiserver.validation.env import containers_with_path
from kubelite.apiserver.validation.formats import Errors, descending_path
from kubelite.apiserver.validation.scheduling import validate_tolerations

MIRROR = "kubernetes.io/config.mirror"
DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations"
SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"

_LOCALHOST = "localhost/"
_RUNTIME_DEFAULT = "runtime/default"
_INT32 = re.compile(r"(-?[1-9][0-9]*|0)\Z", re.ASCII)

Annotations = Mapping[str, str]


def has_meaning(annotations: Annotations) -> bool:
    """Whether any annotation belongs to Kubernetes, and so needs a closer look."""
    return any("kubernetes.io/" in key for key in annotations)


def validate_pod_annotations(annotations: Annotations, spec: core_v1.PodSpec, path: str) -> Errors:
    """Each annotation that Kubernetes reads says something it can read."""
    if MIRROR in annotations and not spec.node_name:
        fault = "must set spec.nodeName if mirror pod annotation is set"
        yield FieldError.invalid(f"{path}[{MIRROR}]", annotations[MIRROR], fault)
    if annotations.get(TOLERATIONS):
        yield from _tolerations(annotations[TOLERATIONS], path)
    cost = annotations.get(DELETION_COST, "0")
    if not _INT32.match(cost) or not -(2**31) <= int(cost) < 2**31:
        yield FieldError.invalid(f"{path}[{DELETION_COST}]", cost, "must be a 32bit integer")
    if SECCOMP_POD in annotations:
        yield from _seccomp(annotations[SECCOMP_POD], f"{path}.{SECCOMP_POD}")
    for key, value in annotations.items():
        if key.startswith(SECCOMP_CONTAINER):
            yield from _seccomp(value, f"{path}.{key}")
    for key, value in annotations.items():
        if key.startswith(APP_ARMOR):
            yield from _app_armor(key, value, spec, f"{path}[{key}]")


def _tolerations(text: str, path: str) -> Errors:
    try:
        tolerations = decode(tuple[core_v1.Toleration, ...], text)
    except (msgspec.DecodeError, ValueError) as error:
        yield FieldError.invalid(path, TOLERATIONS, str(error))
        return
    yield from validate_tolerations(tolerations, f"{path}.{TOLERATIONS}")


def _seccomp(profile: str, path: str) -> Errors:
    if profile in (_RUNTIME_DEFAULT, "docker/default", "unconfined"):
        return
    if profile.startswith(_LOCALHOST):
        yield from descending_path(path, profile.removeprefix(_LOCALHOST))
    else:
        yield FieldError.invalid(path, profile, "must be a valid seccomp profile")


def _app_armor(key: str, profile: str, spec: core_v1.PodSpec, path: str) -> Errors:
    name = key.removeprefix(APP_ARMOR)
    if all(container.name != name for _, container in containers_with_path(spec, "")):
        yield FieldError.invalid(path, name, "container not found")
    known = profile in ("", _RUNTIME_DEFAULT, "unconfined") or profile.startswith(_LOCALHOST)
    if not known:
        fault = f"invalid AppArmor profile name: {go_quote(profile)}"
        yield FieldError.invalid(path, profile, fault)


def validate_profiles_agree(annotations: Annotations, spec: core_v1.PodSpec, path: str) -> Errors:
    """Where both an annotation and a field name a profile, they name the same one."""
    if not has_meaning(annotations):
        return
    context = spec.security_context
    if context is not None and SECCOMP_POD in annotations:
        at = f"{path}.securityContext.seccompProfile"
        yield from _agree("seccomp", annotations[SECCOMP_POD], context.seccomp_profile, at)
    for at, container in containers_with_path(spec, path):
        own, key = container.security_context, f"{SECCOMP_CONTAINER}{container.name}"
        if own is not None and key in annotations:
            where = f"{at}.securityContext.seccompProfile"
            yield from _agree("seccomp", annotations[key], own.seccomp_profile, where)
    if spec.os is not None and spec.os.name == "windows":
        return
    for at, container in containers_with_path(spec, path):
        own, key = container.security_context, f"{APP_ARMOR}{container.name}"
        profile = own.app_armor_profile if own is not None else None
        if profile is None and context is not None:
            profile = context.app_armor_profile
        if key in annotations:
            where = f"{at}.securityContext.appArmorProfile"
            yield from _agree("apparmor", annotations[key], profile, where)


def _agree(
    what: str,
    annotation: str,
    profile: core_v1.SeccompProfile | core_v1.AppArmorProfile | None,
    path: str,
) -> Errors:
    if profile is None:
        return
    defaults = (_RUNTIME_DEFAULT, "docker/default") if what == "seccomp" else (_RUNTIME_DEFAULT,)
    expected = {
        "Unconfined": annotation == "unconfined",
        "RuntimeDefault": annotation in defaults,
        "Localhost": annotation.startswith(_LOCALHOST),
    }
    if not expected.get(profile.type, True):
        fault = f"{what} type in annotation and field must match"
        yield FieldError.forbidden(f"{path}.type", fault)
    elif (
        profile.type == "Localhost"
        and annotation.removeprefix(_LOCALHOST) != profile.localhost_profile
    ):
        fault = f"{what} profile in annotation and field must match"
        yield FieldError.forbidden(f"{path}.localhostProfile", fault)
