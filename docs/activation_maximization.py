# %% [markdown]
# # 1.2 Activation maximization: what would the network like to see?
#
# [The map of the last chapter](saliency.md) explains one photo. Now turn the question round: leave
# the network as it is and change the *image*, again and again, a little uphill, until the network
# is as sure as it can be. What comes out should show what the network has learned an espresso to
# be. It does not look as you expect.

# %% tags=["fold"]
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import (
    PHOTOS,
    class_index_of,
    load_model,
    load_photo,
    load_photos,
    probabilities,
    show_images,
)
from docs.machinery.figures import computed, show, table, write
from solutions.activation_maximization import (
    ascent_step,
    maximize_class,
    maximize_class_sigmoid,
    random_start,
)
from solutions.feature_visualization import total_variation
from solutions.saliency import gradient_saliency, select_output

# %%
model = load_model()
espresso = class_index_of("espresso")
cat, coffee = load_photo("chelsea")[None], load_photo("coffee")[None]

# %% [markdown]
# ## What is asked
#
# Among all images $x$ whose values lie in $[0, 1]$, look for one with the largest logit of a
# class $c$:
#
# $$ x^\star = \arg\max_{x \in [0, 1]^{H \times W \times C}} z_c(x) . $$
#
# Nobody can solve this exactly. But the gradient of the last chapter says which way is up, so
# climb: **gradient ascent** in the space of images [@erhan2009]. Training a network uses the same
# gradient with other roles: there the images are fixed and the weights move, here the weights are
# fixed and the image moves. @simonyan2013 were the first to climb the classes of a large network.
#
# ## Choose a start { #activation_maximization.random_start }
#
# Ascent finds *a* hill near its start, not the highest one. Noise is the start that suggests
# nothing. A seed makes it the same noise every time.
#
# {{ task activation_maximization.random_start }}

# %%
noise = random_start((2, 224, 224, 3), seed=0)

# %% [markdown]
# ## Take a step { #activation_maximization.ascent_step }
#
# One step goes in the direction of the gradient; then whatever has left $[0, 1]$ is put back on
# its border:
#
# $$ x \;\leftarrow\; \operatorname{clip}\bigl(x + \eta \, \nabla_x z_c(x),\; 0,\; 1\bigr) . $$
#
# Clipping is not a detail. Without it the "image" soon holds values that no camera can take and
# no screen can show, and the logit of such a thing means nothing. The clipped step is *projected*
# gradient ascent: up, and then to the nearest point that is allowed.
#
# {{ task activation_maximization.ascent_step }}

# %%
stepped = ascent_step(model, cat, espresso, step_size=0.5)
before, after = (float(select_output(model, x, espresso)[0]) for x in (cat, stepped))

# %% tags=["hide"]
write(
    f"One step away from the photo of a cat, the logit of espresso has gone from {before:.1f} to "
    f"{after:.1f}, and no value has changed by more than "
    f"{np.abs(np.asarray(stepped) - cat).max():.2f}."
)
assert after > before

# %% [markdown]
# ## Climb { #activation_maximization.maximize_class }
#
# Many steps, and a record of the way. The record matters: from a curve of scores you see whether
# the ascent is still climbing, has arrived, or jumps to and fro because its steps are too long.
#
# {{ task activation_maximization.maximize_class }}
#
# Four starts climb side by side: two images of noise, a cat, and a photo that is an espresso
# already. The ascent is run in pieces, to keep images from the way; some of them are shown.

# %%
starts = np.concatenate([noise, cat, coffee])
start_names = ["noise", "other noise", "cat", "coffee"]
milestones = (0, 4, 8, 12, 16, 20, 24, 96)
shown = [0, 1, 4, 7]


def climb(ascend, start, step_size, output="logit"):
    """Ascend to every milestone; keep the images there, and all scores."""
    images, scores = [start], []
    for begin, end in pairwise(milestones):
        reached = ascend(model, images[-1], espresso, end - begin, step_size, output)
        images.append(np.asarray(reached.images))
        scores.append(np.asarray(reached.scores)[bool(scores) :])
    return np.array(images), np.concatenate(scores)


way, scores = climb(maximize_class, starts, step_size=0.5)

