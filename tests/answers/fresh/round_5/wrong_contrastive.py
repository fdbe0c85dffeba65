# ruff: noqa: E501
"""Wrong answers to `contrastive` of the fifth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Errors
from course.given.types import Classes, Heatmaps, Images, Labels
from tests.answers.fresh import wrong


@wrong(
    "contrastive.find_errors",
    breaks="Where they stand in the batch (the count starts anew in every part of 32)",
)
def errors_counted_in_each_part(model: keras.Model, images: Images, labels: Labels) -> Errors:
    images, labels = (np.asarray(images), np.asarray(labels))
    if len(images) != len(labels):
        raise ValueError("not as many labels as images")
    index, predicted, true = ([], [], [])
    for start in range(0, len(images), 32):
        part, own = (images[start : start + 32], labels[start : start + 32])
        k = np.argmax(np.asarray(model(part, training=False)), axis=1)
        wrong = np.flatnonzero(k != own)
        index.append(wrong)
        predicted.append(k[wrong])
        true.append(own[wrong])
    return Errors(*(np.concatenate(a).astype(int) for a in (index, predicted, true)))


@wrong(
    "contrastive.grad_cam",
    breaks="Any layer of the model, also one before which no weights stand, such as a first pooling layer: nothing is watched then, and there is no gradient",
)
def grad_cam_without_watching(
    model: keras.Model, images: Images, class_index: Classes, layer_name: str
) -> Heatmaps:
    layer = model.get_layer(layer_name)
    both = keras.Model(model.inputs, [layer.output, model.outputs[0]])
    images = np.asarray(images)
    k = np.broadcast_to(np.asarray(class_index), (len(images),))
    with tf.GradientTape() as tape:
        act, logits = both(images, training=False)
        chosen = tf.reduce_sum(logits * tf.one_hot(k, logits.shape[1]), axis=1)
    grads = tape.gradient(chosen, act)
    w = tf.reduce_mean(grads, axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(w * act, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]
