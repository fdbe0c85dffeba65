"""What an exception means: the commonest first mistakes, in words a student can act on.

`ROWS` is a table of conditions and sentences; the first row that fits is said. What no row
translates keeps the exception's own words, without what the libraries put around them.
"""

import re
from dataclasses import dataclass
from typing import Any

from course.grader.reading import broken_path


@dataclass(frozen=True)
class Row:
    """A condition on an exception, and what is said of it.

    Attributes:
        kind: the name of its class, or of one that it is derived from; empty for any.
        message: a pattern that its message contains.
        says: the sentence; `{0}`, `{1}`, ... are the pattern's groups.
        line: a pattern that the student's own line contains.
        is_gradient: whether it is only about a function that takes a gradient; then `{path}` says
            where the way from the images to the result is broken.
    """

    kind: str
    message: str
    says: str
    line: str = ""
    is_gradient: bool = False


ROWS = [
    # --- the file ---------------------------------------------------------------------------------
    Row("SyntaxError", r"(.*)", "Python cannot read the file: {0}."),
    Row("SystemExit", "", "The function ends the whole program (exit or quit): return a result."),
    Row("MemoryError", "", "The function asks for more memory than there is."),
    Row("RecursionError", "", "The function calls itself without end."),
    Row("ModuleNotFoundError", r"(.*)", "An import fails: {0}."),
    Row("ImportError", r"(.*)", "An import fails: {0}."),
    # --- the tape ---------------------------------------------------------------------------------
    Row(
        "ValueError",
        r"^Passed in object",
        "tape.watch was given a NumPy array: it takes tensors only. Turn it into one before the "
        "tape: images = tf.convert_to_tensor(images).",
        line=r"watch",
    ),
    Row(
        "AttributeError",
        r"'(?:numpy\.|float|int|list)\S*' object has no attribute '_id'",
        "The tape was given a NumPy array, where it takes tensors only. {path}",
        is_gradient=True,
    ),
    Row(
        "TypeError",
        r"argument `type_value`: .* to a TensorFlow DType",
        "The tape was given plain numbers, where it takes tensors only. {path}",
        is_gradient=True,
    ),
    Row(
        "",
        r"^'?NoneType|'NoneType'|\bvalue \(None\)|None values not supported"
        r"|No gradients provided for any variable",
        "A gradient is None. {path}",
        is_gradient=True,
    ),
    Row(
        "",
        r"'NoneType'|\bvalue \(None\)",
        "Something is None that should be an array: does a function lack its `return`?",
    ),
    Row(
        "RuntimeError",
        r"non-persistent GradientTape",
        "The same tape is asked twice: it answers once. Ask for all gradients in one call, or make "
        "it with tf.GradientTape(persistent=True).",
    ),
    Row(
        "AttributeError",
        r"no attribute '_unique_id'",
        "A Keras optimizer only moves tf.Variable: a tensor cannot be moved in place.",
    ),
    # --- building models --------------------------------------------------------------------------
    Row(
        "ValueError",
        r"is not connected to `inputs`|[Gg]raph disconnected",
        "The new model's output does not depend on its input: start from model.inputs, not from a "
        "new keras.Input.",
    ),
    Row(
        "ValueError",
        r"`inputs` values must be KerasTensors",
        "keras.Model was given images where it takes the model's own tensors, such as "
        "model.inputs and layer.output.",
    ),
    Row(
        "ValueError",
        r"A merge layer should be called on a list of inputs|"
        r"A `(?:Add|Concatenate|Multiply)` layer should be called on a list",
        "The layers are called one after another, but some take the results of several: a new "
        "keras.Model from model.inputs to the layer's output follows the branches.",
    ),
    Row(
        "ValueError",
        r"The name \"(.*?)\" is used \d+ times in the model",
        'Two layers of the new model are named "{0}": give what you add a name of its own.',
    ),
    Row(
        "ValueError",
        r"KerasTensor",
        "layer.output and model.output hold no numbers: they are for building a keras.Model, which "
        "is then called on images.",
    ),
    Row(
        "ValueError",
        r"incompatible with the layer: expected shape=(\(.*?\)), found shape=(\(.*?\))",
        "The model was given an array of shape {1}; it takes {0}, with the batch as first axis.",
    ),
    Row(
        "ValueError",
        r"incompatible with the layer: expected (?:axis|min_ndim|ndim)",
        "The model was given what does not fit its layers. Is it the model that this call was "
        "given, or one that was kept from a call before?",
    ),
    Row(
        "InvalidArgumentError",
        r"Matrix size-incompatible|must be evenly divisible|"
        r"input depth must be|Dimensions must be equal|ConcatOp|must have the same number of",
        "Sizes do not fit inside of the model. Was something made for another model, and kept from "
        "a call before (a tf.function, a gradient, a model)?",
    ),
    # --- shapes -----------------------------------------------------------------------------------
    Row(
        "ValueError",
        r"could not be broadcast together with shapes (\(.*?\)) (\(.*?\))",
        "Shapes that do not go together: {0} and {1}. They are compared from the last axis on.",
    ),
    Row(
        "",
        r"Incompatible shapes: \[(.*?)\] vs\. \[(.*?)\]",
        "Shapes that do not go together: ({0}) and ({1}). They are compared from the last axis on.",
    ),
    Row(
        "ValueError",
        r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
        "An array of shape {0} does not fit into a place of shape {1}.",
    ),
    Row(
        "ValueError",
        r"cannot reshape array of size (\d+) into shape (\(.*?\))",
        "{0} values do not fit into shape {1}.",
    ),
    Row(
        "",
        r"Input to reshape is a tensor with (\d+) values, but the requested shape has (\d+)",
        "{0} values do not fit into a shape for {1}.",
    ),
    Row(
        "",
        r"[Ii]nhomogeneous shape|Shapes of all inputs must match|all input arrays must have the "
        r"same shape",
        "Arrays of different shapes are put into one array: it would be ragged.",
    ),
    Row(
        "",
        r"axis (\d+) is out of bounds for array of dimension (\d+)",
        "There is no axis {0}: the array has {1} axes, and they are counted from 0.",
    ),
    Row(
        "",
        r"slice index (-?\d+) of dimension (\d+) out of bounds",
        "There is no place {0} along axis {1}. (Axis 0 is that of the images, the last one that of "
        "the channels.)",
    ),
    Row(
        "",
        r"Invalid reduction dimension \(?(-?\d+) for input with (\d+)",
        "There is no axis {0}: the tensor has {1} axes, and they are counted from 0.",
    ),
    Row(
        "",
        r"Expected batch_dims in the range \[0, 0\], but got 1",
        "tf.gather with batch_dims=1 needs one class per image: broadcast a single class_index to "
        "shape (B,) first.",
    ),
    Row(
        "TypeError",
        r"only (?:0-dimensional|length-1|size-1|integer scalar) arrays can be converted",
        "An array of several numbers is taken for one number, by int() or float(). (A class_index "
        "may be one class for each image.)",
    ),
    Row(
        "ValueError",
        r"^Input (?:\w+ )?contains NaN",
        "There is NaN in what scikit-learn is given: 0 / 0, for a map that is zero everywhere?",
    ),
    Row(
        "ValueError",
        r"vmin, vcenter, and vmax must be in ascending order",
        "TwoSlopeNorm wants limits on either side of 0: for a heat map of zeros they are equal.",
    ),
    # --- chance -----------------------------------------------------------------------------------
    Row(
        "ValueError",
        r"^(?:low >= high|high <= 0)",
        "integers(low, high) has nothing to draw from: high itself is never drawn. To draw it too, "
        "write high + 1.",
    ),
    # --- arrays and tensors -----------------------------------------------------------------------
    Row(
        "AttributeError",
        r"'(?:numpy\.\w+|list|tuple|float|int)' object has no attribute 'get_shape'",
        "The functions of tf.image take tensors only: use tf.convert_to_tensor first.",
        line=r"tf\.image\.",
    ),
    Row(
        "AttributeError",
        r"'(?:numpy\.\w+|list|tuple|float|int)' object has no attribute 'get_shape'",
        "get_shape is a method of tensors, and this is not one: use .shape, which arrays have too.",
    ),
    Row(
        "AttributeError",
        r"'numpy\.\w+' object has no attribute 'numpy'",
        "This is a NumPy array already: .numpy() is for tensors only.",
    ),
    Row(
        "AttributeError",
        r"'SymbolicTensor' object has no attribute 'numpy'",
        "Inside tf.function there are no numbers yet: .numpy() does not work there.",
    ),
    Row(
        "AttributeError",
        r"'(?:\w+\.)*(EagerTensor|Tensor)' object has no attribute '(\w+)'",
        "A tensor has no .{1}: that is a method of NumPy arrays. Use the function of that name "
        "from tf, or np.asarray(...) first.",
    ),
    Row(
        "TypeError",
        r"Tensor' object does not support item assignment",
        "A tensor cannot be changed in place: work on np.array(...), or build a new tensor.",
    ),
    Row(
        "TypeError",
        r"Only integers, slices .* are valid indices, got",
        "A tensor cannot be indexed with an array: use tf.gather(..., batch_dims=1), or a sum with "
        "tf.one_hot.",
    ),
    Row(
        "",
        r"was expected to be an? (\w+) tensor but is an? (\w+) tensor",
        "Two tensors of different types, {0} and {1}: bring both to one with tf.cast.",
    ),
    Row(
        "ValueError",
        r"truth value of an array with more than one element",
        "A whole array is used as a yes or no: use np.any, np.all or np.where.",
    ),
    Row(
        "OperatorNotAllowedInGraphError",
        r"",
        "Inside tf.function a tensor cannot decide an `if` or a loop here: use tf.where, or leave "
        "tf.function out.",
    ),
    Row(
        "IndexError",
        r"^invalid index to scalar variable",
        "A single number of NumPy's is indexed like an array: class_index may be one int, also "
        "NumPy's.",
        line=r"class",
    ),
    Row(
        "TypeError",
        r"^(?:\w+\.)*(\w+)\(\) got an unexpected keyword argument '(\w+)'",
        "{0} has no argument that is named {1}. (A function that is handed in, such as a method or "
        "a cheat, is called by position.)",
    ),
    Row(
        "TypeError",
        r"'(int|float)' object is not subscriptable",
        "A single {0} is indexed like an array: class_index may be one int for the whole batch.",
        line=r"class",
    ),
    Row(
        "LinAlgError",
        r"not positive definite|Singular matrix",
        "A matrix is singular, as the covariance of grey photos is, whose channels are all the "
        "same: Cholesky's root and an inverse do not exist there. Roots by eigh or svd always do.",
    ),
    Row(
        "",
        r"Cholesky decomposition was not successful",
        "A matrix is singular, as the covariance of grey photos is, whose channels are all the "
        "same: Cholesky's root does not exist there. Roots by eigh or svd always do.",
    ),
    Row(
        "TypeError",
        r"Cannot cast ufunc '\w+' output from dtype\('(.*?)'\) to dtype\('(.*?)'\)",
        "{0} numbers do not go into an array of {1} in place: make the array float32 first.",
    ),
]


def translate(error: Any, source: str = "", function: str = "") -> str | None:
    """What an exception means, or None if no row knows it.

    Args:
        error: a `StudentError`.
        source: of the student's module.
        function: the name of the task's function in it.
    """
    line = error.frames[-1].text if error.frames else ""
    path = broken_path(source, function)
    for row in ROWS:
        match = re.search(row.message, error.message.strip())
        if match is None or (row.kind and row.kind not in error.types):
            continue
        if re.search(row.line, line) and (path or not row.is_gradient):
            return row.says.format(*match.groups(), path=path).strip()
    return None


def in_short(message: str) -> str:
    """What an error says, without what TensorFlow and Keras put around it."""
    text = re.sub(r"\x1b\[[0-9;]*m|\{\{.*?\}\}|\[Op:.*", "", message)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrapping = ("Exception encountered when calling", "in user code:", "File ")
    lines = [line for line in lines if not line.startswith(wrapping)] or lines
    return lines[0] if lines else "without a message"
