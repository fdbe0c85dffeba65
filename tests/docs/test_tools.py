"""How chapters become pages. Needs the extra "docs"; run by .ci/run with --slow."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mkdocs")
pytest.importorskip("jupytext")

import jupytext
import markdown
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from docs.machinery import notebooks
from docs.machinery.chapters import tidy
from docs.machinery.rendering import to_markdown
from docs.machinery.tasks import task_box

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "CACHE", tmp_path)


def notebook(script: str) -> NotebookNode:
    return jupytext.reads(textwrap.dedent(script), fmt="py:percent")


def page(script: str) -> tuple[str, dict[str, str]]:
    made, html = to_markdown(notebooks.executed(notebook(script)))
    extensions = ["admonition", "attr_list", "tables", "pymdownx.details", "pymdownx.superfences"]
    return markdown.markdown(made, extensions=extensions), html


def test_answer_is_folded_away_with_its_code_and_its_outputs() -> None:
    html, _ = page("""
        # %% [markdown]
        # ??? question "Why?"
        #
        #     Therefore.

        # %% tags=["answer"]
        from docs.machinery.figures import table
        table(["a", "b"], [(1, 2)])

        # %% [markdown]
        # Outside.
    """)
    folded, outside = html.split("</details>")
    assert "<summary>Why?</summary>" in folded
    assert "<td" in folded
    assert "table" in folded
    assert "Outside." in outside


def test_hidden_code_is_not_shown_but_what_it_prints_is() -> None:
    html, _ = page("""
        # %% tags=["hide"]
        print("a" + "b")
    """)
    assert "ab" in html
    assert "print" not in html


def test_folded_code_that_shows_nothing_is_with_what_follows_and_not_on_its_own() -> None:
    html, _ = page("""
        # %% tags=["fold"]
        first = 1

        # %% tags=["fold"]
        second = 2

        # %% tags=["fold"]
        print(first + second)

        # %% tags=["fold"]
        last = 4
    """)
    assert html.count("<summary>The code</summary>") == 2
    assert html.index("<code>3") < html.index("first") < html.index("second") < html.index("last")


def test_figures_bypass_markdown_and_share_no_ids() -> None:
    html, outputs = page("""
        # %%
        from matplotlib.figure import Figure
        from docs.machinery.figures import show
        for _ in range(2):
            figure = Figure()
            figure.subplots().imshow([[0, 1]])
            show(figure, "two *squares*", "<b>")
    """)
    first, second = outputs.values()
    assert 'aria-label="two *squares*"' in first
    assert "&lt;b&gt;" in first
    assert "currentColor" in first
    assert all(f"<p>{place}</p>" in html for place in outputs)
    ids = [set(re.findall(r'\bid="(.*?)"', figure)) for figure in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_columns_of_numbers_stand_on_the_right_and_have_a_minus() -> None:
    html, _ = page("""
        # %%
        from docs.machinery.figures import table, write
        table(["a", "b", "c"], [("x", -1.5, "one-2"), ("y", "", "`-3`")])
        write("From -0.2 to +1, by `--seed -1`.")
    """)
    aligned = re.findall(r'<td style="text-align: (\w+);">(.*?)</td>', html)
    assert aligned[1] == ("right", "−1.5")
    assert aligned[2] == ("left", "one-2")
    assert aligned[4] == ("right", "")
    assert "From −0.2 to +1, by <code>--seed -1</code>." in html


def test_an_interval_stands_below_its_number() -> None:
    right = '<td style="text-align: right;">'
    assert tidy(f"{right}0.5 [0.1, 0.9]</td>{right}a (b)</td><td>x (1)</td><th></th>") == (
        f'{right}0.5 <span class="interval">[0.1, 0.9]</span></td>{right}a (b)</td><td>x (1)</td>'
        "<td></td>"
    )


def test_cell_that_raises_stops_the_build() -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        page("""
            # %%
            1 / 0
        """)


def test_code_runs_again_only_if_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Any] = []
    client = notebooks.NotebookClient

    def counting(*args: Any, **kwargs: Any) -> Any:
        runs.append(args)
        return client(*args, **kwargs)

    monkeypatch.setattr(notebooks, "NotebookClient", counting)
    script = "# %% [markdown]\n# One text.\n\n# %%\nprint(6 * 7)\n"
    assert "42" in page(script)[0]
    again = page(script.replace("One", "Another"))[0]
    assert "Another text." in again
    assert "42" in again
    assert len(runs) == 1
    assert "54" in page(script.replace("7", "9"))[0]
    assert len(runs) == 2


def test_task_box_says_what_where_and_how_to_check() -> None:
    box = task_box("saliency.smooth")
    assert "Blur heat maps" in box
    assert "the eye needs regions" in box
    assert "*About 10 minutes, easy.*" in box
    assert "course/saliency.py" in box
    assert "course check saliency.smooth" in box
    assert "course hint saliency.smooth" in box
    assert 'NotImplementedError("saliency.smooth")' in box


def test_unknown_task_is_an_error() -> None:
    with pytest.raises(LookupError, match="smoothe"):
        task_box("saliency.smoothe")
