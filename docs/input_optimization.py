# %% [markdown]
# # 2.3 Explanation by input optimization: does it work?
#
# [The last chapter](contrastive.md) took things away from a picture. Now go the other way. A
# network gets a photo wrong: change the photo, as little as you can, until the network gets it
# right. Then look at the change. Should it not tell why the network was wrong? If it paints stripes
# on a cat that was not taken for a tabby, you have learned something.
#
# Whoever set this assignment wrote: "I have no idea whether this approach works." You write the
# five functions that it takes, and then the question is answered with numbers and controls: whether
# the change is found, what it looks like, whether networks that were never asked are convinced by
# it too, and whether it lies where the error came from.
#
# ## What is asked
#
# Among all images $x'$ that the network takes for class $t$, the one that is nearest to the photo:
#
# $$ x^\star = \arg\min_{x'} \; d(x', x) \quad \text{with } \arg\max_k z_k(x') = t . $$
#
# Meant as an explanation, this is called a counterfactual [@wachter2017]. Meant as an attack, the
# same search is as old as the discovery of adversarial examples [@szegedy2013]. That the two are
# one calculation should make you suspicious.

# %% tags=["fold", "training"]
import keras
import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import (
    bootstrap_interval,
    class_names,
    harder_images,
    load_dataset,
    load_errors,
    load_model,
    predict,
    small_cnn,
    train,
    wilson_interval,
)
from docs.machinery.figures import computed, show, table, write
from solutions.clever_hans import relevance_inside
from solutions.contrastive import find_errors
from solutions.input_optimization import (
    change_penalty,
    difference_image,
    optimize_in_spectrum,
    optimize_to_class,
    smallest_change,
)

# %% tags=["fold"]
model = load_model()
photos, labels, descriptions = load_errors()
chosen = [2, 6, 9, 17, 0]  # a clock, a camera, a uniform, boxes and a cat
some, wanted = photos[chosen], labels[chosen]
seen = find_errors(model, some, wanted).predicted
short = [name.split(",")[0] for name in class_names()]

# %% [markdown]
# ## What is small? { #input_optimization.change_penalty }
#
# There are as many answers as there are norms, and each likes another kind of change. With $N = H
# \cdot W \cdot C$ numbers in an image and the change $\delta = x' - x$:
#
# | kind | formula | prefers |
# | :-- | :-- | :-- |
# | `l2` | $\frac1N \sum_i \delta_i^2$ | many tiny changes, no large one |
# | `l1` | $\frac1N \sum_i \lvert\delta_i\rvert$ | few changes, however large |
# | `tv` | $\frac1N \sum \lvert\delta_{i+1} - \delta_i\rvert$ over neighbours | patches and slopes |
#
# {{ task input_optimization.change_penalty }}

# %%
grey = np.full((3, 32, 32, 3), 0.5, np.float32)
dot, patch, noise = grey.copy()
dot[16, 16] += 0.5
patch[8:24, 8:24] += 0.02
noise += np.random.default_rng(0).normal(0, 0.02, noise.shape).astype(np.float32)
changed = np.stack([dot, patch, noise])
sizes = {kind: np.asarray(change_penalty(changed, grey, kind)) for kind in ("l2", "l1", "tv")}

# %% tags=["fold"]
table(
    ["Change", *sizes],
    [
        [name, *(f"{float(size[i]):.2g}" for size in sizes.values())]
        for i, name in enumerate(("one bright pixel", "a faint patch", "faint noise"))
    ],
)

# %% [markdown]
# ## Go down { #input_optimization.optimize_to_class }
#
# What falls is the cross-entropy towards the class $t$ that we want, plus the price of the change:
#
# $$ \begin{gathered}
# L(x') = -\log p_t(x') + w \cdot \text{penalty}(x' - x), \\
# x' \leftarrow \text{clip}_{[0,1]}\bigl(x' - \eta \, \nabla L(x')\bigr).
# \end{gathered} $$
#
# It is [activation maximization](activation_maximization.md) again, with a leash: the heavier the
# weight $w$, the shorter the leash.
#
# {{ task input_optimization.optimize_to_class }}
#
# ## Look at the change { #input_optimization.difference_image }
#
# {{ task input_optimization.difference_image }}

