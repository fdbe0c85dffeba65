# %% [markdown]
# # 1.3 Feature visualization: can it be made to look natural?
#
# [Plain ascent](activation_maximization.md) ends in fine patterns that only a network understands.
# This chapter, a bonus, adds a taste for natural images to it, and finds something in the noise:
# fruit, legs, eyes. Then it asks the hidden channels, from the first layer to the last: what are
# *you* looking for?

# %% tags=["fold"]
import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import PHOTOS, class_index_of, load_model, load_photos, predict, show_images
from docs.machinery.figures import computed, show, table, write
from solutions.activation_maximization import maximize_class, random_start
from solutions.feature_visualization import (
    feature_extractor,
    jitter,
    maximize_class_regularized,
    maximize_feature,
    normalize_gradient,
    total_variation,
)
from solutions.saliency import gradient_saliency

# %%
model = load_model()
photos = load_photos(["coffee", "chelsea", "flower"])
noise = np.asarray(random_start((2, 224, 224, 3), seed=0))
faint = 0.48 + 0.04 * noise  # noise of little contrast, around mid-grey

# %% [markdown]
# ## What is asked
#
# The image with the largest logit was no answer, because nothing asked it to look like anything. So
# ask for two things at once:
#
# $$ x^\star = \arg\max_{x \in [0, 1]^{H \times W \times C}} \; z_c(x) - R(x) , $$
#
# with a **regularizer** $R$ that is small for images as we know them. There are many, and each is a
# guess at what "natural" means. That is the strength of this way, and its weakness: what comes out
# is the network's answer *and* ours.
#
# ## How rough is it? { #feature_visualization.total_variation }
#
# The optimum of chapter 1.2 gave itself away by its roughness: neighbouring pixels had nothing to
# do with each other. The **total variation** [@rudin1992] measures that, as the sum of the absolute
# differences between neighbours:
#
# $$ \begin{aligned} \mathrm{TV}(x) = \sum_{h, w, c}
#    & |x_{h+1, w, c} - x_{h, w, c}| \\ + \, & |x_{h, w+1, c} - x_{h, w, c}| . \end{aligned} $$
#
# It has a gradient (almost everywhere), so it can be subtracted from what is climbed.
#
# {{ task feature_visualization.total_variation }}

# %% tags=["fold"]
images = np.concatenate([photos, faint[:1], noise[:1]])
table(
    ["Image", "total variation / number of values"],
    [
        (name, f"{t / images[0].size:.3f}")
        for name, t in zip(
            ["coffee", "cat", "flower", "faint noise", "noise"],
            total_variation(images),
            strict=True,
        )
    ],
)

# %% [markdown]
# ## Shake it { #feature_visualization.jitter }
#
# A real espresso stays one if the camera moves by a few pixels. The fine patterns do not survive
# that. So move the image by a random whole number of pixels before every step: only what raises
# the logit in *many* places can grow.
#
# {{ task feature_visualization.jitter }}

# %%
shaken = jitter(np.repeat(photos[1:2], 4, axis=0), max_shift=32, seed=0)

# %% tags=["fold"]
show(
    show_images(shaken),
    "The photo of the cat four times, shifted by different amounts; what leaves on one side comes "
    "in on the other.",
    "One batch, jittered by up to 32 pixels: every image by its own shift.",
)

# %% [markdown]
# ## Even out the steps { #feature_visualization.normalize_gradient }
#
# A step size that suits the start may be far too long later. Divided by its root mean square,
# every image's gradient has the same size, and a step size says how far an average value moves.
#
# {{ task feature_visualization.normalize_gradient }}

# %%
pineapple, tarantula = class_index_of("pineapple"), class_index_of("tarantula")
places = {
    "faint noise, logit": (faint, "logit"),
    "cup and cat, logit": (photos[:2], "logit"),
    "faint noise, softmax": (faint, "softmax"),
    "cup and cat, softmax": (photos[:2], "softmax"),
}
gradients = {
    place: np.asarray(gradient_saliency(model, images, [pineapple, tarantula], output))
    for place, (images, output) in places.items()
}

# %% tags=["fold"]


def root_mean_square(gradient):
    return np.sqrt(np.mean(np.square(gradient), axis=(1, 2, 3)))


table(
    ["Gradient at", "pineapple", "tarantula", "both, normalized"],
    [
        (
            place,
            *(f"{size:.1e}" for size in root_mean_square(gradient)),
            ", ".join(
                f"{s:.2f}" for s in root_mean_square(np.asarray(normalize_gradient(gradient)))
            ),
        )
        for place, gradient in gradients.items()
    ],
)

# %% [markdown]
# ## Climb with regularizers { #feature_visualization.maximize_class_regularized }
#
# Four ways to say what an image should be like, in one ascent on
#
# $$ z_c(\text{jittered } x) - \lambda_{\mathrm{TV}} \mathrm{TV}(x)
#    - \lambda_2 \sum_i (x_i - \tfrac12)^2 , $$
#
# with a clip and perhaps a little **blur** after every step. Total variation says "smooth", the
# squares say "not too much contrast", the blur removes what is fine whatever its use, and jitter
# says "robust" [@mahendran2015; @mordvintsev2015; @yosinski2015; @olah2017].
#
# {{ task feature_visualization.maximize_class_regularized }}
#
# The same start, step size and number of steps for all, and two classes side by side:

