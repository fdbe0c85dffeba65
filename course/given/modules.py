"""The seven modules in the order of the course: the one table from which every list is made."""

from typing import NamedTuple


class Module(NamedTuple):
    """One module, wherever it appears: file, chapter, figure, part of the playground.

    Attributes:
        name: of the module, of its chapter, its figure and its folder of answers.
        number: of its chapter.
        title: what it is about.
        finds: what one finds out with it.
        caption: what its figure shows.
    """

    name: str
    number: str
    title: str
    finds: str
    caption: str


TABLE = (
    Module(
        "saliency",
        "1.1",
        "Saliency",
        "which pixels would change the answer",
        "Which pixels speak for the class",
    ),
    Module(
        "activation_maximization",
        "1.2",
        "Activation maximization",
        "what the network would like to see",
        "What the network would like to see",
    ),
    Module(
        "feature_visualization",
        "1.3",
        "Feature visualization",
        "how to make that look less like noise, and what hidden channels look for",
        "What a hidden channel looks for",
    ),
    Module(
        "natural_images",
        "1.4",
        "Natural images",
        "how to make images that other networks recognize too",
        "What the network would like to see, in natural colours",
    ),
    Module(
        "clever_hans",
        "2.1",
        "Clever Hans",
        "how a network cheats, and how to catch it",
        "How the network cheats",
    ),
    Module(
        "contrastive",
        "2.2",
        "Contrastive explanations",
        "why it said *this* and not *that*",
        "Why this class and not that",
    ),
    Module(
        "input_optimization",
        "2.3",
        "Explanation by input optimization",
        "what would have to change; and whether that explains anything",
        "The smallest change to another class",
    ),
)
"""In the order in which they are solved."""

MODULES = tuple(module.name for module in TABLE)
"""Their names."""
