# %% [markdown]
# # 2.2 Contrastive explanations: why this class, and why not the right one?
#
# A network sees a tripod and says "crutch". An ordinary explanation shows where it saw a crutch.
# That does not explain the *error*: the same legs may have spoken for the tripod too, only less
# loudly. Who asks why somebody went left usually means: left *rather than right*. So this chapter
# makes two maps of each picture, one for the class that the network chose and one for the class
# that is right, and looks at the difference.
#
# You write six short functions for this, and a seventh that finds the errors. Then the methods are
# put to the test: which of them helps to explain 18 errors of a real network?
#
# ## What is asked
#
# The network decides by comparing logits. It errs because the **margin**
#
# $$ m(x) = z_{\text{right}}(x) - z_{\text{predicted}}(x) $$
#
# is negative. An explanation of the error names the parts of the picture that push it down: "why
# this class, rather than that one?" [@prabhushankar2020]. Unlike most explanations, it makes a
# claim that can be tested. *Without* these parts, the margin should grow. At the end of the chapter
# we take them away and look.

# %% tags=["fold", "kept"]
import time

import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import (
    bootstrap_interval,
    class_name_of,
    compare_heatmaps,
    deletion_curve,
    load_errors,
    load_model,
    map_similarity,
    predict,
    randomize_layers,
    show_images,
)
from docs.machinery.figures import COLORS, INK, computed, show, table, write
from solutions.contrastive import (
    contrast,
    find_errors,
    grad_cam,
    gradient_times_input,
    integrated_gradients,
    occlusion_sensitivity,
    smooth_grad,
)
from solutions.saliency import gradient_saliency, select_output, symmetric_limit, to_heatmap

model = load_model()  # EfficientNet-Lite0, trained on ImageNet
pictures, labels, made = load_errors()

# %% [markdown]
# ## What is an error? { #contrastive.find_errors }
#
# The network's answer is the class with the largest logit. It is an error if the label says
# something else, and so an error is worth no more than its label. Every picture here has one that
# can be defended.
#
# {{ task contrastive.find_errors }}

# %% tags=["kept"]
errors = find_errors(model, pictures, labels)
predicted = [class_name_of(int(k)) for k in errors.predicted]
right = [class_name_of(int(k)) for k in errors.true]

# %% tags=["fold"]
figure = show_images(
    pictures[errors.index],
    [f"{i}: {p}\nnot {r}" for i, p, r in zip(errors.index, predicted, right, strict=True)],
    6,
    (8.8, 5.6),
)
show(
    figure,
    "Eighteen pictures in three rows, among them a cat, a blurred cup of coffee, a man with a "
    "camera on a tripod, an officer in uniform, a Chinese tower, a model of the Space Shuttle.",
    "The errors of this chapter: what the network says, and what is right.",
)
assert len(errors.index) == len(pictures) == 18

# %% [markdown]
# How each was made, and why its label is right:

# %% tags=["fold"]
photo_of = np.array([line.split(",")[0] for line in made])
photo_names = np.unique(photo_of)
write("\n".join(f"- **{i}:** {line}." for i, line in enumerate(made)))
write(
    f"**How they were picked.** These {len(made)} pictures come from only {len(photo_names)} "
    "photos. Some 470 were tried: 52 parts of 9 photos, in nine ways each (as they are, turned, "
    "blurred, without colour). Of those the network got wrong, these were chosen by hand, for a "
    "label beyond doubt and for variety, at most four from one photo. They are no random sample of "
    "the network's errors: many would not have happened without the turn or the blur, and how "
    "often the network errs cannot be read off."
)

# %% [markdown]
# ## Six methods
#
# Each gives one map for one class. Three pictures serve as examples.

# %%
examples = [7, 11, 12]
x, said = pictures[examples], errors.predicted[examples]
titles = [f"{predicted[i]},\nnot {right[i]}" for i in examples]


# %% [markdown]
# ## Gradient × input { #contrastive.gradient_times_input }
#
# The gradient says what a change of a pixel would do. It does not say what the pixel *does*. If
# the network were linear, $z_c(x) = b_c + \sum_i w_i x_i$, the contribution of pixel $i$ would be
# $w_i x_i$, the gradient times the value [@shrikumar2016]:
#
# $$ R_i = x_i \, \frac{\partial z_c}{\partial x_i} . $$
#
# **Convention:** $x$ is the image with values in $[0, 1]$, as it came, not what the network makes
# of it in its first layer. So black contributes nothing, whatever it means to the network.
#
# {{ task contrastive.gradient_times_input }}

# %%
product = gradient_times_input(model, x, said)

# %% tags=["fold"]
show(
    compare_heatmaps(
        x,
        {
            "gradient": gaussian_filter(
                to_heatmap(gradient_saliency(model, x, said)), 3, axes=(1, 2)
            ),
            "gradient × input": gaussian_filter(to_heatmap(product), 3, axes=(1, 2)),
        },
        titles,
        "RdBu_r",
        symmetric_limit,
        size=(6.4, 6.4),
    ),
    "Three pictures with two maps each, all of small red and blue spots. Where the picture is "
    "black, the second map is nearly empty.",
    "For the predicted class (smoothed, sigma 3). Gradient: lighter would help (red) or hurt "
    "(blue). Product: the pixel speaks for the class (red) or against it (blue). The dark cloth of "
    "the uniform vanishes from the product, because it is dark.",
)

# %% [markdown]
# ## SmoothGrad { #contrastive.smooth_grad }
#
# The gradient flickers because the logit is rugged on a small scale. SmoothGrad asks for the
# gradient in a neighbourhood: it averages over noisy copies of the image [@smilkov2017].
#
# $$ \begin{gathered}
# \hat g = \frac{1}{n} \sum_{j=1}^{n} \nabla_x z_c(x + \varepsilon_j), \\
# \varepsilon_j \sim \mathcal N(0, \sigma^2) .
# \end{gathered} $$
#
# **Convention:** $\sigma$ is in image units (0.1 is a tenth of the way from black to white), the
# copies are not clipped, and the gradients keep their sign while they are averaged.
#
# {{ task contrastive.smooth_grad }}

