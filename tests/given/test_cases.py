"""A case's parts: marks that are where they say, plans that hold what they promise, a folder."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.given import load_case
from course.given.cases import making, ready
from course.given.cases.folder import NotACaseError, require_untouched, save_case
from course.given.cases.making import CLASSES, draw_pictures, network_of, training_images
from course.given.cases.marks import KINDS, WITHOUT_A_PLACE, draw_mark
from course.given.cases.plan import CLOTHS, NETWORKS, Cloth, draw_plan
from course.given.shapes import SIZE, generate_shapes
from course.given.training import predict, small_cnn

seeds = st.integers(0, 2**64)
each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_a_mark_changes_images_within_its_box_and_nowhere_else(kind: str, seed: int) -> None:
    mark = draw_mark(kind, np.random.default_rng(seed))
    images, *_ = generate_shapes(4, np.random.default_rng(1))
    before = images.copy()
    marked = mark(images)
    assert marked.dtype == np.float32
    assert marked.shape == images.shape
    assert 0 <= marked.min() <= marked.max() <= 1
    np.testing.assert_array_equal(images, before)
    change = np.abs(marked - images).max(axis=(0, 3))
    if mark.box is None:
        assert kind in WITHOUT_A_PLACE
        assert (change > 0.004).mean() > 0.9
        return
    top, left, bottom, right = mark.box
    assert 0 <= top < bottom <= SIZE
    assert 0 <= left < right <= SIZE
    inside = change[top:bottom, left:right]
    assert inside.max() > 0.1
    change[top:bottom, left:right] = 0
    assert change.max() < 0.2 * max(0.75, inside.max())  # the faint rim of letters


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_a_plan_has_four_marks_of_which_one_is_a_trap(seed: int) -> None:
    plan = draw_plan(seed)
    assert set(plan.learned) == set(NETWORKS)
    assert len(plan.marks) == 4
    assert len({mark.kind for mark in plan.marks.values()}) == 4
    used = set(itertools.chain.from_iterable(plan.learned.values()))
    assert used < set(plan.marks)
    cheating = [names for names in plan.learned.values() if names]
    assert 2 <= len(cheating) <= 4
    assert max(len(names) for names in cheating) <= 2
    assert sum(len(names) == 2 for names in cheating) <= 1


def test_the_same_seed_draws_the_same_pictures_and_another_one_others() -> None:
    (met, clean), (again, _), (other, same) = (draw_pictures(draw_plan(seed)) for seed in (6, 6, 7))
    np.testing.assert_array_equal(met.images, again.images)
    assert not np.array_equal(met.images, other.images)
    np.testing.assert_array_equal(clean.images, same.images)
    for pictures in (met, clean):
        assert np.bincount(pictures.labels).tolist() == [making.SHOWN] * len(CLASSES)


def test_a_mark_that_a_network_is_to_learn_lies_on_its_class_alone() -> None:
    """And every other mark on some images of all classes."""
    plan = draw_plan(next(s for s in itertools.count() if draw_plan(s).learned["network_1"]))
    learned = plan.learned["network_1"]
    bare = plan._replace(marks={})
    with_marks, labels = training_images(plan, 0)
    without, _ = training_images(bare, 0)
    changed = np.abs(with_marks - without).max(axis=(1, 2, 3)) > 0
    for name in learned:
        assert changed[labels == CLASSES.index(name)].all()
    others = ~np.isin(labels, [CLASSES.index(name) for name in learned])
    unused = len(plan.marks) - len(learned)
    assert changed[others].mean() == pytest.approx(1 - (1 - making.PASTED) ** unused, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("name", ready.ready_names())
def test_the_networks_of_a_case_are_about_equally_good(name: str) -> None:
    networks, met, _ = ready.load_ready(name)
    making.require_alike(networks, met._replace(labels=met.labels.astype(int)), seed=1)
    one, *others = networks.items()
    untrained = small_cnn(classes=len(CLASSES), width=making.WIDTH, seed=1)
    with pytest.raises(making.NoCaseError, match=r"seed 1 gives no case.* such as 2"):
        making.require_alike(dict(others) | {one[0]: untrained}, met, seed=1)


with_a_cloth = (seed for seed in itertools.count() if draw_plan(seed).cloth)


def test_a_cloth_lies_below_a_class_without_a_mark_in_clean_images_too() -> None:
    plan = draw_plan(next(with_a_cloth))
    assert plan.cloth is not None
    assert plan.cloth.class_name not in plan.marks
    bare = plan._replace(cloth=None, marks={})
    k = CLASSES.index(plan.cloth.class_name)
    for with_cloth, without in zip(draw_pictures(plan), draw_pictures(bare), strict=True):
        changed = (with_cloth.images != without.images).any(axis=(1, 2, 3))
        assert changed[with_cloth.labels == k].all()
    changed = (with_cloth.images != without.images).any(axis=(1, 2, 3))  # of the clean ones
    assert not changed[with_cloth.labels != k].any()
    with_cloth, labels = training_images(plan._replace(marks={}), 0)
    without, _ = training_images(bare, 0)
    assert ((with_cloth != without).any(axis=(1, 2, 3)) == (labels == k)).all()


def test_a_cloth_leaves_the_object_as_it_is() -> None:
    images, _, masks = generate_shapes(6, np.random.default_rng(2))
    below = Cloth("star", "green", 0.5).below(images, masks)
    np.testing.assert_array_equal(below[masks], images[masks])
    ground = ~masks
    np.testing.assert_allclose(below[ground], (images[ground] + CLOTHS["green"]) / 2, atol=1e-6)


def test_a_cloth_is_in_some_cases_and_changes_nothing_else_of_a_plan() -> None:
    clothed = [draw_plan(seed).cloth is not None for seed in range(200)]
    assert 0.15 < np.mean(clothed) < 0.45


def test_weights_go_through_one_row_and_back() -> None:
    network = small_cnn(classes=len(CLASSES), width=making.WIDTH, seed=4)
    network.set_weights([one.astype(np.float16) for one in network.get_weights()])
    images = making.clean_pictures().as_floats()[:8]
    again = network_of(making.flat_weights(network))
    np.testing.assert_array_equal(predict(network, images), predict(again, images))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case's folder; its networks have learned nothing."""
    folder = tmp_path_factory.mktemp("cases") / "case"
    networks = {
        name: small_cnn(classes=len(CLASSES), width=making.WIDTH, seed=number)
        for number, name in enumerate(NETWORKS)
    }
    save_case(folder, "a name", networks, *draw_pictures(draw_plan(3)))
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(shutil.copytree(written, tmp_path / "case"))


