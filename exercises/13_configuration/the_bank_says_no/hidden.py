"""Hidden checks of the exercise 13_configuration/the_bank_says_no: built from source.py by `kubelite exercise build`."""

SEEDS = (233,)
