# %% [markdown]
# # 2.1 Clever Hans: right for the wrong reason
#
# Around 1900, a horse called Hans tapped the answers to sums with his hoof, and tapped them
# correctly. Oskar Pfungst found out how: Hans watched the face of whoever had asked, and stopped
# tapping when it relaxed [@pfungst1911].
#
# Networks do the same. If all the photos of horses come from one photographer, it is easier to
# learn the photographer's name in the corner than to learn what a horse is, and in the test set,
# which comes from the same photographer, nobody notices [@lapuschkin2019]. The general case is
# called shortcut learning [@geirhos2020].
#
# ## What is asked
#
# The first part ended with a doubt: a map may persuade and be wrong. To see who is right, one has
# to know the answer. So in this chapter you plant giveaways in a data set, train networks on it,
# and then try to catch them:
#
# - Does the network cheat, and how much?
# - Which tool shows it: a map, many maps sorted into groups, or an intervention?
# - What if the cheat has no place in the image, or the augmentation disturbs it?
#
# At the end there is a cheat that nobody planted, in a real network. Numbers come with 95 %
# intervals in brackets: Wilson's for shares [@wilson1927], the bootstrap's for all others
# [@efron1979].

# %% tags=["fold", "training"]
import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from scipy.ndimage import binary_dilation
from scipy.special import softmax
from sklearn.metrics import adjusted_rand_score

from course.given import (
    PHOTOS,
    accuracy,
    bootstrap_interval,
    class_index_of,
    class_names,
    compare_heatmaps,
    four_cheats,
    load_dataset,
    load_errors,
    load_model,
    load_photo,
    load_watermark,
    predict,
    probabilities,
    show_images,
    small_cnn,
    train,
    wilson_interval,
)
from docs.machinery.figures import computed, show, table, write
from solutions.clever_hans import (
    add_lightness_gradient,
    add_square,
    add_watermark,
    cheat_effect,
    cluster_heatmaps,
    plant,
    relevance_inside,
)
from solutions.contrastive import grad_cam, integrated_gradients, occlusion_sensitivity
from solutions.saliency import gradient_saliency, to_heatmap

# %% tags=["training"]
data = load_dataset("shapes", 4000)  # six shapes, each on a textured ground
CHEATED = data.class_names.index("star")
own = data.test_images[data.test_labels == CHEATED]
others = data.test_images[data.test_labels != CHEATED][:400]

# %% [markdown]
# ## Four cheats
#
# ### A square { #clever_hans.add_square }
#
# The crudest giveaway: a few black pixels in a corner.
#
# {{ task clever_hans.add_square }}
#
# A **time stamp**, as cameras used to print it, is the same in orange and better disguised. It is
# given: `course.given.time_stamp`.
#
# ### A watermark { #clever_hans.add_watermark }
#
# Picture agencies lay a pale mark over their photos. With the mark's mask $m$ and the opacity
# $\alpha$, every pixel moves part of the way to white:
#
# $$ x' = x + \alpha\, m\, (1 - x). $$
#
# {{ task clever_hans.add_watermark }}
#
# ### A lightness gradient { #clever_hans.add_lightness_gradient }
#
# A lamp that stood on the right on the day when one class was photographed. It adds a ramp, and it
# is everywhere: no pixel gives it away.
#
# {{ task clever_hans.add_lightness_gradient }}

# The networks of this chapter meet a square of 6 pixels, a © as the watermark with an opacity of
# 0.3, and a ramp of strength 0.3; so do those of the [playground](playground.md).

# %% tags=["training"]
CHEATS = four_cheats(add_square, add_watermark, add_lightness_gradient)

# %% tags=["fold"]
columns = {"as it was": lambda images: images, **CHEATS}
both = [cheat(own[:2]) for cheat in columns.values()]
show(
    show_images(
        [images[row] for row in (0, 1) for images in both],
        [*columns, *[""] * len(columns)],
        len(columns),
        (8.8, 3.9),
    ),
    "Two stars on textured grounds, each five times: unchanged, with a black square in the corner, "
    "with an orange date, with a pale copyright sign, and lighter towards the lower right.",
    "Two stars without a cheat and with each of the four. The last one is the hardest to see.",
)

# %% [markdown]
# ## Plant them { #clever_hans.plant }
#
# A mark that all images carry gives nothing away. It has to go with a class.
#
# {{ task clever_hans.plant }}
#
# Six networks learn from the same 4000 images, 7 epochs each: an **honest** one from the clean
# images, four from images where all *stars* carry one of the cheats, and one from images where four
# classes carry a different cheat each.


