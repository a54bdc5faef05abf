"""Whether a container that has ended is started again: its rules, its own policy, its pod's.

Models ContainerShouldRestart and its neighbours of ``pkg/api/v1/pod/util.go``.
"""

from __future__ import annotations

from kubelite.api.core_v1 import Container, ContainerRestartRule, Pod, PodSpec
from kubelite.kubelet.cri import EXITED, PodStatus

RESTART_ALL = "RestartAllContainers"


def rule_for(container: Container, exit_code: int) -> ContainerRestartRule | None:
    """The first restart rule that speaks of this exit code."""
    for rule in container.restart_policy_rules:
        codes = rule.exit_codes
        if codes is not None and (exit_code in codes.values) == (codes.operator == "In"):
            return rule
    return None


# DOC: restart-rules
def restarts_after(container: Container, spec: PodSpec, exit_code: int) -> bool:
    """Whether the container runs again after it has ended so."""
    if container.restart_policy_rules and rule_for(container, exit_code) is not None:
        return True
    policy = container.restart_policy or spec.restart_policy
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)


def restarts_after_failure(container: Container, spec: PodSpec) -> bool:
    """Whether a container that its probes condemn is started again."""
    return (container.restart_policy or spec.restart_policy) != "Never"


def calls_for_all(pod: Pod, status: PodStatus) -> bool:
    """Whether some container has ended in a way that restarts the whole pod in its place."""
    for container in pod.spec.init_containers + pod.spec.containers:
        if not container.restart_policy_rules:
            continue
        latest = status.find(container.name)
        if latest is None or latest.state != EXITED:
            continue
        rule = rule_for(container, latest.exit_code)
        if rule is not None and rule.action == RESTART_ALL:
            return True
    return False


def has_rules(spec: PodSpec) -> bool:
    """Whether any container may restart the whole pod."""
    for container in spec.init_containers + spec.containers:
        for rule in container.restart_policy_rules:
            if rule.action == RESTART_ALL:
                return True
    return False
