# ruff: noqa: E501, E731, F821
"""Right answers to `input_optimization` of the sixth round: each keeps all promises."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized
from course.given.types import Classes, Images, Maps, Penalty, Values
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty",
    how="Dictionary of lambdas over the change, means by division at the end",
)
def change_penalty_dictionary_lambdas_over(
    images: Images, originals: Images, kind: Penalty = "l2"
) -> Values:
    kinds = {
        "l2": lambda d: tf.einsum("bhwc,bhwc->b", d, d),
        "l1": lambda d: tf.reduce_sum(tf.abs(d), axis=[1, 2, 3]),
        "tv": tf.image.total_variation,
    }
    if kind not in kinds:
        raise ValueError(kind)
    change = tf.convert_to_tensor(images) - tf.convert_to_tensor(originals)
    return kinds[kind](change) / float(np.prod(change.shape[1:]))


@right(
    "input_optimization.optimize_to_class",
    how="Cross-entropy written as log-sum-exp minus logit, image by image",
)
def optimize_to_class_cross_entropy_written(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: Penalty = "l2",
) -> Optimized:
    x0 = np.array(images, "float32")
    goal = np.broadcast_to(np.asarray(target), (len(x0),))
    change_penalty(x0, x0, penalty)
    done, hit = ([], [])
    for b, k in enumerate(goal):
        first = tf.constant(x0[b : b + 1])
        x = first
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                z = model(x, training=False)[0]
                loss = (
                    tf.reduce_logsumexp(z)
                    - z[int(k)]
                    + penalty_weight * change_penalty(x, first, penalty)[0]
                )
            x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
        done.append(x)
        hit.append(int(np.argmax(model(x, training=False)[0])) == int(k))
    out = tf.concat(done, axis=0)
    return Optimized(out, np.array(hit, dtype=bool), change_penalty(out, x0, penalty))


@right("input_optimization.difference_image", how="Sum over a stacked pair with weights -1 and 1")
def difference_image_sum_over_stacked(originals: Images, optimized: Images) -> Maps:
    return np.tensordot(
        np.array([-1, 1], "float32"),
        np.stack([np.asarray(originals), np.asarray(optimized)]),
        axes=1,
    )


@right(
    "input_optimization.smallest_change",
    how="All results stacked with the start as first candidate, argmin of a masked table",
)
def smallest_change_results_stacked_start(
    model: keras.Model,
    images: Images,
    target: Classes,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: Penalty = "l2",
) -> Optimized:
    x = np.array(images, "float32")
    b = len(x)
    goal = np.broadcast_to(np.asarray(target), (b,))
    runs = [optimize_to_class(model, x, goal, steps, step_size, w, penalty) for w in weights]
    there = np.asarray(model(x, training=False)).argmax(axis=1) == goal
    pictures = np.stack([x] + [np.asarray(r.images) for r in runs])
    success = np.stack([there] + [np.asarray(r.success) for r in runs])
    change = np.stack([np.zeros(b)] + [np.asarray(r.change, "float64") for r in runs])
    cost = np.where(success, change, np.inf)
    cost[0, there] = -1.0
    best = cost.argmin(axis=0)
    each = np.arange(b)
    won = success.any(axis=0)
    return Optimized(pictures[best, each], won, np.where(won, change[best, each], 0.0))


@right(
    "input_optimization.optimize_in_spectrum",
    how="Real and imaginary parts kept in one real array (2, B, C, H, F)",
)
def optimize_in_spectrum_b_c_h(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: tuple[float, float, float] = (12.0, 8.0, 0.1),
) -> Optimized:
    x0 = tf.constant(np.array(images, "float32"))
    b, h, w, c = x0.shape
    goal = tf.broadcast_to(tf.cast(target, tf.int32), [b])
    parts = tf.zeros((2, b, c, h, w // 2 + 1))
    show = lambda p: tf.clip_by_value(x0 + fourier_images(tf.complex(p[0], p[1]), h, w), 0.0, 1.0)
    seeds = np.random.SeedSequence(seed).generate_state(max(steps, 1))
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            x = show(parts)
            logits = model(random_view(x, *view, seed=int(seeds[n] // 2)), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(goal, logits)
            loss += penalty_weight * change_penalty(x, x0, "l2")
        g = tape.gradient(loss, parts)
        size = tf.sqrt(
            tf.reduce_mean(
                tf.reduce_sum(g * g, axis=0, keepdims=True), axis=[2, 3, 4], keepdims=True
            )
        )
        parts -= step_size * (1 - n / steps) * tf.math.divide_no_nan(g, size)
    out = show(parts) if steps else x0
    success = np.asarray(model(out, training=False)).argmax(axis=1) == np.asarray(goal)
    return Optimized(out, success, change_penalty(out, x0, "l2"))


@right(
    "input_optimization.difference_image",
    how="Through Python operators of memory views: negated originals added in place to a fresh copy",
)
def difference_image_through_python_operators(originals: Images, optimized: Images) -> Maps:
    out = np.negative(np.asarray(originals))
    out += np.asarray(optimized)
    return out
