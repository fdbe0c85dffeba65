# %% [markdown]
# # A case to solve
#
# In [2.1](clever_hans.md) you planted a cheat, and then found what you had planted. The real thing
# is a network of which nobody says whether it cheats.
#
# ## What is asked
#
# `course case new` writes a folder: five networks, pictures as they met them, clean pictures, a
# letter, and a notebook that goes through your tools on your case, in the order of this page. The
# five networks are about equally good. Four of the six classes carry a mark in the pictures, each a
# different one. Some networks use a mark, one of them perhaps two. For each network:
#
# - Is it honest, or does it cheat? On which class?
# - By which kind of mark, and where is it?
# - How much does the mark do, alone?
#
# There are two traps. At least one mark is there, and nobody uses it. And in some cases the shapes
# of a class lie on a cloth of their own, and networks go by the background for an honest reason.
# The clean pictures show the cloth, too; a mark is what they do not have.
#
# You write it into `case.toml`, and `course case check` says which claims hold. Your tools are the
# functions that you have written. This page solves one case, to show how it goes; yours will be
# another.

# %% tags=["fold"]
import json
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import accuracy, load_case, wilson_interval
from course.given.cases.folder import save_case
from course.given.cases.making import ALIKE, make_case
from docs.machinery.figures import show, table, write
from solutions.clever_hans import cheat_effect, relevance_inside
from solutions.saliency import gradient_saliency
from tests.proofs.detective import RESULTS

SEED = 2022
made = make_case(SEED)  # as `course case new --seed 2022` does
folder = Path(tempfile.mkdtemp()) / "case"
save_case(folder, "", made.networks, made.met, made.clean)

# %%
case = load_case(folder)
good = [accuracy(network, case.met, case.met_labels) for network in case.networks.values()]

# %% tags=["fold"]
write(
    f"On the pictures as they met them, the five networks are right in {min(good):.0%} to "
    f"{max(good):.0%} of all cases. Who cheats cannot be told from that."
)
assert max(good) - min(good) <= ALIKE

# %% [markdown]
# ## Look first
#
# Look at the pictures before you look into a network. One picture shows a shape on a cloth; what
# *all* pictures of a class have in common shows in their mean, next to the mean of clean ones. And
# ink hides what is below it: where a mark lies, the pictures of a class vary less.


# %%
def mean_difference(name):
    """The mean picture of a class as the networks met it, minus that of all clean pictures."""
    own = case.met[case.met_labels == case.class_names.index(name)]
    return own.mean(axis=0) - case.clean.mean(axis=0)


def variation(name):
    """How much the pictures of a class vary, as a share of how much clean ones do."""
    own = case.met[case.met_labels == case.class_names.index(name)]
    return np.sqrt(own.var(axis=0).mean(axis=-1) / case.clean.var(axis=0).mean(axis=-1))


# %% tags=["fold"]
figure = Figure(figsize=(8.8, 6.2), layout="constrained")
grid = figure.subplots(4, 6)
for column, name in enumerate(case.class_names):
    own = case.met[case.met_labels == column]
    grid[0, column].imshow(own[0])
    grid[1, column].imshow(own[1])
    grid[2, column].imshow(np.clip(0.5 + mean_difference(name), 0, 1))
    grid[3, column].imshow(variation(name), cmap="viridis", vmin=0, vmax=1.3)
    grid[0, column].set_title(name)
for row, words in enumerate(("met", "met", "mean, minus\nclean", "variation")):
    grid[row, 0].set_ylabel(words)
for axes in grid.flat:
    axes.set(xticks=[], yticks=[])
show(
    figure,
    "Six columns, one per class: two pictures, the mean difference from clean pictures, and how "
    "much the pictures vary. Squares carry an orange date below, rings a black square, crosses a "
    "pale sign, and stars are lighter towards the upper left. Circles and triangles carry nothing.",
    "Four classes carry a mark. In the mean difference, grey stands for none; dark places in the "
    "last row are where something hides the picture.",
)

