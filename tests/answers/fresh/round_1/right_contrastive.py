# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `contrastive`, each in another style."""

import functools
import itertools

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast as _Contrast
from course.given import Errors as _Errors
from course.given import batches as _batches
from course.given import compiled as _compiled
from course.given import predict as _predict
from tests.answers.fresh import right


def _input_gradient(model, images, class_index):
    x = tf.Variable(np.asarray(images, np.float32))
    with tf.GradientTape() as tape:
        logits = model(x, training=False)
    hot = tf.zeros_like(logits) + tf.one_hot(class_index, logits.shape[-1], dtype=logits.dtype)
    return tape.gradient(logits, x, output_gradients=hot).numpy()


def _classes(class_index, count):
    return np.broadcast_to(np.asarray(class_index), (count,)).astype(np.int32)


def _slope(model, images, classes):
    """In numpy, a few images at a time."""
    images, slopes = np.asarray(images, np.float32), []
    for part in _batches(len(images)):
        x = tf.constant(images[part])
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
        seed = tf.one_hot(classes[part], logits.shape[-1], dtype=logits.dtype)
        slopes.append(tape.gradient(logits, x, output_gradients=seed).numpy())
    return np.concatenate(slopes)


def _tensor_behind(model, name):
    """What a layer puts out within this model, also where the layer is a model itself."""
    if name not in [layer.name for layer in model.layers]:
        raise ValueError(f"the model has no layer {name!r}")
    layer = model.get_layer(name)
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                return node.output_tensors[0]
    return layer.output


# --- find_errors


@right("contrastive.find_errors", how="tf.where and tf.gather, all int64")
def gathers_the_errors(model, images, labels):
    labels = tf.cast(labels, tf.int64)
    if labels.shape != (images.shape[0],):
        raise ValueError(f"{labels.shape} labels for {images.shape[0]} images")
    predicted = tf.argmax(model(tf.convert_to_tensor(images), training=False), axis=-1)
    index = tf.where(predicted != labels)[:, 0]
    return _Errors(index, tf.gather(predicted, index), tf.gather(labels, index))


@right("contrastive.find_errors", how="one image at a time, lists made int at the end")
def collects_errors_in_lists(model, images, labels):
    labels = np.asarray(labels).tolist()
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    found = [[], [], []]
    for i, label in enumerate(labels):
        logits = np.asarray(model(np.asarray(images[i])[None], training=False))[0]
        if (guess := int(np.argmax(logits))) != label:
            for row, number in zip(found, (i, guess, label), strict=True):
                row.append(number)
    return _Errors(*(np.array(row, dtype=np.int32) for row in found))


@right("contrastive.find_errors", how="a loop over the images")
def looked_through_one_by_one(model, images, labels):
    images, labels = np.asarray(images, np.float32), [int(label) for label in np.asarray(labels)]
    if len(labels) != len(images):
        raise ValueError(f"there are {len(images)} images and {len(labels)} labels")
    answers = [int(np.argmax(logits)) for logits in _predict(model, images)]
    found = [(i, p, t) for i, (p, t) in enumerate(zip(answers, labels, strict=True)) if p != t]
    return _Errors(*np.array(found, dtype=int).reshape(-1, 3).T)


@right("contrastive.find_errors", how="boolean_mask in tf")
def masked_in_tensorflow(model, images, labels):
    images, labels = tf.cast(images, tf.float32), tf.cast(labels, tf.int64)
    if labels.shape[0] != images.shape[0]:
        raise ValueError(f"there are {images.shape[0]} images and {labels.shape[0]} labels")
    predicted = tf.argmax(tf.constant(_predict(model, images.numpy())), axis=-1)
    differ = predicted != labels
    places = tf.range(tf.size(labels, tf.int64), dtype=tf.int64)
    return _Errors(*(tf.boolean_mask(each, differ) for each in (places, predicted, labels)))


# --- gradient_times_input


@right(
    "contrastive.gradient_times_input",
    how="the derivative of f(s * image) by s * ones, at 1: a Variable of factors",
)
def differentiates_by_factors(model, images, class_index):
    images = tf.convert_to_tensor(images, tf.float32)
    factors = tf.Variable(tf.ones_like(images))
    with tf.GradientTape() as tape:
        logits = model(factors * images, training=False)
        k = tf.cast(class_index, tf.int32)
        total = tf.reduce_sum(logits * tf.one_hot(k, logits.shape[-1]))
    return tape.gradient(total, factors)


