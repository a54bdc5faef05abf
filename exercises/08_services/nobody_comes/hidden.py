"""Hidden checks of the exercise 08_services/nobody_comes: built from source.py by `kubelite exercise build`."""

SEEDS = (211,)
