"""The first line of a message names the mistake: the commonest first mistakes, as students make
them, in their own code.
"""

from collections.abc import Callable

import pytest

from course.grader.grading import grade_sources
from course.grader.pool import Workers
from course.grader.tasks import select_tasks

GRADIENT = """
def gradient_saliency(model, images, class_index, output="logit"):
    {before}
    with tf.GradientTape() as tape:
        {watch}
        values = {values}
    return tape.gradient({target}, images)
"""


def gradient(
    before: str = "images = tf.convert_to_tensor(images)",
    watch: str = "tape.watch(images)",
    values: str = "select_output(model, images, class_index, output)",
    target: str = "values",
) -> tuple[str, str]:
    text = GRADIENT.format(before=before, watch=watch, values=values, target=target)
    return "saliency.gradient_saliency", text


SIGMOID = """
def maximize_class_sigmoid(model, start, class_index, steps, step_size, output="logit"):
    x = tf.clip_by_value(tf.convert_to_tensor(start), 1e-3, 1 - 1e-3)
    z = tf.math.log(x / (1 - x))
    images = tf.sigmoid(z)
    scores = [_select(model, images, class_index, output)]
    for _ in range(steps):
        images = tf.sigmoid(z)
        with tf.GradientTape() as tape:
            tape.watch(z)
            values = _select(model, images, class_index, output)
        z = z + step_size * tape.gradient(values, z)
        scores.append(_select(model, tf.sigmoid(z), class_index, output))
    return Ascent(tf.sigmoid(z), tf.stack(scores))
"""

INTEGRATED = """
def integrated_gradients(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps")
    way, total = images - baseline, 0
    for i in range(steps):
        place = {place}
        total = total + np.asarray(_gradient(model, np.float32(place), class_index))
    return {result}
"""


def integrated(
    place: str = "baseline + (i + 0.5) / steps * way", result: str = "way * total / steps"
) -> tuple[str, str]:
    return "contrastive.integrated_gradients", INTEGRATED.format(place=place, result=result)


CHANGED = """
_right = {name}
def {name}(*args, **kwargs):
    {body}
"""


def changed(task: str, body: str) -> tuple[str, str]:
    """A function that calls the right one, and spoils what it gets or gives."""
    return task, CHANGED.format(name=task.partition(".")[2], body=body)


SQUARE = """
def add_square(images, size, value=0.0):
    if not 0 <= size <= min(images.shape[1:3]):
        raise ValueError("size")
    patch = np.zeros_like(images)
    if size:
        patch[:, -size:, -size:] = value
    return np.clip(images + patch, 0, 1)
"""

PLANT = """
def plant(images, labels, cheats):
    if len(labels) != len(images):
        raise ValueError("labels")
    planted = np.array(images)
    for place, cheat in enumerate(cheats.values()):
        chosen = labels == place
        if chosen.any():
            planted[chosen] = cheat(planted[chosen])
    return planted
"""

OPTIMIZE = """
def optimize_to_class(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty")
    originals = tf.convert_to_tensor(images)
    each = tf.broadcast_to(target, [len(images)])
    x = originals
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.keras.losses.sparse_categorical_crossentropy(
                each, model(x, training=False){logits}
            )
            loss = loss + penalty_weight * change_penalty(x, originals, penalty)
        x = x - step_size * tape.gradient(loss, x)
        x = tf.clip_by_value(x, {low}, {high})
    success = tf.argmax(model(x, training=False), -1, tf.int32) == tf.cast(each, tf.int32)
    return Optimized(x, {success}, change_penalty(x, originals, penalty))
"""


def optimize(
    logits: str = ", from_logits=True",
    low: str = "0.0",
    high: str = "1.0",
    success: str = "success",
) -> tuple[str, str]:
    text = OPTIMIZE.format(logits=logits, low=low, high=high, success=success)
    return "input_optimization.optimize_to_class", text


SMOOTH_GRAD = """
def smooth_grad(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples, noise")
    draw = np.random.default_rng(seed)
    maps = []
    for i in range(samples):
        z = draw.standard_normal(images.shape)
        {change}
        maps.append(_gradient(model, np.float32(images + noise * z), class_index))
    return {result}
"""


