"""What comes out of a classroom: tables for people and for learning platforms.

Everything is written in the order of the submissions' names, and nothing but JUnit's files holds
times, so that two runs with one seed give the same bytes.
"""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from course.classroom.submissions import Submission
from course.grader.grading import Report
from course.grader.messages import first_sentence
from course.grader.statuses import STATUSES
from course.grader.text import one_line, printable


class Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One line of the gradebook, and what is needed to tell whether it still holds."""

    name: str
    student: str
    number: str
    key: str
    score: float
    max_score: float
    refusal: str
    scores: dict[str, float]
    notes: tuple[str, ...] = ()


def row_of(
    submission: Submission, report: Report | None, key: str, tasks: Mapping[str, float]
) -> Row:
    """The line of a submission; `tasks` are the points of every task by name."""
    scores = {verdict.task: verdict.score for verdict in report.tasks} if report else {}
    return Row(
        name=submission.name,
        student=submission.student,
        number=submission.number,
        key=key,
        score=sum(scores.values()),
        max_score=sum(tasks.values()),
        refusal=submission.refusal,
        scores={task: scores.get(task, 0.0) for task in tasks},
        notes=submission.notes,
    )


class Scale(msgspec.Struct, frozen=True):
    """What the platforms' points are: those of the tasks, or scaled to a sum.

    Attributes:
        total: what all tasks together give; None for the tasks' own points.
    """

    total: float | None = None

    def score(self, row: Row) -> str:
        """A row's points; empty if it was refused: who is asked again has not failed."""
        return "" if row.refusal else self._scaled(row.score, row)

    def most(self, row: Row) -> str:
        """The most that a row could have."""
        return self._scaled(row.max_score, row)

    def _scaled(self, points: float, row: Row) -> str:
        factor = self.total / row.max_score if self.total and row.max_score else 1.0
        return _points(round(points * factor, 2))


OWN = Scale()
"""The tasks' own points."""


def gradebook(rows: Sequence[Row], scale: Scale = OWN) -> bytes:
    """The gradebook as CSV: a line for each submission, a column for each task."""
    tasks = list(rows[0].scores) if rows else []
    scaled = [] if scale.total is None else ["points"]
    header = ["submission", "student", "number", "score", "max_score", *scaled, "refused", "notes"]
    lines = [[*header, *tasks]]
    for row in rows:
        line = [row.name, row.student, row.number, _points(row.score), _points(row.max_score)]
        line += [scale.score(row)] if scaled else []
        line += [row.refusal, " ".join(row.notes)]
        lines.append(line + [_points(row.scores[task]) for task in tasks])
    return table(lines)


def canvas(rows: Sequence[Row], assignment: str, scale: Scale = OWN) -> bytes:
    """For Canvas: Grades, Import. The numbers in the files' names are Canvas' own."""
    lines = [["Student", "ID", "Section", assignment]]
    lines.append(["    Points Possible", "", "", scale.most(rows[0]) if rows else ""])
    return table(lines + [[row.student, row.number, "", scale.score(row)] for row in rows])


def moodle(rows: Sequence[Row], scale: Scale = OWN) -> bytes:
    """For Moodle: the assignment's grading worksheet. The numbers are those of participants.

    Moodle takes no worksheet without the column of the last change; "-" is what it writes there
    itself where nothing has been graded yet.
    """
    changed = "Last modified (grade)"
    header = ["Identifier", "Full name", "Grade", "Maximum grade", changed, "Feedback comments"]
    lines = [header]
    for row in rows:
        identifier = f"Participant {row.number}" if row.number else row.name
        comment = f"Not graded: {row.refusal}" if row.refusal else "See the feedback page."
        points = [scale.score(row), scale.most(row)]
        lines.append([identifier, row.student, *points, "-", comment])
    return table(lines)


def gradescope(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report (as `course check --json` writes it) as Gradescope's `results.json`."""
    return {
        "score": report["score"],
        "output": f"Seed {report['seed']}: course check --seed {report['seed']} repeats this.",
        "tests": [
            {
                "name": task["task"],
                "score": task["score"],
                "max_score": task["max_score"],
                "status": "passed" if task["status"] == "passed" else "failed",
                "output": task["message"] or STATUSES[task["status"]].words,
                "output_format": "text",
            }
            for task in report["tasks"]
        ],
    }


def junit(name: str, report: Report) -> bytes:
    """A report as JUnit's XML, as continuous integration shows it."""
    suite = ET.Element("testsuite", name=one_line(name), tests=str(len(report.tasks)))
    counts = dict.fromkeys(("failures", "errors", "skipped"), 0)
    kinds = {"failed": ("failures", "failure"), "not_started": ("skipped", "skipped")}
    for verdict in report.tasks:
        module, _, function = verdict.task.partition(".")
        case = ET.SubElement(
            suite,
            "testcase",
            classname=module,
            name=function or module,
            time=_seconds(verdict.seconds),
        )
        if verdict.status != "passed":
            count, tag = kinds.get(verdict.status, ("errors", "error"))
            counts[count] += 1
            lines = printable(verdict.message).splitlines() or [STATUSES[verdict.status].words]
            first = first_sentence("\n".join(lines))
            ET.SubElement(case, tag, message=first).text = "\n".join(lines)
    suite.attrib |= {count: str(number) for count, number in counts.items()}
    suite.set("time", _seconds(sum(verdict.seconds for verdict in report.tasks)))
    return ET.tostring(suite, encoding="utf-8", xml_declaration=True) + b"\n"


def changes(
    before: Iterable[Row], after: Iterable[Row]
) -> list[tuple[str, float | None, float | None]]:
    """Whose score is another than before.

    Returns:
        Name, old score (None if it is new), new score (None if it is no longer there).
    """
    old = {row.name: row.score for row in before}
    new = {row.name: row.score for row in after}
    names = [*new, *(name for name in old if name not in new)]
    return [(one, old.get(one), new.get(one)) for one in names if old.get(one) != new.get(one)]


def changes_table(changed: Iterable[tuple[str, float | None, float | None]]) -> bytes:
    """The changes as CSV; what was not or is no longer there is an empty cell."""
    lines = [["submission", "before", "after"]]
    for name, *scores in changed:
        lines.append([name, *("" if score is None else _points(score) for score in scores)])
    return table(lines)


def table(lines: Iterable[Sequence[str]]) -> bytes:
    """Lines as CSV, with the mark by which spreadsheets know UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(
        [_cell(text) for text in line] for line in lines
    )
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def _points(score: float) -> str:
    return f"{score:g}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


_FORMULA = re.compile(r"(^|[;,|])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and without control characters.

    In half of the world a spreadsheet cuts lines at semicolons, whatever the file does.
    """
    return _FORMULA.sub(r"\1'", one_line(text, 1000))
