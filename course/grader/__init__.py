"""The grader: given to run, not to edit."""
