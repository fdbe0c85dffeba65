"""The playground in a browser: its numbers are those of Keras, its controls do what they say."""

import base64
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from scipy.special import softmax

pytest.importorskip("mkdocs")

from course.given import class_index_of, class_names, load_dataset, load_model, load_photo, predict
from docs.playground.export import compute, export
from docs.playground.networks import CHEATED, CHEATS, load_networks, load_samples
from docs.playground.sealed import draw_secrets
from solutions.activation_maximization import maximize_class, maximize_class_sigmoid
from solutions.feature_visualization import _shifts, maximize_class_regularized
from solutions.input_optimization import change_penalty, optimize_to_class
from solutions.natural_images import _views, frequencies, visualize_class
from solutions.saliency import gradient_saliency, smooth, to_heatmap

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.slow

NETWORKS = ("honest", "cheating", "robust")
SECRETS = draw_secrets(load_dataset("shapes", 4).class_names)
READY = "html[data-playground-ready]"

# Runs in the page: the script's own functions, and networks as the page makes them.
SETUP = """async () => {
    const folder = new URL("assets/playground/", location);
    const api = await import(new URL("playground.js", folder));
    await api.startBackend(folder);
    const described = await (await fetch(new URL("networks.json", folder))).json();
    const buffer = await (await fetch(new URL("networks.f32", folder))).arrayBuffer();
    const numbers = new Float32Array(buffer);
    window.networks = {};
    let offset = 0;
    for (const one of described.networks) {
        const own = numbers.slice(offset, (offset += one.numbers));
        window.networks[one.name] = api.makeNetwork({size: 32, layers: one.layers}, own);
    }
    window.stamps = described.stamps.map((stamp) => {
        return {...stamp, mask: numbers.slice(offset, (offset += 1024))};
    });
    window.colours = described.colours;
    window.api = api;
}"""


@pytest.fixture(scope="module")
def page(address: str, browser: Any) -> Iterator[Any]:
    """The page, with its functions as `api` and its networks as `networks`."""
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(f"{address}/playground.html")
        opened.wait_for_selector(READY)
        opened.evaluate(SETUP)
        yield opened


@pytest.fixture(scope="module")
def networks() -> dict[str, Any]:
    return load_networks()


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    """A star, in the middle of the range, so that a stamp changes every pixel that it covers."""
    return load_samples()[0][6]


def run(page: Any, code: str, *arguments: Any) -> Any:
    """Run JavaScript in the page; arrays become Float32Arrays there and come back as numpy's."""
    plain = [a.ravel().tolist() if isinstance(a, np.ndarray) else a for a in arguments]
    arrays = [isinstance(a, np.ndarray) for a in arguments]
    found = page.evaluate(
        """([code, plain, arrays]) => {
            const values = plain.map((a, i) => (arrays[i] ? Float32Array.from(a) : a));
            const plainly = (x) => x instanceof Float32Array ? Array.from(x) : x;
            const answer = new Function("values", code)(values);
            return Array.isArray(answer) ? answer.map(plainly) : plainly(answer);
        }""",
        [code, plain, arrays],
    )
    return found


def assert_agrees(found: Any, expected: Any) -> None:
    """To 1e-4 of the largest value, which for images is about 1."""
    expected = np.asarray(expected, np.float64).ravel()
    scale = float(np.abs(expected).max())
    np.testing.assert_allclose(np.ravel(found), expected, rtol=0, atol=1e-4 * scale)


def undecided(network: Any) -> tuple[np.ndarray, int]:
    """An image between two of which the network is least sure: there the softmax has a gradient."""
    samples, _ = load_samples()
    blends = np.linspace(samples[6], samples[10], 41, dtype=np.float32)
    sure = np.asarray(softmax(predict(network, blends), axis=1)).max(axis=1)
    image = blends[sure.argmin()]
    return image, int(predict(network, image[None]).argmax())


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["logit", "softmax"])
@pytest.mark.parametrize("name", NETWORKS)
def test_logits_and_saliency(page: Any, networks: dict[str, Any], name: str, output: str) -> None:
    network = networks[name]
    image, k = undecided(network)
    logits, gradient = run(
        page,
        """const [name, image, k, output] = values;
        const {logits, gradient} = api.gradientSaliency(networks[name], image, k, output);
        return [logits, gradient];""",
        *(name, image, k, output),
    )
    assert_agrees(logits, predict(network, image[None]))
    expected = gradient_saliency(network, image[None], k, output)
    assert_agrees(gradient, expected)
    assert np.abs(expected).max() > 1e-3, "an empty map would agree with anything"
    heatmap = run(page, "return api.smooth(api.toHeatmap(values[0]), 32, 1.5)", np.array(gradient))
    assert_agrees(heatmap, smooth(to_heatmap(expected), 1.5))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("keep", ["clip", "sigmoid"])
def test_two_hundred_steps_of_ascent(
    page: Any, networks: dict[str, Any], image: np.ndarray, name: str, keep: str
) -> None:
    step_size = 0.01 if keep == "clip" else 0.1
    climbed, score = run(
        page,
        """const [name, image, k, keep, stepSize] = values;
        let at = api.startOfAscent(image, keep);
        for (let i = 0; i < 200; i++) at = api.ascentStep(networks[name], at, k, {stepSize});
        return [at.image, api.computeLogits(networks[name], at.image)[k]];""",
        *(name, image, 5, keep, step_size),
    )
    maximize = maximize_class if keep == "clip" else maximize_class_sigmoid
    expected = maximize(networks[name], image[None], 5, 200, step_size)
    assert_agrees(climbed, expected.images)
    assert_agrees(score, expected.scores[-1])
    assert float(expected.scores[-1][0]) > float(expected.scores[0][0]) + 1


