"""A photo that the network gets wrong: what two figures begin with."""

from typing import NamedTuple

import numpy as np

from course.given import load_errors, probabilities
from course.ui.scene import Scene, WrongCallError, title_of

NO_CLASS = (
    "--image: say with --class which class would have been right; the figure explains an error, "
    "and a photo alone does not tell"
)


class Mistaken(NamedTuple):
    """A photo `(H, W, 3)`, the class that the network sees, and the one that is right."""

    photo: np.ndarray
    predicted: int
    true: int


def find(scene: Scene) -> Mistaken:
    """The photo that was asked for, or the first of the known errors that this network makes too.

    Raises:
        WrongCallError: if there is no such error.
    """
    if scene.photo is not None and scene.class_index is not None:
        return _checked(scene, scene.photo, scene.class_index)
    images, labels, _ = load_errors()
    if scene.class_index is not None:
        chosen = labels == scene.class_index
        if not chosen.any():
            known = ", ".join(dict.fromkeys(title_of(int(label)) for label in labels))
            raise WrongCallError(
                f"--class: among the photos that come with the course, none shows "
                f"{title_of(scene.class_index)} and is taken for something else; there are "
                f"{known}. --image takes a photo of your own"
            )
        images, labels = images[chosen], labels[chosen]
    images = _fitted(images, scene)
    predicted = np.argmax(probabilities(scene.model, images), axis=-1)
    wrong = np.flatnonzero(predicted != labels)
    if not len(wrong):
        raise WrongCallError(
            "this network makes none of the known errors: name a photo with --image and the right "
            "class with --class"
        )
    first = wrong[0]
    return Mistaken(images[first], int(predicted[first]), int(labels[first]))


def _checked(scene: Scene, photo: np.ndarray, true: int) -> Mistaken:
    predicted = int(np.argmax(probabilities(scene.model, photo[None])[0]))
    if predicted == true:
        raise WrongCallError(
            f"the network sees {title_of(true)} in the photo, which is right: there is no error to "
            "explain. Take another photo, or another class"
        )
    return Mistaken(photo, predicted, true)


def _fitted(images: np.ndarray, scene: Scene) -> np.ndarray:
    """The photos in the network's size."""
    import tensorflow as tf

    size = [side or 224 for side in scene.model.input_shape[1:3]]
    if size == list(images.shape[1:3]):
        return images
    return np.clip(tf.image.resize(images, size, antialias=True).numpy(), 0, 1)