# %%
counts = (1, 4, 16)
first = {n: smooth_grad(model, x[:1], said[0], samples=n, noise=0.1, seed=0) for n in counts}
second = {n: smooth_grad(model, x[:1], said[0], samples=n, noise=0.1, seed=1) for n in counts}

# %% tags=["fold"]
show(
    compare_heatmaps(
        x[:1],
        {
            f"{n} sample{'s' if n > 1 else ''}": gaussian_filter(
                np.abs(g).sum(axis=-1), 2, axes=(1, 2)
            )
            for n, g in first.items()
        },
        cmap="viridis",
        size=(8.8, 2.5),
    ),
    "The tripod, and three maps of the strength of the gradient: specks all over the picture, "
    "which gather in fewer places with more samples.",
    "Strength of the averaged gradient for “crutch”: absolute values, summed over the channels, "
    "smoothed (sigma 2).",
)
agree = [
    (
        n,
        f"{map_similarity(to_heatmap(first[n]), to_heatmap(second[n]))[0]:.2f}",
        f"{map_similarity(*(np.abs(g[n]).sum(axis=-1) for g in (first, second)))[0]:.2f}",
    )
    for n in counts
]
table(["Samples", "two seeds agree, signed", "absolute values"], agree)
assert float(agree[-1][1]) > float(agree[0][1])

# %% [markdown]
# With one sample, two seeds hardly agree: what is drawn is mostly the noise. The average settles
# slowly, its spread falling with the square root of the number of samples. A small number of
# samples gives a map that looks calm, yet another seed would give another one.
#
# ## Integrated gradients { #contrastive.integrated_gradients }
#
# Gradient × input takes the slope at the end of the way from black to the image, and pretends
# that it was the same all along. Integrated gradients walks the way, from a **baseline**
# $\bar x$, and averages the slope [@sundararajan2017]:
#
# $$ \begin{gathered}
# R_i = (x_i - \bar x_i) \int_0^1 \frac{\partial z_c}{\partial x_i}
# \bigl(\bar x + \alpha (x - \bar x)\bigr) \, d\alpha, \\
# \sum_i R_i = z_c(x) - z_c(\bar x) .
# \end{gathered} $$
#
# The second equation is **completeness**: everything that the logit gained on the way is
# handed out to the pixels, no more and no less. It can be checked.
#
# **Convention:** the midpoint rule, at $\alpha = (i + \tfrac12) / n$. The authors take the right
# ends; for the same number of gradients, the midpoints come closer where the curve is smooth.
#
# {{ task contrastive.integrated_gradients }}

# %%
steps_tried = (4, 8, 16, 48)
grey = np.full_like(x[:1], 0.5)
gained = select_output(model, x, said) - [select_output(model, grey, int(k))[0] for k in said]
sums = {
    n: np.sum(integrated_gradients(model, x, said, baseline=0.5, steps=n), axis=(1, 2, 3))
    for n in steps_tried
}

# %% tags=["fold"]
gained = np.asarray(gained)
table(
    ["", *(predicted[i] for i in examples), "mean distance"],
    [
        ("logit gained on the way from grey", *(f"{g:.2f}" for g in gained), ""),
        *(
            (f"sum of the map, {n} steps", *(f"{s:.2f}" for s in total), f"{gap:.2f}")
            for n, total in sums.items()
            for gap in [np.abs(total - gained).mean()]
        ),
        (
            "sum of gradient × input",
            *(f"{s:.2f}" for s in np.sum(product, axis=(1, 2, 3))),
            "",
        ),
    ],
)
gaps = {n: np.abs(total - gained).mean() for n, total in sums.items()}
write(
    f"With {steps_tried[-1]} steps the sum misses by {gaps[steps_tried[-1]]:.2f} on average, "
    f"with {steps_tried[1]} by {gaps[steps_tried[1]]:.2f}, where {np.abs(gained).mean():.1f} is "
    "to be handed out. On the way there it does not get better with every step: the logit is too "
    "rugged along the way. Gradient × input has no such sum to keep to. Completeness checks the "
    "arithmetic, mind: a map can have the right sum and put it in the wrong places."
)
assert gaps[steps_tried[-1]] < gaps[steps_tried[0]]

# %% [markdown]
# And the baseline is a choice. Where the image has the baseline's colour, the map is zero by
# definition:

# %% tags=["fold"]
uniform = x[1:2]
by_baseline = {
    f"from {name}": to_heatmap(
        integrated_gradients(model, uniform, said[1], baseline=value, steps=8)
    )
    for name, value in (("black", 0.0), ("grey", 0.5), ("white", 1.0))
}
show(
    compare_heatmaps(
        uniform,
        {n: gaussian_filter(m, 3, axes=(1, 2)) for n, m in by_baseline.items()},
        cmap="RdBu_r",
        limit=symmetric_limit,
        size=(8.8, 2.5),
    ),
    "The uniform, and three maps. From black, the map is almost white but for a corner of blue sky "
    "and the outlines of the ribbons; from grey and white, there are spots all over the cloth.",
    "Integrated gradients for “jersey” from three baselines (8 steps, smoothed, sigma 3). From "
    "black, the dark cloth hardly counts, yet cloth is all there is of a jersey.",
)
dark = uniform[0].mean(axis=-1) < 0.15
shares = [np.abs(m[0])[dark].sum() / np.abs(m[0]).sum() for m in by_baseline.values()]
write(
    f"Nearly black pixels are {dark.mean():.0%} of this picture. They hold {shares[0]:.0%} of the "
    f"relevance from black, {shares[1]:.0%} from grey and {shares[2]:.0%} from white. "
    "From here on, the baseline is grey."
)
assert shares[0] < shares[1]

