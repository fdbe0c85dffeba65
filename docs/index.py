# %% [markdown]
# # Looking inside a neural network
#
# A network says "espresso", and is right. What did it look at? What would it like to see? And when
# it explains itself, can the explanation be trusted? In this course you find out, by writing the
# tools that look inside: some forty short functions in Python and TensorFlow, graded by tests that
# say what went wrong, on a real ImageNet network and real photos.
#
# [Start](start.md){ .md-button .md-button--primary } [Chapter 1.1](saliency.md){ .md-button }
# [Playground](playground.md){ .md-button }

# %% tags=["hide"]
from matplotlib.figure import Figure

from docs.machinery.figures import show
from docs.pictures.first import pictures

figure = Figure(figsize=(8.8, 2.1), layout="constrained")
for axes, (title, picture) in zip(figure.subplots(1, 5), pictures().items(), strict=True):
    axes.imshow(picture)
    axes.set(xticks=[], yticks=[], title=title)
show(
    figure,
    "A cup of espresso; a heat map with red and blue spots; a heap of dark, striped legs between "
    "pale hair; a pineapple with its scales and leaves; a dome of coloured rings and eyes.",
    "EfficientNet-Lite0 at work, with functions that you will write: a photo that it calls "
    "espresso, and which pixels speak for that (red) or against it (blue); what it would like to "
    "see as a tarantula and as a pineapple; and what one of its hidden channels looks for. Every "
    "figure on this site was computed: when the site was built, or before, by a command that its "
    "page names.",
)

# %% [markdown]
# ## The way
#
# ### Part 1: looking inside
#
# You build the tools, and end with a doubt: they give pictures that persuade, whether they are true
# or not.
#
# 1.1 [Saliency](saliency.md)
# :   Which pixels would change the answer? *You find a slope, true in a neighbourhood of the photo
#     that nobody can see.*
#
# 1.2 [Activation maximization](activation_maximization.md)
# :   What would the network like to see? *Images of which it is sure, and nobody else is.*
#
# 1.3 [Feature visualization](feature_visualization.md)
# :   Can that be made to look natural? *Fruit and legs, in part of our own making.*
#
# 1.4 [Natural images](natural_images.md)
# :   Would another network say so too? *Images that two networks recognize that nobody had asked.*
#
# ### Part 2: cheats and errors
#
# You put the tools to the test, first where the truth is known because you planted it, then where
# it is not.
#
# 2.1 [Clever Hans](clever_hans.md)
# :   Is it right for the wrong reason? *Cheats that maps miss and interventions expose, one of them
#     in the wild.*
#
# 2.2 [Contrastive explanations](contrastive.md)
# :   Why this class, and not the right one? *Six accounts of one error, and a test that tells them
#     apart.*
#
# 2.3 [Explanation by input optimization](input_optimization.md)
# :   What would have to change? *A change that turns the answer, and that other networks read too;
#     and controls that say it does not explain the error.*
#
# In the [playground](playground.md) you try the methods by hand, in the browser. The
# [microscope](microscope.md) shows what every block of the network looks for. At the end waits
# [a case to solve](case.md): five networks, some of which cheat, and nobody says which.
#
# Each chapter says what is asked, gives the mathematics, and sets its tasks in the order in which
# they build on each other. It ends with questions, whose answers are folded away. Every answer is
# backed by a figure or a number that the page computed when it was built (1.4 and 2.3 also by
# measurements that take longer than that, and are kept), and says so when a method fails.
#
# ## What you take with you
#
# - Tools that you have written and understood: gradients with respect to the input, ascent,
#   regularizers, SmoothGrad, integrated gradients, Grad-CAM, occlusion, counterfactuals.
# - Habits that outlast them: keep the sign, ask for a control, shuffle the weights, intervene,
#   count instead of looking, and give the spread of what you count.
# - A lab report with your own figures and answers, if you like: `course report`.
#
# ## What you need
#
# Python, and a first acquaintance with TensorFlow or NumPy and with what a gradient is. The course
# runs without a graphics card, and without a network connection once it is installed. Teachers find
# the grader, the sandbox and the set-up for a class [on their page](teachers.md).
