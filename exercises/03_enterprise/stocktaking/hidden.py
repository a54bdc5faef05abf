"""Hidden checks of the exercise 03_enterprise/stocktaking: built from source.py by `kubelite exercise build`."""

SEEDS = (1101,)