# %% [markdown]
# ## Grad-CAM { #contrastive.grad_cam }
#
# Pixels are small, and no pixel is a tripod. The last convolution of the network has only 7 × 7
# places, but 1280 channels, each of which stands for something. Grad-CAM weighs the channels by
# their mean gradient, adds them up, and keeps what is positive [@selvaraju2017]:
#
# $$ \begin{gathered}
# w_k = \frac{1}{hw} \sum_{u, v} \frac{\partial z_c}{\partial A_k(u, v)}, \\
# L(u, v) = \max\Bigl(0, \sum_k w_k A_k(u, v)\Bigr) .
# \end{gathered} $$
#
# **Convention:** the mean, not the sum, of the gradient; one ReLU after the sum; enlarged
# bilinearly; not rescaled, so that two classes can be compared.
#
# {{ task contrastive.grad_cam }}

# %%
cam = grad_cam(model, x, said, "top_activation")

# %% tags=["fold"]
show(
    compare_heatmaps(x, {"Grad-CAM": cam}, titles, "viridis", size=(4.4, 6.4)),
    "Three pictures, each with a map of a few large soft blobs.",
    "Grad-CAM for the predicted class. It is never negative, so the colours go one way. What "
    "speaks against the class has been cut off.",
)

# %% [markdown]
# ## Occlusion { #contrastive.occlusion_sensitivity }
#
# All these methods use gradients to guess what would happen without a part of the image. One can
# also try: cover a patch with grey, and see how far the logit falls [@zeiler2014].
#
# $$ \begin{gathered}
# d_P = z_c(x) - z_c(x \text{ with patch } P \text{ grey}), \\
# R_i = \text{mean of } d_P \text{ over the } P \text{ that cover } i .
# \end{gathered} $$
#
# **Convention:** patches lie inside the image as a whole; a pixel that none of them covers is 0;
# covered means grey, 0.5. It costs one forward pass a patch, but needs no gradient: it works on a
# network of which you only see the answers.
#
# {{ task contrastive.occlusion_sensitivity }}

