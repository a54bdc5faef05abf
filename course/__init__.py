"""The course: everything that turns the engine ``kubelite`` into lessons.

Lives here: live views and figures, the story of the shop, quizzes, grading, the
command line, and the tools that build and check the notebooks.
Must not live here: any rule of Kubernetes (that is ``kubelite``, which never
imports this package).
"""
