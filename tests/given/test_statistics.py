import numpy as np
import pytest
from scipy.stats import binomtest

from course.given import Interval, bootstrap_interval, wilson_interval


@pytest.mark.parametrize(("hits", "count"), [(0, 7), (7, 7), (3, 11), (1, 1), (90, 200)])
def test_wilson_is_scipys(hits: int, count: int) -> None:
    expected = binomtest(hits, count).proportion_ci(method="wilson")
    found = wilson_interval(hits, count)
    assert found.value == hits / count
    np.testing.assert_allclose(found[1:], [expected.low, expected.high], atol=1e-6)


def test_trials_may_be_given_one_by_one() -> None:
    assert wilson_interval(np.array([True, False, True])) == wilson_interval(2, 3)
    with pytest.raises(ValueError, match="hits without a count must be truth values, one per"):
        wilson_interval(2)


def test_no_trials_say_nothing() -> None:
    found = wilson_interval(0, 0)
    assert np.isnan(found.value)
    assert found[1:] == (0, 1)
    assert f"{found:.0%}" == "–"


def test_more_hits_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match=r"hits must be between 0 and count \(3\), not 4"):
        wilson_interval(4, 3)


def test_an_interval_writes_itself() -> None:
    assert f"{wilson_interval(8, 10):.0%}" == "80% (49% to 94%)"
    assert f"{Interval(-0.001, -0.1, 0.001):+.2f}" == "+0.00 (-0.10 to +0.00)"
    assert f"{Interval(-0.001, -0.1, 0.001):.2f}" == "0.00 (-0.10 to 0.00)"
    assert f"{Interval(-0.5, -1.0, 0.5)}" == "-0.5 (-1.0 to 0.5)"


def test_the_bootstrap_of_a_mean_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(0).normal(3, 2, 400)
    found = bootstrap_interval(values)
    assert found.value == values.mean()
    half = 1.96 * values.std() / np.sqrt(400)
    np.testing.assert_allclose([found.value - found.low, found.high - found.value], half, rtol=0.1)
    assert bootstrap_interval(values) == found
    assert bootstrap_interval(values, seed=1) != found


def test_whole_groups_are_drawn() -> None:
    rng = np.random.default_rng(0)
    of_photos = rng.normal(size=40)
    values, groups = np.repeat(of_photos, 10), np.repeat(np.arange(40), 10)
    grouped, alone = bootstrap_interval(values, groups), bootstrap_interval(of_photos)
    np.testing.assert_allclose(grouped, alone, atol=0.03)
    careless = bootstrap_interval(values)
    assert grouped.high - grouped.low > 2.5 * (careless.high - careless.low)


def test_groups_may_have_names_and_other_sizes() -> None:
    found = bootstrap_interval([0.0, 0.0, 0.0, 1.0], ["a", "a", "a", "b"])
    assert found == (0.25, 0.0, 1.0)


def test_any_statistic_of_rows() -> None:
    pairs = np.random.default_rng(0).normal(size=(50, 2))
    pairs[:, 1] += pairs[:, 0]
    found = bootstrap_interval(pairs, statistic=lambda rows: np.corrcoef(rows.T)[0, 1], count=300)
    assert found.low < np.corrcoef(pairs.T)[0, 1] < found.high


def test_what_cannot_be_drawn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one measurement"):
        bootstrap_interval([])
    with pytest.raises(ValueError, match=r"groups must be \(2,\)"):
        bootstrap_interval([1.0, 2.0], [1])
