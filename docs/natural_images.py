# %% [markdown]
# # 1.4 Natural images: what would another network say?
#
# The images of [the chapter before](feature_visualization.md) looked like fruit to those who wanted
# to see fruit. This chapter, a bonus too, makes "natural" something that can be measured, fails the
# old images by it, and then makes new ones that two other networks recognize, though nobody has
# asked them before.

# %% tags=["fold", "kept"]
import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter, rotate

from course.given import (
    PHOTOS,
    bootstrap_interval,
    class_index_of,
    load_model,
    load_photos,
    recognized_by,
    show_images,
    wilson_interval,
)
from docs.machinery.figures import computed, show, table, write
from solutions.activation_maximization import random_start
from solutions.feature_visualization import maximize_class_regularized, total_variation
from solutions.natural_images import (
    color_basis,
    deep_dream,
    fourier_images,
    frequencies,
    random_view,
    visualize_channel,
    visualize_class,
)

# %% tags=["kept"]
model = load_model()
others = [load_model("efficientnet-lite1"), load_model("efficientnet-lite2")]
photos = load_photos(PHOTOS)
names = ["pineapple", "tarantula", "espresso", "tabby", "goldfish", "zebra"]
names += ["volcano", "strawberry", "hen", "beaver", "starfish", "balloon"]
classes = np.array([class_index_of(name) for name in names])

# %% [markdown]
# ## What is asked
#
# An image is natural if it shows its object to others than the one for whom it was made. People are
# such others, but they know what they are looking for, and they like to find it. So take networks:
# EfficientNet-Lite1 and Lite2 were trained on the same photos as our Lite0, have other weights and
# are deeper, and `recognized_by` asks them. Here is what they say of the images of the chapter
# before, made as there:

# %%
noise = np.asarray(random_start((2, 224, 224, 3), seed=0))
faint = 0.48 + 0.04 * noise  # noise of little contrast, around mid-grey
regularizers = {"tv_weight": 1e-3, "l2_weight": 1e-3, "blur_sigma": 0.5, "max_shift": 8}
plain = maximize_class_regularized(model, faint, classes[:2], 32, 3.0).images
regularized = maximize_class_regularized(model, faint, classes[:2], 64, 3.0, **regularizers).images

# %% tags=["fold"]
LITE = ["Lite0", "Lite1", "Lite2"]
before = {
    "plain ascent": recognized_by([model, *others], plain, classes[:2]),
    "all regularizers": recognized_by([model, *others], regularized, classes[:2]),
}
table(
    ["Image", *LITE],
    [
        (f"{names[i]}, {how}", *(f"{p:.3f}" for p in seen.probability[:, i]))
        for how, seen in before.items()
        for i in range(2)
    ],
)
assert before["plain ascent"].probability[0].min() > 0.9
assert max(seen.probability[1:].max() for seen in before.values()) < 0.1
write(
    "The others, for which the images were not made, give them "
    f"{max(seen.probability[1:].max() for seen in before.values()):.3f} at most. What we took for "
    "fruit and legs was a secret between one network and us."
)

# %% [markdown]
# Three ingredients are said to change that [@olah2017]. Each says something about photos, and none
# about any class.
#
# ## How fast does it vary? { #natural_images.frequencies }
#
# An image can be written as a sum of waves, and photos are mostly slow ones. The discrete Fourier
# transform finds how strong each wave is; how fast it varies, in cycles per pixel, is the length of
# the vector of its vertical and its horizontal frequency,
#
# $$ f = \sqrt{f_y^2 + f_x^2} . $$
#
# {{ task natural_images.frequencies }}

# %%
speed = frequencies(224, 224)
bands = np.geomspace(1 / 112, 0.5, 12)


def strength(images):
    """How strong waves are, by how fast they are: the root mean square in each band."""
    planes = np.moveaxis(np.asarray(images, float), -1, 1)
    power = np.abs(np.fft.rfft2(planes, norm="ortho")) ** 2
    band = np.digitize(speed, bands)
    return np.sqrt([power[..., band == k].mean() for k in range(1, len(bands))])


