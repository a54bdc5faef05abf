"""Which node a pod goes to: kube-scheduler.

Lives here: the queue of pods that wait (``queue``), what is known of the nodes (``types``,
``snapshot``, ``cache``), the rules and marks (``plugins``, one file each and one visible table
PLUGINS), one decision as a pure function (``schedule_one``), and the loop around it
(``scheduler``, fed by ``eventhandlers``).
Must not live here: anything that starts containers, or that moves a pod once it is bound.
Models ``k8s.io/kubernetes/pkg/scheduler``. Start with ``schedule_one.schedule``.
"""
