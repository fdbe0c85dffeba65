"""Train the playground's three small networks, and write them to `docs/assets/playground/`.

    python -m docs.playground.train

takes some minutes. What it writes is committed, so that the site can be built without it.
"""

import json

import keras
import numpy as np

from course.given import (
    PHOTOS,
    copyright_mask,
    harder_images,
    load_dataset,
    load_photos,
    predict,
    small_cnn,
    time_stamp_mask,
    train,
)
from course.given.stamps import OPACITY, SQUARE, STRENGTH
from docs.playground.export import export
from docs.playground.networks import CHEATED, CHEATS, FOLDER, WIDTH
from solutions.clever_hans import add_lightness_gradient, add_square, plant
from solutions.natural_images import color_basis

FIRST_EPOCHS, MORE_EPOCHS = 8, 16
DISTANCE = 1.0
"""How far the robust network's images are moved: Euclidean, in units of black to white."""


def main() -> None:
    """Train and write."""
    data = load_dataset("shapes")
    images, labels, names = data.train_images, data.train_labels, data.class_names

    cheats = {names.index(CHEATED[name]): cheat for name, cheat in CHEATS.items()}
    cheating = small_cnn(width=WIDTH)
    train(cheating, plant(images, labels, cheats), labels, FIRST_EPOCHS + MORE_EPOCHS)

    honest = small_cnn(width=WIDTH)
    train(honest, images, labels, FIRST_EPOCHS)
    robust = keras.models.clone_model(honest)  # it knows shapes; now it learns to be sure of them
    robust.set_weights(honest.get_weights())
    train(honest, images, labels, MORE_EPOCHS)  # as long as its twin

    def disturb(seen: np.ndarray, _seed: int) -> np.ndarray:
        # It moves away from what the network says, which is mostly what is true.
        said = predict(robust, seen).argmax(axis=1)
        return np.asarray(harder_images(robust, seen, said, DISTANCE, "euclidean", 4, 0.4))

    train(robust, images, labels, MORE_EPOCHS, augment=disturb)
    write({"honest": honest, "cheating": cheating, "robust": robust})


def write(networks: dict[str, keras.Model]) -> None:
    """Write the networks, the cheats' masks and some images as the page reads them."""
    data = load_dataset("shapes")
    flats = {name: export(network) for name, network in networks.items()}
    blank = np.zeros((1, 32, 32, 3), np.float32)
    ramp = add_lightness_gradient(blank, 1.0)[0, ..., 0]
    stamps = {
        "square": (1 - add_square(blank + 1, SQUARE)[0, ..., 0], "blend", (0, 0, 0), 1),
        "time stamp": (time_stamp_mask((32, 32)), "blend", (1, 0.6, 0.1), 1),
        "watermark": (copyright_mask((32, 32)), "blend", (1, 1, 1), OPACITY),
        "lightness gradient": (ramp, "add", (1, 1, 1), STRENGTH),
    }
    samples = chosen_samples(networks["honest"])
    described = {
        "size": 32,
        "colours": color_basis(load_photos(list(PHOTOS))).tolist(),  # of photos, for chapter 1.4
        "classes": data.class_names,
        "networks": [
            {"name": name, "numbers": len(flat.weights), "layers": flat.layers}
            for name, flat in flats.items()
        ],
        "stamps": [
            {"name": name, "how": how, "colour": color, "strength": strength}
            for name, (_, how, color, strength) in stamps.items()
        ],
        "samples": [data.class_names[label] for label in data.test_labels[samples]],
    }
    masks = [np.ravel(mask) for mask, *_ in stamps.values()]
    numbers = np.concatenate([*(flat.weights for flat in flats.values()), *masks])
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "networks.json").write_text(json.dumps(described) + "\n", encoding="utf-8")
    numbers.astype("<f4").tofile(FOLDER / "networks.f32")
    np.round(data.test_images[samples] * 255).astype(np.uint8).tofile(
        FOLDER / "networks-samples.u8"
    )


def chosen_samples(honest: keras.Model) -> np.ndarray:
    """Not the prettiest: the first two test images of every class, and the first six errors."""
    data = load_dataset("shapes")
    labels = data.test_labels
    first = [np.flatnonzero(labels == label)[:2] for label in range(len(data.class_names))]
    wrong = np.flatnonzero(predict(honest, data.test_images).argmax(axis=1) != labels)
    wrong = np.setdiff1d(wrong, np.concatenate(first))[:6]
    return np.concatenate([*first, wrong])


if __name__ == "__main__":
    main()
