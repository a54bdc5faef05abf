"""``python -m course.grading build|list``: the same as ``kubelite exercise build|list``."""

from course.cli import exercise_group

if __name__ == "__main__":
    exercise_group(prog_name="python -m course.grading")