# %%
result = optimize_to_class(model, some, wanted, steps=12, step_size=0.01, penalty_weight=1e5)
in_pixels = np.asarray(difference_image(some, result.images))

# %% [markdown]
# ## Find the smallest { #input_optimization.smallest_change }
#
# A heavier penalty gives a smaller change, until it forbids the change that is needed. Which weight
# is best differs from image to image, so try several and keep, for each image, the smallest change
# that works.
#
# {{ task input_optimization.smallest_change }}

# %%
best = smallest_change(model, some, wanted, (1e5, 1e6), steps=12, step_size=0.01)

# %% tags=["fold"]
table(
    ["Photo", "change, one weight", "smallest over two weights"],
    [
        (f"{short[seen[i]]} → {short[wanted[i]]}", f"{one:.2g}", f"{least:.2g}")
        for i, (one, least) in enumerate(zip(result.change, best.change, strict=True))
    ],
)


def slow_share(images):
    """The share of energy in waves longer than 16 pixels: what an eye would call shapes."""
    images = images - images.mean(axis=(1, 2), keepdims=True)
    energy = np.abs(np.fft.fft2(images, axes=(1, 2))) ** 2
    waves = np.fft.fftfreq(images.shape[1])
    slow = waves[:, None] ** 2 + waves[None, :] ** 2 < (1 / 16) ** 2
    return energy[:, slow].sum(axis=(1, 2)) / energy.sum(axis=(1, 2, 3))


blurred = gaussian_filter(np.asarray(result.images), (0, 1, 1, 0))
kept = predict(model, blurred).argmax(axis=1) == wanted
write(
    f"The search works: {int(np.sum(result.success))} of {len(chosen)} photos now have the right "
    f"class, with changes of {255 * np.sqrt(np.max(result.change)):.1f} of 255 grey levels at "
    f"most (root mean square). But nobody sees them. Of a change's energy, "
    f"{slow_share(in_pixels).mean():.0%} lies in waves longer than 16 pixels; of the photos' own, "
    f"{slow_share(some).mean():.0%}. And a blur that you hardly notice (sigma 1) leaves "
    f"{int(kept.sum())} of {len(chosen)} right. It looks like an adversarial example, which tells "
    "of the network's weak spots and nothing of the photo. For long, that was where this chapter "
    "ended."
)

# %% [markdown]
# ## Search where photos live { #input_optimization.optimize_in_spectrum }
#
# Was the photo to blame for the noise, the network, or the way we searched? Whoever may change
# every pixel by itself finds the fastest waves first: the network hears them, and photos hardly use
# them. [Chapter 1.4](natural_images.md) had the same trouble, and a remedy in two parts: write the
# change as a spectrum $s$, in which slow waves are easier to change than fast ones, and never look
# at it from the same place twice [@mordvintsev2018; @athalye2017]:
#
# $$ \begin{gathered}
# x' = \text{clip}_{[0,1]}\bigl(x + F^{-1}(s / f)\bigr), \\
# L(s) = -\log p_t\bigl(\text{view}(x')\bigr) + w \cdot \text{penalty}(x' - x) .
# \end{gathered} $$
#
# {{ task input_optimization.optimize_in_spectrum }}

# %%
natural = optimize_in_spectrum(
    model, some, wanted, steps=10, step_size=0.0005, penalty_weight=500.0, seed=0
)
in_spectrum = np.asarray(difference_image(some, natural.images))

