"""A chapter is run again if something it depends on has changed, and only then."""

import pytest

pytest.importorskip("nbclient")

from docs.machinery.notebooks import ROOT, files_behind


def names(code: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in files_behind(code)}


def test_what_is_imported_counts_also_by_others() -> None:
    found = names("from solutions.contrastive import grad_cam")
    assert {"solutions/contrastive.py", "solutions/saliency.py", "course/given/models.py"} <= found
    assert "solutions/clever_hans.py" not in found
    assert names("import numpy as np") == set()


def test_what_is_read_counts_as_well() -> None:
    found = names("from tests.proofs.results import RESULTS")
    assert "tests/proofs/results.json" in found
    assert "tests/grading/test_saliency.py" in names("from course.grader.tasks import select_tasks")