# %%
regularizers = {
    "none": {},
    "total variation": {"tv_weight": 2e-3},
    "L2": {"l2_weight": 1e-2},
    "blur": {"blur_sigma": 0.5},
    "jitter": {"max_shift": 8},
    "all": {"tv_weight": 1e-3, "l2_weight": 1e-3, "blur_sigma": 0.5, "max_shift": 8},
}
optima = {
    name: maximize_class_regularized(model, faint, [pineapple, tarantula], 64, 3.0, **settings)
    for name, settings in regularizers.items()
}

# %% tags=["fold"]
show(
    show_images(
        np.concatenate([np.stack([o.images[i] for o in optima.values()]) for i in (0, 1)]),
        [f"{c}, {name}" for c in ("pineapple", "tarantula") for name in optima],
        columns=3,
    ),
    "Six images that maximize pineapple and six that maximize tarantula. With all regularizers, "
    "scaly fruit and a body with eight legs can be made out; without any, little but noise.",
    "Two classes, six ways to climb.",
)

# %% [markdown]
# ## Cut the network open { #feature_visualization.feature_extractor }
#
# A logit is the last number of many. Every layer before it has channels, and each of them can be
# asked the same question. A Keras model is a graph of layers, so a second model can end at any of
# them and share all weights.
#
# {{ task feature_visualization.feature_extractor }}

# %%
small = load_model(size=112)  # hidden channels look at small regions: small images will do
for layer in ("stem_conv_norm", "block6_expand_norm", "block16_expand_norm"):
    print(layer, feature_extractor(small, layer).output.shape)

# %% [markdown]
# ## Ask a channel { #feature_visualization.maximize_feature }
#
# What is climbed is the mean of a channel over all positions. It is one number per image, just as a
# logit is. Seen in this way, the means of a layer's channels *are* the logits of a smaller
# network, and all functions you have already fit.
#
# {{ task feature_visualization.maximize_feature }}

# %%
start = 0.48 + 0.04 * np.asarray(random_start((4, 112, 112, 3), seed=0))
ascent = maximize_feature(small, start[:1], "block6_expand_norm", 34, steps=60, step_size=4.0)

# %% tags=["fold"]
show(
    show_images(
        np.concatenate([start[:1], ascent.images]),
        [f"mean activation {score:.1f}" for score in np.asarray(ascent.scores)[[0, -1], 0]],
        columns=2,
    ),
    "Faint noise, and a grid of small spots that look like eyes.",
    "What channel 34 of block 6 looks for.",
)

# %% [markdown]
# ## Questions
#
# {{ guess "Which of them alone keeps most of the logit when the image is shifted?"
# "total variation" "blur" "jitter" }}
#
# ??? question "Which regularizer helps?"
#
#     "Looks better" is in the eye of the beholder. What can be measured: how sure the network is
#     of the image; whether it stays so when the image is shifted or blurred a little, which a
#     photo survives; and how rough the image is.

# %% tags=["answer", "fold"]
classes = [pineapple, tarantula]
rng = np.random.default_rng(1)
shifts = rng.integers(-16, 17, (4, 2))


def mean_logit(images):
    return float(np.mean(predict(model, images)[[0, 1], classes]))


rows, survived = [], {}
for name, optimum in optima.items():
    images = np.asarray(optimum.images)
    shifted = np.mean([mean_logit(np.roll(images, shift, (1, 2))) for shift in shifts])
    blurred = mean_logit(gaussian_filter(images, 1, axes=(1, 2)))
    logit = mean_logit(images)
    survived[name] = shifted / logit
    rough = np.mean(total_variation(images)) / images[0].size
    rows.append(
        (
            name,
            f"{logit:.1f}",
            f"{shifted:.1f}",
            f"{survived[name]:.0%}",
            f"{blurred:.1f}",
            f"{rough:.2f}",
        )
    )
table(["Regularizer", "logit", "shifted", "kept", "blurred", "roughness"], rows)

computed(max(("total variation", "blur", "jitter"), key=survived.get))
assert survived["jitter"] > 2 * survived["none"]
assert min(survived["total variation"], survived["blur"]) > 1.3 * survived["none"]
write(
    f"Without a regularizer the logit is the highest, and it is worth the least: of {rows[0][1]}, "
    f"a shift by a few pixels leaves {rows[0][3]}. With jitter alone, {rows[4][3]} remain."
)

# %% [markdown] tags=["answer"]
# (Means over the two classes; four shifts of up to 16 pixels; a blur with sigma 1. "Kept" is the
# logit after the shifts, as a share of the logit.)
#
# Every regularizer costs some of the logit, and each buys something else. **Jitter** makes the
# image robust against shifts, but leaves it as rough as before. **Total variation** and **blur**
# make it smooth, and part of the robustness comes with that. **L2** lowers the contrast, and
# little else. All of them together give the only pictures in which a person may find leaves and
# fruit, and these are still no photos. Regularizers do not tell what the network sees; they pick,
# among all the images it accepts, those that suit *us*. A picture like this tells as much about
# the regularizers as about the network.

