# %% [markdown]
# # Why is it slow?
#
# All that this course does is passes through a network: forward for an answer, forward and back for
# a gradient. SmoothGrad takes 32 of them, an ascent 256. Nothing can be faster than the passes that
# it needs; most first attempts are several times slower. This chapter measures where the time goes,
# on the computer that built this page. It may have had other work meanwhile, so the text asserts
# nothing about who is faster: read the numbers.

# %% tags=["fold"]
import time
from statistics import median

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

from course.given import load_model
from docs.machinery.figures import COLORS, show, table, write
from solutions.activation_maximization import maximize_class

model = load_model()
photo = tf.constant(np.random.default_rng(0).uniform(0, 1, (1, 224, 224, 3)), tf.float32)


def milliseconds(works, rounds=7):
    """The median of each piece of work, measured in turns so that a busy moment hits all alike."""
    times = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if number:  # the first round warms up
                times[name].append(1000 * (time.perf_counter() - began))
    return {name: median(taken) for name, taken in times.items()}


# %% [markdown]
# ## Eager, or as a graph
#
# This is the gradient as one would write it first. Every operation goes from Python to TensorFlow
# on its own, and the tape keeps a record of each in Python.


# %%
def gradient(images, class_index):
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = model(images, training=False)[:, class_index]
    return tape.gradient(values, images)


compiled_gradient = tf.function(gradient)  # the same, traced once and run as a whole

# %% tags=["fold"]
one = tf.constant(1)
taken = milliseconds(
    {
        "eager": lambda: gradient(photo, one).numpy(),
        "tf.function": lambda: compiled_gradient(photo, one).numpy(),
    }
)
write(
    f"Eager: {taken['eager']:.0f} ms. As a graph: {taken['tf.function']:.0f} ms, "
    f"{taken['eager'] / taken['tf.function']:.1f} times as fast. The arithmetic is the same; what "
    "a graph saves is the way between Python and TensorFlow, some thousand times for each pass, "
    "and the operations that TensorFlow merges once it sees them all."
)

# %% [markdown]
# ## Tracing again
#
# `tf.function` traces the Python code for every new *kind* of argument: another shape, another
# dtype. And for every new value of a Python number, because the code might branch on it. A tensor
# is one kind, whatever its value.

# %% tags=["fold"]
by_number, by_tensor = tf.function(gradient), tf.function(gradient)
firsts = []
for k in range(4):
    row = [f"{k}"]
    for function, index in ((by_number, k), (by_tensor, tf.constant(k))):
        began = time.perf_counter()
        function(photo, index).numpy()
        row.append(f"{1000 * (time.perf_counter() - began):.0f}")
    firsts.append(row)
traces = [one.experimental_get_tracing_count() for one in (by_number, by_tensor)]
assert traces == [4, 1]
table(["class", "as a Python number (ms)", "as a tensor (ms)"], firsts)
write(
    f"Four classes as Python numbers were traced {traces[0]} times, as tensors {traces[1]} time. "
    "The `compiled` of `course.given` turns every number into a tensor before the graph sees it, "
    "and lets a second batch size stand for all sizes."
)

# %% [markdown]
# ## A compiler that promises more
#
# `tf.function(jit_compile=True)` hands the graph to XLA, which merges more and promises speed.
# Whether it keeps the promise depends on the operations. Here is the gradient of one layer, an
# ordinary convolution and a depthwise one, in which each channel has its own filter.

# %% tags=["fold"]
draw = tf.random.stateless_normal
features = draw((1, 56, 56, 144), [0, 1])
layers = {
    "ordinary": keras.layers.Conv2D(144, 3, padding="same"),
    "depthwise": keras.layers.DepthwiseConv2D(3, padding="same"),
}


def through(layer, how):
    @tf.function(**how)
    def call(values):
        with tf.GradientTape() as tape:
            tape.watch(values)
            outcome = tf.reduce_sum(layer(values) ** 2)
        return tape.gradient(outcome, values)

    return lambda: call(features).numpy()


taken = {
    name: milliseconds(
        {"graph": through(layer, {}), "XLA": through(layer, {"jit_compile": True})}, rounds=5
    )
    for name, layer in layers.items()
}