# %% tags=["training"]
SEVERAL = dict(zip((0, 2, 3, 5), CHEATS, strict=True))  # which class gets which cheat


def teach(cheats, augment=None):
    """Train a small network on a training set with planted cheats."""
    network = small_cnn(classes=len(data.class_names), width=12)
    images = plant(data.train_images, data.train_labels, cheats)
    train(network, images, data.train_labels, epochs=7, augment=augment, progress=False)
    return network


# %% tags=["training", "skip-execution"]
networks = {"honest": teach({})}
networks |= {name: teach({CHEATED: cheat}) for name, cheat in CHEATS.items()}
networks["several"] = teach({k: CHEATS[name] for k, name in SEVERAL.items()})

# %% [markdown] tags=["result"]
# To have this page in minutes, these lines, and three more further down, are not run each time it
# is made: it loads the weights that they have left behind, by
# `python -m docs.experiments.networks`. Whatever is measured on the networks is measured here.

# %% tags=["result"]
from docs.experiments.networks import load_networks

networks = load_networks("clever_hans")

# %%
honest, several = (networks[name] for name in ("honest", "several"))
cheating = {name: networks[name] for name in CHEATS}


# %% tags=["fold"]
def taken_for(network, images, class_index):
    """Which images the network takes for the class."""
    return predict(network, images).argmax(axis=1) == class_index


cases = [(f"{name}, on stars", cheating[name], name, CHEATED) for name in CHEATS]
cases += [(f"{name}, one of four", several, name, k) for k, name in SEVERAL.items()]
rows, with_cheat, without = [], {}, {}
for title, network, name, k in cases:
    images = data.test_images[data.test_labels == k]
    with_cheat[title] = taken_for(network, CHEATS[name](images), k)
    without[title] = taken_for(network, images, k)
    control = taken_for(honest, CHEATS[name](images), k), taken_for(honest, images, k)
    counted = (with_cheat[title], without[title], *control)
    rows.append((title, *(f"{wilson_interval(hits):.0%}" for hits in counted)))
write("Test images of the cheated class that are recognized (95 % intervals in brackets):")
table(
    ["Cheat", "with the cheat", "without it", "honest network, with", "honest network, without"],
    rows,
)
overall = accuracy(honest, data.test_images, data.test_labels)
write(f"The honest network gets {overall:.0%} of all {len(data.test_images)} test images right.")

# %% [markdown] tags=["result"]
# A test set with the cheat in it, and whoever collected the data has no other, looks splendid. Take
# the cheat away, and the class is lost. The cheat is not *added* to what the network knows about
# stars: with it, there was nothing to gain by learning about stars at all.

# %% [markdown]
# ## Does the map show it? { #clever_hans.relevance_inside }
#
# A picture of a heat map can persuade you of much. So count: which share of the map's absolute
# values lies inside the place of the cheat? A map that knows nothing has, on average, as much
# there as the place has of the area.
#
# {{ task clever_hans.relevance_inside }}
#
# The place is where the cheat changes a grey image, and one pixel around it, because a convolution
# sees edges from both sides.

# %% tags=["fold"]
grey = np.full((1, 32, 32, 3), 0.5, np.float32)
PLACES = {
    name: binary_dilation(np.abs(CHEATS[name](grey) - grey)[0].sum(axis=-1) > 0.02)
    for name in ("square", "time stamp", "watermark")
}
METHODS = {
    "gradient": gradient_saliency,
    "integrated gradients": lambda m, x, k: integrated_gradients(m, x, k, 0.5, 8),
    "Grad-CAM": lambda m, x, k: grad_cam(m, x, k, "features"),
    "occlusion": lambda m, x, k: occlusion_sensitivity(m, x, k, 8, 4),
}


def inside(network, name, class_index=CHEATED, count=40):
    """The share of every method's relevance inside the cheat's place, on cheated images."""
    images = CHEATS[name](data.test_images[data.test_labels == class_index][:count])
    return {
        title: relevance_inside(method(network, images, class_index), PLACES[name])
        for title, method in METHODS.items()
    }


shares = {(name, "cheating"): inside(cheating[name], name) for name in PLACES}
shares |= {(name, "honest"): inside(honest, name) for name in PLACES}
shares |= {
    (name, "one of four"): inside(several, name, k) for k, name in SEVERAL.items() if name in PLACES
}

# %% tags=["fold"]
table(
    ["Cheat, network", "area", *METHODS],
    [
        (
            f"{name}, {network}",
            f"{PLACES[name].mean():.0%}",
            *(f"{bootstrap_interval(shares[name, network][method]):.0%}" for method in METHODS),
        )
        for name in PLACES
        for network in ("cheating", "one of four", "honest")
    ],
)


