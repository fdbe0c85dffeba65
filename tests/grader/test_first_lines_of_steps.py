"""The first line of a message names a mistake in a step, though nobody has listed it."""

from collections.abc import Callable

import pytest

GREY = "tf.reduce_mean({}, axis=-1, keepdims=True)"
"""The channels' mean, as students write it."""

STEP = """
def ascent_step(model, images, class_index, step_size, output="logit"):
    images = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = _select(model, {seen}, class_index, output)
    g = tape.gradient(values, images)
    return tf.clip_by_value(images + step_size * {move}, 0, 1)
"""


def step(move: str = "g", seen: str = "images") -> tuple[str, str]:
    return "activation_maximization.ascent_step", STEP.format(move=move, seen=seen)


CLIMB = """
def {name}(model, start, class_index, steps, step_size, output="logit"):
    x = tf.clip_by_value(tf.convert_to_tensor(start), {least}, 1 - {least})
    z = {z}
    scores = [_select(model, x, class_index, output)]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            values = _select(model, {x}, class_index, output)
        g = tape.gradient(values, z)
        z = z + step_size * {move}
        {clip}
        scores.append(_select(model, {x}, class_index, output))
    return Ascent({x}, tf.stack(scores))
"""


def climb(move: str) -> tuple[str, str]:
    clip = "z = tf.clip_by_value(z, 0, 1)"
    given = {"name": "maximize_class", "least": 0, "z": "x", "x": "z", "clip": clip}
    return "activation_maximization.maximize_class", CLIMB.format(move=move, **given)


def climb_in_z(move: str = "g", z: str = "tf.math.log(x / (1 - x))") -> tuple[str, str]:
    name = "maximize_class_sigmoid"
    given = {"name": name, "least": 1e-3, "z": z, "x": "tf.sigmoid(z)", "clip": ""}
    return f"activation_maximization.{name}", CLIMB.format(move=move, **given)


REGULARIZED = """
def maximize_class_regularized(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):
    x = tf.convert_to_tensor(start)
    scores = [_select(model, x, class_index, output)]
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _select(model, jitter(x, max_shift, seed + n), class_index, output)
            value -= tv_weight * {tv}
            value -= l2_weight * tf.reduce_sum(tf.square({away}), axis=(1, 2, 3))
        x = tf.clip_by_value(x + step_size * tape.gradient(value, x), 0, 1)
        if blur_sigma:
            blur = (0, blur_sigma, blur_sigma, 0)
            x = tf.convert_to_tensor(gaussian_filter(x.numpy(), blur, mode="reflect"))
        scores.append(_select(model, x, class_index, output))
    return Ascent(x, tf.stack(scores))
"""


def regularized(tv: str = "total_variation(x)", away: str = "x - 0.5") -> tuple[str, str]:
    text = REGULARIZED.format(tv=tv, away=away)
    return "feature_visualization.maximize_class_regularized", text


FEATURE = """
def maximize_feature(model, start, layer_name, channel, steps, step_size):
    part = feature_extractor(model, layer_name)

    def score(x):
        values = part(x, training=False)[..., channel]
        return tf.reduce_mean(tf.reshape(values, (values.shape[0], -1)), axis=1)

    x = tf.convert_to_tensor(start)
    scores = [score(x)]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            values = score(x)
        x = tf.clip_by_value(x + step_size * in_grey(tape.gradient(values, x)), 0, 1)
        scores.append(score(x))
    return Ascent(x, tf.stack(scores))


def in_grey(images):
    return tf.reduce_mean(images, axis=-1, keepdims=True)
"""

DREAM = """
def deep_dream(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves")
    layer = feature_extractor(model, layer_name)
    photo = dream = base = tf.convert_to_tensor(image)[None]
    for octave in reversed(range(octaves)):
        size = [round(side / scale**octave) for side in photo.shape[1:3]]
        added = tf.image.resize(dream - base, size)
        base = tf.image.resize(photo, size)
        dream = base + added
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(dream)
                a = layer(dream, training=False)
                value = {value}
            g = tape.gradient(value, dream)
            dream = tf.clip_by_value(dream + step_size * {move}, 0, 1)
    return dream[0]
"""


def dream(
    value: str = "tf.reduce_mean(tf.square(a))", move: str = "normalize_gradient(g)"
) -> tuple[str, str]:
    return "natural_images.deep_dream", DREAM.format(value=value, move=move)


