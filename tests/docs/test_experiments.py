"""What an experiment wrote down is what its code would write down again."""

import numpy as np
import pytest

from docs.experiments import counterfactuals, load_results


def test_the_results_are_those_of_this_code() -> None:
    found = load_results("counterfactuals")["code"]
    stale = "the code has changed: python -m docs.experiments.counterfactuals"
    assert found == counterfactuals.code_hash(), stale


def test_the_results_hold_every_combination_and_every_error() -> None:
    results = load_results("counterfactuals")
    made = [(one["target"], one["search"], one["every"]) for one in results["searches"]]
    assert made == list(counterfactuals.PLAN)
    count = len(results["errors"])
    assert len(results["photos"]) == count >= 60
    for one in results["searches"]:
        lengths = {len(values) for values in one["measures"].values()}
        assert lengths == {len(range(0, count, one["every"]))}
    assert set(results["places"]) == set(counterfactuals.KINDS)


def test_the_hash_sees_code_and_not_comments() -> None:
    bare = counterfactuals._bare
    assert bare('def f():\n    """One."""\n    return 1  # two\n') == bare("def f():\n    return 1")
    assert bare("x = 1") != bare("x = 2")


@pytest.mark.slow
def test_a_random_piece_comes_out_again() -> None:
    """One batch of one combination; another machine rounds otherwise, so not to the last digit."""
    draw = np.random.default_rng()
    results = load_results("counterfactuals")["searches"]
    one = results[draw.integers(len(results))]
    parts = counterfactuals.pieces(one["every"])
    part = parts[draw.integers(len(parts))]
    again = counterfactuals.piece(one["target"], one["search"], one["every"], part)
    before = {name: np.array(values[part]) for name, values in one["measures"].items()}
    assert again["index"] == before["index"].tolist()
    assert again["target"] == before["target"].tolist()
    assert np.allclose(again["rms"], before["rms"], rtol=0.15)
    for name in ("asked before", "asked after", "other 1 after", "other 2 after"):
        assert np.median(np.abs(np.array(again[name]) - before[name])) < 0.5, name
