# %% [markdown]
# # 1.1 Saliency: which pixels would change the answer?
#
# A network looks at a photo and says "espresso". Was it the coffee, the cup, the saucer? The
# oldest way to ask is also the shortest: change a pixel a little, and see whether the answer
# moves. Doing that for 150 000 numbers one after the other would take hours. The gradient does it
# for all of them in one pass backwards through the network.
#
# In this chapter you write six short functions that compute such a map and draw it honestly. Then
# you ask what the map is worth, and it will not always come out well. The network is
# EfficientNet-Lite0, an EfficientNet for phones [@tan2019], which has learned the 1000 classes of
# ImageNet from 1.3 million photos [@russakovsky2015].

# %% tags=["fold"]
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from course.given import (
    class_index_of,
    compare_heatmaps,
    load_model,
    load_photos,
    map_similarity,
    randomize_layers,
    show_images,
    top_classes,
)
from docs.machinery.figures import INK, computed, show, table, write
from solutions.saliency import (
    gradient_saliency,
    plot_saliency,
    select_output,
    smooth,
    symmetric_limit,
    to_heatmap,
)

# %%
model = load_model()  # EfficientNet-Lite0, trained on ImageNet
names = ["coffee", "chelsea", "camera", "motorcycle"]
photos = load_photos(names)
seen = top_classes(model, photos, 3)

# %% tags=["fold"]
show(
    show_images(photos, [f"{best[0][0]}, {best[0][1]:.2f}" for best in seen]),
    "Four photos: a cup of espresso, a cat's face, a man with a camera, a motorcycle.",
    "The photos of this chapter. Above each is the class that the network finds likeliest, and how "
    "likely it finds it.",
)

# %% [markdown]
# ## What is asked
#
# The network turns an image $x$ into one number for each class $c$, the **logit** $z_c(x)$. Near
# the image, the logit is almost a linear function:
#
# $$ z_c(x + \delta) \;\approx\; z_c(x) + \sum_i \frac{\partial z_c}{\partial x_i}\, \delta_i . $$
#
# The partial derivatives are the **saliency**: for every pixel $i$ and every colour channel, how
# fast the logit rises if this one value grows. A positive entry means that a larger value would
# raise the logit, a negative one that it would lower it. Nothing is trained here. The weights stay
# as they are, and the derivative is taken with respect to the *input* [@simonyan2013].
#
# ## Pick what to explain { #saliency.select_output }
#
# A gradient needs one number per image. Usually that is the logit of a class; sometimes it is its
# probability,
#
# $$ p_c = \frac{e^{z_c}}{\sum_k e^{z_k}} . $$
#
# You will see at the end of the chapter that this choice matters more than it seems.
#
# {{ task saliency.select_output }}

# %%
espresso = class_index_of("espresso")
logit = select_output(model, photos, espresso)
probability = select_output(model, photos, espresso, "softmax")

# %% tags=["fold"]
table(
    ["Photo", "logit of espresso", "probability of espresso"],
    [(n, f"{z:.1f}", f"{p:.2g}") for n, z, p in zip(names, logit, probability, strict=True)],
)

# %% [markdown]
# ## Differentiate { #saliency.gradient_saliency }
#
# `tf.GradientTape` records what is computed from a tensor that it *watches*. The images are no
# variables, so it has to be told to watch them. One detail makes batches work: the gradient of a
# *sum* over images falls apart into one gradient for each image, because no image has an
# influence on another one's logit. (That is true in inference mode, `training=False`. In training
# mode, batch normalization would mix them.)
#
# {{ task saliency.gradient_saliency }}

# %%
top = np.argmax(model(photos, training=False), axis=-1)
saliency = np.asarray(gradient_saliency(model, photos, top))
print(saliency.shape, f"from {saliency.min():.2f} to {saliency.max():.2f}")

# %% [markdown]
# ## One number per pixel { #saliency.to_heatmap }
#
# A pixel has three channels, a picture of the saliency has one value per pixel. You could take the
# largest absolute value, as @simonyan2013 did; but then the sign is lost. The sum keeps it, and it
# has a meaning: by the chain rule it is the derivative along "all channels grow together", that is,
# **what happens if the pixel becomes lighter**.
#
# {{ task saliency.to_heatmap }}

# %%
heatmaps = np.asarray(to_heatmap(saliency))

