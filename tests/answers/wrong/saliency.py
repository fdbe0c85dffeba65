"""Known mistakes in 1.1, by task."""

from typing import Any

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.grader.mistakes import mistake


def _pick(values: Any, class_index: Any) -> Any:
    return tf.gather(values, tf.broadcast_to(class_index, tf.shape(values)[:1]), batch_dims=1)


# --- to_heatmap -----------------------------------------------------------------------------------


@mistake("saliency.to_heatmap", "the sum of absolute values: the signs are lost")
def absolute_sum(saliency: Any) -> Any:
    return tf.reduce_sum(tf.abs(saliency), axis=-1)


@mistake("saliency.to_heatmap", "the mean over the channels, instead of their sum")
def channel_mean(saliency: Any) -> Any:
    return tf.reduce_mean(saliency, axis=-1)


# --- smooth ---------------------------------------------------------------------------------------


@mistake("saliency.smooth", "a filter along the batch axis too: images run into each other")
def across_the_batch(heatmaps: Any, sigma: float) -> Any:
    return gaussian_filter(np.asarray(heatmaps), sigma)
