# ruff: noqa: ANN001, ANN201, ANN202, E501
"""Wrong answers to `natural_images` of the seventh round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from tests.answers.fresh import wrong

_fresh7_amounts = {}


@wrong(
    "natural_images.random_view",
    breaks='"keeps nothing from one call to the next" (saliency, for all modules): the amounts drawn for a seed are kept, and used again with other limits',
)
def amounts_kept_for_other_limits(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = images.shape[:3]
    rng = np.random.default_rng(seed)
    dy, dx = _fresh7_amounts.setdefault(
        (seed, count), rng.uniform(-max_shift, max_shift, (2, count, 1, 1))
    )
    angle = np.radians(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    mid_y, mid_x = ((height - 1) / 2, (width - 1) / 2)
    y, x = np.mgrid[:height, :width].astype(float)
    y, x = (y - mid_y, x - mid_x)
    from_y = (np.cos(angle) * y - np.sin(angle) * x) / zoom + mid_y - dy
    from_x = (np.sin(angle) * y + np.cos(angle) * x) / zoom + mid_x - dx
    y0, x0 = (np.floor(from_y).astype(int), np.floor(from_x).astype(int))
    share_y, share_x = (from_y - y0, from_x - x0)

    def fold(i, n):
        i = i % (2 * n)
        return np.minimum(i, 2 * n - 1 - i)

    def at(i, j):
        return tf.gather_nd(images, np.stack([fold(i, height), fold(j, width)], -1), batch_dims=1)

    def weigh(share):
        return tf.cast(share[..., None], images.dtype)

    top = weigh(1 - share_x) * at(y0, x0) + weigh(share_x) * at(y0, x0 + 1)
    low = weigh(1 - share_x) * at(y0 + 1, x0) + weigh(share_x) * at(y0 + 1, x0 + 1)
    return weigh(1 - share_y) * top + weigh(share_y) * low