# %%
covered = {
    f"patches of {patch}": occlusion_sensitivity(model, x[2:], said[2], patch, patch // 2)
    for patch in (112, 64, 32)
}

# %% tags=["fold"]
show(
    compare_heatmaps(x[2:], covered, cmap="RdBu_r", limit=symmetric_limit, size=(8.8, 2.5)),
    "The upside-down tower and three maps, from large soft areas to small patches of red and blue.",
    "Occlusion for “boathouse” with three sizes of patches, in pixels, each half covering its "
    "neighbours. Red: covering it hurts the class.",
)
sizes = list(covered)
write(
    f"The size is a choice too: the maps of {sizes[0]} and {sizes[1]} pixels agree by "
    f"{map_similarity(covered[sizes[0]], covered[sizes[1]])[0]:.2f}, those of {sizes[1]} and "
    f"{sizes[2]} by {map_similarity(covered[sizes[1]], covered[sizes[2]])[0]:.2f} (Spearman's "
    "correlation). Each answers another question, namely what happens without a piece of *that* "
    "size. And a grey square is itself something to see, on which the network was not trained."
)

# %% [markdown]
# ## Contrast { #contrastive.contrast }
#
# Now the errors. One map for the predicted class, one for the right class, and what sets them
# apart:
#
# $$ D = R^{\text{predicted}} - R^{\text{right}} . $$
#
# Where $D$ is positive, the picture spoke for the error. All methods but Grad-CAM are linear in
# the logit, so that $D$ is the same method's map of $-m(x)$, the margin with its sign turned. In
# Grad-CAM the ReLU comes before the difference.
#
# {{ task contrastive.contrast }}

# %% tags=["kept"]
METHODS = {
    "gradient": gradient_saliency,
    "gradient × input": gradient_times_input,
    "SmoothGrad": lambda m, x, k: smooth_grad(m, x, k, samples=8, noise=0.1, seed=0),
    "integrated gradients": lambda m, x, k: integrated_gradients(m, x, k, baseline=0.5, steps=16),
    "Grad-CAM": lambda m, x, k: grad_cam(m, x, k, "top_activation"),
    "occlusion": lambda m, x, k: occlusion_sensitivity(m, x, k, patch=64, stride=32),
}

# %% tags=["kept", "skip-execution"]
contrasts = {
    name: contrast(method, model, pictures, errors.predicted, errors.true)
    for name, method in METHODS.items()
}

# %% tags=["fold"]
seconds = {}
for name, method in METHODS.items():
    method(model, pictures[:1], errors.predicted[:1])  # compiles
    began = time.perf_counter()
    method(model, pictures[:1], errors.predicted[:1])
    seconds[name] = time.perf_counter() - began

# %% [markdown]
# One thing has to be settled before the methods can be compared. The signs of gradient and
# SmoothGrad mean "lighter" and "darker", not "for" and "against" the class. A negative gradient
# is not evidence against the crutch. So for these two the *strength* counts, and the difference is
# one of strengths. All maps are then averaged over blocks of 16 × 16 pixels, so that fine maps
# and coarse ones have the same chance.

# %% tags=["fold", "kept"]
BLOCK = 16


def evidence(name, maps):
    """One number per pixel that is large where a method sees a reason for the class, (B, H, W)."""
    maps = np.asarray(maps)
    if name in ("gradient", "SmoothGrad"):
        maps = np.abs(maps)
    return maps.sum(axis=-1) if maps.ndim == 4 else maps


def blocks(maps):
    """Means over blocks: (B, H, W) becomes (B, H / 16, W / 16)."""
    count, height, width = maps.shape
    cut = maps.reshape(count, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return cut.mean(axis=(2, 4))


# %% tags=["kept", "skip-execution"]
for_predicted = {n: blocks(evidence(n, c.for_predicted)) for n, c in contrasts.items()}
for_right = {n: blocks(evidence(n, c.for_true)) for n, c in contrasts.items()}

# %% [markdown] tags=["result"]
# Six methods, 18 pictures and two classes take a minute, so this page does not run these lines each
# time it is made: it loads what they have left behind, by `python -m docs.experiments.kept`.
# Whatever is measured on the maps is measured here.

# %% tags=["result"]
from docs.experiments.kept import load_kept

for_predicted, for_right = load_kept("contrastive").values()

# %%
difference = {n: for_predicted[n] - for_right[n] for n in METHODS}

# %% tags=["fold"]
chosen = [7, 12, 1]
pair = [for_predicted["occlusion"], for_right["occlusion"], difference["occlusion"]]
figure = Figure(figsize=(8.8, 6.8), layout="constrained")
grid = figure.subplots(len(chosen), 4)
for row, i in zip(grid, chosen, strict=True):
    row[0].imshow(pictures[i])
    limit = max(symmetric_limit(maps[i]) for maps in pair)  # one scale a row
    for axes, maps in zip(row[1:], pair, strict=True):
        drawn = axes.imshow(maps[i], cmap="RdBu_r", vmin=-limit, vmax=limit)
    figure.colorbar(drawn, ax=row[3], shrink=0.8)
    for axes, title in zip(
        row, ("", f"for {predicted[i]}", f"for {right[i]}", "difference"), strict=True
    ):
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, fontsize=9)
show(
    figure,
    "Three pictures, each with the occlusion maps for the predicted class, for the right class, "
    "and their difference.",
    "Occlusion. Left map: what speaks for the error; middle: for the right class; right: the "
    "difference. Within a row all maps have one scale, in units of the logit.",
)

# %% [markdown]
# The three maps answer different questions. A part that is red in the first *and* in the second
# is important, but it does not explain the error. What is red in the third does. In the second
# row, the water and the haze on the left spoke for the boathouse, the tower itself for the
# palace. In the third, it was the fur that spoke for the fox; the eye spoke for the cat. The first
# row tells less: covering almost anything *raises* the logit of the tripod, so that the difference
# is red over most of the picture.
#
# Here are all methods, side by side:

# %% tags=["fold"]
gallery = [0, 1, 4, 7, 11, 12, 14, 15]
figure = compare_heatmaps(
    pictures[gallery],
    {n.replace(" ", "\n", 1): difference[n][gallery] for n in METHODS},
    [f"{predicted[i]},\nnot {right[i]}" for i in gallery],
    "RdBu_r",
    symmetric_limit,
    size=(8.8, 10.6),
)
show(
    figure,
    "Eight errors, one in a row, with the difference map of each of the six methods. The maps of "
    "one row seldom agree.",
    "What spoke for the error (red) rather than for the right class (blue), by six methods. "
    "Averages over blocks, each map on its own scale.",
)

# %% tags=["fold"]
flat = [difference[n] for n in METHODS]
rows = []
for a, one in zip(METHODS, flat, strict=True):
    rows.append((a, *(f"{map_similarity(one, other).mean():.2f}" for other in flat)))
table(["Difference maps agree", *METHODS], rows)
apart = [map_similarity(flat[i], flat[j]).mean() for i in range(len(flat)) for j in range(i + 1, 6)]
write(
    f"Over the {len(pictures)} errors, two methods agree by {np.mean(apart):.2f} on average "
    f"(Spearman's correlation; least {min(apart):+.2f}, most {max(apart):+.2f}). These are six "
    "different accounts of the same errors. The eye would choose the one that looks most "
    "sensible; it takes measurements to choose better."
)

# %% [markdown]
# ## A library beside ours
#
# Nobody has to write these methods: [tf-explain](https://tf-explain.readthedocs.io) has them for
# TensorFlow, and others have them for other frameworks. `contrast` does not mind whose method it is
# given. This library takes one class for a whole batch, so it is asked for one image at a time:
#
# ```python
# def library(model, images, classes):
#     explain = GradientsInputs.compute_gradients
#     return np.concatenate([explain(x[None], model, k) for x, k in zip(images, classes)])
#
# contrast(library, model, pictures, errors.predicted, errors.true)
# ```
#
# But the same name does not make the same map.
#
# ??? question "Does a library draw the same maps of the same errors?"
#
#     Three of the errors, explained by tf-explain and by our functions, for the predicted class and
#     with the same settings. First as the library's functions give the maps; then with its
#     conventions brought into line with ours.

# %% tags=["answer", "fold"]
import keras
import tensorflow as tf
from tf_explain.core.grad_cam import GradCAM
from tf_explain.core.gradients_inputs import GradientsInputs
from tf_explain.core.integrated_gradients import IntegratedGradients
from tf_explain.core.occlusion_sensitivity import OcclusionSensitivity


def library(model, images, classes):
    """The gradient times the input by tf-explain, in the form for which `contrast` asks."""
    explain, classes = GradientsInputs.compute_gradients, tf.constant(classes)
    return np.concatenate(
        [explain(x[None], model, k) for x, k in zip(images, classes, strict=True)]
    )


of_library = contrast(library, model, x, said, errors.true[examples])

# %% tags=["answer", "fold"]
STEPS, PATCH = 8, 56
each = [(x[i : i + 1], tf.constant(said[i])) for i in range(len(x))]
keras.config.disable_interactive_logging()  # the library's occlusion would draw a bar for each


def library_cam(guided):
    """Grad-CAM before it is drawn: 7 × 7 places, not clipped."""
    for image, k in each:
        found = GradCAM.get_gradients_and_filters(model, image, "top_activation", k, guided)
        yield GradCAM.generate_ponderated_output(*found)[0]


def enlarged(maps):
    """Maps of few places in the size of the picture."""
    return tf.image.resize(np.stack([*maps])[..., None], x.shape[1:3])[..., 0].numpy()


paths = [IntegratedGradients.generate_interpolations(image, STEPS) for image, _ in each]
slopes = np.concatenate(
    [
        IntegratedGradients.get_integrated_gradients(path, model, k, STEPS)
        for path, (_, k) in zip(paths, each, strict=True)
    ]
)
sure = keras.Sequential([keras.Input(x.shape[1:]), model, keras.layers.Softmax()])
of_bytes = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Rescaling(1 / 255), sure])
covering = OcclusionSensitivity(16)
uncovered = np.stack(
    [covering.get_sensitivity_map(of_bytes, 255 * image[0], k, PATCH) for image, k in each]
)

