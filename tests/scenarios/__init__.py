"""Thirty stories of clusters, each told as a test.

A story has a cluster, something that happens to it, and at its end one list of observations: what
a user or an operator would have seen, in events' words, in requests lost, in times. Then the
fixture ``told`` replays the whole past of the cluster through every sentence of
``tests.invariants``: whatever the story is about, all of them have to hold, and the cluster has to
come to rest.

Stories are named by what they teach and stand in files by subject. Everything in them is
deterministic; figures that are asserted exactly belong to the story's seed.
"""
