"""Hidden checks of the exercise 20_probes/your_verdict: built from source.py by `kubelite exercise build`."""

SEEDS = (703,)
