"""Other ways to be right in 1.2, by task."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.right import answer

# --- random_start ---------------------------------------------------------------------------------


@answer("activation_maximization.random_start")
def noise_by_tensorflow(shape: tuple[int, ...], seed: int) -> Any:
    return tf.random.stateless_uniform(shape, seed=(seed, 0))


@answer("activation_maximization.random_start")
def noise_by_stateless_numbers(shape: tuple[int, ...], seed: int) -> Any:
    return tf.random.stateless_uniform(shape, (seed, 0))


@answer("activation_maximization.random_start")
def noise_by_the_old_generator(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.RandomState(seed).uniform(0, 1, size=shape).astype("float32")


@answer("activation_maximization.random_start")
def noise_in_double_precision(shape: tuple[int, ...], seed: int) -> Any:
    images = [np.random.default_rng([seed, i]).random(shape[1:]) for i in range(shape[0])]
    return np.stack(images)


# --- ascent_step ----------------------------------------------------------------------------------


@answer("activation_maximization.ascent_step")
def step_by_gradient_saliency(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    from course.saliency import gradient_saliency

    gradient = gradient_saliency(model, images, class_index, output)
    return np.clip(images + step_size * np.asarray(gradient), 0, 1)


@answer("activation_maximization.ascent_step")
def step_with_an_optimizer(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    import keras

    from course.saliency import select_output

    variable = tf.Variable(images)
    with tf.GradientTape() as tape:
        loss = -tf.reduce_sum(select_output(model, variable, class_index, output))
    keras.optimizers.SGD(step_size).apply([tape.gradient(loss, variable)], [variable])
    return tf.clip_by_value(variable, 0, 1)


@answer("activation_maximization.ascent_step")
def step_by_a_jacobian(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    """The slopes of all outputs, of which one an image is taken."""
    if output not in {"logit", "softmax"}:
        raise ValueError(output)
    images = tf.convert_to_tensor(images)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        values = model(images, training=False)
        values = tf.nn.softmax(values) if output == "softmax" else values
    slopes = tape.batch_jacobian(values, images, experimental_use_pfor=False)
    wanted = tf.one_hot(np.broadcast_to(class_index, len(images)), values.shape[1])
    step = step_size * tf.einsum("bk,bkhwc->bhwc", wanted, slopes)
    return tf.minimum(tf.maximum(images + step, 0), 1)


# --- maximize_class -------------------------------------------------------------------------------


@answer("activation_maximization.maximize_class")
def ascent_by_plain_steps(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    """The module's own functions, one after the other; a plain tuple."""
    from course.activation_maximization import ascent_step
    from course.saliency import select_output

    images, scores = start, [select_output(model, start, class_index, output)]
    for _ in range(steps):
        images = ascent_step(model, images, class_index, step_size, output)
        scores.append(select_output(model, images, class_index, output))
    return images, np.array(scores)