@right("contrastive.gradient_times_input", how="through gradient_saliency, product in float64")
def multiplies_the_saliency(model, images, class_index):
    from course.saliency import gradient_saliency

    gradient = np.asarray(gradient_saliency(model, images, class_index), np.float64)
    return np.multiply(gradient, np.asarray(images, np.float64))


@right("contrastive.gradient_times_input", how="the slope with respect to a factor of 1")
def slope_of_a_factor(model, images, class_index):
    images = tf.cast(images, tf.float32)
    factor, classes = tf.ones_like(images), _classes(class_index, len(images))
    with tf.GradientTape() as tape:
        tape.watch(factor)
        logits = model(images * factor, training=False)
        value = tf.gather(logits, classes, axis=1, batch_dims=1)
    return tape.gradient(value, factor)


@right("contrastive.gradient_times_input", how="einsum of numpy arrays, float64")
def multiplied_by_einsum(model, images, class_index):
    images = np.asarray(images)
    slope = _slope(model, images, _classes(class_index, len(images)))
    return np.einsum("bhwc,bhwc->bhwc", slope.astype(np.float64), images)


# --- smooth_grad


@tf.function(reduce_retracing=True)
def _smooth_in_autograph(model, images, hot, samples, noise, seed):
    total = tf.zeros_like(images)
    for i in tf.range(samples):
        x = images + tf.random.stateless_normal(tf.shape(images), [seed, i], stddev=noise)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(model(x, training=False) * hot)
        total += tape.gradient(value, x)
    return total / tf.cast(samples, tf.float32)


@right("contrastive.smooth_grad", how="AutoGraph over tf.range with stateless noise")
def averages_in_autograph(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples is {samples}")
    if noise < 0:
        raise ValueError(f"noise is {noise}")
    images = tf.convert_to_tensor(images, tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), (images.shape[0],))
    return _smooth_in_autograph(
        model,
        images,
        tf.one_hot(classes, model.output_shape[-1]),
        tf.constant(samples),
        tf.constant(noise, tf.float32),
        tf.constant(seed),
    )


