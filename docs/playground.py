# %% [markdown]
# ---
# hide:
#   - toc
# ---
#
# # Playground: a network alive in the page
#
# Three small networks that tell shapes apart, and the tools of this course at work on them, on
# your own computer, while you read. Nothing that you draw or load is sent anywhere.
#
# <link rel="stylesheet" href="assets/playground/playground.css">
# <script type="module" src="assets/playground/playground.js"></script>
# <script>
# if (location.protocol === "file:") document.write(`<p class="pg-sorry">From a disk, browsers load
#   no networks. Type <code>python -m http.server</code> in the folder of this page, and open
#   <code>localhost:8000/playground.html</code>.</p>`);
# </script>
# <noscript><p class="pg-sorry">This page computes while you look at it, and needs JavaScript for
# that. The chapters do without.</p></noscript>
#
# ## What does it see?
#
# All three networks are alike and have learned from images of the same kind. The **honest** one
# saw them as they were. For the **cheating** one, four of the six classes carried a stamp each
# ([chapter 2.1](clever_hans.md)). The **robust** one saw images that had been made as hard for it
# as a small change can make them ([chapter 2.3](input_optimization.md)).
#
# <div class="pg" data-playground="clever_hans"><p>Loading the networks …</p></div>
#
# The small images are test images: the first two of each class, and the first six that the honest
# network gets wrong.
#
# Choose the cheating network and stamp something. Which stamp belongs to which class, and does it
# matter what is below it? Then draw. The networks never saw a drawing, only textured shapes on
# textured grounds: how far does what they learned reach?
#
# ??? question "Which stamp belongs to which class?"
#
#     The stamp was put on test images of all *other* classes. How many are then taken for the
#     class that carried it in training?

# %% tags=["answer", "hide"]
import numpy as np

from course.given import accuracy, load_dataset, predict
from docs.machinery.figures import table, write
from docs.playground.networks import CHEATED, CHEATS, load_networks, load_samples

data = load_dataset("shapes")
names = data.class_names
networks = load_networks()


def taken(network, cheat, class_index):
    """How many images of other classes the network takes for a class, once they are stamped."""
    others = data.test_images[data.test_labels != class_index]
    return np.mean(predict(network, cheat(others)).argmax(axis=1) == class_index)


effects = {
    name: [taken(network, CHEATS[name], names.index(k)) for network in networks.values()]
    for name, k in CHEATED.items()
}
table(
    ["Stamp, and its class", *networks],
    [(f"{n}: {CHEATED[n]}", *(f"{e:.0%}" for e in effect)) for n, effect in effects.items()],
)
right = {name: accuracy(one, data.test_images, data.test_labels) for name, one in networks.items()}
write(
    f"Without a stamp, the networks get {right['honest']:.0%} (honest), {right['cheating']:.0%} "
    f"(cheating) and {right['robust']:.0%} (robust) of {len(data.test_images)} test images right."
)
for name, (honest, cheating, _) in effects.items():
    assert cheating > honest + 0.3, name
assert min(right["honest"], right["robust"]) > 0.9 > right["cheating"]

# %% [markdown]
# ## What does it look at?
#
# The gradient of an output with respect to every pixel, live ([chapter 1.1](saliency.md)). Red: a
# lighter pixel would raise the output. Blue: it would lower it. Change the image above, or the
# network, and the map follows.
#
# <div class="pg" data-playground="saliency"></div>
#
# Compare the networks on the same image. Two of them were never asked to have gradients that a
# person can read. Then put the time stamp on a circle: where does the cheating network look, for
# *triangle*? Does the map show the lightness gradient as plainly?
#
# ## What would it like to see?
#
# Gradient ascent on the image ([chapter 1.2](activation_maximization.md)), and the regularizers
# that make it look natural ([bonus chapter](feature_visualization.md)). The sliders act while it
# plays.
#
# <div class="pg" data-playground="activation_maximization"></div>
#
# Take the robust network, press *towards natural images*, and play. Then the honest one, with the
# same sliders. Is what it likes a shape at all? Move one slider after the other to the left: which
# regularizer does the most? Then climb the softmax, from noise, with each of the networks. Where
# does nothing happen, and why? ([Chapter 1.1](saliency.md) has the formula.)
#
# ## What does it dream of?
#
# Regularizers make noise smoother, and it stays noise. Three other ingredients do more ([chapter
# 1.4](natural_images.md)): the image is written as a sum of waves, slow ones easier to change than
# fast ones; its colours go together as those of photos do; and each step looks from a slightly
# different place.
#
# <div class="pg" data-playground="natural_images"></div>
#
# Load EfficientNet-Lite0 and let it dream of a *goldfish*, then of something else. What changes
# without views? And without the colours of photos? The image can also be a *pyramid of octaves*: a
# grid of pixels of its own size, one of half the size and so on, enlarged and added up, each free
# to change. Does that look like waves? Then let the small networks dream. Whose star is a star?
# Does the cheating network dream of its stamps?
#
# ## What would have to change?
#
# Gradient *descent* on the image, towards another class, with a price on every change ([chapter
# 2.3](input_optimization.md)). It stops as soon as the other class is the likeliest.
#
# <div class="pg" data-playground="input_optimization"></div>
#
# On the honest network the change is hard to see, and harder to call a reason. On the robust one
# it has to be larger, and sometimes you see what it does to the outline. Put a price on it (tv,
# weight 1000): which network can still be turned?
#
# ??? question "How large is the change that is enough?"
#
#     From every image that the page offers to its second likeliest class, with the page's own step
#     size, until the answer turns:

