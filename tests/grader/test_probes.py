"""What a call that is made once more tells: whether images depend on their batch."""

from collections.abc import Callable

import numpy as np

from course.grader.compare import Pair
from course.grader.diagnosis.probes import depends_on_its_batch
from course.grader.work import Record

IMAGES = np.random.default_rng(0).uniform(0.1, 0.9, (3, 4, 5, 2))


def asked(function: Callable[[np.ndarray], np.ndarray], is_drawn: bool = False) -> str:
    """What is said of a function that should give the images' squares."""
    answer = function(IMAGES)
    record = Record("saliency.to_heatmap", (IMAGES, 7), {}, answer)
    pair = Pair(answer, IMAGES**2, raw=answer)
    return depends_on_its_batch(record, pair, lambda one: function(one.args[0]), is_drawn)


def test_images_that_are_right_alone_are_told_from_others() -> None:
    assert "right when it is alone" in asked(lambda x: x**2 * len(x))
    assert asked(lambda x: x**3) == ""


def test_images_that_change_with_their_neighbours_are_named() -> None:
    def centred(images: np.ndarray) -> np.ndarray:
        return images - images.mean()

    assert "alone than in a batch" in asked(centred)
    assert asked(centred, is_drawn=True) == ""
