import keras
import numpy as np
import pytest

from course.given import (
    class_index_of,
    copyright_mask,
    draw_text,
    four_cheats,
    load_photos,
    load_watermark,
    predict,
    time_stamp,
    time_stamp_mask,
)
from course.given.stamps import WATERMARKS


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row, first and last column with ink."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return rows[0], rows[-1], columns[0], columns[-1]


def test_text_is_a_mask_where_it_was_asked_for() -> None:
    mask = draw_text((60, 100), "HI", position=(20, 30), size=20)
    assert mask.shape == (60, 100)
    assert mask.dtype == np.float32
    assert mask.min() == 0
    assert 0.9 < mask.max() <= 1
    top, bottom, left, right = box(mask)
    assert (top, left) == (20, 30)
    assert 12 <= bottom - top <= 18
    assert right < 60


def test_text_may_start_outside() -> None:
    whole = draw_text((40, 200), "shortcut", position=(5, 5), size=20)
    part = draw_text((40, 200), "shortcut", position=(-2, -5), size=20)
    np.testing.assert_array_equal(part[:33, :190], whole[7:, 10:])
    assert not draw_text((40, 40), "shortcut", position=(50, 0)).any()


def test_larger_text_is_larger() -> None:
    small, large = (draw_text((80, 200), "2019", size=size) for size in (10, 40))
    assert large.sum() == pytest.approx(16 * small.sum(), rel=0.3)


def test_text_is_cut_at_the_edge() -> None:
    whole = draw_text((40, 200), "shortcut", position=(5, 5), size=20)
    part = draw_text((40, 50), "shortcut", position=(5, 5), size=20)
    np.testing.assert_array_equal(part, whole[:, :50])


def test_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="size must be positive"):
        draw_text((10, 10), "x", size=0)


@pytest.mark.parametrize("shape", [(32, 32), (224, 224), (100, 160)])
def test_a_time_stamp_sits_in_the_lower_right_corner(shape: tuple[int, int]) -> None:
    mask = time_stamp_mask(shape)
    top, bottom, left, right = box(mask)
    assert top > shape[0] / 2
    assert shape[0] - 6 <= bottom < shape[0] - 1  # all of it is inside
    assert shape[1] - 6 <= right < shape[1] - 1
    assert left >= 0
    assert 0.002 < mask.mean() < 0.15


def test_time_stamp_paints_only_the_mask() -> None:
    images = np.random.default_rng(0).uniform(size=(3, 48, 64, 3)).astype(np.float32)
    copy = images.copy()
    stamped = time_stamp(images, "12:00", color=(0, 1, 0))
    mask = time_stamp_mask((48, 64), "12:00")
    np.testing.assert_array_equal(images, copy)
    np.testing.assert_array_equal(stamped[:, mask == 0], images[:, mask == 0])
    ink = mask[..., None]
    np.testing.assert_allclose(stamped, (1 - ink) * images + ink * [0, 1, 0], atol=1e-6)
    assert stamped.min() >= 0
    assert stamped.max() <= 1
    assert stamped.dtype == np.float32


def test_other_times_are_other_stamps() -> None:
    assert (
        np.abs(time_stamp_mask((64, 64), "12:00") - time_stamp_mask((64, 64), "9:41")).max() > 0.5
    )


@pytest.mark.parametrize("kind", WATERMARKS)
@pytest.mark.parametrize("size", [32, 224, (160, 240)])
def test_watermarks_are_masks(kind: str, size: int | tuple[int, int]) -> None:
    mask = load_watermark(size, kind)
    assert mask.shape == (size if isinstance(size, tuple) else (size, size))
    assert mask.dtype == np.float32
    assert mask.min() == 0
    assert 0.3 < mask.max() <= 1
    assert 0.01 < mask.mean() < 0.06
    top, bottom, left, _ = box(mask)
    assert 0.38 < top / mask.shape[0] < 0.46
    assert bottom / mask.shape[0] < 0.65
    assert left / mask.shape[1] < 0.06


def test_the_shuffled_mark_has_the_same_pixels() -> None:
    mark, shuffled = load_watermark(), load_watermark(kind="shuffled")
    np.testing.assert_array_equal(np.sort(mark, axis=None), np.sort(shuffled, axis=None))
    assert np.mean(mark != shuffled) > 0.01
    np.testing.assert_array_equal(shuffled, load_watermark(kind="shuffled"))


def test_watermark_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="kind must be one of shortcut, other, latin, shuffled"):
        load_watermark(kind="greek")
    with pytest.raises(ValueError, match="size must be positive"):
        load_watermark(0)


def test_the_chinese_mark_speaks_for_cartons_and_the_controls_do_not(
    network: keras.Model,
) -> None:
    photos = load_photos(["coffee", "chelsea", "astronaut", "china", "flower", "coins"])
    carton = class_index_of("carton")
    plain = predict(network, photos)[:, carton]

    def effect(kind: str) -> float:
        alpha = 0.5 * load_watermark(kind=kind)[..., None]
        marked = (1 - alpha) * photos + alpha
        return float(np.mean(predict(network, marked)[:, carton] - plain))

    assert effect("shortcut") > 1.5
    assert abs(effect("latin")) < 0.75
    assert abs(effect("shuffled")) < 0.75


def test_the_four_cheats_are_made_with_the_functions_given() -> None:
    calls: list[tuple] = []

    def noting(*arguments: object) -> str:
        calls.append(arguments)
        return "seen"

    images = np.full((2, 32, 32, 3), 0.5, np.float32)
    cheats = four_cheats(noting, noting, noting)
    assert list(cheats) == ["square", "time stamp", "watermark", "lightness gradient"]
    np.testing.assert_array_equal(cheats.pop("time stamp")(images), time_stamp(images))
    assert [cheat(images) for cheat in cheats.values()] == ["seen"] * 3
    square, watermark, gradient = calls
    assert square[1] == 6
    np.testing.assert_array_equal(watermark[1], copyright_mask((32, 32)))
    assert watermark[2] == gradient[1] == 0.3
    assert all(call[0] is images for call in calls)


def test_the_copyright_sign_lies_within_the_image() -> None:
    for shape in ((32, 32), (64, 48), (224, 224)):
        mask = copyright_mask(shape)
        top, bottom, left, right = box(mask)
        assert min(top, left) > 0
        assert bottom < shape[0] - 1
        assert right < shape[1] - 1
    np.testing.assert_array_equal(copyright_mask((32, 32)), draw_text((32, 32), "©", (3, 3), 32))