MARK = """
def add_watermark(images, mask, alpha):
    images, mask = np.asarray(images), np.asarray(mask)
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("mask, alpha")
    return images + alpha * mask[..., None] * ({white} - images)
"""


def mark(white: str) -> tuple[str, str]:
    return "clever_hans.add_watermark", MARK.format(white=white)


RAMP = """
def add_lightness_gradient(images, strength):
    height, width = images.shape[1:3]
    down, right = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[:, None]
    return np.clip(images + strength * {light}, 0, 1)
"""


def ramp(light: str) -> tuple[str, str]:
    return "clever_hans.add_lightness_gradient", RAMP.format(light=light)


LIGHT = """
_right = add_lightness_gradient
def add_lightness_gradient(images, strength):
    grey = np.mean(images, axis=-1, keepdims=True)
    return _right(np.broadcast_to(grey, images.shape), strength)
"""

PENALTY = """
_right = change_penalty
def change_penalty(images, originals, kind="l2"):
    grey = [tf.reduce_mean(one, axis=-1, keepdims=True) for one in (images, originals)]
    return _right(*grey, kind)
"""

OPTIMIZE = """
def optimize_to_class(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty")
    x = originals = tf.convert_to_tensor(images)
    each = tf.broadcast_to(tf.cast(target, tf.int32), [len(images)])
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(each, model(x, training=False))
            loss += penalty_weight * {paid}
        g = tape.gradient(loss, x)
        x = tf.clip_by_value(x - step_size * {move}, 0, 1)
    success = tf.argmax(model(x, training=False), -1, tf.int32) == each
    return Optimized(x, success, change_penalty(x, originals, penalty))
"""


def optimize(
    paid: str = "change_penalty(x, originals, penalty)", move: str = "g"
) -> tuple[str, str]:
    return "input_optimization.optimize_to_class", OPTIMIZE.format(paid=paid, move=move)


PRODUCT = """
def gradient_times_input(model, images, class_index):
    gradient = gradient_saliency(model, images, class_index)
    return images * tf.reduce_mean(gradient, axis=-1, keepdims=True)
"""

SIZED = """
def normalize_gradient(gradient):
    size = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=-1, keepdims=True))
    return tf.math.divide_no_nan(gradient, size)
"""

STRONG = "tf.abs(g) > tf.reduce_mean(tf.abs(g), (1, 2, 3), keepdims=True)"
BLUR = "gaussian_filter(np.asarray(g), (0, 1, 1, 0))"
SCIPY = "from scipy.ndimage import gaussian_filter\n"


def with_scipy(answer: tuple[str, str]) -> tuple[str, str]:
    return answer[0], SCIPY + answer[1]


