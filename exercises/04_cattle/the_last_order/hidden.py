"""Hidden checks of the exercise 04_cattle/the_last_order: built from source.py by `kubelite exercise build`."""

SEEDS = (1301,)
