"""What an experiment writes down: its results, and which code made them."""

import ast
import hashlib
import inspect
import io
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

Code = ModuleType | Callable[..., Any]


def code_hash(*made_by: Code, text: str = "") -> str:
    """Of code whose change could change the results, without comments and docstrings.

    Args:
        *made_by: functions and modules.
        text: more code, as it is written.
    """
    sources = [*map(inspect.getsource, made_by), *([text] if text else [])]
    bare = "\n".join(map(bare_source, sources))
    return hashlib.sha256(bare.encode()).hexdigest()[:16]


def bare_source(source: str) -> str:
    """Source without comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_text(one)] or [ast.Pass()]  # type: ignore
    return ast.unparse(tree)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def begin(file: Path, code: str) -> dict[str, Any]:
    """What this code has already written into a file, or else a beginning."""
    if file.exists():
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["code"] == code:
            return found
    versions = {one.__name__: one.__version__ for one in (tf, keras, np)}
    return {"code": code, "versions": {"python": platform.python_version(), **versions}}


def write(file: Path, results: dict[str, Any]) -> None:
    """Write down the results so far."""
    file.write_text(json.dumps(results) + "\n", encoding="utf-8")
    print(time.strftime("%X"), flush=True)


def rounded(values: np.ndarray) -> list[float]:
    """Numbers as they are written down."""
    return np.round(np.asarray(values, float), 5).tolist()


def unpacked(strip: bytes) -> np.ndarray:
    """The images of a strip, which are square and stand side by side: `(B, H, H, 3)` in [0, 1]."""
    pixels = np.asarray(Image.open(io.BytesIO(strip)).convert("RGB"), np.float32) / 255
    return np.stack(np.split(pixels, pixels.shape[1] // pixels.shape[0], axis=1))