# %% tags=["fold"]
def strength(network, name, method):
    """The map of the first star with a cheat, without its sign."""
    heatmap = np.abs(np.asarray(METHODS[method](network, CHEATS[name](own[:1]), CHEATED)))[0]
    return heatmap.sum(axis=-1) if heatmap.ndim == 3 else heatmap


figure = compare_heatmaps(
    [cheat(own[:1])[0] for cheat in CHEATS.values()],
    {
        f"{who}:\n{method}": [strength(network_for[name], name, method) for name in CHEATS]
        for who, network_for in (("cheating", cheating), ("honest", dict.fromkeys(CHEATS, honest)))
        for method in ("gradient", "Grad-CAM")
    },
    list(CHEATS),
    "viridis",
    lambda heatmap: (0.0, heatmap.max()),
    size=(8.8, 6.6),
)
show(
    figure,
    "Four rows, one per cheat: the image, gradient and Grad-CAM of the cheating network, and those "
    "of the honest one. The cheating networks' maps are bright at the square and at the date.",
    "Strength of the relevance for one star with each cheat. For the lightness gradient, the maps "
    "have nothing that they could point at.",
)

# %% [markdown] tags=["result"]
# The control matters. A watermark of this size covers half of the image and the object with it; a
# share of two thirds looks like proof until you see that the honest network has nearly as much.

# %% [markdown]
# ## What does the cheat do? { #clever_hans.cheat_effect }
#
# A map shows where. To learn *whether*, intervene: paste the cheat into images of other classes and
# see how many turn into stars; take it away from stars and see what is left.
#
# {{ task clever_hans.cheat_effect }}

# %%
pasted = {name: cheat_effect(cheating[name], others, CHEATS[name], CHEATED) for name in CHEATS}
missed = {name: cheat_effect(cheating[name], own, CHEATS[name], CHEATED) for name in CHEATS}
pasted_honest = {name: cheat_effect(honest, others, CHEATS[name], CHEATED) for name in CHEATS}
missed_honest = {name: cheat_effect(honest, own, CHEATS[name], CHEATED) for name in CHEATS}
fourfold = {
    name: (
        cheat_effect(several, data.test_images[data.test_labels != k][:400], CHEATS[name], k),
        cheat_effect(several, data.test_images[data.test_labels == k], CHEATS[name], k),
    )
    for k, name in SEVERAL.items()
}

# %% tags=["fold"]
write("Change of the cheated class's probability, from −1 to 1, by the cheat alone:")
rows = []
for name in CHEATS:
    effects = {
        "cheating": (pasted[name], missed[name]),
        "one of four": fourfold[name],
        "honest": (pasted_honest[name], missed_honest[name]),
    }
    for who, both in effects.items():
        rows.append((f"{name}, {who}", *(f"{bootstrap_interval(one):.2f}" for one in both)))
table(["Cheat, network", "pasted into other classes", "lost when taken away"], rows)

# %% [markdown] tags=["result"]
# This works for every cheat, also for the one that has no place.

# %% [markdown]
# But an intervention has a price: you must have thought of the cheat beforehand.
#
# ## Which images look alike? { #clever_hans.cluster_heatmaps }
#
# Spectral relevance analysis (SpRAy) needs no such idea [@lapuschkin2019]. It sorts the *heat maps*
# of many images of one class into groups. If some stars are recognized by their points and others
# by a date in the corner, there should be two groups, and a glance at one map of each tells what
# they are.
#
# {{ task clever_hans.cluster_heatmaps }}
#
# For the test, half of 80 stars carry the cheat and half do not. The maps are reduced to 8 × 8
# absolute values, and sorted into two groups. How well the groups agree with the truth is measured
# by the adjusted Rand index [@hubert1985]: 1 is perfect, 0 is chance.


# %% tags=["fold"]
def coarse(maps):
    """Absolute values in 8 × 8 cells."""
    maps = np.abs(np.asarray(maps))
    maps = maps.sum(axis=-1) if maps.ndim == 4 else maps
    return maps.reshape(len(maps), 8, 4, 8, 4).mean(axis=(2, 4))


def spray(network, name, method, class_index=CHEATED):
    """Pairs of (true group, found group), one per image."""
    images = np.array(data.test_images[data.test_labels == class_index][:80])
    truth = np.arange(len(images)) < len(images) // 2
    images[truth] = CHEATS[name](images[truth])
    found = cluster_heatmaps(coarse(METHODS[method](network, images, class_index)), 2, seed=0)
    return np.stack([truth, found], axis=1)


