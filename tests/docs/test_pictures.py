"""The picture at the top of README is what its script writes."""

import numpy as np
from PIL import Image

from course.given import load_photo
from docs.pictures.first import FILE, GAP, pictures


def test_readmes_picture_begins_with_the_photo_and_its_map() -> None:
    """What an ascent ends in differs between machines; what comes before it does not."""
    made = pictures(steps=0)
    tiles = np.asarray(Image.open(FILE), float) / 255
    assert tiles.shape == (224, len(made) * 224 + (len(made) - 1) * GAP, 3)
    np.testing.assert_array_equal(made["a photo"], load_photo("coffee"))
    for number, name in enumerate(["a photo", "why espresso?"]):
        tile = tiles[:, number * (224 + GAP) :][:, :224]
        assert np.abs(tile - made[name]).mean() < 0.02, name


def test_every_picture_of_it_is_as_large_as_the_photo() -> None:
    for name, picture in pictures(steps=0).items():
        assert picture.shape == (224, 224, 3), name
        assert 0 <= picture.min() <= picture.max() <= 1, name
