"""Hidden checks of the exercise 04_cattle/drawers_that_do_not_open: built from source.py by `kubelite exercise build`."""

SEEDS = (241,)
