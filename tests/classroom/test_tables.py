"""What platforms and people get, read back by readers that are not ours."""

import csv
import io
import xml.etree.ElementTree as ET

from course.classroom import gradebook, pages
from course.classroom.submissions import Submission
from course.grader.grading import Report, Verdict
from course.grader.messages import explain_loss, shorten_repeats
from course.grader.pool import LostError
from course.grader.tasks import Task

POINTS = {"saliency.smooth": 1.0, "saliency.to_heatmap": 2.0}


def report(*statuses: str, message: str = "") -> Report:
    tasks = [
        Verdict(
            task=task,
            status=status,
            score=points if status == "passed" else 0.0,
            max_score=points,
            message=message if status != "passed" else "",
            seconds=0.25,
        )
        for (task, points), status in zip(POINTS.items(), statuses, strict=True)
    ]
    score = sum(task.score for task in tasks)
    return Report(score=score, max_score=3.0, seed=1, version="0", properties="0", tasks=tasks)


def row(name: str, number: str, graded: Report | None, refusal: str = "") -> gradebook.Row:
    return gradebook.row_of(Submission(name, name, number, {}, refusal), graded, "key", POINTS)


ROWS = [
    row("lovelaceada", "321", report("passed", "failed")),
    row("müllerjürgen", "322", None, "it is damaged"),
]


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_canvas_finds_its_columns_and_its_numbers() -> None:
    """Canvas looks for Student first, then ID, and Section before the assignments."""
    lines = read(gradebook.canvas(ROWS, "Homework (7)"))
    assert list(lines[0]) == ["Student", "ID", "Section", "Homework (7)"]
    assert "Points Possible" in lines[0]["Student"]
    assert [line["Homework (7)"] for line in lines] == ["3", "1", ""]
    assert [line["ID"] for line in lines] == ["", "321", "322"]


def test_moodle_finds_the_columns_that_its_importer_demands() -> None:
    lines = read(gradebook.moodle(ROWS))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= lines[0].keys()
    assert [line["Identifier"] for line in lines] == ["Participant 321", "Participant 322"]
    assert [line["Grade"] for line in lines] == ["1", ""]


def test_points_are_scaled_to_what_the_platform_counts_in() -> None:
    scale = gradebook.Scale(10.0)
    assert [line["Grade"] for line in read(gradebook.moodle(ROWS, scale))] == ["3.33", ""]
    assert [line["points"] for line in read(gradebook.gradebook(ROWS, scale))] == ["3.33", ""]
    assert "points" not in read(gradebook.gradebook(ROWS))[0]


def test_the_gradebook_names_the_reason() -> None:
    ada, jurgen = read(gradebook.gradebook(ROWS))
    assert (ada["score"], ada["saliency.smooth"], ada["refused"]) == ("1", "1", "")
    assert (jurgen["submission"], jurgen["refused"]) == ("müllerjürgen", "it is damaged")


def test_a_gradebook_without_lines_has_its_header() -> None:
    assert gradebook.gradebook([]).decode("utf-8-sig").startswith("submission,")


def test_junit_tells_the_time() -> None:
    suite = ET.fromstring(gradebook.junit("ada", report("passed", "failed", message="Oh.\nNo.")))
    assert [case.get("time") for case in suite.iter("testcase")] == ["0.250", "0.250"]
    assert suite.get("time") == "0.500"
    (failure,) = suite.iter("failure")
    assert (failure.get("message"), failure.text) == ("Oh.", "Oh.\nNo.")
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["2", "1", "0"]


def test_gradescope_gets_what_it_documents() -> None:
    import msgspec

    found = gradebook.gradescope(msgspec.to_builtins(report("passed", "failed", message="Oh.")))
    assert found["score"] == 1.0
    for one in found["tests"]:
        assert one.keys() <= {"name", "score", "max_score", "status", "output", "output_format"}
        assert one["status"] in ("passed", "failed")
        assert one["output_format"] == "text"


def test_a_common_mistake_is_counted_once_per_submission() -> None:
    broken = report("error", "error", message="An import fails: no module torch.\nMore.")
    (mistake,) = pages.common_mistakes([broken, broken, report("passed", "passed")])
    assert mistake.line == "An import fails: no module torch."
    assert (mistake.submissions, mistake.tasks) == (2, list(POINTS))


def test_what_only_points_to_another_message_is_no_common_mistake() -> None:
    told = {"saliency"}
    message = shorten_repeats(Task("saliency.smooth"), "Python cannot read the file: ...", told)
    assert pages.common_mistakes([report("error", "error", message=message)]) == []


def test_a_common_mistake_is_told_in_whole_sentences() -> None:
    lost = LostError("timeout", "it did not answer within a limit of 120 seconds of its own time")
    late = report("timeout", "passed", message=explain_loss(Task("saliency.smooth"), lost))
    (mistake,) = pages.common_mistakes([late])
    assert mistake.line.endswith("Is there an endless loop?")
    (failure,) = ET.fromstring(gradebook.junit("ada", late)).iter("error")
    assert failure.get("message") == mistake.line


def test_the_median_of_an_even_class_lies_between_two() -> None:
    graded = {"a": report("passed", "failed"), "b": report("passed", "passed")}
    rows = [row(name, "", one) for name, one in graded.items()]
    assert "Median score 2 of\n3." in pages.summary(rows, graded, 1).decode()


def test_the_index_leads_to_every_page() -> None:
    files = {"lovelaceada": "lovelaceada", "müllerjürgen": "müller jürgen (2)"}
    page = pages.index(ROWS, files).decode()
    assert 'href="feedback/lovelaceada.html"' in page
    assert 'href="feedback/m%C3%BCller%20j%C3%BCrgen%20%282%29.html"' in page