def test_regularized_ascent(page: Any, networks: dict[str, Any], image: np.ndarray) -> None:
    shifts = [_shifts(1, 3, 7 + step)[0].tolist() for step in range(30)]
    climbed = run(
        page,
        """const [image, shifts] = values;
        let at = api.startOfAscent(image);
        for (const shift of shifts) {
            const way = {stepSize: 0.05, tvWeight: 0.01, l2Weight: 0.02, blurSigma: 0.4, shift};
            at = api.ascentStep(networks.robust, at, 2, way);
        }
        return at.image;""",
        *(image, shifts),
    )
    expected = maximize_class_regularized(
        networks["robust"], image[None], 2, 30, 0.05, 0.01, 0.02, 0.4, max_shift=3, seed=7
    )
    assert_agrees(climbed, expected.images)


@pytest.mark.parametrize("penalty", ["l2", "l1", "tv"])
def test_smallest_change(
    page: Any, networks: dict[str, Any], image: np.ndarray, penalty: str
) -> None:
    changed, size = run(
        page,
        """const [original, penalty] = values;
        let image = original;
        const way = {stepSize: 0.05, weight: 2, penalty};
        for (let i = 0; i < 40; i++) {
            image = api.optimizeStep(networks.robust, image, original, 0, way);
        }
        return [image, api.changePenalty(image, original, 32, penalty)];""",
        *(image, penalty),
    )
    expected = optimize_to_class(networks["robust"], image[None], 0, 40, 0.05, 2.0, penalty)
    assert_agrees(changed, expected.images)
    np.testing.assert_allclose(
        size, change_penalty(expected.images, image[None], penalty), rtol=1e-3
    )


@pytest.mark.parametrize("number", range(len(CHEATS)))
def test_stamps(page: Any, image: np.ndarray, number: int) -> None:
    stamped = run(page, "return api.stampOn(values[0], stamps[values[1]])", image, number)
    name = list(CHEATS)[number]
    assert_agrees(stamped, CHEATS[name](image[None]))
    assert np.abs(np.array(stamped) - image.ravel()).max() > 0.1


VIEW = (0.07, 15.0, 0.2)
"""How far a view may be shifted, as a share of the width, turned, and zoomed."""

DREAM = """const [start, make, views, k, stepSize] = values;
    const painter = api.makePainter(api[make](network.size), colours);
    const dream = api.dreamFrom(start);
    let image = api.paint(painter, dream.parts);
    const scores = views.map((view, n) => {
        const way = {stepSize: stepSize * (1 - n / views.length), view};
        const logits = api.dreamStep(network, painter, dream, image, k, way);
        image = api.paint(painter, dream.parts);
        return logits[k];
    });
    return [image, [...scores, api.computeLogits(network, image)[k]]];"""


def dream(
    page: Any, network: str, size: int, k: int, steps: int, seed: int, step_size: float
) -> list[Any]:
    """The page's images and scores, from the start and with the views of `visualize_class`."""
    shape = (2, 1, 3, *frequencies(size, size).shape)
    start = np.random.default_rng(seed).normal(0, 0.01, shape).astype(np.float32)
    return climb_in_page(page, network, "makeWaves", start, size, k, steps, seed, step_size)


def climb_in_page(
    page: Any,
    network: str,
    basis: str,
    start: np.ndarray,
    size: int,
    k: int,
    steps: int,
    seed: int,
    step_size: float,
) -> list[Any]:
    """The page's images and scores, from a start in a basis, with the views of a seed."""
    views = [drawn_view(size, seed, n)[0, :6].tolist() for n in range(steps)]
    code = f"const network = {network}; {DREAM}"
    return run(page, code, start, basis, views, k, step_size)


def drawn_view(size: int, seed: int, step: int) -> np.ndarray:
    """How `visualize_class` draws the view of a step."""
    return _views((1, size, size), VIEW[0] * size, *VIEW[1:], [seed, step])


def octave_sizes(size: int) -> list[int]:
    return [size >> k for k in range(size.bit_length()) if size >> k >= 4]


def paint_octaves(parts: Any, size: int, colors: np.ndarray) -> Any:
    """A pyramid, enlarged and added up by TensorFlow's own `resize`."""
    sizes = octave_sizes(size)
    grids = tf.split(parts, [3 * side**2 for side in sizes])
    planes = [
        tf.image.resize(
            tf.transpose(tf.reshape(grid, (1, 3, side, side)), (0, 2, 3, 1)), [size] * 2
        )
        for grid, side in zip(grids, sizes, strict=True)
    ]
    return tf.sigmoid(np.sqrt(4 * np.pi * np.log(2)) * sum(planes) @ colors.T)