@answer("activation_maximization.maximize_class")
def ascent_image_by_image(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    class Path(NamedTuple):
        """A result type of one's own."""

        images: Any
        scores: Any

    classes = np.broadcast_to(class_index, len(start))
    paths = [
        ascent_by_plain_steps(model, one[None], int(each), steps, step_size, output)
        for one, each in zip(start, classes, strict=True)
    ]
    images, scores = zip(*paths, strict=True)
    return Path(np.concatenate(images), np.concatenate(scores, axis=1))


@tf.function(jit_compile=True)
def _climb_with_xla(model: Any, images: Any, picked: Any, step_size: Any, output: str) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = model(images, training=False)
        values = tf.nn.softmax(values) if output == "softmax" else values
        values = tf.reduce_sum(picked * values, axis=1)
    return tf.clip_by_value(images + step_size * tape.gradient(values, images), 0, 1), values


@answer("activation_maximization.maximize_class")
def ascent_with_xla(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    output: str = "logit",
    record: bool = True,
) -> Any:
    """Compiled, with an argument more than was asked for, and a step whose images go unused."""
    if output != "logit" and output != "softmax":
        raise ValueError("output")
    picked = tf.one_hot(tf.broadcast_to(class_index, [len(start)]), model.output_shape[-1])
    images, scores = tf.convert_to_tensor(start), []
    for _ in range(steps + 1):
        last = images
        images, values = _climb_with_xla(model, last, picked, tf.constant(step_size), output)
        scores.append(values)
    return Ascent(last, tf.stack(scores) if record else None)


# --- maximize_class_sigmoid -----------------------------------------------------------------------


@answer("activation_maximization.maximize_class_sigmoid")
def sigmoid_by_the_chain_rule(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    """The sigmoid's slope by hand, in double precision."""
    from scipy.special import expit, logit

    from course.saliency import gradient_saliency, select_output

    images = np.clip(np.asarray(start, np.float64), 1e-3, 1 - 1e-3)
    z = logit(images)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        slope = np.asarray(gradient_saliency(model, images, class_index, output), np.float64)
        z = z + step_size * slope * images * (1 - images)
        images = expit(z)
        scores.append(select_output(model, images, class_index, output))
    return images, np.stack(scores)


@answer("activation_maximization.maximize_class_sigmoid")
def sigmoid_with_a_variable(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    """Eager, with z as a variable, which a tape watches by itself."""
    from course.saliency import select_output

    start = tf.clip_by_value(start, 0.001, 0.999)
    z = tf.Variable(-tf.math.log(1 / start - 1))
    scores = []
    for step in range(steps + 1):
        with tf.GradientTape() as tape:
            values = select_output(model, tf.nn.sigmoid(z), class_index, output)
        scores.append(values)
        if step < steps:
            z.assign_add(step_size * tape.gradient(values, z))
    return Ascent(images=tf.nn.sigmoid(z).numpy(), scores=np.asarray(scores))


@answer("activation_maximization.maximize_class_sigmoid")
def sigmoid_by_tanh(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    """The sigmoid is a hyperbolic tangent, moved and stretched."""
    from course.saliency import select_output

    def images_of(z: Any) -> Any:
        return 0.5 + 0.5 * tf.tanh(z / 2)

    z = tf.constant(2 * np.arctanh(2 * np.clip(start, 1e-3, 1 - 1e-3) - 1), tf.float32)
    scores = [select_output(model, images_of(z), class_index, output)]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            score = tf.reduce_sum(select_output(model, images_of(z), class_index, output))
        z = z + step_size * tape.gradient(score, z)
        scores.append(select_output(model, images_of(z), class_index, output))
    return images_of(z), tf.stack(scores)


# --- with AutoGraph, as TensorFlow's tutorials on DeepDream are written ---------------------------


class _Dream(tf.Module):
    """A loop, and what it asks of tensors, become parts of the graph."""

    def __init__(self, model: Any, output: str) -> None:
        if output not in ("logit", "softmax"):
            raise ValueError(f"there is no output {output!r}")
        super().__init__()
        self.model, self.output = model, output

    def values(self, images: Any, classes: Any) -> Any:
        values = self.model(images, training=False)
        if self.output == "softmax":
            values = tf.nn.softmax(values)
        return tf.gather(values, classes, batch_dims=1)

    @tf.function
    def __call__(self, images: Any, classes: Any, steps: Any, step_size: Any) -> Any:
        scores = tf.TensorArray(tf.float32, steps + 1)
        for step in tf.range(steps + 1):
            with tf.GradientTape() as tape:
                tape.watch(images)
                values = self.values(images, classes)
            scores = scores.write(step, values)
            if step < steps:
                images = images + step_size * tape.gradient(values, images)
                images = tf.clip_by_value(images, 0.0, 1.0)
        return images, scores.stack()


@answer("activation_maximization.ascent_step")
def step_of_a_dream(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return ascent_as_a_dream(model, images, class_index, 1, step_size, output)[0]


@answer("activation_maximization.maximize_class")
def ascent_as_a_dream(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    """A `for` over a range of tensors, and an `if` over one."""
    images, classes = tf.convert_to_tensor(start), tf.broadcast_to(class_index, [len(start)])
    return _Dream(model, output)(images, classes, tf.constant(steps), tf.constant(step_size))


@answer("activation_maximization.maximize_class_sigmoid")
def sigmoid_as_a_dream(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    """A `while` over tensors, in a function within a function."""
    dream, classes = _Dream(model, output), tf.broadcast_to(class_index, [len(start)])

    @tf.function
    def climb(z: Any, steps: Any) -> Any:
        step, scores = 0, tf.TensorArray(tf.float32, 0, dynamic_size=True)
        while step < steps:
            with tf.GradientTape() as tape:
                tape.watch(z)
                values = dream.values(tf.sigmoid(z), classes)
            scores = scores.write(step, values)
            z += step_size * tape.gradient(values, z)
            step += 1
        scores = scores.write(step, dream.values(tf.sigmoid(z), classes))
        return tf.sigmoid(z), scores.stack()

    clipped = tf.clip_by_value(start, 1e-3, 1 - 1e-3)
    return Ascent(*climb(tf.math.log(clipped / (1 - clipped)), tf.constant(steps)))
