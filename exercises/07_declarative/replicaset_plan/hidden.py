"""Hidden checks of the exercise 07_declarative/replicaset_plan: built from source.py by `kubelite exercise build`."""

SEEDS = (401,)
