"""A network that the grader has described, built with Keras."""

from typing import Any

from course.worker.protocol import Layer, unpack_array


def build(network: Layer) -> Any:
    """A `keras.Model` of the layers that are described, with their weights.

    Each layer is called in the order in which it stands, on the layers that it names, or on the one
    before it. A network among the layers becomes a model inside of the model.
    """
    import keras

    made = [_make(layer) for layer in network.layers]
    if network.kind == "Sequential":
        model = keras.Sequential(made, name=network.name)
    else:
        before = made[0]
        values = {network.layers[0].name: before}
        for layer, described in zip(made[1:], network.layers[1:], strict=True):
            given = [values[name] for name in described.inputs] or [before]
            before = layer(given[0] if len(given) == 1 else given)
            values[described.name] = before
        model = keras.Model(made[0], before, name=network.name)
    for layer, described in zip(made, network.layers, strict=True):
        if described.weights:
            layer.set_weights([unpack_array(weight) for weight in described.weights])
    return model


NOT_DRAWN = {kind: {"kernel_initializer": "zeros"} for kind in ("Conv2D", "Dense")}
"""Options by which Keras draws no numbers where they are replaced at once."""


def _make(layer: Layer) -> Any:
    import keras

    if layer.layers:
        return build(layer)
    if layer.kind == "InputLayer":
        return keras.Input(**layer.options, name=layer.name)
    options = NOT_DRAWN.get(layer.kind, {}) | layer.options
    return getattr(keras.layers, layer.kind)(**options, name=layer.name)


def state_of(model: Any) -> dict[str, list[Any]]:
    """Every layer with weights, also in models inside: whether it is trained, and its weights."""
    import keras

    found: dict[str, list[Any]] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= state_of(layer)
        elif layer.weights:
            found[layer.name] = [layer.trainable, *layer.get_weights()]
    return found