UNLISTED = [
    (step(GREY.format("g")), "averaged over the channels"),
    (step("tf.reduce_sum(g, axis=-1, keepdims=True)"), "added up over the channels"),
    (step("g[..., :1]"), "the first channel's gradient for all channels"),
    (
        step("tf.gather(g, tf.argmax(tf.abs(g), axis=-1), axis=-1, batch_dims=3)[..., None]"),
        "the channel with the largest magnitude at a pixel",
    ),
    (step("g[..., ::-1]"), "the channels in the reverse order"),
    (step("tf.abs(g)"), "the magnitudes of the gradients"),
    (step("tf.sign(g) * tf.sqrt(tf.abs(g))"), "the square root of the magnitude"),
    (step("g * (1 - images)"), "multiplied with 1 − images"),
    (step("g / tf.norm(g, axis=-1, keepdims=True)"), "each pixel's gradient over its own length"),
    (step("tf.reduce_mean(g, axis=0, keepdims=True)"), "averaged over the batch"),
    (step("g[:, ::-1]"), "upside down: the rows are reversed"),
    (
        step("tf.where((images > 0) & (images < 1), g, 0.0)"),
        "values of images that are 0 or 1, which stay as they are",
    ),
    (step(seen="images[..., ::-1]"), "whose channels are reversed on the way to the model"),
    (step(f"tf.where({STRONG}, g, 0.0)"), "the smallest magnitudes, which are 0"),
    (
        step(seen=GREY.format("images") + " + 0 * images"),
        "the gradient at images that are made grey on the way to the model",
    ),
    (climb(GREY.format("g")), "averaged over the channels"),
    (climb("g[..., ::-1]"), "the channels in the reverse order"),
    (climb("g[..., :1]"), "the first channel's gradient for all channels"),
    (climb("tf.reduce_sum(g, axis=-1, keepdims=True)"), "added up over the channels"),
    (with_scipy(climb(BLUR)), "blurred with a standard deviation of one pixel"),
    (climb_in_z(GREY.format("g")), "over z that are averaged over the channels"),
    (climb_in_z(z="tf.math.log(x / (1 - x)) / np.log(2)"), "np.log2"),
    (regularized(tv=f"total_variation({GREY.format('x')})"), "of the mean of the channels"),
    (
        regularized(tv="total_variation(tf.image.rgb_to_grayscale(x) if x.shape[-1] == 3 else x)"),
        "total variation of the luminance",
    ),
    (
        regularized(tv="tf.reduce_sum(tf.abs(x[:, :, 1:] - x[:, :, :-1]), axis=(1, 2, 3))"),
        "of horizontal neighbours alone",
    ),
    (
        regularized(
            tv="(tf.reduce_sum(tf.square(x[:, 1:] - x[:, :-1]), axis=(1, 2, 3)) + "
            "tf.reduce_sum(tf.square(x[:, :, 1:] - x[:, :, :-1]), axis=(1, 2, 3)))"
        ),
        "the squares of the differences",
    ),
    (regularized(away=f"{GREY.format('x')} - 0.5"), "from grey of the mean of the channels"),
    (
        regularized(away="x - tf.reduce_mean(x, axis=(1, 2, 3), keepdims=True)"),
        "the distance of every image from its own mean",
    ),
    (
        regularized(away=f"x - {GREY.format('x')}"),
        "the distance of every pixel from its own mean",
    ),
    (("feature_visualization.maximize_feature", FEATURE), "averaged over the channels"),
    (("contrastive.gradient_times_input", PRODUCT), "averaged over the channels"),
    (("feature_visualization.normalize_gradient", SIZED), "each pixel over its own"),
    (
        dream(move=f"normalize_gradient({GREY.format('g')})"),
        "gradients that are averaged over the channels",
    ),
    (
        dream(move=GREY.format("normalize_gradient(g)")),
        "averaged over the channels once it has its size",
    ),
    (with_scipy(dream(move=f"normalize_gradient({BLUR})")), "gradients that are blurred"),
    (dream("tf.reduce_mean(tf.square(tf.nn.relu(a)))"), "the activations above zero"),
    (dream("tf.math.reduce_variance(a)"), "the variance of the activations"),
    (mark("images.mean(axis=(1, 2, 3), keepdims=True)"), "each image's own mean"),
    (mark("images.max(axis=(1, 2, 3), keepdims=True)"), "each image's own lightest value"),
    (mark("images.max(axis=-1, keepdims=True)"), "each pixel's lightest channel"),
    (ramp("np.maximum(down, right)"), "the larger of two ramps"),
    (ramp("np.hypot(down, right) / np.sqrt(2)"), "the distance from the corner"),
    (ramp("(down + right) / 2 * (1 - images)"), "a way towards white"),
    (("clever_hans.add_lightness_gradient", LIGHT), "It is averaged over the channels"),
    (optimize(move=GREY.format("g")), "gradients that are averaged over the channels"),
    (optimize(move="g[..., ::-1]"), "the channels in the reverse order"),
    (optimize(move="tf.minimum(g, 0)"), "gradients with their positive part cut off"),
    (optimize("change_penalty(x, 0.5 + 0 * x, penalty)"), "the distance from grey"),
    (
        optimize(
            f"change_penalty({GREY.format('x')}, {GREY.format('originals')}, penalty)",
        ),
        "a penalty of the grey images",
    ),
    (
        optimize("tf.sqrt(change_penalty(x, originals, penalty) + 1e-12)"),
        "of which a root is taken",
    ),
    (("input_optimization.change_penalty", PENALTY), "the penalty of the grey images"),
]


@pytest.mark.parametrize(
    ("answer", "says"),
    [UNLISTED[0], *(pytest.param(*row, marks=pytest.mark.slow) for row in UNLISTED[1:])],
    ids=[f"{task.partition('.')[2]}: {says}" for (task, _), says in UNLISTED],
)
def test_an_unlisted_mistake_in_a_step_is_named(
    first_line: Callable[[str, str], str], answer: tuple[str, str], says: str
) -> None:
    found = first_line(*answer)
    assert says in found, found