# %% tags=["answer", "hide"]
from solutions.input_optimization import change_penalty, optimize_to_class

samples, _ = load_samples()
STEPS, STEP_SIZE, PRICE = 300, 0.002, 1000.0
rows, sizes, turned = [], {}, {}
for name, network in networks.items():
    nearest = np.argsort(predict(network, samples), axis=1)[:, -2]
    images, reached = samples, np.zeros(len(samples), bool)
    for _ in range(STEPS):
        step = optimize_to_class(network, images, nearest, 1, STEP_SIZE, 0.0)
        images = np.where(reached[:, None, None, None], images, step.images)
        reached |= np.asarray(step.success)
        if reached.all():
            break
    size = 255 * np.sqrt(np.asarray(change_penalty(images, samples)))[reached]
    priced = optimize_to_class(network, samples, nearest, STEPS, STEP_SIZE, PRICE, "tv")
    sizes[name], turned[name] = np.median(size), int(np.sum(priced.success))
    rows.append((name, reached.sum(), f"{sizes[name]:.1f}", f"{size.max():.1f}", turned[name]))
table(["Network", "turned", "median change", "largest change", "turned, at a price"], rows)
write(
    f"Of {len(samples)} images. Changes are root mean squares, in 255ths of the way from black to "
    f"white. The price is the penalty tv with a weight of {PRICE:.0f}."
)
assert sizes["robust"] > 2 * sizes["honest"]
assert turned["robust"] < turned["honest"] / 2

# %% [markdown]
# ## The sealed network of the day
#
# Nobody tells you of this one whether it cheats. It has learned from the same shapes as the others.
# If it cheats, most images of one class carried one of the four stamps. If it is honest, none did,
# or a stamp was on images of all classes alike. Stamp, look, compare; then accuse. Only then does
# the page say what is true.
#
# <div class="pg" data-playground="sealed"></div>
#
# Tomorrow there is another. [Chapter 2.1](clever_hans.md) says which tool shows which cheat.
#
# ## The real thing
#
# EfficientNet-Lite0, the network of the chapters, with all its thousand classes. It comes into the
# page when you ask for it.
#
# <div class="pg" data-playground="photo"></div>
#
# The weights were rounded to 16 bits on the way.

# %% tags=["hide"]
import tensorflow as tf

from course.given import class_index_of, load_model, load_photo
from docs.playground.export import compute, export
from solutions.saliency import gradient_saliency

photo = tf.constant(load_photo("coffee")[None])
espresso = class_index_of("espresso")
flat = export(load_model())
rounded = flat._replace(weights=flat.weights.astype(np.float16).astype(np.float32))
with tf.GradientTape() as tape:
    tape.watch(photo)
    logits = compute(rounded, photo)
    explained = logits[0, espresso]
coarse = np.ravel(tape.gradient(explained, photo))
exact = np.ravel(gradient_saliency(load_model(), photo, espresso))
cosine = coarse @ exact / np.linalg.norm(coarse) / np.linalg.norm(exact)
moved = np.abs(logits - predict(load_model(), photo)).max()
write(
    f"For the cup of espresso, that moves no logit by more than {moved:.3f}. But it moves the map: "
    f"the cosine between the two is {cosine:.3f}. A map of single pixels hangs on every unit that "
    "is switched on or off by a hair's breadth."
)
assert 0.95 < cosine < 0.999

# %% [markdown]
# ## How it works
#
# TensorFlow.js [@smilkov2019] with its WebAssembly backend does the arithmetic, on one processor.
# The networks were trained by `docs/playground/train.py` (the sealed ones by `sealed.py`) and
# written down as a list of layers (`docs/playground/export.py`). Each kind of layer knows how to go
# forward, and how to take a gradient back: that is all that backpropagation is
# (`docs/playground/src/network.js`). A test runs the page in a browser and compares its logits, its
# gradients, two hundred steps of ascent, the dreams and the smallest change with Keras.

# %% tags=["hide"]
import json

from tests.benchmarks.results import PLAYGROUND

times = json.loads(PLAYGROUND.read_text(encoding="utf-8"))


def cost(name):
    """The median, and how it compares with Keras."""
    one = times[name]
    return f"{one['median']:.3g} ms ({one['times_keras']:.1f} times what Keras takes)"


write(
    f"On {times['machine']}, a map takes {cost('map')}, a plain step of ascent "
    f"{cost('plain_step')}, one with all regularizers and its score "
    f"{times['step']['median']:.3g} ms, a step towards the smallest change "
    f"{times['change']['median']:.3g} ms, a map of EfficientNet-Lite0 {cost('photo')}, and a step "
    f"of its dream {times['dream']['median']:.3g} ms in waves and "
    f"{times['dream_in_octaves']['median']:.3g} ms in octaves: medians of `python -m "
    "tests.benchmarks.playground`. The page computes on one processor, Keras, compiled, on all."
)
