"""Small data sets, to train small networks in seconds."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.given.fetching import fetching
from course.given.near import suggest
from course.given.shapes import SHAPES, generate_shapes

OFFLINE = 'load_dataset("shapes") or load_dataset("digits")'


class Dataset(NamedTuple):
    """Labelled images, those to learn from and those to be tested on.

    The arrays are shared by all who load the set, and cannot be written to.

    Attributes:
        train_images: `(N, 32, 32, 3)`, float32 in [0, 1].
        train_labels: `(N,)`, int.
        test_images: `(M, 32, 32, 3)`, float32 in [0, 1].
        test_labels: `(M,)`, int.
        class_names: K names, by label.
        train_masks: `(N, 32, 32)`, bool, the pixels of the object, or None where nobody knows.
        test_masks: `(M, 32, 32)`, bool, or None.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    train_masks: np.ndarray | None = None
    test_masks: np.ndarray | None = None


def load_dataset(name: str, n: int | None = None, seed: int = 0) -> Dataset:
    """Load a data set of 32 × 32 RGB images.

    Args:
        name: `"shapes"` (generated, with masks) or `"digits"` (handwritten, from scikit-learn),
            which need no network; `"cifar10"` or `"fashion_mnist"`, which are fetched on first
            use.
        n: how many images to train on, N; None for 6000 shapes, or all there are. Shapes are
            tested on N / 4 images, the others on all their test images.
        seed: which shapes are drawn, or how the digits are split and which N are kept.

    Returns:
        The set, the same for the same arguments.

    Raises:
        ValueError: if there is no such set (the message lists near names), or `n` is not positive
            or more than there are.
        NotReachableError: if the set must be fetched and cannot be (a `ConnectionError`).
    """
    if name not in _LOADERS:
        raise ValueError(f"there is no data set {name!r}; {suggest(name, _LOADERS)}")
    if n is not None and n < 1:
        raise ValueError(f"n must be positive, not {n}")
    return _load(name, n, seed)


@functools.lru_cache(maxsize=4)
def _load(name: str, n: int | None, seed: int) -> Dataset:
    dataset = _LOADERS[name](n, seed)
    for array in dataset:
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return dataset


def _shapes(n: int | None, seed: int) -> Dataset:
    n = 6000 if n is None else n
    # Two streams of chance: more images to train on leave those to test on as they are.
    train_rng, test_rng = np.random.default_rng(seed).spawn(2)
    images, labels, masks = generate_shapes(n, train_rng)
    test_images, test_labels, test_masks = generate_shapes(max(n // 4, len(SHAPES)), test_rng)
    names = tuple(SHAPES)
    return Dataset(images, labels, test_images, test_labels, names, masks, test_masks)


def _digits(n: int | None, seed: int) -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = _rgb(_enlarge(digits.images / 16, 4))  # 8 × 8 pixels, 0 to 16
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = np.split(order, [1200])
    labels = digits.target.astype(np.int64)
    names = tuple(str(digit) for digit in range(10))
    dataset = Dataset(images[train], labels[train], images[test], labels[test], names)
    return _keep(dataset, n, seed)


def _enlarge(images: np.ndarray, factor: int) -> np.ndarray:
    """Bilinear, `(B, H, W)` to `(B, factor · H, factor · W)`, as a product with two matrices."""
    size = images.shape[1]
    centres = (np.arange(factor * size) + 0.5) / factor - 0.5
    weights = np.maximum(0, 1 - np.abs(np.clip(centres, 0, size - 1)[:, None] - np.arange(size)))
    return np.einsum("ih,bhw,jw->bij", weights, images, weights, optimize=True)


def _rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=-1).astype(np.float32)


def _cifar10(n: int | None, seed: int) -> Dataset:
    names = "airplane automobile bird cat deer dog frog horse ship truck"
    return _keep(_fetched("cifar10", names.split()), n, seed)


def _fashion_mnist(n: int | None, seed: int) -> Dataset:
    names = "T-shirt/top,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot"
    dataset = _fetched("fashion_mnist", names.split(","))
    margin = ((0, 0), (2, 2), (2, 2))  # 28 × 28 pixels become 32 × 32
    images, test_images = dataset.train_images, dataset.test_images
    dataset = dataset._replace(
        train_images=_rgb(np.pad(images, margin)), test_images=_rgb(np.pad(test_images, margin))
    )
    return _keep(dataset, n, seed)


def _fetched(name: str, class_names: list[str]) -> Dataset:
    """A set of `keras.datasets`."""
    import keras

    with fetching(f"the data set {name}", OFFLINE):
        (images, labels), (test_images, test_labels) = getattr(keras.datasets, name).load_data()
    return Dataset(
        images / np.float32(255),
        labels.ravel().astype(np.int64),
        test_images / np.float32(255),
        test_labels.ravel().astype(np.int64),
        tuple(class_names),
    )


def _keep(dataset: Dataset, n: int | None, seed: int) -> Dataset:
    """Keep n of the training images, drawn at random."""
    there = len(dataset.train_images)
    if n is None:
        return dataset
    if n > there:
        raise ValueError(f"n must be at most {there}, not {n}")
    kept = np.random.default_rng(seed).permutation(there)[:n]
    return dataset._replace(
        train_images=dataset.train_images[kept], train_labels=dataset.train_labels[kept]
    )


_LOADERS: dict[str, Callable[[int | None, int], Dataset]] = {
    "shapes": _shapes,
    "digits": _digits,
    "cifar10": _cifar10,
    "fashion_mnist": _fashion_mnist,
}
