# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `feature_visualization` of round 15: each keeps all promises."""

import keras
import numpy as np
import scipy.ndimage as ndi
import tensorflow as tf

from course.given import Ascent
from course.given.layers import layer_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Keras ops and a loop over the two axes, with take by index.",
)
def total_variation_keras_ops_loop(images):
    x = keras.ops.convert_to_tensor(images)
    rough = 0.0
    for axis in (1, 2):
        n = x.shape[axis]
        after = tf.gather(x, tf.range(1, n), axis=axis)
        before = tf.gather(x, tf.range(0, n - 1), axis=axis)
        rough = rough + keras.ops.sum(keras.ops.abs(after - before), axis=(1, 2, 3))
    return rough


@right(
    "feature_visualization.jitter",
    how="Modular indices and two gathers instead of a roll; stateless random numbers.",
)
def jitter_modular_indices_two(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    b, h, w = (tf.shape(images)[0], tf.shape(images)[1], tf.shape(images)[2])
    key = tf.stack([tf.cast(seed, tf.int64), tf.constant(815, tf.int64)])
    high = tf.cast(max_shift, tf.int32)
    moves = tf.random.stateless_uniform([b, 2], key, minval=-high, maxval=high + 1, dtype=tf.int32)
    rows = (tf.range(h)[None] - moves[:, :1]) % h
    columns = (tf.range(w)[None] - moves[:, 1:]) % w
    rolled = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.transpose(
        tf.gather(tf.transpose(rolled, [0, 2, 1, 3]), columns, axis=1, batch_dims=1), [0, 2, 1, 3]
    )


@right(
    "feature_visualization.jitter",
    how="Rolling as a product with one-hot permutation matrices, so the gradient is the transpose.",
)
def jitter_rolling_product_hot(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    b, h, w = (tf.shape(x)[0], tf.shape(x)[1], tf.shape(x)[2])
    most = tf.cast(max_shift, tf.int32)

    def rolled_by(n, lane):
        key = tf.stack([tf.cast(seed, tf.int64), tf.constant(lane, tf.int64)])
        move = tf.random.stateless_uniform([b], key, minval=-most, maxval=most + 1, dtype=tf.int32)
        return tf.one_hot((tf.range(n)[None, :] - move[:, None]) % n, n, dtype=x.dtype)

    return tf.einsum("biy,byxc,bjx->bijc", rolled_by(h, 11), x, rolled_by(w, 12))


@right(
    "feature_visualization.normalize_gradient",
    how="First divided by the largest magnitude, so that squares neither overflow nor vanish.",
)
def normalize_gradient_first_divided_largest(gradient):
    g = tf.convert_to_tensor(gradient)
    top = tf.reduce_max(tf.abs(g), axis=[1, 2, 3], keepdims=True)
    unit = tf.math.divide_no_nan(g, top)
    power = tf.einsum("bhwc,bhwc->b", unit, unit) / tf.cast(
        tf.reduce_prod(tf.shape(g)[1:]), g.dtype
    )
    return tf.math.divide_no_nan(unit, tf.sqrt(power)[:, None, None, None])


@right(
    "feature_visualization.maximize_class_regularized",
    how="Eager loop, seeds of the steps drawn beforehand by a NumPy generator.",
)
def maximize_class_regularized_eager_loop_seeds(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    x = tf.cast(tf.convert_to_tensor(start), tf.float32)
    scores = [select_output(model, x, class_index, output)]
    keys = np.random.default_rng(seed).integers(0, 2**31 - 1, steps)
    for key in keys:
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = jitter(x, max_shift, int(key))
            gain = tf.reduce_sum(select_output(model, seen, class_index, output))
            gain -= tv_weight * tf.reduce_sum(tf.image.total_variation(x))
            gain -= l2_weight * tf.reduce_sum((x - 0.5) ** 2)
        x = tf.clip_by_value(x + step_size * tape.gradient(gain, x), 0.0, 1.0)
        if blur_sigma:
            x = tf.constant(
                ndi.gaussian_filter(x.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
        scores.append(select_output(model, x, class_index, output))
    return Ascent(x, tf.stack(scores))


def _r15_tv_slope(x):
    slope = np.zeros_like(x)
    d = np.sign(np.diff(x, axis=1))
    slope[:, 1:] += d
    slope[:, :-1] -= d
    d = np.sign(np.diff(x, axis=2))
    slope[:, :, 1:] += d
    slope[:, :, :-1] -= d
    return slope


@right(
    "feature_visualization.maximize_class_regularized",
    how="Penalties' gradients by hand (signs of differences), only the output goes through the tape.",
)
def maximize_class_regularized_signs_differences(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    x = np.array(start, np.float32)
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for stream in np.random.SeedSequence(seed).generate_state(max(steps, 1))[:steps]:
        variable = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(variable)
            value = select_output(
                model, jitter(variable, max_shift, int(stream % 2**31)), class_index, output
            )
        slope = tape.gradient(value, variable).numpy()
        if tv_weight:
            slope = slope - np.float32(tv_weight) * _r15_tv_slope(x)
        if l2_weight:
            slope = slope - np.float32(2 * l2_weight) * (x - np.float32(0.5))
        x = np.clip(x + np.float32(step_size) * slope, 0, 1)
        if blur_sigma != 0:
            for axis in (1, 2):
                x = ndi.gaussian_filter1d(x, blur_sigma, axis=axis, mode="reflect")
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="The near names come from the course's helper, the output from the graph.",
)
def feature_extractor_near_names_come(model, layer_name):
    from course.given.near import suggest

    names = {layer.name: layer for layer in model.layers}
    try:
        names[layer_name]
    except KeyError:
        raise ValueError(
            f"there is no layer {layer_name!r}; {suggest(layer_name, names)}"
        ) from None
    return keras.Model(
        inputs=model.inputs, outputs=layer_output(model, layer_name), name="cut_open"
    )


@right(
    "feature_visualization.maximize_feature",
    how="A compiled step that returns images and score together.",
)
def maximize_feature_compiled_step_returns(model, start, layer_name, channel, steps, step_size):
    cut = feature_extractor(model, layer_name)

    @tf.function(autograph=False)
    def look(x):
        own = tf.gather(cut(x, training=False), int(channel), axis=-1)
        value = (
            tf.reduce_mean(own, axis=list(range(1, len(own.shape)))) if len(own.shape) > 1 else own
        )
        return (value, tf.gradients(value, x)[0])

    x = tf.constant(np.asarray(start, np.float32))
    value, slope = look(x)
    record = [value]
    for _ in range(steps):
        x = tf.clip_by_value(x + tf.cast(step_size, tf.float32) * slope, 0.0, 1.0)
        value, slope = look(x)
        record.append(value)
    return Ascent(x.numpy(), np.stack([v.numpy() for v in record]))
