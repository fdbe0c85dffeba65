# %% [markdown]
# # Speed
#
# How fast the solutions are, as ratios to what they cannot do without: compiled passes through the
# network, measured in turns with them, at the size of a batch at which a pass is cheapest. Other
# libraries explain the same network in the same run.

# %% tags=["hide"]
import json

from docs.machinery.figures import table, write
from tests.benchmarks.results import RESULTS

results = json.loads(RESULTS.read_text(encoding="utf-8"))
machine = results["machine"]
networks = ["EfficientNet-Lite0", "MobileNetV2"]
write(
    f"Measured on {machine['day']} by `python -m tests.benchmarks.solutions`, on a computer with "
    f"{machine['processors']} processors ({machine['processor']}), Python {machine['python']}, "
    f"TensorFlow {machine['tensorflow']}, Keras {machine['keras']}. Medians; a goal is what the "
    "ratio should not exceed."
)
for name in networks:
    part = results[name]
    rows = []
    for line in part["lines"]:
        others = ", ".join(f"{peer} {ratio:g}" for peer, ratio in line["others"].items())
        rows.append(
            (
                f"`{line['method'].partition(',')[0]}`{''.join(line['method'].partition(',')[1:])}",
                line["batch"],
                f"{line['milliseconds']:.0f}",
                f"{line['ratio']:.2f}",
                f"{line['goal']:.2f}",
                others or "–",
            )
        )
    write(f"## {name}")
    table(["method", "images", "ms", "× bound", "goal", "others, × bound"], rows)

# %% tags=["hide"]
later = {
    f"`{line['method'].partition(',')[0]}` on {line['day']}"
    for name in networks
    for line in results[name]["lines"]
    if "day" in line
}
if later:
    write(f"Measured again: {', '.join(sorted(later))}.")

few = {
    line["others_steps"]
    for name in networks
    for line in results[name]["lines"]
    if line["others"] and "others_steps" in line
}
if few:
    write(
        f"tf-keras-vis was timed for {max(few)} steps of `visualize_class`: one takes as long as "
        "another. It climbs in pixels, which it moves, turns and enlarges; it knows no spectrum."
    )

# %% [markdown]
# ## Where a goal is missed, and why

# %% tags=["hide"]
missed: dict[str, list[tuple[float, float]]] = {}
for name in networks:
    for line in results[name]["lines"]:
        if line["ratio"] > line["goal"] + 0.005:
            method = line["method"].partition(",")[0]
            missed.setdefault(method, []).append((line["ratio"], line["goal"]))
beyond = {
    "smooth_grad": "draws noise, which the bound leaves out: measured by itself, that takes "
    f"{results['noise']:.0%} of the passes' time on {networks[0]}",
    "gradient_saliency": "picks the class and turns its arguments into tensors",
    "grad_cam": "looks up the layer and enlarges the map",
    "occlusion_sensitivity": "makes the covered copies, and its last chunk is a small one",
    "maximize_class": "updates and clips the image, and keeps the score",
    "integrated_gradients": "makes the points on the path",
    "visualize_class": "draws the views, and moves by Adam (painting and view are in its bound)",
}
lines = []
for method, found in missed.items():
    ratios = sorted(ratio for ratio, _ in found)
    span = " to ".join(f"{ratio:.2f}" for ratio in dict.fromkeys((ratios[0], ratios[-1])))
    lines.append(
        f"- `{method}`: {span} where it misses, the goal is {found[0][1]:.2f}. Beyond the passes "
        f"it {beyond[method]}."
    )
write("\n".join(lines) if lines else "None is.")
write(
    "What is not drawing noise amounts to some hundredths, about as much as the ratios vary "
    "between the sizes of a batch: part of it is chance."
)

# %% tags=["hide"]
ahead = [
    (name, line, peer, ratio)
    for name in networks
    for line in results[name]["lines"]
    for peer, ratio in line["others"].items()
    if ratio < line["ratio"]
]
write(
    "Ahead of ours: "
    + "; ".join(
        f"{peer} in `{line['method']}` ({name}, {ratio:.2f} against {line['ratio']:.2f})"
        for name, line, peer, ratio in ahead
    )
    + ". tf-explain compiles the same pass; which of the two is ahead by some hundredths changes "
    "from line to line."
    if ahead
    else "No other library is ahead of ours in any line."
)

# %% [markdown]
# ## The first call, memory, and growth

# %% tags=["hide"]
rows = [
    (name, call, f"{seconds:.2f}")
    for name in networks
    for call, seconds in results[name]["first calls"].items()
]
table(["network", "call", "s"], rows)
write(
    "The first call traces. Another class does not trace again "
    "(`tests/given/test_compiling.py` counts the traces)."
)
table(
    ["samples of smooth_grad", "peak memory of the process (MB)"],
    [(samples, peak) for samples, peak in results["memory"].items()],
)
table(
    ["size of the image", "one gradient of a small MobileNetV2 (ms)"],
    [(f"{size} × {size}", f"{ms:.0f}") for size, ms in results["growth"].items()],
)

# %% tags=["hide"]
for name in networks:
    curves = results[name]["milliseconds a sample"]
    table(
        [f"{name}: images at once", *curves["forward"]],
        [
            (f"{kind}, ms for each", *(f"{ms:.1f}" for ms in curve.values()))
            for kind, curve in curves.items()
        ],
    )
if "captum" in results:
    listed = ", ".join(f"`{method}` {ratio:g}" for method, ratio in results["captum"].items())
    write(f"captum, on a network of PyTorch and as ratios to that network's own passes: {listed}.")
if results["peers"]:
    write(
        "Not measured: "
        + "; ".join(f"{name} ({why_not})" for name, why_not in results["peers"].items())
        + "."
    )
if "xplique" in results["peers"]:
    write(
        "xplique climbs in the spectrum, as `visualize_class` does. It needs tf_keras, which is "
        "Keras 2, and the networks here are of Keras 3."
    )