# %% tags=["fold"]
titles = [
    f"{name}, {milestones[k]} steps: {round(scores[milestones[k], i])}"
    for i, name in enumerate(start_names)
    for k in shown
]
show(
    show_images(np.moveaxis(way[shown], 0, 1).reshape(-1, 224, 224, 3), titles, columns=4),
    "Four rows of images that become more and more patterned. In those from noise, faint rings; in "
    "the cat, ring-shaped patterns on eyes and cheeks; the coffee gets a coloured grain.",
    "Towards espresso from four starts. The number is the logit.",
)

# %% [markdown]
# ## Climb without a fence { #activation_maximization.maximize_class_sigmoid }
#
# There is another way to stay inside $[0, 1]$: write the image as $x = \sigma(z)$ with $\sigma(z)
# = 1 / (1 + e^{-z})$, and climb in $z$, which may be any number. By the chain rule
#
# $$ \frac{\partial z_c}{\partial z} = \frac{\partial z_c}{\partial x} \cdot x (1 - x), $$
#
# so a pixel near black or white moves slowly in $z$, and by the same factor once more in $x$.
#
# {{ task activation_maximization.maximize_class_sigmoid }}

# %%
# At mid-grey, x (1 − x) = 1/4, twice: a step of 16 · 0.5 is there as long as one of 0.5 in x.
sigmoid_way, sigmoid_scores = climb(maximize_class_sigmoid, starts[[0, 2]], step_size=16 * 0.5)

# %% [markdown]
# ## Questions
#
# {{ guess "What does a blur of one pixel leave of the optimum's logit, in per cent?" }}
#
# ??? question "Is the optimal input natural?"
#
#     No, although the network is sure of it. Compare the photo of an espresso with what came out
#     of the ascent. "Roughness" is the total variation divided by the number of values. Then each
#     image is changed in ways that no person would mind.

# %% tags=["answer", "fold"]
candidates = {
    "photo of an espresso": coffee[0],
    "from noise": way[-1, 0],
    "from the cat": way[-1, 2],
    "from the photo": way[-1, 3],
}
images = np.stack(list(candidates.values()))
changed = {
    "as it is": images,
    "blurred by 1 pixel": gaussian_filter(images, 1, axes=(1, 2)),
    "shifted by 8 pixels": np.roll(images, (8, 8), axis=(1, 2)),
}
logits = {w: np.asarray(select_output(model, x, espresso)) for w, x in changed.items()}
roughness = np.asarray(total_variation(images)) / images[0].size
show(
    show_images(images[:, 84:140, 84:140], list(candidates), columns=4),
    "Four enlarged details. The photo is smooth; the others have speckles of strong colours that "
    "change from pixel to pixel.",
    "The middle of each image, 56 pixels wide, enlarged.",
)
table(
    ["Image", "roughness", *(f"logit {w}" for w in changed)],
    [
        (name, f"{roughness[i]:.2f}", *(f"{logits[w][i]:.1f}" for w in changed))
        for i, name in enumerate(candidates)
    ],
)
photos = load_photos(PHOTOS)
highest = float(np.max(model(photos, training=False)))
write(
    f"The highest logit of any class on any of the {len(photos)} bundled photos is {highest:.1f}; "
    f"the ascent from noise reached {scores[-1, 0]:.1f}. A blur of one pixel, which a person "
    f"hardly notices, takes the photo from {logits['as it is'][0]:.1f} to "
    f"{logits['blurred by 1 pixel'][0]:.1f}, and the optimum from {logits['as it is'][1]:.1f} to "
    f"{logits['blurred by 1 pixel'][1]:.1f}."
)
computed(f"{logits['blurred by 1 pixel'][1] / logits['as it is'][1]:.0%}")
assert scores[-1, 0] > highest
assert logits["blurred by 1 pixel"][1] < 0.2 * logits["as it is"][1]
assert logits["blurred by 1 pixel"][0] > 0.4 * logits["as it is"][0]

