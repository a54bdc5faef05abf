"""Security contexts of pods and containers, and what differs between operating systems.

Models the security part of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.env import containers_with_path
from kubelite.apiserver.validation.formats import (
    MAX_ID,
    Errors,
    descending_path,
    each,
    in_range,
    supported,
)

PROFILE_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")

_SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL = rf"({_SYSCTL_SEGMENT}[\./])*{_SYSCTL_SEGMENT}"
_is_sysctl = re.compile(rf"(?:{_SYSCTL})\Z").match
_SYSCTL_FAULT = f"must have at most 253 characters and match regex ^{_SYSCTL}$"
_IPC_SYSCTLS = ("kernel.shm", "kernel.msg", "fs.mqueue.")

_NOT_ON_LINUX = "windows options cannot be set for a linux pod"
_NOT_ON_WINDOWS = "cannot be set for a windows pod"


def validate_security_context(
    context: core_v1.SecurityContext | None, path: str, host_users: bool
) -> Errors:
    """The security context of one container."""
    if context is None:
        return
    yield from in_range(f"{path}.runAsUser", context.run_as_user, 0, MAX_ID)
    yield from in_range(f"{path}.runAsGroup", context.run_as_group, 0, MAX_ID)
    yield from supported(f"{path}.procMount", context.proc_mount, ("Default", "Unmasked"))
    if host_users and context.proc_mount == "Unmasked":
        fault = "`hostUsers` must be false to use `Unmasked`"
        yield FieldError.invalid(f"{path}.procMount", context.proc_mount, fault)
    yield from _seccomp(context.seccomp_profile, f"{path}.seccompProfile")
    if context.allow_privilege_escalation is False:
        if context.privileged:
            fault = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            yield FieldError.invalid(path, context, fault)
        if context.capabilities and "CAP_SYS_ADMIN" in context.capabilities.add:
            fault = "cannot set `allowPrivilegeEscalation` to false and "
            fault += "`capabilities.Add` CAP_SYS_ADMIN"
            yield FieldError.invalid(path, context, fault)
    yield from _windows_options(context.windows_options, f"{path}.windowsOptions")
    yield from _app_armor(context.app_armor_profile, f"{path}.appArmorProfile")


def validate_pod_security_context(spec: core_v1.PodSpec, path: str) -> Errors:
    """The security context of a whole pod; ``path`` is that of the pod's spec."""
    context, at = spec.security_context, f"{path}.securityContext"
    if context is None:
        return
    yield from in_range(f"{at}.fsGroup", context.fs_group, 0, MAX_ID)
    yield from in_range(f"{at}.runAsUser", context.run_as_user, 0, MAX_ID)
    yield from in_range(f"{at}.runAsGroup", context.run_as_group, 0, MAX_ID)
    for index, group in enumerate(context.supplemental_groups):
        yield from in_range(f"{at}.supplementalGroups[{index}]", group, 0, MAX_ID)
    yield from _sysctls(context.sysctls, spec, f"{at}.sysctls")
    policies = ("Always", "OnRootMismatch")
    yield from supported(f"{at}.fsGroupChangePolicy", context.fs_group_change_policy, policies)
    yield from _seccomp(context.seccomp_profile, f"{at}.seccompProfile")
    yield from _windows_options(context.windows_options, f"{at}.windowsOptions")
    yield from _app_armor(context.app_armor_profile, f"{at}.appArmorProfile")
    groups = context.supplemental_groups_policy
    yield from supported(f"{at}.supplementalGroupsPolicy", groups, ("Merge", "Strict"))
    labels = context.se_linux_change_policy
    yield from supported(f"{at}.seLinuxChangePolicy", labels, ("MountOption", "Recursive"))


def _sysctls(sysctls: tuple[core_v1.Sysctl, ...], spec: core_v1.PodSpec, path: str) -> Errors:
    seen: set[str] = set()
    for index, sysctl in enumerate(sysctls):
        at = f"{path}[{index}].name"
        name = sysctl.name
        if not name:
            yield FieldError.required(at)
        elif len(name) > 253 or not _is_sysctl(name):
            yield FieldError.invalid(at, name, _SYSCTL_FAULT)
        elif name in seen:
            yield FieldError.duplicate(at, name)
        dotted = name.replace("/", ".")
        if spec.host_network and dotted.startswith("net."):
            fault = "may not be specified when 'hostNetwork' is true"
            yield FieldError.invalid(at, name, fault)
        elif spec.host_ipc and (dotted.startswith(_IPC_SYSCTLS) or dotted == "kernel.sem"):
            yield FieldError.invalid(at, name, "may not be specified when 'hostIPC' is true")
        seen.add(name)


