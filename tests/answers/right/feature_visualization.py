"""Other ways to be right in 1.3, by task."""

import itertools
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from course.given import Ascent
from tests.answers.right import answer

# --- total_variation ------------------------------------------------------------------------------


@answer("feature_visualization.total_variation")
def variation_by_tensorflow(images: Any) -> Any:
    import tensorflow as tf

    return tf.image.total_variation(tf.convert_to_tensor(images))


@answer("feature_visualization.total_variation")
def variation_in_double_precision(images: Any) -> Any:
    import keras

    images = keras.ops.cast(images, "float64")
    edges = [abs(keras.ops.diff(images, axis=axis)) for axis in (1, 2)]
    return keras.ops.sum(edges[0], (1, 2, 3)) + keras.ops.sum(edges[1], (1, 2, 3))


@answer("feature_visualization.total_variation")
def variation_row_by_row(images: Any) -> Any:
    import tensorflow as tf

    totals = []
    for image in tf.unstack(tf.convert_to_tensor(images)):
        lines = [*itertools.pairwise(tf.unstack(image, axis=0))]
        lines += itertools.pairwise(tf.unstack(image, axis=1))
        totals.append(sum(tf.reduce_sum(tf.abs(one - other)) for one, other in lines))
    return tf.stack(totals)


# --- jitter ---------------------------------------------------------------------------------------


@answer("feature_visualization.jitter")
def jitter_in_a_loop(images: Any, max_shift: int, seed: int) -> Any:
    import tensorflow as tf

    draw = np.random.default_rng(seed)
    rolled = []
    for image in tf.unstack(images):
        down = draw.integers(-max_shift, max_shift, endpoint=True)
        right = draw.integers(-max_shift, max_shift, endpoint=True)
        rolled.append(tf.roll(tf.roll(image, down, axis=0), right, axis=1))
    return tf.stack(rolled)


@answer("feature_visualization.jitter")
def jitter_by_tensorflow(images: Any, max_shift: int, seed: int) -> Any:
    import tensorflow as tf

    generator = tf.random.Generator.from_seed(seed)
    shifts = generator.uniform((len(images), 2), -max_shift, max_shift + 1, dtype=tf.int32)
    rolled = [
        tf.roll(image, shift, axis=(0, 1)) for image, shift in zip(images, shifts, strict=True)
    ]
    return tf.stack(rolled)


@answer("feature_visualization.jitter")
def jitter_by_the_old_generator(images: Any, max_shift: int, seed: int) -> Any:
    import tensorflow as tf

    draw = np.random.RandomState(seed)
    rows = draw.randint(-max_shift, max_shift + 1, len(images))
    columns = draw.randint(-max_shift, max_shift + 1, len(images))
    height, width = images.shape[1:3]
    images, rows, columns = tf.tile(images, (1, 3, 3, 1)), rows % height, columns % width
    cut = [
        one[height - row : 2 * height - row, width - column : 2 * width - column]
        for one, row, column in zip(tf.unstack(images), rows, columns, strict=True)
    ]
    return tf.stack(cut)


# --- normalize_gradient ---------------------------------------------------------------------------


@answer("feature_visualization.normalize_gradient")
def normalized_by_the_norm(gradient: Any) -> Any:
    gradient = np.asarray(gradient, np.float64)
    norm = np.linalg.norm(gradient.reshape(len(gradient), -1), axis=1).reshape(-1, 1, 1, 1)
    return gradient / np.where(norm > 0, norm, 1) * np.sqrt(gradient[0].size)


@answer("feature_visualization.normalize_gradient")
def normalized_in_a_loop(gradient: Any) -> Any:
    sizes = [np.sqrt(np.mean(one**2)) for one in gradient]
    return np.stack(
        [one / size if size else one for one, size in zip(gradient, sizes, strict=True)]
    )


@answer("feature_visualization.normalize_gradient")
def normalized_with_a_tiny_number(gradient: Any) -> Any:
    import tensorflow as tf

    squares = tf.reduce_mean(tf.convert_to_tensor(gradient) ** 2, axis=[1, 2, 3])
    return tf.einsum("bhwc,b->bhwc", gradient, 1 / (tf.sqrt(squares) + 1e-8))


# --- maximize_class_regularized -------------------------------------------------------------------


def _slope_of(model: Any, images: Any, class_index: Any, output: str) -> Any:
    """The gradient and the values; by the solution's functions, as a student would."""
    from course.saliency import gradient_saliency, select_output

    slope = np.asarray(gradient_saliency(model, images, class_index, output))
    return slope, np.asarray(select_output(model, images, class_index, output))


