import keras
import numpy as np
import pytest
from scipy.stats import spearmanr

from course.given import deletion_curve, map_similarity, randomize_layers, small_cnn


def test_similarity_is_spearmans_correlation() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 4, 5, 6))
    b[0, 0] = b[0, 1]  # ties
    expected = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(map_similarity(a, b), expected, atol=1e-12)


def test_similarity_sees_the_order_alone() -> None:
    a = np.random.default_rng(0).normal(size=(3, 8, 8))
    np.testing.assert_allclose(map_similarity(a, np.exp(a)), 1)
    np.testing.assert_allclose(map_similarity(a, -(a**3)), -1)


def test_a_constant_map_is_like_no_other() -> None:
    a = np.random.default_rng(0).normal(size=(2, 8, 8))
    np.testing.assert_array_equal(map_similarity(a, np.ones_like(a)), 0)


def test_similarity_of_different_shapes() -> None:
    with pytest.raises(ValueError, match=r"a \(1, 2, 2\) and b \(1, 3, 3\)"):
        map_similarity(np.ones((1, 2, 2)), np.ones((1, 3, 3)))


@pytest.fixture(scope="module")
def linear() -> tuple[keras.Model, np.ndarray]:
    """Two classes; the logit of class 1 is the sum of known weights times pixels."""
    weights = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    inputs = keras.Input((4, 5, 3))
    outputs = keras.layers.Dense(2, use_bias=False)(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, outputs)
    model.set_weights([np.stack([np.zeros(60), weights.ravel()], axis=1)])
    return model, weights


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def test_deletion_on_a_linear_model(linear: tuple[keras.Model, np.ndarray]) -> None:
    model, weights = linear
    rng = np.random.default_rng(1)
    images = rng.uniform(size=(2, 4, 5, 3)).astype(np.float32)
    heatmaps = rng.permutation(40).reshape(2, 4, 5)
    curve = deletion_curve(model, images, heatmaps, [1, 0], [0, 0.25, 1], fill=0.2)
    assert curve.shape == (3, 2)
    for row, count in enumerate([0, 5, 20]):
        for b, sign in enumerate([1, -1]):
            changed = images[b].copy()
            ranked = np.argsort(-heatmaps[b].ravel())[:count]
            changed.reshape(20, 3)[ranked] = 0.2
            expected = sigmoid(sign * np.sum(weights * changed))
            assert curve[row, b] == pytest.approx(expected, rel=1e-4)


def test_deletion_takes_the_largest_values_with_their_sign(
    linear: tuple[keras.Model, np.ndarray],
) -> None:
    model, weights = linear
    images = np.ones((1, 4, 5, 3), np.float32)
    heatmap = weights.sum(-1)[None]  # what each pixel adds to the logit
    best = deletion_curve(model, images, heatmap, 1, [0.2], fill=0)
    worst = deletion_curve(model, images, -heatmap, 1, [0.2], fill=0)
    assert best < deletion_curve(model, images, np.zeros((1, 4, 5)), 1, [0.2], fill=0) < worst


def test_deletion_changes_no_input(linear: tuple[keras.Model, np.ndarray]) -> None:
    images, heatmaps = np.ones((1, 4, 5, 3), np.float32), np.zeros((1, 4, 5))
    deletion_curve(linear[0], images, heatmaps, 0, [1.0])
    np.testing.assert_array_equal(images, 1)
    np.testing.assert_array_equal(heatmaps, 0)


def test_deletion_mistakes_are_named(linear: tuple[keras.Model, np.ndarray]) -> None:
    images = np.ones((1, 4, 5, 3))
    with pytest.raises(ValueError, match="heatmaps must be"):
        deletion_curve(linear[0], images, np.zeros((1, 4, 4)), 0, [0.5])
    with pytest.raises(ValueError, match="fractions must be"):
        deletion_curve(linear[0], images, np.zeros((1, 4, 5)), 0, [1.5])


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return small_cnn((16, 16, 3), classes=3, width=4)


