"""The profiles of ``kubectl debug``: what the debugging container may do.

Models ``pkg/cmd/debug/profiles.go``. Pods are plain dicts here, as they will be sent.
"""

from __future__ import annotations

from typing import Any

from kubelite.kubectl.flags import Given

Document = dict[str, Any]

EPHEMERAL, COPY, NODE = "ephemeral", "copy", "node"
"""The three ways of looking: from inside the pod, from a copy of it, from its node."""

PROFILES = ("legacy", "general", "baseline", "restricted", "netadmin", "sysadmin")
LEGACY_ENDS = (
    "--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to "
    'specify other profile, for example "--profile=general".'
)
_RESTRICTED: Document = {
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "allowPrivilegeEscalation": False,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_CAPABILITIES = {"general": ("SYS_PTRACE",), "netadmin": ("NET_ADMIN", "NET_RAW")}
_HOST = "host-root"


def apply(given: Given, pod: Document, container: Document, way: str) -> None:
    """Change a pod and its debugging container as the profile has it."""
    profile = given["profile"]
    _secure(profile, container, way)
    if way == NODE:
        if profile in ("legacy", "general", "sysadmin"):
            _mount_root(pod, container)
        if profile in ("legacy", "general", "netadmin", "sysadmin"):
            pod["spec"] |= {"hostNetwork": True, "hostPID": True, "hostIPC": True}
    elif way == COPY and profile == "legacy":
        pod["metadata"].pop("labels", None)
    elif way == COPY:
        _forget(given, pod)
        pod["spec"].setdefault("shareProcessNamespace", True)


def _secure(profile: str, container: Document, way: str) -> None:
    if profile == "baseline" or (profile == "general" and way == NODE):
        container.pop("securityContext", None)
    elif profile == "restricted":
        container["securityContext"] = dict(_RESTRICTED)
    elif profile == "sysadmin":
        container["securityContext"] = container.get("securityContext", {}) | {"privileged": True}
    elif profile in _CAPABILITIES:
        context = container.get("securityContext", {})
        had = context.get("capabilities", {})
        more = had | {"add": [*had.get("add", ()), *_CAPABILITIES[profile]]}
        container["securityContext"] = context | {"capabilities": more}


def _mount_root(pod: Document, container: Document) -> None:
    pod["spec"].setdefault("volumes", []).append({"name": _HOST, "hostPath": {"path": "/"}})
    container.setdefault("volumeMounts", []).append({"mountPath": "/host", "name": _HOST})


def _forget(given: Given, pod: Document) -> None:
    """Take away what would make the copy pass for the original."""
    for part in ("labels", "annotations"):
        if not given[f"keep-{part}"]:
            pod["metadata"].pop(part, None)
    for container in pod["spec"]["containers"]:
        for probe in ("liveness", "readiness", "startup"):
            if not given[f"keep-{probe}"]:
                container.pop(f"{probe}Probe", None)
    if not given["keep-init-containers"]:
        pod["spec"].pop("initContainers", None)
