"""How fast the playground computes, in Chromium, beside Keras on the same computer.

    mkdocs build && python -m tests.benchmarks.playground

writes `playground.json`, which the page itself shows.
"""

import functools
import http.server
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from course.given import load_model, load_photo
from docs.playground.networks import load_networks, load_samples
from solutions.activation_maximization import ascent_step
from solutions.saliency import gradient_saliency
from tests.benchmarks.results import PLAYGROUND
from tests.site.conftest import SITE, Quiet
from tests.site.test_playground import READY, SETUP

ROUNDS = 200
ROUNDS_OF_PHOTO = 15

IN_THE_PAGE = """async ([image, photo, rounds, few]) => {
    const real = (await api.loadNetwork(new URL("assets/playground/", location))).network;
    image = Float32Array.from(image);
    photo = Float32Array.from(photo);
    const network = networks.honest;
    let at = api.startOfAscent(image);
    let plain = at;
    let changed = image;
    const way = {stepSize: 0.01, weight: 10, penalty: "tv"};
    const penalties = {tvWeight: 0.01, l2Weight: 0.01};
    const regularized = {stepSize: 0.01, ...penalties, blurSigma: 0.4, shift: [1, 1]};
    const limits = {maxShift: 16, maxAngle: 15, maxZoom: 0.2};
    const dreaming = (basis) => {  // as the reader sees it: the step, and the new image
        const painter = api.makePainter(basis, colours);
        const dream = api.startOfDream(basis);
        let painted = api.paint(painter, dream.parts);
        return () => {
            const view = api.randomView(real.size, limits);
            api.dreamStep(real, painter, dream, painted, 967, {stepSize: 0.02, view});
            painted = api.paint(painter, dream.parts);
        };
    };
    const what = {
        map: [rounds, () => api.gradientSaliency(network, image, 3)],
        step: [rounds, () => {  // as the reader sees it: all regularizers, and the score
            at = api.ascentStep(network, at, 3, regularized);
            api.computeLogits(network, at.image);
        }],
        plain_step: [rounds, () => (plain = api.ascentStep(network, plain, 3, {stepSize: 0.01}))],
        change: [rounds, () => (changed = api.optimizeStep(network, changed, image, 2, way))],
        photo: [few, () => api.gradientSaliency(real, photo, 967)],
        dream: [few, dreaming(api.makeWaves(real.size))],
        dream_in_octaves: [few, dreaming(api.makeOctaves(real.size))],
    };
    const times = {};
    for (const [name, [count, run]] of Object.entries(what)) {
        for (let i = 0; i < 5; i++) run();
        times[name] = Array.from({length: count}, () => {
            const began = performance.now();
            run();
            return performance.now() - began;
        });
    }
    return times;
}"""


def main() -> None:
    """Measure and write."""
    image = load_samples()[0][:1]
    photo = load_photo("coffee")[None]
    times = in_the_page(image, photo)
    honest, model = load_networks()["honest"], load_model()
    keras = {
        "map": timed(lambda: gradient_saliency(honest, image, 3), ROUNDS),
        "plain_step": timed(lambda: ascent_step(honest, image, 3, 0.01), ROUNDS),
        "photo": timed(lambda: gradient_saliency(model, photo, 967), ROUNDS_OF_PHOTO),
    }
    results: dict[str, Any] = {"machine": f"a computer with {os.cpu_count()} processors"}
    for name, own in times.items():
        median, slow = np.percentile(own, [50, 95])
        results[name] = {"median": round(median, 2), "slowest_of_20": round(slow, 2)}
        if name in keras:
            results[name]["times_keras"] = round(median / np.median(keras[name]), 2)
    PLAYGROUND.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(PLAYGROUND.read_text(encoding="utf-8"))


def in_the_page(image: np.ndarray, photo: np.ndarray) -> dict[str, list[float]]:
    """Milliseconds of every round, by what was computed."""
    serve = functools.partial(Quiet, directory=str(SITE))
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/playground.html")
        page.wait_for_selector(READY)
        page.evaluate(SETUP)
        given = [image.ravel().tolist(), photo.ravel().tolist(), ROUNDS, ROUNDS_OF_PHOTO]
        times = page.evaluate(IN_THE_PAGE, given)
        server.shutdown()
    return times


def timed(call: Callable[[], Any], rounds: int) -> list[float]:
    """Milliseconds of every round."""
    np.asarray(call())  # compiles
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        np.asarray(call())
        found.append(1000 * (time.perf_counter() - began))
    return found


if __name__ == "__main__":
    main()
