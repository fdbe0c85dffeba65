"""Experiments that take too long for a chapter: scripts, and the results that they wrote down."""

import json
from pathlib import Path
from typing import Any


def load_results(name: str) -> dict[str, Any]:
    """Read what an experiment wrote down.

    Args:
        name: the script's, such as `"counterfactuals"`.

    Returns:
        Its results; see the script.
    """
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
