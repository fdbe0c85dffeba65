"""The notebooks that students work in: complete, in order, and true to what the site says."""

import ast
import functools
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("mkdocs")
pytest.importorskip("jupytext")

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course import check
from course.classroom.folder import write_folder
from course.grader.notebooks import definitions_in
from course.grader.sources import is_stub, read_submission, source_of, untouched_functions
from course.ui import notebook as grader_notebook
from course.ui.kernel import Kernel
from course.worker.importer import SubmissionImporter
from docs.machinery.downloads import address_in, offer
from docs.machinery.notebooks import read
from docs.machinery.plain import to_plain
from docs.machinery.workbook import GUESS_BY_HAND, edition, imports, stub, workbook
from tests.docs.sources import CHAPTERS, DOCS, ROOT, chapter, tasks

SITE = "https://example.org/course/"
REPOSITORY = "https://github.com/someone/course"
KEPT = re.compile(r"^[> ]*```.*?```$|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$", flags=re.M | re.S)

every_chapter = pytest.mark.parametrize("module", CHAPTERS)


def address(target: str) -> str:
    return SITE + target


@functools.cache
def notebook(module: str, repository: str = REPOSITORY) -> NotebookNode:
    return workbook(read(DOCS / f"{module}.py"), module, address, repository)


def code(module: str) -> list[str]:
    """The code cells as Python sees them, magic commands translated."""
    translate = TransformerManager().transform_cell
    return [translate(one.source) for one in notebook(module).cells if one.cell_type == "code"]


def texts(module: str) -> list[str]:
    """The text cells without what has to stay as it is: code and formulas."""
    cells = notebook(module).cells
    return [KEPT.sub("", one.source) for one in cells if one.cell_type == "markdown"]


@every_chapter
def test_it_is_valid_and_empty(module: str) -> None:
    nbformat.validate(notebook(module))
    assert notebook(module).metadata.kernelspec.name == "python3"
    for cell in notebook(module).cells:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@every_chapter
def test_each_task_has_its_stub_and_then_its_check(module: str) -> None:
    found: list[str] = []
    for cell in code(module):
        for node in ast.parse(cell).body:
            if isinstance(node, ast.FunctionDef) and is_stub(node):
                found.append(f"{module}.{node.name}")
            elif isinstance(node, ast.Expr) and ast.unparse(node).startswith("check("):
                found.append(ast.unparse(node))
    assert found == [part for task in tasks(module) for part in (task, f"check('{task}')")]


@every_chapter
def test_what_a_student_writes_is_imported_from_nowhere(module: str) -> None:
    for cell in code(module):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                assert node.module not in (f"solutions.{module}", f"course.{module}")


def undefined(cells: list[str]) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "-"]
    script = "\n\n".join(["from IPython import get_ipython", *cells])
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


@every_chapter
def test_no_name_is_used_before_it_is_defined(module: str) -> None:
    assert undefined(code(module)) == ""


def test_a_name_that_is_used_too_early_would_be_noticed() -> None:
    first, *others = code("saliency")
    assert "F821" in undefined([others[-1], first, *others[:-1]])


@every_chapter
def test_its_text_is_plain_markdown(module: str) -> None:
    for text in texts(module):
        assert not re.search(
            r"^ *(!!!|\?\?\?|===)|\{\{|\{ *[#.]|\[@|(?<!\w)@[a-z]+\d{4}", text, re.M
        )


@every_chapter
def test_its_links_are_complete(module: str) -> None:
    links = [link for text in texts(module) for link in re.findall(r"\]\(([^\s)]*)", text)]
    assert links
    assert all(link.startswith("https://") for link in links), links


@every_chapter
def test_questions_are_asked_and_not_answered(module: str) -> None:
    asked = re.findall(r'^# \?\?\? question "(.*)"$', chapter(module), flags=re.M)
    cells = [one.source for one in notebook(module).cells if "*Your answer:*" in one.source]
    assert len(cells) == len(asked) > 0
    for question, cell in zip(asked, cells, strict=True):
        assert question in cell
        assert f"({SITE}#" in cell
        assert len(cell) < len(question) + 200, "room for an answer, and none of the chapter's"


@every_chapter
def test_what_is_folded_away_on_the_site_is_collapsed(module: str) -> None:
    head = r'^# %% tags=\[[^]]*"(?:fold|hide)"[^]]*\]$'
    folded = [one for one in re.findall(head, chapter(module), flags=re.M) if "answer" not in one]
    collapsed = [one for one in notebook(module).cells if "jupyter" in one.metadata]
    guesses = [one for one in collapsed if one.source.startswith("# @title Your guess")]
    assert len(collapsed) == len(folded) + len(guesses)
    for cell in collapsed:
        assert cell.metadata.jupyter.source_hidden
        assert cell.metadata.cellView == "form"


def test_imports_lead_to_the_solutions_of_other_modules() -> None:
    found = imports("contrastive")
    assert "\nfrom solutions.saliency import gradient_saliency" in found
    assert "\nfrom course import check, hint\n" in found
    with pytest.raises(LookupError, match="no_such"):
        stub("saliency", "no_such")


