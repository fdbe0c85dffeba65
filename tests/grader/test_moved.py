"""A mistake in a step shows in what images are changed by."""

from collections.abc import Callable

import numpy as np
import pytest

from course.grader.compare import Pair
from course.grader.diagnosis.compared import Case, case_of
from course.grader.diagnosis.moved import find_clue_of_a_move, find_move
from course.grader.diagnosis.relations import diagnose

Values = np.ndarray
Change = Callable[[Values], Values]

SHAPES = ((2, 7, 6, 3), (1, 4, 5, 1), (3, 6, 5, 4))


def stepped(mistake: Change, size: float = 0.2, name: str = "images") -> list[Case]:
    """What a mistake makes of a step; some values are clipped."""
    found = []
    for number, shape in enumerate(SHAPES):
        draw = np.random.default_rng(number)
        start, step = draw.uniform(0, 1, shape), draw.normal(0, size, shape)
        mine, right = (np.clip(start + change, 0, 1) for change in (mistake(step), step))
        found.append(case_of(Pair(mine, right), {name: start, "step_size": 0.3}))
    return found


def in_grey(step: Values) -> Values:
    return step.mean(axis=-1, keepdims=True) + 0 * step


def sized(step: Values) -> Values:
    return 0.1 * step / np.sqrt((step**2).mean(axis=(1, 2, 3), keepdims=True))


@pytest.mark.parametrize(
    ("says", "mistake"),
    [
        ("The change of images is averaged over the channels", in_grey),
        ("is added up over the channels", lambda s: s.sum(axis=-1, keepdims=True) + 0 * s),
        ("the first channel is used for all", lambda s: s[..., :1] + 0 * s),
        ("the negative values are gone", lambda s: np.maximum(s, 0)),
        ("the signs are lost", np.abs),
        ("channels come in the reverse order", lambda s: s[..., ::-1]),
        ("is upside down", lambda s: s[:, ::-1]),
        ("is averaged over the batch", lambda s: s.mean(axis=0, keepdims=True) + 0 * s),
        (
            "only the signs are left: the sizes are lost. It is also 0.05 times",
            lambda s: np.sign(s) / 20,
        ),
        (
            "over the channels: every channel should have its own. Its length",
            lambda s: sized(in_grey(s)),
        ),
    ],
)
def test_a_relation_of_changes_is_said(says: str, mistake: Change) -> None:
    assert says in str(diagnose(stepped(mistake)))


def test_the_argument_that_has_been_changed_is_named() -> None:
    assert "The change of start is averaged" in str(find_move(stepped(in_grey, name="start")))
    assert find_move(stepped(in_grey, name="heatmaps")) is None


def test_one_image_without_a_batch_has_rows_and_columns_as_others_do() -> None:
    draw = np.random.default_rng(3)
    image, step = draw.uniform(0.3, 0.7, (6, 5, 3)), draw.normal(0, 0.05, (6, 5, 3))
    case = case_of(Pair(image + step[::-1], image + step), {"image": image})
    assert find_move([case]) == "The change of image is upside down: the rows are reversed."


def test_of_what_is_clipped_everywhere_nothing_is_said() -> None:
    assert find_move(stepped(in_grey, size=1e4)) is None
    assert find_move(stepped(lambda step: step)) is None


def test_nothing_is_said_that_does_not_hold_in_all_calls() -> None:
    assert find_move(stepped(lambda s: in_grey(s) if len(s) == 2 else s)) is None
    assert (
        find_move(stepped(lambda s: s + 0.05 * np.sin(np.arange(s.size)).reshape(s.shape))) is None
    )


def test_values_that_stay_black_or_white_are_told() -> None:
    draw = np.random.default_rng(5)
    start, step = (
        draw.uniform(-0.3, 1.3, (2, 6, 5, 3)).clip(0, 1),
        draw.normal(0, 0.2, (2, 6, 5, 3)),
    )
    right = np.clip(start + step, 0, 1)
    mine = np.where((start == 0) | (start == 1), start, right)
    found = str(find_move([case_of(Pair(mine, right), {"start": start})]))
    assert "values of start that are 0 or 1, which stay" in found


def test_what_is_known_of_a_few_values_alone_is_not_said() -> None:
    draw = np.random.default_rng(6)
    start, ramp = draw.uniform(0, 0.4, (2, 4, 5, 3)), np.add.outer(np.arange(4), np.arange(5)) / 8
    ramps = (one[None, :, :, None] for one in (np.where(ramp > 0.3, 2 * ramp, ramp), ramp))
    mine, right = (np.clip(start + one, 0, 1) for one in ramps)
    assert "channel" not in str(find_move([case_of(Pair(mine, right), {"images": start})]))
    level = np.clip(start + draw.normal(size=(2, 1, 1, 1)) / 9, 0, 1)  # no softmax of one channel
    case = case_of(Pair(level[..., :1], right[..., :1]), {"images": start[..., :1]})
    assert find_move([case]) is None


def test_a_change_that_is_limited_or_cut_off_is_told() -> None:
    def told(mistake: Change) -> str:
        return str(find_clue_of_a_move(stepped(mistake)))

    assert "values below -0.1 and above 0.1 are cut off" in told(lambda s: np.clip(s, -0.1, 0.1))
    assert "but for the smallest magnitudes" in told(lambda s: np.where(np.abs(s) > 0.1, s, 0))
    assert told(lambda s: s + 0.01) == "None"