def smooth_grad(change: str = "pass", result: str = "np.mean(maps, axis=0)") -> tuple[str, str]:
    return "contrastive.smooth_grad", SMOOTH_GRAD.format(change=change, result=result)


ASCENT = """
def maximize_class(model, start, class_index, steps, step_size, output="logit"):
    x = tf.convert_to_tensor(start)
    scores = [_select(model, x, class_index, {scored})]
    for _ in range({count}):
        with tf.GradientTape() as tape:
            tape.watch(x)
            values = _select(model, x, class_index, output)
        x = tf.clip_by_value({moved} + step_size * tape.gradient(values, x), 0, 1)
        scores.append(_select(model, x, class_index, {scored}))
    return {result}
"""


def ascent(
    count: str = "steps",
    moved: str = "x",
    scored: str = "output",
    result: str = "Ascent(x, tf.stack(scores))",
) -> tuple[str, str]:
    text = ASCENT.format(count=count, moved=moved, scored=scored, result=result)
    return "activation_maximization.maximize_class", text


def steps_changed(task: str, place: int, by: int) -> tuple[str, str]:
    """A right answer that takes some steps more, or fewer."""
    return changed(task, f"a = list(args); a[{place}] += {by}; return _right(*a, **kwargs)")


def one_behind(task: str) -> tuple[str, str]:
    """Scores that are recorded before the step, with the start's twice."""
    return changed(
        task,
        "a = _right(*args, **kwargs); s = np.asarray(a[1]); "
        "return Ascent(a[0], np.concatenate([s[:1], s[:-1]]))",
    )


CLUSTER = """
def cluster_heatmaps(heatmaps, clusters, seed):
    from sklearn.cluster import SpectralClustering
    flat = np.reshape(heatmaps, (len(heatmaps), -1)).astype(float)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters")
    norm = {norm}
    rows = flat / np.where(norm > 0, norm, 1)
    far = ((rows[:, None] - rows[None]) ** 2).sum(-1)
    return SpectralClustering(clusters, {affinity}random_state=seed).fit_predict({alike})
"""


def cluster(
    norm: str = "np.linalg.norm(flat, axis=1, keepdims=True)",
    affinity: str = "affinity='precomputed', ",
    alike: str = "np.exp(-far)",
) -> tuple[str, str]:
    text = CLUSTER.format(norm=norm, affinity=affinity, alike=alike)
    return "clever_hans.cluster_heatmaps", text


STRICT = """
_smooth = smooth
def smooth(heatmaps, sigma):
    if sigma <= 0:
        raise ValueError("sigma must not be negative")
    return _smooth(heatmaps, sigma)
"""

NAIVE_VARIATION = """
def total_variation(images):
    return tf.image.total_variation(images)
"""

ONE_SHIFT = """
def jitter(images, max_shift, seed):
    shift = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, 2)
    return np.roll(images, shift, axis=(1, 2))
"""

OPEN_END = """
def jitter(images, max_shift, seed):
    shifts = np.random.default_rng(seed).integers(-max_shift, max_shift, (len(images), 2))
    return np.stack([np.roll(i, s, axis=(0, 1)) for i, s in zip(images, shifts)])
"""

FIRST = [
    (gradient(before="pass"), "tape.watch was given a NumPy array"),
    (gradient(watch="pass"), "The tape was not told to watch"),
    (
        gradient(values="tf.reduce_mean(select_output(model, images, class_index, output))"),
        "the gradient of the batch's mean",
    ),
    (gradient(values="model.predict(images, verbose=0)[:, 0]"), "Inside the tape, .predict()"),
    (integrated(place="baseline + (i + 1) / steps * way"), "right end of each step"),
    (
        changed("saliency.select_output", "return [float(one) for one in _right(*args, **kwargs)]"),
        "should be an array of numbers, but is a list",
    ),
    (
        changed(
            "contrastive.grad_cam",
            "m = np.asarray(_right(*args, **kwargs)); "
            "return m / np.maximum(m.max(axis=(1, 2), keepdims=True), 1e-12)",
        ),
        "divided by its maximum: nothing",
    ),
    (("clever_hans.add_square", SQUARE), "added to what is there"),
    (("feature_visualization.total_variation", NAIVE_VARIATION), "tf.image take tensors only"),
    (("feature_visualization.jitter", OPEN_END), "high itself is never drawn"),
    (
        ("saliency.smooth", STRICT),
        "(sigma=0 is allowed.)",
    ),
    (
        changed("saliency.symmetric_limit", "limit = _right(*args); return -limit, limit"),
        "one number, not a pair",
    ),
    (
        changed("saliency.symmetric_limit", "return abs(float(np.max(args[0])))"),
        "the magnitude of the largest value",
    ),
    (
        changed(
            "activation_maximization.random_start",
            "return tf.random.uniform(args[0], seed=args[1] % 2**31)",
        ),
        "tf.random.stateless_uniform",
    ),
    (ascent(result="(tf.stack(scores), x)"), "The parts are exchanged"),
]