# %% tags=["answer", "fold"]
own_path = integrated_gradients(model, x, said, baseline=0.0, steps=STEPS)
at_their_points = np.stack(
    [
        np.mean(gradient_saliency(model, np.float32(path), k), axis=0)
        for path, (_, k) in zip(paths, each, strict=True)
    ]
)
own_patches = occlusion_sensitivity(model, x, said, PATCH, PATCH)
patches_of_chance = occlusion_sensitivity(sure, x, said, PATCH, PATCH)
compared = {  # ours and theirs, as they are; and once more, alike
    "gradient × input": (product, of_library.for_predicted, product, of_library.for_predicted),
    "integrated gradients": (own_path, slopes, x * at_their_points, x * slopes),
    "Grad-CAM": (
        cam,
        enlarged(library_cam(guided=True)),
        cam,
        enlarged(np.maximum(one, 0) for one in library_cam(guided=False)),
    ),
    "occlusion": (
        own_patches,
        uncovered,
        enlarged(np.asarray(patches_of_chance)[:, ::PATCH, ::PATCH]),
        uncovered,
    ),
}


def correlation(ours, theirs):
    """Pearson's, as a mean over the pictures."""
    pairs = zip(np.asarray(ours), np.asarray(theirs), strict=True)
    return np.mean([np.corrcoef(np.ravel(a), np.ravel(b))[0, 1] for a, b in pairs])


# %% tags=["answer", "fold"]
agreed = {n: (correlation(*maps[:2]), correlation(*maps[2:])) for n, maps in compared.items()}
made_alike = {
    "gradient × input": "nothing",
    "integrated gradients": "multiplied by the image; the same points on the way",
    "Grad-CAM": "gradients not “guided”; negative values clipped",
    "occlusion": "of the probability, not the logit; enlarged from the middles of the patches",
}
table(
    ["Method", "as they are", "made alike", "what was made alike"],
    [(n, *(f"{c:.3f}" for c in both), made_alike[n]) for n, both in agreed.items()],
)
shown = {}
for n in ("integrated gradients", "Grad-CAM", "occlusion"):
    for whose, one in zip(("ours", "tf-explain"), compared[n][:2], strict=True):
        flat = gaussian_filter(to_heatmap(one), 3, axes=(1, 2)) if np.ndim(one) == 4 else one
        shown[n.replace(" ", "\n") + f"\n{whose}"] = flat
show(
    compare_heatmaps(
        x,
        shown,
        titles,
        "RdBu_r",
        symmetric_limit,
        size=(8.8, 4.4),
    ),
    "Three errors, each with three pairs of maps. The pairs of Grad-CAM are alike; of occlusion, "
    "the library's maps are red all over; of integrated gradients, they have other spots.",
    "The same methods by two hands, for the predicted class, as they are. Integrated gradients are "
    "smoothed (sigma 3). Each map on its own scale.",
)

# %% tags=["answer", "fold"]
drawn = np.stack([GradientsInputs().explain((image, None), model, k) for image, k in each])
write(
    f"Made alike, all four agree (least: {min(both[1] for both in agreed.values()):.3f}), so "
    "neither side has a mistake there. As they are, they differ: tf-explain's integrated gradients "
    f"are the mean slope on the way, not yet multiplied ({agreed['integrated gradients'][0]:.2f}); "
    "its Grad-CAM leaves out, unless told otherwise, gradients that are negative "
    f"({agreed['Grad-CAM'][0]:.2f}); its occlusion shows 1 minus a probability, so that no colour "
    f"means “no effect” ({agreed['occlusion'][0]:.2f}). And what `explain` draws has no sign any "
    f"more: of gradient × input, {np.mean(drawn == 0):.0%} of the pixels come out black and "
    f"{np.mean(drawn == 255):.0%} white. That is a picture to look at, and nothing to subtract."
)
assert min(both[1] for both in agreed.values()) > 0.999
assert agreed["integrated gradients"][0] < 0.9

# %% [markdown] tags=["answer"]
# None of these conventions is wrong. But a difference of two maps, as in `contrast`, asks for maps
# with a sign, on one scale, and for one class each. The library's SmoothGrad cannot be compared in
# this way: its noise has no seed, and it follows the cross-entropy of a network that ends in a
# softmax, whose slope points the other way. What one library calls by a paper's name is that
# paper's method with this library's conventions. Check them, as you had to in every task here.

# %% [markdown]
# ## Questions
#
# Try to answer before you unfold.
#
# The pictures come from a few photos, and two pictures of one photo are no independent witnesses.
# So the intervals below are 95 % bootstrap intervals [@efron1979] that draw *photos*, not pictures.
# With so few photos they are rough, and rather too narrow than too wide.

# %% tags=["fold"]
rng = np.random.default_rng(0)


def by_photo(values):
    """A mean and its interval, drawing whole photos."""
    return bootstrap_interval(values, photo_of)


def listed(names):
    """Write a list of methods."""
    return ", ".join(names) if names else "none of them"


# %% [markdown]
# ??? question "How much do the maps of the two classes differ?"
#
#     If a method draws nearly the same map for the predicted class and for the right one, then
#     the map by itself cannot tell why the one won. At best their small difference does.

# %% tags=["answer", "fold"]
same = {n: by_photo(map_similarity(for_predicted[n], for_right[n])) for n in METHODS}
table(
    ["Method", "similarity of the two maps, with its interval"],
    [(n, f"{numbers:.2f}") for n, numbers in same.items()],
)
alike = sorted(METHODS, key=lambda n: -same[n][0])
write(
    f"1 would be the same map, 0 no relation. {alike[0]} ({same[alike[0]][0]:.2f}) and "
    f"{alike[1]} ({same[alike[1]][0]:.2f}) draw nearly one map whatever the class: looking at "
    "either says little about the error, and their difference is a small remainder of two large, "
    f"similar numbers. {alike[-1]} ({same[alike[-1]][0]:.2f}) and {alike[-2]} "
    f"({same[alike[-2]][0]:.2f}) tell the classes apart most. But this settles nothing yet: noise "
    "would tell them apart as well, and a small difference can lie in the right place. The last "
    "two questions measure that."
)
assert set(alike[:2]) == {"gradient", "SmoothGrad"}
assert same["occlusion"][0] < 0.5

