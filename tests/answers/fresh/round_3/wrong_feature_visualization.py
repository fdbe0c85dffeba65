# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, E741, F821, F841
"""More wrong answers to `feature_visualization`, of a later round: each breaks one promise."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent, compiled
from course.saliency import select_output
from tests.answers.fresh import wrong


def _third_roll(images, shifts):
    return tf.stack([tf.roll(images[i], shifts[i], axis=(0, 1)) for i in range(len(shifts))])


def _third_shifts(count, max_shift, rng):
    return rng.integers(-max_shift, max_shift, size=(count, 2), endpoint=True)


@compiled
def _third_regularized(model, images, shifts, class_index, step_size, tv_weight, l2_weight, output):
    count = images.shape[0]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        rolled = tf.map_fn(
            lambda pair: tf.roll(pair[0], pair[1], axis=(0, 1)),
            (images, shifts),
            fn_output_signature=tf.float32,
        )
        rolled = tf.ensure_shape(rolled, images.shape)
        value = (
            select_output(model, rolled, class_index, output)
            - tv_weight * tf.image.total_variation(images)
            - l2_weight * tf.reduce_sum((images - 0.5) ** 2, axis=(1, 2, 3))
        )
    return tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)


def _third_layer_output(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError(
            f"no layer {layer_name!r}; near: {get_close_matches(layer_name, names, 5, 0.3)}"
        )
    layer = model.get_layer(layer_name)
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                return node.output_tensors[0]
    raise ValueError(layer_name)


@compiled
def _third_climb_feature(model, images, channel, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts = tf.gather(model(images, training=False), channel, axis=-1)
        score = tf.reduce_mean(tf.reshape(acts, (tf.shape(acts)[0], -1)), axis=1)
    return (tf.clip_by_value(images + step_size * tape.gradient(score, images), 0.0, 1.0), score)


@wrong(
    "feature_visualization.total_variation",
    breaks="Anisotropic: absolute differences (sqrt(dx² + dy²), as skimage's denoise)",
)
def total_variation_isotropic(images):
    x = np.pad(np.asarray(images), ((0, 0), (0, 1), (0, 1), (0, 0)), mode="edge")
    dy, dx = (x[:, 1:, :-1] - x[:, :-1, :-1], x[:, :-1, 1:] - x[:, :-1, :-1])
    return np.sqrt(dx**2 + dy**2).sum((1, 2, 3))


@wrong(
    "feature_visualization.total_variation",
    breaks="Over all pixels (neighbours of the last row and column are left out: x[:, :-1, :-1])",
)
def total_variation_inner_only(images):
    x = np.asarray(images)
    return (np.abs(x[:, 1:, :-1] - x[:, :-1, :-1]) + np.abs(x[:, :-1, 1:] - x[:, :-1, :-1])).sum(
        (1, 2, 3)
    )


@wrong(
    "feature_visualization.total_variation",
    breaks="Vertical and horizontal neighbours only (neighbouring channels too)",
)
def total_variation_channel_neighbours(images):
    x = np.asarray(images)
    return sum(np.abs(np.diff(x, axis=a)).sum((1, 2, 3)) for a in (1, 2, 3))


@wrong(
    "feature_visualization.total_variation",
    breaks="Neighbours inside the image (np.roll wraps round)",
)
def total_variation_wraps(images):
    x = np.asarray(images)
    return sum(np.abs(x - np.roll(x, 1, axis=a)).sum((1, 2, 3)) for a in (1, 2))


def _rounded_uniform_shifts(count, max_shift, rng):
    return np.rint(rng.uniform(-max_shift, max_shift, (count, 2))).astype(int)


@wrong(
    "feature_visualization.jitter",
    breaks="Uniform whole numbers (rounded uniform reals: the two ends half as often)",
)
def jitter_rounded_uniform(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    return _third_roll(
        images, _rounded_uniform_shifts(images.shape[0], max_shift, np.random.default_rng(seed))
    )


def _double_zero_shifts(count, max_shift, rng):
    return rng.integers(0, max_shift + 1, (count, 2)) * rng.choice([-1, 1], (count, 2))


@wrong("feature_visualization.jitter", breaks="Uniform (sign times magnitude: 0 twice as often)")
def jitter_double_zero(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    return _third_roll(
        images, _double_zero_shifts(images.shape[0], max_shift, np.random.default_rng(seed))
    )


def _exclusive_end_shifts(count, max_shift, rng):
    return rng.integers(-max_shift, max(max_shift, 1 - max_shift), size=(count, 2))


@wrong("feature_visualization.jitter", breaks="Max_shift itself is drawn (upper end left out)")
def jitter_exclusive_end(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    return _third_roll(
        images, _exclusive_end_shifts(images.shape[0], max_shift, np.random.default_rng(seed))
    )


def _diagonal_shifts(count, max_shift, rng):
    return np.repeat(rng.integers(-max_shift, max_shift, size=(count, 1), endpoint=True), 2, axis=1)


@wrong("feature_visualization.jitter", breaks="Each axis on its own (one shift for both axes)")
def jitter_diagonal(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    return _third_roll(
        images, _diagonal_shifts(images.shape[0], max_shift, np.random.default_rng(seed))
    )


def _edge_fill_pad_roll(image, dy, dx):
    image = np.asarray(image)
    h, w = image.shape[:2]
    return image[np.clip(np.arange(h) - dy, 0, h - 1)][:, np.clip(np.arange(w) - dx, 0, w - 1)]


@wrong(
    "feature_visualization.jitter",
    breaks="What leaves comes in on the other side (edge pixels are repeated)",
)
def jitter_edge_fill(images, max_shift, seed):
    images = np.asarray(images)
    s = _third_shifts(len(images), max_shift, np.random.default_rng(seed))
    return np.stack([_edge_fill_pad_roll(i, *d) for i, d in zip(images, s)])


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="Root mean square (standard deviation, the mean taken off, as in DeepDream code)",
)
def normalize_gradient_std(gradient):
    g = np.asarray(gradient)
    s = g.std(axis=(1, 2, 3), keepdims=True)
    return np.divide(g, s, out=np.zeros_like(g), where=s > 0)


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="Divided by its own RMS also if tiny (sqrt(mean + 1e-8))",
)
def normalize_gradient_eps_in_root(gradient):
    g = tf.convert_to_tensor(gradient)
    return g / tf.sqrt(tf.reduce_mean(g**2, axis=(1, 2, 3), keepdims=True) + 1e-08)


@wrong(
    "feature_visualization.normalize_gradient", breaks="One RMS per image (per image and channel)"
)
def normalize_gradient_per_channel(gradient):
    gradient = tf.convert_to_tensor(gradient)
    size = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2), keepdims=True))
    return tf.math.divide_no_nan(gradient, size)


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="A zero gradient changes no other image's (if any is zero, all are returned as they are)",
)
def normalize_gradient_zero_stops_all(gradient):
    g = np.asarray(gradient)
    s = np.sqrt((g**2).mean(axis=(1, 2, 3), keepdims=True))
    return g / s if np.all(s > 0) else g


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Every step draws its jitter anew (the same seed in every step)",
)
def maximize_class_regularized_same_jitter_each_step(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, np.random.default_rng(seed)).astype(
            np.int32
        )
        images = _third_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Another shift for every image (one for the batch)",
)
def maximize_class_regularized_shared_jitter(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = np.repeat(_third_shifts(1, max_shift, rng), images.shape[0], 0).astype(np.int32)
        images = _third_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@compiled
def _tv_of_jittered_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    count = images.shape[0]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        rolled = tf.map_fn(
            lambda pair: tf.roll(pair[0], pair[1], axis=(0, 1)),
            (images, shifts),
            fn_output_signature=tf.float32,
        )
        rolled = tf.ensure_shape(rolled, images.shape)
        value = (
            select_output(model, rolled, class_index, output)
            - tv_weight * tf.image.total_variation(rolled)
            - l2_weight * tf.reduce_sum((images - 0.5) ** 2, axis=(1, 2, 3))
        )
    return tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The penalties are those of the images themselves (TV of the jittered)",
)
def maximize_class_regularized_tv_of_jittered(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, rng).astype(np.int32)
        images = _tv_of_jittered_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@compiled
def _blur_before_clip_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    count = images.shape[0]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        rolled = tf.map_fn(
            lambda pair: tf.roll(pair[0], pair[1], axis=(0, 1)),
            (images, shifts),
            fn_output_signature=tf.float32,
        )
        rolled = tf.ensure_shape(rolled, images.shape)
        value = (
            select_output(model, rolled, class_index, output)
            - tv_weight * tf.image.total_variation(images)
            - l2_weight * tf.reduce_sum((images - 0.5) ** 2, axis=(1, 2, 3))
        )
    return images + step_size * tape.gradient(value, images)


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Clipped, then blurred (blurred, then clipped)",
)
def maximize_class_regularized_blur_before_clip(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, rng).astype(np.int32)
        images = _blur_before_clip_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        images = tf.clip_by_value(images, 0.0, 1.0)
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="A blur after every step (once, after the last)",
)
def maximize_class_regularized_blur_once_at_end(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, rng).astype(np.int32)
        images = _third_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma and _ == steps - 1:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="A score is that of the image after the step (taken before the blur)",
)
def maximize_class_regularized_scores_before_blur(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, rng).astype(np.int32)
        images = _third_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        scores.append(select_output(model, images, class_index, output))
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
    return Ascent(images, tf.stack(scores))


@compiled
def _l2_mean_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    count = images.shape[0]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        rolled = tf.map_fn(
            lambda pair: tf.roll(pair[0], pair[1], axis=(0, 1)),
            (images, shifts),
            fn_output_signature=tf.float32,
        )
        rolled = tf.ensure_shape(rolled, images.shape)
        value = (
            select_output(model, rolled, class_index, output)
            - tv_weight * tf.image.total_variation(images)
            - l2_weight * tf.reduce_mean((images - 0.5) ** 2, axis=(1, 2, 3))
        )
    return tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)


@wrong("feature_visualization.maximize_class_regularized", breaks="Σ (images − 0.5)² (the mean)")
def maximize_class_regularized_l2_mean(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, rng).astype(np.int32)
        images = _l2_mean_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The same seed gives the same result; default 0 (0 draws afresh)",
)
def maximize_class_regularized_default_seed_none(
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
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.convert_to_tensor(start, tf.float32)
    rng = np.random.default_rng(seed or None)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _third_shifts(images.shape[0], max_shift, rng).astype(np.int32)
        images = _third_regularized(
            model,
            images,
            shifts,
            class_index,
            float(step_size),
            float(tv_weight),
            float(l2_weight),
            output,
        )
        if blur_sigma:
            images = tf.convert_to_tensor(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"),
                tf.float32,
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.feature_extractor",
    breaks="It shares the weights (of a clone with copied weights)",
)
def feature_extractor_clone(model, layer_name):
    _third_layer_output(model, layer_name)
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return keras.Model(twin.inputs[0], _third_layer_output(twin, layer_name))


@wrong(
    "feature_visualization.feature_extractor",
    breaks="ValueError if there is no such layer (takes the nearest name)",
)
def feature_extractor_guesses_near(model, layer_name):
    names = [l.name for l in model.layers]
    if layer_name not in names:
        near = get_close_matches(layer_name, names, 1)
        if not near:
            raise ValueError(f"no layer {layer_name}; there are {names}")
        layer_name = near[0]
    return keras.Model(model.inputs[0], _third_layer_output(model, layer_name))


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The model is left as it is (its trainable flag is set to False)",
)
def feature_extractor_renames(model, layer_name):
    output = _third_layer_output(model, layer_name)
    extractor = keras.Model(model.inputs[0], output)
    extractor.trainable = False
    return extractor


def _message_without_names_layer_output(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError("there is no such layer")
    layer = model.get_layer(layer_name)
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                return node.output_tensors[0]
    raise ValueError(layer_name)


@wrong(
    "feature_visualization.feature_extractor", breaks="The message lists names that are near (none)"
)
def feature_extractor_message_without_names(model, layer_name):
    output = _message_without_names_layer_output(model, layer_name)
    return keras.Model(model.inputs[0], output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The activations of that layer (its input instead, for layers with one input)",
)
def feature_extractor_layer_input(model, layer_name):
    out = _third_layer_output(model, layer_name)
    layer = model.get_layer(layer_name)
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer and len(node.input_tensors) == 1:
                out = node.input_tensors[0]
    return keras.Model(model.inputs[0], out)


@compiled
def _four_d_only_climb_feature(model, images, channel, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts = tf.gather(model(images, training=False), channel, axis=-1)
        score = tf.reduce_mean(acts, axis=(1, 2))
    return (tf.clip_by_value(images + step_size * tape.gradient(score, images), 0.0, 1.0), score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Any layer with channels on the last axis (a layer with (B, K) activations fails: axes 1, 2)",
)
def maximize_feature_four_d_only(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.convert_to_tensor(start, tf.float32)
    scores = []
    for _ in range(steps):
        images, score = _four_d_only_climb_feature(extractor, images, channel, float(step_size))
        scores.append(score)
    scores.append(_four_d_only_climb_feature(extractor, images, channel, 0.0)[1])
    return Ascent(images, tf.stack(scores))


@compiled
def _centre_neuron_climb_feature(model, images, channel, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts = tf.gather(model(images, training=False), channel, axis=-1)
        if len(acts.shape) == 3:
            acts = acts[:, tf.shape(acts)[1] // 2, tf.shape(acts)[2] // 2]
        score = tf.reshape(acts, [-1])
    return (tf.clip_by_value(images + step_size * tape.gradient(score, images), 0.0, 1.0), score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Mean over all positions (only the middle one, Lucid's neuron objective)",
)
def maximize_feature_centre_neuron(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.convert_to_tensor(start, tf.float32)
    scores = []
    for _ in range(steps):
        images, score = _centre_neuron_climb_feature(extractor, images, channel, float(step_size))
        scores.append(score)
    scores.append(_centre_neuron_climb_feature(extractor, images, channel, 0.0)[1])
    return Ascent(images, tf.stack(scores))


@compiled
def _batch_mean_gradient_climb_feature(model, images, channel, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts = tf.gather(model(images, training=False), channel, axis=-1)
        score = tf.reduce_mean(tf.reshape(acts, (tf.shape(acts)[0], -1)), axis=1)
    return (
        tf.clip_by_value(
            images
            + step_size * tape.gradient(score, images) / tf.cast(tf.shape(images)[0], tf.float32),
            0.0,
            1.0,
        ),
        score,
    )


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Each image as if alone (the loss is the mean over the batch, the step 1/B)",
)
def maximize_feature_batch_mean_gradient(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.convert_to_tensor(start, tf.float32)
    scores = []
    for _ in range(steps):
        images, score = _batch_mean_gradient_climb_feature(
            extractor, images, channel, float(step_size)
        )
        scores.append(score)
    scores.append(_batch_mean_gradient_climb_feature(extractor, images, channel, 0.0)[1])
    return Ascent(images, tf.stack(scores))


@compiled
def _relu_scores_climb_feature(model, images, channel, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts = tf.nn.relu(tf.gather(model(images, training=False), channel, axis=-1))
        score = tf.reduce_mean(tf.reshape(acts, (tf.shape(acts)[0], -1)), axis=1)
    return (tf.clip_by_value(images + step_size * tape.gradient(score, images), 0.0, 1.0), score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The mean activation (negative activations count as 0)",
)
def maximize_feature_relu_scores(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.convert_to_tensor(start, tf.float32)
    scores = []
    for _ in range(steps):
        images, score = _relu_scores_climb_feature(extractor, images, channel, float(step_size))
        scores.append(score)
    scores.append(_relu_scores_climb_feature(extractor, images, channel, 0.0)[1])
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_feature",
    breaks="(steps + 1, B) scores: before the first and after every step (the last is the one before the last step, repeated)",
)
def maximize_feature_last_score_missing(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.convert_to_tensor(start, tf.float32)
    scores = []
    for _ in range(steps):
        images, score = _third_climb_feature(extractor, images, channel, float(step_size))
        scores.append(score)
    scores.append(
        scores[-1] if scores else _third_climb_feature(extractor, images, channel, 0.0)[1]
    )
    return Ascent(images, tf.stack(scores))