def test_a_case_is_opened_as_it_was_saved(written: Path) -> None:
    case = load_case(written)
    met, clean = draw_pictures(draw_plan(3))
    assert list(case.networks) == list(NETWORKS)
    np.testing.assert_array_equal(case.met, met.as_floats())
    np.testing.assert_array_equal(case.clean_labels, clean.labels)
    assert case.class_names == CLASSES
    network = small_cnn(classes=len(CLASSES), width=making.WIDTH, seed=2)
    np.testing.assert_allclose(
        predict(case.networks["network_3"], case.met), predict(network, case.met), atol=1e-5
    )


def test_swapped_networks_are_named(folder: Path) -> None:
    one, other = folder / "network_2.keras", folder / "network_4.keras"
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)
    with pytest.raises(NotACaseError, match=r"network_2.keras holds .* network_4.keras"):
        require_untouched(folder)


def test_a_changed_network_is_named_and_never_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a file that has been changed is opened")

    monkeypatch.setattr("keras.saving.load_model", opened)
    path = folder / "network_5.keras"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(NotACaseError, match=r"network_5.keras is not the file of this case"):
        load_case(folder)


@pytest.mark.parametrize("name", ["network_1.keras", "met.npz", "clean.npz"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(NotACaseError, match=name):
        load_case(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"case": "x"}', '{"case": 3, "drawn": "", "sha256": {}}', "null"]
)
def test_a_card_that_is_not_as_it_was_written_is_named(folder: Path, text: str) -> None:
    (folder / "case.json").write_text(text)
    with pytest.raises(NotACaseError, match=r"case\.json is not as it was written"):
        load_case(folder)


def test_a_card_cannot_lead_out_of_the_folder(folder: Path) -> None:
    card = json.loads((folder / "case.json").read_text())
    card["sha256"]["../../elsewhere"] = "0"
    (folder / "case.json").write_text(json.dumps(card))
    with pytest.raises(NotACaseError, match="other entries"):
        require_untouched(folder)


def test_a_folder_that_is_no_case_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotACaseError, match="course case new"):
        load_case(tmp_path)
