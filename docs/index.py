# %% [markdown]
# # Looking inside a neural network
#
# A network says "espresso", and is right. But what did it look at? What would it like to see? And
# can its explanation be trusted? This is a course in which you find out, by writing the tools
# that look inside: short functions in Python and TensorFlow, each of them graded by tests that
# say what went wrong, on a real ImageNet network and real photos.

# %% tags=["hide"]
import numpy as np
from matplotlib.figure import Figure

from course.given import class_index_of, load_model, load_photo
from docs.tools.figures import show
from solutions.activation_maximization import random_start
from solutions.feature_visualization import maximize_class_regularized
from solutions.saliency import gradient_saliency, smooth, symmetric_limit, to_heatmap

model, photo = load_model(), load_photo("coffee")
espresso = class_index_of("espresso")
wanted = [class_index_of("pineapple"), class_index_of("tarantula")]
heatmap = smooth(to_heatmap(gradient_saliency(model, photo[None], espresso)), 4)[0]
start = 0.48 + 0.04 * np.asarray(random_start((2, *photo.shape), seed=0))
regularisers = {"tv_weight": 1e-3, "l2_weight": 1e-3, "blur_sigma": 0.5, "max_shift": 8}
optima = maximize_class_regularized(model, start, wanted, 64, 3.0, **regularisers).images

figure = Figure(figsize=(8.8, 2.5), layout="constrained")
axes = figure.subplots(1, 4)
for each, shown, title in zip(
    axes[[0, 2, 3]],
    (photo, *optima),
    ("a photo", "pineapple, please", "tarantula, please"),
    strict=True,
):
    each.imshow(shown)
    each.set_title(title)
limit = symmetric_limit(heatmap)
axes[1].imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit)
axes[1].set_title("why espresso?")
for each in axes:
    each.set(xticks=[], yticks=[])
show(
    figure,
    "A cup of espresso; a heat map with red and blue spots; a pattern of scaly fruit; a pattern "
    "with a body and eight legs.",
    "EfficientNet-Lite0 at work, with functions that you will write: which pixels speak for "
    "espresso (red) or against it (blue), and two images that the network would like to see. Every "
    "figure on this site was computed by the code beside it when the site was built.",
)

# %% [markdown]
# [Start](start.md){ .md-button .md-button--primary } [Chapter 1.1](saliency.md){ .md-button }
#
# ## The way
#
# | chapter | you find out |
# | --- | --- |
# | 1.1 [Saliency](saliency.md) | which pixels would change the answer |
# | 1.2 [Activation maximization](activation_maximization.md) | what it would like to see |
# | Bonus: [feature visualization](feature_visualization.md) | how that comes to look natural |
#
# Each chapter says why, gives the mathematics, sets its tasks in the order in which they build on
# each other, and ends with questions. The answers are folded away, and every one is backed by a
# figure or a number.
#
# ## What you need
#
# Python, and a first acquaintance with TensorFlow or NumPy and with what a gradient is. The
# course runs without a graphics card, and without a network connection once it is installed.
