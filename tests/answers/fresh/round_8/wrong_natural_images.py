# ruff: noqa: ANN001, ANN201, ANN202, E501
"""Wrong answers to `natural_images` of the eighth round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from tests.answers.fresh import wrong


def _sample(images, y, x):
    h, w = images.shape[1:3]

    def fold(i, size):
        i = tf.math.floormod(i, 2 * size)
        return tf.minimum(i, 2 * size - 1 - i)

    y0, x0 = (tf.floor(y), tf.floor(x))
    wy, wx = ((y - y0)[..., None], (x - x0)[..., None])
    iy, ix = (tf.cast(y0, tf.int32), tf.cast(x0, tf.int32))

    def at(dy, dx):
        return tf.gather_nd(
            images, tf.stack([fold(iy + dy, h), fold(ix + dx, w)], -1), batch_dims=1
        )

    top = at(0, 0) * (1 - wx) + at(0, 1) * wx
    bottom = at(1, 0) * (1 - wx) + at(1, 1) * wx
    return top * (1 - wy) + bottom * wy


@wrong(
    "natural_images.random_view",
    breaks='"all drawn uniformly and independently": the shift along the columns has the size of the one along the rows, with a sign of its own',
)
def shifts_of_the_same_size(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    b, h, w, _ = images.shape
    rng = np.random.default_rng(seed)
    u = rng.uniform(-1, 1, (4, b, 1, 1))
    dy, dx = (max_shift * u[0], max_shift * np.abs(u[0]) * np.sign(u[1]))
    angle = np.deg2rad(max_angle * u[2])
    zoom = 1 + max_zoom * u[3]
    rows = (np.arange(h) - (h - 1) / 2)[:, None]
    columns = (np.arange(w) - (w - 1) / 2)[None, :]
    y = (np.cos(angle) * rows - np.sin(angle) * columns) / zoom + (h - 1) / 2 + dy
    x = (np.sin(angle) * rows + np.cos(angle) * columns) / zoom + (w - 1) / 2 + dx
    return _sample(images, tf.constant(y, tf.float32), tf.constant(x, tf.float32))
