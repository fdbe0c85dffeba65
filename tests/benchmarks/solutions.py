"""How fast the solutions are: `python -m tests.benchmarks.solutions [--quick]`.

Every method is measured in turns with a bound: the compiled passes through the network that it
cannot do without, at the size of a batch at which they are cheapest. What counts is the ratio of
the two. Other libraries are measured in the same run, where they are installed (extra `bench`).

Prints a table, and writes `solutions.json` beside this file, from which the documentation makes
its own. `--only METHOD` measures the lines of one method, and puts them in the place of theirs.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks import peers
from tests.benchmarks.results import RESULTS

ROOT = Path(__file__).resolve().parents[2]

SAMPLES = 32
"""Noisy copies for SmoothGrad, and steps for integrated gradients."""

STEPS = 256
OTHERS_STEPS = 16
"""So many steps of another library, which needs the same time for each, stand for all of them."""

PATCH = 32
CHUNKS = (1, 2, 4, 8, 16, 32)

Do = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One line of the table.

    Attributes:
        method: what is measured.
        batch: for how many images.
        ours: does it.
        bound: passes through the network.
        times: how many of these the method needs.
        goal: the ratio that it should not exceed.
        others: the same by other libraries, by name.
        others_times: how many passes the others make, if not as many.
    """

    method: str
    batch: int
    ours: Do
    bound: Do
    times: float
    goal: float
    others: dict[str, Do]
    others_times: float | None = None