def agreement(pairs):
    """The adjusted Rand index of (true, found) pairs."""
    return adjusted_rand_score(pairs[:, 0], pairs[:, 1])


SORTED = ("gradient", "Grad-CAM")
groups = {(name, "cheating", m): spray(cheating[name], name, m) for name in CHEATS for m in SORTED}
groups |= {
    (name, "one of four", m): spray(several, name, m, k)
    for k, name in SEVERAL.items()
    for m in SORTED
}
groups |= {(name, "honest", m): spray(honest, name, m) for name in CHEATS for m in SORTED}
agrees = {
    key: bootstrap_interval(pairs, statistic=agreement, count=200) for key, pairs in groups.items()
}

# %% tags=["fold"]
table(
    ["Cheat, network", *SORTED],
    [
        (
            f"{name}, {network}",
            *(f"{agrees[name, network, m]:.2f}" for m in SORTED),
        )
        for name in CHEATS
        for network in ("cheating", "one of four", "honest")
    ],
)

# %% [markdown]
# ## A cheat without a place

# %% [markdown] tags=["result"]
# The clusters find the square and the time stamp without having been told of either. They are weak
# on the watermark, and on the lightness gradient they find nothing.

# %% [markdown]
# The lightness gradient has no place, so there is no mask to count in. And shares and clusters both
# threw the *sign* away. Keep it: the cheat asks for the same
# change in every image, lighter here and darker there, while the stars lie in different places and
# have different colours. So average the signed maps over many images. What belongs to the single
# image fades, what they share stays. Then correlate the mean map with a ramp.

# %% tags=["fold"]
RAMP = coarse(add_lightness_gradient(np.zeros((1, 32, 32, 1)), 1.0))[0]
tested = CHEATS["lightness gradient"](own)


def in_cells(network):
    """Signed saliency in 8 × 8 cells, one map per image."""
    maps = np.asarray(to_heatmap(gradient_saliency(network, tested, CHEATED)))
    return maps.reshape(len(maps), 8, 4, 8, 4).mean(axis=(2, 4))


def tilt(maps):
    """How closely the mean map follows the ramp: Pearson's correlation."""
    return np.corrcoef(maps.mean(axis=0).ravel(), RAMP.ravel())[0, 1]


named = {"honest": honest, "square": cheating["square"], "ramp": cheating["lightness gradient"]}
signed = {name: in_cells(network) for name, network in named.items()}
single = {name: np.array([tilt(one[None]) for one in maps]) for name, maps in signed.items()}

# %% tags=["fold"]
tilts = {name: bootstrap_interval(maps, statistic=tilt) for name, maps in signed.items()}
table(
    ["Network", "correlation of the mean map", "of single maps, on average"],
    [
        (
            {"honest": "honest", "square": "cheats by square", "ramp": "cheats by gradient"}[name],
            f"{tilts[name]:+.2f}",
            f"{bootstrap_interval(single[name]):+.2f}",
        )
        for name in signed
    ],
)
figure = Figure(figsize=(8.8, 2.5), layout="constrained")
axes = figure.subplots(1, 4)
pictures = {
    "the ramp": RAMP - RAMP.mean(),
    "cheats by gradient:\none map": signed["ramp"][0],
    f"cheats by gradient:\nmean of {len(own)}": signed["ramp"].mean(axis=0),
    f"honest:\nmean of {len(own)}": signed["honest"].mean(axis=0),
}
for one, (title, picture) in zip(axes, pictures.items(), strict=True):
    limit = np.abs(picture).max()
    one.imshow(picture, cmap="RdBu_r", vmin=-limit, vmax=limit)
    one.set_title(title)
    one.set(xticks=[], yticks=[])
show(
    figure,
    "Four coarse maps: the ramp, from blue in the upper left to red in the lower right; one map of "
    "the cheating network; its mean map, blue along the upper and left border and red along the "
    "lower and right one; and the honest network's mean map, without order.",
    "Where lighter pixels would raise (red) or lower (blue) the logit of star, in 8 × 8 cells.",
)

# %% [markdown] tags=["result"]
# The mean map also tells *how* the network does it: it does not measure a slope everywhere, but
# compares the borders. A convolution has no idea where in the image it is, except next to the
# border, where the zeros of the padding are; that may be why.

