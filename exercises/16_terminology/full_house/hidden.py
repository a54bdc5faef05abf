"""Hidden checks of the exercise 16_terminology/full_house: built from source.py by `kubelite exercise build`."""

SEEDS = (239,)
