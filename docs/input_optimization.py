# %% [markdown]
# # 2.3 Explanation by input optimization: does it work?
#
# [The last chapter](contrastive.md) took things away from a picture. Now go the other way. A
# network gets a photo wrong: change the photo, as little as you can, until the network gets it
# right. Then look at the change. Should it not tell why the network was wrong? If it paints stripes
# on a cat that was not taken for a tabby, you have learned something.
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
#
# Whoever set this assignment did not know whether it works. You write the five functions that it
# takes, and then the question is answered with numbers: how often the change is found, how large it
# is, whether it lies on the object, and whether another network, which was never asked, is
# convinced by it too.

# %% tags=["fold"]
import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import (
    accuracy,
    class_names,
    harder_images,
    load_dataset,
    load_errors,
    load_model,
    predict,
    small_cnn,
    train,
)
from docs.machinery.figures import show, table, write
from solutions.clever_hans import relevance_inside
from solutions.contrastive import find_errors
from solutions.input_optimization import (
    change_penalty,
    difference_image,
    optimize_in_spectrum,
    optimize_to_class,
    smallest_change,
)

model = load_model()
photos, labels, descriptions = load_errors()
errors = find_errors(model, photos, labels)
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

# %% tags=["fold"]
table(
    ["Change", "l2", "l1", "tv"],
    [
        [
            name,
            *(
                f"{float(change_penalty(changed, grey, kind)[i]):.2g}"
                for kind in ("l2", "l1", "tv")
            ),
        ]
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
chosen = [0, 4, 12]  # a cat, and two more of the pictures of the chapter before
some, wanted = photos[chosen], labels[chosen]
result = optimize_to_class(model, some, wanted, steps=20, step_size=0.01, penalty_weight=1e5)
difference = np.asarray(difference_image(some, result.images))


# %% tags=["fold"]
def probabilities(network, images):
    return np.asarray(tf.nn.softmax(predict(network, np.asarray(images))))


before, after = probabilities(model, some), probabilities(model, result.images)
figure = Figure(figsize=(8.8, 2.6 * len(chosen)), layout="constrained")
for i, row in enumerate(figure.subplots(len(chosen), 4)):
    wrong, right = int(before[i].argmax()), int(wanted[i])
    largest = float(np.quantile(np.abs(difference[i]), 0.995))
    row[0].imshow(some[i])
    row[0].set_title(
        f"{short[wrong]} {before[i, wrong]:.2f}\n{short[right]} {before[i, right]:.2f}"
    )
    row[1].imshow(np.asarray(result.images)[i])
    row[1].set_title(f"{short[wrong]} {after[i, wrong]:.2f}\n{short[right]} {after[i, right]:.2f}")
    row[2].imshow(np.clip(0.5 + difference[i] / (2 * largest), 0, 1))
    row[2].set_title(f"the change,\n{0.5 / largest:.0f} times")
    signed = difference[i].sum(axis=-1)
    limit = np.quantile(np.abs(signed), 0.995)
    row[3].imshow(signed, cmap="RdBu_r", vmin=-limit, vmax=limit)
    row[3].set_title("lighter (red)\nor darker (blue)")
    for axes in row:
        axes.set_axis_off()
show(
    figure,
    "Three rows. Each has a photo, the same photo after the change, which looks the same, and the "
    "change, enlarged: fine coloured noise.",
    "Photos that the network gets wrong, before and after the change, with the probabilities of "
    "the wrong and of the right class. The change is grey where it is zero.",
)
write(
    f"It works, in a way: {int(np.sum(result.success))} of {len(chosen)} now have the right class. "
    f"But the photos look as before. The root mean square of the change is "
    f"{', '.join(f'{value:.4f}' for value in np.sqrt(result.change))} of the range from black to "
    f"white, {float(np.sqrt(np.max(result.change))) * 255:.1f} of 255 grey levels at most."
)

# %% [markdown]
# ## Find the smallest { #input_optimization.smallest_change }
#
# A heavier penalty gives a smaller change, until it forbids the change that is needed. Which weight
# is best differs from image to image, so try several and keep, for each image, the smallest change
# that works.
#
# {{ task input_optimization.smallest_change }}

# %%
weights = (0.0, 1e5, 1e6)
best = smallest_change(model, some, wanted, weights, steps=20, step_size=0.01)

# %% tags=["fold"]
table(
    ["Photo", "change, one weight", "smallest over the weights"],
    [
        (
            f"{short[int(errors.predicted[i])]} → {short[int(labels[i])]}",
            f"{one:.2g}",
            f"{least:.2g}",
        )
        for i, one, least in zip(chosen, result.change, best.change, strict=True)
    ],
)

# %% [markdown]
# ## Search where photos live { #input_optimization.optimize_in_spectrum }
#
# The change came out as noise. Was the photo to blame, the network, or the way we searched? Whoever
# may change every pixel by itself finds the fastest waves first: the network hears them, and photos
# hardly use them. [Chapter 1.4](natural_images.md) had the same trouble, and a remedy in two parts:
# write the change as a spectrum $s$, in which slow waves are easier to change than fast ones, and
# never look at it from the same place twice [@mordvintsev2018; @athalye2017]:
#
# $$ x' = \text{clip}_{[0,1]}\bigl(x + F^{-1}(s / f)\bigr), \qquad
# L(s) = -\log p_t\bigl(\text{view}(x')\bigr) + w \cdot \text{penalty}(x' - x) . $$
#
# {{ task input_optimization.optimize_in_spectrum }}

# %%
natural = optimize_in_spectrum(
    model, some, wanted, steps=10, step_size=0.0005, penalty_weight=500.0, seed=0
)

# %% tags=["fold"]
drawn = np.asarray(difference_image(some, natural.images))
figure = Figure(figsize=(8.8, 2.6 * len(chosen)), layout="constrained")
for i, row in enumerate(figure.subplots(len(chosen), 4)):
    row[0].imshow(some[i])
    row[0].set_title(short[int(errors.predicted[chosen[i]])])
    row[1].imshow(np.asarray(natural.images)[i])
    row[1].set_title(short[int(wanted[i])])
    for axes, change, name in ((row[2], drawn, "spectrum"), (row[3], difference, "pixels")):
        largest = float(np.quantile(np.abs(change[i]), 0.995))
        axes.imshow(np.clip(0.5 + change[i] / (2 * largest), 0, 1))
        axes.set_title(f"{name}, {0.5 / largest:.0f} times")
    for axes in row:
        axes.set_axis_off()
show(
    figure,
    "Three rows: a photo, the same photo changed, the change in the spectrum, which has soft spots "
    "and strokes, and the change in pixels, which is fine noise.",
    "Wrong photos, the same after a search in the spectrum, that change, and the one of before.",
)

# %% [markdown]
# ## The experiment
#
# Whether a change *explains* cannot be seen on three photos. It takes a place where the truth is
# known: small networks on generated shapes, whose object masks are exact, and on handwritten
# digits. For all wrong test images, four measures:
#
# - **success**: how often the change is found.
# - **size**: the root mean square of the change.
# - **on the object**: the share of the change that lies on the object, divided by the object's
#   share of the area. 1 means: anywhere.
# - **transfer**: of the images that a *judge*, a network trained independently on other images (or
#   for the digits from another start), gets wrong as well: how many does it get right after the
#   change? A change that tells something about the object should convince the judge too; one that
#   only exploits a weakness of the first network should not. As a control, the judge also sees the
#   changes shuffled among the images.
#
# All of it twice: for an ordinary network, and for its **adversarially trained twin** [@madry2018],
# which has learned for as long, but on images that had been made as hard as possible within a small
# distance. Whoever cannot be fooled by tiny changes has to be shown something. (The images are made
# hard by *projected gradient descent*, PGD: a few steps uphill in the loss, each put back into the
# distance that is allowed; `course.given.harder_images` does it.) The intervals are those of
# [chapter 2.1](clever_hans.md): Wilson's [@wilson1927] and the bootstrap's [@efron1979].


# %% tags=["fold"]
def robust_twin(network, data, distance, epochs):
    """Train a copy of a network on images that are as hard for it as the distance allows."""
    twin = keras.models.clone_model(network)
    twin.set_weights(network.get_weights())

    def augment(images, seed):
        start = np.random.default_rng(seed).uniform(-distance, distance, images.shape)
        start = np.clip(images + start, 0, 1).astype(np.float32)
        return harder_images(twin, start, predict(twin, images).argmax(axis=1), distance)

    train(twin, data.train_images, data.train_labels, epochs, augment=augment, progress=False)
    return twin


# %% tags=["fold"]
def wilson(successes, trials):
    """A share with its 95 % interval (Wilson 1927)."""
    if trials == 0:
        return "–"
    share, z = successes / trials, 1.96
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)) / (1 + z**2 / trials)
    return f"{share:.0%} ({max(middle - half, 0):.0%}–{min(middle + half, 1):.0%})"