# %% tags=["fold"]
figure = Figure(figsize=(8.8, 2.5 * len(chosen)), layout="constrained")
for i, row in enumerate(figure.subplots(len(chosen), 4)):
    row[0].imshow(some[i])
    row[0].set_title(short[seen[i]])
    row[1].imshow(np.asarray(natural.images)[i])
    row[1].set_title(f"→ {short[wanted[i]]}")
    for axes, change, name in ((row[2], in_spectrum, "spectrum"), (row[3], in_pixels, "pixels")):
        largest = float(np.quantile(np.abs(change[i]), 0.995))
        axes.imshow(np.clip(0.5 + change[i] / (2 * largest), 0, 1))
        axes.set_title(f"{name}, {0.5 / largest:.0f} times")
    for axes in row:
        axes.set_axis_off()
show(
    figure,
    "Five rows: a photo, the same photo changed, the change in the spectrum, which has soft spots "
    "and strokes, and the change in pixels, which is fine noise.",
    "Photos that the network gets wrong; the same after a search in the spectrum; that change, "
    "enlarged; and the change that the search in pixels found.",
)

# %% [markdown]
# In words: around the blurred clock there are rays now, as of a dial. Under the camera stand legs,
# which the blur had nearly wiped out. On the uniform some spots turn red, near the ribbons. On the
# boxes there is a grain with a few rings, and on the cat are blotches; stripes are nowhere. The
# first two look like reasons, and a person would have named them. Are they?
#
# ## The experiment
#
# A gallery persuades. What would convince? Two networks that were never asked, EfficientNet-Lite1
# and Lite2, look at the changed photos. If the change shows what was missing, they should see it
# too. That alone is not enough, so there are controls:
#
# - **The search**: in pixels or in the spectrum, with views and without. Each of the four goes
#   towards each of the three targets.
# - **The target**: the right class; the *second* likeliest class that is wrong as well; a *random*
#   class. If a random class convinces the others just as well, the change paints the class, and
#   explains nothing.
# - **The place**: photos that are wrong because a known square was spoilt. Does the change lie in
#   that square?
#
# The errors are made by a rule, and none is chosen by eye: every part of the bundled photos that
# has an ImageNet class for certain, each in eight ways, upright or turned, blurred, dark, without
# colour (`course.given.load_versions`). They come from eight photos only, so whole photos are drawn
# for the bootstrap's intervals [@efron1979], which are wide. The measurements took longer than this
# page may: they are made by `python -m docs.experiments.counterfactuals`, and the tables below are
# computed from what it wrote down.

# %% [markdown]
# ## Small networks, whose twins are known
#
# The other two networks are of the same family as the one that was asked, and learned from the same
# photos. So the question is put once more, to networks that we train ourselves, on generated shapes
# whose object masks are exact: an *ordinary* one; its **adversarially trained twin** [@madry2018],
# which has learned for as long, but on images made as hard as possible within a small distance
# (`course.given.harder_images`); and a *judge*, trained from another start on other images. All
# three come three times, each time from other starts. The search goes in pixels, by each of the
# penalties, and in the spectrum with views; towards the right class and, as a control, towards a
# random one. As another, the judge also sees the changes shuffled among the images.


# %% tags=["fold", "training"]
data, others_data = load_dataset("shapes", 4000), load_dataset("shapes", 4000, seed=1)
SEEDS = range(3)  # each network is trained from three starts


def robust_twin(network, distance, epochs, seed):
    """Train a copy of a network on images that are as hard for it as the distance allows."""
    twin = keras.models.clone_model(network)
    twin.set_weights(network.get_weights())

    def augment(images, chance):
        start = np.random.default_rng(chance).uniform(-distance, distance, images.shape)
        start = np.clip(images + start, 0, 1).astype(np.float32)
        return harder_images(twin, start, predict(twin, images).argmax(axis=1), distance)

    train(twin, data.train_images, data.train_labels, epochs, seed, augment, progress=False)
    return twin


