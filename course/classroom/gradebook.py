"""What comes out of a classroom: tables for people and for learning platforms.

Everything is written in the order of the submissions' names and without times, so that two runs
with one seed give the same bytes.
"""

import csv
import hashlib
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from course.classroom.submissions import Submission
from course.grader.grading import Report
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
    )


def gradebook(rows: Sequence[Row]) -> bytes:
    """The gradebook as CSV: a line for each submission, a column for each task."""
    tasks = list(rows[0].scores)
    header = ["submission", "student", "number", "score", "max_score", "refused", *tasks]
    return _csv(
        [header]
        + [
            [
                row.name,
                row.student,
                row.number,
                _points(row.score),
                _points(row.max_score),
                row.refusal,
                *(_points(row.scores[task]) for task in tasks),
            ]
            for row in rows
        ]
    )


def canvas(rows: Sequence[Row], assignment: str) -> bytes:
    """For Canvas: Grades, Import. The numbers in the files' names are Canvas' own."""
    lines = [["Student", "ID", "Section", assignment]]
    lines.append(["    Points Possible", "", "", _points(rows[0].max_score) if rows else ""])
    return _csv(lines + [[row.student, row.number, "", _points(row.score)] for row in rows])


def moodle(rows: Sequence[Row]) -> bytes:
    """For Moodle: the assignment's grading worksheet. The numbers are those of participants."""
    lines = [["Identifier", "Full name", "Grade", "Maximum grade", "Feedback comments"]]
    for row in rows:
        identifier = f"Participant {row.number}" if row.number else row.name
        comment = f"Not graded: {row.refusal}" if row.refusal else "See the feedback page."
        points = [_points(row.score), _points(row.max_score)]
        lines.append([identifier, row.student, *points, comment])
    return _csv(lines)


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
                "output": task["message"] or task["status"].replace("_", " "),
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
        case = ET.SubElement(suite, "testcase", classname=module, name=function)
        if verdict.status != "passed":
            count, tag = kinds.get(verdict.status, ("errors", "error"))
            counts[count] += 1
            lines = printable(verdict.message).splitlines() or [verdict.status]
            ET.SubElement(case, tag, message=lines[0]).text = "\n".join(lines)
    suite.attrib |= {count: str(number) for count, number in counts.items()}
    return ET.tostring(suite, encoding="utf-8", xml_declaration=True) + b"\n"


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[tuple[str, float | None, float]]:
    """Whose score is another than before: name, old score (None if new), new score."""
    old = {row.name: row.score for row in before}
    return [
        (row.name, old.get(row.name), row.score) for row in after if old.get(row.name) != row.score
    ]


def changes_table(changed: Iterable[tuple[str, float | None, float]]) -> bytes:
    """The same as CSV."""
    lines = [["submission", "before", "after"]]
    for name, before, after in changed:
        lines.append([name, "" if before is None else _points(before), _points(after)])
    return _csv(lines)


def file_name(name: str) -> str:
    """A submission's name as a file's: the same for the same name, another one for another."""
    plain = re.sub(r"[^\w .-]", "_", name, flags=re.ASCII).strip(" .")[:80]
    if plain and plain == name and plain.lower() not in {"con", "nul", "aux", "prn"}:
        return plain
    return (
        f"{plain or 'submission'}-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:8]}"
    )


def _points(score: float) -> str:
    return f"{score:g}"


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(
        [_cell(text) for text in line] for line in lines
    )
    return buffer.getvalue().encode("utf-8", errors="replace")


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and without control characters."""
    plain = one_line(text)
    return f"'{plain}" if plain.lstrip().startswith(("=", "+", "-", "@")) else plain
