"""A learner's clicks, in a real browser on a real JupyterLab."""
