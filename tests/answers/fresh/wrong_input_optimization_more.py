# ruff: noqa: ANN001, ANN201, ANN202
"""More wrong answers to `input_optimization`, of a later round: each breaks one promise."""

import tensorflow as tf

from tests.answers.fresh import wrong


def _third_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


def _rms_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.sqrt(tf.reduce_mean(change**2, axis=(1, 2, 3)))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@wrong("input_optimization.change_penalty", breaks="No root is taken (root mean square)")
def change_penalty_rms(images, originals, kind="l2"):
    return _rms_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


def _tv_of_each_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return (tf.image.total_variation(images) - tf.image.total_variation(originals)) / tf.cast(
            tf.size(change[0]), change.dtype
        )
    raise ValueError(f"no such penalty: {kind!r}")


@wrong(
    "input_optimization.change_penalty",
    breaks="TV of the change (TV of the images minus TV of the originals)",
)
def change_penalty_tv_of_each(images, originals, kind="l2"):
    return _tv_of_each_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


def _tv_per_pixel_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0, :, :, 0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@wrong("input_optimization.change_penalty", breaks="Divided by H · W · C (by H · W)")
def change_penalty_tv_per_pixel(images, originals, kind="l2"):
    return _tv_per_pixel_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


def _else_tv_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind:
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@wrong(
    "input_optimization.change_penalty",
    breaks="ValueError if kind is none of the three (anything else counts as tv)",
)
def change_penalty_else_tv(images, originals, kind="l2"):
    return _else_tv_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


@wrong("input_optimization.change_penalty", breaks="The default is l2")
def change_penalty_default_l1(images, originals, kind="l1"):
    return _third_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )
