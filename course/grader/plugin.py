"""The pytest plugin of the grader (in the making)."""