def three_networks(seed):
    """An ordinary network, its robust twin, and a judge of both."""
    judge, ordinary = small_cnn(seed=5 + seed, width=12), small_cnn(seed=seed, width=12)
    train(judge, others_data.train_images, others_data.train_labels, 7, 5 + seed, progress=False)
    train(ordinary, data.train_images, data.train_labels, 7, seed, progress=False)
    robust = robust_twin(ordinary, 3 / 255, 5, seed)
    train(ordinary, data.train_images, data.train_labels, 5, seed, progress=False)  # as long
    return {f"judge {seed}": judge, f"ordinary {seed}": ordinary, f"robust {seed}": robust}


# %% tags=["fold", "training", "skip-execution"]
networks = {}
for seed in SEEDS:
    networks |= three_networks(seed)

# %% [markdown] tags=["result"]
# Training them takes longer than this page may, so it loads the weights that these lines have left
# behind, by `python -m docs.experiments.networks`. Whatever is measured on the networks is measured
# here.

# %% tags=["result"]
from docs.experiments.networks import load_networks

networks = load_networks("input_optimization")

# %% tags=["fold"]
WEIGHTS = {"l2": 3000.0, "l1": 30.0, "tv": 60.0}
STEP_SIZES = {"ordinary": 0.05, "robust": 0.1}
ERRORS = 40  # of each network


def search(network, images, target, way, step_size):
    """By a penalty in pixels, or in the spectrum from views."""
    if way == "spectrum":
        view = (2.0, 8.0, 0.1)
        return optimize_in_spectrum(network, images, target, 20, 0.004, 500.0, seed=0, view=view)
    return optimize_to_class(network, images, target, 40, step_size, WEIGHTS[way], way)


def share(hits):
    """A share with its interval."""
    return wilson_interval(int(np.sum(hits)), len(hits))


# %% tags=["fold"]
def examine(name, way, seed):
    """Optimize a network's errors to the right class and to another; measure what came of it."""
    network, judge = networks[f"{name} {seed}"], networks[f"judge {seed}"]
    errors = find_errors(network, data.test_images, data.test_labels)
    wrong, predicted = errors.index[:ERRORS], errors.predicted[:ERRORS]
    images, truth, masks = data.test_images[wrong], data.test_labels[wrong], data.test_masks[wrong]
    rng, every = np.random.default_rng(seed), range(len(data.class_names))
    rest = zip(truth, predicted, strict=True)
    another = np.array([rng.choice(np.setdiff1d(every, taken)) for taken in rest])
    before, found = predict(judge, images).argmax(axis=1), {}
    for towards, target in (("right", truth), ("random", another)):
        result = search(network, images, target, way, STEP_SIZES[name])
        change, success = (
            difference_image(images, result.images).numpy(),
            np.asarray(result.success),
        )
        asked = success & (before != target)
        moved = {"judge": change, "shuffled": np.roll(change, 1, axis=0)}
        found[towards] = {
            "found": success,
            "size": np.sqrt((change**2).mean(axis=(1, 2, 3)))[success],
            "inside": (relevance_inside(change, masks) / masks.mean(axis=(1, 2)))[success],
        } | {
            who: (predict(judge, np.clip(images + one, 0, 1)).argmax(axis=1) == target)[asked]
            for who, one in moved.items()
        }
    return found


# %% tags=["fold"]
by_seed = {
    (name, way): [examine(name, way, seed) for seed in SEEDS]
    for name in STEP_SIZES
    for way in (*WEIGHTS, "spectrum")
}
small = {
    case: {
        towards: {
            measure: np.concatenate([one[towards][measure] for one in found])
            for measure in found[0][towards]
        }
        for towards in ("right", "random")
    }
    for case, found in by_seed.items()
}

