"""Run a chapter's cells, and keep what came out for as long as nothing it depends on changes."""

import hashlib
import os
from importlib.metadata import distributions
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "chapters"


def read(path: Path) -> NotebookNode:
    """Read a chapter, a script in percent format, as a notebook that has not been run."""
    return jupytext.read(path, fmt="py:percent")


def executed(notebook: NotebookNode) -> NotebookNode:
    """Run a notebook, or take its results from the cache.

    Args:
        notebook: as `read` returns it.

    Returns:
        The notebook with its outputs.

    Raises:
        CellExecutionError: if a cell raises.
    """
    path = CACHE / f"{_key(notebook)}.ipynb"
    if path.is_file():
        return _with_outputs_of(nbformat.read(path, as_version=4), notebook)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    os.environ.update({name: os.environ.get(name, value) for name, value in quiet.items()})
    where = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=where).execute()
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


def _key(notebook: NotebookNode) -> str:
    """A hash of all that the results depend on: the code, what it imports, the libraries."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            digest.update(cell.source.encode() + b"\0")
    for imported in ("solutions/*.py", "course/given/*.py", "docs/tools/figures.py"):
        for path in sorted(ROOT.glob(imported)):
            digest.update(path.read_bytes())
    for installed in sorted(f"{one.name} {one.version}" for one in distributions()):
        digest.update(installed.encode())
    return digest.hexdigest()[:32]
