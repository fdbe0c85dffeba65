"""The picture at the top of README: `python -m docs.pictures.first` writes it.

A photo, what speaks in it for espresso, and what the network would like to see as a tarantula, as
a pineapple, and as one of its hidden channels: without words, so that it can stand on light and on
dark.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import tensorflow as tf
from PIL import Image

from course.given import PHOTOS, class_index_of, load_model, load_photo, load_photos
from solutions.natural_images import color_basis, visualize_channel, visualize_class
from solutions.saliency import gradient_saliency, smooth, symmetric_limit, to_heatmap

FILE = Path(__file__).with_name("first.jpg")
LIKED = ("tarantula", "pineapple")
CHANNEL = "block11_depthwise_norm", 168
CHANNEL_SIZE = 128
STEPS = 128
GAP = 8


def pictures(steps: int = STEPS) -> dict[str, np.ndarray]:
    """The pictures, by what they show, each `(224, 224, 3)`.

    Args:
        steps: of each ascent.
    """
    model, photo, colors = load_model(), load_photo("coffee"), color_basis(load_photos(PHOTOS))
    saliency = gradient_saliency(model, photo[None], class_index_of("espresso"))
    heatmap = np.asarray(smooth(to_heatmap(saliency), 4))[0]
    scaled = 0.5 + 0.5 * heatmap / symmetric_limit(heatmap)
    classes = np.array([class_index_of(name) for name in LIKED])
    liked = np.asarray(visualize_class(model, classes, steps, 0, colors).images)
    view = (CHANNEL_SIZE / 14, 15.0, 0.2)
    channel = visualize_channel(
        load_model(size=CHANNEL_SIZE), *CHANNEL, steps, 0, colors, view, 0.03
    ).images
    return {
        "a photo": photo,
        "why espresso?": mpl.colormaps["RdBu_r"](scaled)[..., :3],
        **{f"a {name}, please": image for name, image in zip(LIKED, liked, strict=True)},
        "a hidden channel": tf.image.resize(channel, photo.shape[:2])[0].numpy(),
    }


def main() -> None:
    """Write them side by side, with white between them."""
    between = np.ones((224, GAP, 3))
    row = [part for picture in pictures().values() for part in (picture, between)][:-1]
    pixels = np.round(255 * np.concatenate(row, axis=1)).astype(np.uint8)
    Image.fromarray(pixels).save(FILE, quality=88, subsampling=0)


if __name__ == "__main__":
    main()