MORE = [
    (
        changed("natural_images.deep_dream", "return np.asarray(_right(*args, **kwargs))[None]"),
        "The batch axis is still there",
    ),
    (smooth_grad("z = z[..., :1] + 0 * z"), "shared by the channels"),
    (cluster(alike="far"), "distances taken for affinities"),
    (cluster(affinity=""), "affinity='precomputed'"),
    (
        changed(
            "clever_hans.relevance_inside",
            "s, m = np.asarray(args[0]), np.asarray(args[1]); _right(*args); "
            "s = s.reshape(*s.shape[:3], -1).sum(axis=3); "
            "return np.sum(s * m, axis=(1, 2)) / np.sum(s, axis=(1, 2))",
        ),
        "negative",
    ),
    (
        changed("natural_images.frequencies", "return np.fft.fftshift(_right(*args))"),
        "the order of fftshift",
    ),
    (
        changed(
            "natural_images.color_basis",
            "p = np.asarray(args[0]); c = np.corrcoef(p.reshape(-1, p.shape[-1]).T); "
            "a = np.linalg.cholesky(np.atleast_2d(c)); "
            "return a / np.linalg.norm(a, axis=0).max()",
        ),
        "the correlation of the channels",
    ),
    (("feature_visualization.jitter", ONE_SHIFT), "All images are rolled by the same shift"),
    (ascent(count="steps + 1"), "one step too many"),
    (ascent(count="steps - 1"), "one step too few"),
    (ascent(moved="start"), "the start moved anew in every step"),
    (ascent(scored='"logit"'), "logits as the scores"),
    (steps_changed("activation_maximization.maximize_class_sigmoid", 3, 1), "one step too many"),
    (steps_changed("feature_visualization.maximize_class_regularized", 3, 1), "one step too many"),
    (steps_changed("feature_visualization.maximize_feature", 4, 1), "one step too many"),
    (steps_changed("input_optimization.optimize_to_class", 3, 1), "one step too many"),
    (one_behind("activation_maximization.maximize_class_sigmoid"), "one step behind"),
    (one_behind("feature_visualization.maximize_class_regularized"), "one step behind"),
    (gradient(values="select_output(model, images, class_index, output).numpy()"), ".numpy()"),
    (gradient(target="np.asarray(values)"), "tensors only"),
    (("activation_maximization.maximize_class_sigmoid", SIGMOID), "z is watched, but nothing"),
    (
        changed(
            "saliency.plot_saliency",
            "import matplotlib.pyplot as plt; return plt.subplots(1, 2)",
        ),
        "return the figure alone",
    ),
    (integrated(place="(i + 0.5) / steps * images"), "baseline"),
    (integrated(result="total / steps"), "the factor of the way is missing"),
    (
        changed(
            "contrastive.occlusion_sensitivity",
            "patch, stride = args[3:5] if len(args) > 4 else (kwargs['patch'], kwargs['stride']); "
            "c = np.zeros(args[1].shape[:3]); h, w = c.shape[1:]; "
            "[c.__setitem__((slice(None), slice(t, t + patch), slice(l, l + patch)), "
            "c[:, t:t + patch, l:l + patch] + 1) "
            "for t in range(0, h - patch + 1, stride) for l in range(0, w - patch + 1, stride)]; "
            "return c * np.asarray(_right(*args, **kwargs))",
        ),
        "sum",
    ),
    (optimize(logits=""), "from_logits=True"),
    (
        changed(
            "activation_maximization.maximize_class",
            "a = _right(*args, **kwargs); args = list(args); args[3] = max(args[3] - 1, 0); "
            "return Ascent(_right(*args, **kwargs).images, a.scores)",
        ),
        "the images of one step earlier",
    ),
    (optimize(success="tf.cast(success, tf.float32)"), "success should be of booleans"),
    (("clever_hans.plant", PLANT), "place in the dict"),
    (
        changed("saliency.smooth", "{True: 1}[args[1] >= 0]; return _right(*args, **kwargs)"),
        "A ValueError is expected for",
    ),
    (
        changed(
            "saliency.to_heatmap",
            "return np.asarray(_right(np.asarray(args[0]).astype(np.float16))).astype(np.float32)",
        ),
        "float16",
    ),
    (changed("saliency.to_heatmap", "_right(*args, **kwargs)"), "the `return` is missing"),
    (integrated(place="baseline + ((i + 0.5) / steps) ** 2 * way"), "at 0.25 of the way"),
    (
        changed(
            "clever_hans.relevance_inside",
            "return np.asarray(_right(np.max(np.abs(args[0]), axis=-1), args[1]) "
            "if np.ndim(args[0]) == 4 else _right(*args))",
        ),
        "the largest channel's magnitude",
    ),
    (
        changed("saliency.to_heatmap", "return np.asarray(args[0]) * np.ones((2, 6, 4))"),
        "Shapes that do not go together",
    ),
]