@answer("feature_visualization.maximize_class_regularized")
def regularized_by_numpy(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    tv_weight: float = 0.0,
    l2_weight: float = 0.0,
    blur_sigma: float = 0.0,
    max_shift: int = 0,
    seed: int = 0,
    output: str = "logit",
) -> Any:
    """Penalties differentiated by hand, and the gradient rolled back by hand."""
    draw = np.random.default_rng(seed)
    images, scores = np.array(start), [_slope_of(model, start, class_index, output)[1]]
    for _ in range(steps):
        shifts = draw.integers(-max_shift, max_shift + 1, (len(images), 2))
        rolled = np.stack([np.roll(i, s, axis=(0, 1)) for i, s in zip(images, shifts, strict=True)])
        slope, _ = _slope_of(model, rolled, class_index, output)
        slope = np.stack([np.roll(i, -s, axis=(0, 1)) for i, s in zip(slope, shifts, strict=True)])
        for axis in (1, 2):
            signs = np.sign(np.diff(images, axis=axis))
            ends = [(0, 0)] * 4
            ends[axis] = (1, 1)
            slope = slope + tv_weight * np.diff(np.pad(signs, ends), axis=axis)
        slope = slope - 2 * l2_weight * (images - 0.5)
        images = np.clip(images + step_size * slope, 0, 1).astype(np.float32)
        if blur_sigma > 0:
            for axis in (1, 2):
                images = gaussian_filter1d(images, blur_sigma, axis=axis, mode="reflect")
        scores.append(_slope_of(model, images, class_index, output)[1])
    return images, np.stack(scores)


@answer("feature_visualization.maximize_class_regularized")
def regularized_image_by_image(
    model: Any, start: Any, class_index: Any, *args: Any, seed: int = 0, **kwargs: Any
) -> Any:
    """Each image climbs on its own, with a seed of its own."""
    classes = np.broadcast_to(class_index, len(start))
    paths = [
        regularized_by_numpy(
            model, start[i : i + 1], classes[i : i + 1], *args, seed=1000 * seed + i, **kwargs
        )
        for i in range(len(start))
    ]
    images, scores = zip(*paths, strict=True)
    return Ascent(np.concatenate(images), np.concatenate(scores, axis=1))


@answer("feature_visualization.maximize_class_regularized")
def regularized_by_own_functions(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    tv_weight: float = 0.0,
    l2_weight: float = 0.0,
    blur_sigma: float = 0.0,
    max_shift: int = 0,
    seed: int = 0,
    output: str = "logit",
) -> Any:
    """Eager, with the tape rolling back, and the other functions of the module."""
    import tensorflow as tf
    from scipy.ndimage import gaussian_filter

    from course.feature_visualization import jitter, total_variation
    from course.saliency import select_output

    images = tf.convert_to_tensor(start)
    scores = [select_output(model, images, class_index, output)]
    for step in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = tf.reduce_sum(
                select_output(
                    model, jitter(images, max_shift, 999 * seed + step), class_index, output
                )
            )
            value -= tv_weight * tf.reduce_sum(total_variation(images))
            value -= l2_weight * tf.reduce_sum((images - 0.5) ** 2)
        images = tf.clip_by_value(images + step_size * tape.gradient(value, images), 0, 1)
        blurred = gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0))
        images = tf.convert_to_tensor(blurred)
        scores.append(select_output(model, images, class_index, output))
    return images, tf.stack(scores)


# --- feature_extractor ----------------------------------------------------------------------------


@answer("feature_visualization.feature_extractor")
def extractor_by_keras_errors(model: Any, layer_name: str) -> Any:
    import keras

    return keras.Model(inputs=model.input, outputs=model.get_layer(layer_name).output)


@answer("feature_visualization.feature_extractor")
def extractor_from_the_list_of_layers(model: Any, layer_name: str) -> Any:
    import keras

    outputs = {layer.name: layer.output for layer in model.layers}
    if layer_name not in outputs:
        raise ValueError(f"{layer_name} is none of {[*outputs]}")
    return keras.Model(model.inputs, {"wanted": outputs[layer_name]}["wanted"], name="cut")


@answer("feature_visualization.feature_extractor")
def extractor_as_a_subclass(model: Any, layer_name: str) -> Any:
    import keras

    class Cut(keras.Model):
        """Gives the logits too, and keeps the activations."""

        def __init__(self) -> None:
            super().__init__()
            outputs = [model.output, model.get_layer(layer_name).output]
            self.both = keras.Model(model.inputs, outputs)

        def call(self, images: Any, training: bool = False) -> Any:
            return self.both(images, training=training)[1]

    class NoSuchLayerError(ValueError):
        """A ValueError of its own kind."""

    if all(layer.name != layer_name for layer in model.layers):
        near = sorted(model.layers, key=lambda layer: -len(set(layer.name) & set(layer_name)))
        raise NoSuchLayerError("Did you mean " + " or ".join(one.name for one in near[:3]))
    return Cut()


