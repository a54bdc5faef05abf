"""Hidden checks of the exercise 10_networking/only_the_shop: built from source.py by `kubelite exercise build`."""

SEEDS = (1002,)
