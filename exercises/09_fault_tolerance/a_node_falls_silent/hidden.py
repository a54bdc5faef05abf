"""Hidden checks of the exercise 09_fault_tolerance/a_node_falls_silent: built from source.py by `kubelite exercise build`."""

SEEDS = (269,)
