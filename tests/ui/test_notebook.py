"""`check` in a notebook: functions from cells are graded, and the board is HTML."""

from pathlib import Path

import pytest

from course.grader.grading import Report, Verdict
from course.ui import notebook
from course.ui.notebook import Board, check, definitions_in, hint, needed_by

ROOT = Path(__file__).resolve().parents[2]


def test_only_definitions_are_taken_from_a_cell() -> None:
    cell = (
        "%matplotlib inline\n!pip list\nimport numpy as np\nLIMIT = 3\nimages = load(3)\n"
        "print('hours of training')\n\ndef half(x):\n    return x / 2\n\nhalf(3)\n"
    )
    taken = definitions_in(cell)
    assert "import numpy" in taken
    assert "LIMIT = 3" in taken
    assert "def half" in taken
    assert "print" not in taken
    assert "load" not in taken
    assert "half(3)" not in taken
    assert definitions_in("def broken(:") == ""


def test_functions_in_cells_are_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [
        "import numpy as np",
        "def to_heatmap(saliency):\n    return np.sum(saliency, axis=0)",
        "def to_heatmap(saliency):\n    return np.sum(saliency, axis=CHANNELS)\n\nCHANNELS = -1",
        "def symmetric_limit(heatmap):\n    return float(np.max(heatmap))",
    ]
    monkeypatch.setattr(notebook, "_cells", lambda: cells)
    board = check("saliency.to_heatmap", "saliency.symmetric_limit")
    assert [verdict.status for verdict in board.report.tasks] == ["passed", "failed"]
    assert "1 of 2 points" in repr(board)


def test_only_what_is_used_goes_along() -> None:
    own = (
        "import numpy as np\nimport scipy.ndimage\nimport scipy.stats\nimport course.given.plots\n"
        "from math import *\nSIZE = 3\nOTHER = 4\n"
        "def blur(x):\n    return scipy.ndimage.uniform_filter(x, SIZE)\n\n"
        "def smooth(x):\n    part = np.asarray(x)\n    return blur(part)\n\n"
        "def draw(x=only_in_the_notebook):\n    return smooth(x)\n\n"
        "def part(x=only_in_the_notebook):\n    return smooth(x)\n"
    )
    taken = needed_by({"smooth"}, own)
    for name in ("import numpy", "ndimage", "stats", "math", "SIZE", "def blur", "def smooth"):
        assert name in taken
    for name in ("figures", "OTHER", "def draw", "def part"):
        assert name not in taken


def test_functions_made_of_functions_go_along() -> None:
    cell = (
        "import tensorflow as tf\nfrom course.given import load_model\n"
        "def raw(x):\n    return x\n\n"
        "fast = tf.function(raw)\ndouble = lambda x: max(2 * raw(x), 0)\n"
        "model = load_model()\nlayers = list(model)\n"
        "def answer(x):\n    return fast(double(x)) + model(x) + layers\n"
    )
    taken = needed_by({"answer"}, definitions_in(cell))
    assert "fast = tf.function(raw)" in taken
    assert "double = " in taken
    assert "load_model" not in taken, "a function gets its model as an argument"
    assert "list(model)" not in taken


def test_an_error_that_has_been_put_right_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "import nunpy as np\n\n@no_such_decorator\ndef to_heatmap(saliency):\n    return 0"
    right = "import numpy as np\n\ndef to_heatmap(saliency):\n    return np.sum(saliency, axis=-1)"
    monkeypatch.setattr(notebook, "_cells", lambda: [wrong, right])
    assert [one.status for one in check("saliency.to_heatmap").report.tasks] == ["passed"]


def test_a_stub_in_a_cell_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = 'def to_heatmap(saliency):\n    raise NotImplementedError("saliency.to_heatmap")'
    monkeypatch.setattr(notebook, "_cells", lambda: [stub])
    assert "to_heatmap: not started" in repr(check("saliency.to_heatmap"))


def test_hints_come_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2, 3, 3):
        hint("saliency.to_heatmap", work=tmp_path)
        assert f"Hint {number} of 3 for saliency.to_heatmap" in capsys.readouterr().out
    with pytest.raises(LookupError, match="name one task"):
        hint("saliency", work=tmp_path)


def test_the_board_is_escaped_html() -> None:
    verdict = Verdict(
        task="saliency.smooth", status="error", score=0, max_score=1, message="<script>alert(1)"
    )
    report = Report(score=0, max_score=1, seed=0, version="", properties="", tasks=[verdict])
    shown = Board(report)._repr_html_()
    assert "<table>" in shown
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_bad_arguments_are_named() -> None:
    with pytest.raises(LookupError, match=r"saliency\.smooth"):
        check("saliency.smoth")
    with pytest.raises(NotADirectoryError, match="work"):
        check("saliency", work="no/such/folder")