def bootstrap(values):
    """A mean with its 95 % interval, by resampling."""
    draws = np.random.default_rng(0).integers(0, len(values), (2000, len(values)))
    low, high = np.percentile(np.asarray(values)[draws].mean(axis=1), [2.5, 97.5])
    return f"{np.mean(values):.2f} ({low:.2f}–{high:.2f})"


def examine(network, judge, images, truth, masks, kind, weight, step_size):
    """Optimize wrong images towards the truth, and measure what has come of it."""
    result = optimize_to_class(network, images, truth, 40, step_size, weight, kind)
    found = np.asarray(result.success)
    change = np.asarray(difference_image(images, result.images))
    area = masks.mean(axis=(1, 2))
    shuffled = np.clip(images + np.roll(change, 1, axis=0), 0, 1)
    asked = found & (predict(judge, images).argmax(axis=1) != truth)
    convinced, by_chance = (
        (predict(judge, np.asarray(shown)).argmax(axis=1) == truth)[asked].sum()
        for shown in (result.images, shuffled)
    )
    return {
        "success": (found.sum(), len(images)),
        "size": np.sqrt((change**2).mean(axis=(1, 2, 3)))[found],
        "on the object": (np.asarray(relevance_inside(change, masks)) / area)[found],
        "transfer": (convinced, asked.sum()),
        "control": (by_chance, asked.sum()),
        "pixels": (np.abs(change).max(axis=-1) > 2 / 255).mean(axis=(1, 2))[found],
        "change": change,
    }