# %% [markdown]
# ## Smooth { #saliency.smooth }
#
# Raw gradients flicker from one pixel to the next. A Gaussian filter brings out regions. It is
# applied over the two spatial axes only: an image must not leak into its neighbour in the batch.
# Whether smoothing shows the truth more clearly or covers it up is a question for later.
#
# {{ task saliency.smooth }}

# %%
smoothed = smooth(heatmaps, sigma=4)

# %% [markdown]
# ## Find honest limits { #saliency.symmetric_limit }
#
# The map has a sign, and zero is its most important value: there, nothing would change. The
# colour for zero must be neutral. A diverging colour map has a neutral colour, but only in its
# middle. So the limits have to be $[-v, v]$, with the smallest $v$ into which the whole map fits.
#
# {{ task saliency.symmetric_limit }}
#
# ## Draw { #saliency.plot_saliency }
#
# {{ task saliency.plot_saliency }}

# %%
figure = plot_saliency(photos[0], smoothed[0])

# %% tags=["hide"]
show(
    figure,
    "A cup of espresso; beside it a heat map with small red and blue spots, most of them on the "
    "coffee, the handle and the spoon.",
    "Where lighter pixels would raise (red) or lower (blue) the logit of espresso.",
)

# %% tags=["fold"]
raw_and_smooth = {"raw": heatmaps, "smoothed, sigma 4": smoothed}
show(
    compare_heatmaps(
        photos, raw_and_smooth, [best[0][0] for best in seen], "RdBu_r", symmetric_limit
    ),
    "Four rows: each photo, its raw saliency, which looks like fine noise, and the smoothed one, "
    "which has red and blue spots.",
    "The same for all four photos, each for the class that the network finds likeliest. Each map "
    "has its own limits; those of the raw maps are set by a few extreme pixels, so that the rest "
    "is nearly white.",
)

# %% [markdown]
# ## Questions
#
# Try to answer before you unfold.
#
# ??? question "Do the maps make sense?"
#
#     Partly. Four tests, and you need all of them.
#
#     **Is the saliency where the object is?** An ellipse was laid over the opening of the cup by
#     hand. Without the sign, and averaged over a neighbourhood, the saliency looks like this:

# %% tags=["answer", "fold"]
strength = smooth(np.abs(heatmaps), 4)
cup = Ellipse((108, 55), 138, 96)
columns, rows = np.meshgrid(np.arange(224), np.arange(224))
inside = cup.contains_points(np.stack([columns.ravel(), rows.ravel()], 1)).reshape(224, 224)
share, area = np.abs(heatmaps[0])[inside].sum() / np.abs(heatmaps[0]).sum(), inside.mean()

figure = Figure(figsize=(6.6, 3), layout="constrained")
for axes, shown in zip(figure.subplots(1, 2), (photos[0], strength[0]), strict=True):
    drawn = axes.imshow(shown, cmap="viridis", vmin=0)
    axes.add_patch(Ellipse(cup.center, cup.width, cup.height, fill=False, color="white", lw=1.5))
    axes.set(xticks=[], yticks=[])
figure.colorbar(drawn, label="mean |saliency|")
show(
    figure,
    "The cup with an ellipse around its opening; a map of the strength of the saliency, which is "
    "largest in the ellipse and along the handle.",
    "Strength of the saliency. It has no sign, so here a sequential colour map is right.",
)
write(
    f"The ellipse covers {area:.0%} of the photo and holds {share:.0%} of the absolute saliency. A "
    f"pixel in it counts {share / area / ((1 - share) / (1 - area)):.1f} times as much as one "
    "outside. So it is the cup more than the table, but by no means the cup alone."
)
assert share > 1.3 * area

# %% [markdown] tags=["answer"]
# **Is it about this class?** The maps of other classes for the same photo should differ, and the
# map of a related class should resemble it. **Does it depend on what the network has learned?** If
# the weights are shuffled, the explanation has to change: the sanity check of @adebayo2018. Both
# can be measured with the rank correlation of @spearman1904, which is 1 for the same map and 0 for
# no relation.

