"""`python -m course.ui` is the `course` command."""

from course.ui.command import main

main(prog_name="course")