PENALTIES = (("l2", 0.0), ("l2", 3000.0), ("l1", 30.0), ("tv", 60.0))


def experiment(name, data, judge_data, distance, epochs):
    """Both networks, all penalties."""
    classes = len(data.class_names)
    judge = small_cnn(classes=classes, seed=5)
    train(judge, judge_data.train_images, judge_data.train_labels, epochs, seed=5, progress=False)
    ordinary = small_cnn(classes=classes, seed=0)
    train(ordinary, data.train_images, data.train_labels, epochs, progress=False)
    robust = robust_twin(ordinary, data, distance, epochs=5)
    train(ordinary, data.train_images, data.train_labels, epochs=5, progress=False)  # as long
    results = {}
    for kind_of_network, network, step_size in (
        ("ordinary", ordinary, 0.05),
        ("robust", robust, 0.1),
    ):
        wrong = find_errors(network, data.test_images, data.test_labels).index[:120]
        images, truth = data.test_images[wrong], data.test_labels[wrong]
        masks = data.test_masks[wrong] if data.test_masks is not None else images[..., 0] > 0.2
        for kind, weight in PENALTIES:
            results[kind_of_network, kind, weight] = examine(
                network, judge, images, truth, masks, kind, weight, step_size
            )
        sure = accuracy(network, data.test_images, data.test_labels)
        write(f"{name}, {kind_of_network} network: {sure:.1%} right; {len(wrong)} errors examined.")
        results[kind_of_network, "pictures"] = (
            images,
            truth,
            predict(network, images).argmax(axis=1),
        )
    return results


# %%
shapes = load_dataset("shapes", 4000)
on_shapes = experiment("Shapes", shapes, load_dataset("shapes", 4000, seed=1), 3 / 255, epochs=7)
digits = load_dataset("digits", 600)
on_digits = experiment("Digits", digits, load_dataset("digits", 600, seed=0), 20 / 255, epochs=8)


# %% tags=["fold"]
def show_results(results):
    header = [
        "Network, penalty",
        "success",
        "size",
        "pixels",
        "on the object",
        "transfer",
        "shuffled",
    ]
    rows = []
    for key in (key for key in results if len(key) == 3):
        one, (network, kind, weight) = results[key], key
        rows.append(
            [
                f"{network}, {kind if weight else 'none'}",
                wilson(*one["success"]),
                f"{one['size'].mean():.3f}",
                f"{one['pixels'].mean():.0%}",
                bootstrap(one["on the object"]),
                wilson(*one["transfer"]),
                wilson(*one["control"]),
            ]
        )
    table(header, rows)


write("**Shapes** (95 % intervals in brackets):")
show_results(on_shapes)
write("**Digits**:")
show_results(on_digits)