# %% [markdown] tags=["answer"]
# The optimum lives on fine patterns between neighbouring pixels. The network has only ever seen
# photos, where neighbours resemble each other; nothing in its training told it what to answer
# outside of that. The ascent walks straight out of the world of photos, because there the logit can
# rise without limit. So it is *not* true that the network "imagines" an espresso like this. It is
# true that the network cannot tell this from an espresso: the same finding as adversarial examples
# [@szegedy2013] and images that mean nothing to anyone but a network [@nguyen2015].

# %% [markdown]
# ??? question "What do many steps do?"
#
#     Three curves tell: the score, the share of values that have run into black or white, and the
#     roughness.

# %% tags=["answer", "fold"]
at_border = np.mean((way <= 0) | (way >= 1), axis=(2, 3, 4))
rough = np.array([np.asarray(total_variation(x)) / x[0].size for x in way])
figure = Figure(figsize=(8.8, 3), layout="constrained")
for axes, (label, x, curves) in zip(
    figure.subplots(1, 3),
    (
        ("logit", np.arange(len(scores)), scores),
        ("share of values at 0 or 1", milestones, at_border),
        ("roughness", milestones, rough),
    ),
    strict=True,
):
    axes.plot(x, curves, label=start_names)
    axes.set(xlabel="step", title=label, ylim=(min(0, curves.min()), None))
axes.legend()
show(
    figure,
    "Three plots over 96 steps. The logits rise steeply and then more slowly, in zigzags; the "
    "share of clipped values stays small; what began as photos becomes rougher and rougher.",
    "What happens on the way.",
)
drops = np.mean(np.diff(scores, axis=0) < 0)
early = scores[16].mean() - scores[0].mean()
late = scores[96].mean() - scores[80].mean()
write(
    f"The first 16 steps gain {early:.1f} on average, the last 16 only {late:.1f}. {drops:.0%} of "
    "all steps go *down*: a slope holds only in a tiny neighbourhood, as chapter 1.1 measured. "
    f"Few values run into black or white, at most {at_border.max():.1%}, and in the photo of the "
    f"coffee many of them come back. The photo of the cat ends {rough[-1, 2] / rough[0, 2]:.0f} "
    "times as rough as it was."
)
assert at_border[-1, 3] < 0.9 * at_border[:, 3].max() < 0.1
assert late < early
assert rough[-1, 2] > 2 * rough[0, 2]

# %% [markdown] tags=["answer"]
# The probability says little about all this: it is close to 1 long before the end, and the logit
# rises on. More steps make the number larger, not the picture better. What the step size does can
# be tried: too short, and nothing happens in the time; too long, and every step overshoots.

# %% tags=["answer", "fold"]
sizes = (0.02, 0.1, 0.5, 2.5, 12.5)
runs = [np.asarray(maximize_class(model, noise[:1], espresso, 32, s).scores)[:, 0] for s in sizes]
figure = Figure(figsize=(5.4, 3.2), layout="constrained")
axes = figure.subplots()
axes.plot(np.transpose(runs), label=[f"step size {s:g}" for s in sizes])
axes.set(xlabel="step", ylabel="logit of espresso")
axes.legend()
show(
    figure,
    "Five curves from the same noise. The shortest steps rise slowly and evenly, the longest ones "
    "zigzag and end lower than the middle ones.",
    "The same start, five step sizes.",
)
assert max(run[-1] for run in runs) not in (runs[0][-1], runs[-1][-1])

# %% [markdown]
# ??? question "Start from noise or from a photo?"
#
#     It depends on what you want to know.

# %% tags=["answer", "fold"]
moved = way[-1] - way[0]
length = np.sqrt(np.mean(np.square(moved), axis=(1, 2, 3)))


def correlation(a, b):
    return float(np.corrcoef(np.ravel(a), np.ravel(b))[0, 1])


