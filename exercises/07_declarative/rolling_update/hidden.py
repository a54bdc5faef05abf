"""Hidden checks of the exercise 07_declarative/rolling_update: built from source.py by `kubelite exercise build`."""

SEEDS = (404,)