def test_randomizes_from_the_top_down(model: keras.Model) -> None:
    before = model.get_weights()
    spoiled = randomize_layers(model, down_to="features")
    for layer in model.layers:
        for a, b in zip(
            layer.get_weights(), spoiled.get_layer(layer.name).get_weights(), strict=True
        ):
            if layer.name in ("features", "logits") and a.any():
                assert np.mean(a != b) > 0.8
                np.testing.assert_array_equal(np.sort(a, axis=None), np.sort(b, axis=None))
            else:
                np.testing.assert_array_equal(a, b)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_randomizes_everything_by_default(model: keras.Model) -> None:
    spoiled = randomize_layers(model)
    for layer in model.layers:
        if layer.weights:
            kernel = spoiled.get_layer(layer.name).get_weights()[0]
            assert np.mean(kernel != layer.get_weights()[0]) > 0.8


def test_randomizes_the_same_for_the_same_seed(model: keras.Model) -> None:
    images = np.random.default_rng(0).uniform(size=(2, 16, 16, 3)).astype(np.float32)
    logits = [
        np.asarray(randomize_layers(model, "conv3", seed)(images, training=False))
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(logits[0], logits[1])
    assert np.abs(logits[0] - logits[2]).max() > 1e-3
    # One layer is spoiled alike, however far the spoiling goes.
    top = randomize_layers(model, "logits", 1).get_layer("logits").get_weights()[0]
    deep = randomize_layers(model, "conv1", 1).get_layer("logits").get_weights()[0]
    np.testing.assert_array_equal(top, deep)


def test_randomizes_a_network_whose_input_has_no_name() -> None:
    images = keras.Input((8, 8, 3))
    logits = keras.layers.Dense(4, name="logits")(keras.layers.Flatten()(images))
    model = keras.Model(images, logits)
    spoiled = randomize_layers(model)
    assert np.mean(spoiled.get_weights()[0] != model.get_weights()[0]) > 0.8


@pytest.fixture
def nested() -> keras.Model:
    """A network with a network in it, as one builds it for fine-tuning."""
    inside = keras.Input((8, 8, 3))
    features = keras.layers.Conv2D(4, 3, name="low")(inside)
    features = keras.layers.Conv2D(5, 3, name="high")(features)
    backbone = keras.Model(inside, features, name="backbone")
    images = keras.Input((8, 8, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(backbone(images))
    return keras.Model(images, keras.layers.Dense(3, name="logits")(pooled))


@pytest.mark.parametrize(
    ("down_to", "spoiled"),
    [
        ("logits", [False, False, True]),
        ("high", [False, True, True]),
        ("backbone", [True, True, True]),
        (None, [True, True, True]),
    ],
)
def test_randomizes_also_inside_a_network_in_a_network(
    nested: keras.Model, down_to: str | None, spoiled: list[bool]
) -> None:
    copy = randomize_layers(nested, down_to)
    kernels = [
        (a, b) for a, b in zip(nested.get_weights(), copy.get_weights(), strict=True) if a.ndim > 1
    ]
    assert [bool(np.any(a != b)) for a, b in kernels] == spoiled
    with pytest.raises(ValueError, match=r"no layer 'higher'.*high"):
        randomize_layers(nested, "higher")


def test_an_unknown_layer_gets_near_names(model: keras.Model) -> None:
    with pytest.raises(ValueError, match=r"no layer 'conv9'.*conv1"):
        randomize_layers(model, "conv9")


def test_randomizes_the_real_network(network: keras.Model) -> None:
    spoiled = randomize_layers(network, "top_conv")
    assert not spoiled.trainable
    images = np.random.default_rng(0).uniform(size=(1, 224, 224, 3)).astype(np.float32)
    a, b = (np.asarray(m(images, training=False)) for m in (network, spoiled))
    assert np.isfinite(b).all()
    assert np.corrcoef(a[0], b[0])[0, 1] < 0.5


def test_deletion_ranks_maps_of_any_type_alike(linear: tuple[keras.Model, np.ndarray]) -> None:
    model, _ = linear
    rng = np.random.default_rng(2)
    images = rng.uniform(size=(2, 4, 5, 3)).astype(np.float32)
    heatmaps = rng.integers(0, 200, (2, 4, 5))
    curves = [
        deletion_curve(model, images, heatmaps.astype(kind), 1, [0, 0.3, 0.6])
        for kind in (np.uint8, np.int64, np.float32)
    ]
    np.testing.assert_array_equal(curves[0], curves[2])
    np.testing.assert_array_equal(curves[1], curves[2])


def test_an_input_without_a_name_is_no_obstacle_to_spoiling() -> None:
    inputs = keras.Input((4, 5, 3))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(inputs)))
    spoiled = randomize_layers(model)
    assert not np.array_equal(spoiled.get_weights()[0], model.get_weights()[0])
