"""What libraries do once in every process, done before anybody waits for it."""

import sys


def warm_up() -> None:
    """Let TensorFlow and matplotlib do what takes them long the first time, if they are there.

    TensorFlow cannot do it before a fork, for its threads do not live on in the child.
    """
    if "tensorflow" in sys.modules and "keras" in sys.modules:
        _differentiate()
    if "matplotlib.figure" in sys.modules:
        _draw()


def _differentiate() -> None:
    """The gradient of a small network, by itself and compiled.

    Names are given, for else Keras would count one more layer.
    """
    import tensorflow as tf

    from course.worker.build import build
    from course.worker.protocol import Layer

    layers = [
        Layer("InputLayer", "warm_input", [], {"shape": [4, 4, 1]}, []),
        Layer("Conv2D", "warm_convolution", [], {"filters": 1, "kernel_size": 3}, []),
        Layer("Flatten", "warm_flatten", [], {}, []),
        Layer("Dense", "warm_dense", [], {"units": 2}, []),
    ]
    model = build(Layer("Functional", "warm", [], {}, [], layers))

    def slope(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(images)
            shares = tf.nn.softmax(model(images, training=False))[:, 0]
        return tape.gradient(shares, images)

    images = tf.zeros((1, 4, 4, 1))
    slope(images)
    tf.function(slope, autograph=False)(images)


def _draw() -> None:
    """A picture and its colour bar."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    axes = figure.subplots()
    figure.colorbar(axes.imshow([[0.0, 1.0]]), ax=axes)
    FigureCanvasAgg(figure).draw()
