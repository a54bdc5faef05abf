"""Grading: exercises judged on what a running cluster does, never on the text of an answer.

Lives here: what an exercise and its checks are (``exercise``), how a source becomes
notebooks (``source``), ``check()`` and ``hint()`` for the learner (``practice``), and the
grader that reads a folder of submissions (``grader``) with its judges (``judging``) and the child
process for answers (``sandbox``, ``answer_process``); how a judge calls what a learner wrote
(``calling``), puts it into the engine (``building``) or lets it work on a cluster
(``operating``, and for what is broken ``mending``); what instructors get and give
(``gradebook``, ``imports``, ``pages``, ``cohort``, ``release``, ``scaffold``, ``forgrader``); and
what holds every exercise to its word (``holding``).
Must not live here: the exercises themselves (they are in ``exercises/``), or any rule of
Kubernetes.

Two sides, kept apart. In a notebook, ``check()`` runs in the learner's own kernel: it is a
mirror, for learning, and says "public checks". The grader trusts nobody: a learner's cells run
in a child process that hands back JSON, and the checks run in another process, which never
sees the learner's code. What that stops and what it does not: ``sandbox``.
"""

from course.grading.exercise import Seen, check, not_yet, once, seen
from course.grading.practice import practise

__all__ = ["Seen", "check", "not_yet", "once", "practise", "seen"]