table(
    ["Start", "logit before", "logit after", "distance moved", "correlation with the start"],
    [
        (
            name,
            f"{scores[0, i]:.1f}",
            f"{scores[-1, i]:.1f}",
            f"{length[i]:.3f}",
            f"{correlation(way[0, i], way[-1, i]):.2f}",
        )
        for i, name in enumerate(start_names)
    ],
)
show(
    show_images(np.clip(0.5 + 2 * moved, 0, 1), [f"change, from {name}" for name in start_names]),
    "Four grey images with coloured patterns: what the ascent added to each start.",
    "What the ascent has added, amplified by two, on grey.",
)
alike = correlation(moved[0], moved[1])
sure = float(np.min(select_output(model, way[-1], espresso, "softmax")))
write(
    f"To the network all four ends are an espresso (the least sure of them with a probability of "
    f"{sure:.4f}), and all four are still mostly their start: the distance is the root mean square "
    "over all values, of a range of 1. What was added differs from start to start. Between the two "
    "images of noise, the changes "
    f"correlate with {alike:.2f}."
)
assert abs(alike) < 0.3
assert sure > 0.999
assert min(correlation(a, b) for a, b in zip(way[0], way[-1], strict=True)) > 0.5

# %% [markdown] tags=["answer"]
# There is not *one* optimal image but a sea of them, and the start decides in which part of it
# you end. **Noise** is the start for "what does this class look like to the network?", for it
# puts no answer into its mouth. Even so, much of the result is still that noise. A **photo** is
# the start for "what would have to be added here?": in the cat you can watch the ascent use what
# is there and turn it into cups and rims. Chapter 2.3 makes a question of its own from that.

# %% [markdown]
# ??? question "Clipping or sigmoid?"
#
#     Both keep the image valid. They differ at the border.

# %% tags=["answer", "fold"]
figure = Figure(figsize=(8.8, 3), layout="constrained")
left, right = figure.subplots(1, 2)
for i, (name, column) in enumerate((("noise", 0), ("cat", 2))):
    left.plot(scores[:, column], color=f"C{i}", label=f"{name}, clipping")
    left.plot(sigmoid_scores[:, i], "--", color=f"C{i}", label=f"{name}, sigmoid")
left.set(xlabel="step", ylabel="logit of espresso")
left.legend()
x = np.linspace(0, 1, 200)
right.plot(x, (4 * x * (1 - x)) ** 2)
right.set(xlabel="value x of a pixel", title="speed with sigmoid, relative to mid-grey")
show(
    figure,
    "Left: score curves of clipping and sigmoid for two starts, of similar height. Right: a bell "
    "shaped curve, zero at black and at white.",
    "Left: the way up. Right: how fast a value can move, (4 x (1 − x))².",
)

# %% tags=["answer", "fold"]
border = [np.mean((w[-1] <= 0) | (w[-1] >= 1)) for w in (way[:, [0, 2]], sigmoid_way)]
near = [np.mean(np.abs(w[-1] - 0.5) > 0.49) for w in (way[:, [0, 2]], sigmoid_way)]
table(
    [
        "",
        "values at 0 or 1",
        "values within 0.01 of them",
        "logit from noise",
        "logit from the cat",
    ],
    [
        (name, f"{b:.2%}", f"{n:.2%}", f"{s[0]:.1f}", f"{s[1]:.1f}")
        for name, b, n, s in zip(
            ("clipping", "sigmoid"),
            border,
            near,
            (scores[-1, [0, 2]], sigmoid_scores[-1]),
            strict=True,
        )
    ],
)
speed = (4 * 1e-3 * (1 - 1e-3)) ** 2
write(
    f"With the sigmoid no value ever reaches the border. But one that is near it is stuck: at "
    f"x = 0.001 it moves {1 / speed:,.0f} times more slowly than at mid-grey. Clipped values can "
    "leave the border in the very next step."
)
assert border[1] == 0
assert border[0] > 0

# %% [markdown] tags=["answer"]
# The sigmoid is smooth, has no kink that an optimizer with momentum would stumble over, and
# pushes less into the extremes. It cannot start from pure black or white (the start is pulled to
# 0.001 from them), and its step size means something else. Clipping is simpler, and shows by the
# share of clipped values when a step is too long. What the picture looks like depends on neither:
# both ends are equally unnatural.

# %% [markdown]
# ??? question "Logit or softmax: where does the softmax stall, and why?"
#
#     At both ends. From chapter 1.1, the gradient of the probability carries the factor $p (1 -
#     p)$. Here are lengths of both gradients, measured on the way that the ascent on the logit
#     took from noise:

