"""Hidden checks of the exercise 09_fault_tolerance/three_zones: built from source.py by `kubelite exercise build`."""

SEEDS = (1102,)
