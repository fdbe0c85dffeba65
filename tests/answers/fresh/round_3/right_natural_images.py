# ruff: noqa: ANN001, ANN201, B905, E731, F821, B007
"""More right answers to `natural_images`, of a later round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right("natural_images.frequencies", how="integers by hand")
def frequencies_modular_int(height, width):
    i, j = (np.arange(height)[:, None], np.arange(width // 2 + 1)[None])
    return np.sqrt((np.minimum(i, height - i) / height) ** 2 + (j / width) ** 2)


@right("natural_images.frequencies", how="abs of complex frequencies, float32 tensor")
def frequencies_complex_abs_tf(height, width):
    return tf.abs(
        tf.complex(
            tf.cast(np.fft.rfftfreq(width), tf.float32)[None],
            tf.cast(np.fft.fftfreq(height), tf.float32)[:, None],
        )
    )


@right("natural_images.color_basis", how="np.cov and the symmetric root by SVD, as Lucid")
def color_basis_svd_symmetric(photos):
    p = np.asarray(photos)
    c = np.atleast_2d(np.cov(p.reshape(-1, p.shape[-1]).T.astype(np.float64)))
    u, s, _ = np.linalg.svd(c)
    a = u @ np.diag(np.sqrt(s + 1e-18)) @ u.T
    return a / np.max(np.linalg.norm(a, axis=0))


@right("natural_images.color_basis", how="R of a QR decomposition of the pixels, transposed")
def color_basis_qr(photos):
    p = np.asarray(photos, np.float64).reshape(-1, np.shape(photos)[-1])
    r = np.linalg.qr(p - p.mean(0), mode="r")
    a = r.T
    return a / np.linalg.norm(a, axis=0).max()


@right(
    "natural_images.visualize_class",
    how="keras.optimizers.Adam with a PolynomialDecay, two variables",
)
def visualize_class_keras_adam(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    _, h, w, c = model.input_shape
    if h is None or w is None:
        raise ValueError("of which size?")
    k = np.ravel(class_index).astype(np.int32)
    r = np.random.default_rng(seed)
    re, im = (
        tf.Variable(r.normal(scale=0.01, size=(len(k), c, h, w // 2 + 1)).astype(np.float32))
        for _ in range(2)
    )
    a = np.eye(c, dtype=np.float32) if colors is None else np.asarray(colors, np.float32)
    paint = lambda: tf.sigmoid(fourier_images(tf.complex(re, im), h, w) @ a.T)
    opt = keras.optimizers.Adam(
        keras.optimizers.schedules.PolynomialDecay(step_size, max(steps, 1), 0.0)
    )
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            s = select_output(model, random_view(paint(), *view, seed=int(r.integers(2**31))), k)
            loss = -tf.reduce_sum(s)
        opt.apply_gradients(zip(tape.gradient(loss, [re, im]), [re, im]))
        scores.append(s)
    x = paint()
    scores.append(select_output(model, x, k))
    return Ascent(x, tf.stack(scores))


@right("natural_images.visualize_channel", how="global-average model handed to visualize_class")
def visualize_channel_as_class_of_pooled(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    net = feature_extractor(model, layer_name)
    y = net.outputs[0]
    if len(y.shape) == 4:
        y = keras.layers.GlobalAveragePooling2D()(y)
    return visualize_class(
        keras.Model(net.inputs[0], y),
        channel,
        steps,
        seed,
        colors=colors,
        view=view,
        step_size=step_size,
    )


@right("natural_images.deep_dream", how="eager, sum of squares as loss (normalized alike), NumPy")
def deep_dream_eager_sum_loss(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("at least one octave")
    net = feature_extractor(model, layer_name)
    photo = np.asarray(image, np.float32)
    sizes = [tuple(round(n / scale**k) for n in photo.shape[:2]) for k in range(octaves)][::-1]
    added = np.zeros((*sizes[0], photo.shape[2]), np.float32)
    for size in sizes:
        small = tf.image.resize(photo, size).numpy()
        x = small + tf.image.resize(added, size).numpy()
        for _ in range(steps):
            v = tf.Variable(x[None])
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(net(v, training=False)))
            x = np.clip(
                x + step_size * np.asarray(normalize_gradient(tape.gradient(loss, v)))[0], 0, 1
            )
        added = x - small
    return photo + added if steps else photo
