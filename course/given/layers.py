"""What a layer gives inside of a model."""

from typing import Any

import keras


def layer_output(model: keras.Model, layer_name: str) -> Any:
    """Find what a layer gives in this model: other models may have the same layer too.

    Args:
        model: a functional or sequential `keras.Model`.
        layer_name: of one of its layers; a model inside the model is one.

    Returns:
        The symbolic tensor, to be named as the output of a `keras.Model`.

    Raises:
        ValueError: if there is no such layer, the model uses it several times, or it gives several
            tensors; or if the model is neither functional nor sequential.
    """
    layer = model.get_layer(layer_name)
    graph = getattr(model, "_functional", None) or model  # what a sequential model is inside
    if not hasattr(graph, "_nodes_by_depth"):
        raise ValueError(
            f"{model.name!r} is a {type(model).__name__}, which does not tell how its layers are "
            "connected: a functional or sequential model is needed"
        )
    nodes = [node for nodes in graph._nodes_by_depth.values() for node in nodes]
    found = [output for node in nodes if node.operation is layer for output in node.outputs]
    if len(found) != 1:
        raise ValueError(
            f"the layer {layer_name!r} gives {len(found)} tensors in this model, like one that is "
            "used several times; it cannot be told which one is meant"
        )
    return found[0]
