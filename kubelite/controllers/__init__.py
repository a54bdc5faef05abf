"""kube-controller-manager: loops that push what is towards what is wanted.

Lives here: one file for each controller, each a plan (pure: what would I do?) inside the shell
of ``kubelite.client.controller``; and the table CONTROLLERS of those that run.
Must not live here: anything that runs containers or places pods.
Models pkg/controller and cmd/kube-controller-manager.
"""

from kubelite.controllers.manager import CONTROLLERS, ControllerManager

__all__ = ["CONTROLLERS", "ControllerManager"]
