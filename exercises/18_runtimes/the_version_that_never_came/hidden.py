"""Hidden checks of the exercise 18_runtimes/the_version_that_never_came: built from source.py by `kubelite exercise build`."""

SEEDS = (229,)
