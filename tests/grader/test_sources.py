"""A submission is read as text; what is still a stub is seen without running it."""

import codecs
import json
from pathlib import Path

import pytest

from course.grader.sources import (
    has_been_started,
    read_submission,
    source_of,
    touched_by,
    untouched_functions,
)

STUB = 'def smooth(a, b):\n    """Blur."""\n    raise NotImplementedError("saliency.smooth")\n'


def test_a_stub_is_untouched() -> None:
    assert untouched_functions(STUB) == {"smooth"}
    assert untouched_functions("def smooth(): raise NotImplementedError") == {"smooth"}


@pytest.mark.parametrize(
    "source",
    [
        "def smooth(a, b):\n    return a",
        "def smooth(a, b):\n    raise ValueError",
        "def smooth(a, b):\n    a += 1\n    raise NotImplementedError",
        STUB + "\ndef better(a, b): return a\nsmooth = better",
        STUB + "\nfrom elsewhere import smooth",
        STUB + "\nfrom elsewhere import *",
        STUB + "\nif True:\n    def smooth(a, b): return a",
        STUB + "\ndef smooth(a, b): return a",
        "def smooth(:",
        "",
    ],
)
def test_anything_else_has_been_started(source: str) -> None:
    assert untouched_functions(source) == set()


def test_a_module_has_been_started_if_any_function_has() -> None:
    sources = {"saliency": STUB + "\ndef other():\n    return 1\n"}
    assert has_been_started(sources, "saliency")
    assert has_been_started(sources, "saliency.other")
    assert not has_been_started(sources, "saliency.smooth")
    assert not has_been_started({"saliency": STUB}, "saliency")
    assert not has_been_started({}, "saliency")
    assert has_been_started({"saliency": "def broken(:"}, "saliency")


def test_missing_modules_are_left_out_and_unreadable_ones_say_so(tmp_path: Path) -> None:
    (tmp_path / "saliency.py").write_text(STUB)
    (tmp_path / "contrastive.py").write_bytes(b"\xff\xfe\x00 not text")
    (tmp_path / "clever_hans.py").write_text("#" * (2**20 + 1))
    (tmp_path / "notes.py").write_text("secret")
    sources = read_submission(tmp_path)
    assert set(sources) == {"saliency", "contrastive", "clever_hans"}
    assert sources["saliency"] == STUB
    assert "cannot be read" in sources["contrastive"]
    assert "longer than 256 KB" in sources["clever_hans"]


NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "def smooth(a, b):\\n    return a"}]}'


@pytest.mark.parametrize("name", ["saliency.ipynb", "saliency.py"])
def test_a_notebook_is_a_module_under_either_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(NOTEBOOK)
    assert "def smooth(a, b):" in read_submission(tmp_path)["saliency"]


def test_a_notebook_counts_beside_a_stub_and_not_beside_work(tmp_path: Path) -> None:
    (tmp_path / "saliency.ipynb").write_text(NOTEBOOK)
    (tmp_path / "saliency.py").write_text(STUB)
    assert "return a" in read_submission(tmp_path)["saliency"]
    (tmp_path / "saliency.py").write_text("def smooth(a, b):\n    return b\n")
    assert "return b" in read_submission(tmp_path)["saliency"]


def test_a_declared_encoding_is_heeded(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\nNAME = 'Größe'\n"
    (tmp_path / "saliency.py").write_bytes(text.encode("latin-1"))
    scope: dict[str, str] = {}
    exec(read_submission(tmp_path)["saliency"], scope)
    assert scope["NAME"] == "Größe"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x = '\xe9'\n", b"# coding: nonsense\n"])
def test_what_is_not_text_says_so_when_it_is_imported(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "saliency.py").write_bytes(data)
    with pytest.raises(ImportError, match=r"saliency\.py cannot be read"):
        exec(read_submission(tmp_path)["saliency"], {})


@pytest.mark.parametrize(
    "line",
    [
        "from .saliency import smooth",
        "from course.saliency import smooth",
        "from course import (\n    saliency,\n)",
        "from . import saliency as s",
        "import course.saliency",
        "def f():\n    from .saliency import smooth",
        "import importlib\ns = importlib.import_module('course.saliency')",
    ],
)
def test_a_change_touches_what_imports_the_module(line: str) -> None:
    sources = {"saliency": STUB, "contrastive": line, "clever_hans": "x = 1"}
    assert touched_by({"saliency"}, sources) == {"saliency", "contrastive"}
    assert touched_by({"contrastive"}, sources) == {"contrastive"}


def test_a_change_touches_also_what_imports_it_by_way_of_another() -> None:
    sources = {
        "input_optimization": "from .contrastive import find_errors",
        "contrastive": "from .saliency import smooth",
        "clever_hans": "def broken(:",
    }
    assert touched_by({"saliency"}, sources) == {"saliency", "contrastive", "input_optimization"}


def test_a_notebook_may_begin_with_a_byte_order_mark() -> None:
    """Some editors of Windows write one."""
    cell = {"cell_type": "code", "source": "def smooth(a, b):\n    return a"}
    data = codecs.BOM_UTF8 + json.dumps({"cells": [cell]}).encode()
    assert "def smooth" in source_of("saliency.ipynb", data)
    assert "cells" not in source_of("saliency.ipynb", data)
