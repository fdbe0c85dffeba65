"""What is said of exceptions and of types, and how a message is put together."""

from pathlib import Path

import pytest

from course.grader.errors import translate
from course.grader.messages import explain_loss, first_sentence, shorten_repeats, wrap
from course.grader.places import MARK
from course.grader.pool import LostError
from course.grader.reading import broken_path, returns_nothing
from course.grader.tasks import select_tasks, tasks_of
from course.grader.work import StudentError
from course.worker.protocol import Frame, Raised


def raised(kind: str, message: str, line: str = "x = y") -> StudentError:
    frames = [Frame("saliency.py", 7, "gradient_saliency", line)]
    return StudentError(Raised([kind, "Exception"], message, frames, ""))


TAPED = """
def gradient_saliency(model, images, class_index, output="logit"):
    with tf.GradientTape() as tape:
        {inside}
        scores = tf.reduce_sum(model(images))
        {end}
    return tape.gradient(scores, images)
"""


def taped(
    before: str = "pass", inside: str = "pass", end: str = "pass", after: str = "pass"
) -> str:
    return TAPED.format(before=before, inside=inside, end=end, after=after)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (taped(), "not told to watch"),
        (taped(inside="tape.watch(images); model.predict(images)"), ".predict()"),
        (taped(inside="tape.watch(images)", end="scores = scores.numpy()"), ".numpy()"),
        (taped(inside="tape.watch(images)", end="scores = np.sum(scores)"), "np.sum"),
        (
            taped(inside="tape.watch(images); images = tf.abs(images)"),
            "assigned anew after tape.watch",
        ),
        (taped(inside="tape.watch(images)"), "from the very tensor that is watched"),
        (
            taped(inside="tape.watch(images)").replace("model(images)", "model(others)"),
            "images is watched, but nothing inside the tape is computed from it",
        ),
        (
            taped(inside="tape.watch(images)")
            .replace("        scores", "        values")
            .replace("    return", "    scores = f(values)\n    return"),
            "scores is computed outside of the tape",
        ),
        (
            "def gradient_saliency(model): return helper(model)\n"
            + taped().replace("gradient_saliency", "helper"),
            "not told to watch",
        ),
        ("def gradient_saliency(model): return 1", ""),
        ("def gradient_saliency(:", ""),
    ],
)
def test_the_source_says_why_a_gradient_is_none(source: str, says: str) -> None:
    found = broken_path(source, "gradient_saliency")
    assert says in found
    assert bool(says) == bool(found)


def test_a_missing_return_is_seen() -> None:
    assert returns_nothing("def f(x):\n    y = x", "f")
    assert not returns_nothing("def f(x):\n    return x", "f")
    assert not returns_nothing("f = g", "f")


@pytest.mark.parametrize(
    ("kind", "message", "line", "says"),
    [
        ("ValueError", "Passed in object [[[[0.1 0.2]\n [0.3", "tape.watch(images)", "NumPy array"),
        (
            "AttributeError",
            "'numpy.ndarray' object has no attribute '_id'",
            "",
            "not told to watch",
        ),
        (
            "TypeError",
            "unsupported operand type(s) for *: 'float' and 'NoneType'",
            "",
            "A gradient is None. The tape was not told",
        ),
        (
            "ValueError",
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>)",
            "",
            "A gradient is None",
        ),
        ("RuntimeError", "A non-persistent GradientTape can only be used to", "", "asked twice"),
        ("ValueError", "Output with path `` is not connected to `inputs`", "", "model.inputs"),
        (
            "ValueError",
            "operands could not be broadcast together with shapes (2,6,5,3) (2,6,4) ",
            "",
            "do not go together: (2,6,5,3) and (2,6,4)",
        ),
        (
            "InvalidArgumentError",
            "{{function_node __wrapped__Mul}} Incompatible shapes: [2,6] vs. [3,6] [Op:Mul] name: ",
            "",
            "do not go together: (2,6) and (3,6)",
        ),
        ("AttributeError", "'numpy.ndarray' object has no attribute 'get_shape'", "", "use .shape"),
        ("SyntaxError", "expected ':'", "def f()", "cannot read the file: expected ':'"),
    ],
)
def test_the_commonest_errors_are_said_in_words(
    kind: str, message: str, line: str, says: str
) -> None:
    assert says in str(translate(raised(kind, message, line), taped(), "gradient_saliency"))


def test_what_no_row_knows_keeps_its_own_words() -> None:
    assert translate(raised("KeyError", "'cat'")) is None
    assert translate(raised("TypeError", "'NoneType' object is not iterable"), "", "f") is not None


def test_a_message_about_a_whole_file_is_given_once() -> None:
    first, second, third = select_tasks(["saliency"])[:3]
    told: set[str] = set()
    message = "Python cannot read the file: expected ':'."
    assert shorten_repeats(first, message, told) == message
    assert shorten_repeats(second, message, told) != message
    assert shorten_repeats(third, "The shape is wrong.", told) == "The shape is wrong."


@pytest.mark.parametrize(
    "first",
    [
        "Short.",
        "The function takes too long: it did not answer in 120 s. Is there an endless loop?",
        "One two three four five six seven eight nine ten eleven twelve thirteen a half-baked one.",
        " ".join(["word"] * 60),
    ],
)
@pytest.mark.parametrize(
    "following",
    ["", "\nFor example: smooth(1)", "\nsaliency.py, line 3 in smooth:\n    x = y", "\nRead on: x"],
)
def test_what_is_said_first_is_whole_however_it_is_wrapped(first: str, following: str) -> None:
    assert first_sentence(wrap(first) + following) == first


def test_students_are_sent_to_what_they_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, lost = tasks_of("saliency")[0], LostError("timeout", "it hangs")
    monkeypatch.chdir(tmp_path)
    message = explain_loss(task, lost)
    assert "docs/" not in message
    assert f"the docstring of {task.function}" in message
    assert f"chapter 1.1 Saliency, section {task.name}" in message
    (tmp_path / MARK).parent.mkdir()
    (tmp_path / MARK).write_text("{}")
    assert f"Read on: saliency.py, the docstring of {task.function}" in explain_loss(task, lost)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "saliency.md").write_text("# Saliency")
    assert f"Read on: chapters/saliency.md, section {task.name}" in explain_loss(task, lost)