def test_without_a_repository_it_says_what_to_do() -> None:
    set_up = notebook("saliency", "").cells[1].source
    assert "git" not in set_up
    assert "Open this notebook in the course's folder" in set_up


# --- text -----------------------------------------------------------------------------------------


def test_boxes_become_quotations() -> None:
    text = '!!! note "Careful"\n\n    One.\n\n    ??? code "More"\n\n        `two`\n\nAfter.'
    assert to_plain(text, address) == (
        "> **Careful**\n> \n> One.\n> \n> > **More**\n> > \n> > `two`\n\nAfter."
    )
    assert to_plain("!!! tip\n    Short.", address) == "> **Tip**\n> \n> Short."


def test_tabs_follow_each_other() -> None:
    text = '=== "Linux"\n\n    ls\n\n=== "Windows"\n\n    dir\n'
    assert to_plain(text, address) == "**Linux**\n\nls\n\n**Windows**\n\ndir"


def test_attributes_are_left_out_and_formulas_stay() -> None:
    assert to_plain("## A title { #a.place }\n\nText.", address) == "## A title\n\nText."
    button = "[Go](https://example.org){ .md-button }"
    assert to_plain(button, address) == "[Go](https://example.org)"
    for formula in (r"$x^{ .5}[a](b)$", "$$\n[a](b) { #c }\n$$", "`[a](b){ #c }`"):
        assert to_plain(formula, address) == formula


def test_links_become_complete_or_words() -> None:
    assert to_plain("[a](b.md#c)", address) == f"[a]({SITE}b.md#c)"
    assert to_plain('![a](b.png "t")', address) == f'![a]({SITE}b.png "t")'
    assert to_plain("[a](b.md#c), ![d](e.png)", lambda target: "") == "a, d"
    doi = "[doi](https://doi.org/10.1016/0167-2789(92)90242-F)"
    assert to_plain(doi, address) == doi


def test_addresses_are_those_of_the_site() -> None:
    urls = {"saliency.md": "saliency/", "start.md": "start/"}
    files = SimpleNamespace(
        get_file_from_path=lambda path: SimpleNamespace(url=urls[path]) if path in urls else None
    )
    known = address_in(files, "saliency.md", SITE)
    assert known("start.md#install") == f"{SITE}start/#install"
    assert known("#questions") == f"{SITE}saliency/#questions"
    assert known("no.md") == "", "which mkdocs itself complains of"
    assert address_in(files, "saliency.md", "")("start.md") == ""


def test_colab_is_offered_if_it_can_find_the_notebook() -> None:
    for repository in (REPOSITORY, f"{REPOSITORY}.git"):
        colab = offer("saliency", repository)[1]
        assert '/github/someone/course/blob/notebooks/saliency.ipynb">' in colab
    for repository in ("", "https://example.org/someone/course"):
        (download,) = offer("saliency", repository)
        assert 'href="notebooks/saliency.ipynb"' in download


# --- as a student ---------------------------------------------------------------------------------


def solved(module: str, made: NotebookNode | None = None) -> NotebookNode:
    """A student's notebook with each stub filled in: the solution with its private helpers."""
    source = (ROOT / "solutions" / f"{module}.py").read_text(encoding="utf-8")
    lines, answers, begin = source.splitlines(), {}, 0
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            begin = node.end_lineno or 0
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            answers[node.name] = "\n".join(lines[begin : node.end_lineno]).strip()
            begin = node.end_lineno or 0
    filled = nbformat.from_dict(made or notebook(module, ""))
    for cell in filled.cells:
        if cell.cell_type == "code" and "raise NotImplementedError(" in cell.source:
            cell.source = answers[ast.parse(cell.source).body[0].name]
    return filled


def verdicts(done: NotebookNode) -> list[str]:
    """What the checks said."""
    shown = [one.outputs for one in done.cells if one.source.startswith("check(")]
    return [outputs[0].data["text/plain"].splitlines()[0] for outputs in shown]


@pytest.mark.slow
def test_who_solves_all_tasks_passes_all_checks(tmp_path: Path) -> None:
    done = solved("saliency")
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(done, timeout=600, kernel_name="python3", resources=where).execute()
    assert verdicts(done) == [f"✓ {task}: passed" for task in tasks("saliency")]
    figures = [
        output.data["text/html"]
        for cell in done.cells
        for output in cell.get("outputs", [])
        if "<figure" in output.get("data", {}).get("text/html", "")
    ]
    assert len(figures) == 3
    assert all("currentColor" in figure for figure in figures)


@every_chapter
def test_a_notebook_of_the_course_can_be_handed_in(module: str) -> None:
    """What its functions need, and nothing that is only there in the notebook."""
    made = nbformat.reads(edition(chapter(module), module), as_version=4)
    source = source_of(f"{module}.ipynb", nbformat.writes(solved(module, made)).encode())
    importer = SubmissionImporter()
    importer.install(read_submission(ROOT / "solutions") | {module: source})
    made_of_it = importlib.import_module(f"course.{module}")
    sys.meta_path.remove(importer)
    assert not untouched_functions(source)
    assert all(callable(getattr(made_of_it, task.partition(".")[2])) for task in tasks(module))
    assert "use_own_modules" not in source