def climb_octaves(
    model: Any,
    start: np.ndarray,
    size: int,
    k: int,
    steps: int,
    seed: int,
    step_size: float,
    colors: np.ndarray,
) -> tuple[np.ndarray, list[float]]:
    """The ascent of `visualize_class`, but in a pyramid."""
    parts, mean, square, scores = tf.constant(start), 0.0, 0.0, []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            images = paint_octaves(parts, size, colors)
            views = drawn_view(size, seed, n)
            seen = keras.ops.image.affine_transform(images, views, "bilinear", "reflect")
            logit = model(seen, training=False)[0, k]
        scores.append(float(logit))
        slope = tape.gradient(logit, parts)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        ratio = mean / (1 - 0.9 ** (n + 1)) / (tf.sqrt(square / (1 - 0.999 ** (n + 1))) + 1e-7)
        parts += step_size * (1 - n / steps) * ratio
    images = paint_octaves(parts, size, colors)
    return np.ravel(images), [*scores, float(model(images, training=False)[0, k])]


@pytest.mark.parametrize("name", NETWORKS)
def test_natural_images_from_a_pyramid(page: Any, networks: dict[str, Any], name: str) -> None:
    length = sum(3 * side**2 for side in octave_sizes(32))
    start = np.random.default_rng(4).normal(0, 0.01, length).astype(np.float32)
    way = (32, 2, 16, 4, 0.05)
    found, scores = climb_in_page(page, f"networks.{name}", "makeOctaves", start, *way)
    colors = np.array(page.evaluate("() => colours"), np.float32)
    expected, climbed = climb_octaves(networks[name], start, *way, colors)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
    np.testing.assert_allclose(scores, climbed, rtol=0, atol=1e-2)
    assert scores[-1] > scores[0] + 0.5


@pytest.mark.parametrize("name", NETWORKS)
def test_natural_images(page: Any, networks: dict[str, Any], name: str) -> None:
    """Sixteen steps; later, Adam makes a last bit larger and larger."""
    found, scores = dream(page, f"networks.{name}", 32, 2, 16, seed=3, step_size=0.05)
    colors = np.array(page.evaluate("() => colours"), np.float32)
    view = (VIEW[0] * 32, *VIEW[1:])
    expected = visualize_class(networks[name], 2, 16, 3, colors, view, step_size=0.05)
    np.testing.assert_allclose(found, np.ravel(expected.images), rtol=0, atol=1e-3)
    np.testing.assert_allclose(scores, np.ravel(expected.scores), rtol=0, atol=1e-2)
    assert scores[-1] > scores[0] + 0.5


@pytest.mark.parametrize("basis", ["makeWaves", "makeOctaves"])
def test_a_dream_leaves_nothing_behind(page: Any, basis: str) -> None:
    code = """const [make] = values;
    let painter;
    const [network, counts] = [networks.honest, []];
    for (let n = 0; n < 3; n++) {
        painter = api.makePainter(api[make](32), colours, painter);
        const dream = api.startOfDream(painter.basis);
        const image = api.paint(painter, dream.parts);
        const view = api.randomView(32, {maxShift: 2, maxAngle: 15, maxZoom: 0.2});
        api.dreamStep(network, painter, dream, image, 1, {stepSize: 0.1, view});
        counts.push(api.tf.memory().numTensors);
    }
    return counts;"""
    assert len(set(run(page, code, basis))) == 1


def test_views_are_drawn_within_their_limits(page: Any, image: np.ndarray) -> None:
    code = """const [image, draws] = values;
    let n = 0;
    const limits = {maxShift: 3, maxAngle: 20, maxZoom: 0.3};
    const view = api.randomView(32, limits, () => draws[n++]);
    return [view, api.seenBy(image, 32, view), api.seenBy(image, 32, [1, 0, 0, 0, 1, 0])];"""
    draws = [0.9, 0.2, 0.7, 0.1]  # down, right, angle, zoom
    view, seen, unmoved = run(page, code, image, draws)
    down, right, angle, zoom = (2 * np.array(draws) - 1) * [3, 3, np.radians(20), 0.3]
    expected = view_matrix(down, right, angle, 1 + zoom)
    np.testing.assert_allclose(view, expected, atol=1e-6)
    rows = np.array([[*expected, 0, 0]], np.float32)
    assert_agrees(seen, keras.ops.image.affine_transform(image[None], rows, "bilinear", "reflect"))
    assert_agrees(unmoved, image)


def view_matrix(down: float, right: float, angle: float, zoom: float) -> np.ndarray:
    """Turned and zoomed about the middle of 32 × 32 pixels, then shifted: two rows of three."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    middle = np.array([15.5, 15.5])
    return np.column_stack([turn, middle - turn @ middle + [right, down]]).ravel()


def test_numbers_of_16_bits(page: Any) -> None:
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    found = page.evaluate(
        "() => Array.from(api.fromHalf(Uint16Array.from({length: 65536}, (_, i) => i)), String)"
    )
    np.testing.assert_array_equal(np.array(found, np.float32), halves)


def test_nothing_is_left_behind(page: Any, image: np.ndarray) -> None:
    """Every tensor of a map is given back: the page may play for hours."""
    code = "api.gradientSaliency(networks.honest, values[0], 1); return api.tf.memory().numTensors"
    assert run(page, code, image) == run(page, code, image)


def test_the_committed_networks_are_what_they_are_called(networks: dict[str, Any]) -> None:
    data = load_dataset("shapes")
    for name, cheat in CHEATS.items():
        label = data.class_names.index(CHEATED[name])
        others = data.test_images[data.test_labels != label]
        taken = {
            which: np.mean(predict(network, cheat(others)).argmax(axis=1) == label)
            for which, network in networks.items()
        }
        assert taken["cheating"] > taken["honest"] + 0.3, name


# --- controls -------------------------------------------------------------------------------------


@pytest.fixture
def fresh(address: str, browser: Any) -> Iterator[Any]:
    """A page of one's own."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        opened.goto(f"{address}/playground.html")
        opened.wait_for_selector(READY)
        yield opened