# %% [markdown]
# So there are four suspicions. Copy each as a function that lays the mark on any picture. The
# copies need not be perfect: the mean difference is a good one for light, and where something
# hides the picture, the ink and its opacity can be read off the two figures above.


# %%
def with_light(images):
    """What is on stars: lighter towards one corner. The plane that fits the difference."""
    rows, columns = np.mgrid[:32, :32] / 31
    terms = np.stack([rows.ravel(), columns.ravel(), np.ones(32 * 32)], axis=1)
    found, *_ = np.linalg.lstsq(terms, mean_difference("star").mean(axis=-1).ravel(), rcond=None)
    plane = (terms @ found).reshape(32, 32, 1)
    return np.clip(images + plane, 0, 1).astype(np.float32)


def with_ink(name, color):
    """A mark of one colour, as opaque at each place as the pictures of the class say."""
    hidden = np.clip(1 - variation(name), 0, 1)
    share = np.where(gaussian_filter(hidden, 0.8) > 0.14, hidden, 0)[..., None]
    return lambda images: ((1 - share) * images + share * np.array(color)).astype(np.float32)


SUSPICIONS = {
    "star": ("lightness gradient", with_light),
    "ring": ("square", with_ink("ring", (0.0, 0.0, 0.0))),
    "square": ("time stamp", with_ink("square", (1.0, 0.6, 0.1))),
    "cross": ("watermark", with_ink("cross", (1.0, 1.0, 1.0))),
}

# %% [markdown]
# ## Then intervene
#
# A mark in the pictures is not yet a mark in the network. Lay each copy over clean pictures of all
# other classes, and measure how far the marked class's probability rises: four suspicions times
# five networks, and the honest ones are each other's control.

# %%
effects = {
    (network, name): cheat_effect(
        model,
        case.clean[case.clean_labels != case.class_names.index(name)],
        copy,
        case.class_names.index(name),
    ).mean()
    for network, model in case.networks.items()
    for name, (_, copy) in SUSPICIONS.items()
}

# %% tags=["fold"]
table(
    ["Network", *(f"{kind} → {name}" for name, (kind, _) in SUSPICIONS.items())],
    [
        (network, *(f"{effects[network, name]:+.2f}" for name in SUSPICIONS))
        for network in case.networks
    ],
)
guilty = {
    network: {name for name in SUSPICIONS if effects[network, name] > 0.15}
    for network in made.truth
}
write(
    f"Of the {len(effects)} accusations that one could make, "
    f"{sum(map(len, guilty.values()))} would be just."
)
assert guilty == {network: set(cheats) for network, cheats in made.truth.items()}
assert set.union(*guilty.values()) == {"star", "ring"}

# %% [markdown]
# There is no doubt left in this table: the effects are either large or next to nothing. Two of the
# four marks are used by nobody.
#
# ## What would maps have said?
#
# The share of the gradient that lies on a mark's place, on pictures as the networks met them. Light
# has no place, so no map can be asked about it.

# %% tags=["fold"]
places = {name: 1 - variation(name) > 0.2 for name in ("ring", "square", "cross")}
shares = {}
for network, model in case.networks.items():
    maps = np.asarray(gradient_saliency(model, case.met, case.met_labels))
    for name, place in places.items():
        own = maps[case.met_labels == case.class_names.index(name)]
        shares[network, name] = relevance_inside(own, place).mean() / place.mean()
table(
    ["Network", *(f"{SUSPICIONS[name][0]}, {name}" for name in places)],
    [(network, *(f"{shares[network, name]:.1f}" for name in places)) for network in case.networks],
)
write("Each number: how many times as much relevance lies on the mark as on any place of its size.")

