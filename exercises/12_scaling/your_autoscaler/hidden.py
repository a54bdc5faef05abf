"""Hidden checks of the exercise 12_scaling/your_autoscaler: built from source.py by `kubelite exercise build`."""

SEEDS = (602,)
