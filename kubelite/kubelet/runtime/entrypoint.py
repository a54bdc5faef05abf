"""What a container runs: the words of its spec and of its image, and who understands them.

Models what ``pkg/kubelet/kuberuntime`` hands to the runtime as command and args, and runc's
look for the executable.
"""

from __future__ import annotations

from kubelite.kubelet.cri import ContainerConfig
from kubelite.kubelet.images.applets import APPLETS
from kubelite.kubelet.images.busybox import Busybox
from kubelite.kubelet.images.nettools import CLIENT_TOOLS
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.shell import SHELLS

WAITING = ("sleep", "infinity")
"""What a program that reads from a terminal at which nobody types comes to."""


def argv_of(config: ContainerConfig, image: type[Program]) -> tuple[str, ...]:
    """The command line: the spec's command, or the image's, each with its arguments."""
    argv = _words(config, image)
    alone = len(argv) == 1 and argv[0].rpartition("/")[2] in ("cat", *SHELLS)
    return WAITING if alone and config.tty and not config.stdin else argv


def _words(config: ContainerConfig, image: type[Program]) -> tuple[str, ...]:
    if config.command:
        return config.command + config.args
    return image.entrypoint + (config.args or image.cmd)


def for_a_shell(name: str, config: ContainerConfig, image: type[Program]) -> bool:
    """Whether the small shell knows the command, whatever the image."""
    known = name in APPLETS or (name in CLIENT_TOOLS and config.ends)
    return name in SHELLS or (known and bool(config.command or not image.entrypoint))


def not_found(program: Program) -> str:
    """runc's words when there is no such executable, or ""."""
    argv = program.argv
    name = argv[0].rpartition("/")[2] if argv else ""
    if type(program) is not Busybox or name in APPLETS or name in (*SHELLS, "exit"):
        return ""
    return (
        "failed to create containerd task: failed to create shim task: OCI runtime create "
        "failed: runc create failed: unable to start container process: error during "
        f'container init: exec: "{argv[0]}": executable file not found in $PATH'
    )
