"""Pages for people: feedback for each student, and what the whole class found hard.

Self-contained HTML; jinja2 escapes whatever comes from a submission.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import NamedTuple

import jinja2

from course.classroom.gradebook import Row
from course.classroom.submissions import Submission
from course.grader.grading import Report
from course.grader.messages import SEE_ABOVE, first_sentence
from course.grader.statuses import OUTCOMES, STATUSES, outcome


def template(room: str, name: str) -> jinja2.Template:
    """A page's template, which lies beside the command that uses it.

    Args:
        room: the package whose folder `templates` holds it; the base is this package's.
        name: of the file.
    """
    rooms = [jinja2.PackageLoader(one) for one in dict.fromkeys((room, __package__))]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(rooms),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["statuses"] = STATUSES
    return environment.get_template(name)


def feedback(submission: Submission, report: Report | None) -> bytes:
    """The page that a student gets."""
    page = template(__package__, "feedback.html")
    return page.render(submission=submission, report=report).encode()


def index(rows: Sequence[Row], files: Mapping[str, str]) -> bytes:
    """The page from which a teacher goes to each student's; `files` are their names."""
    return template(__package__, "index.html").render(rows=rows, files=files).encode()


class Mistake(NamedTuple):
    """A mistake that several have made.

    Attributes:
        line: what its message says first.
        submissions: how many have made it, however often each.
        tasks: where.
    """

    line: str
    submissions: int
    tasks: list[str]


def common_mistakes(reports: Iterable[Report], at_most: int = 20) -> list[Mistake]:
    """The mistakes of a class, the most common ones first."""
    counts: Counter[str] = Counter()
    tasks: dict[str, dict[str, None]] = {}
    for report in reports:
        met: dict[str, None] = {}
        for verdict in report.tasks:
            line = first_sentence(verdict.message)
            if outcome(verdict.status) == "failed" and line and not line.endswith(SEE_ABOVE):
                met[line] = None
                tasks.setdefault(line, {})[verdict.task] = None
        counts.update(met.keys())
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:at_most]
    return [Mistake(line, count, list(tasks[line])) for line, count in ordered]


def summary(
    rows: Sequence[Row],
    reports: Mapping[str, Report],
    seed: int,
    passed_over: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The page for the teacher: what is hard, which mistakes are common, what was not graded.

    Args:
        rows: the gradebook's.
        reports: by the submissions' names.
        seed: of the run.
        passed_over: what belongs to no submission, and why.
    """
    graded = [row for row in rows if not row.refusal]
    counts = {
        task: Counter(_status(reports[row.name], task) for row in graded)
        for task in (rows[0].scores if rows else ())
    }
    lists = [
        ("Refused", "submission", [(row.name, row.refusal) for row in rows if row.refusal]),
        ("Passed over", "file", list(passed_over.items())),
        ("Worth a look", "submission", [(row.name, note) for row in rows for note in row.notes]),
    ]
    return (
        template(__package__, "summary.html")
        .render(
            plot=_plot(counts) if graded else "",
            common=common_mistakes(reports[row.name] for row in graded),
            graded=len(graded),
            refused=len(rows) - len(graded),
            lists=lists,
            median=statistics.median(row.score for row in graded) if graded else 0,
            max_score=rows[0].max_score if rows else 0,
            seed=seed,
        )
        .encode()
    )


def _status(report: Report, task: str) -> str:
    (status,) = (verdict.status for verdict in report.tasks if verdict.task == task)
    return outcome(status)


def _plot(counts: Mapping[str, Counter[str]]) -> str:
    """Bars of how many pass, fail or have not started each task, as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    ink, tasks = "#7a7a7b", list(counts)
    with mpl.rc_context({"svg.hashsalt": "summary", "svg.fonttype": "none"}):
        figure = Figure(figsize=(8, 1.5 + 0.22 * len(tasks)), layout="constrained")
        axes = figure.subplots()
        left = [0] * len(tasks)
        for status in OUTCOMES:
            widths = [counts[task][status] for task in tasks]
            shown = STATUSES[status]
            axes.barh(tasks, widths, left=left, color=shown.color, label=shown.words)
            left = [one + other for one, other in zip(left, widths, strict=True)]
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("submissions", color=ink)
        axes.tick_params(colors=ink)
        axes.spines[:].set_visible(False)
        figure.legend(loc="outside upper right", ncols=3, frameon=False, labelcolor=ink)
        text = StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]