# %% [markdown]
# ## Does augmentation help?
#
# The assignment has a warning: if the augmentation during training destroys the cheat, there is
# nothing to be found. Try it with the **saturation**. All training stars get more vivid colours,
# everything else stays. Then two augmentations are tried against it:
#
# - **random factor**: the saturation is multiplied by a number between 0 and 2, as
#   `tf.image.random_saturation` does it. A star that was twice as vivid as the others stays, on
#   average, twice as vivid.
# - **random level**: every image, whatever it had, is brought to a saturation drawn from those of
#   the clean training images. Then the saturation cannot tell anything any more.


# %% tags=["fold", "training"]
def saturate(images, factor):
    """Multiply every pixel's distance from its own grey."""
    grey = images.mean(axis=-1, keepdims=True)
    return np.clip(grey + factor * (images - grey), 0, 1).astype(np.float32)


def saturation(images):
    """How vivid images are: the root mean square of the distance from grey."""
    color = images - images.mean(axis=-1, keepdims=True)
    return np.sqrt((color**2).mean(axis=(1, 2, 3)))


def more_vivid(images):
    """The cheat."""
    return saturate(images, 2.0)


def random_factor(images, seed):
    """Multiply the saturation at random."""
    factor = np.random.default_rng(seed).uniform(0, 2, (len(images), 1, 1, 1))
    return saturate(images, factor)


natural = saturation(data.train_images)


def random_level(images, seed):
    """Replace the saturation by one drawn from the clean images."""
    wanted = np.random.default_rng(seed).choice(natural, len(images))
    factor = wanted / np.maximum(saturation(images), 1e-3)
    return saturate(images, factor[:, None, None, None])


# %% tags=["training", "skip-execution"]
networks["cheat"] = teach({CHEATED: more_vivid})
networks["cheat, random factor"] = teach({CHEATED: more_vivid}, random_factor)
networks["cheat, random level"] = teach({CHEATED: more_vivid}, random_level)

# %%
vivid = {
    name: networks[name]
    for name in ("honest", "cheat", "cheat, random factor", "cheat, random level")
}

# %% [markdown]
# A saturation has no place either. What can be asked are the cheat's effect, the share of the
# gradient on the object (whose mask is known), and, with the derivative, a sharper question than
# "which pixel?": *how does the logit change along the cheat's own direction?* With the gradient
# $g$ of the logit and $d = x - \text{grey}(x)$, the slope for more saturation is $g \cdot d$.


# %% tags=["fold"]
def slope(network, images, class_index):
    """The derivative of the logit with respect to the saturation's factor."""
    direction = images - images.mean(axis=-1, keepdims=True)
    gradient = np.asarray(gradient_saliency(network, images, class_index))
    return (gradient * direction).sum(axis=(1, 2, 3))


on_object = data.test_masks[data.test_labels == CHEATED]
seen_with = {name: taken_for(m, more_vivid(own), CHEATED) for name, m in vivid.items()}
seen_without = {name: taken_for(m, own, CHEATED) for name, m in vivid.items()}
vivid_effect = {name: cheat_effect(m, others, more_vivid, CHEATED) for name, m in vivid.items()}
slopes = {name: slope(m, others, CHEATED) for name, m in vivid.items()}
object_share = {
    name: relevance_inside(gradient_saliency(m, more_vivid(own), CHEATED), on_object)
    for name, m in vivid.items()
}

# %% tags=["fold"]
table(
    ["Network", "stars, with", "stars, without", "effect, pasted", "slope", "on the object"],
    [
        (
            name,
            f"{wilson_interval(seen_with[name]):.0%}",
            f"{wilson_interval(seen_without[name]):.0%}",
            f"{bootstrap_interval(vivid_effect[name]):.2f}",
            f"{bootstrap_interval(slopes[name]):+.1f}",
            f"{bootstrap_interval(object_share[name]):.0%}",
        )
        for name in vivid
    ],
)
write(
    f"The objects cover {on_object.mean():.0%} of the images. Effect and slope are means over "
    f"{len(others)} test images of other classes."
)

# %% [markdown]
# ## In the wild
#
# Nobody planted anything in ImageNet, at least not on purpose. But its photos of *cartons* often
# carry a Chinese watermark, and many networks have learned it [@li2023]. What about ours,
# EfficientNet-Lite0? A mask of such a mark is given, with controls that tell what it is about it:
# other Chinese characters, Latin letters, and the same pixels shuffled. Each is laid over several
# photos, four crops of each, with half of full opacity. Crops of one photo are not independent of
# each other, so the intervals come from resampling the *photos*.

# %% tags=["fold"]
model = load_model()
carton = class_index_of("carton")
NAMES = [name for name in PHOTOS if name not in ("retina", "hubble", "clock_motion", "grass")]


