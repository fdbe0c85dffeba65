"""`python -m course.grader` is the `course` command."""

from course.grader.command import main

main(prog_name="course")