# %% tags=["fold"]
middle = np.sqrt(bands[1:] * bands[:-1])
curves = {
    "photos": strength(photos),
    "plain ascent": strength(plain),
    "all regularizers": strength(regularized),
}
figure = Figure(figsize=(6.6, 3), layout="constrained")
axes = figure.subplots()
for name, curve in curves.items():
    axes.loglog(middle, curve / curve[0], label=name)
axes.loglog(middle, middle[0] / middle, ":", color="#7a7a7b", label="1 / frequency")
axes.set(xlabel="cycles per pixel", ylabel="strength, the slowest is 1")
axes.legend()
show(
    figure,
    "Four curves over the frequency. That of the photos falls along the line 1 / frequency; those "
    "of the two ascents stay far above it.",
    "How strong slow and fast waves are, on logarithmic axes.",
)
falls = {name: np.polyfit(np.log(middle), np.log(curve), 1)[0] for name, curve in curves.items()}
assert -1.5 < falls["photos"] < -0.8
assert min(falls["plain ascent"], falls["all regularizers"]) > falls["photos"] + 0.3
write(
    f"In photos the strength falls like $f^{{{falls['photos']:.1f}}}$, nearly as 1 / frequency: "
    f"no object has a size of its own, since it may stand near or far. After plain ascent it falls "
    f"like $f^{{{falls['plain ascent']:.1f}}}$, with all regularizers like "
    f"$f^{{{falls['all regularizers']:.1f}}}$."
)

# %% [markdown]
# ## Paint with waves { #natural_images.fourier_images }
#
# So do not change pixels: change the **spectrum**, and divide every coefficient by its frequency on
# the way to the image,
#
# $$ x = \sqrt{HW} \; \mathcal F^{-1} \! \left( \frac{s}{\max(f, 1 / \max(H, W))} \right) . $$
#
# Nothing becomes impossible by that, every image has its spectrum; but equal steps now move slow
# waves far, and fast ones little [@mordvintsev2018].
#
# {{ task natural_images.fourier_images }}
#
# ## Colours that go together { #natural_images.color_basis }
#
# Where a photo is light, it is light in red, green and blue; a pixel that is red alone is rare.
# Independent channels know nothing of that, and paint in all the colours of a soap bubble. If $z$
# has independent channels of variance 1, then $A z$ has the covariance $A A^{\mathsf T}$. So take
# for $A$ a square root of the photos' covariance.
#
# {{ task natural_images.color_basis }}

# %% tags=["kept"]
colors = color_basis(photos)

# %%
rng = np.random.default_rng(0)
random_spectrum = rng.normal(size=(2, 1, 3, 224, 113)).astype(np.float32)
waves = np.asarray(fourier_images(random_spectrum[0] + 1j * random_spectrum[1], 224, 224))
ingredients = {
    "independent pixels": rng.normal(size=(224, 224, 3)),
    "slow waves strong": waves[0] / waves.std(),
    "and colours of photos": (waves / waves.std())[0] @ colors.T / np.sqrt((colors**2).sum() / 3),
}

# %% tags=["fold"]
show(
    show_images(
        [1 / (1 + np.exp(-image)) for image in ingredients.values()], list(ingredients), columns=3
    ),
    "Coloured noise of single pixels; clouds in all colours; clouds from dark to light with little "
    "colour, in blue and brown.",
    "Three kinds of noise. None knows anything of objects; the last has the spectrum and the "
    "colours of the photos.",
)
light = np.abs(colors[:, np.linalg.norm(colors, axis=0).argmax()])
assert light.min() > 0.8 * light.max()
write(
    "The longest column of $A$ is "
    f"({', '.join(f'{value:.2f}' for value in light)}): red, green and blue together, so mostly "
    "lightness. The other two have the lengths "
    + " and ".join(f"{n:.2f}" for n in sorted(np.linalg.norm(colors, axis=0))[1::-1])
    + "."
)

# %% [markdown]
# ## Never from the same place twice { #natural_images.random_view }
#
# A beetle stays a beetle if the camera moves, turns or comes nearer. `jitter` moved it by whole
# pixels; a **view** is shifted, turned and zoomed, with other amounts for every image.
#
# {{ task natural_images.random_view }}

