import io

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from course.given import compare_heatmaps, show_curves, show_images


def written(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=30)
    return file.getvalue()


def test_a_grid_of_images() -> None:
    images = np.random.default_rng(0).uniform(size=(5, 8, 8, 3))
    figure = show_images(images, titles=list("abcde"), columns=3)
    assert [axes.get_title() for axes in figure.axes] == list("abcde")
    for axes, image in zip(figure.axes, images, strict=True):
        np.testing.assert_allclose(axes.images[0].get_array(), image)
    assert written(figure).startswith(b"\x89PNG")


def test_images_of_different_sizes_and_without_colour() -> None:
    figure = show_images([np.zeros((8, 8)), np.ones((4, 6, 1)), np.ones((5, 5, 3))])
    assert [axes.images[0].get_array().shape for axes in figure.axes] == [(8, 8), (4, 6), (5, 5, 3)]
    # Grey means the same in every picture: black is 0, white is 1.
    assert figure.axes[0].images[0].get_clim() == (0, 1)


def test_grid_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="images is empty"):
        show_images([])
    with pytest.raises(ValueError, match="titles must be 2 texts, not 1"):
        show_images(np.zeros((2, 4, 4, 3)), titles=["one"])


def test_a_gallery_of_heatmaps() -> None:
    images = np.random.default_rng(0).uniform(size=(2, 8, 8, 3))
    maps = {"gradient": images[..., 0] - 0.5, "other": images[..., 1]}
    figure = compare_heatmaps(images, maps, titles=["x", "y"], cmap="RdBu_r", limit=np.max)
    assert len(figure.axes) == 6
    assert [axes.get_title() for axes in figure.axes[:3]] == ["", "gradient", "other"]
    assert [figure.axes[i].get_ylabel() for i in (0, 3)] == ["x", "y"]
    shown = figure.axes[4].images[0]
    np.testing.assert_allclose(shown.get_array(), maps["gradient"][1])
    assert shown.get_clim() == (-maps["gradient"][1].max(), maps["gradient"][1].max())
    assert shown.get_cmap().name == "RdBu_r"
    assert written(figure).startswith(b"\x89PNG")


def test_limits_and_colours_are_left_to_the_caller() -> None:
    heatmap = np.array([[[-1.0, 3.0]]])
    figure = compare_heatmaps(np.zeros((1, 1, 2, 3)), {"map": heatmap})
    assert figure.axes[1].images[0].get_clim() == (-1, 3)


def test_maps_of_a_row_may_share_a_scale_and_stand_beside_other_images() -> None:
    images = np.random.default_rng(0).uniform(size=(2, 4, 4, 3))
    maps = {"one": images[..., 0], "changed": images[::-1], "two": 3 * images[..., 1]}
    figure = compare_heatmaps(images, maps, limit=np.max, shared=True, size=(4, 3))
    assert tuple(figure.get_size_inches()) == (4, 3)
    pictures = [axes.images[0] for axes in figure.axes if axes.images]
    np.testing.assert_allclose(pictures[2].get_array(), images[1])
    one, two = pictures[1], pictures[3]
    largest = max(maps["one"][0].max(), maps["two"][0].max())
    assert one.get_clim() == two.get_clim() == (-largest, largest)
    ends = compare_heatmaps(images, maps, limit=lambda one: (0.0, one.max())).axes[1].images[0]
    assert ends.get_clim() == (0, maps["one"][0].max())


def test_curves() -> None:
    figure = show_curves([[0, 1], [2, 3], [4, 5]], x=[0, 10, 20], labels=["a", "b"], x_label="p")
    (axes,) = figure.axes
    first, second = axes.get_lines()
    np.testing.assert_array_equal(first.get_xydata(), [[0, 0], [10, 2], [20, 4]])
    np.testing.assert_array_equal(second.get_ydata(), [1, 3, 5])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert axes.get_xlabel() == "p"
    (axes,) = show_curves([1.0, 2.0]).axes  # one curve may be flat
    np.testing.assert_array_equal(axes.get_lines()[0].get_xydata(), [[0, 1], [1, 2]])


def test_pyplot_knows_of_no_figure() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    show_images(np.zeros((1, 4, 4, 3)))
    show_curves([1.0])
    assert plt.get_fignums() == before
    assert matplotlib.get_backend()