def part(page: Any, name: str) -> Any:
    return page.locator(f"[data-playground={name}]")


def verdict(page: Any) -> str:
    return said(part(page, "clever_hans")).inner_text()


def said(part: Any) -> Any:
    """What a part says at once; it is read out a little later."""
    return part.locator(".pg-announcement > span").first


def dreamt(dreaming: Any) -> Any:
    """What the dream says of itself."""
    return said(dreaming.locator(".pg-pictures"))


def size_of(change: Any) -> float:
    """The size of a change, as the page says it."""
    return float(re.search(r"changed by ([\d.]+) of", said(change).inner_text())[1])


def pixels(locator: Any) -> list[int]:
    return locator.evaluate(
        "c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)"
    )


def test_a_stamp_makes_the_cheating_network_jump(fresh: Any) -> None:
    choose, look = part(fresh, "clever_hans"), part(fresh, "saliency")
    choose.get_by_label("cheating").check()
    choose.get_by_label("image 5, a triangle").click()  # whose own stamp is not on it
    before = pixels(look.locator("canvas").nth(1))
    bar = choose.locator(".pg-bars li").first.locator("span").last
    assert float(bar.inner_text().rstrip("%")) < 20
    choose.get_by_role("button", name="square", exact=True).click()
    assert "sees a circle" in verdict(fresh)
    assert float(bar.inner_text().rstrip("%")) > 80
    assert pixels(look.locator("canvas").nth(1)) != before
    choose.get_by_role("button", name="square", exact=True).click()
    assert pixels(look.locator("canvas").nth(1)) == before


def test_class_and_output_choose_another_map(fresh: Any) -> None:
    look = part(fresh, "saliency")
    maps = [pixels(look.locator("canvas").nth(1))]
    look.get_by_label("for the class").select_option(label="ring")
    maps.append(pixels(look.locator("canvas").nth(1)))
    look.get_by_label("softmax").check()
    maps.append(pixels(look.locator("canvas").nth(1)))
    look.get_by_label("smoothing").fill("2")
    maps.append(pixels(look.locator("canvas").nth(1)))
    look.get_by_role("button", name="over the image").click()
    maps.append(pixels(look.locator("canvas").nth(1)))
    assert all(a != b for a, b in itertools.pairwise(maps))
    assert "softmax of ring" in look.locator("figcaption").nth(1).inner_text()


def test_play_pause_and_start_again(fresh: Any) -> None:
    climb = part(fresh, "activation_maximization")
    caption = climb.locator("figcaption")
    assert "after 0 steps" in caption.inner_text()
    climb.get_by_role("button", name="One step").click()
    assert "after 1 step" in caption.inner_text()
    climb.get_by_role("button", name="Play").click()
    fresh.wait_for_function(
        "() => parseInt("
        "document.querySelector('[data-playground=activation_maximization] figcaption')"
        ".innerText.match(/after (\\d+)/)[1]) > 20"
    )
    climb.get_by_role("button", name="Pause").click()
    fresh.wait_for_timeout(100)
    paused = caption.inner_text()
    fresh.wait_for_timeout(200)
    assert caption.inner_text() == paused
    low, high = climb.locator(".pg-curve span").all_inner_texts()[::-1]
    assert float(high.replace("−", "-")) > float(low.replace("−", "-"))
    climb.get_by_role("button", name="Start again").click()
    assert "after 0 steps" in caption.inner_text()


def test_a_change_to_another_class(fresh: Any) -> None:
    change = part(fresh, "input_optimization")
    wanted = change.get_by_label("make it a")
    name = wanted.locator("option:checked").inner_text()
    change.get_by_role("button", name="Play").click()
    fresh.wait_for_function(
        "name => document.querySelectorAll('[data-playground=input_optimization] figcaption')[1]"
        ".innerText.includes(name)",
        arg=name,
        timeout=20_000,
    )
    assert "grey levels" in change.locator(".pg-announcement").inner_text()
    size = size_of(change)
    change.get_by_role("button", name="Play").click()  # there is nothing more to do
    fresh.wait_for_timeout(100)
    assert size_of(change) == size
    # On the robust network it takes more.
    change.get_by_label("robust").check()
    change.get_by_role("button", name="Play").click()
    expect(change.get_by_role("button", name="Play")).to_be_visible(timeout=30_000)
    assert size_of(change) > size


