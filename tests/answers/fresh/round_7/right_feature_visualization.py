# ruff: noqa: ANN001, ANN201, ANN202, ANN204, E501, F821
"""Right answers to `feature_visualization` of the seventh round: each keeps all promises."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Keras.ops; each direction by a slice, the sizes added over a flat axis",
)
def total_variation_keras_ops_direction(images):
    ops = keras.ops
    images = ops.convert_to_tensor(images)
    flat = [
        ops.reshape(ops.abs(d), (images.shape[0], -1))
        for d in (images[:, 1:] - images[:, :-1], images[:, :, :-1] - images[:, :, 1:])
    ]
    return ops.sum(flat[0], axis=1) + ops.sum(flat[1], axis=1)


@right(
    "feature_visualization.total_variation",
    how="The given function of TensorFlow, image by image in map_fn",
)
def total_variation_given_function_tensorflow(images):
    return tf.map_fn(tf.image.total_variation, tf.convert_to_tensor(images))


@right(
    "feature_visualization.jitter", how="Gathers rows and columns by their numbers modulo H and W"
)
def jitter_gathers_rows_columns(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    rng = np.random.default_rng([int(seed)])
    down, right = rng.integers(-max_shift, max_shift + 1, size=(2, images.shape[0], 1))
    rows = (np.arange(images.shape[1]) - down) % images.shape[1]
    columns = (np.arange(images.shape[2]) - right) % images.shape[2]
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    turned = tf.gather(tf.transpose(images, [0, 2, 1, 3]), columns, axis=1, batch_dims=1)
    return tf.transpose(turned, [0, 2, 1, 3])


@right("feature_visualization.jitter", how="Stateless random numbers of TensorFlow, and map_fn")
def jitter_stateless_random_numbers(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = tf.random.stateless_uniform(
        (images.shape[0], 2),
        seed=tf.constant([int(seed), 7], tf.int64),
        minval=-int(max_shift),
        maxval=int(max_shift) + 1,
        dtype=tf.int32,
    )
    return tf.map_fn(
        lambda pair: tf.roll(pair[0], pair[1], axis=[0, 1]),
        (images, shifts),
        fn_output_signature=images.dtype,
    )


@right(
    "feature_visualization.normalize_gradient",
    how="Float64, the Euclidean norm over the root of the count, divided only where it is not 0",
)
def normalize_gradient_float_euclidean_norm(gradient):
    g = np.asarray(gradient)
    flat = g.reshape(len(g), -1).astype(np.float64)
    size = np.linalg.norm(flat, axis=1, keepdims=True) / np.sqrt(flat.shape[1])
    result = np.zeros_like(flat)
    np.divide(flat, size, out=result, where=size > 0)
    return result.reshape(g.shape).astype(g.dtype)


@right(
    "feature_visualization.normalize_gradient",
    how="Brought to size 1 by its maximum first, which changes nothing but is safe from overflow",
)
def normalize_gradient_brought_size_maximum(gradient):
    g = tf.convert_to_tensor(gradient)
    g = tf.math.divide_no_nan(g, tf.reduce_max(tf.abs(g), axis=[1, 2, 3], keepdims=True))
    square = tf.einsum("bhwc,bhwc->b", g, g) / float(np.prod(g.shape[1:]))
    return tf.math.divide_no_nan(g, tf.sqrt(square)[:, None, None, None])


@right(
    "feature_visualization.maximize_class_regularized",
    how="A persistent tape with one gradient per term, added up; the penalty's gradient by hand; blur image by image",
)
def maximize_class_regularized_persistent_tape_gradient(
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
    x = tf.cast(tf.identity(start), tf.float32)
    seeds = np.random.SeedSequence(int(seed)).generate_state(max(int(steps), 1))
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for step_seed in seeds[: int(steps)]:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            seen = jitter(x, max_shift, int(step_seed))
            value = select_output(model, seen, class_index, output)
            rough = total_variation(x)
        up = tape.gradient(value, x) - 2 * l2_weight * (x - 0.5)
        if tv_weight:
            up -= tv_weight * tape.gradient(rough, x)
        del tape
        stepped = np.clip(x + step_size * up, 0, 1)
        if blur_sigma:
            stepped = np.stack([gaussian_filter(i, (blur_sigma, blur_sigma, 0)) for i in stepped])
        x = tf.constant(stepped, tf.float32)
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.maximize_class_regularized",
    how="The blur as two matrices in TensorFlow; loss downhill in one closure",
)
def maximize_class_regularized_blur_two_matrices(
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
    x = tf.cast(start, tf.float32)
    rng = np.random.default_rng(seed)

    def blur_matrix(n):
        return tf.constant(gaussian_filter(np.eye(n), (blur_sigma, 0)), tf.float32)

    rows, columns = (blur_matrix(x.shape[1]), blur_matrix(x.shape[2]))

    def score(images):
        return select_output(model, images, class_index, output)

    def loss(images, step_seed):
        cost = tv_weight * total_variation(images)
        cost += l2_weight * tf.reduce_sum(tf.math.squared_difference(images, 0.5), axis=(1, 2, 3))
        return cost - score(jitter(images, max_shift, step_seed))

    scores = [score(x)]
    while len(scores) <= steps:
        with tf.GradientTape() as tape:
            tape.watch(x)
            down = loss(x, int(rng.integers(2**31)))
        x = tf.clip_by_value(x - step_size * tape.gradient(down, x), 0, 1)
        if blur_sigma != 0:
            x = tf.einsum("ih,bhwc,jw->bijc", rows, x, columns)
        scores.append(score(x))
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="Next() with a walrus; all names are tried for near ones, and listed if there are none",
)
def feature_extractor_next_walrus_names(model, layer_name):
    if (layer := next((one for one in model.layers if one.name == layer_name), None)) is not None:
        return keras.Model(model.inputs[0], layer.output, name="cut_open")
    names = [one.name for one in model.layers]
    near = get_close_matches(layer_name, names, n=5, cutoff=0.4) or names
    raise ValueError(f"there is no layer {layer_name!r}; near: " + ", ".join(near))


@right(
    "feature_visualization.feature_extractor",
    how="A dictionary of outputs; the KeyError becomes a ValueError",
)
def feature_extractor_dictionary_outputs_keyerror(model, layer_name):
    from course.given.near import suggest

    layers = {layer.name: layer for layer in model.layers}
    try:
        layer = layers[layer_name]
    except KeyError:
        raise ValueError(f"no layer {layer_name!r}: {suggest(layer_name, layers)}") from None
    return keras.Model(inputs=model.inputs, outputs=layer.output)


@right(
    "feature_visualization.maximize_feature",
    how="One pass gives score and gradient; the gradient is started at the activations by `output_gradients`",
)
def maximize_feature_pass_gives_score(model, start, layer_name, channel, steps, step_size):
    cut = feature_extractor(model, layer_name)
    x, scores = (tf.cast(start, tf.float32), [])
    for n in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = cut(x, training=False)
        picked = np.zeros(seen.shape, np.float32)
        picked[..., channel] = 1 / max(1, np.prod(seen.shape[1:-1]))
        scores.append(np.sum(seen.numpy() * picked, axis=tuple(range(1, picked.ndim))))
        if n < steps:
            slope = tape.gradient(seen, x, output_gradients=tf.constant(picked))
            x = tf.clip_by_value(x + step_size * slope, 0, 1)
    return Ascent(x, np.stack(scores))


class _Fresh7Climber:
    def __init__(self, network, channel, x):
        self.network, self.channel, self.x, self.record = (network, channel, x, [])

    def look(self):
        with tf.GradientTape() as tape:
            tape.watch(self.x)
            seen = self.network(self.x, training=False)[..., self.channel]
            mean = tf.reduce_mean(tf.reshape(seen, [tf.shape(seen)[0], -1]), axis=1)
        self.record.append(mean)
        return tape.gradient(mean, self.x)

    def step(self, size):
        self.x = tf.clip_by_value(self.x + size * self.look(), 0.0, 1.0)


@right(
    "feature_visualization.maximize_feature",
    how="A class that remembers where it is while it climbs",
)
def maximize_feature_while_climbs(model, start, layer_name, channel, steps, step_size):
    climber = _Fresh7Climber(
        feature_extractor(model, layer_name), channel, tf.convert_to_tensor(start)
    )
    for _ in range(steps):
        climber.step(step_size)
    climber.look()
    return Ascent(climber.x, tf.stack(climber.record))


@right("feature_visualization.jitter", how="One gather_nd with the coordinates of every pixel")
def jitter_gather_nd_coordinates(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    count, height, width, _ = images.shape
    shifts = np.random.default_rng(seed).integers(0, 2 * max_shift + 1, (count, 2)) - max_shift
    b, y, x = np.ogrid[:count, :height, :width]
    y = (y - shifts[:, 0, None, None]) % height
    x = (x - shifts[:, 1, None, None]) % width
    return tf.gather_nd(images, np.stack(np.broadcast_arrays(b, y, x), axis=-1))


@right(
    "feature_visualization.total_variation",
    how="A convolution with (−1, 1) down and across, each channel on its own",
)
def total_variation_convolution_down_across(images):
    images = tf.convert_to_tensor(images)
    pair = tf.constant([-1.0, 1.0], images.dtype)
    channels = images.shape[-1]
    total = tf.zeros(tf.shape(images)[:1], images.dtype)
    for shape in ([2, 1, 1, 1], [1, 2, 1, 1]):
        if images.shape[1] >= shape[0] and images.shape[2] >= shape[1]:
            kernel = tf.tile(tf.reshape(pair, shape), [1, 1, channels, 1])
            edges = tf.nn.depthwise_conv2d(images, kernel, [1, 1, 1, 1], "VALID")
            total += tf.reduce_sum(tf.abs(edges), axis=[1, 2, 3])
    return total
