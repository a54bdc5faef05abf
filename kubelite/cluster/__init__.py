"""A whole cluster on one clock, and what a learner holds in their hands.

Lives here: the parts plugged together (``machines``), the learner's verbs (``cluster``), apply,
tables, history, stories, waiting, and requests: who asks (``requests``), where that goes
(``routing``), and the answers that are kept (``traffic``).
Must not live here: how any component works; those are the floors below.
"""

from kubelite.cluster.cluster import Cluster

__all__ = ["Cluster"]