def _seccomp(profile: core_v1.SeccompProfile | None, path: str) -> Errors:
    if profile is None:
        return
    at = f"{path}.localhostProfile"
    if not profile.type:
        fault = "type is required when seccompProfile is set"
        yield FieldError.required(f"{path}.type", fault)
    else:
        yield from supported(f"{path}.type", profile.type, PROFILE_TYPES)
    if profile.type != "Localhost":
        if profile.localhost_profile is not None:
            fault = "can only be set when seccomp type is Localhost"
            yield FieldError.invalid(at, profile, fault)
    elif profile.localhost_profile is None:
        yield FieldError.required(at, "must be set when seccomp type is Localhost")
    else:
        yield from descending_path(at, profile.localhost_profile)


def _app_armor(profile: core_v1.AppArmorProfile | None, path: str) -> Errors:
    if profile is None:
        return
    at = f"{path}.localhostProfile"
    local = profile.localhost_profile
    if profile.type == "Localhost":
        if local is None or (not local.strip() and local == local.strip()):
            yield FieldError.required(at, "must be set when AppArmor type is Localhost")
        elif local != local.strip():
            yield FieldError.invalid(at, local, "must not be padded with whitespace")
        if local is not None and len(local) > 4095:
            yield FieldError.too_long(at, 4095)
    elif profile.type in ("RuntimeDefault", "Unconfined"):
        if local is not None:
            fault = "can only be set when AppArmor type is Localhost"
            yield FieldError.invalid(at, local, fault)
    elif not profile.type:
        fault = "type is required when appArmorProfile is set"
        yield FieldError.required(f"{path}.type", fault)
    else:
        yield FieldError.not_supported(f"{path}.type", profile.type, PROFILE_TYPES)


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NETBIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}\Z')
_DNS_PART = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS_DOMAIN = re.compile(rf"{_DNS_PART}(?:\.{_DNS_PART})*\Z")
_DOTS_AND_SPACES = re.compile(r"[. ]+\Z")
_BAD_USER = re.compile(r'["/\\:;|=,+*?<>@\[\]]')


def _windows_options(options: core_v1.WindowsSecurityContextOptions | None, path: str) -> Errors:
    if options is None:
        return
    name, spec = options.gmsa_credential_spec_name, options.gmsa_credential_spec
    if name is not None:
        faults = names.is_dns1123_subdomain(name)
        yield from each(f"{path}.gmsaCredentialSpecName", name, faults)
    if spec is not None and not spec:
        fault = "gmsaCredentialSpec cannot be an empty string"
        yield FieldError.invalid(f"{path}.gmsaCredentialSpec", spec, fault)
    elif spec is not None and len(spec) > 64 * 1024:
        fault = "gmsaCredentialSpec size must be under 64 KiB"
        yield FieldError.invalid(f"{path}.gmsaCredentialSpec", spec, fault)
    user = options.run_as_user_name
    if user is not None:
        faults = [f"runAsUserName{fault}" for fault in _user_faults(user)]
        yield from each(f"{path}.runAsUserName", user, faults)


def _user_faults(name: str) -> list[str]:
    """What is wrong with ``DOMAIN\\user``, as the rest of a sentence."""
    if not name:
        return [" cannot be an empty string"]
    if _CONTROL.search(name):
        return [" cannot contain control characters"]
    if name.count("\\") > 1:
        return [" cannot contain more than one backslash"]
    domain, backslash, user = name.rpartition("\\")
    faults = []
    if len(domain) >= 256:
        faults.append("'s Domain length must be under 256 characters")
    if backslash and not (_NETBIOS.match(domain) or _DNS_DOMAIN.match(domain)):
        faults.append("'s Domain doesn't match the NetBios nor the DNS format")
    if not user:
        faults.append("'s User cannot be empty")
    elif len(user) > 104:
        faults.append("'s User length must not be longer than 104 characters")
    if _DOTS_AND_SPACES.match(user):
        faults.append("'s User cannot contain only periods or spaces")
    if _BAD_USER.search(user):
        faults.append("'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")
    return faults