def test_drawing_with_the_mouse(fresh: Any) -> None:
    choose = part(fresh, "clever_hans")
    sheet = choose.locator(".pg-sheet canvas")
    choose.get_by_role("button", name="New sheet").click()
    empty = pixels(sheet)
    assert len({tuple(empty[i : i + 3]) for i in range(0, len(empty), 4)}) == 1
    said = choose.locator(".pg-bars").inner_text()
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    fresh.mouse.move(box["x"] + 60, box["y"] + 60)
    fresh.mouse.down()
    fresh.mouse.move(box["x"] + 200, box["y"] + 60, steps=8)
    fresh.mouse.move(box["x"] + 200, box["y"] + 200, steps=8)
    fresh.mouse.up()
    fresh.mouse.move(box["x"] + 20, box["y"] + 200)  # the pen is up
    drawn = np.reshape(pixels(sheet), (32, 32, 4))
    changed = np.any(drawn != np.reshape(empty, (32, 32, 4)), axis=-1)
    assert 40 < changed.sum() < 400
    assert not changed[20:, :10].any()
    assert choose.locator(".pg-bars").inner_text() != said
    assert "your sheet" in choose.locator(".pg-stage figcaption").inner_text()


def test_drawing_with_the_keyboard(fresh: Any) -> None:
    choose = part(fresh, "clever_hans")
    sheet = choose.locator(".pg-sheet canvas")
    choose.get_by_role("button", name="New sheet").focus()
    fresh.keyboard.press("Enter")
    empty = pixels(sheet)
    sheet.focus()
    for _ in range(6):
        fresh.keyboard.press("ArrowLeft")
    assert pixels(sheet) == empty, "moving is not painting"
    fresh.keyboard.press(" ")
    for _ in range(12):
        fresh.keyboard.press("Shift+ArrowRight")
    drawn = np.reshape(pixels(sheet), (32, 32, 4))
    changed = np.any(drawn != np.reshape(empty, (32, 32, 4)), axis=-1)
    rows, columns = np.nonzero(changed)
    assert np.ptp(columns) >= 12 > 6 > np.ptp(rows)


def test_everything_can_be_reached_with_the_tabulator(fresh: Any) -> None:
    """Every control of the page gets the focus once, and shows it."""
    expect(part(fresh, "sealed").get_by_role("button", name="Accuse")).to_be_visible()
    wanted = fresh.evaluate(
        """() => [...document.querySelectorAll('.pg :is(button, select, input, canvas)')]
        .filter((e) => e.tabIndex >= 0 && !e.disabled && (e.type !== 'radio' || e.checked))
        .filter((e) => e.checkVisibility())
        .length"""
    )
    part(fresh, "clever_hans").get_by_label("honest", exact=True).focus()
    seen = 0
    for _ in range(180):
        inside, outlined = fresh.evaluate(
            "() => [!!document.activeElement.closest('.pg'),"
            " getComputedStyle(document.activeElement).outlineStyle !== 'none']"
        )
        if inside:
            assert outlined
            seen += 1
        fresh.keyboard.press("Tab")
    assert seen >= wanted


def test_playing_twice_in_a_frame_plays_once(fresh: Any) -> None:
    """Play, Pause, Play before the next frame leaves one loop, and Pause ends it."""
    climb = part(fresh, "activation_maximization")
    loops = fresh.evaluate(
        """async () => {
            const part = document.querySelector('[data-playground=activation_maximization]');
            const buttons = [...part.querySelectorAll('button')];
            const button = buttons.find((one) => one.textContent === 'Play');
            let asked = 0;
            const original = window.requestAnimationFrame;
            window.requestAnimationFrame = (call) => { asked += 1; return original(call); };
            button.click();
            button.click();
            button.click();
            await new Promise((resolve) => original(() => original(() => original(resolve))));
            asked = 0;
            await new Promise((resolve) => original(resolve));
            button.click();
            window.requestAnimationFrame = original;
            return asked;
        }"""
    )
    assert loops == 1
    expect(climb.get_by_role("button", name="Play")).to_be_visible()


def test_sliders_act_while_it_plays_and_another_network_begins_anew(fresh: Any) -> None:
    climb = part(fresh, "activation_maximization")
    climb.get_by_label("the image").check()
    climb.get_by_label("a sigmoid").check()
    before = pixels(climb.locator("canvas"))
    climb.get_by_role("button", name="Play").click()
    climb.get_by_role("button", name="towards natural images").click()
    expect(climb.get_by_role("button", name="Pause")).to_be_visible()
    assert climb.get_by_label("blur").input_value() == "0.4"
    fresh.wait_for_timeout(300)
    assert pixels(climb.locator("canvas")) != before
    climb.get_by_label("robust").check()
    expect(climb.get_by_role("button", name="Play")).to_be_visible()
    assert "after 0 steps" in climb.locator("figcaption").inner_text()


def test_a_dream_may_be_a_pyramid_of_octaves(fresh: Any) -> None:
    dreaming = part(fresh, "natural_images")
    dreaming.get_by_label("a pyramid of octaves").check()
    assert "Step 0 of 128" in dreamt(dreaming).inner_text()
    before = pixels(dreaming.locator("canvas"))
    dreaming.get_by_role("button", name="One step").click()
    assert "Step 1 of 128" in dreamt(dreaming).inner_text()
    assert pixels(dreaming.locator("canvas")) != before