class Passes:
    """The network's passes, each compiled once.

    Args:
        model: the network.
    """

    def __init__(self, model: Any) -> None:
        import keras
        import tensorflow as tf

        from solutions import natural_images

        self.layer = [one for one in model.layers if len(one.output.shape) == 4][-1].name
        both = keras.Model(model.inputs[0], [model.get_layer(self.layer).output, model.outputs[0]])

        @tf.function(reduce_retracing=True)
        def forward(images: Any) -> Any:
            return model(images, training=False)

        @tf.function(reduce_retracing=True)
        def backward(images: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(images)
                value = model(images, training=False)[:, 1]
            return tape.gradient(value, images)

        @tf.function(reduce_retracing=True)
        def to_layer(images: Any) -> Any:
            with tf.GradientTape() as tape:
                features, logits = both(images, training=False)
                value = logits[:, 1]
            # Both are needed; what is not returned, TensorFlow would not even compute.
            return features + tape.gradient(value, features)

        height, width = model.inputs[0].shape[1:3]

        @tf.function(reduce_retracing=True)
        def from_waves(parts: Any, views: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(parts)
                painted = natural_images._painted(parts, tf.eye(3), height, width)
                seen = keras.ops.image.affine_transform(painted, views, "bilinear", "reflect")
                value = model(seen, training=False)[:, 1]
            return tape.gradient(value, parts)

        self.forward, self.backward, self.to_layer = forward, backward, to_layer
        self.from_waves = from_waves


def images(count: int, size: int = 224) -> np.ndarray:
    """Random images."""
    draw = np.random.default_rng(count)
    return draw.uniform(0, 1, (count, size, size, 3)).astype(np.float32)


def done(function: Callable[..., Any], batch: np.ndarray) -> Do:
    """A pass over a batch, whose result is waited for."""
    import tensorflow as tf

    tensor = tf.constant(batch)
    return lambda: function(tensor).numpy()


def done_in_waves(passes: Passes, count: int, size: int) -> Do:
    """A pass from spectra to a view of their images, through the network, and back."""
    import tensorflow as tf

    from solutions.natural_images import _views, frequencies

    shape = (2, count, 3, *frequencies(size, size).shape)
    parts = tf.constant(np.random.default_rng(0).normal(0, 0.01, shape), tf.float32)
    views = tf.constant(_views((count, size, size), 16.0, 15.0, 0.2, 0))
    return lambda: passes.from_waves(parts, views).numpy()


def in_turns(works: dict[str, Do], rounds: int) -> dict[str, float]:
    """The median seconds of each piece of work, measured in turns, after one to warm up."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if number:
                times[name].append(time.perf_counter() - began)
    return {name: median(values) for name, values in times.items()}


def cases(model: Any, passes: Passes, chunks: dict[str, int], is_quick: bool) -> Iterator[Case]:
    """All lines of the table for one network."""
    from solutions import activation_maximization as ascent
    from solutions import contrastive, natural_images, saliency

    windows = (model.inputs[0].shape[1] // PATCH) ** 2
    for b in (1, 8) if is_quick else (1, 8, 32):
        some = images(b)
        theirs = peers.of(model, some, SAMPLES, PATCH, passes.layer)
        yield Case(
            "gradient_saliency",
            b,
            lambda some=some: np.asarray(saliency.gradient_saliency(model, some, 1)),
            done(passes.backward, some),
            1,
            1.05,
            theirs["saliency"],
        )
        yield Case(
            "grad_cam",
            b,
            lambda some=some: np.asarray(contrastive.grad_cam(model, some, 1, passes.layer)),
            done(passes.to_layer, some),
            1,
            1.1,
            theirs["grad_cam"],
        )
        if b == 32 or (is_quick and b > 1):
            continue
        backward = done(passes.backward, images(chunks["backward"]))
        forward = done(passes.forward, images(chunks["forward"]))
        yield Case(
            f"smooth_grad, {SAMPLES} samples",
            b,
            lambda some=some: np.asarray(contrastive.smooth_grad(model, some, 1, SAMPLES, 0.1, 0)),
            backward,
            b * SAMPLES / chunks["backward"],
            1.0,
            theirs["smooth_grad"],
        )
        yield Case(
            f"integrated_gradients, {SAMPLES} steps",
            b,
            lambda some=some: np.asarray(
                contrastive.integrated_gradients(model, some, 1, steps=SAMPLES)
            ),
            backward,
            b * SAMPLES / chunks["backward"],
            1.0,
            theirs["integrated_gradients"],
        )
        yield Case(
            f"occlusion_sensitivity, {windows} windows",
            b,
            lambda some=some: np.asarray(
                contrastive.occlusion_sensitivity(model, some, 1, PATCH, PATCH)
            ),
            forward,
            b * (windows + 1) / chunks["forward"],
            1.05,
            theirs["occlusion"],
        )
    steps = 32 if is_quick else STEPS
    start = images(1)
    yield Case(
        f"maximize_class, {steps} steps",
        1,
        lambda: np.asarray(ascent.maximize_class(model, start, 1, steps, 0.1).images),
        done(passes.backward, start),
        steps,
        1.1,
        {},
    )
    few = min(OTHERS_STEPS, steps // 4)
    for b in (1, 4):
        yield Case(
            f"visualize_class, {steps} steps",
            b,
            lambda b=b: np.asarray(
                natural_images.visualize_class(model, np.full(b, 1), steps, 0).images
            ),
            done_in_waves(passes, b, model.inputs[0].shape[1]),
            steps,
            1.15,
            peers.of_visualizing(model, b, few),
            few,
        )


def cheapest(passes: Passes, rounds: int) -> tuple[dict[str, int], dict[str, dict[int, float]]]:
    """At which size of a batch a sample is cheapest, and the milliseconds at each size."""
    chunks, curves = {}, {}
    for kind in ("forward", "backward"):
        works = {f"{c}": done(getattr(passes, kind), images(c)) for c in CHUNKS}
        each = {int(c): 1000 * t / int(c) for c, t in in_turns(works, rounds).items()}
        chunks[kind] = min(each, key=each.__getitem__)
        curves[kind] = {c: round(ms, 2) for c, ms in each.items()}
    return chunks, curves


def first_calls(model: Any) -> dict[str, float]:
    """Seconds of the first call (it traces), and of a second one with another class."""
    from solutions import contrastive, saliency

    some, taken = images(1), {}
    layer = [one for one in model.layers if len(one.output.shape) == 4][-1].name
    for name, call in {
        "gradient_saliency": lambda k: saliency.gradient_saliency(model, some, k),
        "grad_cam": lambda k: contrastive.grad_cam(model, some, k, layer),
    }.items():
        for k, which in ((1, "first"), (2, "another class")):
            began = time.perf_counter()
            np.asarray(call(k))
            taken[f"{name}, {which}"] = round(time.perf_counter() - began, 3)
    return taken


def growth() -> dict[str, float]:
    """How the cost of one gradient grows with the size of the image: milliseconds."""
    import keras

    works = {}
    for size in (96, 160, 224, 320):
        net = keras.applications.MobileNetV2((size, size, 3), weights=None, alpha=0.5)
        works[str(size)] = done(Passes(net).backward, images(1, size))
    return {size: round(1000 * taken, 1) for size, taken in in_turns(works, 7).items()}


def peak_memory(samples: int) -> int:
    """Megabytes at the peak of a process that computes one smooth_grad with that many samples."""
    code = (
        "import resource, numpy as np\n"
        "from course.given import load_model\n"
        "from solutions.contrastive import smooth_grad\n"
        f"smooth_grad(load_model(), np.zeros((1, 224, 224, 3), 'f'), 1, {samples}, 0.1, 0)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=quiet, capture_output=True, check=True
    )
    return int(ran.stdout.split()[-1])


def measure(model: Any, is_quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything about one network."""
    first = first_calls(model)
    passes = Passes(model)
    chunks, curves = cheapest(passes, 5 if is_quick else 11)
    say(f"cheapest batch: {chunks}")
    lines = [line_of(case, is_quick, say) for case in cases(model, passes, chunks, is_quick)]
    return {"first calls": first, "chunks": chunks, "milliseconds a sample": curves, "lines": lines}


def line_of(case: Case, is_quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure one line of the table."""
    rounds = 5 if is_quick else 11
    works = {"bound": case.bound, "ours": case.ours}
    others_times = case.others_times or case.times
    # Some others take minutes for many images.
    works |= case.others if case.batch == 1 or case.batch * others_times <= 64 else {}
    taken = in_turns(works, max(3, rounds // 3) if case.times > 8 else rounds)
    bound = taken.pop("bound")
    line = {
        "method": case.method,
        "batch": case.batch,
        "milliseconds": round(1000 * taken["ours"], 1),
        "goal": case.goal,
        "ratio": round(taken.pop("ours") / (case.times * bound), 3),
        "others": {name: round(other / (others_times * bound), 2) for name, other in taken.items()},
    }
    if case.others_times:
        line["others_steps"] = case.others_times
    say(f"{line['method']}, batch {line['batch']}: {line['ratio']} {line['others'] or ''}")
    return line


def measure_again(method: str, is_quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """The results that are kept, with the lines of one method measured anew."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    day = machine()["day"]
    for name, load in networks().items():
        kept, model = results[name], load()
        new = [
            line_of(case, is_quick, say) | {"day": day}
            for case in cases(model, Passes(model), kept["chunks"], is_quick)
            if case.method.startswith(method)
        ]
        kept["lines"] = [one for one in kept["lines"] if not one["method"].startswith(method)] + new
    return results


def networks() -> dict[str, Callable[[], Any]]:
    """What is explained, by name."""
    from course.given import load_model
    from course.given.models import build_application

    return {
        "EfficientNet-Lite0": load_model,
        "MobileNetV2": lambda: build_application("MobileNetV2", weights=None),
    }


def captum_alone(rounds: int) -> dict[str, float]:
    """captum's ratios to the passes of its own network, for one image."""
    ratios = {}
    for method, (theirs, bound, times) in peers.captum(images(1), SAMPLES, PATCH).items():
        taken = in_turns({"theirs": theirs, "bound": bound}, rounds)
        ratios[method] = round(taken["theirs"] / (times * taken["bound"]), 2)
    return ratios


def noise_share(curve: dict[int, float]) -> float:
    """What drawing the noise of a sample costs, as a share of its pass."""
    import tensorflow as tf

    draw, count = tf.random.stateless_normal, 16
    taken = in_turns({"draw": lambda: draw((count, 224, 224, 3), (0, 0))}, 9)["draw"]
    return round(1000 * taken / count / min(curve.values()), 3)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    cpu = platform.processor() or "unknown"
    if Path("/proc/cpuinfo").exists():
        names = [
            one for one in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in one
        ]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    return {
        "day": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "processor": cpu,
        "python": platform.python_version(),
        "keras": version("keras"),
        "tensorflow": __import__("tensorflow").__version__,
        "load": round(os.getloadavg()[0], 1),
    }


@click.command()
@click.option("--quick", is_flag=True, help="Fewer rounds and sizes; writes nothing.")
@click.option("--only", metavar="METHOD", help="Measure one method's lines; the rest is kept.")
def main(quick: bool, only: str | None) -> None:
    """Measure, print, and write the results."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    console = Console(highlight=False, soft_wrap=True)
    if only:
        results = measure_again(only, quick, console.print)
        if not quick:
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        return
    results = {"machine": machine(), "peers": peers.why_missing()}
    results["memory"] = {str(n): peak_memory(n) for n in ((8, 64) if quick else (8, 64, 256))}
    console.print(f"peak memory of smooth_grad by samples, MB: {results['memory']}")
    if "captum" not in results["peers"]:
        results["captum"] = captum_alone(5 if quick else 11)
        console.print(f"captum, x its own bound: {results['captum']}")
    results["growth"] = growth()
    for name, load in list(networks().items())[: 1 if quick else None]:
        console.print(name, style="bold")
        results[name] = measure(load(), quick, console.print)
        console.print(_table(name, results[name]["lines"]))
    curve = results["EfficientNet-Lite0"]["milliseconds a sample"]["backward"]
    results["noise"] = noise_share(curve)
    if not quick:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _table(name: str, lines: list[dict[str, Any]]) -> Table:
    table = Table("method", "batch", "ms", "× bound", "goal", "others, × bound", title=name)
    for line in lines:
        others = ", ".join(f"{peer} {ratio}" for peer, ratio in line["others"].items())
        cells = (line["method"], line["batch"], line["milliseconds"], line["ratio"], line["goal"])
        table.add_row(*map(str, cells), others)
    return table


if __name__ == "__main__":
    main()