# %%
views = random_view(np.repeat(photos[:1], 4, axis=0), 16, 15, 0.2, seed=0)

# %% tags=["fold"]
show(
    show_images(views),
    f"The photo {next(iter(PHOTOS))} four times, each a little shifted, turned and zoomed.",
    "One batch, four views: at most 16 pixels, 15 degrees and a fifth larger or smaller.",
)

# %% [markdown]
# ## All together { #natural_images.visualize_class }
#
# Adam [@kingma2014] climbs in the spectrum, each step sees a fresh view, and a sigmoid keeps the
# images valid:
#
# $$ \max_s \; \mathbb E_{\text{view}} \; z_c \bigl( \text{view}(\sigma(A \, x(s))) \bigr) . $$
#
# {{ task natural_images.visualize_class }}

# %% tags=["kept", "skip-execution"]
ascent = visualize_class(model, classes, steps=128, seed=0, colors=colors)
images = np.asarray(ascent.images)

# %% [markdown] tags=["result"]
# That takes a minute, so this page does not climb again each time it is made: it loads the images
# that these lines have left behind, by `python -m docs.experiments.kept`. What others see in them
# is asked here.

# %% tags=["result"]
from docs.experiments.kept import load_kept

images = load_kept("natural_images")["images"]

# %%
seen = recognized_by(others, images, classes)

# %% tags=["fold"]
show(
    show_images(images, names, columns=4),
    "Twelve pictures in muted colours, in which parts of things can be made out: scales and "
    "leaves, orange fins, dark feathers, red berries, stripes.",
    "What EfficientNet-Lite0 would like to see, from noise, in 128 steps.",
)
first = seen.rank == 1
shares = [wilson_interval(int(one.sum()), len(classes)) for one in first]
table(
    ["Class", "Lite1", "place", "Lite2", "place"],
    [
        (
            name,
            *(text for j in (0, 1) for text in (f"{seen.probability[j, i]:.2f}", seen.rank[j, i])),
        )
        for i, name in enumerate(names)
    ],
)
assert min(share.value for share in shares) >= 0.8
write(
    f"Of these {len(names)} images, Lite1 puts the class first in {shares[0]:.0%} and Lite2 in "
    f"{shares[1]:.0%} (95 % intervals, Wilson), among a thousand classes each. Nobody has chosen "
    "among them: this is the first seed, and the classes were fixed beforehand."
)

# %% [markdown]
# Not all of a class is there. What you see are its **signs**, many times and in no order: scales
# without a fruit, legs without a spider. For the network, that is the class.
#
# ## Ask a channel again { #natural_images.visualize_channel }
#
# {{ task natural_images.visualize_channel }}

# %%
small = load_model(size=112)
chosen = {
    "block3_expand_norm": [4, 40],
    "block6_expand_norm": [34, 136],
    "block11_expand_norm": [0, 68],
}
found = {
    layer: visualize_channel(
        small, layer, np.array(channels), 64, 0, colors, view=(8, 15, 0.2), step_size=0.03
    )
    for layer, channels in chosen.items()
}

# %% tags=["fold"]
show(
    show_images(
        np.concatenate([ascent.images for ascent in found.values()]),
        [f"{layer.split('_')[0]}, channel {c}" for layer, some in chosen.items() for c in some],
        columns=3,
    ),
    "Six patterns: blurred stripes, dots in orange and blue, spots like eyes, curls, winding bands "
    "and a rough texture.",
    "What six hidden channels look for: stripes and colours first, then textures.",
)

# %% [markdown]
# The [microscope](microscope.md) shows twelve channels of every block, beside what excites them in
# the photos; and 63 classes, with what the two others see.
#
# ## Dream { #natural_images.deep_dream }
#
# Instead of asking for a class, let the network exaggerate what it finds. **DeepDream**
# [@mordvintsev2015] starts from a photo and climbs the mean square of all activations of a layer:
# the more something excites it, the more it is added. It goes through growing sizes (octaves), so
# that large things appear before their details.
#
# {{ task natural_images.deep_dream }}

# %%
photo = load_photos(["coffee"])[0]
any_size = load_model(size=None)
depths = ["block3_project", "block6_project", "block11_project"]
dreams = [
    np.asarray(deep_dream(any_size, photo, layer, 3, steps=8, step_size=0.015)) for layer in depths
]