# %% tags=["answer", "fold"]
rows, softmax_lengths = [], []
for step, image in zip(milestones, way[:, 0], strict=True):
    seen = probabilities(model, image[None])[0]
    p, rest = seen[espresso], np.delete(seen, espresso).sum()  # 1 − p would be rounded
    lengths = [
        float(np.linalg.norm(gradient_saliency(model, image[None], espresso, output)))
        for output in ("logit", "softmax")
    ]
    softmax_lengths.append(lengths[1])
    rows.append((step, f"{p:.2g}", f"{p * rest:.1g}", f"{lengths[0]:.3g}", f"{lengths[1]:.2g}"))
table(["Step", "p", "p (1 − p)", "logit gradient", "softmax gradient"], rows)
assert max(softmax_lengths) > 200 * max(softmax_lengths[0], softmax_lengths[-1])

# %% [markdown] tags=["answer"]
# The logit's gradient has about the same length all the way. The softmax's is about a thousand
# times shorter than its largest **at the start**, where the class is unlikely: the ascent cannot
# get going. It is of use in between. And it dies again **at the end**, where $p$ is nearly 1:
# there is nothing left to gain, though the logit could still rise. So, with the same step size as
# before:

# %% tags=["answer", "fold"]
softmax_way, softmax_scores = climb(maximize_class, starts[[0, 2]], 0.5, "softmax")
longer = {
    s: np.asarray(maximize_class(model, noise[:1], espresso, 32, s, "softmax").scores)[:, 0]
    for s in (5.0, 50.0, 500.0)
}
figure = Figure(figsize=(8.8, 3), layout="constrained")
left, right = figure.subplots(1, 2)
for i, name in enumerate(("noise", "cat")):
    left.plot(softmax_scores[:, i], label=f"from {name}")
left.set(xlabel="step", ylabel="probability of espresso", title="step size 0.5", yscale="log")
left.legend()
for size, curve in longer.items():
    right.plot(curve, label=f"step size {size:g}")
right.set(xlabel="step", title="longer steps, from noise", yscale="log")
right.legend()
show(
    figure,
    "Left: two flat lines far below one. Right: curves that rise for longer steps, and for the "
    "longest jump up and down.",
    "Ascent on the softmax. The axes are logarithmic.",
)
write(
    f"On the softmax, {milestones[-1]} steps from noise take the probability from "
    f"{softmax_scores[0, 0]:.2g} to {softmax_scores[-1, 0]:.2g}. On the logit, as many steps of "
    f"the same size take it to within $10^{{{np.log10(rest):.0f}}}$ of 1. Longer steps help only "
    "as far as they do not overshoot later, where the gradient is long: no one size fits both."
)
assert softmax_scores[-1, 0] < 0.01

# %% [markdown] tags=["answer"]
# There is a second reason to climb the logit. A probability also rises when the *rivals* fall, so
# the softmax may spend its steps on removing what looks like a kite. For "what does this class
# look like?", that is beside the point.

# %% [markdown]
# ## What you know now
#
# You can climb from any start to an image of which the network is surer than it was, and ask of
# such an image what it lives on.

# %% [markdown] tags=["result"]
# The network is surer of it than of any photo in this course. You also know why that is not a
# portrait of an espresso: it lives on differences between neighbouring pixels, a blur that nobody
# minds takes most of it away, and another start gives another image. And you know to climb the
# logit, because the softmax has no slope where it matters.

# %% [markdown]
# What you do not know yet is whether there is a picture behind the noise that a *person* could
# read. That takes telling the ascent what images are like: [1.3 Feature
# visualization](feature_visualization.md).
#
# ## Try this
#
# - `course show activation_maximization --class "tarantula" --image chelsea` runs your own
#   functions. Which classes leave traces that a person recognizes?
# - Divide the gradient by its root mean square before every step (a task of the next chapter).
#   What does that do to the softmax?
# - Start from an image that is grey everywhere. Is it a better or a worse start than noise?
# - Go *down* instead (a negative step size), from the photo of the coffee. What does the network
#   see in the end, and can you?
#
# ## Read more
#
# @erhan2009 is the first of its kind, for networks that are small by now. @nguyen2015 show how sure
# a network can be of patterns in which no person sees anything.
#
# {{ references erhan2009 nguyen2015 simonyan2013 szegedy2013 }}
