"""Hidden checks of the exercise 12_scaling/the_tea_hour: built from source.py by `kubelite exercise build`."""

SEEDS = (281,)