# --- maximize_feature -----------------------------------------------------------------------------


@answer("feature_visualization.maximize_feature")
def feature_by_own_loop(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    import tensorflow as tf

    from course.feature_visualization import feature_extractor

    extractor = feature_extractor(model, layer_name)
    images, scores = tf.convert_to_tensor(start), []
    for step in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(images)
            values = extractor(images, training=False)[..., channel]
            means = tf.reduce_mean(tf.reshape(values, (len(start), -1)), axis=1)
        scores.append(means)
        if step < steps:
            images = tf.clip_by_value(images + step_size * tape.gradient(means, images), 0, 1)
    return images, tf.stack(scores)


@answer("feature_visualization.maximize_feature")
def feature_compiled(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    import tensorflow as tf

    from course.feature_visualization import feature_extractor

    extractor = feature_extractor(model, layer_name)

    @tf.function(jit_compile=True)
    def climb(images: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(images)
            channels = extractor(images, training=False)
            picked = channels * tf.one_hot(channel, channels.shape[-1])
            means = tf.reduce_sum(picked, -1)
            while len(means.shape) > 1:
                means = tf.reduce_mean(means, -1)
        return tf.clip_by_value(images + step_size * tape.gradient(means, images), 0, 1), means

    images, scores = start, []
    for _ in range(steps):
        images, means = climb(images)
        scores.append(means)
    return Ascent(images, np.stack([*scores, climb(images)[1]]))


@answer("feature_visualization.maximize_feature")
def feature_image_by_image(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    """One image at a time, in plain Python lists of scores."""
    paths = [
        feature_by_own_loop(model, start[i : i + 1], layer_name, channel, steps, step_size)
        for i in range(len(start))
    ]
    scores = [[float(value) for value in path[1][:, 0]] for path in paths]
    return np.concatenate([path[0] for path in paths]), np.array(scores).T


# --- with AutoGraph, as TensorFlow's tutorials on DeepDream are written ---------------------------


@answer("feature_visualization.total_variation")
def variation_in_a_graph(images: Any) -> Any:
    """A `for` over the rows, and then over the columns, of a tensor."""
    import tensorflow as tf

    @tf.function
    def along_the_first_axis(lines: Any) -> Any:
        total, before = tf.zeros(tf.shape(lines)[1]), lines[0]
        for line in lines:
            total += tf.reduce_sum(tf.abs(line - before), axis=(1, 2))
            before = line
        return total

    rows, columns = (tf.transpose(images, axes) for axes in ((1, 0, 2, 3), (2, 0, 1, 3)))
    return along_the_first_axis(rows) + along_the_first_axis(columns)


@answer("feature_visualization.jitter")
def jitter_in_a_graph(images: Any, max_shift: int, seed: int) -> Any:
    """A `for` over a range of tensors, and an `if` over one."""
    import tensorflow as tf

    @tf.function
    def roll(images: Any, max_shift: Any, seed: Any) -> Any:
        count = tf.shape(images)[0]
        shifts = tf.random.stateless_uniform(
            [count, 2], [seed, 0], -max_shift, max_shift + 1, tf.int32
        )
        if max_shift > 0:
            rolled = tf.TensorArray(tf.float32, count)
            for i in tf.range(count):
                rolled = rolled.write(i, tf.roll(images[i], shifts[i], axis=[0, 1]))
            images = tf.ensure_shape(rolled.stack(), images.shape)
        return images

    return roll(tf.convert_to_tensor(images), tf.constant(max_shift), tf.constant(seed))


@answer("feature_visualization.maximize_feature")
def feature_as_a_dream(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    import tensorflow as tf

    from course.feature_visualization import feature_extractor

    class Dream(tf.Module):
        """A loop, and what it asks of tensors, become parts of the graph."""

        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        @tf.function
        def __call__(self, images: Any, steps: Any, step_size: Any) -> Any:
            scores = tf.TensorArray(tf.float32, steps + 1)
            for step in tf.range(steps + 1):
                with tf.GradientTape() as tape:
                    tape.watch(images)
                    activations = self.model(images, training=False)[..., channel]
                    means = tf.reduce_mean(tf.reshape(activations, [len(images), -1]), axis=1)
                scores = scores.write(step, means)
                if step < steps:
                    images = images + step_size * tape.gradient(means, images)
                    images = tf.clip_by_value(images, 0.0, 1.0)
            return images, scores.stack()

    dream = Dream(feature_extractor(model, layer_name))
    return dream(tf.convert_to_tensor(start), tf.constant(steps), tf.constant(step_size))