# %% [markdown]
# ??? question "Does the map depend on what the network has learned?"
#
#     @adebayo2018 shuffle the network's weights, from the logits downwards, and compare
#     each map with the original one. A map that stays the same does not explain the network; it
#     shows the picture. Here with one error from each of six photos, and fewer samples, steps and
#     patches than above, to save time.

# %% tags=["answer", "fold"]
QUICK = {
    **METHODS,
    "SmoothGrad": lambda m, x, k: smooth_grad(m, x, k, samples=4, noise=0.1, seed=0),
    "integrated gradients": lambda m, x, k: integrated_gradients(m, x, k, baseline=0.5, steps=8),
    "occlusion": lambda m, x, k: occlusion_sensitivity(m, x, k, patch=56, stride=56),
}
STAGES = {
    "logits": "logits",
    "last\nconv.": "top_conv",
    "blocks\n12–16": "block12_expand",
    "all": None,
}
tested = [0, 3, 4, 8, 12, 15]
witnesses, asked = pictures[tested], errors.predicted[tested]
learned = model.get_weights()
spoiled = [randomize_layers(model, down_to).get_weights() for down_to in STAGES.values()]


def signed_and_strength():
    """Each method's maps for the errors tested, with their sign and as absolute values."""
    for name, method in QUICK.items():
        maps = np.asarray(method(model, witnesses, asked))
        signed, strength = (maps, np.abs(maps))
        if maps.ndim == 4:
            signed, strength = signed.sum(axis=-1), strength.sum(axis=-1)
        yield name, (signed, strength)


original = dict(signed_and_strength())
left = {name: ([], []) for name in QUICK}  # similarity with sign, and without
for weights in spoiled:
    model.set_weights(weights)  # the network stays, and with it what has been compiled
    for name, maps in signed_and_strength():
        for kept, before, after in zip(left[name], original[name], maps, strict=True):
            kept.append(bootstrap_interval(map_similarity(before, after), photo_of[tested]))
model.set_weights(learned)

# %% tags=["answer", "fold"]
figure = Figure(figsize=(8.8, 4.4), layout="constrained")
panels = figure.subplots(1, 2, sharey=True)
for number, (name, kept) in enumerate(left.items()):
    for axes, numbers in zip(panels, kept, strict=True):
        mean, low, high = np.array([(1, 1, 1), *numbers]).T
        axes.errorbar(
            np.arange(len(mean)) + 0.07 * (number - 2.5),
            mean,
            [mean - low, high - mean],
            fmt="-" + "os^Dvx"[number],
            ms=4,
            lw=1.2,
            color=(*COLORS, INK)[number],
            label=name,
        )
for axes, title in zip(panels, ("with their sign", "absolute values"), strict=True):
    axes.set_xticks(range(len(STAGES) + 1), ["nothing", *STAGES], fontsize=9)
    axes.axhline(0, color=INK, lw=0.8)
    axes.set_title(title, fontsize=9.5)
    axes.set_xlabel("shuffled, from the top down to")
panels[0].set_ylabel("similarity to the original map")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
show(
    figure,
    "Two panels of curves that start at 1. With their sign, they fall to about 0 at once, only "
    "that of Grad-CAM a little later. As absolute values, those of gradient × input and integrated "
    "gradients stay well above 0.",
    "What is left of the maps when the network is shuffled. Means over six errors, bars: 95 % "
    "intervals.",
)

# %% tags=["answer", "fold"]
ends = {n: numbers[1][-1] for n, numbers in left.items()}
stubborn = [n for n, (_, low, _) in ends.items() if low > 0.1]
noise = np.abs(rng.standard_normal(witnesses.shape) * witnesses).sum(axis=-1)
noisy = bootstrap_interval(map_similarity(original["gradient × input"][1], noise), photo_of[tested])
most_signed = max(numbers[0][-1][0] for numbers in left.values())
write(
    "With their sign, all maps pass: with everything shuffled, the largest mean similarity left is "
    f"{most_signed:.2f}. Without it, a part survives of {listed(stubborn)}, "
    "although nothing of what was learned is left: "
    + "; ".join(f"{n} {ends[n]:+.2f}" for n in stubborn)
    + ". The reason is in their formulas: the one multiplies with the picture, the other with its "
    "distance from the baseline. Multiply the picture with "
    f"random numbers, with no network at all, and the product resembles gradient × input by "
    f"{noisy:+.2f}. What looks like the object in such a map can be the photo shining through."
)
assert most_signed < 0.35
assert max(ends, key=lambda n: ends[n][0]) == "gradient × input"
assert set(stubborn) == {"gradient × input", "integrated gradients"}

# %% [markdown]
# ??? question "Does what the map calls relevant carry the wrong answer? (Deletion curves)"
#
#     Delete the pixels that a method's map *for the predicted class* ranks highest, and watch the
#     probability of that class. The better the map, the faster it falls [@petsiuk2018].
#     For comparison, blocks are deleted in a random order, one for each picture.

# %% tags=["answer", "fold"]
shares = np.array([0, 0.1, 0.2, 0.3, 0.5])
ranked = {**for_predicted, "random": rng.standard_normal(for_predicted["occlusion"].shape)}


def enlarge(maps):
    """Blocks back to pixels."""
    return maps.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)


left_over = {}
for name, maps in ranked.items():
    curve = deletion_curve(model, pictures, enlarge(maps), errors.predicted, shares)
    left_over[name] = curve / curve[0]  # relative to the probability in the whole picture
