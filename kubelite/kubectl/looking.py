"""The verbs that look into things: a part of the table of verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelite.kubectl.verbs import Verb


def table() -> dict[str, Verb]:
    """The verbs by their names."""
    from kubelite.kubectl import (
        auth,
        debug,
        events,
        explain,
        kubeconfig,
        rollouts,
        rolloutstatus,
        top,
    )
    from kubelite.kubectl.describe import command
    from kubelite.kubectl.verbs import Verb

    return {
        "describe": Verb(command.describe, command.FLAGS),
        "cluster-info": Verb(kubeconfig.cluster_info),
        "config view": Verb(kubeconfig.view, kubeconfig.VIEW_FLAGS),
        "config current-context": Verb(kubeconfig.current_context),
        "config get-contexts": Verb(kubeconfig.get_contexts, kubeconfig.CONTEXTS_FLAGS),
        "config get-clusters": Verb(kubeconfig.get_clusters),
        "config get-users": Verb(kubeconfig.get_users),
        "config set-context": Verb(kubeconfig.set_context, kubeconfig.SET_FLAGS),
        "config use-context": Verb(kubeconfig.use_context),
        "debug": Verb(debug.debug, debug.FLAGS),
        "explain": Verb(explain.explain, explain.FLAGS),
        "events": Verb(events.events, events.FLAGS),
        "top node": Verb(top.node, top.NODE_FLAGS),
        "top pod": Verb(top.pod, top.POD_FLAGS),
        "auth can-i": Verb(auth.can_i, auth.CAN_I_FLAGS),
        "auth whoami": Verb(auth.whoami, auth.WHOAMI_FLAGS),
        "create token": Verb(auth.token, auth.TOKEN_FLAGS),
        "rollout status": Verb(rolloutstatus.status, rolloutstatus.FLAGS),
        "rollout history": Verb(rollouts.history, rollouts.HISTORY_FLAGS),
        "rollout undo": Verb(rollouts.undo, rollouts.UNDO_FLAGS),
        "rollout restart": Verb(rollouts.restart, rollouts.CHANGE_FLAGS),
        "rollout pause": Verb(rollouts.pause, rollouts.CHANGE_FLAGS),
        "rollout resume": Verb(rollouts.resume, rollouts.CHANGE_FLAGS),
    }
