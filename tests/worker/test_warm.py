"""A worker that has warmed up differs from a cold one in nothing but speed."""

import random

import keras
import matplotlib.figure  # noqa: F401 (warmed up only where it is there)
import numpy as np
import tensorflow as tf

from course.worker.warm import warm_up


def test_warming_up_counts_no_layer() -> None:
    def next_number() -> int:
        return int(keras.layers.Dense(1).name.rpartition("_")[2])

    keras.layers.Dense(1)  # the first has no number
    before = next_number()
    warm_up()
    assert next_number() == before + 1


def test_warming_up_draws_no_random_number() -> None:
    def numbers() -> list[float]:
        return [random.random(), np.random.random(), float(tf.random.uniform(()))]

    keras.utils.set_random_seed(1)
    expected = numbers()
    keras.utils.set_random_seed(1)
    warm_up()
    assert numbers() == expected
