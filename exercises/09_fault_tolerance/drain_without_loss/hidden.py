"""Hidden checks of the exercise 09_fault_tolerance/drain_without_loss: built from source.py by `kubelite exercise build`."""

SEEDS = (307,)
