"""The quizzes: five questions for each chapter, asked one at a time, and again if they were missed.

Lives here: the questions (``NN.yaml``), how they are read (``bank``), in which order they come
(``rounds``), and the widget that asks them (``view``).
Must not live here: predictions, which belong to a cell of a chapter (``course/quiz.py``), and what
a learner has done (``course/progress.py``).
"""