# %% tags=["fold"]
show(
    show_images(
        [photo, *dreams], ["the photo", *(layer.split("_")[0] for layer in depths)], columns=4
    ),
    "A cup of espresso; the same cup covered with small cells, with parallel lines that follow its "
    "shape, and with fine strokes.",
    "The same photo, dreamt on by layers at three depths.",
)
changes = [np.sqrt(np.mean((dream - photo) ** 2)) for dream in dreams]
cup = recognized_by(others, np.stack([photo, *dreams]), class_index_of("espresso"))
assert max(changes) < 0.25
assert cup.probability[:, 1:].max() < 0.5 * cup.probability[:, 0].min()
write(
    "The dream has changed an average value by "
    + ", ".join(f"{change:.2f}" for change in changes)
    + " of the range. What the two others give espresso, before and after: "
    + "; ".join(", ".join(f"{p:.2f}" for p in row) for row in cup.probability)
    + ". You still see the cup. They do not."
)

# %% [markdown]
# ## Questions
#
# {{ guess "Which two of the three are enough for others to see the class?"
# "waves and colours" "waves and views" "colours and views" }}
#
# ??? question "What does each of the three contribute?"
#
#     Leave them out: with and without waves, colours and views there are eight ways. All with the
#     same steps, from noise of the same strength, for the twelve classes and from three seeds. That
#     takes longer than this page may, even at 160 pixels and 64 steps: `python -m
#     docs.experiments.ablation` has made the images and written down what the others see.

# %% tags=["answer", "fold"]
from docs.experiments import load_results
from docs.experiments.ablation import INGREDIENTS

chances, ranks = {}, {}  # by ingredients, then: seed and network, class
for one in load_results("ablation")["pieces"]:
    way = tuple(one["ingredients"])
    chances[way] = np.vstack([*chances.get(way, ()), *one["probability"]])
    ranks[way] = np.vstack([*ranks.get(way, ()), *one["rank"]])


def by_class(values):
    """A mean over seeds, networks and classes, with its interval: whole classes are drawn."""
    values = np.asarray(values, float)
    return bootstrap_interval(values.ravel(), np.tile(names, len(values)))


# %% tags=["answer", "fold"]
ordered = sorted(chances, key=lambda way: chances[way].mean())
table(
    ["Ingredients", "probability", "first", "median place"],
    [
        (
            ", ".join(n for n, there in zip(INGREDIENTS, way, strict=True) if there) or "none",
            f"{by_class(chances[way]):.2f}",
            f"{by_class(ranks[way] == 1):.0%}",
            f"{np.median(ranks[way]):.0f}",
        )
        for way in ordered
    ],
)

# %% tags=["answer", "fold"]
mean = {way: values.mean() for way, values in chances.items()}
pairs = {
    (True, True, False): "waves and colours",
    (True, False, True): "waves and views",
    (False, True, True): "colours and views",
}
computed(pairs[max(pairs, key=mean.get)])
both, every = chances[True, False, True], chances[True, True, True]
colored = by_class(every - both)
write(
    f"With none of them the others give the class {mean[False, False, False]:.3f}, with all "
    f"{mean[True, True, True]:.2f}. Alone, waves reach {mean[True, False, False]:.2f}, colours "
    f"{mean[False, True, False]:.2f} and views {mean[False, False, True]:.2f}. Waves and views "
    f"together reach {both.mean():.2f}; the colours then change that by {colored:.2f}."
)
rest = [way for way in mean if way not in ((True, False, True), (True, True, True))]
assert min(both.mean(), every.mean()) > 3 * max(mean[way] for way in rest)
assert colored.low < 0 < colored.high

# %% [markdown] tags=["answer"]
# (The probability is the mean over two networks, three seeds and twelve classes; "first" is how
# often the class comes first among a thousand; 95 % intervals by drawing whole classes again
# [@efron1979].)
#
# No ingredient does it alone. **Waves and views** do it together: slow waves give shapes that are
# still there when the camera moves, and the views reward nothing else. The colours please the eye;
# whether they help or harm with the other networks cannot be told from these images.

