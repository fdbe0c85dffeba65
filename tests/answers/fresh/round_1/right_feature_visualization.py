# ruff: noqa: ANN001, ANN201, ANN202, ANN204
"""Right answers to `feature_visualization`, each in another style."""

import difflib
import functools

import keras
import numpy as np
import scipy.ndimage as ndi
import tensorflow as tf

from course.given import Ascent as _Ascent
from tests.answers.fresh import right

# --- total_variation


@right(
    "feature_visualization.total_variation",
    how="tf.image.image_gradients, whose last row and column are zero",
)
def adds_image_gradients(images):
    dy, dx = tf.image.image_gradients(tf.convert_to_tensor(images, tf.float32))
    return tf.reduce_sum(tf.abs(dy) + tf.abs(dx), axis=[1, 2, 3])


@right("feature_visualization.total_variation", how="tf.map_fn over tf.image.total_variation")
def maps_over_the_images(images):
    return tf.map_fn(tf.image.total_variation, tf.convert_to_tensor(images, tf.float32))


# --- jitter


@right("feature_visualization.jitter", how="stateless TensorFlow numbers, tf.roll image by image")
def rolls_tensor_by_tensor(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = tf.random.stateless_uniform(
        [images.shape[0], 2], [seed, 1], -max_shift, max_shift + 1, tf.int32
    )
    pairs = zip(tf.unstack(images), tf.unstack(shifts), strict=True)
    return tf.stack([tf.roll(image, shift, axis=[0, 1]) for image, shift in pairs])


# --- normalize_gradient


@right("feature_visualization.normalize_gradient", how="divide_no_nan in tf")
def divides_where_it_can(gradient):
    gradient = tf.convert_to_tensor(gradient)
    mean_square = tf.reduce_mean(tf.square(gradient), axis=[1, 2, 3], keepdims=True)
    return tf.math.divide_no_nan(gradient, tf.sqrt(mean_square))


@right(
    "feature_visualization.normalize_gradient",
    how="norm over the root of the count, in float64, image by image",
)
def scales_image_by_image(gradient):
    result = np.array(gradient, np.float64)
    for image in result:
        norm = np.linalg.norm(image)
        if norm > 0:
            image *= np.sqrt(image.size) / norm
    return result.astype(np.float32)


@right("feature_visualization.normalize_gradient", how="divide_no_nan, scaled by the largest first")
def divided_without_nan(gradient):
    gradient = tf.convert_to_tensor(gradient)
    largest = tf.reduce_max(tf.abs(gradient), axis=[1, 2, 3], keepdims=True)
    gradient = tf.math.divide_no_nan(gradient, largest)
    mean = tf.reduce_mean(gradient**2, axis=[1, 2, 3], keepdims=True)
    return tf.math.divide_no_nan(gradient, tf.sqrt(mean))


# --- maximize_class_regularized


def _step_value(model, output, class_index, images):
    if output not in ("logit", "softmax"):
        raise ValueError(f"unknown output: {output}")
    values = model(images, training=False)
    if output == "softmax":
        values = tf.nn.softmax(values, axis=-1)
    classes = tf.fill([images.shape[0]], 1) * tf.cast(class_index, tf.int32)
    return tf.gather(values, classes, batch_dims=1)


@right(
    "feature_visualization.maximize_class_regularized",
    how="rolls the output's gradient back by hand, penalties' gradients by hand too",
)
def rolls_the_gradient_back_by_hand(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    rng = np.random.default_rng([seed, 7])
    value = functools.partial(_step_value, model, output, class_index)
    x = np.array(start, np.float32)
    scores = [value(tf.constant(x)).numpy()]

    def rolled(images, shifts):
        return np.stack([np.roll(i, tuple(s), (0, 1)) for i, s in zip(images, shifts, strict=True)])

    for _ in range(steps):
        shifts = rng.integers(-max_shift, max_shift + 1, (len(x), 2))
        seen = tf.constant(rolled(x, shifts))
        with tf.GradientTape() as tape:
            tape.watch(seen)
            score = value(seen)
        gradient = rolled(tape.gradient(score, seen).numpy(), -shifts)
        down, across = np.sign(np.diff(x, axis=1)), np.sign(np.diff(x, axis=2))
        tv = np.zeros_like(x)
        tv[:, 1:] += down
        tv[:, :-1] -= down
        tv[:, :, 1:] += across
        tv[:, :, :-1] -= across
        gradient = gradient - tv_weight * tv - 2 * l2_weight * (x - 0.5)
        x = np.clip(x + step_size * gradient, 0, 1).astype(np.float32)
        if blur_sigma:
            x = ndi.gaussian_filter(x, sigma=[0, blur_sigma, blur_sigma, 0])
        scores.append(value(tf.constant(x)).numpy())
    return _Ascent(x, np.stack(scores))


@right(
    "feature_visualization.maximize_class_regularized",
    how="through jitter and total_variation with a seed a step; blur channel by channel",
)
def calls_the_other_functions(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    from course.feature_visualization import jitter
    from course.saliency import gradient_saliency, select_output

    x = tf.convert_to_tensor(start, tf.float32)
    # where every value comes from is found by jittering the numbers of the places
    places = np.arange(int(np.prod(x.shape)), dtype=np.float64).reshape(x.shape)
    seeds = np.random.SeedSequence(seed).generate_state(max(steps, 1))
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for step in range(steps):
        source = np.asarray(jitter(places, max_shift, int(seeds[step]) % 2**31)).astype(int).ravel()
        seen = tf.reshape(tf.gather(tf.reshape(x, [-1]), source), x.shape)
        gradient = np.asarray(gradient_saliency(model, seen, class_index, output))
        back = np.empty(source.size, np.float32)
        back[source] = gradient.ravel()
        with tf.GradientTape() as tape:
            tape.watch(x)
            penalty = tv_weight * tf.image.total_variation(x)
            penalty += l2_weight * tf.reduce_sum(tf.square(x - 0.5), [1, 2, 3])
        x = x + step_size * (back.reshape(x.shape) - tape.gradient(penalty, x))
        x = tf.clip_by_value(x, 0, 1)
        if blur_sigma != 0:
            blurred = np.array(x)
            for image in blurred:
                for channel in range(image.shape[-1]):
                    image[..., channel] = ndi.gaussian_filter(image[..., channel], blur_sigma)
            x = tf.constant(blurred)
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return _Ascent(x, np.stack(scores))


@right("feature_visualization.maximize_class_regularized", how="gather_nd within one tape")
def gathered_within_the_tape(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    images = tf.cast(start, tf.float32)
    count, height, width, _ = images.shape
    scores = []
    b, i, j = np.indices((count, height, width))
    draws = np.random.default_rng(seed).integers(
        -max_shift, max_shift, (steps, 2, count, 1, 1), endpoint=True
    )
    for down, across in draws:
        places = np.stack([b, (i - down) % height, (j - across) % width], axis=-1)
        with tf.GradientTape() as tape:
            tape.watch(images)
            goal = tf.reduce_sum(
                _step_value(model, output, class_index, tf.gather_nd(images, places))
            )
            goal -= tv_weight * tf.reduce_sum(tf.image.total_variation(images))
            goal -= l2_weight * tf.reduce_sum(tf.square(images - 0.5))
        slope = tape.gradient(goal, images)
        scores.append(_step_value(model, output, class_index, images))
        images = tf.clip_by_value(images + step_size * slope, 0.0, 1.0)
        if blur_sigma != 0:
            images = tf.constant(
                ndi.gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0))
            )
    return _Ascent(images, tf.stack([*scores, _step_value(model, output, class_index, images)]))


# --- feature_extractor


@right(
    "feature_visualization.feature_extractor",
    how="get_layer's own error, with near names added; any names' distance",
)
def asks_keras_first(model, layer_name):
    try:
        layer = model.get_layer(layer_name)
    except ValueError as error:
        names = sorted(
            (layer.name for layer in model.layers),
            key=lambda name: -difflib.SequenceMatcher(None, name, layer_name).ratio(),
        )
        raise ValueError(f"no layer {layer_name!r}. Did you mean {names[:6]}?") from error
    return keras.Model(inputs=model.input, outputs=layer.output, name=f"up_to_{layer_name}")


@right(
    "feature_visualization.feature_extractor",
    how="a dictionary of the layers; get_close_matches with a low cutoff",
)
def looks_in_a_dictionary(model, layer_name):
    layers = {layer.name: layer for layer in model.layers}
    if layer_name in layers:
        return keras.models.Model(model.inputs, layers[layer_name].output)
    near = difflib.get_close_matches(layer_name, layers, n=8, cutoff=0.0)
    raise ValueError(f"{layer_name!r} is no layer of this model, but these are: " + ", ".join(near))


def _tensor_behind(model, name):
    """What a layer puts out within this model, also where the layer is a model itself."""
    names = [layer.name for layer in model.layers]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=5, cutoff=0.4) or names
        raise ValueError(f"there is no layer {name!r}; near are {', '.join(near)}")
    layer = model.get_layer(name)
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                return node.output_tensors[0]
    return layer.output


@right("feature_visualization.feature_extractor", how="cut at the node, also behind a model in it")
def cut_at_the_node(model, layer_name):
    return keras.Model(model.inputs[0], _tensor_behind(model, layer_name), name="cut_open")


@right("feature_visualization.feature_extractor", how="a cut network called on a new input")
def cut_and_called_anew(model, layer_name):
    cut = keras.Model(inputs=model.inputs[0], outputs=_tensor_behind(model, layer_name))
    images = keras.Input(model.input_shape[1:])
    return keras.Model(images, cut(images))


@right(
    "feature_visualization.feature_extractor",
    how="outputs in a list of one, which Keras takes out again when called",
)
def activations_in_a_list(model, layer_name):
    return keras.Model(model.inputs[0], [_tensor_behind(model, layer_name)])


# --- maximize_feature


@tf.function(reduce_retracing=True)
def _feature_loop(extractor, images, channel, steps, step_size):
    scores = tf.TensorArray(tf.float32, size=steps + 1, element_shape=[None])
    for step in tf.range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(images)
            activation = tf.gather(extractor(images, training=False), channel, axis=-1)
            value = tf.reduce_mean(tf.reshape(activation, [tf.shape(images)[0], -1]), axis=1)
        scores = scores.write(step, value)
        if step < steps:
            images = tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)
    return images, scores.stack()