# %% tags=["fold"]
table(
    ["Network, search", "found", "size", "on the object", "judge convinced", "shuffled", "random"],
    [
        [
            f"{name}, {way}",
            f"{share(one['right']['found']):.0%}",
            f"{one['right']['size'].mean():.3f}",
            f"{bootstrap_interval(one['right']['inside']):.2f}",
            f"{share(one['right']['judge']):.0%}",
            f"{share(one['right']['shuffled']):.0%}",
            f"{share(one['random']['judge']):.0%}",
        ]
        for (name, way), one in small.items()
    ],
)
write(
    "*On the object*: how many times as densely as chance would have it. *Judge convinced*: of the "
    "images that the judge got wrong too, the share that it gets right after the change (Wilson's "
    "intervals [@wilson1927]). *Random*: of those that it did not take for a class drawn at random "
    "before, the share that it does after a change towards that class. Each row counts "
    f"{ERRORS * len(SEEDS)} errors, {ERRORS} from each start."
)


def spread(name, way, towards="right"):
    """The share of convinced judges for each start, from the least to the most."""
    shares = sorted(np.mean(one[towards]["judge"]) for one in by_seed[name, way])
    return f"{shares[0]:.0%} to {shares[-1]:.0%}"


# %% [markdown]
# ## Questions
#
# ??? question "Are networks convinced that were never asked?"

# %% tags=["answer", "fold"]
from docs.experiments import load_results

results = load_results("counterfactuals")
photo_of = np.array(results["photos"])
found = {
    (one["target"], one["search"]): {
        name: np.array(values) for name, values in one["measures"].items()
    }
    for one in results["searches"]
}
SEARCHES = list(dict.fromkeys(search for _, search in found))


def by_photo(values, chosen=slice(None)):
    """A mean over the errors, with its interval: whole photos are drawn."""
    return bootstrap_interval(np.asarray(values, float)[chosen], photo_of[chosen])


def convinced(one, when="after"):
    """Of the other networks' answers that were not the target before, the share that is now."""
    sees = np.stack([one[f"other {n} {when}"] > 0 for n in (1, 2)])
    did = np.stack([one[f"other {n} before"] > 0 for n in (1, 2)])
    photos = np.broadcast_to(photo_of, sees.shape)[~did]
    return bootstrap_interval(sees[~did].astype(float), photos)


def on_the_object(one):
    """How many times as densely as chance, where the object leaves a quarter of the photo free."""
    return by_photo(one["on the object"], one["object"] < 0.75)


# %% tags=["answer", "fold"]
rights = {search: found["right", search] for search in SEARCHES}
table(
    ["Search", "found", "size", "as seen", "on the object", "others convinced", "enlarged"],
    [
        [
            search,
            f"{np.mean(one['asked after'] > 0):.0%}",
            f"{np.mean(one['rms']):.4f}",
            f"{np.mean(one['smooth rms']):.4f}",
            f"{on_the_object(one):.2f}",
            f"{convinced(one):.0%}",
            f"{convinced(one, 'enlarged'):.0%}",
        ]
        for search, one in rights.items()
    ],
)

# %% [markdown] tags=["answer"]
# All 65 errors, towards the right class. *Size* is the root mean square of the change; *as seen*,
# that of the change blurred with a sigma of 4 pixels. *On the object*: how many times as densely as
# chance the change lies in a rectangle round the labelled thing, drawn by hand on each motif; only
# where it leaves at least a quarter of the photo free. *Others convinced*: of the answers of both
# other networks that were not the target before the change, the share that is so afterwards.
# *Enlarged*: the same after every change was scaled to a size of 0.015, so that a small one is not
# at a disadvantage. In brackets: 95 % intervals, by photo.

