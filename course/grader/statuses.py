"""What can become of a task: its sign, its words and its colour, wherever they are shown."""

from typing import NamedTuple


class Status(NamedTuple):
    """One way in which a task can stand.

    Attributes:
        sign: one character, so that the colour is not needed.
        words: for people.
        style: on a terminal, as `rich` understands it.
        color: on pages and in figures; legible on white and on black.
    """

    sign: str
    words: str
    style: str
    color: str


STATUSES = {
    "passed": Status("✓", "passed", "green", "#008560"),
    "failed": Status("✗", "failed", "red", "#d04545"),
    "error": Status("!", "error", "red", "#d04545"),
    "timeout": Status("⧗", "timeout", "red", "#d04545"),
    "not_started": Status("·", "not started", "dim", "#767676"),
    "started": Status("…", "started", "yellow", "#8d7200"),
    "outdated": Status("↻", "to be graded again", "yellow", "#8d7200"),
}
"""By the name that verdicts have in `--json`; the last two are never a verdict."""

OUTCOMES = ("passed", "failed", "not_started")
"""What becomes of a task, told apart no further: an error and a timeout have failed."""


def outcome(status: str) -> str:
    """Which of the three outcomes a verdict is."""
    return status if status in OUTCOMES else "failed"
