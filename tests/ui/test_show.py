"""`course show`: every figure, drawn by the solutions with a small network, and what is refused."""

import re
import shlex
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure
from PIL import Image

from course.given import four_cheats
from course.given.modules import MODULES
from course.ui import command, show
from course.ui.figures import clever_hans, layout, natural_images
from course.ui.figures.registry import FIGURES
from course.ui.questions import questions_of
from course.ui.scene import CannotShowError, Wanted, WrongCallError

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(command.main, ["show", *map(str, words)])


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> keras.Model:
    """A small untrained network in place of the real one: images of 40 pixels, 1000 classes."""
    keras.utils.set_random_seed(0)
    images = keras.Input((40, 40, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="first")(images)
    x = keras.layers.Conv2D(6, 3, activation="relu", name="second")(x)
    x = keras.layers.Conv2D(5, 3, activation="relu", name="third")(x)
    logits = keras.layers.Dense(1000)(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(images, logits)
    monkeypatch.setattr(show, "load_model", lambda name: model)
    return model


def titles(figure: Figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes if axes.get_title()]


@pytest.mark.parametrize(
    ("what", "wanted", "words"),
    [
        ("saliency", Wanted(class_name="tarantula"), "tarantula"),
        ("saliency", Wanted(image="coins", output="softmax"), "its probability"),
        ("activation_maximization", Wanted(steps=9, output="softmax"), "(softmax), clipped"),
        ("activation_maximization", Wanted(steps=3, method="sigmoid"), "through a sigmoid"),
        ("feature_visualization", Wanted(steps=2), "tv_weight 0.002"),
        ("feature_visualization", Wanted(steps=2, method="jitter"), "max_shift 8"),
        ("contrastive", Wanted(), "share one scale"),
        ("contrastive", Wanted(method="occlusion"), "share one scale"),
        ("contrastive", Wanted(image="coffee", class_name="espresso"), "what for espresso"),
        ("input_optimization", Wanted(steps=1), "From "),
        ("input_optimization", Wanted(steps=1, method="tv"), "From "),
        ("input_optimization", Wanted(steps=1, search="spectrum"), ", in the spectrum: "),
    ],
)
def test_figures_are_drawn_in_the_networks_size(
    network: keras.Model, what: str, wanted: Wanted, words: str
) -> None:
    figure = show.draw(what, SOLUTIONS, wanted)
    assert words in figure.get_suptitle()
    shown = [image.get_array().shape[:2] for axes in figure.axes for image in axes.images]
    assert set(shown) <= {(40, 40)}


def test_the_layer_and_the_channel_can_be_chosen(network: keras.Model) -> None:
    wanted = Wanted(steps=2, layer="second", channel=5)
    assert "second, channel 5" in titles(show.draw("feature_visualization", SOLUTIONS, wanted))
    wanted = Wanted(layer="first", method="gradcam")
    assert "Grad-CAM, first" in titles(show.draw("contrastive", SOLUTIONS, wanted))


@pytest.mark.slow
def test_an_image_is_shown_as_it_grows_and_the_bar_knows_how_much_is_done(
    network: keras.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = np.random.default_rng(0).uniform(0, 1, (2, 8, 8, 3)).astype(np.float32)
    monkeypatch.setattr(natural_images, "load_model", lambda name: network)
    monkeypatch.setattr(natural_images, "load_photos", lambda names: photos)
    shares: list[float | None] = []
    figure = show.draw(
        "natural_images",
        SOLUTIONS,
        Wanted(steps=16, layer="second", channel=5),
        lambda part, share=None: shares.append(share),
    )
    assert titles(figure)[:3] == [f"pineapple, {few} steps" for few in (1, 4, 16)]
    assert "second, channel 5" in titles(figure)
    known = [share for share in shares if share is not None]
    assert known == sorted(set(known))
    assert (known[0], known[-1]) == (0, 1)


def choices_of(option: str) -> list[str]:
    """What an option of `course show` can be."""
    [param] = (one for one in command.main.commands["show"].params if option in one.opts)
    return list(param.type.choices)


def test_the_cheats_to_choose_from_are_the_given_ones() -> None:
    given = four_cheats(*[abs] * 3)
    assert choices_of("--cheat") == [name.replace(" ", "-") for name in given]


@pytest.mark.slow
@pytest.mark.parametrize("cheat", choices_of("--cheat"))
def test_every_cheat_can_be_planted(
    network: keras.Model, cheat: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clever_hans, "IMAGES", 40)
    monkeypatch.setattr(clever_hans, "EPOCHS", 1)
    monkeypatch.setattr(clever_hans, "WIDTH", 2)
    figure = show.draw("clever_hans", SOLUTIONS, Wanted(cheat=cheat))
    assert cheat.replace("-", " ") in figure.get_suptitle()


@pytest.mark.parametrize(
    ("what", "wanted", "words"),
    [
        ("clever_hans", Wanted(image="coins"), "trained on drawn shapes"),
        ("clever_hans", Wanted(class_name="tabby"), "trained on drawn shapes"),
        ("feature_visualization", Wanted(image="coins"), "begins with grey noise"),
        ("contrastive", Wanted(image="coins"), "--class which class would have been right"),
        ("input_optimization", Wanted(image="coins"), "--class which class would have been right"),
        ("saliency", Wanted(steps=3), "--steps is not for the figure of saliency: its options are"),
        ("saliency", Wanted(cheat="square"), "--image, --class, --model, --output"),
        ("saliency", Wanted(method="tv"), "--method is not for"),
        ("input_optimization", Wanted(method="l3"), "there are l2, l1, tv"),
        ("input_optimization", Wanted(method="tv", search="spectrum"), "the penalty l2 only"),
        ("saliency", Wanted(search="spectrum"), "--search is not for"),
        ("feature_visualization", Wanted(layer="socond"), "did you mean second?"),
        ("feature_visualization", Wanted(layer="second", channel=6), "channels 0 to 5"),
        ("contrastive", Wanted(class_name="tench"), "--image takes a photo of your own"),
        ("saliency", Wanted(class_name="cat"), "tiger cat"),
    ],
)
def test_nothing_that_is_asked_for_is_ignored(
    network: keras.Model, what: str, wanted: Wanted, words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        show.draw(what, SOLUTIONS, wanted)


def test_a_photo_that_is_seen_rightly_is_no_error(network: keras.Model) -> None:
    seen = int(np.argmax(network(show.load_photo("coffee", 40)[None])))
    with pytest.raises(WrongCallError, match="there is no error to explain"):
        show.draw("contrastive", SOLUTIONS, Wanted(image="coffee", class_name=str(seen)))


def test_a_wrong_format_is_said_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "draw", lambda *args: pytest.fail("it has begun to work"))
    result = run("saliency", "--out", "figure.docx")
    assert result.exit_code == 2
    assert "--out: figure.docx should end in" in result.output
    assert ".svg" in result.output


def test_a_kept_figure_says_how_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(show, "draw", lambda *args: Figure(figsize=(1, 1)))
    for _ in range(2):
        words = ("--class", "tiger cat", "--output", "softmax", "--keep", "--work", SOLUTIONS)
        result = run("saliency", *words)
        assert result.exit_code == 0, result.output
    kept = sorted((tmp_path / "report").iterdir())
    assert [path.name for path in kept] == ["saliency-2.png", "saliency.png"]
    with Image.open(kept[0]) as image:
        said = image.info[show.COMMAND]
    assert said == "course show saliency --class 'tiger cat' --output softmax"
    assert "Kept report" in result.output


def test_what_is_of_no_use_for_a_figure_is_said_in_words(
    network: keras.Model, tmp_path: Path
) -> None:
    shutil.copy(SOLUTIONS / "saliency.py", tmp_path)
    with (tmp_path / "saliency.py").open("a") as file:
        file.write("\ndef plot_saliency(image, heatmap, overlay=False):\n    return 3\n")
    with pytest.raises(CannotShowError, match=r"cannot be drawn.*course check saliency"):
        show.draw("saliency", tmp_path)


def test_what_is_not_started_is_named(network: keras.Model, tmp_path: Path) -> None:
    text = (
        'def gradient_saliency(*args):\n    raise NotImplementedError("saliency.gradient_saliency")'
    )
    (tmp_path / "saliency.py").write_text(text)
    with pytest.raises(CannotShowError, match=r"saliency\.gradient_saliency is not started"):
        show.draw("saliency", tmp_path)


def test_images_have_an_edge_on_a_white_page() -> None:
    figure = Figure()
    axes = figure.subplots()
    layout.draw_image(axes, np.ones((4, 4, 3)))
    assert axes.axison
    assert all(spine.get_visible() for spine in axes.spines.values())


def test_maps_in_a_row_share_their_scale(network: keras.Model) -> None:
    figure = show.draw("contrastive", SOLUTIONS, Wanted(method="gradient"))
    maps = [axes.images[0] for axes in figure.axes if axes.images and axes.get_title() != "x"]
    limits = {drawn.get_clim() for drawn in maps if drawn.get_array().ndim == 2}
    assert len(limits) == 1
    assert any(getattr(axes, "_colorbar", None) for axes in figure.axes), "there is no scale"


def test_every_figure_has_a_module_and_every_option_a_meaning() -> None:
    known = {name for option in command.main.commands["show"].params for name in option.opts}
    for name, kind in FIGURES.items():
        assert name in command.MODULES
        assert set(kind.takes) <= known


def test_every_question_leads_to_a_figure_that_understands_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def require(what: str, work: Path, wanted: Wanted, advance: object) -> Figure:
        FIGURES[what].require(wanted)
        return Figure(figsize=(1, 1))

    monkeypatch.setattr(show, "draw", require)
    for module in MODULES:
        for question in questions_of(module):
            program, verb, *words = shlex.split(question.look)
            assert (program, verb, words[0]) == ("course", "show", module)
            result = run(*words, "--work", SOLUTIONS)
            assert result.exit_code == 0, result.output