# %% tags=["answer", "fold"]
right, pixels, views = (rights[name] for name in ("spectrum, views", "pixels", "pixels, views"))
still = rights["spectrum"]
write(
    f"Much oftener than before. Searched for in the spectrum and held from every view, the change "
    f"convinces the others in {convinced(right):.0%} of the cases; searched for by the same steps "
    f"in pixels, in {convinced(pixels):.0%}. It is the views that do it, more than the spectrum: "
    f"in pixels, but with views, it is {convinced(views):.0%}, by a change of less than half the "
    f"size; in the spectrum without views, {convinced(still):.0%}. And a part of the difference is "
    f"size alone: enlarged, even the plain change in pixels convinces in "
    f"{convinced(pixels, 'enlarged'):.0%}. So the old verdict, noise that fits one network, was "
    f"too hard. On the object all four lie little more densely than chance."
)
assert convinced(right).low > convinced(pixels).high
assert convinced(views).value > convinced(still).value + 0.15
assert views["rms"].mean() < 0.5 * right["rms"].mean()
assert convinced(pixels, "enlarged").value > 0.5
assert max(on_the_object(one).value for one in rights.values()) < 1.4

# %% [markdown]
# ??? question "Is it because the change is towards the *right* class?"

# %% tags=["answer", "fold"]


def gain(one):
    """By how much the others' margin of the target rose, in logits; a mean of both networks."""
    return np.mean([one[f"other {n} after"] - one[f"other {n} before"] for n in (1, 2)], axis=0)


def lag(one):
    """By how much the target was behind in the others' eyes before anything was changed."""
    return -np.mean([one[f"other {n} before"] for n in (1, 2)])


def follow(one):
    """The others' gain as a share of the gain of the network that was asked."""
    return gain(one) / (one["asked after"] - one["asked before"])


table(
    ["Towards", "found", "size", "behind", "others' gain", "share", "others convinced"],
    [
        [
            f"{target}, {search}",
            f"{np.mean(one['asked after'] > 0):.0%}",
            f"{np.mean(one['rms']):.3f}",
            f"{lag(one):.1f}",
            f"{by_photo(gain(one)):.1f}",
            f"{by_photo(follow(one)):.2f}",
            f"{convinced(one):.0%}",
        ]
        for (target, search), one in found.items()
    ],
)

# %% tags=["answer", "hide"]
second, random_class = (found[target, "spectrum, views"] for target in ("second", "random"))
more = {
    search: by_photo(gain(found["right", search]) - gain(found["second", search]))
    for search in SEARCHES
}
write(
    f"Only a little. (*Behind*: by how many logits the others saw another class first, before "
    "anything was changed. *Share*: the others' gain, divided by that of the network that was "
    f"asked.) In the spectrum with views, a change towards the second likeliest class, which is "
    f"wrong, convinces the others in {convinced(second):.0%} of the cases. Towards the right class "
    f"they gain {more['spectrum, views']:.1f} logits more on the same errors; in the four searches "
    f"it is {', '.join(f'{one.value:.1f}' for one in more.values())}. A random class convinces "
    f"seldom ({convinced(random_class):.0%}), but it starts {lag(random_class):.1f} logits behind "
    f"instead of {lag(right):.1f}; the others gain {by_photo(gain(random_class)):.1f} towards it, "
    f"and {by_photo(gain(right)):.1f} towards the right one, by a change of "
    f"{random_class['rms'].mean() / right['rms'].mean():.1f} times the size. Whichever class one "
    "asks for, the others follow by about the same share. So the change paints the class that was "
    "asked for, in strokes that all three networks read. That the right class needs little paint "
    "was true before anything was changed."
)
assert convinced(second).value > 0.5
assert gain(random_class).mean() > 0.8 * gain(right).mean()
assert lag(random_class) > 2 * lag(right)
assert np.ptp([follow(one).mean() for one in (right, second, random_class)]) < 0.1
assert 1.5 < random_class["rms"].mean() / right["rms"].mean() < 2.5

# %% [markdown]
# ??? question "Does it survive a blur, JPEG, a turn?"

