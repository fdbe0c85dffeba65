"""A point cannot be had without solving the task.

The worker knows no expected value, inputs are drawn fresh, and what comes back is only numbers.
"""

import pytest
from scipy.ndimage import gaussian_filter

from course.grader.grading import grade_sources
from course.grader.pool import Workers
from course.grader.tasks import select_tasks
from tests.grading.common import random_maps

TRICKS = {
    "an answer that claims to be equal to everything": """
class Everything:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
def smooth(heatmaps, sigma):
    return Everything()
""",
    "an array that claims to be equal to everything": """
class Everything(np.ndarray):
    def __eq__(self, other): return True
    def __sub__(self, other): return np.zeros_like(self)
    __rsub__ = __sub__
def smooth(heatmaps, sigma):
    return np.asarray(heatmaps).view(Everything)
""",
    "an __array__ that lies": """
class Liar:
    def __array__(self, *args, **kwargs): return np.zeros((2, 6, 5))
def smooth(heatmaps, sigma):
    return Liar()
""",
    "patched comparisons in numpy": """
np.allclose = np.isclose = np.array_equal = lambda *args, **kwargs: True
np.max = np.abs = lambda *args, **kwargs: 0
np.testing.assert_allclose = lambda *args, **kwargs: None
def smooth(heatmaps, sigma):
    return heatmaps
""",
    "patched grader modules": """
import course.grader.compare as compare, course.worker.process as worker
compare.TOLERANCE = compare.SMALLEST = 1e9
compare.check_close = compare.check = lambda *args, **kwargs: None
def smooth(heatmaps, sigma):
    return heatmaps
""",
    "a forged verdict on every channel there is": """
import os
def smooth(heatmaps, sigma):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b'{"status": "passed", "score": 1.0}')
        except OSError:
            pass
    return heatmaps
""",
    "a walk through the frames to a caller who knows": """
import sys
def smooth(heatmaps, sigma):
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if getattr(value, 'shape', None) == heatmaps.shape and value is not heatmaps:
                return value
        frame = frame.f_back
    return heatmaps
""",
    "an early and cheerful exit": """
import os, atexit
atexit.register(lambda: os._exit(0))
def smooth(heatmaps, sigma):
    os._exit(0)
""",
    "a special case for the shape, and nothing else": """
def smooth(heatmaps, sigma):
    return np.zeros((2, 6, 5)) if np.shape(heatmaps) == (2, 6, 5) else heatmaps
""",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_tricks_earn_nothing(trick: str, workers: Workers, solutions: dict[str, str]) -> None:
    sources = solutions | {"saliency": f"{solutions['saliency']}\n{trick}"}
    report = grade_sources(sources, select_tasks(["saliency.smooth"]), 0, workers)
    assert report.tasks[0].status in ("failed", "error")
    assert report.score == 0
    # And whoever comes next in the same process gets what is theirs.
    report = grade_sources(solutions, select_tasks(["saliency.to_heatmap"]), 0, workers)
    assert report.is_full


def test_answers_learnt_by_heart_hold_for_one_seed_only(
    workers: Workers, solutions: dict[str, str]
) -> None:
    """Whoever knows all inputs of one seed, and their answers, fails with another."""
    known = [random_maps(seed) for seed in range(3)]
    table = {
        (maps.tobytes().hex(), sigma): gaussian_filter(maps, (0, sigma, sigma)).tobytes().hex()
        for maps in known
        for sigma in (0.5, 1.0, 2.0)
    }
    text = (
        f"TABLE = {table!r}\n"
        "def smooth(heatmaps, sigma):\n"
        "    if sigma <= 0:\n"
        "        return heatmaps if sigma == 0 else int('x')\n"
        "    known = TABLE.get((heatmaps.tobytes().hex(), sigma))\n"
        "    return np.frombuffer(bytes.fromhex(known), 'f4').reshape(heatmaps.shape)"
        " if known else heatmaps\n"
    )
    sources = solutions | {"saliency": solutions["saliency"] + "\n" + text}
    for seed in (11, 12, 13):
        report = grade_sources(sources, select_tasks(["saliency.smooth"]), seed, workers)
        assert report.tasks[0].status == "failed"
