"""Cutting work into pieces: all of it, once, in order."""

import pytest

from course.given import batches


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 40])
def test_everything_is_in_one_slice(count: int) -> None:
    things = list(range(count))
    parts = [things[part] for part in batches(count)]
    assert [one for part in parts for one in part] == things
    assert all(1 <= len(part) <= 16 for part in parts)


def test_slices_know_their_length() -> None:
    assert [part.stop - part.start for part in batches(5, 2)] == [2, 2, 1]


def test_a_size_of_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="size must be 1 or more, not 0"):
        batches(3, 0)
