"""What an experiment wrote down is what its code would write down again."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("jupytext")

from course.given import accuracy, harder_images, load_dataset, predict
from docs.experiments import (
    ablation,
    ascents,
    channels,
    classes,
    counterfactuals,
    kept,
    load_results,
    naming,
    networks,
    records,
)

EXPERIMENTS = [ablation, ascents, channels, classes, counterfactuals]


@pytest.mark.parametrize(
    "experiment", EXPERIMENTS, ids=["ablation", "ascents", "channels", "classes", "errors"]
)
def test_the_results_are_those_of_this_code(experiment: ModuleType) -> None:
    name = experiment.__name__
    found = load_results(name.rpartition(".")[2])["code"]
    assert found == experiment.code_hash(), f"the code has changed: python -m {name}"


@pytest.mark.parametrize("chapter", networks.CHAPTERS)
def test_the_networks_are_those_of_their_chapters_lines(chapter: str) -> None:
    now = networks.code_hash(chapter)
    stale = f"the code has changed: python -m docs.experiments.networks {chapter}"
    assert networks.made_by(chapter) == now, stale


@pytest.mark.parametrize("chapter", kept.CHAPTERS)
def test_what_is_kept_of_a_chapter_is_what_its_lines_compute(chapter: str) -> None:
    now = kept.code_hash(chapter)
    stale = f"the code has changed: python -m docs.experiments.kept {chapter}"
    assert kept.made_by(chapter) == now, stale


@pytest.mark.parametrize("chapter", kept.CHAPTERS)
def test_a_chapter_shows_the_lines_that_take_long_and_loads_what_they_made(chapter: str) -> None:
    long = "\n".join(cell.source for cell in networks.cells(chapter, "kept") if cell.trains)
    loaded = kept.load_kept(chapter)
    assert set(loaded) == set(kept.CHAPTERS[chapter][0])
    assert all(f"{name} = " in long for name in loaded)
    assert "load_kept" not in long


def test_kept_maps_are_those_of_all_errors_by_all_methods() -> None:
    maps = kept.load_kept("contrastive")
    assert {len(by_method) for by_method in maps.values()} == {6}
    shapes = {one.shape for by_method in maps.values() for one in by_method.values()}
    assert shapes == {(18, 14, 14)}


def test_kept_images_are_read_as_they_were() -> None:
    images = np.random.default_rng(0).uniform(0, 1, (2, 224, 224, 3))
    again = records.unpacked(kept.packed(images))
    np.testing.assert_allclose(again, images, atol=0.5 / 255 + 1e-6)


def test_the_networks_take_little_room() -> None:
    sizes = [(networks.FOLDER / f"{name}.npz").stat().st_size for name in networks.CHAPTERS]
    assert sum(sizes) < 1_000_000


@pytest.mark.parametrize("chapter", networks.CHAPTERS)
def test_a_chapter_shows_the_lines_that_train_and_does_not_run_them(chapter: str) -> None:
    *_, last = networks.cells(chapter)
    assert last.trains
    assert "networks" in last.source
    for cell in networks.cells(chapter):
        assert "load_networks" not in cell.source


def test_the_results_hold_every_combination_and_every_error() -> None:
    results = load_results("counterfactuals")
    made = [(one["target"], one["search"]) for one in results["searches"]]
    assert made == list(counterfactuals.COMBINATIONS)
    count = len(results["errors"])
    assert len(results["photos"]) == count >= 60
    for one in results["searches"]:
        assert {len(values) for values in one["measures"].values()} == {count}
    assert set(results["places"]) == set(counterfactuals.KINDS)
    for one in results["places"].values():
        assert len(one["photo"]) >= 20
        assert max(map(one["photo"].count, one["photo"])) <= counterfactuals.AT_MOST


def test_the_ablation_holds_every_combination_and_seed_and_twelve_classes() -> None:
    pieces = load_results("ablation")["pieces"]
    made = {(tuple(one["ingredients"]), one["seed"]) for one in pieces}
    assert len(made) == len(pieces) == 8 * len(ablation.SEEDS) >= 24
    assert {np.shape(one["probability"]) for one in pieces} == {(2, len(ablation.CLASSES))}
    assert {np.shape(one["rank"]) for one in pieces} == {(2, len(ablation.CLASSES))}
    assert len(ablation.CLASSES) >= 12


def test_the_hash_sees_code_and_not_comments() -> None:
    bare = records.bare_source
    assert bare('def f():\n    """One."""\n    return 1  # two\n') == bare("def f():\n    return 1")
    assert bare("x = 1") != bare("x = 2")


def test_an_experiment_goes_on_where_the_same_code_stopped(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    results = records.begin(file, "one")
    assert set(results) == {"code", "versions"}
    records.write(file, results | {"pieces": [1]})
    assert records.begin(file, "one")["pieces"] == [1]
    assert "pieces" not in records.begin(file, "two")
    assert json.loads(file.read_text(encoding="utf-8"))["code"] == "one"


def test_without_waves_images_are_as_strong_on_average() -> None:
    scale = ablation.evenly()
    strength = scale * ablation.slow_waves()
    np.testing.assert_allclose(strength, strength[0, 0])  # all waves alike
    np.testing.assert_allclose(np.mean(strength**2), np.mean(ablation.slow_waves() ** 2))


@pytest.mark.slow  # the network is loaded
def test_every_letter_of_the_sheet_is_right_as_often() -> None:
    asked = naming.questions()
    assert len({one.wanted for one in asked}) == len(asked) == 24
    letters = [one.right for one in asked]
    assert {letters.count(letter) for letter in naming.LETTERS} == {6}
    for one in asked:
        kinds = sorted(naming.kind_of(one, letter) for letter in naming.LETTERS)
        assert kinds == [0, *naming.NEIGHBOURS]
    answers = load_results("naming")["answers"]
    assert len(answers) == len(asked)
    assert set(answers) <= set(naming.LETTERS)


@pytest.mark.slow
@pytest.mark.parametrize("combination", [("right", "spectrum, views"), ("random", "pixels")])
def test_a_piece_comes_out_again(combination: tuple[str, str]) -> None:
    """The first batch. Another machine rounds otherwise, and a search of many steps wanders off."""
    results = load_results("counterfactuals")["searches"]
    one = next(one for one in results if (one["target"], one["search"]) == combination)
    part = counterfactuals.pieces()[0]
    again = counterfactuals.piece(*combination, part)
    before = {name: np.array(values[part]) for name, values in one["measures"].items()}
    assert again["target"] == before["target"].tolist()
    np.testing.assert_allclose(again["asked before"], before["asked before"], atol=0.05)
    assert 0.75 < np.median(np.array(again["rms"]) / before["rms"]) < 1.33
    for name in ("asked after", "other 1 after", "other 2 after"):
        assert np.median(np.abs(np.array(again[name]) - before[name])) < 1, name


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 7])
def test_a_piece_of_the_ablation_comes_out_again(number: int) -> None:
    """Without any ingredient, and with all: probabilities vary, but not what they say."""
    one = load_results("ablation")["pieces"][number]
    again = ablation.piece(tuple(one["ingredients"]), one["seed"])
    difference = np.array(again["probability"]) - one["probability"]
    assert abs(difference.mean()) < 0.1
    assert np.median(np.abs(difference)) < 0.1


@pytest.mark.slow
def test_a_piece_of_the_ascents_comes_out_again() -> None:
    """The shortest one."""
    before = load_results("ascents")["pieces"]["16 steps"]
    difference = np.array(ascents.piece("16 steps")["probability"]) - before["probability"]
    assert abs(difference.mean()) < 0.1
    assert np.median(np.abs(difference)) < 0.1


@pytest.mark.slow
def test_the_first_images_of_classes_come_out_again() -> None:
    before = np.array(load_results("classes")["probability"])[:, : classes.BATCH]
    again = classes.seen(classes.CLASSES[: classes.BATCH]).probability
    assert abs((again - before).mean()) < 0.15


@pytest.mark.slow
def test_the_maps_of_one_method_come_out_again() -> None:
    names = networks.run("contrastive", only_definitions=True, tag="kept")
    for_predicted = kept.load_kept("contrastive")["for_predicted"]["gradient × input"]
    errors = names["errors"]
    maps = names["METHODS"]["gradient × input"](
        names["model"], names["pictures"][:4], errors.predicted[:4]
    )
    again = names["blocks"](names["evidence"]("gradient × input", maps))
    assert np.corrcoef(again.ravel(), for_predicted[:4].ravel())[0, 1] > 0.99


@pytest.mark.slow
def test_what_the_stem_likes_comes_out_again() -> None:
    kept = channels.load_liked("stem")
    again = channels.look("stem_conv_norm", kept.channels)
    np.testing.assert_allclose(again.reached, kept.reached, rtol=0.2, atol=0.05)


@pytest.mark.slow
def test_an_honest_network_comes_out_again() -> None:
    """Not to the bit, as another machine rounds otherwise: as good, and seldom of another mind."""
    kept = networks.load_networks("clever_hans")["honest"]
    names = networks.run("clever_hans", only_definitions=True)
    data, again = names["data"], names["teach"]({})
    before, after = (predict(one, data.test_images).argmax(axis=1) for one in (kept, again))
    shares = [accuracy(one, data.test_images, data.test_labels) for one in (kept, again)]
    assert abs(shares[0] - shares[1]) < 0.08
    assert np.mean(before == after) > 0.75


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_robust_network_withstands_what_its_twin_does_not(seed: int) -> None:
    kept, data = networks.load_networks("input_optimization"), load_dataset("shapes", 4000)
    right = {}
    for name in ("ordinary", "robust"):
        network = kept[f"{name} {seed}"]
        images = harder_images(network, data.test_images, data.test_labels, 3 / 255)
        right[name] = accuracy(network, np.asarray(images), data.test_labels)
    assert right["robust"] > right["ordinary"] + 0.1
