# %% [markdown]
# ---
# hide:
#   - toc
# ---
#
# # Microscope: what every block looks for
#
# EfficientNet-Lite0 from its first layer to its last: what hidden channels would like to see, where
# in the photos they find it, and what classes look like. The pictures are made by
# `visualize_channel` and `visualize_class` of [chapter 1.4](natural_images.md), and nobody has
# chosen among them.
#
# <link rel="stylesheet" href="assets/microscope/microscope.css">
# <script defer src="assets/microscope/microscope.js"></script>
#
# ## Block by block
#
# For each channel, on the left, an image that was made from noise to excite it; beside it the parts
# of four photos that excite it most. Open a channel to see it larger, and where in these photos it
# answers: what is dark leaves it cold. The arrow keys go from block to block.

# %% tags=["hide"]
import numpy as np

from course.given import wilson_interval
from docs.machinery.figures import write
from docs.microscope.files import contents
from docs.microscope.page import blocks, heads

found = contents()
write(blocks(found))

# %% tags=["hide"]
parts = list(found["parts"].values())
reached, strongest = (
    np.concatenate([part[name] for part in parts]) for name in ("reached", "strongest")
)
beaten = reached > strongest
write(
    f"Does an image excite its channel? Of {len(beaten)} images, {beaten.sum()} make it fire more, "
    "on average over all positions, than any of the photos does."
)
wide = next(part for part in parts if part["sees"] >= 200)
write(
    f"The stem sees {parts[0]['sees']} pixels at a time. From `{wide['layer']}` on, one "
    f"position has {wide['sees']} of the 224 pixels of a photo's side in view."
)
assert beaten.mean() > 0.75

# %% [markdown]
# What to look for: the stem and the first blocks answer to edges and colours, wherever these are.
# Then come textures, then patterns, then parts of things. In the last blocks, compare the image
# with the crops. Do they show the same thing? If not, is it that sixteen photos do not hold what
# the channel looks for, or that it looks for more than one thing?
#
# ## Classes of the head
#
# Every sixteenth class of ImageNet, as Lite0 would like to see it, and the probability that two
# networks which were never asked give to that class. Where it is not their first answer, that one
# stands beside it.

# %% tags=["hide"]
write(heads(found))

# %% tags=["hide"]
rank = np.array(found["classes"]["rank"])
shares = [wilson_interval(int(np.sum(one == 1)), len(one)) for one in rank]
write(
    f"Of {rank.shape[1]} images, Lite1 puts the class first in {shares[0]:.0%} and Lite2 in "
    f"{shares[1]:.0%} (95 % intervals, Wilson), among a thousand classes each."
)
assert min(share.value for share in shares) > 0.3

# %% [markdown]
# ## How it was made, and how far to believe it
#
# - **The rule.** Of each layer, twelve channels, evenly spaced among those that any of [sixteen
#   photos](photos.md) excites at all: the activation is above zero somewhere. Of the head, every
#   sixteenth class. One image each, the first seed. For channels 48 steps at 112 pixels, of
#   which the outermost 8 are cut off, where the network sees the padding; for classes 64 steps at
#   192 pixels. `python -m docs.experiments.channels` and `docs.experiments.classes` make these
#   images, and this page loads them.
# - **The layer.** The filters with which each block begins, before they are cut off at zero, since
#   an image cannot climb where all is zero. Only in the stem and in block 1 it climbs behind the
#   cut: these filters look at pixels directly, and without a cut, the light and the dark side of an
#   edge would add up to nothing.
# - **One image is not the whole truth.** It shows one way to excite a channel on average over all
#   positions. Channels that answer to several things, or to one thing in one place, show less of
#   themselves.
# - **The words for those who cannot see the pictures** are computed: direction, distance of the
#   stripes, strength of the colours.
#
# ## Read more
#
# {{ references olah2017 }}