# %% tags=["fold"]
figure = Figure(figsize=(8.8, 6.4), layout="constrained")
grid = figure.subplots(4, 7)
for half, network in enumerate(("ordinary", "robust")):
    images, truth, seen = on_shapes[network, "pictures"]
    change = on_shapes[network, "tv", 60.0]["change"]
    for column in range(7):
        top, bottom = grid[2 * half, column], grid[2 * half + 1, column]
        top.imshow(images[column])
        names = shapes.class_names
        top.set_title(f"{names[seen[column]]}\n→ {names[truth[column]]}", fontsize=8)
        limit = np.abs(change[column]).max()
        bottom.imshow(0.5 + change[column] / (2 * limit))
        bottom.set_title(f"± {limit:.2f}", fontsize=8)
        for axes in (top, bottom):
            axes.set_axis_off()
show(
    figure,
    "Two pairs of rows: shapes that a network gets wrong, and below each the change: coloured "
    "patches, some on the object, some spread over the whole image.",
    "Wrong shapes and the changes (penalty tv): above for the ordinary network, below for the "
    "robust one, from the wrong to the right class.",
)

# %% [markdown]
# ## The real network
#
# For EfficientNet-Lite0 there are no masks, and no robust twin that would fit into a laptop's
# evening. But one can ask how *brittle* the change is. If it showed the network what it had
# overlooked, the right answer should survive what leaves the photo recognizable.

# %% tags=["fold"]
parts = [slice(i, i + 6) for i in range(0, len(photos), 6)]
optimized = np.concatenate(
    [optimize_to_class(model, photos[i], labels[i], 20, 0.01, 1e5).images for i in parts]
)
random = np.random.default_rng(0)
DISTURBANCES = {
    "nothing": lambda x: x,
    "rounded to 8 bits": lambda x: np.round(x * 255) / 255,
    "shifted by 2 pixels": lambda x: np.roll(x, 2, axis=2),
    "mirrored": lambda x: x[:, :, ::-1],
    "blurred (sigma 1)": lambda x: gaussian_filter(x, 1, axes=(1, 2)),
    "noise (0.02)": lambda x: x + random.normal(0, 0.02, x.shape),
}


def right(images):
    """How many the network gets right."""
    images = images.astype(np.float32)
    return int(sum((predict(model, images[i]).argmax(axis=1) == labels[i]).sum() for i in parts))


def low_frequencies(images):
    """The share of energy in waves longer than 16 pixels: what an eye would call shapes."""
    images = images - images.mean(axis=(1, 2), keepdims=True)
    energy = np.abs(np.fft.fft2(images, axes=(1, 2))) ** 2
    waves = np.fft.fftfreq(images.shape[1])
    low = waves[:, None] ** 2 + waves[None, :] ** 2 < (1 / 16) ** 2
    return energy[:, low].sum(axis=(1, 2)) / energy.sum(axis=(1, 2, 3))


survivors = {
    name: (right(change(photos)), right(change(optimized))) for name, change in DISTURBANCES.items()
}

# %% tags=["fold"]
table(
    ["Disturbance", "right before the change", "right after it"],
    [
        (name, f"{before} of {len(photos)}", wilson(after, len(photos)))
        for name, (before, after) in survivors.items()
    ],
)
in_change, in_photo = low_frequencies(optimized - photos), low_frequencies(photos)
write(
    f"Of the change's energy, {bootstrap(in_change)} lies in waves longer than 16 pixels; of the "
    f"photos' own, {bootstrap(in_photo)}. The change speaks in a pitch that photos hardly use."
)

# %% [markdown]
# ## Questions
#
# ??? question "Does it work: is the smallest change found?"
#
#     Yes, as long as the penalty does not forbid it. As a way to *turn* a prediction, it works
#     almost too well.

# %% tags=["answer", "hide"]
free = {
    name: on[key]
    for name, on in (("shapes", on_shapes), ("digits", on_digits))
    for key in [("ordinary", "l2", 0.0)]
}
write(
    "Without a penalty, the ordinary networks are turned in "
    + " and ".join(f"{wilson(*one['success'])} ({name})" for name, one in free.items())
    + f" of their errors, the real network in {wilson(survivors['nothing'][1], len(photos))}."
)
assert min(found / tried for found, tried in (one["success"] for one in free.values())) > 0.9
assert survivors["nothing"][1] > 0.9 * len(photos)

# %% [markdown]
# ??? question "Does the change tell why the error was made?"


# %% tags=["answer", "hide"]
def compared(one, other):
    """How two lists of values compare, said only as far as their spread allows."""
    difference = np.mean(one) - np.mean(other)
    spread = 1.96 * np.hypot(np.std(one) / len(one) ** 0.5, np.std(other) / len(other) ** 0.5)
    if abs(difference) < spread:
        return "not distinguishably more or less"
    return "more" if difference > 0 else "less"


