"""Hidden checks of the exercise 08_services/how_many_questions: built from source.py by `kubelite exercise build`."""

SEEDS = (271,)
