"""Hidden checks of the exercise 10_networking/the_wall: built from source.py by `kubelite exercise build`."""

SEEDS = (251,)