WITH_DROPOUT = (
    "r = np.asarray(_right(*args, **kwargs)); names = [layer.name for layer in args[0].layers]; "
    "return r + ('dropout' in names) * np.arange(r.size)"
)

MISLEADING = [
    (changed("saliency.select_output", WITH_DROPOUT), "training mode"),
    (("clever_hans.add_square", SQUARE), "swapped"),
    (optimize(low="tf.reduce_min(originals)", high="tf.reduce_max(originals)"), "penalty l2"),
    (optimize(low="tf.reduce_min(originals)", high="tf.reduce_max(originals)"), "training mode"),
    (optimize(success="tf.cast(success, tf.float32)"), "penalty l2"),
    (smooth_grad("z = (last := -last) if i % 2 else (last := z)"), "average out"),
    (smooth_grad("z = z[..., :1] + 0 * z"), "another standard deviation"),
    (smooth_grad(result="np.median(maps, axis=0)"), "noisy images are averaged"),
    (("clever_hans.plant", PLANT), "position in the batch"),
]


def names(rows: list[tuple[tuple[str, str], str]]) -> list[str]:
    return [f"{task.partition('.')[2]}: {says}" for (task, _), says in rows]


@pytest.mark.parametrize(
    ("answer", "says"),
    [*FIRST, *(pytest.param(*row, marks=pytest.mark.slow) for row in MORE)],
    ids=names([*FIRST, *MORE]),
)
def test_the_commonest_mistakes_are_named(
    first_line: Callable[[str, str], str], answer: tuple[str, str], says: str
) -> None:
    found = first_line(*answer)
    assert says in found, found


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "says"), MISLEADING, ids=names(MISLEADING))
def test_no_other_mistake_is_named(
    first_line: Callable[[str, str], str], answer: tuple[str, str], says: str
) -> None:
    assert says not in first_line(*answer)


def test_a_file_that_cannot_be_read_is_said_once(
    solutions: dict[str, str], warm_workers: Workers
) -> None:
    sources = solutions | {"saliency": solutions["saliency"] + "\ndef broken()\n    pass\n"}
    verdicts = grade_sources(sources, select_tasks(["saliency"]), 0, warm_workers).tasks
    assert [verdict.status for verdict in verdicts] == ["error"] * len(verdicts)
    assert verdicts[0].message.startswith("Python cannot read the file")
    assert "def broken()" in verdicts[0].message
    assert all("see the message above" in verdict.message for verdict in verdicts[1:])


def test_what_a_function_prints_is_shown_also_when_it_is_wrong(
    solutions: dict[str, str], warm_workers: Workers
) -> None:
    text = "def to_heatmap(saliency):\n    print('the shape is', saliency.shape)\n    return 7.0\n"
    sources = solutions | {"saliency": f"{solutions['saliency']}\n\n{text}"}
    (verdict,) = grade_sources(
        sources, select_tasks(["saliency.to_heatmap"]), 0, warm_workers
    ).tasks
    assert verdict.status == "failed"
    assert "It printed: the shape is (" in verdict.message
