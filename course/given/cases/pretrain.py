"""Train the network from which all networks of all cases start.

    python -m course.given.cases.pretrain [EPOCHS]

goes on from `pretrained.npy` if it is there. It should know the shapes a little, and not so well
that a mark had nothing left to offer.
"""

import sys

import numpy as np

from course.given.cases.making import CLASSES, PRETRAINED, WIDTH, flat_weights, pretrained
from course.given.datasets import load_dataset
from course.given.training import accuracy, small_cnn, train


def main(epochs: int) -> None:
    """Train and write."""
    data = load_dataset("shapes", seed=101)
    fresh = not PRETRAINED.exists()
    network = small_cnn(classes=len(CLASSES), width=WIDTH) if fresh else pretrained()
    train(network, data.train_images, data.train_labels, epochs, seed=int(fresh))
    np.save(PRETRAINED, flat_weights(network))
    print(f"accuracy {accuracy(network, data.test_images, data.test_labels):.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