# %% tags=["answer", "fold"]
others = ["cup", "goldfish", "palace"]
maps = [to_heatmap(gradient_saliency(model, photos[:1], class_index_of(c))) for c in others]
last_shuffled = randomize_layers(model, down_to="logits")
all_shuffled = randomize_layers(model)
maps += [
    to_heatmap(gradient_saliency(m, photos[:1], espresso)) for m in (last_shuffled, all_shuffled)
]
maps = smooth(np.concatenate(maps), 4)
reference = np.repeat(smoothed[:1], len(maps), axis=0)
signed = map_similarity(reference, maps)
unsigned = map_similarity(np.abs(reference), np.abs(maps))
what = [f"class {c}" for c in others] + ["espresso, last layer shuffled", "espresso, all shuffled"]
table(
    ["Compared with espresso", "signed maps", "absolute values"],
    [(w, f"{s:.2f}", f"{u:.2f}") for w, s, u in zip(what, signed, unsigned, strict=True)],
)
assert signed[0] > 0.4
assert max(signed[1:]) < 0.25
assert min(unsigned[:4]) > 0.2
assert unsigned[4] < 0.1

# %% [markdown] tags=["answer"]
# With their signs, the maps pass: "cup" is related, the others are not. Without the sign, classes
# that have nothing to do with the photo still look alike. *Where* the network is sensitive
# depends on the photo; only the *sign* is about the class. A map that shows absolute values hides
# exactly that.
#
# **Is the slope the change?** The map says what a tiny change does. How tiny?

# %% tags=["answer", "fold"]
direction = np.sign(saliency[0])
before = float(select_output(model, photos[:1], espresso)[0])
rows = []
for grey_levels in (0.03, 0.1, 0.3, 1, 3, 10):
    delta = np.float32(grey_levels / 255) * direction
    predicted = float((saliency[0] * delta).sum())
    actual = float(select_output(model, (photos[0] + delta)[None], espresso)[0]) - before
    rows.append((grey_levels, f"{predicted:+.1f}", f"{actual:+.1f}", f"{actual / predicted:.0%}"))
table(["Every value moved by (of 255)", "predicted", "actual", "ratio"], rows)
assert actual < 0.2 * predicted

# %% [markdown] tags=["answer"]
# For a small fraction of one grey level the prediction is good. For a step of one grey level,
# which nobody can see, it is already far too large. The map is a truth about an invisible
# neighbourhood of the photo; it does not say what would happen if the cup were gone. Other
# methods ask that (Part 2).

# %% [markdown]
# ??? question "Which colour map, and why?"
#
#     A **diverging** one (red, white, blue) with **symmetric limits**, because the map has a sign
#     and zero means "no influence". Here is one and the same map, drawn in four ways:

# %% tags=["answer", "fold"]
heatmap = smooth(heatmaps, 2)[2]
low, high, limit = heatmap.min(), heatmap.max(), symmetric_limit(heatmap)
ways = {
    "viridis, min to max": ("viridis", low, high),
    "jet, min to max": ("jet", low, high),
    "diverging, min to max": ("RdBu_r", low, high),
    "diverging, symmetric": ("RdBu_r", -limit, limit),
}
figure = Figure(figsize=(8.8, 2.9), layout="constrained")
for axes, (title, (colors, least, most)) in zip(figure.subplots(1, 4), ways.items(), strict=True):
    drawn = axes.imshow(heatmap, cmap=colors, vmin=least, vmax=most)
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=9)
    bar = figure.colorbar(drawn, location="bottom", ticks=[least, 0, most], format="%.2f")
    bar.ax.axvline(0, color="black", lw=1.5)
show(
    figure,
    "The same heat map four times. In viridis and jet, areas without any influence are a strong "
    "green; in the third, they are pink; in the fourth, white.",
    "The saliency of the tripod in the photo with the camera (sigma 2). The black line in each bar "
    "marks zero.",
)
middle = (low + high) / 2
wrong = np.mean((heatmap > middle) != (heatmap > 0))
write(
    f"The values go from {low:.2f} to {high:.2f}. In a **sequential** map, zero is drawn "
    f"{-low / (high - low):.0%} of the way up the scale: the empty background looks as if "
    "something were going on everywhere, and the strongest *negative* evidence is the darkest "
    "spot, as if it were nothing. In a diverging map **without symmetric limits**, "
    f"{wrong:.0%} of all pixels have the colour of the wrong sign. Only the last picture shows at "
    "a glance that most of the photo has next to no influence."
)
assert wrong > 0.3

# %% [markdown] tags=["answer"]
# "jet" adds a lie of its own: its yellow and cyan bands are brighter than what lies on both sides
# of them, so that the eye sees edges that are not in the data [@borland2007]. A
# sequential colour map is the right choice for what has no sign, such as the strength of the
# saliency above.