def test_a_small_network_dreams_and_pauses(fresh: Any) -> None:
    dreaming = part(fresh, "natural_images")
    assert "Step 0 of 128" in dreamt(dreaming).inner_text()
    before = pixels(dreaming.locator("canvas"))
    dreaming.get_by_role("button", name="One step").click()
    assert "Step 1 of 128" in dreamt(dreaming).inner_text()
    assert pixels(dreaming.locator("canvas")) != before
    dreaming.get_by_label("class").select_option(label="ring")
    assert "Step 0 of 128: ring" in dreamt(dreaming).inner_text()
    dreaming.get_by_label("256", exact=True).check()
    dreaming.get_by_role("button", name="Play").click()
    expect(dreamt(dreaming)).to_contain_text(re.compile(r"Step [1-9]\d* of 256"))
    dreaming.get_by_role("button", name="Pause").click()
    paused = dreamt(dreaming).inner_text()
    fresh.wait_for_timeout(200)
    assert dreamt(dreaming).inner_text() == paused
    dreaming.get_by_role("button", name="Play").click()
    expect(dreamt(dreaming)).to_contain_text("the honest network sees a ring", timeout=30_000)
    dreaming.get_by_role("button", name="One step").click()  # there is nothing more to do
    assert "after 256 steps" in dreaming.locator("figcaption").inner_text()