@right(
    "contrastive.smooth_grad",
    how="image by image with a running mean; images share their noise",
)
def runs_a_mean_image_by_image(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    images = np.asarray(images, np.float32)
    result = []
    for image, k in zip(images, np.broadcast_to(class_index, len(images)), strict=True):
        rng = np.random.RandomState(seed)
        mean = np.zeros(image.shape)
        for n in range(1, samples + 1):
            noisy = image + noise * rng.standard_normal(image.shape)
            mean += (_input_gradient(model, noisy[None], [int(k)])[0] - mean) / n
        result.append(mean)
    return np.array(result)


@right("contrastive.smooth_grad", how="the same noise for all images, a running mean")
def running_mean_of_shared_noise(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples must be 1 or more, not {samples}")
    if noise < 0:
        raise ValueError(f"noise must not be negative, not {noise}")
    images, rng = np.asarray(images, np.float32), np.random.default_rng(seed)
    classes, mean = _classes(class_index, len(images)), np.zeros(images.shape)
    for count in range(1, samples + 1):
        draw = noise * rng.standard_normal(images.shape[1:])
        mean += (_slope(model, images + draw, classes) - mean) / count
    return mean


@right("contrastive.smooth_grad", how="all copies of an image at once, SeedGenerator of Keras")
def copies_of_each_image(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError(f"samples must be 1 or more and noise not negative: {samples}, {noise}")
    images, draws = np.asarray(images, np.float32), keras.random.SeedGenerator(int(seed))
    maps = []
    for image, index in zip(images, _classes(class_index, len(images)), strict=True):
        draw = keras.random.normal((samples, *image.shape), seed=draws)
        copies = image + np.float32(noise) * keras.ops.convert_to_numpy(draw)
        maps.append(_slope(model, copies, np.full(samples, index)).mean(axis=0))
    return np.stack(maps)


# --- integrated_gradients


@right(
    "contrastive.integrated_gradients",
    how="functools.reduce over gradient_saliency at the midpoints",
)
def reduces_over_midpoints(model, images, class_index, baseline=0.0, steps=32):
    from course.saliency import gradient_saliency

    if steps < 1:
        raise ValueError("steps")
    images = tf.convert_to_tensor(images, tf.float32)
    way = images - baseline
    edges = np.linspace(0, 1, steps + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    gradients = (gradient_saliency(model, baseline + f * way, class_index) for f in middles)
    return way * functools.reduce(lambda a, b: a + b, gradients) / steps


@_compiled
def _integral(model, images, baseline, class_index, steps):
    start = tf.zeros_like(images) + baseline

    def body(i, total):
        fraction = (tf.cast(i, tf.float32) + 0.5) / tf.cast(steps, tf.float32)
        x = start + fraction * (images - start)
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
            value = tf.gather(logits, class_index, axis=1, batch_dims=1)
        return i + 1, tf.ensure_shape(total + tape.gradient(value, x), total.shape)

    _, total = tf.while_loop(lambda i, _: i < steps, body, (0, tf.zeros_like(images)))
    return total * (images - start) / tf.cast(steps, tf.float32)


@right("contrastive.integrated_gradients", how="tf.while_loop in a compiled graph")
def integrates_in_a_graph(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("at least one step")
    images = np.array(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index, np.int32), (len(images),))
    return _integral(model, images, float(baseline), classes.copy(), int(steps))


@right("contrastive.integrated_gradients", how="every image's way as a batch")
def each_way_as_a_batch(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images, maps = np.asarray(images, np.float32), []
    edges = np.linspace(0, 1, steps + 1)
    middles = ((edges[1:] + edges[:-1]) / 2).reshape(-1, 1, 1, 1)
    for image, index in zip(images, _classes(class_index, len(images)), strict=True):
        way = (1 - middles) * baseline + middles * image
        slopes = _slope(model, way, np.full(steps, index))
        maps.append((image - baseline) * slopes.mean(axis=0, dtype=np.float64))
    return np.array(maps)


@right("contrastive.integrated_gradients", how="AutoGraph loop over the steps")
def autograph_over_the_steps(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images = tf.cast(images, tf.float32)
    classes = tf.constant(_classes(class_index, len(images)))
    change = images - tf.cast(baseline, tf.float32)

    @tf.function
    def summed(count):
        total = tf.zeros_like(images)
        for step in tf.range(count):
            fraction = (tf.cast(step, tf.float32) + 0.5) / tf.cast(count, tf.float32)
            x = images - (1.0 - fraction) * change
            with tf.GradientTape() as tape:
                tape.watch(x)
                logits = model(x, training=False)
                value = tf.gather(logits, classes, axis=1, batch_dims=1)
            total += tape.gradient(value, x)
        return total

    return change * summed(tf.constant(steps)) / float(steps)


# --- grad_cam


@right(
    "contrastive.grad_cam",
    how="a model with two outputs, the gradient with respect to the layer's",
)
def asks_a_model_with_two_outputs(model, images, class_index, layer_name):
    try:
        features = model.get_layer(layer_name).output
    except ValueError:
        raise ValueError(f"the model has no layer called {layer_name!r}") from None
    both = keras.Model(model.inputs, [features, model.outputs[0]])
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)  # or a layer in front of all weights would not be on the tape
        maps, logits = both(images, training=False)
        hot = tf.one_hot(tf.cast(class_index, tf.int32), logits.shape[-1])
        value = tf.reduce_sum(logits * hot, axis=-1)
    gradient = tape.gradient(value, maps)
    weights = tf.reduce_mean(gradient, axis=[1, 2])
    cam = tf.einsum("bhwc,bc->bhw", maps, weights)
    cam = tf.where(cam > 0, cam, 0.0)
    return tf.squeeze(tf.image.resize(cam[..., None], images.shape[1:3]), axis=-1)


@right(
    "contrastive.grad_cam",
    how="image by image; the weighted sum in numpy, keras.ops.image.resize",
)
def weighs_image_by_image(model, images, class_index, layer_name):
    layers = {layer.name: layer for layer in model.layers}
    if layer_name not in layers:
        raise ValueError(f"unknown layer {layer_name}; there are {sorted(layers)}")
    both = keras.Model(model.inputs, (layers[layer_name].output, model.outputs[0]))
    images = np.asarray(images, np.float32)
    result = []
    for image, k in zip(images, np.broadcast_to(class_index, len(images)), strict=True):
        x = tf.Variable(image[None])
        with tf.GradientTape() as tape:
            maps, logits = both(x, training=False)
            value = logits[0, int(k)]
        gradient = tape.gradient(value, maps).numpy()[0].astype(float)
        alpha = gradient.reshape(-1, gradient.shape[-1]).mean(axis=0)
        cam = np.maximum(np.tensordot(maps.numpy()[0], alpha, axes=(-1, 0)), 0)
        big = keras.ops.image.resize(
            cam.astype(np.float32)[..., None], image.shape[:2], data_format="channels_last"
        )
        result.append(np.asarray(big)[..., 0])
    return np.stack(result)


@right("contrastive.grad_cam", how="cut at the node; weights and sum by einsum")
def cut_at_the_node(model, images, class_index, layer_name):
    cut = keras.Model(model.inputs[0], [_tensor_behind(model, layer_name), model.outputs[0]])
    images = tf.cast(images, tf.float32)
    classes = _classes(class_index, len(images))
    with tf.GradientTape() as tape:
        tape.watch(images)
        activation, logits = cut(images, training=False)
        value = tf.reduce_sum(tf.gather(logits, classes, axis=1, batch_dims=1))
    slope = tape.gradient(value, activation).numpy().astype(np.float64)
    positions = slope.shape[1] * slope.shape[2]
    maps = np.einsum("bijc,bhwc->bhw", slope / positions, activation.numpy(), optimize=True)
    return tf.image.resize(np.maximum(maps, 0)[..., None], images.shape[1:3])[..., 0].numpy()


@right("contrastive.grad_cam", how="image by image, a persistent tape, tensordot")
def image_by_image_with_tensordot(model, images, class_index, layer_name):
    cut = keras.Model(model.inputs[0], [_tensor_behind(model, layer_name), model.outputs[0]])
    images, maps = np.asarray(images, np.float32), []
    for image, index in zip(images, _classes(class_index, len(images)), strict=True):
        x = tf.constant(image[None])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            activation, logits = cut(x, training=False)
            logit = logits[0, index]
        weights = tf.reduce_mean(tape.gradient(logit, activation)[0], axis=[0, 1])
        one = tf.nn.relu(tf.tensordot(activation[0], weights, axes=1))
        maps.append(tf.image.resize(one[..., None], image.shape[:2], method="bilinear")[..., 0])
    return tf.stack(maps)


# --- occlusion_sensitivity


@right("contrastive.occlusion_sensitivity", how="masks as products, through select_output, in tf")
def covers_by_masks(model, images, class_index, patch, stride, fill=0.5):
    from course.saliency import select_output

    images = tf.convert_to_tensor(images, tf.float32)
    _, height, width, _ = images.shape
    if patch < 1 or stride < 1 or patch > height or patch > width:
        raise ValueError(f"patch {patch}, stride {stride} on {height} x {width}")
    logit = tf.convert_to_tensor(select_output(model, images, class_index))
    total = tf.zeros(images.shape[:3])
    count = tf.zeros([height, width])
    rows, columns = tf.range(height)[:, None], tf.range(width)[None]
    for top, left in itertools.product(
        range(0, height - patch + 1, stride), range(0, width - patch + 1, stride)
    ):
        inside = (rows >= top) & (rows < top + patch) & (columns >= left) & (columns < left + patch)
        mask = tf.cast(inside, tf.float32)
        covered = images * (1 - mask[..., None]) + fill * mask[..., None]
        drop = logit - tf.convert_to_tensor(select_output(model, covered, class_index))
        total += drop[:, None, None] * mask
        count += mask
    return tf.math.divide_no_nan(total, tf.broadcast_to(count, total.shape))


@right(
    "contrastive.occlusion_sensitivity",
    how="an image at a time, drops kept in a grid, means looked up pixel by pixel",
)
def looks_up_the_patches_of_a_pixel(model, images, class_index, patch, stride, fill=0.5):
    images = np.array(images, np.float32)
    batch, height, width, _ = images.shape
    if min(patch, stride) < 1:
        raise ValueError("patch and stride")
    if patch > min(height, width):
        raise ValueError("the patch does not fit")
    tops = np.arange((height - patch) // stride + 1) * stride
    lefts = np.arange((width - patch) // stride + 1) * stride
    result = np.zeros((batch, height, width), np.float32)
    for b, k in enumerate(np.broadcast_to(class_index, batch)):
        whole = model(images[b : b + 1], training=False).numpy()[0, k]
        drops = np.empty((len(tops), len(lefts)))
        for (i, top), (j, left) in itertools.product(enumerate(tops), enumerate(lefts)):
            covered = images[b : b + 1].copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drops[i, j] = whole - model(covered, training=False).numpy()[0, k]
        for y, x in np.ndindex(height, width):
            over = (tops <= y) & (y < tops + patch)
            beside = (lefts <= x) & (x < lefts + patch)
            if over.any() and beside.any():
                result[b, y, x] = drops[np.ix_(over, beside)].mean()
    return result


@right("contrastive.occlusion_sensitivity", how="a table of covers, then one product")
def table_of_covers(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    count, height, width, _ = images.shape
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError(f"a patch of {patch} by strides of {stride} does not fit")
    row, column = np.indices((height, width))
    covers = np.array([
        (row >= i) & (row < i + patch) & (column >= j) & (column < j + patch)
        for i in range(0, height - patch + 1, stride)
        for j in range(0, width - patch + 1, stride)
    ])  # fmt: skip
    pick = (np.arange(count), _classes(class_index, count))
    clean = _predict(model, images)[pick].astype(np.float64)
    drops = np.array([
        clean - _predict(model, np.where(cover[..., None], np.float32(fill), images))[pick]
        for cover in covers
    ])  # fmt: skip
    return np.tensordot(drops.T, covers, axes=1) / np.maximum(covers.sum(axis=0), 1)


@right("contrastive.occlusion_sensitivity", how="image by image, masks multiplied in tf")
def masks_multiplied_in_tensorflow(model, images, class_index, patch, stride, fill=0.5):
    images = tf.cast(images, tf.float32)
    count, height, width, _ = images.shape
    if min(patch, stride) < 1 or patch > height or patch > width:
        raise ValueError(f"a patch of {patch} by strides of {stride} does not fit")
    classes = _classes(class_index, count)
    logit = lambda x: tf.gather(  # noqa: E731
        model(x, training=False), classes, axis=1, batch_dims=1
    )
    clean, total, cover = logit(images), tf.zeros([count, height, width]), tf.zeros([height, width])
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            margins = [[top, height - patch - top], [left, width - patch - left]]
            mask = tf.pad(tf.ones([patch, patch]), margins)
            hidden = images * (1 - mask[..., None]) + fill * mask[..., None]
            total += (clean - logit(hidden))[:, None, None] * mask
            cover += mask
    return tf.math.divide_no_nan(total, cover)


# --- contrast


@right("contrastive.contrast", how="functools.partial and map, keras.ops.subtract")
def maps_over_both_classes(method, model, images, predicted, true):
    maps = list(map(functools.partial(method, model, images), (predicted, true)))
    return _Contrast(*maps, keras.ops.subtract(*maps))


@right("contrastive.contrast", how="classes made arrays, everything numpy, named fields")
def subtracts_numpy_maps(method, model, images, predicted, true):
    def explain(k):
        classes = np.full(len(images), k) if np.ndim(k) == 0 else np.asarray(k)
        return np.asarray(method(model, images, classes))

    for_true, for_predicted = explain(true), explain(predicted)
    return _Contrast(
        difference=for_predicted - for_true, for_true=for_true, for_predicted=for_predicted
    )


@right("contrastive.contrast", how="functools.partial, mapped over both classes")
def mapped_over_both_classes(method, model, images, predicted, true):
    explained = functools.partial(method, model, images)
    chosen, correct = map(explained, (predicted, true))
    return _Contrast(chosen, correct, chosen - correct)


@right("contrastive.contrast", how="numpy, the fields by name")
def fields_by_name(method, model, images, predicted, true):
    maps = {
        "for_true": np.asarray(method(model, images, true)),
        "for_predicted": np.asarray(method(model, images, predicted)),
    }
    return _Contrast(difference=np.subtract(maps["for_predicted"], maps["for_true"]), **maps)