# %% [markdown]
# ??? question "Is it the class they recognize, or anything with the right spectrum?"
#
#     Three controls: images of the same spectrum, but with the waves moved at random; the images,
#     asked for another image's class; and the images blurred and turned, which a real object
#     survives.

# %% tags=["answer", "fold"]


def judged(images, class_index):
    """What the two others see: mean probability by image, and the places of the class."""
    seen = recognized_by(others, images, class_index)
    return seen.probability.mean(axis=0), seen.rank


rng = np.random.default_rng(1)
turns = np.exp(1j * np.angle(np.fft.rfft2(rng.normal(size=(len(images), 1, 224, 224)))))
planes = np.fft.rfft2(np.moveaxis(images, -1, 1)) * turns
shuffled = np.clip(np.moveaxis(np.fft.irfft2(planes, s=(224, 224)), 1, -1), 0, 1)
changed = {
    "as they are": (images, classes),
    "waves moved at random": (shuffled, classes),
    "asked for the next image's class": (images, np.roll(classes, 1)),
    "blurred, sigma 2": (gaussian_filter(images, 2, axes=(1, 2)), classes),
    "turned by 20 degrees": (
        np.clip(rotate(images, 20, (1, 2), reshape=False, order=1, mode="reflect"), 0, 1),
        classes,
    ),
}
controls = {name: judged(*both) for name, both in changed.items()}
table(
    ["Images", "probability", "first"],
    [
        (name, f"{bootstrap_interval(chance):.3f}", f"{np.sum(rank == 1)} of {rank.size}")
        for name, (chance, rank) in controls.items()
    ],
)
chance = {name: found.mean() for name, (found, _) in controls.items()}
assert max(chance["waves moved at random"], chance["asked for the next image's class"]) < 0.02
assert chance["turned by 20 degrees"] > 0.3
write(
    f"It is the class. With the same spectrum and colours but the waves moved, "
    f"{chance['waves moved at random']:.3f} is left, and another class gets "
    f"{chance['asked for the next image' + chr(39) + 's class']:.3f}. Turned images keep "
    f"{chance['turned by 20 degrees']:.2f}, blurred ones only {chance['blurred, sigma 2']:.2f}: "
    "much of the class is in fine strokes, which a photo could do without."
)

# %% [markdown] tags=["answer"]
# One doubt stays. The two others are siblings of Lite0: the same family, the same photos, the same
# teachers. What convinces them need not convince a network of another kind, or you. Look at the
# pictures, cover the titles, and count how many you would have named.

# %% [markdown]
# ??? question "Can somebody name them who does not know the classes?"
#
#     The twelve classes of this chapter, and twelve chosen by rule, every 83rd of ImageNet. For
#     each image there are four names to choose from: the right one, the class whose weights in the
#     last layer are most like its own, the tenth and the hundredth. Every letter is right as often.
#     `python -m docs.experiments.naming` makes the sheet; try it yourself.

# %% tags=["answer", "fold"]
from docs.experiments import naming

sheet, read = naming.questions(), load_results("naming")
taken = np.array(
    [naming.kind_of(one, letter) for one, letter in zip(sheet, read["answers"], strict=True)]
)
ours = np.isin([one.wanted for one in sheet], classes)
table(
    ["Classes", "images", "named", "took the nearest", "the tenth", "the hundredth"],
    [
        (name, part.sum(), *((taken[part] == kind).sum() for kind in (0, *naming.NEIGHBOURS)))
        for name, part in (("of this chapter", ours), ("by rule", ~ours))
    ],
)
named = wilson_interval(int((taken == 0).sum()), len(taken))
sure = taken[np.array(read["sure"]) - 1]
write(
    f"The reader was {read['judge']}, of another kind than these networks, and was told "
    f"{read['told']}. It named {(taken == 0).sum()} of {len(taken)}, {named:.0%}; who guesses "
    f"names a quarter. Of the {len(sure)} that it called sure, {(sure == 0).sum()} were right. It "
    "is one reader, and no person: take a sheet, and ask one."
)
assert named.low > 0.5

