"""The case in the lab report: what is claimed of each network, why, and the evidence beside it."""

from pathlib import Path
from typing import NamedTuple

from course.grader.case.claims import CannotReadError, Finding, read_claims
from course.grader.text import printable
from course.ui.answers import Answers

FILE = "case.toml"


class Page(NamedTuple):
    """The case's part of a report.

    Attributes:
        html: to be shown; "" if there is no case.
        missing: the pictures that could not be taken in, and why, by name.
    """

    html: str
    missing: dict[str, str]


def case_page(folder: Path) -> Page:
    """Make the case's part of a report.

    Args:
        folder: of the case, with its `case.toml`; it need not be there.
    """
    if not (folder / FILE).is_file():
        return Page("", {})
    try:
        findings = read_claims(folder / FILE)
    except CannotReadError as error:
        return Page("", {FILE: str(error)})
    # Written as Markdown and rendered as the answers are: pictures go into the page, and markup
    # in the student's words is shown as text.
    text = "\n\n".join(_of_network(network, one) for network, one in findings.items())
    rendered = Answers(text, folder)
    return Page(rendered.before + "".join(rendered.parts.values()), rendered.missing)


def _of_network(network: str, finding: Finding) -> str:
    """A network's claims, reasons and pictures, as Markdown."""
    lines = [f"### {network}: {finding.verdict}"]
    if finding.claims:
        lines += ["| class | mark | where | effect |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {one.class_name} | {one.kind} | {_place(one.box)} | {one.effect:g} |"
            for one in finding.claims.values()
        ]
    parts = ["\n".join(lines[:1]), "\n".join(lines[1:]), printable(finding.why.expandtabs())]
    parts += [f"![evidence on {network}](<{path}>)" for path in finding.evidence if _is_name(path)]
    return "\n\n".join(filter(None, parts))


def _place(box: tuple[int, int, int, int] | None) -> str:
    """A box in words: its first and last row and column, all of which belong to it."""
    if box is None:
        return "everywhere"
    top, left, bottom, right = box
    return f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"


def _is_name(path: str) -> bool:
    """Whether a path can stand in angle brackets."""
    return path.isprintable() and not set(path) & set("<>")