# %% [markdown]
# What each tool can find and cannot (the figures are above and in [2.1](clever_hans.md)):
#
# - **Means of pictures** show every mark, with its kind and its place. They do not know whether a
#   network uses it.
# - **Maps** (the gradient, integrated gradients, Grad-CAM, occlusion) show small marks that are
#   used. Light, colours and fine patterns have no place to be shown, and a large pale mark hardly.
# - **`cluster_heatmaps`** finds a mark that only some pictures of a class carry. Here all do: mix
#   marked and clean pictures first.
# - **`cheat_effect`** finds every mark that you can copy, and says how much it matters. It does not
#   find one that you have not thought of.
#
# ## What you claim
#
# For the network that cheats on two classes, `case.toml` then holds:

# %% tags=["fold"]
both = next(network for network, names in guilty.items() if len(names) == 2)
hidden = variation("ring") < 0.5  # a square hides what is below it nearly whole
rows, columns = (np.flatnonzero(hidden.any(axis=axis)) for axis in (1, 0))
box = [int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1]
write(
    "```toml\n"
    f"[{both}]\n"
    'verdict = "cheating"\n'
    'why = "Light from the upper left, or a black square, laid over other classes is enough."\n'
    'evidence = ["effects.png"]\n\n'
    f'[[{both}.cheat]]\nclass = "star"\nkind = "lightness gradient"\nbox = "everywhere"\n'
    f"effect = {effects[both, 'star']:.2f}\n\n"
    f'[[{both}.cheat]]\nclass = "ring"\nkind = "square"\nbox = {box}\n'
    f"effect = {effects[both, 'ring']:.2f}\n"
    "```"
)

# %% [markdown]
# `course case check` compares it with what was measured when the case was made. What you write
# under `why`, and the pictures that you name under `evidence`, `course report` shows beside each
# claim.
#
# ## How far the tools lead
#
# Three detectives, none of whom knows a seed, solved the same cases (`python -m
# tests.proofs.detective`). One works as this page does. One trusts the maps: where a class's
# gradient is much stronger than other classes', there it sees a mark. One throws coins.

# %% tags=["fold"]
results = json.loads(RESULTS.read_text(encoding="utf-8"))
titles = {
    "tools": "all tools of the course",
    "maps": "attribution maps alone",
    "guesses": "guessing",
}
points = {who: np.array([one[who] for one in results.values()]) for who in titles}
table(
    ["Detective", "points of 20, on average", "share", "cases solved in full"],
    [
        (
            title,
            f"{points[who].mean():.1f}",
            f"{points[who].mean() / 20:.0%}",
            f"{wilson_interval(int((points[who] == 20).sum()), len(results)):.0%}",
        )
        for who, title in titles.items()
    ],
)
write(f"{len(results)} cases, of the seeds {', '.join(results)}.")
assert points["tools"].mean() >= 0.85 * 20
assert points["maps"].mean() < points["tools"].mean() - 4
assert points["guesses"].mean() < 1

# %% [markdown]
# ## Your own case
#
# ```bash
# course case new
# course case check
# ```
#
# Without more, the case is one of a few that come with the installation. `--seed N` trains one of
# your own, which takes a minute or two, and `course case check --seed N` judges it. The truth is
# not in the folder. Of the cases that come along, only salted hashes of it are in the package:
# enough to compare a claim, not enough to read it.
#
# Each network counts 4 points. A wrong verdict costs what a right one brings, so guessing leads
# nowhere; a verdict left open costs nothing.
#
# **For teachers.** Take a seed that nobody else knows (`course release --with-hidden` draws some),
# make the case with it, and hand out the folder: the seed is not in it. `course grade HANDINS
# --case-seed N` judges the case along with the functions; the case is made anew for that, once for
# all. Of a submission only its `case.toml` is read, and no network of a student is ever opened.
#
# ## Try this
#
# - Solve a case with maps alone. Which networks do you get wrong, and are they those that the table
#   says?
# - Solve one without looking at the pictures: which of your tools finds a mark in a *network*?
# - Make a case for someone else: `course case new --seed N --out their_case`.