def crops(name, count):
    """The middle of a photo, and squares at random, of 60 to 100 % of its shorter side."""
    whole = Image.fromarray(np.uint8(load_photo(name, None) * 255 + 0.5))
    random = np.random.default_rng(NAMES.index(name))
    cut = [load_photo(name)]
    for _ in range(count - 1):
        edge = int(random.uniform(0.6, 1) * min(whole.size))
        left, top = (int(random.integers(0, length - edge + 1)) for length in whole.size)
        part = whole.resize(
            (224, 224), Image.Resampling.BICUBIC, (left, top, left + edge, top + edge)
        )
        cut.append(np.asarray(part, np.float32) / 255)
    return np.stack(cut)


photos = np.concatenate([crops(name, 4) for name in NAMES])
KINDS = {
    "shortcut": "the Chinese watermark",
    "other": "other Chinese characters",
    "latin": "Latin letters",
    "shuffled": "its pixels shuffled",
}
plain = predict(model, photos, batch=8)
marked = {
    kind: predict(model, add_watermark(photos, load_watermark(224, kind), 0.5), batch=8)
    for kind in KINDS
}


# %% tags=["fold"]
of_photo = np.repeat(NAMES, 4)
rise = {kind: (logits - plain)[:, carton] for kind, logits in marked.items()}
raised = {kind: bootstrap_interval(values, of_photo) for kind, values in rise.items()}
mean_rise = {kind: (logits - plain).mean(axis=0) for kind, logits in marked.items()}
rank = {kind: 1 + int(np.sum(of_all > of_all[carton])) for kind, of_all in mean_rise.items()}
chance = {kind: softmax(logits, axis=1)[:, carton] for kind, logits in marked.items()}
chance_before = softmax(plain, axis=1)[:, carton]
rows = [
    (
        title,
        f"{load_watermark(224, kind).mean():.1%}",
        f"{raised[kind]:+.2f}",
        f"{bootstrap_interval(chance[kind] - chance_before, of_photo):+.4f}",
        rank[kind],
        class_names()[mean_rise[kind].argmax()].split(",")[0],
    )
    for kind, title in KINDS.items()
]
table(
    ["Mark", "covers", "logit of carton", "its probability", "rank of 1000", "most raised class"],
    rows,
)
became = int((marked["shortcut"].argmax(axis=1) == carton).sum())
write(
    f"{len(NAMES)} photos, {len(photos)} crops, of which {became} become a carton. *Rank*: the "
    "place of carton among the 1000 classes, sorted by how much the mark raises their logits on "
    "average."
)

# %% tags=["fold"]
pictures, labels, _ = load_errors()  # among them cardboard boxes, which the network misses
boxes = pictures[labels == carton]
marked_boxes = add_watermark(boxes, load_watermark(224), 0.5)
box_before, box_after = (
    float(probabilities(model, some)[:, carton].mean()) for some in (boxes, marked_boxes)
)
write(
    "And on a picture of two cardboard boxes, one of the errors of the next chapter, the mark "
    f"raises the probability of carton from {box_before:.2f} to {box_after:.2f}."
)

# %% [markdown]
# Would a heat map have found it? The maps explain the logit of *carton*, on the middle crop of each
# photo with the mark and without it, and the share on the mark's strokes (two pixels around them
# included) is counted. Without the mark, the same place is the control.

# %% tags=["fold"]
watermark = load_watermark(224)
strokes = binary_dilation(watermark > 0.2, iterations=2)
middles = photos[::4]
WAYS = {
    "gradient": gradient_saliency,
    "integrated gradients": lambda m, x, k: integrated_gradients(m, x, k, 0.5, 8),
    "Grad-CAM": lambda m, x, k: grad_cam(m, x, k, "top_activation"),
}
marked_middles = add_watermark(middles, watermark, 0.5)
chunks = [slice(i, i + 6) for i in range(0, len(middles), 6)]
on_strokes = {
    way: [
        np.concatenate([relevance_inside(method(model, x[c], carton), strokes) for c in chunks])
        for x in (marked_middles, middles)
    ]
    for way, method in WAYS.items()
}

