import keras
import numpy as np

from course.given import load_errors, load_versions, predict


def test_the_network_gets_every_one_of_them_wrong(network: keras.Model) -> None:
    images, labels, descriptions = load_errors()
    assert len(labels) == len(set(descriptions)) >= 12
    assert images.shape == (len(labels), 224, 224, 3)
    assert images.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1
    logits = predict(network, images, batch=16)
    lead = logits.max(1) - logits[np.arange(len(labels)), labels]
    assert np.all(lead > 0.1), lead  # no ties that another machine's rounding would break


def test_versions_are_made_by_a_rule_and_most_are_got_wrong(network: keras.Model) -> None:
    images, labels, photos, descriptions, masks = load_versions()
    assert len(set(descriptions)) == len(labels) == 80
    assert images.shape == (80, 224, 224, 3)
    assert images.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1
    assert len(set(photos)) == 8
    wrong = predict(network, images, batch=16).argmax(axis=1) != labels
    assert 60 <= wrong.sum() <= 70  # 65, but for ties that another machine's rounding may break
    first = labels.reshape(10, 8)
    assert np.all(first == first[:, :1])
    # Where the labelled thing is: some of the picture, and turned with it.
    assert masks.shape == (80, 224, 224)
    assert masks.dtype == bool
    assert 0.1 < masks.mean(axis=(1, 2)).min() < masks.mean(axis=(1, 2)).max() <= 1
    upright, on_its_side = masks[3 * 8], masks[3 * 8 + 4]  # the tripod
    assert upright[200, 130]
    assert not upright[20, 20]
    np.testing.assert_array_equal(on_its_side, np.rot90(upright))
