"""What has become of images that were given is told by their pixels."""

from collections.abc import Callable

import numpy as np

from course.grader.compare import Pair
from course.grader.diagnosis.changes import find_change
from course.grader.diagnosis.compared import Case, case_of

Change = Callable[[np.ndarray], np.ndarray]

IMAGES = np.random.default_rng(0).uniform(0.2, 0.8, (3, 6, 5, 2))


def case(mistake: Change, right: Change) -> Case:
    return case_of(Pair(mistake(IMAGES), right(IMAGES)), {"images": IMAGES})


def painted(*place: int | slice) -> Change:
    """Images that are white at a place."""

    def paint(images: np.ndarray) -> np.ndarray:
        images = images.copy()
        images[place] = 1
        return images

    return paint


EVERY = slice(None)


def test_an_image_that_should_stay_is_named() -> None:
    found = find_change([case(painted(1), painted(0))])
    assert found == "Image 0 of 3 stays as it is, but should be changed."
    assert "Image 1 of 3 is changed" in str(find_change([case(painted(slice(2)), painted(0))]))


def test_rows_and_columns_that_should_stay_are_named() -> None:
    right = painted(EVERY, slice(3, 6), slice(2, 5))
    found = find_change([case(painted(EVERY, slice(3, 6), slice(1, 4)), right)])
    assert found is not None
    assert "columns" in found
    assert "1 to 3 of 5, where it should be 2 to 4" in found
    assert "rows" in str(find_change([case(painted(EVERY, 0, slice(2, 5)), right)]))
    first = painted(EVERY, slice(3, 6), slice(2, 5), 0)
    assert "channels" in str(find_change([case(first, right)]))


def test_a_limit_of_the_change_is_named() -> None:
    change = np.random.default_rng(1).normal(0, 0.05, IMAGES.shape)
    limited = case(lambda x: x + np.clip(change, -0.03, 0.03), lambda x: x + change)
    assert "by more than 0.03" in str(find_change([limited]))


def test_what_each_pixel_becomes_is_named() -> None:
    share = np.random.default_rng(2).uniform(0.1, 0.4, (1, 6, 5, 1))

    def blended(target: float) -> Change:
        return lambda x: x * (1 - share) + target * share

    assert "0.5 times what should be" in str(find_change([case(blended(0.3), blended(0.6))]))
    lighter = case(lambda x: x + 0.1 * share + 0.05, lambda x: x + 0.1 * share)
    assert "differs everywhere from what should be by +0.05" in str(find_change([lighter]))
    stronger = case(lambda x: x * (1 - share**2) + share**2, blended(1.0))
    assert "it should be" in str(find_change([stronger]))


def test_what_is_no_change_of_images_is_not_named() -> None:
    noise = np.random.default_rng(3).normal(size=IMAGES.shape)
    assert find_change([case(lambda x: x + noise, lambda x: x - noise)]) is None
    assert find_change([case(painted(0), painted(0))]) is None
    assert find_change([case_of(Pair(noise, 2 * noise), {})]) is None
    assert find_change([]) is None
