"""Hidden checks of the exercise 12_scaling/up_fast_down_slowly: built from source.py by `kubelite exercise build`."""

SEEDS = (1003,)
