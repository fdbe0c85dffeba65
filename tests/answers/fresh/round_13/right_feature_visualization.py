# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `feature_visualization` of round 13: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from course.given import Ascent
from course.given.layers import layer_output
from course.given.near import suggest
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Differences by slicing, each axis summed by einsum",
)
def total_variation_differences_slicing_axis(images):
    x = tf.convert_to_tensor(images)
    down = tf.abs(x[:, 1:] - x[:, :-1])
    across = tf.abs(x[:, :, 1:] - x[:, :, :-1])
    return tf.einsum("bhwc->b", down) + tf.einsum("bhwc->b", across)


@right(
    "feature_visualization.jitter",
    how="Rolled by gathering: the indices of rows and columns are taken modulo the size",
)
def jitter_rolled_gathering_indices(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    b, h, w = x.shape[:3]
    rng = np.random.default_rng([seed, 5])
    drawn = rng.integers(-max_shift, max_shift, size=(2, b), endpoint=True)
    rows = (np.arange(h) - drawn[0][:, None]) % h
    columns = (np.arange(w) - drawn[1][:, None]) % w
    rolled = tf.gather(x, tf.constant(rows, tf.int32), axis=1, batch_dims=1)
    return tf.gather(rolled, tf.constant(columns, tf.int32), axis=2, batch_dims=1)


@right("feature_visualization.jitter", how="Stateless TensorFlow shifts, and a map over the images")
def jitter_stateless_tensorflow_shifts(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    seed = tf.cast(seed, tf.int64) if tf.is_tensor(seed) else tf.constant(int(seed), tf.int64)
    shifts = tf.random.stateless_uniform(
        (tf.shape(x)[0], 2),
        seed=tf.stack([seed, tf.constant(77, tf.int64)]),
        minval=-max_shift,
        maxval=max_shift + 1,
        dtype=tf.int32,
    )
    return tf.map_fn(
        lambda one: tf.roll(one[0], one[1], axis=[0, 1]), (x, shifts), fn_output_signature=x.dtype
    )


@right(
    "feature_visualization.normalize_gradient",
    how="Tf.norm in double precision over the square root of the count, zeros divided by one",
)
def normalize_gradient_tf_norm_double(gradient):
    g = tf.convert_to_tensor(gradient)
    flat = tf.reshape(tf.cast(g, tf.float64), [tf.shape(g)[0], -1])
    count = tf.cast(tf.shape(flat)[1], tf.float64)
    rms = tf.norm(flat, axis=1) / tf.sqrt(count)
    safe = tf.where(rms > 0, rms, tf.ones_like(rms))
    return tf.cast(tf.reshape(flat / safe[:, None], tf.shape(g)), g.dtype)


@right(
    "feature_visualization.maximize_class_regularized",
    how="A generator of images, the slopes of the penalties written by hand",
)
def maximize_class_regularized_generator_images_slopes(
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

    def rough_slope(x):
        slope = np.zeros_like(x)
        for axis in (1, 2):
            sign = np.sign(np.diff(x, axis=axis))
            before = [(0, 0)] * 4
            after = [(0, 0)] * 4
            before[axis], after[axis] = ((1, 0), (0, 1))
            slope += np.pad(sign, before) - np.pad(sign, after)
        return slope

    def walk():
        x = np.array(start, dtype=np.float32)
        seeds = np.random.default_rng(seed).integers(2**31 - 1, size=steps)
        yield x
        for draw in seeds:
            seen = tf.constant(x)
            with tf.GradientTape() as tape:
                tape.watch(seen)
                goal = select_output(model, jitter(seen, max_shift, int(draw)), class_index, output)
            slope = tape.gradient(goal, seen).numpy()
            slope = slope - tv_weight * rough_slope(x) - 2 * l2_weight * (x - 0.5)
            x = np.clip(x + step_size * slope, 0, 1).astype(np.float32)
            if blur_sigma:
                for axis in (1, 2):
                    x = gaussian_filter1d(x, blur_sigma, axis=axis, mode="reflect")
            yield x

    scores = []
    for x in walk():
        scores.append(np.asarray(select_output(model, tf.constant(x), class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="Given helpers: layer_output for the tensor, suggest for the names",
)
def feature_extractor_given_helpers_layer(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError(f"no layer {layer_name!r}; {suggest(layer_name, names)}")
    return keras.Model(model.inputs[0], layer_output(model, layer_name))


@right(
    "feature_visualization.maximize_feature",
    how="Maximize_class on a model that ends in the means of all channels",
)
def maximize_feature_class_model_ends(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    activations = extractor.outputs[0]
    positions = tuple(range(1, len(activations.shape) - 1))
    if positions:
        activations = keras.ops.mean(activations, axis=positions)
    means = keras.Model(extractor.inputs[0], activations)
    return maximize_class(means, start, channel, steps, step_size)


@right("feature_visualization.normalize_gradient", how="Divide_no_nan with kept axes")
def normalize_gradient_divide_nan_kept(gradient):
    g = tf.convert_to_tensor(gradient)
    size = tf.sqrt(tf.reduce_mean(tf.square(g), axis=(1, 2, 3), keepdims=True))
    return tf.math.divide_no_nan(g, size)


@right(
    "feature_visualization.maximize_class_regularized",
    how="One tape over the whole goal, a seed for every step from [seed, n]",
)
def maximize_class_regularized_tape_over_whole(
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
    x = tf.convert_to_tensor(start)
    scores = [select_output(model, x, class_index, output)]
    for n in range(steps):
        draw = int(np.random.default_rng([seed, n]).integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(x)
            goal = select_output(model, jitter(x, max_shift, draw), class_index, output)
            goal -= tv_weight * total_variation(x)
            goal -= l2_weight * tf.reduce_sum((x - 0.5) ** 2, axis=(1, 2, 3))
        x = tf.clip_by_value(x + step_size * tape.gradient(goal, x), 0.0, 1.0)
        if blur_sigma:
            x = tf.constant(
                gaussian_filter(x.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
        scores.append(select_output(model, x, class_index, output))
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.maximize_feature", how="A tape over the mean of the flattened positions"
)
def maximize_feature_tape_over_mean(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    x = tf.convert_to_tensor(start)

    def mean_activation(images):
        chosen = extractor(images, training=False)[..., channel]
        return tf.reduce_mean(tf.reshape(chosen, [tf.shape(chosen)[0], -1]), axis=1)

    scores = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = mean_activation(x)
        scores.append(score)
        x = tf.clip_by_value(x + step_size * tape.gradient(score, x), 0.0, 1.0)
    scores.append(mean_activation(x))
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.jitter",
    how="Tf.roll image by image, the shifts from one NumPy generator",
)
def jitter_tf_roll_image(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    shifts = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, size=(x.shape[0], 2))
    return tf.stack(
        [tf.roll(x[i], shift=list(map(int, two)), axis=[0, 1]) for i, two in enumerate(shifts)]
    )