# %% tags=["answer", "fold"]
table(
    ["Target, search", "found", "blurred", "JPEG", "turned by 5°"],
    [
        [
            f"{target}, {search}",
            *(
                f"{by_photo(one[name] > 0):.0%}"
                for name in ("asked after", "blurred", "JPEG", "turned")
            ),
        ]
        for (target, search), one in found.items()
    ],
)
write(
    f"Yes. A slight blur (sigma 1) leaves {by_photo(right['blurred'] > 0):.0%} of the "
    f"changes in the spectrum, and {by_photo(pixels['blurred'] > 0):.0%} of those in "
    f"pixels; JPEG leaves {by_photo(right['JPEG'] > 0):.0%} and "
    f"{by_photo(pixels['JPEG'] > 0):.0%}. Robust is not the same as right, though: the "
    f"second likeliest class survives the blur in {by_photo(second['blurred'] > 0):.0%}. "
    "(Where all succeed, drawing photos again cannot tell how sure that is: all of eight photos is "
    f"at least {wilson_interval(8, 8).low:.0%}, by Wilson's interval.)"
)
assert len(set(photo_of)) == 8
assert np.mean(right["blurred"] > 0) > np.mean(pixels["blurred"] > 0)
assert np.mean(right["JPEG"] > 0) > np.mean(pixels["JPEG"] > 0)
assert np.mean(second["blurred"] > 0) > 0.8

# %% [markdown]
# {{ guess "How many times as densely as chance does the change lie where the error came from?" }}
#
# ??? question "Does the change lie where the error came from?"

# %% tags=["answer", "fold"]
WAYS = ("spectrum, views", "to a random class", "pixels", "saliency's difference")
places = results["places"]
table(
    ["A square was", "examples", *WAYS],
    [
        [
            kind,
            len(one["photo"]),
            *(f"{bootstrap_interval(one[way], one['photo']):.2f}" for way in WAYS),
        ]
        for kind, one in places.items()
    ],
)
inside = {way: np.concatenate([one[way] for one in places.values()]) for way in WAYS}
spoilt = np.concatenate([one["photo"] for one in places.values()])
to_right, to_random, by_saliency = (
    bootstrap_interval(inside[way], spoilt)
    for way in ("spectrum, views", "to a random class", "saliency's difference")
)
more = bootstrap_interval(inside["spectrum, views"] - inside["to a random class"], spoilt)
pasted = bootstrap_interval(places["pasted"]["spectrum, views"], places["pasted"]["photo"])
write(
    "Here the right change is known: of photos that the network gets right, a square of 80 pixels "
    "is covered with grey, blurred, or holds a small moped, at places where that makes the network "
    "wrong. The numbers say how many times as densely as chance the change lies in the square. All "
    f"{len(spoilt)} together: {to_right:.2f} for the right class, {to_random:.2f} for a random "
    f"class on the same photos, and {by_saliency:.2f} for the difference of the two classes' "
    f"saliency. So the change lies in the square hardly more than chance has it, and no more than "
    f"a change to any class does (the difference is {more:.2f}): it does not find what was wrong. "
    f"Nor does saliency. Where the moped was pasted, it is {pasted:.2f}. The examples are of "
    f"{len(set(spoilt))} photos, at most eight of one in each row."
)
computed(f"{to_right.value:.1f} times")
assert to_right.value < 1.2
assert more.low < 0.05
assert abs(pasted.value - 1) < 0.2
assert by_saliency.low < 1

# %% [markdown]
# ??? question "Do small networks say the same, and robust ones?"