figure = Figure(figsize=(6, 3.6), layout="constrained")
axes = figure.subplots()
for number, (name, curve) in enumerate(left_over.items()):
    axes.plot(
        shares,
        curve.mean(axis=1),
        "--" if name == "random" else "-" + "os^Dvx"[number],
        ms=4,
        color=(*COLORS, INK, INK)[number],
        label=name,
    )
axes.set(xlabel="share of the picture deleted", ylabel="probability left, relative", ylim=(0, None))
axes.legend(fontsize=9)
show(
    figure,
    "Seven falling curves. Occlusion and integrated gradients fall faster than random deletion, "
    "the others run near it.",
    "How much of the predicted class's probability is left, as a mean over the errors.",
)

# %% tags=["answer", "fold"]
areas = {n: np.trapezoid(c, shares, axis=0) / shares[-1] for n, c in left_over.items()}
deletion = {n: by_photo(a) for n, a in areas.items()}
faster = {n: by_photo(areas[n] - areas["random"]) for n in METHODS}
table(
    ["Method", "area under the curve", "less random"],
    [(n, f"{deletion[n]:.2f}", f"{faster[n]:+.2f}") for n in METHODS]
    + [("random", f"{deletion['random']:.2f}", "")],
)
write(
    "Small is good. Surely better than random deletion, by the interval of the difference: "
    f"{listed([n for n in METHODS if faster[n][2] < 0])}. The probabilities of wrong answers are "
    "small to begin with and fall when anything is taken away. This is a low bar, and it asks "
    "about one class only."
)
assert max(faster["occlusion"][2], faster["integrated gradients"][2]) < 0

# %% [markdown]
# ??? question "Does taking away what spoke for the error help the right class?"
#
#     This is the test of the *contrast*. Delete the blocks where the difference map is largest:
#     10, 20 and 30 % of the picture. The margin $m$ of the right class should grow. Deleting
#     random blocks (mean of three draws) shows how much it grows from damage alone: a network
#     that is wrong can hardly get more wrong.

# %% tags=["answer", "fold"]
REMOVED = (0.1, 0.2, 0.3)
FILLS = {
    "grey": np.full_like(pictures, 0.5),
    "blurred": gaussian_filter(pictures, 12, axes=(1, 2)),
}
everyone = np.arange(len(pictures))


def without(maps, share, fill):
    """The pictures with the blocks of the largest values replaced."""
    order = np.argsort(-maps.reshape(len(maps), -1), axis=1, kind="stable")
    place = np.argsort(order, axis=1).reshape(maps.shape)
    gone = enlarge(place < round(share * place[0].size))
    return np.where(gone[..., None], fill, pictures)


def margins(images):
    """By how much the right class leads the one that was predicted, and whether it leads all."""
    logits = predict(model, images, batch=16)
    margin = logits[everyone, errors.true] - logits[everyone, errors.predicted]
    return margin, logits.argmax(axis=1) == errors.true


def after_removal(maps, fill):
    """Gain of margin, whether the right class overtakes the wrong one, and all: each (B,)."""
    found = [margins(without(maps, share, fill)) for share in REMOVED]
    margin, first = (np.array(each) for each in zip(*found, strict=True))
    return np.mean(margin - at_first, axis=0), np.any(margin > 0, axis=0), np.any(first, axis=0)


at_first, _ = margins(pictures)
draws = rng.standard_normal((3, *difference["occlusion"].shape))
gains = {}
for fill_name, fill in FILLS.items():
    for name, maps in difference.items():
        gains[name, fill_name] = after_removal(maps, fill)
    gains["random", fill_name] = np.mean([after_removal(maps, fill) for maps in draws], axis=0)

# %% tags=["answer", "fold"]
figure = Figure(figsize=(7.4, 3.4), layout="constrained")
axes = figure.subplots()
more = {}
for offset, fill_name in zip((-0.12, 0.12), FILLS, strict=True):
    for name in METHODS:
        gain = gains[name, fill_name][0] - gains["random", fill_name][0]
        more[name, fill_name] = by_photo(gain)
    mean, low, high = np.array([more[name, fill_name] for name in METHODS]).T
    axes.errorbar(
        np.arange(len(METHODS)) + offset,
        mean,
        [mean - low, high - mean],
        fmt="o",
        label=f"replaced by {'grey' if fill_name == 'grey' else 'the blurred picture'}",
    )
axes.axhline(0, color=INK, lw=0.8)
axes.set_xticks(range(len(METHODS)), [n.replace(" ", "\n", 1) for n in METHODS])
axes.set(ylabel="gain of margin\nbeyond random removal")
axes.legend(fontsize=9, loc="upper left")
show(
    figure,
    "For each method, two points with bars: the gain of the margin beyond random removal. It is "
    "largest for Grad-CAM and occlusion.",
    "How much more the right class gains if the blocks are chosen by the difference map than if "
    "they are chosen by chance. In units of the logit, with 95 % intervals.",
)
sure = {f: [n for n in METHODS if more[n, f][1] > 0] for f in FILLS}
chance = {f: by_photo(gains["random", f][0]) for f in FILLS}
write(
    f"Random removal alone gains {chance['grey']:+.2f} (grey) and {chance['blurred']:+.2f} "
    "(blurred). More than that, with an interval above zero, gain: with grey "
    f"{listed(sure['grey'])}; with the blurred picture {listed(sure['blurred'])}. The second fill "
    "matters, for covering with grey is just what occlusion did to find its map: with grey, the "
    "test asks the method's own question again."
)
assert more["occlusion", "grey"][1] > 0

# %% [markdown]
# {{ guess "Which find more of what stood in the way of the right class?"
# "methods that look at pixels" "methods that look at regions" "both alike" }}
#
# ??? question "Which method helps most to explain these errors?"
#
#     All figures together: first of the maps themselves, then of what happens when the blocks are
#     taken away that they rank highest. *Overtakes*: the right class comes to lead the one that was
#     predicted, at 10, 20 or 30 % removed; *corrected*: it comes to lead all 1000.