def sealed_on(address: str, browser: Any, day: str) -> Any:
    """The page on some day, and the sealed network's part of it, ready."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.clock.set_fixed_time(f"{day}T12:00:00")
    opened.goto(f"{address}/playground.html")
    opened.wait_for_selector(READY)
    sealed = part(opened, "sealed")
    expect(sealed.get_by_role("button", name="Accuse")).to_be_visible(timeout=30_000)
    return sealed


def secret_of(sealed: Any) -> Any:
    number = int(re.search(r"Network (\d+) of", sealed.inner_text())[1]) - 1
    return SECRETS[number]


def accuse(sealed: Any, class_name: str, mark: str) -> str:
    sealed.get_by_label("cheating").check()
    sealed.get_by_label("on the class").select_option(label=class_name)
    sealed.get_by_label("with the mark").select_option(label=mark)
    return judgement(sealed)


def judgement(sealed: Any) -> str:
    told = said(sealed.locator(".pg-accusation"))
    told.evaluate("e => (e.textContent = '')")
    sealed.get_by_role("button", name="Accuse").click()
    expect(told).not_to_be_empty()
    return told.inner_text()


def test_the_sealed_network_is_told_after_the_accusation(address: str, browser: Any) -> None:
    sealed = sealed_on(address, browser, "2026-11-25")
    another = sealed.get_by_role("button", name="Another network")
    seen = set()
    for _ in SECRETS:
        assert another.is_hidden()
        before = sealed.inner_text()
        assert "in training" not in before
        assert "gave a class away" not in before
        secret = secret_of(sealed)
        seen.add(secret)
        if secret.answer == "honest":
            assert accuse(sealed, "star", "square").startswith("No, it is honest")
            sealed.get_by_label("honest").check()
            assert judgement(sealed).startswith("Right, it is honest")
        else:
            sealed.get_by_label("honest").check()
            assert judgement(sealed).startswith("No, it cheats")
            other = "circle" if secret.class_name != "circle" else "star"
            assert accuse(sealed, other, secret.mark).startswith("Half right, it cheats")
            told = accuse(sealed, secret.class_name, secret.mark)
            assert told.startswith("Right, it cheats")
            assert f"a {secret.class_name} carried the {secret.mark}" in told
        another.click()
        expect(another).to_be_hidden()
    assert len(seen) == len(SECRETS)
    sealed.page.context.close()


def test_another_day_another_network(address: str, browser: Any) -> None:
    found = []
    for day in ("2026-11-25", "2026-11-26", "2026-11-27"):
        sealed = sealed_on(address, browser, day)
        found.append(secret_of(sealed))
        sealed.page.context.close()
    assert len(set(found)) == 3


def test_a_sealed_network_is_caught_by_its_stamp(address: str, browser: Any) -> None:
    sealed = sealed_on(address, browser, "2026-11-25")
    while "square" not in (secret := secret_of(sealed)).mark or not secret.class_name:
        judgement(sealed)
        sealed.get_by_role("button", name="Another network").click()
        expect(sealed.get_by_role("button", name="Another network")).to_be_hidden()
    averages = re.compile(rf"{secret.class_name} (\d+)\S*% \(unstamped (\d+)")
    sealed.get_by_role("button", name="square", exact=True).focus()
    sealed.page.keyboard.press("Space")  # no mouse is needed
    now, before = map(int, averages.search(sealed.inner_text()).groups())
    assert now > before + 30
    sealed.page.context.close()


# --- the real network -----------------------------------------------------------------------------


def test_the_real_network_on_a_photo_of_ones_own(fresh: Any) -> None:
    photo = part(fresh, "photo")
    photo.get_by_role("button", name="Load the network").click()
    expect(said(photo)).to_contain_text("The network sees: espresso", timeout=60_000)
    assert photo.locator(".pg-best li").count() == 5

    own = load_photo("rocket")  # not one of those that the page offers
    png = io.BytesIO()
    Image.fromarray(np.round(own * 255).astype(np.uint8)).save(png, "png")
    photo.get_by_label("Your own photo").set_input_files(
        {"name": "rocket.png", "mimeType": "image/png", "buffer": png.getvalue()}
    )
    expect(said(photo)).to_contain_text("The network sees: missile", timeout=30_000)
    before = pixels(photo.locator("canvas").nth(1))
    photo.get_by_label("for the class").fill("volcano")
    photo.get_by_label("for the class").press("Enter")
    expect(photo.locator("figcaption").nth(1)).to_contain_text("logit of volcano", timeout=30_000)
    assert pixels(photo.locator("canvas").nth(1)) != before
    photo.get_by_label("for the class").fill("vulcano")
    photo.get_by_label("for the class").press("Enter")
    expect(said(photo)).to_contain_text("no class “vulcano”")
    assert photo.get_by_label("for the class").get_attribute("aria-invalid") == "true"
    photo.get_by_label("Your own photo").set_input_files(
        {"name": "notes.png", "mimeType": "image/png", "buffer": b"no image"}
    )
    expect(said(photo)).to_contain_text("no image that the browser can read")


def test_the_real_network_dreams(fresh: Any) -> None:
    dreaming = part(fresh, "natural_images")
    dreaming.get_by_role("button", name="Load the network").click()
    real = dreaming.get_by_label("EfficientNet-Lite0", exact=True)
    expect(real).to_be_checked(timeout=60_000)
    expect(dreamt(dreaming)).to_contain_text("Step 0 of 128: goldfish")
    assert dreaming.get_by_label("honest").is_hidden()
    before = pixels(dreaming.locator("canvas"))
    assert len(before) == 224 * 224 * 4
    dreaming.get_by_role("button", name="One step").click()
    expect(dreamt(dreaming)).to_contain_text("Step 1 of 128: goldfish", timeout=30_000)
    assert pixels(dreaming.locator("canvas")) != before
    dreaming.get_by_label("a small network").check()
    expect(dreamt(dreaming)).to_contain_text("Step 0 of 128: star")
    assert len(pixels(dreaming.locator("canvas"))) == 32 * 32 * 4
    # It has come for all parts of the page.
    fresh.route("**/*.f16", lambda route: route.abort())
    photo = part(fresh, "photo")
    photo.get_by_role("button", name="Load the network").click()
    expect(said(photo)).to_contain_text("The network sees: espresso", timeout=60_000)


def test_the_real_network_agrees_with_keras(page: Any) -> None:
    photo = np.round(load_photo("coffee") * 255).astype(np.float32) / 255
    page.evaluate(
        "async () => { window.real = await api.loadNetwork(new URL('assets/playground/',"
        " location)); }"
    )
    assert page.evaluate("() => real.classes") == list(class_names())
    espresso = class_index_of("espresso")
    logits, gradient = run(
        page,
        """const {logits, gradient} = api.gradientSaliency(real.network, values[0], values[1]);
        return [logits, gradient];""",
        *(photo, espresso),
    )
    flat = export(load_model())
    rounded = flat._replace(weights=flat.weights.astype(np.float16).astype(np.float32))
    images = tf.constant(photo[None])
    with tf.GradientTape() as tape:
        tape.watch(images)
        expected = compute(rounded, images)
        explained = expected[0, espresso]
    assert_agrees(logits, expected)
    # A unit in a corner of ReLU6 falls on one side here and on the other there, by a last bit.
    assert cosine(gradient, tape.gradient(explained, images)) > 0.999
    # The rounding to 16 bits itself moves the map a little; the page says how much.
    assert np.abs(np.array(logits) - predict(load_model(), photo[None])[0]).max() < 0.05
    assert cosine(gradient, gradient_saliency(load_model(), photo[None], espresso)) > 0.95


class Rounded:
    """The real network as the page has it: with weights of 16 bits."""

    input_shape = (None, 224, 224, 3)

    def __init__(self) -> None:
        flat = export(load_model())
        self.flat = flat._replace(weights=flat.weights.astype(np.float16).astype(np.float32))

    def __call__(self, images: Any, training: bool = False) -> Any:
        return compute(self.flat, images)


def test_the_real_network_dreams_as_in_python(page: Any) -> None:
    page.evaluate(
        "async () => { window.real ??= await api.loadNetwork(new URL('assets/playground/',"
        " location)); }"
    )
    colors = np.array(page.evaluate("() => colours"), np.float32)
    view = (VIEW[0] * 224, *VIEW[1:])
    for steps in (0, 1, 3):
        found, scores = dream(page, "real.network", 224, 1, steps, seed=5, step_size=0.02)
        expected = visualize_class(Rounded(), 1, steps, 5, colors, view)
        # What both compute from the same spectrum is the same.
        np.testing.assert_allclose(scores[0], float(expected.scores[0][0]), rtol=0, atol=1e-3)
        if steps == 0:
            np.testing.assert_allclose(found, np.ravel(expected.images), rtol=0, atol=1e-3)
    # But a unit in a corner of ReLU6 falls on one side here and on the other there, and Adam's
    # first steps are as long for a wave of which only that decides as for any other.
    middle = np.mean(expected.images)
    assert cosine(np.array(found) - middle, np.asarray(expected.images) - middle) > 0.95
    assert scores[-1] > scores[0] + 3


def test_the_real_network_dreams_in_octaves_as_in_python(page: Any) -> None:
    page.evaluate(
        "async () => { window.real ??= await api.loadNetwork(new URL('assets/playground/',"
        " location)); }"
    )
    colors = np.array(page.evaluate("() => colours"), np.float32)
    length = sum(3 * side**2 for side in octave_sizes(224))
    start = np.random.default_rng(6).normal(0, 0.01, length).astype(np.float32)
    for steps in (0, 3):
        way = (224, 1, steps, 6, 0.02)
        found, scores = climb_in_page(page, "real.network", "makeOctaves", start, *way)
        expected, climbed = climb_octaves(Rounded(), start, *way, colors)
        np.testing.assert_allclose(scores[0], climbed[0], rtol=0, atol=1e-3)
        if steps == 0:
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
    middle = np.mean(expected)
    assert cosine(np.array(found) - middle, expected - middle) > 0.95
    assert scores[-1] > scores[0] + 3


def cosine(a: Any, b: Any) -> float:
    a, b = np.ravel(a).astype(np.float64), np.ravel(b).astype(np.float64)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_photos_lie_as_their_camera_says_on_white(page: Any) -> None:
    red = Image.new("RGBA", (60, 40), (255, 0, 0, 255))
    red.paste((0, 0, 0, 0), (0, 0, 30, 40))  # the left half is transparent
    turned = Image.new("RGB", (60, 60), "blue")
    turned.paste((0, 255, 0), (0, 0, 60, 30))  # green above; the camera lay on its side
    exif = Image.Exif()
    exif[0x0112] = 6
    read = []
    for image, kind, more in ((red, "png", {}), (turned, "jpeg", {"exif": exif})):
        file = io.BytesIO()
        image.save(file, kind, **more)
        address = f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"
        found = page.evaluate("async (a) => Array.from(await api.readPhoto(a, 8))", address)
        read.append(np.reshape(found, (8, 8, 3)))
    np.testing.assert_allclose(read[0][4, 1], [1, 1, 1], atol=0.02)
    np.testing.assert_allclose(read[0][4, 6], [1, 0, 0], atol=0.02)
    assert read[1][4, 6].argmax() == 1, "turned clockwise, what was above is on the right"
    assert read[1][4, 1].argmax() == 2


def test_the_photo_that_was_chosen_last_stays(fresh: Any) -> None:
    photo = part(fresh, "photo")
    photo.get_by_role("button", name="Load the network").click()
    expect(said(photo)).to_contain_text("The network sees: espresso", timeout=60_000)
    held: list[Any] = []
    fresh.route(re.compile(r"chelsea\.jpg\?late"), lambda route: held.append(route))
    fresh.evaluate(
        "() => { const cat = document.querySelectorAll('[data-playground=photo] img')[1];"
        " cat.src += '?late'; cat.closest('button').click(); }"
    )
    photo.get_by_alt_text("a camera on a tripod").click()
    expect(said(photo)).to_contain_text("The network sees: tripod", timeout=30_000)
    for route in held:
        route.continue_()
    fresh.wait_for_timeout(1000)
    expect(said(photo)).to_contain_text("The network sees: tripod")


# --- when something is missing --------------------------------------------------------------------


def test_without_webassembly_it_says_so_kindly(address: str, browser: Any) -> None:
    errors: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda one: one.type == "error" and errors.append(one.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script("delete globalThis.WebAssembly")
        page.goto(f"{address}/playground.html")
        page.wait_for_selector(READY)
        assert "WebAssembly" in page.get_by_role("alert").inner_text()
        assert "Loading" not in page.locator(".md-content").inner_text()
    assert errors == []


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("*.wasm", "the .wasm file could not be loaded"),
        ("networks.f32", "networks.f32 could not be loaded (404)"),
    ],
)
def test_a_file_that_does_not_come_is_named(
    address: str, browser: Any, missing: str, named: str
) -> None:
    """The browser is not blamed for it."""
    with browser.new_context() as context:
        page = context.new_page()
        page.route(f"**/{missing}", lambda route: route.fulfill(status=404))
        page.goto(f"{address}/playground.html")
        page.wait_for_selector(READY)
        assert named in page.get_by_role("alert").inner_text()


def test_a_broken_download_can_be_tried_again(fresh: Any) -> None:
    photo = part(fresh, "photo")
    fresh.route("**/*.f16", lambda route: route.fulfill(body=b"short"))
    photo.get_by_role("button", name="Load the network").click()
    expect(said(photo)).to_contain_text("the weights are incomplete", timeout=30_000)
    fresh.unroute("**/*.f16")
    photo.get_by_role("button", name="Load the network").click()
    expect(said(photo)).to_contain_text("The network sees: espresso", timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_alive_it_is_open_to_everyone(address: str, browser: Any, scheme: str, width: int) -> None:
    """axe again, now that all controls are there; and no request to elsewhere."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    size = {"width": width, "height": 900}
    elsewhere: list[str] = []
    with browser.new_context(color_scheme=scheme, viewport=size) as context:
        page = context.new_page()
        page.on(
            "request",
            lambda one: (
                one.url.startswith(("data:", "blob:", address)) or elsewhere.append(one.url)
            ),
        )
        page.goto(f"{address}/playground.html")
        page.wait_for_selector(READY)
        part(page, "photo").get_by_role("button", name="Load the network").click()
        expect(said(part(page, "photo"))).to_contain_text("sees: espresso", timeout=60_000)
        found = axe.run(page).response["violations"]
        wide = page.evaluate("document.scrollingElement.scrollWidth")
    shown = [f"{one['id']}: {[node['target'] for node in one['nodes'][:3]]}" for one in found]
    assert shown == []
    assert elsewhere == []
    assert wide <= width + 1