# %% tags=["answer", "hide"]
plain, hardened = small["ordinary", "spectrum"], small["robust", "spectrum"]
by_pixels = small["ordinary", "l1"]
dense = [bootstrap_interval(one["right"]["inside"]) for one in (plain, hardened)]
write(
    "In the main. Searched for in the spectrum, the change convinces the judge in "
    f"{share(plain['right']['judge']):.0%} of the cases for the ordinary network and in "
    f"{share(hardened['right']['judge']):.0%} for the robust twin; shuffled changes do so in "
    f"{share(plain['right']['shuffled']):.0%} and {share(hardened['right']['shuffled']):.0%}. So "
    "the change is not only noise that fits one network. But a random class convinces too, in "
    f"{share(plain['random']['judge']):.0%} for the ordinary network and in "
    f"{share(hardened['random']['judge']):.0%} for the twin: the twin's strokes are read by "
    "others whichever class they paint. In pixels (`l1`) the ordinary network's changes to a "
    f"random class convince in {share(by_pixels['random']['judge']):.0%}, those to the right one "
    f"in {share(by_pixels['right']['judge']):.0%}. The change lies on the object "
    f"{dense[0]:.2f} and {dense[1]:.2f} times as densely as chance. From start to start, the judge "
    f"is convinced in {spread('ordinary', 'spectrum')} for the ordinary network and in "
    f"{spread('robust', 'spectrum')} for the twin; by a random class, in "
    f"{spread('ordinary', 'spectrum', 'random')} and {spread('robust', 'spectrum', 'random')}. "
    "That is more than the intervals say, which take every error for a witness of its own. The "
    "two networks err on different images."
)
for one in (plain, hardened):
    assert one["right"]["judge"].mean() > 2 * one["right"]["shuffled"].mean()
    assert one["random"]["judge"].mean() > 0.15
assert min(one.value for one in dense) > 1.1

# %% [markdown]
# ??? question "So does explanation by input optimization work?"

# %% tags=["answer", "hide"]
write(
    f"As a search it works: all {len(photo_of)} errors are mended, by changes of "
    f"{255 * right['rms'].mean():.0f} of 255 grey levels (root mean square) that survive a blur "
    f"and convince networks that were never asked in {convinced(right):.0%} of the cases. "
    "As an explanation it fails its controls: the same search makes them see a wrong class nearly "
    f"as well (the second likeliest: {convinced(second):.0%}), and where the cause of "
    f"the error is known, the change lies there {to_right:.2f} times as densely as chance, for a "
    f"random class {to_random:.2f} times. It shows how the class looks to networks of this family, "
    "and not why the photo was misread. Sure of this as far as eight photos, one family of "
    "networks and one training set go."
)
assert np.all(right["asked after"] > 0)


# %% [markdown]
# ## What you know now
#
# You can search for the smallest change that turns an error, in pixels and in waves, and have
# others judge what it shows.

# %% [markdown] tags=["result"]
# Such a change is easy to find, and how one searches decides what it looks like: noise that one
# network hears, or strokes that others read as well. It paints the class that was asked for, right
# or wrong, and does not lie where the error came from. So the answer to the open question is: as a
# search, yes; as an explanation of the error, no.

# %% [markdown]
# And the question of the whole course, can an explanation be trusted? Not for its looks. Every
# chapter had pictures that persuade and numbers that object. What objected was simple each time: a
# sign that is kept, a control, shuffled weights, an intervention, a judge who was never asked. Take
# these with you; they work on methods that are not in this course, and on networks of your own.
#
# From here: there is [a case to solve](case.md), five networks of which some cheat, and nobody says
# which. Or try the methods by hand in the [playground](playground.md), read [where the ideas come
# from](history.md), or go back to a question under "Try this" that you left out.
#
# ## Try this
#
# - Search with other views: larger turns, or none. What becomes of the size, and of the others'
#   verdict?
# - Go from a photo that is right to a wrong class. Is the change painted just as well?
# - Let the judge be a network of another family, trained on other photos.
#
# ## Read more
#
# @wachter2017 say why a counterfactual should explain, @szegedy2013 what else it is. @santurkar2019
# and @tsipras2019 show what such changes look like in large networks that were trained against
# them.
#
# {{ references athalye2017 efron1979 madry2018 mordvintsev2018 santurkar2019 szegedy2013
# tsipras2019 wachter2017 wilson1927 }}