# %% tags=["answer", "fold"]
table(
    ["Method", "maps of both classes alike", "left when shuffled (absolute)", "seconds a map"],
    [(n, f"{same[n]:.2f}", f"{ends[n]:.2f}", f"{seconds[n]:.2f}") for n in METHODS],
)
rows = []
for name in (*METHODS, "random"):
    _, overtakes, corrected = gains[name, "grey"]
    rows.append(
        (
            name,
            f"{deletion[name]:.2f}",
            f"{by_photo(gains[name, 'grey'][0]):+.2f}",
            f"{by_photo(gains[name, 'blurred'][0]):+.2f}",
            f"{by_photo(overtakes):.0%}",
            f"{by_photo(corrected):.0%}",
        )
    )
table(
    [
        "Method",
        "area, deletion",
        "margin gained, grey",
        "margin gained, blurred",
        "overtakes",
        "corrected",
    ],
    rows,
)

# %% tags=["answer", "fold"]
order = sorted(METHODS, key=lambda n: -np.mean([more[n, f][0] for f in FILLS]))
best, next_best = order[:2]
lead = {f: by_photo(gains[best, f][0] - gains[next_best, f][0]) for f in FILLS}
write(
    f"By the gain of margin, the mean of both fills, **{best}** helped most, then "
    f"{next_best}. Is the first really better than the second? The difference between them is "
    f"{lead['grey']:+.2f} with grey and {lead['blurred']:+.2f} with the blurred picture: "
    + (
        "on these errors, yes."
        if min(lead[f][1] for f in FILLS) > 0
        else "these errors do not tell."
    )
    + f" Their speed differs: {seconds[best]:.2f} s against {seconds[next_best]:.2f} s a map, on "
    "the machine that built this page."
)

# %% tags=["answer", "fold"]
regions = ("occlusion", "Grad-CAM")
pixels = [n for n in METHODS if n not in regions]
ahead = {
    f: by_photo(
        np.mean([gains[n, f][0] for n in regions], axis=0)
        - np.mean([gains[n, f][0] for n in pixels], axis=0)
    )
    for f in FILLS
}
corrects = {n: by_photo(gains[n, "grey"][2]) for n in (best, "random")}
write(
    f"The methods that look at regions ({listed(regions)}) gain more than the mean of the others "
    f"by {ahead['grey']:+.2f} with grey and {ahead['blurred']:+.2f} with the blurred picture. "
    "The disappointing part is the column *corrected*. Removing what spoke for the error lets the "
    f"right class win in {corrects[best]:.0%} of the cases by {best}, and in "
    f"{corrects['random']:.0%} by chance. The right class draws level with the wrong "
    "one, but then a third class is often the winner: the contrast was between two of 1000."
)
surely = [ahead[f].low > 0 for f in FILLS], [ahead[f].high < 0 for f in FILLS]
found = "regions" if all(surely[0]) else "pixels" if all(surely[1]) else ""
computed(f"methods that look at {found}" if found else "both alike")
assert {best, next_best} == set(regions)
assert order[-1] == "gradient × input"
assert min(ahead[f][1] for f in FILLS) > 0
assert corrects[best][0] < 0.5

# %% [markdown] tags=["answer"]
# So for these errors the two methods that look at regions found more of what stood in the right
# class's way than those that look at pixels. No measure says it all: by the deletion curves,
# integrated gradients come out well, and SmoothGrad's two maps are nearly the same, yet their
# small difference is worth something. Gradient × input gains the least, and when the network is
# shuffled, most is left of it.
#
# What remains uncertain:
#
# - **Few photos.** The pictures were picked by hand, and come from a handful of photos. Every
#   interval is wide; a difference between two good methods is beyond what they can show. Many
#   intervals were drawn and none was widened for that: one or the other misses by chance.
# - **The measure takes sides.** To delete is to occlude. Occlusion is judged by what it does. And
#   blocks of 16 pixels suit coarse maps; a measure of fine detail could rank them otherwise.
# - **The settings.** Size of patch, baseline, noise, number of samples: each was set once, and not
#   tuned. Another choice may move a method up or down.
# - **Grey is not absence.** A network has no notion of a missing part. It sees a grey square.
# - **"Helps" was measured on the network, not on people.** A map that finds the right blocks may
#   still tell a reader nothing about *why* they look like a crutch.

# %% [markdown]
# ## What you know now
#
# Six methods give six accounts of the same error. Which one looks best says nothing; which one
# names the parts that matter can be measured. Two maps that are nearly the same for both classes,
# or that stay when the network is shuffled, are a warning.

# %% [markdown] tags=["result"]
# On these errors the two that look at regions, occlusion and Grad-CAM, did best, and gradient ×
# input worst. And taking away what spoke for the error makes the network right in fewer than half
# of the cases.

# %% [markdown]
# What you do not know yet is what *would* make the network right. One can search for exactly that,
# and see whether what is found explains anything: [2.3 Explanation by input
# optimization](input_optimization.md).
#
# ## Try this
#
# - Your own photo: `course show contrastive --image my_dog.jpg --class "golden retriever"`. Is the
#   network wrong about it, and what spoke for the error?
# - Contrast the first class with the second instead of the right one, on a photo that the network
#   gets right. What made the difference?
# - Take the difference of the gradients first and the absolute value afterwards. What does a large
#   value mean then, and why can it not say for which of the two classes it speaks?
# - Replace Grad-CAM's ReLU by nothing. Is it then linear in the logit? Does the margin gain more?
# - Give integrated gradients the blurred picture as its baseline. What becomes of the dark cloth?
#
# ## Read more
#
# Each method has its paper; @sundararajan2017 is the one that says what it wants before it says
# what it does. @prabhushankar2020 draw contrastive maps in another way, with one gradient.
# @petsiuk2018 introduce the deletion curve.
#
# {{ references adebayo2018 efron1979 petsiuk2018 prabhushankar2020 selvaraju2017 shrikumar2016
# smilkov2017 sundararajan2017 zeiler2014 }}