def shares(counts):
    """Successes and trials as a list of ones and zeros."""
    return np.arange(counts[1]) < counts[0]


blurred = survivors["blurred (sigma 1)"][1]
write(
    "For the real network: hardly. The change cannot be seen, most of it lives in frequencies that "
    f"photos hardly use, and a slight blur takes it away in {len(photos) - blurred} of "
    f"{len(photos)} photos. That is an adversarial example. It says more about the network's weak "
    "spots than about the photo."
)
ordinary, robust = (on_shapes[network, "l1", 30.0] for network in ("ordinary", "robust"))
write(
    "For the small networks: in part, and that was not to be expected. On the shapes, with the "
    f"penalty `l1`, the change convinces the judge in {wilson(*ordinary['transfer'])} of the cases "
    f"for the ordinary network and in {wilson(*robust['transfer'])} for the robust twin; shuffled "
    f"changes do so in {wilson(*ordinary['control'])} and {wilson(*robust['control'])}. So it is "
    "not only noise that fits one network. The change lies on the object "
    f"{bootstrap(ordinary['on the object'])} times as densely as chance would have it, and "
    f"{bootstrap(robust['on the object'])} times for the twin."
)
on_object = compared(robust["on the object"], ordinary["on the object"])
convinces = compared(shares(robust["transfer"]), shares(ordinary["transfer"]))
write(
    f"The twin's change lies {on_object} on the object, and it convinces the judge {convinces} "
    "often. (The two networks err on different images, so this comparison is a weak one.)"
)
assert blurred < 0.6 * len(photos)
assert ordinary["transfer"][0] > 2 * ordinary["control"][0]
assert min(one["on the object"].mean() for one in (ordinary, robust)) > 1.2

# %% [markdown]
# ??? question "Which penalty?"
#
#     It decides what the change looks like more than whether it is found. `l2` spreads it thinly
#     over everything, `l1` puts it into few pixels, `tv` joins it to patches that one can look at.

# %% tags=["answer", "hide"]
write(
    "Pixels of the shapes that change by more than two grey levels, ordinary network: "
    + ", ".join(
        f"{on_shapes['ordinary', kind, weight]['pixels'].mean():.0%} ({kind if weight else 'none'})"
        for kind, weight in PENALTIES
    )
    + "."
)
few, many = (on_shapes["ordinary", *one]["pixels"].mean() for one in (("l1", 30.0), ("l2", 0.0)))
assert few < many

# %% [markdown]
# ??? question "So does explanation by input optimization work?"
#
#     As a search it works: the smallest change is found. As an explanation it tells as much as the
#     network lets it. A network that can be turned by changes nobody sees will be turned by them,
#     because they are the smallest; whatever it is that a person would have called the reason costs
#     more. Nothing in the objective asks for a reason. On small networks the change does carry
#     something that another network understands too; on the real one we could not show that. Others
#     found that adversarial training makes such changes meaningful on real photos [@santurkar2019;
#     @tsipras2019]; the small twin here agrees as far as the figures above say, and no further. One
#     architecture, a few dozen errors, one seed each.

# %% tags=["answer", "hide"]
rms = np.sqrt(((optimized - photos) ** 2).mean(axis=(1, 2, 3))) * 255
write(
    f"On the {len(photos)} photos the change that is enough has a root mean square of "
    f"{bootstrap(rms)} of 255 grey levels."
)
assert rms.max() < 2

# %% [markdown]
# ## What you know now
#
# The smallest change that turns an error is easy to find. On the real network it cannot be seen,
# and a slight blur undoes much of it: it tells of the network's weak spots, not of the photo. On
# small networks it carried something that another network understood too. So the answer to the open
# question is: as a search, yes; as an explanation, only as far as the network goes by what people
# go by.
#
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
# - Go from the right class to a *random* one. Is the change larger? Does it lie elsewhere?
# - Average the gradient over small shifts of the image (chapter 1.3). Is the change less brittle?
# - Let the judge be a third network with another architecture.
#
# ## Read more
#
# @wachter2017 say why a counterfactual should explain, @szegedy2013 what else it is. @santurkar2019
# show what such changes look like in a large network that was trained against them.
#
# {{ references athalye2017 efron1979 madry2018 mordvintsev2018 santurkar2019 szegedy2013
# tsipras2019 wachter2017 wilson1927 }}
