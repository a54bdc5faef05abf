"""Hidden checks of the exercise 01_sarahs_shop/one_too_many: built from source.py by `kubelite exercise build`."""

SEEDS = (227,)
