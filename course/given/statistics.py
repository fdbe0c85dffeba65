"""How sure a number is: 95 % intervals, as the chapters and a lab report write them."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_Z = 1.959964
"""Of a normal distribution, 95 % lie within so many standard deviations."""


class Interval(NamedTuple):
    """An estimate and its 95 % interval; in an f-string, `f"{interval:.0%}"` writes all three.

    Attributes:
        value: the estimate; NaN if there is nothing to estimate it from.
        low: the lower end.
        high: the upper end.
    """

    value: float
    low: float
    high: float

    def __format__(self, form: str) -> str:
        if np.isnan(self.value):
            return "–"
        if plain := re.fullmatch(r"([+ -]?)((?:\.\d+)?[efg%]?)", form):
            form = f"{plain[1]}z{plain[2]}"  # what rounds to zero has no minus
        return f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"


def wilson_interval(hits: Any, count: int | None = None) -> Interval:
    """Find how sure a share is, from how many hits there are among independent trials.

    It works near 0 and 1 too, where the share ± 2 standard errors would leave [0, 1].

    Args:
        hits: how many trials succeeded; or, without `count`, `(N,)` truth values, one per trial.
        count: how many there were, 0 or more.

    Returns:
        The share and its interval, in [0, 1].

    Raises:
        ValueError: if `hits` is not between 0 and `count`.

    Source:
        Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if count is None:
        trials = np.asarray(hits, bool)
        if trials.ndim != 1:
            raise ValueError("hits without a count must be truth values, one per trial")
        hits, count = int(trials.sum()), len(trials)
    if not 0 <= hits <= count:
        raise ValueError(f"hits must be between 0 and count ({count}), not {hits}")
    if count == 0:
        return Interval(float("nan"), 0.0, 1.0)
    share, square = hits / count, _Z**2 / count
    middle = (share + square / 2) / (1 + square)
    half = np.sqrt(square * share * (1 - share) + square**2 / 4) / (1 + square)
    return Interval(share, float(max(middle - half, 0.0)), float(min(middle + half, 1.0)))


def bootstrap_interval(
    values: Any,
    groups: Any = None,
    statistic: Callable[[np.ndarray], Any] = np.mean,
    count: int = 2000,
    seed: int = 0,
) -> Interval:
    """Find how sure a statistic is, by drawing again and again from what was measured.

    Values that belong together, such as those of crops of one photo, are not independent: then
    whole groups are drawn, and the interval becomes as wide as it has to be.

    Args:
        values: `(N, ...)`, one entry per measurement, N at least 1.
        groups: `(N,)`, a name or number per measurement; None if each stands alone.
        statistic: from `(n, ...)` values to a number.
        count: how many samples to draw.
        seed: of the draws; the same seed gives the same interval.

    Returns:
        The statistic of all values, and the range from the 2.5th to the 97.5th percentile of the
        statistics of the samples.

    Raises:
        ValueError: if there are no values, or there is not one group per value.

    Source:
        Efron, "Bootstrap methods: another look at the jackknife", 1979.
    """
    values = np.asarray(values)
    if not len(values):
        raise ValueError("values must hold at least one measurement")
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    if groups.shape != (len(values),):
        raise ValueError(f"groups must be {(len(values),)}, one per value, not {groups.shape}")
    names, group_of = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(group_of == number) for number in range(len(names))]
    alone = len(members) == len(values)  # then a draw of groups is a draw of values
    order = np.concatenate(members)
    rng = np.random.default_rng(seed)
    drawn = (
        order[draw] if alone else np.concatenate([members[i] for i in draw])
        for draw in (rng.integers(0, len(members), len(members)) for _ in range(count))
    )
    low, high = np.percentile([statistic(values[sample]) for sample in drawn], [2.5, 97.5])
    return Interval(float(statistic(values)), float(low), float(high))
