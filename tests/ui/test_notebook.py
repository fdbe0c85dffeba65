"""`check` in a notebook: functions from cells are graded, and the board is HTML."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.grader.grading import Report, Verdict
from course.ui import notebook
from course.ui.kernel import Kernel
from course.ui.notebook import Board, check, hint

pytest.importorskip("IPython")
from IPython.core.interactiveshell import InteractiveShell

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Run cells, as a notebook does in which `check` is then called; a folder with stubs."""
    before = sys.modules["__main__"]
    shell = InteractiveShell(history_length=0)
    shell.history_manager.enabled = False

    def run(*cells: str) -> Path:
        for cell in cells:
            shell.run_cell(cell, store_history=True)
        return tmp_path

    held = lambda: Kernel(shell.user_ns, shell.history_manager.input_hist_raw)  # noqa: E731
    monkeypatch.setattr(notebook, "_kernel", held)
    yield run
    sys.modules["__main__"] = before


def statuses(board: Board) -> list[str]:
    return [verdict.status for verdict in board.report.tasks]


RIGHT = "import numpy as np\n\ndef to_heatmap(saliency):\n    return np.sum(saliency, axis=-1)"


def test_functions_in_cells_are_graded(hold: Callable[..., Path]) -> None:
    work = hold(
        "import numpy as np",
        "def to_heatmap(saliency):\n    return np.sum(saliency, axis=0)",
        "def to_heatmap(saliency):\n    return np.sum(saliency, axis=CHANNELS)\n\nCHANNELS = -1",
        "def symmetric_limit(heatmap):\n    return float(np.max(heatmap))",
    )
    board = check("saliency.to_heatmap", "saliency.symmetric_limit", work=work)
    assert statuses(board) == ["passed", "failed"]
    assert "1 of 2 points" in repr(board)
    assert 'Next: saliency.symmetric_limit   (hint("saliency.symmetric_limit"))' in repr(board)


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\n" + RIGHT,
        RIGHT.replace("to_heatmap", "mine") + "\nto_heatmap = mine",
        "import functools\nimport numpy as np\nto_heatmap = functools.partial(np.sum, axis=-1)",
    ],
)
def test_what_the_kernel_holds_is_what_counts(hold: Callable[..., Path], cell: str) -> None:
    wrong = "def to_heatmap(saliency):\n    return 0"
    assert statuses(check("saliency.to_heatmap", work=hold(wrong, cell))) == ["passed"]
    assert statuses(check("saliency.to_heatmap", work=hold(wrong))) == ["failed"]


def test_an_error_that_has_been_put_right_is_forgotten(hold: Callable[..., Path]) -> None:
    wrong = "import nunpy as np\n\n@no_such_decorator\ndef to_heatmap(saliency):\n    return 0"
    assert statuses(check("saliency.to_heatmap", work=hold(wrong, RIGHT))) == ["passed"]


def test_what_cannot_be_sent_is_named_and_nothing_else_is_graded(hold: Callable[..., Path]) -> None:
    work = hold(
        RIGHT, "import threading\nlock = threading.Lock()\ndef smooth(x, sigma):\n    return lock"
    )
    (work / "saliency.py").write_text((ROOT / "solutions" / "saliency.py").read_text())
    board = check("saliency.smooth", "saliency.to_heatmap", work=work)
    assert statuses(board) == ["passed", "error"]
    verdict = board.report.tasks[1]
    assert verdict.task == "saliency.smooth"
    assert "it uses `lock`, a lock" in verdict.message
    assert (board.report.score, board.report.max_score) == (1, 2)


def test_a_stub_in_a_cell_is_not_started_unless_the_file_is(hold: Callable[..., Path]) -> None:
    stub = 'def to_heatmap(saliency):\n    raise NotImplementedError("saliency.to_heatmap")'
    work = hold(stub)
    assert statuses(check("saliency.to_heatmap", work=work)) == ["not_started"]
    (work / "saliency.py").write_text((ROOT / "solutions" / "saliency.py").read_text())
    assert statuses(check("saliency.to_heatmap", work=work)) == ["passed"]


def test_hints_come_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2, 3, 3):
        hint("saliency.to_heatmap", work=tmp_path)
        said = capsys.readouterr().out
        assert f"Hint {number} of 3 for saliency.to_heatmap" in said
        assert ("That was the last one." in said) == (number == 3)
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