def validate_host_process(spec: core_v1.PodSpec, path: str) -> Errors:
    """Windows host processes: all containers of a pod or none, and on the host's network."""
    of_pod = _host_process(spec.security_context)
    containers = containers_with_path(spec, path)
    count = 0
    for at, container in containers:
        own = _host_process(container.security_context)
        if of_pod is not None and own is not None and of_pod != own:
            was = "true" if of_pod else "false"
            fault = f"pod hostProcess value must be identical if both are specified, was {was}"
            where = f"{at}.securityContext.windowsOptions.hostProcess"
            yield FieldError.invalid(where, own, fault)
        count += bool(of_pod if own is None else own)
    if not count:
        return
    if count != len(containers):
        fault = "If pod contains any hostProcess containers then all containers must be "
        yield FieldError.invalid(path, "", f"{fault}HostProcess containers")
    if not spec.host_network:
        fault = "hostNetwork must be true if pod contains any hostProcess containers"
        yield FieldError.invalid(f"{path}.hostNetwork", spec.host_network, fault)


def _host_process(
    context: core_v1.PodSecurityContext | core_v1.SecurityContext | None,
) -> bool | None:
    options = None if context is None else context.windows_options
    return None if options is None else options.host_process


_POD_CONTEXT_LINUX_ONLY = (
    ("app_armor_profile", "appArmorProfile"),
    ("se_linux_options", "seLinuxOptions"),
    ("seccomp_profile", "seccompProfile"),
    ("fs_group", "fsGroup"),
    ("fs_group_change_policy", "fsGroupChangePolicy"),
    ("sysctls", "sysctls"),
    ("run_as_user", "runAsUser"),
    ("run_as_group", "runAsGroup"),
    ("supplemental_groups", "supplementalGroups"),
    ("supplemental_groups_policy", "supplementalGroupsPolicy"),
    ("se_linux_change_policy", "seLinuxChangePolicy"),
)
_CONTEXT_LINUX_ONLY = (
    ("app_armor_profile", "appArmorProfile"),
    ("se_linux_options", "seLinuxOptions"),
    ("seccomp_profile", "seccompProfile"),
    ("capabilities", "capabilities"),
    ("read_only_root_filesystem", "readOnlyRootFilesystem"),
    ("privileged", "privileged"),
    ("allow_privilege_escalation", "allowPrivilegeEscalation"),
    ("proc_mount", "procMount"),
    ("run_as_user", "runAsUser"),
    ("run_as_group", "runAsGroup"),
)


def validate_os(spec: core_v1.PodSpec, path: str) -> Errors:
    """The named operating system, and no field that only the other one has."""
    if spec.os is None:
        return
    if not spec.os.name:
        yield FieldError.required(f"{path}.os.name", "cannot be empty")
    elif spec.os.name == "linux":
        yield from _on_linux(spec, path)
    elif spec.os.name == "windows":
        yield from _on_windows(spec, path)
    else:
        yield FieldError.not_supported(f"{path}.os", spec.os.name, ("linux", "windows"))


def _on_linux(spec: core_v1.PodSpec, path: str) -> Errors:
    contexts: list[tuple[str, Any]] = [(path, spec.security_context)]
    contexts += [(at, c.security_context) for at, c in containers_with_path(spec, path)]
    for at, context in contexts:
        if context is not None and context.windows_options is not None:
            yield FieldError.forbidden(f"{at}.securityContext.windowsOptions", _NOT_ON_LINUX)


def _on_windows(spec: core_v1.PodSpec, path: str) -> Errors:
    yield from _absent(spec.security_context, _POD_CONTEXT_LINUX_ONLY, f"{path}.securityContext")
    fields: Mapping[str, Any] = {
        "hostUsers": spec.host_users,
        "hostPID": spec.host_pid or None,
        "hostIPC": spec.host_ipc or None,
        "shareProcessNamespace": spec.share_process_namespace,
    }
    for name, value in fields.items():
        if value is not None:
            yield FieldError.forbidden(f"{path}.{name}", _NOT_ON_WINDOWS)
    for at, container in containers_with_path(spec, path):
        context = container.security_context
        yield from _absent(context, _CONTEXT_LINUX_ONLY, f"{at}.securityContext")


def _absent(context: Any, fields: tuple[tuple[str, str], ...], path: str) -> Errors:
    for field, wire in fields:
        if getattr(context, field, None) not in (None, ()):
            yield FieldError.forbidden(f"{path}.{wire}", _NOT_ON_WINDOWS)
