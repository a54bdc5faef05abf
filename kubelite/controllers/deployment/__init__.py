"""Deployment: versions of an application, replaced a few pods at a time.

Lives here: the controller and its ``plan`` (``controller``), how a rollout moves (``rolling``,
``recreate``), how a scale is shared out (``scaling``), which ReplicaSet is which (``revisions``)
and what is reported (``progress``).
Must not live here: pods. A Deployment only ever touches ReplicaSets.
Models pkg/controller/deployment.
"""

from kubelite.controllers.deployment.controller import DeploymentController

__all__ = ["DeploymentController"]
