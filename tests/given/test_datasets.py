import keras
import numpy as np
import pytest

from course.given import Dataset, NotReachableError, load_dataset
from course.given import datasets as module
from course.given.shapes import SHAPES, generate_shapes


@pytest.fixture(scope="module")
def shapes() -> Dataset:
    return load_dataset("shapes", n=600, seed=3)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits")


@pytest.mark.parametrize("name", ["shapes", "digits"])
def test_images_and_labels(name: str, request: pytest.FixtureRequest) -> None:
    data: Dataset = request.getfixturevalue(name)
    classes = len(data.class_names)
    for images, labels in (
        (data.train_images, data.train_labels),
        (data.test_images, data.test_labels),
    ):
        assert images.shape == (len(labels), 32, 32, 3)
        assert images.dtype == np.float32
        assert images.min() >= 0
        assert images.max() <= 1
        assert set(labels) == set(range(classes))


def test_shapes_are_the_same_for_the_same_seed(shapes: Dataset) -> None:
    module._load.cache_clear()
    again = load_dataset("shapes", n=600, seed=3)
    assert again is not shapes
    for a, b in zip(shapes, again, strict=True):
        np.testing.assert_array_equal(a, b)
    other = load_dataset("shapes", n=600, seed=4)
    assert np.abs(other.train_images - shapes.train_images).max() > 0.5


def test_a_set_is_made_once_and_cannot_be_spoiled(shapes: Dataset) -> None:
    assert load_dataset("digits") is load_dataset("digits")
    with pytest.raises(ValueError, match="read-only"):
        shapes.train_images[0] = 0


def test_training_images_are_not_tested_on(shapes: Dataset) -> None:
    train = {image.tobytes() for image in shapes.train_images}
    assert not train & {image.tobytes() for image in shapes.test_images}


def test_classes_are_equally_frequent(shapes: Dataset) -> None:
    assert set(np.bincount(shapes.train_labels)) == {100}
    assert shapes.class_names == tuple(SHAPES)


def test_masks_are_exact() -> None:
    """Outside the mask an image does not depend on which shape is drawn; inside it does."""

    def draw(distance: module.Callable) -> tuple[np.ndarray, np.ndarray]:
        with pytest.MonkeyPatch.context() as patch:
            for name in SHAPES:
                patch.setitem(SHAPES, name, distance)
            images, _, masks = generate_shapes(24, np.random.default_rng(0))
        return images, masks

    empty, no_mask = draw(lambda u, v: np.ones_like(u))
    assert not no_mask.any()
    for distance in list(SHAPES.values()):
        images, masks = draw(distance)
        changed = np.any(images != empty, axis=-1)
        assert not np.any(changed & ~masks)
        assert changed.sum() > 0.97 * masks.sum()  # noise and clipping may hide a few


def test_objects_lie_inside_the_image(shapes: Dataset) -> None:
    masks = shapes.train_masks
    area = masks.mean(axis=(1, 2))
    assert np.all((area > 0.03) & (area < 0.6))
    rim = masks[:, [0, -1]].sum() + masks[:, :, [0, -1]].sum()
    assert rim < 0.01 * masks.sum()


def test_only_the_outline_tells_the_class(shapes: Dataset) -> None:
    """Place and mean colour differ between classes by no more than chance."""
    y, x = np.mgrid[:32, :32]
    area = shapes.train_masks.sum((1, 2))
    cues = [
        (shapes.train_masks * y).sum((1, 2)) / area,
        (shapes.train_masks * x).sum((1, 2)) / area,
        *shapes.train_images[:, 0].mean(1).T,
    ]
    for cue in cues:
        groups = [cue[shapes.train_labels == k] for k in range(6)]
        error = np.std(cue) / np.sqrt(100)
        assert np.ptp([group.mean() for group in groups]) < 5.5 * error


@pytest.mark.parametrize("turn", np.linspace(0, 2, 5))
def test_distances_are_distances(turn: float) -> None:
    """Along no ray does a distance grow faster than the way: edges are as soft as a pixel."""
    t = np.linspace(0.05, 1.5, 2000)
    for name, distance in SHAPES.items():
        d = distance(t * np.cos(turn), t * np.sin(turn))
        assert np.abs(np.diff(d)).max() <= 1.001 * (t[1] - t[0]), name
        assert d[-1] > 0, name


def test_digits_are_enlarged_digits(digits: Dataset) -> None:
    from sklearn.datasets import load_digits

    images = np.concatenate([digits.train_images, digits.test_images])
    assert len(images) == 1797
    np.testing.assert_array_equal(images[..., 0], images[..., 2])
    # Their means over 4 × 4 pixels resemble the originals, in some order.
    small = images[..., 0].reshape(-1, 8, 4, 8, 4).mean((2, 4))
    original = load_digits().images / 16
    assert small.mean() == pytest.approx(original.mean(), abs=0.01)
    distances = np.abs(small[0] - original).mean((1, 2))
    nearest = distances.argmin()
    assert load_digits().target[nearest] == digits.train_labels[0]


def test_fewer_to_train_on() -> None:
    few = load_dataset("digits", n=50, seed=1)
    assert few.train_images.shape == (50, 32, 32, 3)
    assert len(few.test_images) == 597
    assert few.train_masks is None


def fake_load_data(size: int, channels: tuple[int, ...]) -> tuple:
    rng = np.random.default_rng(0)

    def some(n: int) -> tuple[np.ndarray, np.ndarray]:
        images = rng.integers(0, 256, (n, size, size, *channels), np.uint8)
        return images, (np.arange(n) % 10).astype(np.uint8)[:, None]

    return some(30), some(20)


@pytest.mark.parametrize(
    ("name", "size", "channels"), [("cifar10", 32, (3,)), ("fashion_mnist", 28, ())]
)
def test_fetched_sets(
    monkeypatch: pytest.MonkeyPatch, name: str, size: int, channels: tuple[int, ...]
) -> None:
    raw = fake_load_data(size, channels)
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", lambda: raw)
    module._load.cache_clear()
    data = load_dataset(name)
    module._load.cache_clear()
    assert data.train_images.shape == (30, 32, 32, 3)
    assert data.train_images.dtype == np.float32
    np.testing.assert_array_equal(data.test_labels, raw[1][1][:, 0])
    assert len(data.class_names) == 10
    margin = (32 - size) // 2
    middle = data.train_images[:, margin : 32 - margin, margin : 32 - margin, 0]
    expected = raw[0][0][..., 0] if channels else raw[0][0]
    np.testing.assert_allclose(middle, expected / 255, atol=1e-6)


@pytest.mark.parametrize("name", ["cifar10", "fashion_mnist"])
def test_says_what_works_without_a_network(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def load_data() -> None:
        raise Exception("URL fetch failure on some address: None -- no such host")

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", load_data)
    with pytest.raises(NotReachableError, match=f"data set {name} could not be fetched") as caught:
        load_dataset(name)
    assert 'load_dataset("shapes")' in str(caught.value)
    assert isinstance(caught.value, ConnectionError)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="no data set 'shape'; did you mean shapes"):
        load_dataset("shape")
    with pytest.raises(ValueError, match="n must be positive"):
        load_dataset("shapes", n=0)
    with pytest.raises(ValueError, match="n must be at most 1200"):
        load_dataset("digits", n=5000)
