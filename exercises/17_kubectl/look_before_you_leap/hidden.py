"""Hidden checks of the exercise 17_kubectl/look_before_you_leap: built from source.py by `kubelite exercise build`."""

SEEDS = (283,)