@every_chapter
def test_the_edition_needs_nothing_but_the_course(module: str) -> None:
    made = nbformat.reads(edition(chapter(module), module), as_version=4)
    nbformat.validate(made)
    imported = [
        name
        for cell in made.cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        for name in names_imported_by(node)
    ]
    assert "course" in imported
    assert not [name for name in imported if name.split(".")[0] in ("docs", "solutions", "tests")]
    assert f"course.{module}" not in imported
    assert undefined([cell.source for cell in made.cells if cell.cell_type == "code"]) == ""


@every_chapter
def test_a_guess_has_a_cell_to_type_it_into_or_room_to_write_it(module: str) -> None:
    made = nbformat.reads(edition(chapter(module), module), as_version=4)
    rooms = [one.source for one in made.cells if one.source.startswith(ROOMS)]
    assert len(rooms) == chapter(module).count("{{ guess ")
    asked = [one.source for one in made.cells if "**First a guess.**" in one.source]
    assert len(asked) == len(rooms)


ROOMS = ("# @title Your guess", GUESS_BY_HAND)


def names_imported_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


@pytest.mark.slow
def test_the_editions_notebook_works_with_the_students_other_modules(tmp_path: Path) -> None:
    write_folder(tmp_path, with_notebooks=True)
    file = tmp_path / "notebooks" / "activation_maximization.ipynb"
    for other in ("saliency", "feature_visualization"):
        shutil.copy(ROOT / "solutions" / f"{other}.py", tmp_path)
    done = solved("activation_maximization", nbformat.read(file, as_version=4))
    where = {"metadata": {"path": str(file.parent)}}
    NotebookClient(done, timeout=900, kernel_name="python3", resources=where).execute()
    expected = [f"✓ {task}: passed" for task in tasks("activation_maximization")]
    assert verdicts(done) == expected


@pytest.mark.slow
@every_chapter
def test_a_chapter_does_not_disturb_its_checks(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that the chapter's own cells define, the solutions still pass."""
    before, shell = sys.modules["__main__"], InteractiveShell(history_length=0)
    shell.history_manager.enabled = False
    for cell in solved(module).cells:
        if cell.cell_type == "code":
            shell.run_cell(definitions_in(cell.source), store_history=True)
    monkeypatch.setattr(grader_notebook, "_kernel", lambda: Kernel(shell.user_ns))
    try:
        assert check(module).report.is_full
    finally:
        sys.modules["__main__"] = before


@pytest.mark.slow
def test_the_set_up_works_on_a_fresh_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first cell brings the course into a bare environment, in the process that runs it."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone that could be cloned")
    python = tmp_path / "bare" / ("Scripts" if os.name == "nt" else "bin") / "python"
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    run = functools.partial(subprocess.run, check=True, env=environment)
    run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(tmp_path / "published")])
    run([sys.executable, "-m", "venv", str(tmp_path / "bare")])
    run([str(python), "-m", "pip", "install", "--quiet", "ipykernel"])
    spec = tmp_path / "jupyter" / "kernels" / "bare"
    run([str(python), "-m", "ipykernel", "install", "--prefix", str(tmp_path), "--name", "bare"])
    spec.parent.mkdir(parents=True)
    (tmp_path / "share" / "jupyter" / "kernels" / "bare").rename(spec)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "work"
    folder.mkdir()

    made = nbformat.from_dict(notebook("saliency", (tmp_path / "published").as_uri()))
    answer = "def smooth(heatmaps, sigma):\n    return heatmaps"
    made.cells = [
        *[cell for cell in made.cells if cell.cell_type == "code"][:2],
        new_code_cell("import docs.machinery.figures, solutions.saliency, tests.grading.common"),
        new_code_cell('check("saliency.to_heatmap")'),
        new_code_cell(answer),
        new_code_cell('check("saliency.smooth")'),
        new_code_cell("import sys, course\nprint(sys.prefix, course.__file__)"),
    ]
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(made, timeout=1200, kernel_name="bare", resources=where).execute()
    assert verdicts(made) == ["· saliency.to_heatmap: not started", "✗ saliency.smooth: failed"]
    assert made.cells[-1].outputs[0].text.split() == [
        str(tmp_path / "bare"),
        str(folder / "introspection-course" / "course" / "__init__.py"),
    ]
    shutil.rmtree(tmp_path / "bare")  # pytest keeps the rest, but this is large


def test_a_tensorflow_that_is_there_stays() -> None:
    from docs.machinery.install import requirements

    assert any(one.startswith("tensorflow") for one in requirements(has_tensorflow=False))
    without = requirements(has_tensorflow=True)
    assert not any(one.startswith("tensorflow") for one in without)
    assert any(one.startswith("keras") for one in without)