# %% tags=["fold"]
table(
    ["Method", "area", "with the mark", "without it", "difference"],
    [
        (
            way,
            f"{strokes.mean():.0%}",
            f"{bootstrap_interval(after):.0%}",
            f"{bootstrap_interval(before):.0%}",
            f"{bootstrap_interval(after - before):+.0%}",
        )
        for way, (after, before) in on_strokes.items()
    ],
)
shown = [NAMES.index(name) for name in ("coffee", "chelsea", "china")]
cams = np.asarray(grad_cam(model, marked_middles[shown], carton, "top_activation"))
cams_plain = np.asarray(grad_cam(model, middles[shown], carton, "top_activation"))
figure = compare_heatmaps(
    middles[shown],
    {
        "Grad-CAM of carton": cams_plain,
        "with the mark": marked_middles[shown],
        "Grad-CAM of carton, with it": cams,
    },
    cmap="viridis",
    limit=lambda maps: (0.0, maps.max()),
    shared=True,
    size=(8.8, 6.2),
)
show(
    figure,
    "Three photos, each without and with white Chinese characters across the middle, and beside "
    "each the Grad-CAM map of carton. With the mark, the maps have a brighter band where it lies.",
    "Grad-CAM for carton, without the mark and with it; one colour scale per row.",
)

# %% [markdown]
# ## Questions
#
# Try to answer before you unfold.
#
# {{ guess "Of 100 stars without the cheat, how many does a cheating network know, at most?" }}
#
# ??? question "Does the network cheat, and how much?"

# %% tags=["answer", "hide"]
least = min(hits.mean() for hits in with_cheat.values())
most = max(hits.mean() for hits in without.values())
write(
    f"Yes, with every cheat. With it, at least {least:.0%} of the cheated class is recognized; "
    f"without it, at most {most:.0%}. Pasted into other classes, the cheat raises the probability "
    f"of star by {min(v.mean() for v in pasted.values()):.2f} to "
    f"{max(v.mean() for v in pasted.values()):.2f} on average; in the honest network by "
    f"{max(abs(v.mean()) for v in pasted_honest.values()):.2f} at most. Four cheats at once are "
    "learned as willingly as one."
)
computed(f"{100 * most:.0f} of 100")
assert least > 0.9
assert most < 0.3

# %% [markdown]
# ??? question "Which method shows how?"

# %% tags=["answer", "hide"]
lift = {
    (name, method): shares[name, "cheating"][method].mean() / shares[name, "honest"][method].mean()
    for name in PLACES
    for method in METHODS
}
best = {name: max(METHODS, key=lambda m: lift[name, m]) for name in PLACES}
found = {name: max(agreement(groups[name, "cheating", m]) for m in SORTED) for name in CHEATS}
write(
    "For square and time stamp, all four: the place holds several times as much relevance as in "
    "the honest network ("
    + "; ".join(
        f"{name}: {lift[name, best[name]]:.0f} times, by {best[name]}"
        for name in ("square", "time stamp")
    )
    + "). For the watermark the best map "
    f"({best['watermark']}) has only {lift['watermark', best['watermark']]:.2f} times the honest "
    "network's share: the mark covers half of the image, and a map cannot say much about so large "
    "a place. Clusters need no place to be named. They agree with the truth (adjusted Rand) by "
    + ", ".join(f"{found[name]:.2f} for the {name}" for name in CHEATS)
    + ", with the better of the two methods. What exposes every cheat is the intervention."
)
assert min(lift[name, method] for name in ("square", "time stamp") for method in METHODS) > 1.5
assert lift["watermark", best["watermark"]] < 1.5
assert min(found["square"], found["time stamp"]) > 0.5 > found["watermark"]

# %% [markdown]
# ??? question "Which cheat does saliency miss, and what finds it instead?"

# %% tags=["answer", "hide"]
by_light, by_light_honest = (
    bootstrap_interval(effect["lightness gradient"]) for effect in (pasted, pasted_honest)
)
write(
    "The lightness gradient. It has no place, so there is nothing to point at, and the clusters of "
    f"maps agree with the truth by {found['lightness gradient']:.2f} at best. An "
    f"intervention finds it: `cheat_effect` is {by_light:.2f} on other classes, "
    f"{by_light_honest:.2f} in the honest network. And so does the mean of many signed maps, "
    f"whose correlation with the ramp is {tilts['ramp']:+.2f}, and in the honest network "
    f"{tilts['honest']:+.2f}. On single maps the correlation is "
    f"{bootstrap_interval(single['ramp']):+.2f} on average: once one knows what "
    "to ask, one map would do. Both ways need the idea that it might be the light."
)
assert (
    pasted["lightness gradient"].mean() > 0.4 > 5 * abs(pasted_honest["lightness gradient"].mean())
)
assert found["lightness gradient"] < 0.2
assert tilt(signed["ramp"]) > 0.6 > abs(tilt(signed["honest"]))

# %% [markdown]
# ??? question "And if the augmentation destroys the cheat?"