# %% tags=["fold"]
slowdown = {name: both["XLA"] / both["graph"] for name, both in taken.items()}
table(
    ["convolution", "graph (ms)", "XLA (ms)", "XLA / graph"],
    [
        (name, f"{both['graph']:.1f}", f"{both['XLA']:.1f}", f"{slowdown[name]:.1f}")
        for name, both in taken.items()
    ],
)
write(
    f"On this processor the depthwise gradient takes {slowdown['depthwise']:.1f} times as long "
    f"with XLA, the ordinary one {slowdown['ordinary']:.1f} times. Without XLA, TensorFlow calls "
    "kernels that were written for depthwise convolutions by hand, and EfficientNet and MobileNet "
    "consist of these. So no solution here uses XLA. On a graphics card it may be otherwise: "
    "measure."
)

# %% [markdown]
# ## Many at once
#
# A pass over several images costs less for each than one image alone: weights are read once, and
# all processors have something to do. But only up to a point.

# %% tags=["fold"]
sizes = (1, 2, 4, 8, 16, 32)
stock = tf.constant(np.random.default_rng(1).uniform(0, 1, (32, 224, 224, 3)), tf.float32)
taken = milliseconds(
    {size: lambda size=size: compiled_gradient(stock[:size], one).numpy() for size in sizes}, 3
)
each = [taken[size] / size for size in sizes]
best = sizes[int(np.argmin(each))]
figure = Figure(figsize=(5.2, 2.6), layout="constrained")
axes = figure.subplots()
axes.plot(sizes, each, "o-", color=COLORS[0])
axes.set(xlabel="images at once", ylabel="ms for each image", xscale="log", ylim=(0, None))
axes.set_xticks(sizes, [str(size) for size in sizes])
show(
    figure,
    "A curve of the time for each image, from one image at a time to 32.",
    f"What one gradient costs by how many are computed together. The cheapest is {best} at once, "
    f"at {min(each) / each[0]:.0%} of what an image alone costs.",
)

# %% [markdown]
# ## Many steps
#
# What cannot be done at once grows with the number of steps, and with nothing else: each step of an
# ascent is one pass, and what it costs beyond that has to stay small.

# %% tags=["fold"]
counts = (4, 12, 36)
start = np.array(photo)
works = {n: lambda n=n: np.asarray(maximize_class(model, start, 1, n, 0.1).images) for n in counts}
works["pass"] = lambda: compiled_gradient(photo, one).numpy()
taken = milliseconds(works, 3)
table(
    ["steps", "ms", "ms for each step", "in passes"],
    [
        (n, f"{taken[n]:.0f}", f"{taken[n] / n:.1f}", f"{taken[n] / n / taken['pass']:.2f}")
        for n in counts
    ],
)
write(
    "An ascent also asks for the score after its last step, which is half a pass more: with few "
    "steps it shows, with many it does not."
)

# %% [markdown]
# ## Memory
#
# For the way back, the network keeps what every layer has computed on the way forward. That is
# what a batch costs.

# %% tags=["fold"]
outputs = [layer.output for layer in model.layers[1:]]
numbers = sum(int(np.prod(output.shape[1:])) for output in outputs)
megabytes = numbers * 4 / 2**20
kept = [megabytes * size for size in (1, 16, 256)]
assert kept[0] > 10
write(
    f"The layers of EfficientNet-Lite0 put out {numbers / 1e6:.1f} million numbers for one image, "
    f"{kept[0]:.0f} MB in float32. A batch of 16 may need {kept[1] / 1000:.1f} GB, and SmoothGrad "
    f"with 256 samples in one batch {kept[2] / 1000:.0f} GB, if nothing is reused. So the "
    "solutions cut the samples into chunks of 16: as fast as any size, and the memory is the same "
    "for 20 samples and for 2000."
)

# %% [markdown]
# ## What to do
#
# 1. **Measure first**, the passes that the method cannot do without. That is the bound; the ratio
#    to it says whether there is anything to gain.
# 2. **Compile** the pass, once, with everything that changes between calls as tensors.
# 3. **Batch** the passes that do not depend on each other: samples, steps on a path, occluded
#    copies. Not the steps of an ascent: each needs the one before.
# 4. **Cut into chunks** of constant size, so that memory is bounded.
# 5. **Measure again.** What other people found fast is a guess about your machine.
#
# How far the solutions of this course come is on the page [Speed](speed.md).
