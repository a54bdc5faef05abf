"""Hidden checks of the exercise 03_enterprise/accounts_that_die: built from source.py by `kubelite exercise build`."""

SEEDS = (263,)