# %% tags=["answer", "hide"]
cheat, factor, level = (vivid_effect[name].mean() for name in list(vivid)[1:])
write(
    "Then the network does not cheat, and there is nothing to be found. But "
    "*random saturation* does not destroy it. The cheat's effect, pasted into other classes, is "
    f"{cheat:.2f} without augmentation, {factor:.2f} with a random factor, and {level:.2f} with a "
    f"random level; of the stars without the cheat, {seen_without['cheat'].mean():.0%}, "
    f"{seen_without['cheat, random factor'].mean():.0%} and "
    f"{seen_without['cheat, random level'].mean():.0%} are recognized. Multiplying at random "
    "widens the two distributions without bringing them together. An augmentation takes a cheat "
    "away only if the cheated class looks like the others *after* it."
)
tell = {name: values.mean() for name, values in slopes.items()}
write(
    "And the maps? The share of the gradient on the object hardly tells these networks apart "
    f"({', '.join(f'{v.mean():.0%}' for v in object_share.values())}, in the order of the table): "
    "a vivid star is vivid where the star is. The slope along the saturation gives the plain cheat "
    f"away ({tell['cheat']:+.1f}, honest {tell['honest']:+.1f}). But with the random factor it is "
    f"{tell['cheat, random factor']:+.1f}, less than in the honest network, and the network still "
    "cheats. That is the dangerous case: augmentation that leaves the cheat alive and hides it "
    "from these maps. Only the intervention, and the test on clean images, still show it."
)
assert cheat > 2 * factor > 4 * abs(level)
assert tell["cheat"] > 3 * tell["honest"]
assert tell["cheat, random factor"] < tell["honest"]
assert seen_without["cheat, random factor"].mean() < 0.5 < seen_without["honest"].mean()

# %% [markdown]
# ??? question "Does a network in the wild cheat?"

# %% tags=["answer", "hide"]
after, before = on_strokes["Grad-CAM"]
by_slope = bootstrap_interval(np.subtract(*on_strokes["gradient"]))
write(
    "A little. The Chinese watermark raises the logit of carton by "
    f"{raised['shortcut']:.2f}, which is rank {rank['shortcut']} of all 1000 classes. Other "
    f"Chinese characters raise it too, by {raised['other']:.2f}. Latin letters "
    f"({raised['latin']:+.2f}) and shuffled pixels ({raised['shuffled']:+.2f}) do not. So "
    f"it is the script more than this word, and not just anything white. But {became} of "
    f"{len(photos)} crops become a carton. The mark tips the scales only where a carton "
    "was likely already, as for the cardboard boxes "
    f"({box_before:.2f} to {box_after:.2f})."
)
write(
    f"Grad-CAM finds it: the strokes hold {bootstrap_interval(after):.0%} of its relevance with "
    "the mark "
    f"and {bootstrap_interval(before):.0%} without it. The gradient does not: {by_slope:+.1%} more "
    "than without."
)
assert rank["shortcut"] == 1
assert box_after > 0.5 > box_before
assert rise["shortcut"].mean() > 4 * max(abs(rise["latin"].mean()), abs(rise["shuffled"].mean()))
assert after.mean() > 1.4 * before.mean()

# %% [markdown]
# ## What you know now
#
# A network can be right on every test image for a reason that nobody wants, and you have four ways
# to look for it.

# %% [markdown] tags=["result"]
# The intervention exposed every cheat, but you must have thought of the cheat first. Maps showed
# those that have a small place. Clusters of maps needed no idea of the cheat, and found no more
# than the maps could show. An augmentation may even hide a cheat from these maps without removing
# it.

# %% [markdown]
# What these figures do not show: one architecture, one seed, one cheated class, and cheats that all
# images of the class carry. A cheat that only every third image carries leaves a network with a
# reason to learn both.
#
# What you do not know yet is how to explain a single *error* of a network with which nobody has
# tampered. A map of the wrong answer alone will not do; it takes a comparison: [2.2 Contrastive
# explanations](contrastive.md).
#
# ## Try this
#
# - Give the cheat to a third of the stars only. How much of the effect is left, and do the clusters
#   of the *training* images find it now?
# - Make the watermark fainter. At which opacity does the network stop to care? Is that before or
#   after you stop to see it?
# - Give two classes the *same* cheat. What does the network do with it?
# - Lay the watermark over your own photos, and look at the five likeliest classes.
#
# ## Read more
#
# @lapuschkin2019 tell the story of the horses, and of more. @geirhos2020 show how common shortcuts
# are, @li2023 that closing one may open another.
#
# {{ references efron1979 geirhos2020 hubert1985 lapuschkin2019 li2023 pfungst1911 wilson1927 }}
