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
@pytest.mark.parametrize("combination", [("right", "spectrum, views"), ("random", "pixels")])
def test_a_piece_comes_out_again(combination: tuple[str, str]) -> None:
    """The first batch. Another machine rounds otherwise, and a search of many steps wanders off."""
    results = load_results("counterfactuals")["searches"]
    one = next(one for one in results if (one["target"], one["search"]) == combination)
    part = counterfactuals.pieces(one["every"])[0]
    again = counterfactuals.piece(one["target"], one["search"], one["every"], part)
    before = {name: np.array(values[part]) for name, values in one["measures"].items()}
    assert again["index"] == before["index"].tolist()
    assert again["target"] == before["target"].tolist()
    np.testing.assert_allclose(again["asked before"], before["asked before"], atol=0.05)
    assert 0.75 < np.median(np.array(again["rms"]) / before["rms"]) < 1.33
    for name in ("asked after", "other 1 after", "other 2 after"):
        assert np.median(np.abs(np.array(again[name]) - before[name])) < 1, name