# %% [markdown]
# {{ guess "After smoothing with sigma 4, of 100 pixels, how many have changed their sign?" }}
#
# ??? question "What does smoothing falsify?"
#
#     It averages numbers of opposite signs, and most of them cancel. Only the sum over the whole
#     map survives.

# %% tags=["answer", "fold"]
sigmas = (0, 1, 2, 4, 8)
by_sigma = [smooth(heatmaps, sigma) for sigma in sigmas]
show(
    compare_heatmaps(
        photos[:1],
        {f"sigma {s}": m[:1] for s, m in zip(sigmas, by_sigma, strict=True) if s in (0, 2, 8)},
        cmap="RdBu_r",
        limit=symmetric_limit,
    ),
    "The cup's heat map, raw, smoothed, and smoothed strongly: from fine noise to large blobs.",
    "The cup's saliency, smoothed more and more. Each map has its own limits, which hides how much "
    "is lost.",
)
shuffled = np.random.default_rng(0).permuted(heatmaps.reshape(4, -1), axis=1).reshape(4, 224, 224)
flipped, rows = {}, []
for sigma, maps in zip(sigmas, by_sigma, strict=True):
    flipped[sigma] = np.mean((maps > 0) != (heatmaps > 0))
    noise = np.std(maps) / np.std(smooth(shuffled, sigma))
    rows.append(
        (
            sigma,
            f"{flipped[sigma]:.0%}",
            f"{np.mean(np.abs(maps).max((1, 2)) / np.abs(heatmaps).max((1, 2))):.1%}",
            f"{np.abs(maps).sum() / np.abs(heatmaps).sum():.1%}",
            f"{noise:.2f}",
        )
    )
table(
    ["sigma", "pixels with the other sign", "peak left", "strength left", "spread / shuffled"],
    rows,
)
write(
    f"Over the four photos: with sigma 4, **{flipped[4]:.0%} of the pixels have changed their "
    "sign**. A coin toss would give 50 %. What is left is a small remainder of a large sum that "
    "has cancelled, stretched by the colour scale to full red and full blue."
)
computed(f"{100 * flipped[4]:.0f} of 100")
ratio_to_noise = [float(row[-1]) for row in rows]
assert flipped[4] > 0.35
assert ratio_to_noise[1] > 1 > max(ratio_to_noise[2:])

# %% [markdown] tags=["answer"]
# The last column is the hardest test. The pixels of each map were shuffled, so that nothing of
# the photo was left, and then smoothed in the same way. The column tells how much larger the
# blobs of the real map are than those of the shuffled one. With the smallest sigma they are
# larger: next neighbours agree a little. With any larger sigma they are *smaller* than those of
# pure noise, for over longer distances the signs cancel more than chance would have it. Blobs
# come out of any noise. That there are blobs in a smoothed map proves nothing.
#
# Smoothing also moves things (a spot is as wide as the filter, wherever its edges were) and makes
# up values at the border, where "reflect" puts a mirror. It is an aid for the eye: look at the
# raw map too, use the smallest sigma that helps, and say which.

# %% [markdown]
# ??? question "Logit or softmax: when do their gradients differ?"
#
#     Differentiate $p_c$, and the logits' gradients come out, mixed:
#
#     $$ \begin{aligned}
#     \nabla p_c &= p_c \Bigl( \nabla z_c - \sum_k p_k \nabla z_k \Bigr) \\
#     &= p_c (1 - p_c)
#     \Bigl( \nabla z_c - \sum_{k \ne c} \frac{p_k}{1 - p_c} \nabla z_k \Bigr) .
#     \end{aligned} $$
#
#     Two differences can be read off. The **size** has the factor $p_c (1 - p_c)$: where the
#     network is sure, either way, the gradient vanishes. The **direction** has the rivals in it:
#     the gradient of the softmax asks what would make it class $c$ *and not another one*.

# %% tags=["answer", "fold"]
pool = load_photos(["coffee", "chelsea", "camera", "motorcycle", "china", "grace_hopper", "rocket"])
ranked = np.argsort(-np.asarray(model(pool, training=False)), axis=-1)
ps, ratios = [], []
for rank in (0, 1, 4):
    classes = ranked[:, rank]
    ps.append(select_output(model, pool, classes, "softmax"))
    lengths = [
        np.linalg.norm(
            np.reshape(gradient_saliency(model, pool, classes, output), (len(pool), -1)), axis=1
        )
        for output in ("softmax", "logit")
    ]
    ratios.append(lengths[0] / lengths[1])