@right(
    "feature_visualization.maximize_feature",
    how="AutoGraph: for and if on tensors, reshaped positions",
)
def climbs_in_autograph(model, start, layer_name, channel, steps, step_size):
    from course.feature_visualization import feature_extractor

    extractor = feature_extractor(model, layer_name)
    images = tf.convert_to_tensor(start, tf.float32)
    return _Ascent(
        *_feature_loop(
            extractor,
            images,
            tf.constant(channel),
            tf.constant(steps),
            tf.constant(step_size, tf.float32),
        )
    )


class _Climber:
    """Holds an extractor and the images it climbs with."""

    def __init__(self, model, layer_name, channel):
        known = [layer.name for layer in model.layers]
        if layer_name not in known:
            raise ValueError(f"{layer_name} is not among {known}")
        self.extractor = keras.Model(model.inputs, model.get_layer(layer_name).output)
        self.channel = channel

    def __call__(self, images):
        values = self.extractor(images, training=False)[..., self.channel]
        while values.shape.rank > 1:
            values = tf.reduce_mean(values, axis=-1)
        return values

    def step(self, images, step_size):
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(self(images))
        return tf.clip_by_value(images + step_size * tape.gradient(total, images), 0.0, 1.0)


@right("feature_visualization.maximize_feature", how="a class that steps, eager")
def lets_a_climber_climb(model, start, layer_name, channel, steps, step_size):
    climber = _Climber(model, layer_name, channel)
    images = tf.identity(tf.convert_to_tensor(start, tf.float32))
    scores = [climber(images)]
    for _ in range(steps):
        images = climber.step(images, step_size)
        scores.append(climber(images))
    return _Ascent(images.numpy(), np.stack(scores))


@right("feature_visualization.maximize_feature", how="a seed of 1 / positions instead of a mean")
def seeded_with_a_mean(model, start, layer_name, channel, steps, step_size):
    cut = keras.Model(model.inputs[0], _tensor_behind(model, layer_name))
    images, scores = np.array(start, np.float32), []
    for step in range(steps + 1):
        x = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(x)
            activation = cut(x, training=False)
        shape = activation.shape
        seed = np.zeros(shape, np.float32)
        seed[..., channel] = shape[0] * shape[-1] / np.prod(shape)
        values = activation.numpy()[..., channel]
        scores.append(values.reshape(len(values), -1).mean(axis=1))
        if step < steps:
            slope = tape.gradient(activation, x, output_gradients=tf.constant(seed))
            images = np.clip(images + np.float32(step_size) * slope.numpy(), 0, 1)
    return _Ascent(images, np.array(scores))