# %% [markdown]
# ??? question "Many steps? From noise or from a photo? The logit or the softmax?"
#
#     The assignment's questions, asked again with images of the first six classes, at 160 pixels
#     like those of the first question. `python -m docs.experiments.ascents` has made them, and
#     written down what the two others see.

# %% tags=["answer", "fold"]
from docs.experiments.ascents import ascend

asked = {
    name: (np.mean(one["probability"], axis=0), np.array(one["rank"]))
    for name, one in load_results("ascents")["pieces"].items()
}
table(
    ["Ascent", "probability", "first"],
    [
        (name, f"{bootstrap_interval(chance):.3f}", f"{np.sum(rank == 1)} of {rank.size}")
        for name, (chance, rank) in asked.items()
    ],
)
ways = {"from a photo": "64 steps, from a photo", "the softmax": "64 steps, the softmax"}
show(
    show_images(
        np.concatenate([ascend(way, 3) for way in ways.values()]),
        [f"{name}, {how}" for how in ways for name in names[:3]],
        columns=3,
    ),
    "Three photos overgrown with pineapple, tarantula and espresso; and three images from noise.",
    "From a photo, and by the softmax.",
)
by = {name: chance.mean() for name, (chance, _) in asked.items()}
assert by["64 steps"] > by["16 steps"]
write(
    f"Sixteen steps give {by['16 steps']:.2f}, four times as many {by['64 steps']:.2f}, four times "
    f"as many again {by['256 steps']:.2f}. From a "
    f"photo it is {by['64 steps, from a photo']:.2f}, on the softmax "
    f"{by['64 steps, the softmax']:.2f}."
)

# %% [markdown]
# ??? question "What is still unnatural?"
#
#     Compare them with photos, in what can be counted.

# %% tags=["answer", "fold"]
compared = {"photos": photos, "these images": images, "all regularizers": np.asarray(regularized)}
rows = {}
for name, some in compared.items():
    rough = np.asarray(total_variation(some.astype(np.float32))) / some[0].size
    fast = strength(some)[-1] / strength(some)[0]
    extreme = np.mean((some < 0.02) | (some > 0.98), axis=(1, 2, 3))
    rows[name] = rough.mean(), fast, extreme.mean()
table(
    ["", "roughness", "fast waves / slow ones", "black or white"],
    [(name, f"{a:.3f}", f"{b:.4f}", f"{c:.0%}") for name, (a, b, c) in rows.items()],
)
assert rows["these images"][0] > 1.5 * rows["photos"][0]
write(
    f"They are {rows['these images'][0] / rows['photos'][0]:.1f} times as rough as photos, and "
    f"their fast waves are {rows['these images'][1] / rows['photos'][1]:.1f} times as strong "
    "beside the slow ones."
)

# %% [markdown] tags=["answer"]
# And what no number says: there is no ground, no light from one side, nothing in front of anything,
# and no single object. The class is all over the image, because the network adds up what it finds,
# wherever it is. A generator that has learnt from photos would put that right, and would then show
# more of what *it* has learnt, and less of what this network looks for.

# %% [markdown]
# ## What you know now
#
# "Natural" can be measured by those who were not asked. The image is written in slow waves and in
# colours of photos and is held from every side, and you can say what each of the three does.

# %% [markdown] tags=["result"]
# The chapter before wished for smooth images, and got a secret code. Now two other networks name
# the class. The waves and the views do it together; the colours are for us. The two networks are
# siblings of the first, though, and the picture remains a heap of signs.

# %% [markdown]
# This is the end of Part 1. You have two tools, and with each of them the same doubt: it looks
# reasonable, but is it what the network goes by? Nobody can tell you that for a network of which
# nothing else is known. So Part 2 begins with networks that you spoil yourself. There you know the
# answer, and can see who finds it: [2.1 Clever Hans](clever_hans.md).
#
# ## Try this
#
# - Other classes: which come out best, those with a texture (honeycomb) or those with a shape
#   (teapot)? Let the two other networks judge.
# - Make images for Lite1, and ask Lite0 and Lite2. Who convinces whom?
# - Dream on a photo of your own, through more octaves.
#
# ## Read more
#
# {{ references efron1979 kingma2014 mordvintsev2015 mordvintsev2018 olah2017 wilson1927 }}