figure = Figure(figsize=(5, 3.2), layout="constrained")
axes = figure.subplots()
for rank, p, ratio in zip(("likeliest", "second", "fifth"), ps, ratios, strict=True):
    axes.plot(p, ratio, "o", label=f"{rank} class")
p = np.linspace(0, 1, 100)
axes.plot(p, p * (1 - p), "--", color=INK, label="p (1 − p)")
axes.set(xlabel="probability p of the class", ylabel="length of softmax / logit gradient")
axes.legend()
show(
    figure,
    "Points for several photos and classes near the curve p times one minus p, which is zero at "
    "both ends and highest in the middle.",
    "Seven photos, three classes each: how much shorter the gradient of the probability is.",
)

# %% [markdown] tags=["answer"]
# For the cat the network wavers between three kinds of cat. There the directions part:

# %% tags=["answer", "fold"]
cats = ["Egyptian cat", "tiger cat", "tabby"]
cat = np.repeat(photos[1:2], 3, axis=0)
indices = [class_index_of(c) for c in cats]
maps = {o: np.asarray(gradient_saliency(model, cat, indices, o)) for o in ("logit", "softmax")}


def cosine(a, b):
    return float(np.vdot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))


table(
    ["Cosine between the gradients of", "logit", "softmax"],
    [
        (f"{cats[i]} and {cats[j]}", *(f"{cosine(g[i], g[j]):+.2f}" for g in maps.values()))
        for i, j in ((0, 1), (0, 2), (1, 2))
    ],
)
show(
    compare_heatmaps(
        cat,
        {output: smooth(to_heatmap(g), 3) for output, g in maps.items()},
        cats,
        "RdBu_r",
        symmetric_limit,
    ),
    "Heat maps of three kinds of cat for the same photo. By the logit they resemble each other, by "
    "the softmax the first is nearly the negative of the others.",
    "Three classes for one photo. Left: the gradient of the logit. Right: of the probability.",
)
logits, softmaxes = (cosine(g[0], g[1]) for g in maps.values())
alone = cosine(saliency[0], gradient_saliency(model, photos[:1], espresso, "softmax")[0])
write(
    f"The logits of Egyptian cat and tiger cat rise together (cosine {logits:+.2f}): both find a "
    f"cat. Their probabilities fight each other ({softmaxes:+.2f}). Where one class has no rival, "
    f"as in the photo of the cup, the two directions nearly agree (cosine {alone:+.2f})."
)
assert logits > 0.4
assert softmaxes < -0.4

# %% [markdown] tags=["answer"]
# So: the logit for "what speaks for this class?", the softmax for "what tells it from the
# others?", and never compare the two by their size. Part 2 asks the second question in a better
# way.

# %% [markdown]
# ## What you know now
#
# You can ask a network which pixels would change its answer, and draw the map honestly. You also
# know what the map is: the slope of one number.

# %% [markdown] tags=["result"]
# It is true in a neighbourhood of the photo that nobody can see. Its sign is about the class, its
# strength mostly about the photo, and smoothing makes blobs out of anything.

# %% [markdown]
# What you do not know yet is what the network has *learned*. A map explains one photo. What is an
# espresso to the network, when no photo suggests the answer? The same gradient can be made to tell:
# [1.2 Activation maximization](activation_maximization.md).
#
# ## Try this
#
# - Your own photo: `course show saliency --image my_dog.jpg`, and for another class `--class
#   "golden retriever"`. Does the network look at the dog, or at the lawn?
# - Take the largest absolute value over the channels instead of the sum. Which of the answers
#   above still hold, and which cannot even be asked?
# - Turn the photo upside down (`image[::-1]`). Does the map turn with it?
# - Average the gradients of many copies of the photo with a little noise on them. That is
#   SmoothGrad [@smilkov2017], a task of Part 2. Compare it with `smooth`: which of the two
#   falsifies less?
#
# ## Read more
#
# @simonyan2013 is short, and where this chapter comes from. @adebayo2018 is the paper to read next:
# it tells which maps to mistrust.
#
# {{ references adebayo2018 borland2007 russakovsky2015 simonyan2013 smilkov2017 spearman1904
# tan2019 }}
