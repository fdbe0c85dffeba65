"""Right answers in any style: what is at the top of a file, and what a library does with it, is
no business of the grader's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grader.grading import grade_sources
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.sources import decode, read_submission
from course.grader.tasks import select_tasks

SOLUTIONS = read_submission(Path(__file__).resolve().parents[2] / "solutions")

TOPS = {
    "reconfigure": "import sys\nsys.stdout.reconfigure(encoding='utf-8', line_buffering=True)",
    "buffer": "import sys\nsys.stdout.buffer.write(b'here')\nsys.stderr.buffer.flush()",
    "fileno": "import os, sys\nos.write(sys.stdout.fileno(), b'here')",
    "encoding": "import sys\nassert sys.stdout.encoding.lower() == 'utf-8'",
    "isatty": "import sys\nassert not sys.stdout.isatty() and not sys.stdin.isatty()",
    "wrapped": "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, 'utf-8')",
    "closed": "import sys\nsys.stdout.close()\nprint('to the other', file=sys.stderr)",
    "a window": "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt",
    "threads": (
        "import tensorflow as tf\ntf.config.threading.set_intra_op_parallelism_threads(1)\n"
        "tf.config.threading.set_inter_op_parallelism_threads(1)"
    ),
    "cards": (
        "import tensorflow as tf\ntf.config.set_visible_devices([], 'GPU')\n"
        "for card in tf.config.list_physical_devices('GPU'):\n"
        "    tf.config.experimental.set_memory_growth(card, True)"
    ),
    "graphs": (
        "import tensorflow as tf\n"
        "tf.config.optimizer.set_experimental_options({'disable_meta_optimizer': False})"
    ),
    "seeds": "import random, keras\nrandom.seed(1)\nkeras.utils.set_random_seed(1)",
    "logging": "import logging\nlogging.basicConfig(level='DEBUG')\nlogging.info('here')",
    "stars": "from numpy import *\nfrom course.given import *",
    "state": "CALLS = []",
    "a guard": "if __name__ == '__main__':\n    raise SystemExit",
}

# A `tf.function` with loops and conditions over tensors, as TensorFlow's tutorials write them.
AUTOGRAPH = """
@tf.function
def _blurred(maps, sigma):
    reach = tf.cast(tf.math.ceil(4 * sigma), tf.int32)
    weights = tf.TensorArray(tf.float32, size=2 * reach + 1)
    for i in tf.range(2 * reach + 1):
        if i <= reach:
            distance = reach - i
        else:
            distance = i - reach
        weights = weights.write(i, tf.exp(-0.5 * (tf.cast(distance, tf.float32) / sigma) ** 2))
    total = 0.0
    place = 0
    while place < 2 * reach + 1:
        total += weights.read(place)
        place += 1
    return maps * total / total


def to_heatmap(saliency):
    saliency = tf.convert_to_tensor(saliency, tf.float32)
    return _blurred(_summed(saliency), tf.constant(1.0))


@tf.function
def _summed(saliency):
    total = tf.zeros(tf.shape(saliency)[:3])
    for channel in tf.range(tf.shape(saliency)[3]):
        total = total + saliency[..., channel]
    return total
"""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    workers = start_workers(PRELOAD)
    yield workers
    workers.close()


def grade(source: str, workers: Workers, *names: str) -> dict[str, str]:
    report = grade_sources(SOLUTIONS | {"saliency": source}, select_tasks(names), 0, workers)
    return {verdict.task: verdict.message for verdict in report.tasks if verdict.score == 0}


TRIED_AT_ONCE = ("reconfigure", "a window")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name not in TRIED_AT_ONCE)) for name in TOPS],
)
def test_what_stands_at_the_top_costs_nothing(name: str, workers: Workers) -> None:
    top, text = TOPS[name], SOLUTIONS["saliency"]
    assert '"""\n\nimport' in text
    source = text.replace('"""\n\nimport', f'"""\n\n{top}\n\nimport', 1)
    names = ("saliency.to_heatmap", "saliency.select_output", "saliency.plot_saliency")
    assert grade(source, workers, *names) == {}


def test_autograph_finds_the_source(workers: Workers) -> None:
    source = f"{SOLUTIONS['saliency']}\nimport tensorflow as tf\n{AUTOGRAPH}"
    assert grade(source, workers, "saliency.to_heatmap") == {}


def test_an_error_in_what_autograph_has_rewritten_shows_the_students_line(workers: Workers) -> None:
    source = AUTOGRAPH.replace("total + saliency[..., channel]", "tf.reshape(total, [7, 7, 7])")
    source = f"{SOLUTIONS['saliency']}\nimport tensorflow as tf\n{source}"
    message = grade(source, workers, "saliency.to_heatmap")["saliency.to_heatmap"]
    line = 1 + source.splitlines().index("        total = tf.reshape(total, [7, 7, 7])")
    assert f"saliency.py, line {line} in _summed" in " ".join(message.split())
    assert "total = tf.reshape(total, [7, 7, 7])" in message
    assert "autograph" not in message


def test_inspect_gives_a_functions_source(workers: Workers) -> None:
    look = "import inspect\ndef to_heatmap(saliency):\n    raise RuntimeError("
    look += "inspect.getsource(to_heatmap).splitlines()[0])"
    message = grade(f"{SOLUTIONS['saliency']}\n{look}\n", workers, "saliency.to_heatmap")
    assert "RuntimeError: def to_heatmap(saliency):" in message["saliency.to_heatmap"]


def test_decorators_are_no_obstacle(workers: Workers) -> None:
    text = """
import functools

def loudly(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        print("called", function.__name__)
        return function(*args, **kwargs)
    return call

smooth = loudly(smooth)
to_heatmap = functools.partial(to_heatmap)
"""
    names = ("saliency.smooth", "saliency.to_heatmap")
    assert grade(f"{SOLUTIONS['saliency']}\n{text}", workers, *names) == {}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# -*- coding: latin-1 -*-\nx = '\xe4'\n", "# -*- coding: latin-1 -*-\nx = 'ä'\n"),
        (b"\xef\xbb\xbfx = '\xc3\xa4'\r\n", "x = 'ä'\n"),
        ("x = 'ä'\n".encode(), "x = 'ä'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'\n", None),
    ],
)
def test_a_file_is_read_in_the_encoding_that_it_names(data: bytes, text: str | None) -> None:
    found = decode(data)
    assert found == (text or "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'\n")
    compile(found, "saliency.py", "exec")


@pytest.mark.parametrize(
    "data",
    [
        b"x = '\xe4'\n",
        b"# coding: no-such\n",
        b"\xff\xfe",
        "x = 1".encode("utf-16-le"),
        "x = 1".encode("utf-32"),
    ],
)
def test_a_file_that_is_not_text_in_its_encoding_is_refused(data: bytes) -> None:
    with pytest.raises(
        ValueError, match=r"not text in UTF-8 or the encoding it names.*; save it as UTF-8"
    ):
        decode(data)