# %% [markdown]
# ??? question "What do the hidden channels look for?"
#
#     Five layers, from the first to one of the last, and four channels of each:

# %% tags=["answer", "fold"]
chosen = {
    "stem_conv_norm": [0, 4, 17, 22],
    "block4_expand_norm": [0, 81, 102, 122],
    "block6_expand_norm": [34, 136, 170, 239],
    "block9_expand_norm": [68, 205, 273, 479],
    "block16_expand_norm": [0, 328, 493, 822],
}
pictures, titles, rows = [], [], []
some_photos = load_photos(PHOTOS, size=112)
for layer, channels in chosen.items():
    activations = feature_extractor(small, layer)
    means = keras.Model(small.inputs, keras.ops.mean(activations.output, axis=(1, 2)))
    size = root_mean_square(np.asarray(gradient_saliency(means, start, channels)))
    ascent = maximize_class(means, start, channels, 60, float(0.03 / np.median(size)))
    pictures.extend(np.asarray(ascent.images))
    titles.extend(f"{layer.split('_')[0]}, channel {channel}" for channel in channels)
    on_photos = np.asarray(means(some_photos, training=False))[:, channels].max(axis=0)
    reached = np.asarray(ascent.scores)[-1]
    with tf.GradientTape() as tape:
        image = tf.constant(start[:1])
        tape.watch(image)
        maps = activations(image, training=False)
        middle = maps[0, maps.shape[1] // 2, maps.shape[2] // 2, channels[0]]
    seen = np.abs(tape.gradient(middle, image)[0]).sum(-1).any(axis=0).sum()
    rows.append((f"`{layer}`", seen, on_photos.mean(), reached.mean()))
show(
    show_images(pictures, titles, columns=4),
    "Twenty patterns: stripes and plain colours in the first row, then textures, then spots that "
    "resemble eyes, swirls and scales, and in the last row a tangle of everything.",
    "What twenty hidden channels look for.",
)

# %% tags=["answer", "fold"]
table(
    ["Layer", "one position sees (pixels wide)", "best photo", "after the ascent"],
    [(layer, seen, f"{best:.1f}", f"{reached:.1f}") for layer, seen, best, reached in rows],
)
times = [reached / best for _, _, best, reached in rows]
write(
    f"An ascent makes the four channels of a layer fire {min(times):.1f} to {max(times):.0f} times "
    "as strongly, on average, as the best of the photos does. A position of the first layer sees "
    f"{rows[0][1]} pixels of the image's width, one of the last layer {rows[-1][1]}."
)
assert min(times) > 1

# %% [markdown] tags=["answer"]
# The first layer wants stripes and colours. Further in, the patterns grow more complex: textures,
# then spots and swirls, at last something that no word fits. One reason is in the table: a
# position in the first layer sees three pixels of the image, one in a late layer all of it. (The
# widths are measured: how many columns of the image have a gradient. Images are 112 pixels wide
# here.)
#
# The last two columns are the mean activation of the four channels: the best of the bundled photos
# for each, and what the ascent reached. No photo comes near it. So be careful with names such as
# "the eye detector". A picture like this is an extreme that never occurs, and that it reminds you
# of an eye is your own network at work. To check such a name, look for photos that activate the
# channel, and for some that should and do not; @olah2017 do this with whole data sets. The
# [microscope](microscope.md) does it for twelve channels of every block, with our few photos.

# %% [markdown]
# ## What you know now
#
# You can give the ascent a few plain wishes: that the image be smooth, pale and robust to a shift.
# The wishes are ours, and so is part of the picture. And you can ask a hidden channel as you ask a
# class.

# %% [markdown] tags=["result"]
# With these wishes the ascent gives pictures in which a person may find fruit and legs. Hidden
# channels answer in the same way: stripes first, then textures, then what no word fits.

# %% [markdown]
# How large a part of the picture is ours? That can be measured, by asking two other networks what
# they see in it. [1.4 Natural images](natural_images.md) does so, and then makes images that are
# meant for others, too.
#
# ## Try this
#
# - `course show feature_visualization --class "goldfish"` runs your own functions, with and without
#   regularizers.
# - Which classes come out best? Try some with a texture (zebra, honeycomb) and some with a shape
#   (umbrella, teapot). What does the answer say about the network?
# - Climb *two* classes at once, by adding their logits. Do you get a mixture, or both side by
#   side?
# - Take the activation before and after the ReLU (`block6_expand_norm`,
#   `block6_expand_activation`). Why does the ascent sometimes not start from the second? (ReLU6
#   is flat below 0 and above 6.)
# - Use `normalize_gradient` in an ascent of your own. Does one step size now suit all layers?
#
# ## Read more
#
# If you read one thing, read @olah2017: an article on the web whose pictures move, and the best on
# this subject.
#
# {{ references mahendran2015 mordvintsev2015 olah2017 rudin1992 yosinski2015 }}
