"""What a seed has to do: the same one gives the same again, and each is as good as another."""

from collections.abc import Callable, Sequence

import numpy as np

from course.grader.compare import check, is_close

Draw = Callable[[int], np.ndarray]
"""From a seed to what is drawn by it."""


def others_than(seed: int) -> list[int]:
    """Seeds that are not told from this one where only a part of a seed is used.

    That is its last bits, or what is left after a division: the last of them differs from the seed
    by a multiple of all numbers up to 16. They are small, since some multiply a seed by a number of
    steps, and TensorFlow's own seeds end at 2³¹.
    """
    return [seed + 1, seed + 2**16, seed + 720_720]


def only_zero(headline: str) -> str:
    """What is said if seed 0 alone does not give the same again."""
    begin = headline.partition(":")[0].rstrip(".")
    return f"{begin}, but with seed 0 alone: 0 is a seed like any other."


def check_repeats(
    headline: str, drawn: Sequence[int], first: Sequence[np.ndarray], again: Sequence[np.ndarray]
) -> None:
    """Insist that seeds give the same a second time.

    Args:
        headline: what is said if they do not.
        drawn: the seeds, 0 among others.
        first: what each has given.
        again: what each has given then.
    """
    differ = [
        seed for seed, one, two in zip(drawn, first, again, strict=True) if not is_close(two, one)
    ]
    shown = f"So it is with seed {', '.join(map(str, differ))}." if differ else ""
    is_zero = differ == [0] and len(drawn) > 1
    check(not differ, only_zero(headline) if is_zero else headline, shown)


def check_repeats_itself(headline: str, draw: Draw, seed: int, first: np.ndarray) -> None:
    """Insist that a seed gives the same a second time; if it is 0, look whether others do."""
    if is_close(draw(seed), first):
        return
    others_do = seed == 0 and is_close(draw(1), draw(1))
    check(False, only_zero(headline) if others_do else headline, f"So it is with seed {seed}.")


def same_for_two(no_effect: str, drawn: Sequence[int], found: Sequence[np.ndarray]) -> str:
    """What is said of two seeds that give the same: that only a part of a seed counts, or none."""
    all_same = all(is_close(one, found[0]) for one in found[1:])
    return no_effect if all_same else f"{no_effect} Others do not: is only a part of it used?"
