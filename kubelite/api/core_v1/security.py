"""Who a container runs as, and what the node's kernel lets it do.

Models ``SecurityContext`` and ``PodSecurityContext`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Int64, Struct, written


class SecurityContext(Struct, kw_only=True):
    """Privileges of one container; where the pod sets the same field, this one wins."""

    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None
    capabilities: Capabilities | None = None
    app_armor_profile: AppArmorProfile | None = None
    proc_mount: str | None = None
    se_linux_options: SELinuxOptions | None = None
    seccomp_profile: SeccompProfile | None = None
    windows_options: WindowsSecurityContextOptions | None = None


class PodSecurityContext(Struct, kw_only=True):
    """Privileges shared by a pod's containers, and the owner of its volumes."""

    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    fs_group: Int64 | None = None
    fs_group_change_policy: str | None = None
    supplemental_groups: tuple[Int64, ...] = ()
    supplemental_groups_policy: str | None = None
    sysctls: tuple[Sysctl, ...] = ()
    app_armor_profile: AppArmorProfile | None = None
    se_linux_change_policy: str | None = None
    se_linux_options: SELinuxOptions | None = None
    seccomp_profile: SeccompProfile | None = None
    windows_options: WindowsSecurityContextOptions | None = None


class Capabilities(Struct, kw_only=True):
    """Linux capabilities to add to and drop from the runtime's own set."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class SELinuxOptions(Struct, kw_only=True):
    """The SELinux label of a process."""

    user: str = ""
    role: str = ""
    type: str = ""
    level: str = ""


class SeccompProfile(Struct, kw_only=True):
    """Which system calls are let through: RuntimeDefault, Unconfined or a profile on the node."""

    type: str = written("")
    localhost_profile: str | None = None


class AppArmorProfile(Struct, kw_only=True):
    """Which AppArmor profile confines a process."""

    type: str = written("")
    localhost_profile: str | None = None


class WindowsSecurityContextOptions(Struct, kw_only=True):
    """The same subject on Windows nodes."""

    run_as_user_name: str | None = None
    host_process: bool | None = None
    gmsa_credential_spec: str | None = None
    gmsa_credential_spec_name: str | None = None


class Sysctl(Struct, kw_only=True):
    """A kernel parameter set for one pod."""

    name: str = written("")
    value: str = written("")
