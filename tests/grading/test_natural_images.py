"""1.4 Natural images: what has to hold in `course/natural_images.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import ndtr

from course.grader.compare import as_array, check, check_close, is_close
from course.grader.draws import settings
from course.grader.networks import Dense, Flatten, Network
from course.grader.tasks import task
from course.grader.work import Tensor, Work

from . import models
from .chance import check_repeats, check_repeats_itself, others_than, same_for_two
from .common import (
    IN_TRAINING,
    check_gradient_flows,
    check_own_random_numbers,
    check_refuses,
    check_tuple,
    check_untrained,
    few,
    gradient_through,
    no_names,
    own,
    seeds,
)
from .directions import DIRECTIONS, Direct
from .measures import MEASURES, measured, measured_slopes
from .spectra import free_parts, multiplicity, painted, speeds, weights
from .test_activation_maximization import check_inside, inverse_sigmoid, sigmoid
from .views import STILL, VIEW, WATCHED, Limits, check_views, lookout, spots_in, watcher

SIZES = [(6, 5), (5, 8), (8, 6), (7, 7), (4, 4), (1, 3), (3, 1)]
"""Odd and even, higher than wide and wider than high."""

sizes = st.sampled_from(SIZES)
counts = st.integers(1, 3)
channel_counts = st.sampled_from([3, 1, 2, 4])
step_counts = st.sampled_from([3, 2])
"""Three come first: with two, mistakes in the falling step size look alike."""

# --- frequencies ----------------------------------------------------------------------------------

frequencies = task("natural_images.frequencies")


@frequencies
@settings
@given(sizes)
def test_each_wave_has_its_frequency(work: Work, size: tuple[int, int]) -> None:
    """A wave of v cycles down the image and h across it has √((v/H)² + (h/W)²) cycles per pixel.

    The coefficients stand as in numpy.fft.rfft2: along the rows all frequencies, the negative ones
    in the second half, and along the columns only those from 0 to W // 2 cycles.
    """
    others = partial(other_speeds, *size)
    check_close(work.natural_images.frequencies(*size), speeds(*size), instead=others)


def other_speeds(height: int, width: int) -> dict[str, np.ndarray]:
    """Known mistakes in frequencies, by what is said of them."""
    right, last = speeds(height, width), speeds(height, width)
    last[:, -1] = np.hypot(speeds(height, 1)[:, 0], 0.5)
    count = width // 2 + 1
    down, across = np.arange(height), np.arange(count)
    rows = {
        "": speeds(height, 1)[:, 0],
        "rows as np.linspace(0, 0.5, H)": np.linspace(0, 0.5, height),
        "rows as np.linspace(-0.5, 0.5, H)": np.linspace(-0.5, 0.5, height),
        "rows that rise all the way, n / H": down / height,
        "rows divided by the width": speeds(height, 1)[:, 0] * height / width,
        "rows in the order of fftshift": np.fft.fftshift(speeds(height, 1)[:, 0]),
        "rows from one side to the other, n / (2 H)": down / (2 * height),
    }
    columns = {
        "": across / width,
        "columns as np.linspace(0, 0.5, W // 2 + 1)": np.linspace(0, 0.5, count),
        "columns divided by W // 2 + 1": across / count,
        "columns divided by the height": across / height,
        "columns in the order of a full transform, np.fft.fftfreq(W // 2 + 1)": np.minimum(
            across, count - across
        )
        / count,
        "columns divided by W // 2": across / max(width // 2, 1),
    }
    mixed = {
        " and ".join(filter(None, (one, other))): np.hypot(first[:, None], second)
        for one, first in rows.items()
        for other, second in columns.items()
        if one or other
    }
    told = {says: other for says, other in mixed.items() if not is_close(other, right)}
    return told | {
        "a last frequency of 0.5, which is right for an even width only": last,
        "cycles per image, as if both sides were as long as the shorter": right
        * min(height, width),
    }


# --- fourier_images -------------------------------------------------------------------------------

fourier_images = task("natural_images.fourier_images")


@fourier_images
@settings
@given(seeds, sizes, counts, channel_counts)
def test_divides_by_the_frequency_and_transforms_back(
    work: Work, seed: int, size: tuple[int, int], count: int, channels: int
) -> None:
    """Each coefficient is divided by its frequency, and NumPy's inverse transform does the rest.

    A frequency below 1 / max(H, W) counts as 1 / max(H, W), and norm="ortho" keeps the sum of
    squares: `np.fft.irfft2(spectrum / frequency, s=(H, W), norm="ortho")`, channels last.
    """
    spectrum = spectra(seed, (count, channels), size)
    answer = work.natural_images.fourier_images(spectrum, *size)
    others = partial(painted_otherwise, spectrum, *size)
    headline = divided_by(answer, spectrum, *size)
    check_close(answer, painted(spectrum, *size), headline, instead=others)


def divided_by(answer: Any, spectrum: np.ndarray, height: int, width: int) -> str:
    """By which other number a coefficient is divided, if that is what is wrong.

    Which known mistake it is can be told better where the whole of it is known.
    """
    wanted = painted(spectrum, height, width)
    if np.shape(answer) != wanted.shape or is_close(np.asarray(answer, float), wanted):
        return ""
    others = painted_otherwise(spectrum, height, width).values()
    if any(is_close(np.asarray(answer, float), other) for other in others):
        return ""
    found = np.fft.rfft2(np.moveaxis(np.asarray(answer, np.float64), -1, 1), norm="ortho")
    clear = np.abs(spectrum) > 1e-2 * np.abs(spectrum).max()
    with np.errstate(all="ignore"):
        divisors = np.where(clear & (np.abs(found) > 1e-6), spectrum / found, np.nan)
    if np.all(np.isnan(divisors)) or np.nanmax(np.abs(divisors.imag)) > 1e-3:
        return ""
    flat = divisors.real.reshape(-1, *divisors.shape[-2:])
    lowest, highest = np.nanmin(flat, axis=0), np.nanmax(flat, axis=0)
    right = weights(height, width)
    if np.any(highest - lowest > 1e-3 * right) or np.all(np.isnan(lowest)):
        return ""
    off = np.nan_to_num(np.abs(np.log(np.abs(lowest) / right)))
    if off.max() < 1e-3 or np.all(np.abs(lowest / right - (lowest / right)[0, 0]) < 1e-3):
        return ""
    down, across = np.unravel_index(np.argmax(off), off.shape)
    return (
        f"The coefficient of {down} cycles down and {across} across is divided by "
        f"{lowest[down, across]:.3g}, not by {right[down, across]:.3g}; of all {off.size} it is "
        f"wrong for {int(np.sum(off > 1e-3))}."
    )


@fourier_images
@few
@given(seeds, st.sampled_from(SIZES[:5]))
def test_one_coefficient_gives_one_wave(work: Work, seed: int, size: tuple[int, int]) -> None:
    """A spectrum of one coefficient, given as a tensor, is a cosine that varies so fast.

    A gradient flows from it back to the spectrum.
    """
    (height, width), draw = size, np.random.default_rng(seed)
    down, right = int(draw.integers(0, height)), int(draw.integers(1, (width + 1) // 2))
    spectrum = np.zeros((1, 1, height, width // 2 + 1), np.complex64)
    spectrum[0, 0, down, right] = 1
    # Two coefficients of the full transform, this and its mirror image, make the wave.
    strength = 2 / np.sqrt(height * width) / max(speeds(*size)[down, right], 1 / max(size))
    rows, columns = np.mgrid[:height, :width]
    wave = strength * np.cos(2 * np.pi * (down * rows / height + right * columns / width))
    function = work.natural_images.fourier_images
    check_close(function(Tensor(spectrum), *size), wave[None, ..., None])
    check_gradient_flows(work, function, wave[None, ..., None], spectrum, *size)


def spectra(seed: int, leading: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    """Spectra of random real images: what a right transform turns back into real images."""
    noise = np.random.default_rng([seed, 3]).normal(size=(*leading, *size))
    return np.fft.rfft2(noise, norm="ortho").astype(np.complex64)


def painted_otherwise(spectrum: np.ndarray, height: int, width: int) -> dict[str, np.ndarray]:
    """What known mistakes make of a spectrum, by what is said of them."""
    right = painted(spectrum, height, width)
    means = right.mean(axis=(1, 2), keepdims=True)
    others = {
        "the constant wave divided by 1, not by 1 / max(H, W)": right
        - means * (1 - 1 / max(height, width)),
        "the constant wave left out": right - means,
        "images from which the mean over all channels is taken off": right
        - right.mean(axis=(1, 2, 3), keepdims=True),
        "the phases turned round: a mirror image": right[:, ::-1, ::-1],
        "the real parts alone": painted(spectrum.real + 0j, height, width),
        "the imaginary parts alone": painted(1j * spectrum.imag, height, width),
        "the conjugate of the spectrum": painted(spectrum.conj(), height, width),
        "magnitudes of the coefficients, without their phases": painted(
            np.abs(spectrum) + 0j, height, width
        ),
    }
    if width % 2 and width > 1:  # without its size, the transform gives an even width
        even = np.fft.irfft2(spectrum / weights(height, width), norm="ortho")
        even = np.moveaxis(even, 1, -1)
        short = [(0, 0), (0, 0), (0, width - even.shape[2]), (0, 0)]
        says = "irfft2 without s=(H, W): the width is always even, and has been filled up"
        others |= {
            f"{says} with the last column": np.pad(even, short, "edge"),
            f"{says} with zeros": np.pad(even, short),
        }
    return others


# --- color_basis ----------------------------------------------------------------------------------

color_basis = task("natural_images.color_basis")


@color_basis
@settings
@given(seeds, counts, channel_counts, st.booleans())
def test_has_the_covariance_of_the_photos(
    work: Work, seed: int, count: int, channels: int, is_tensor: bool
) -> None:
    """A Aᵀ is the covariance of the channels, over all pixels of all photos, times a number.

    Also of grey photos, whose channels are all the same, and of dark ones, whose covariance is so
    small that nothing may be added to it.
    """
    photos = colored(seed, count, channels)
    for some in (photos, np.repeat(photos[..., :1], channels, axis=-1), DARK * photos):
        check_basis(work.natural_images.color_basis(Tensor(some) if is_tensor else some), some)


DARK = np.float32(0.01)
"""A variance of 1e-5 or less is what is left of light photos' then."""


def check_basis(answer: Any, photos: np.ndarray) -> None:
    """Insist on a root of the covariance, up to a factor."""
    channels = photos.shape[-1]
    root = as_array(answer, (channels, channels))
    covariance, found = covariance_of(photos), root @ root.T
    covariance /= np.trace(covariance)  # of dark photos, it is tiny
    deviations = np.sqrt(np.diag(covariance))
    mixed_up = photos.reshape(channels, -1).T
    others = {
        "the identity: the channels are not mixed": np.eye(channels),
        "the covariance about one mean for all channels: each has its own": spread_of(
            photos - photos.mean()
        ),
        "the inverse of the covariance: it makes colours independent": np.linalg.pinv(
            covariance, hermitian=True
        ),
        "products of the channels without their means taken away": spread_of(photos),
        "the variances alone, each channel by itself": np.diag(np.diag(covariance)),
        "the correlation of the channels, not their covariance": covariance
        / np.outer(deviations, deviations),
        "pixels mixed up: reshape(-1, C), for reshape(C, -1) does not move axes": covariance_of(
            mixed_up
        ),
    }
    scaled = {says: like(other, covariance) for says, other in others.items()}
    is_turned = is_close(like(root.T @ root, covariance), covariance)
    wrong = "Aᵀ A is the covariance, where A Aᵀ should be: transpose it." if is_turned else ""
    if channels > 1 and is_close(np.linalg.norm(root, axis=0), np.ones(channels)):
        wrong = "Each column has length 1. Only the longest should: all are divided by its length."
    check_close(like(found, covariance), covariance, wrong, instead=scaled)


def spread_of(photos: np.ndarray) -> np.ndarray:
    """The mean products of the channels, `(C, C)`, with no mean taken away."""
    pixels = photos.reshape(-1, photos.shape[-1]).astype(np.float64)
    return pixels.T @ pixels / len(pixels)


def like(matrix: np.ndarray, other: np.ndarray) -> np.ndarray:
    """A matrix times a number, so that its trace is that of another."""
    return matrix * np.trace(other) / max(np.trace(matrix), 1e-12)


@color_basis
@few
@given(seeds, channel_counts)
def test_the_longest_column_has_length_one(work: Work, seed: int, channels: int) -> None:
    """Of the columns of A, the longest has length 1."""
    for photos in (DARK * colored(seed, 2, channels), colored(seed, 1, channels)):
        check_longest(work.natural_images.color_basis(photos), channels)


def check_longest(answer: Any, channels: int) -> None:
    """Insist that the longest column has length 1."""
    lengths = np.linalg.norm(as_array(answer, (channels, channels)), axis=0)
    shown = ", ".join(f"{length:.4g}" for length in lengths)
    example = f"The lengths of the columns are {shown}."
    root = as_array(answer, (channels, channels))
    norms = {
        "It is the longest row that does": np.linalg.norm(root, axis=1).max(),
        "It is the largest entry that is 1": np.abs(root).max(),
        "It is the norm of the whole matrix that is 1": np.linalg.norm(root),
        "It is the largest singular value that is 1": np.linalg.norm(root, 2),
        "It is the shortest column that does": lengths.min(),
        "It is the trace that is 1": np.trace(root),
        "It is the length of the first column that is 1": lengths[0],
        "It is the length of the last column that is 1": lengths[-1],
        "It is the largest sum of magnitudes in a column that is 1": np.abs(root).sum(axis=0).max(),
    }
    said = [says for says, norm in norms.items() if is_close(norm, 1)]
    wrong = "The longest column does not have length 1."
    wrong = f"{wrong} {said[0]}." if len(said) == 1 else wrong
    check(is_close(lengths.max(), 1), wrong, example)


def colored(seed: int, count: int, channels: int) -> np.ndarray:
    """Photos of a kind: their channels vary together, each photo around a colour of its own."""
    draw = np.random.default_rng([seed, 5])
    mixed = draw.normal(size=(count, 7, 5, channels)) @ draw.normal(size=(channels, channels))
    mixed += 2 * draw.normal(size=(count, 1, 1, channels))
    return sigmoid(0.5 * mixed).astype(np.float32)


def covariance_of(photos: np.ndarray) -> np.ndarray:
    """Of the channels, over all pixels of all photos."""
    pixels = photos.reshape(-1, photos.shape[-1]).astype(np.float64)
    centred = pixels - pixels.mean(axis=0)
    return centred.T @ centred / len(pixels)


# --- random_view ----------------------------------------------------------------------------------

random_view = task("natural_images.random_view")

LIMITS: list[Limits] = [(3, 25, 0.25), (3, 0, 0), (0, 40, 0), (0, 0, 0.3), (2, 90, 0.1)]
"""Of shift (pixels), angle (degrees) and zoom."""


@random_view
@settings
@given(seeds, counts, channel_counts)
def test_a_view_of_zeros_is_the_image(work: Work, seed: int, count: int, channels: int) -> None:
    """With max_shift, max_angle and max_zoom at 0, the images come back as they are."""
    images = models.images(seed, count, (9, 12, channels))
    moved = "Without a shift, a turn and a zoom, the images change."
    check_close(work.natural_images.random_view(images, 0, 0, 0, seed), images, moved)


@random_view
@settings
@given(seeds, counts, st.sampled_from(LIMITS), st.booleans())
def test_every_pixel_comes_from_where_the_view_says(
    work: Work, seed: int, count: int, limits: Limits, is_tensor: bool
) -> None:
    """A view is the image shifted, turned and zoomed about its middle, within the limits.

    Between pixels it is interpolated bilinearly; beyond the border the image goes on mirrored, its
    outermost pixels repeated (d c b a | a b c d | d c b a).
    """
    images = with_coordinates(seed, count)
    given = Tensor(images) if is_tensor else images
    answer = work.natural_images.random_view(given, *limits, seed)
    views = as_array(answer, images.shape, "the views")
    maps = maps_of(views)
    check_limits(maps, images.shape[1:3], limits)
    expected = np.stack([sample(*pair) for pair in zip(images, maps, strict=True)])
    unrepeated = [sample(*pair, mode="mirror") for pair in zip(images, maps, strict=True)]
    wrapped = [sample(*pair, mode="grid-wrap") for pair in zip(images, maps, strict=True)]
    edge = [sample(*pair, mode="nearest") for pair in zip(images, maps, strict=True)]
    black = [sample(*pair, mode="grid-constant") for pair in zip(images, maps, strict=True)]
    nearest = [sample(*pair, is_nearest=True) for pair in zip(images, maps, strict=True)]
    # Places are known to some 1e-5 of a pixel.
    check_close(
        views,
        expected,
        tolerance=1e-3,
        instead={
            "a mirror image that does not repeat the outermost pixels": np.stack(unrepeated),
            "black beyond the border": np.stack(black),
            "what comes in from the other side beyond the border": np.stack(wrapped),
            "the outermost pixel, over and over beyond the border": np.stack(edge),
            "the value of the nearest pixel, not interpolated": np.stack(nearest),
        },
    )


@random_view
@few
@given(seeds)
def test_each_image_has_amounts_of_its_own(work: Work, seed: int) -> None:
    """Shifts, angle and zoom are drawn for every image, uniformly and independently."""
    # Shifts of whole pixels are only three, within so small a limit: that is not uniform.
    check_amounts(work, seed, 400, (1.0, 20.0, 0.2))
    # Without a shift, the other amounts are as ever; and a large zoom tells uniform from others.
    check_amounts(work, seed, 900, (0.0, 20.0, 0.6))


def check_amounts(work: Work, seed: int, count: int, limits: Limits) -> None:
    """Insist on amounts that are uniform within the limits, and independent."""
    images = with_coordinates(seed, 1).repeat(count, axis=0)
    answer = work.natural_images.random_view(images, *limits, seed)
    maps = maps_of(as_array(answer, images.shape, "the views"))
    alike = "All images of a batch are seen by the same view."
    if np.abs(maps - np.eye(2, 3)).max() < 1e-3:
        alike = f"There is no view at all with max_shift={limits[0]:g}: the images are unchanged."
    check(np.ptp(maps, axis=0).max() > 1e-3, alike)
    shifts = 2 * (limits[0] == 0)  # which are left out where there are none
    amounts = amounts_of(maps, images.shape[1:3], limits[0])[shifts:]
    # Kolmogorov-Smirnov: among 400 draws, a gap of 0.18 has a chance of 1e-11.
    largest = 0.18 * np.sqrt(400 / count)
    spans = (limits[0], *limits)[shifts:]
    names = AMOUNTS[shifts:]
    for name, values, limit in zip(names, amounts, spans, strict=True):
        gap = np.abs(np.sort(values) / limit - np.linspace(-1, 1, count)).max() / 2
        quarter, half, three = np.quantile(values, [0.25, 0.5, 0.75])
        shown = f"A quarter of yours is below {quarter:.3g}, half below {half:.3g}, three below"
        wrong = f"{name} is not drawn uniformly."
        if "shift" in name:
            wrong = f"{wrong[:-1]}, or the middle is not at ((H − 1) / 2, (W − 1) / 2)."
            if np.abs(values - np.round(values)).max() < 2e-3:
                wrong = f"{name} is not drawn uniformly: it is always a whole number of pixels."
        ends = values.min() / limit, values.max() / limit
        if "whole" not in wrong and (ends[0] > -0.5 or ends[1] < 0.5):
            wrong = (
                f"{name} is not drawn uniformly: it goes from {ends[0]:.2g} to {ends[1]:.2g} times "
                "the limit, not from -1 to 1."
            )
        check(gap < largest, wrong, f"{shown} {three:.3g}.")
    for one in range(len(names)):
        for other in range(one):
            both = f"{names[other]} and {names[one].lower()} depend on each other."
            for says, pair in (("Their", amounts), ("Their sizes'", np.abs(amounts))):
                related = np.corrcoef(pair[one], pair[other])[0, 1]
                # Of 400 independent pairs, 0.35 is seven standard deviations.
                check(abs(related) < 0.35, both, f"{says} correlation is {related:.2f}.")


@random_view
@few
@given(seeds)
def test_views_come_from_the_seed(work: Work, seed: int) -> None:
    """The same seed gives the same views, and another seed gives others."""
    images, drawn = models.images(seed, 3, (9, 12, 2)), [0, seed, *others_than(seed)]
    first, again = (
        [
            as_array(work.natural_images.random_view(images, 2, 20, 0.2, one), images.shape)
            for one in drawn
        ]
        for _ in range(2)
    )
    check_repeats("The same seed gives other views in a second call.", drawn, first, again)
    wrong = same_for_two("Another seed gives the same views.", drawn[1:], first[1:])
    for one, other in combinations(first[1:], 2):
        check(not is_close(one, other), wrong)
    images = with_coordinates(seed, 3)
    calls = ((2.0, 20.0, 0.2, seed), (2.0, 20.0, 0.2, seed + 1), (0.1, 0.0, 0.0, seed))
    now, next_seed, small = (
        maps_of(as_array(work.natural_images.random_view(images, *call), images.shape))
        for call in calls
    )
    moved = "The next seed gives the same views, one image on: is a seed made of seed + i?"
    check(not is_close(now[1:], next_seed[:-1]), moved)
    off = np.abs(small - np.eye(2, 3)).max()
    kept = f"With max_shift=0.1, an image is {off:.3g} away: are amounts of an earlier call kept?"
    check(off < 0.11, kept)


@random_view
def test_a_gradient_flows_back_from_the_view(work: Work) -> None:
    """A gradient flows through it, from a view back to where in the image a pixel comes from."""
    function, seed = work.natural_images.random_view, own(work, 1)
    images, limits = with_coordinates(seed, 1).repeat(16, axis=0), (2.0, 60.0, 0.2)
    maps = maps_of(as_array(function(images, *limits, seed), images.shape, "the views"))
    # One pixel, not far below the middle and beside it, is all that the gradient is taken of.
    middle = (np.array(images.shape[1:3]) - 1) / 2
    place = np.round(middle).astype(int) + 3
    chosen = np.zeros_like(images)
    chosen[:, *place] = 1
    gradient = gradient_through(work, function, 0, chosen, images, *limits, seed)
    expected = maps[:, :, :2] @ (place - middle) + maps[:, :, 2] + middle
    distance = np.stack(np.mgrid[:17, :22], axis=-1) - expected[:, None, None]
    is_near = np.linalg.norm(distance, axis=-1) < 1.5
    there = np.sum(gradient.sum(axis=3) * is_near, axis=(1, 2)) / 3
    check(np.all(np.any(gradient, axis=(1, 2, 3))), "The gradient that flows through it is 0.")
    # All of it, that is 1, should arrive; TensorFlow's own gradient of a turned image is not exact.
    said = f"Of one pixel, {there.min():.2f} arrives where the view has it from."
    wrong = "The gradient that flows through it is not that of the view."
    check(there.min() > 0.25 and there.max() < 4, wrong, said)


@random_view
def test_views_have_random_numbers_of_their_own(work: Work) -> None:
    """The random state that all code shares is neither used nor changed."""
    images = models.images(work.seed, 3, (9, 12, 2))
    check_own_random_numbers(work, work.natural_images.random_view, images, 2, 20, 0.2, work.seed)


AMOUNTS = ("The shift along the rows", "The shift along the columns", "The angle", "The zoom")


def with_coordinates(seed: int, count: int) -> np.ndarray:
    """Images that tell where their pixels are: row, column, and noise to check them by."""
    height, width = 17, 22
    rows, columns = np.mgrid[:height, :width] / np.float32(32)
    noise = np.random.default_rng([seed, 7]).uniform(0, 1, (count, height, width))
    images = [np.stack([rows, columns, one], axis=-1) for one in noise]
    return np.stack(images).astype(np.float32)


def maps_of(views: np.ndarray) -> np.ndarray:
    """From where the pixels of each view come, as `(B, 2, 3)`: A and b in source = A p + b.

    p and the source are (row, column) relative to the middle. Bilinear interpolation of a ramp is
    exact, and the pixels around the middle come from inside of the image, so they tell.
    """
    _, height, width, _ = views.shape
    middle = np.array([height - 1, width - 1]) / 2
    some = np.s_[height // 2 - 2 : height // 2 + 3, width // 2 - 2 : width // 2 + 3]
    places = np.stack(np.mgrid[:height, :width], axis=-1)[some].reshape(-1, 2) - middle
    known = np.column_stack([places, np.ones(len(places))])
    sources = 32 * views[(slice(None), *some)][..., :2].reshape(len(views), -1, 2) - middle
    solutions = np.linalg.pinv(known) @ sources
    off = np.abs(known @ solutions - sources).max()
    check(
        off < 1e-3,
        "A straight ramp is bent: views turn and zoom, and interpolate bilinearly.",
        f"Near the middle, it is off by {off:.3g} of a pixel.",
    )
    return np.swapaxes(solutions, 1, 2)


def amounts_of(maps: np.ndarray, size: tuple[int, int], max_shift: float) -> np.ndarray:
    """Shift along rows and columns, angle in degrees, and zoom − 1 of each view: `(4, B)`.

    The shift may be made before or after the turn and the zoom: the order counts that fits best.
    """
    matrix, source = maps[:, :, :2], maps[:, :, 2]
    factor = 1 / np.sqrt(np.abs(np.linalg.det(matrix)))
    angle = np.degrees(np.arctan2(matrix[:, 1, 0], matrix[:, 0, 0]))
    moved = np.linalg.solve(matrix, source[..., None])[..., 0]
    orders = [source, moved, source * factor[:, None], moved / factor[:, None]]
    shift = min(orders, key=lambda one: np.abs(one).max() > max_shift + 1e-3)
    return np.stack([*shift.T, angle, factor - 1])


def check_limits(maps: np.ndarray, size: tuple[int, int], limits: Limits) -> None:
    """Insist on views that keep shapes, about the middle, and within the limits."""
    matrix = maps[:, :, :2]
    turned = np.stack([matrix[:, 0, 0] - matrix[:, 1, 1], matrix[:, 0, 1] + matrix[:, 1, 0]])
    sheared = "A view is stretched, sheared or mirrored, not only turned and zoomed."
    check(np.abs(turned).max() < 1e-3, sheared)
    down, right, angle, zoom = amounts_of(maps, size, limits[0])
    # Half a pixel: about where exactly the middle is, programs disagree.
    slack = 0.75 * (limits[1] > 0 or limits[2] > 0)
    shift = max(np.abs(down).max(), np.abs(right).max())
    said = f"max_shift is {limits[0]:g}, yours moves the middle by {shift:.3g}."
    wrong = "An image is shifted by more than max_shift."
    if slack and shift < limits[0] + 2:
        wrong = (
            "An image is shifted by more than max_shift, or turned and zoomed about another point "
            "than its middle, which is at ((H − 1) / 2, (W − 1) / 2)."
        )
    check(shift < limits[0] + slack + 1e-3, wrong, said)
    said = f"max_angle is {limits[1]:g} degrees, yours is {np.abs(angle).max():.3g}."
    wrong = "An image is turned by too much."
    if limits[1] and np.abs(angle).max() > 3 * limits[1]:
        wrong = f"{wrong} Are degrees taken for radians?"
    check(np.abs(angle).max() < limits[1] + 0.01, wrong, said)
    said = f"max_zoom is {limits[2]:g}, yours is magnified by {1 + zoom[np.abs(zoom).argmax()]:.3g}"
    wrong, largest = "An image is zoomed by too much.", 1 + zoom.max()
    if (
        limits[2]
        and 1 / largest > 1 - limits[2] - 1e-3
        and zoom.min() > 1 / (1 + limits[2]) - 1.001
    ):
        wrong = (
            "An image is zoomed by too much: is it magnified by 1 over the factor? The places "
            "where values are looked up are to be divided by it."
        )
    check(np.abs(zoom).max() < limits[2] + 1e-3, wrong, f"{said}.")


def sample(
    image: np.ndarray, one: np.ndarray, mode: str = "reflect", is_nearest: bool = False
) -> np.ndarray:
    """An image seen by a map, bilinearly, as scipy's `mode` goes on beyond the border."""
    from scipy.ndimage import map_coordinates

    height, width, channels = image.shape
    middle = np.array([height - 1, width - 1]).reshape(2, 1, 1) / 2
    places = np.stack(np.mgrid[:height, :width]) - middle
    sources = np.tensordot(one[:, :2], places, 1) + one[:, 2].reshape(2, 1, 1) + middle
    order = 0 if is_nearest else 1
    planes = (image[..., c].astype(np.float64) for c in range(channels))
    return np.stack([map_coordinates(p, sources, order=order, mode=mode) for p in planes], axis=-1)


# --- visualize_class ------------------------------------------------------------------------------

visualize_class = task("natural_images.visualize_class")

# A compiled answer is compiled anew for every network, and for every number of images: each costs
# more than all its steps. So the properties share two networks: one for four images, each class of
# which looks at other pixels, and one for a single image, which also tells of training.
FOUR = (4, *WATCHED)


def four(work: Work) -> Network:
    """The network for four images."""
    return watcher(work.seed, models.CLASSES)


def one_shape(work: Work) -> tuple[int, int, int]:
    """Of the single image."""
    return 3, 5, [2, 1, 3][work.seed % 3]


def single(work: Work) -> Network:
    """The network for a single image."""
    return lookout(work.seed, one_shape(work)[-1])


@visualize_class
def test_visualizing_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    network, function = single(work), work.natural_images.visualize_class
    images, scores = check_tuple(function(network, np.array([1]), 1, work.seed, None, STILL), PARTS)
    expected = models.outputs(network, as_array(images, (1, *one_shape(work)), "the images"), 1)
    check_close(as_array(scores, (2, 1))[-1], expected, IN_TRAINING, "the last row of scores")
    check_untrained(work, network)


@visualize_class
@few
@given(seeds, st.sampled_from([0.1, 0.3]), st.booleans())
def test_climbs_by_adam_in_the_spectrum(
    work: Work, seed: int, step_size: float, is_colored: bool
) -> None:
    """Without views, images are sigmoid(A · fourier_images(spectrum)) from the start on, whatever
    the number of steps, and Adam changes the real and imaginary parts so that the logit rises.

    Step n of N, counted from 0, has the step size step_size · (1 − n / N). Row n of the scores is
    the logit before step n, and the last row that of the images that are returned.
    """
    shape, network, function = one_shape(work), single(work), work.natural_images.visualize_class
    classes, colors = models.classes(seed, 1), mixing(seed, shape[-1], is_colored)
    start = start_of(function(network, classes, 0, seed, colors, STILL), (1, *shape))
    climb = Climb(start, 3, colors, step_size, partial(slopes_of, network, classes))
    first = logits_of(network, classes, start)
    answer = function(network, classes, 3, seed, colors, STILL, step_size)
    _, scores = check_tuple(answer, PARTS)
    if not is_close(as_array(scores, (4, 1), "the scores")[0], first, 1e-3):
        unmoved, scores = check_tuple(
            function(network, classes, 3, seed, colors, STILL, 0.0), PARTS
        )
        is_start = is_close(as_array(unmoved, start.shape), start, 1e-3)
        is_start |= is_close(as_array(scores, (4, 1), "the scores")[0], first, 1e-3)
        check(is_start, "The start is another one than with 0 steps: only the seed decides it.")
        function(network, classes, 3, seed, colors, STILL, step_size)  # the call to be shown
    others = {
        says: replace(
            climb, slopes=partial(slopes_of_form, network, classes, form), is_certain=False
        )
        for says, form in OTHER_FORMS.items()
    }
    scores = {says: partial(form_of, network, classes, form) for says, form in OTHER_FORMS.items()}
    check_path(answer, climb, partial(logits_of, network, classes), others, scores)


@visualize_class
def test_adam_remembers_for_long(work: Work) -> None:
    """Adam's two running means forget as slowly as β₁ = 0.9 and β₂ = 0.999 say."""
    network, classes = single(work), models.classes(work.seed, 1)
    function = partial(work.natural_images.visualize_class, network, classes)
    check_memory(function, work.seed, one_shape(work), partial(slopes_of, network, classes))


def check_memory(
    function: Callable[..., Any], seed: int, shape: tuple[int, ...], slopes: Callable[..., Any]
) -> None:
    """Insist on Adam's running means, where slopes fall to a thousandth in 15 steps.

    With a β₂ of 0.99, images end four times as far from where they should be as they may, or more.

    Args:
        function: what is left of the arguments are the steps and all after them.
        seed: of the start.
        shape: of the one image.
        slopes: of what is climbed.
    """
    vivid = 10 * np.eye(shape[-1], dtype=np.float32)
    start = start_of(function(0, seed, vivid, STILL, 0.01), (1, *shape))
    images, _ = check_tuple(function(15, seed, vivid, STILL, 0.01), PARTS)
    climb = Climb(start, 15, vivid, 0.01, slopes, is_certain=False)
    images, paths = as_array(images, (1, *shape), "the images"), climb.paths()
    path = min(paths, key=lambda one: np.abs(images - one[-1]).max())
    check_close(images, path[-1], "", "the images", 2e-4 + 2 * climb.doubt, climb.mistaken)


Form = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From logits and rows of ones and zeros to a number for each image and its slope over them."""


def _probability(logits: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shares = models.softmax(logits)
    own = (shares * chosen).sum(axis=1, keepdims=True)
    return own[:, 0], own * (chosen - shares)


def _logarithm(logits: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shares = models.softmax(logits)
    return np.log((shares * chosen).sum(axis=1)), chosen - shares


def _of_rows(rows: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Form:
    """The logits of other classes, each counted as often as a row says."""
    return lambda logits, chosen: (
        (logits * rows(logits, chosen)).sum(axis=1),
        rows(logits, chosen),
    )


OTHER_FORMS: dict[str, Form] = {
    "the probability, not the logit": _probability,
    "the logarithm of the probability, not the logit": _logarithm,
    "the first image's class for all": _of_rows(lambda a, k: np.repeat(k[:1], len(k), axis=0)),
    "the class that the model sees": _of_rows(lambda a, k: np.eye(a.shape[1])[a.argmax(axis=1)]),
    "all logits, added up": _of_rows(lambda a, k: np.ones_like(a)),
    "the logit less the mean of all": _of_rows(lambda a, k: k - 1 / a.shape[1]),
    "the class after the one asked for": _of_rows(lambda a, k: np.roll(k, 1, axis=1)),
    "the class before the one asked for": _of_rows(lambda a, k: np.roll(k, -1, axis=1)),
}
"""What else one may climb, by what is said of it."""


def form_of(network: Network, classes: np.ndarray, form: Form, images: np.ndarray) -> np.ndarray:
    """Another number of each image."""
    return form(network.outputs(images), np.eye(models.CLASSES)[classes])[0]


def slopes_of_form(
    network: Network, classes: np.ndarray, form: Form, images: np.ndarray
) -> np.ndarray:
    """Its gradient."""
    rows = form(network.outputs(images), np.eye(models.CLASSES)[classes])[1]
    return network.gradients(images, rows)["input"]


@visualize_class
@few
@given(seeds)
def test_each_image_climbs_its_own_class(work: Work, seed: int) -> None:
    """Each image of a batch climbs the logit of its own class.

    Slopes are far below Adam's ε here, so the step is proportional to them: step_size / ε of it.
    """
    network, classes = four(work), models.classes(seed, 4)
    function = partial(work.natural_images.visualize_class, network, classes)
    check_first_step(function, network, classes, seed)


def check_first_step(
    function: Callable[..., Any], network: Network, classes: np.ndarray, seed: int
) -> None:
    """Insist on one step from grey images that is proportional to the slope.

    Args:
        function: what is left of the arguments are the steps and all after them.
        network: whose logits are climbed.
        classes: one for each of four images.
        seed: of the start.
    """
    images, _ = check_tuple(function(1, seed, FAINT, STILL, FAR), PARTS)
    images, grey = as_array(images, FOUR, "the images"), np.full(FOUR, 0.5)
    climb = Climb(grey, 1, FAINT, FAR, partial(slopes_of, network, classes), is_certain=False)
    ends = [one[-1] for one in climb.paths()]
    first = partial(slopes_of, network, 0 * classes + classes[0])
    instead = {
        "the class of the first image for all": replace(climb, slopes=first).path()[-1],
        "another ε than 1e-7": replace(climb, rule=adam_of_small_epsilon).path()[-1],
    }
    expected = min(ends, key=lambda one: np.abs(images - one).max())
    check_close(images, expected, "", "the images", 1e-3, instead)


FAINT = 1e-9 * np.eye(3, dtype=np.float32)
"""Colours so faint that all images start grey, and that slopes are far below Adam's ε."""

FAR = 1e10
"""A step size with which these images change nevertheless."""


def slopes_of(network: Network, classes: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The gradient of each image's own logit."""
    return models.slopes(network, images, classes)


def logits_of(network: Network, classes: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Each image's own logit."""
    return models.outputs(network, images, classes)


@visualize_class
@few
@given(seeds, st.booleans())
def test_starts_from_faint_noise(work: Work, seed: int, is_colored: bool) -> None:
    """With steps=0 the start comes back: a spectrum of normal numbers with deviation 0.01.

    Its colours may come as a tensor, as from `color_basis`.
    """
    shape, classes = (12, 9, 3), models.classes(seed, 4)
    network, colors = models.linear(work.seed, shape), mixing(seed, 3, is_colored)
    given = None if colors is None else Tensor(colors.astype(np.float32))
    answer = work.natural_images.visualize_class(network, classes, 0, seed, given)
    start = start_of(answer, (4, *shape))
    check_close(answer[1], models.outputs(network, start, classes)[None], AS_RETURNED, "the scores")
    planes = inverse_sigmoid(start) @ np.linalg.inv(np.eye(3) if colors is None else colors).T
    spectrum = np.fft.rfft2(np.moveaxis(planes, -1, 1), norm="ortho") * weights(12, 9)
    inside = spectrum[..., 1:]  # in the first column, coefficients come in pairs
    for name, part in (("real", inside.real), ("imaginary", inside.imag)):
        # Kolmogorov-Smirnov: among 576 draws, a gap of 0.15 has a chance of 1e-11.
        values = np.sort(part, axis=None) / 0.01
        gap = np.abs(ndtr(values) - np.linspace(0, 1, values.size)).max()
        said = f"Their standard deviation is {0.01 * values.std():.3g}."
        wrong = f"At the start, the {name} parts are not normal with standard deviation 0.01."
        # The deviation of 576 normal numbers is within a fifth of theirs, but for 1 in 10^11 times.
        check(gap < 0.15 and 0.8 < values.std() < 1.2, wrong, said)
    alike = "All images of a batch start from the same noise."
    check(not is_close(start[1], start[0], 1e-3), alike)
    # Of 576 independent pairs, 0.35 is more than eight standard deviations.
    related = np.corrcoef(inside.real.ravel(), inside.imag.ravel())[0, 1]
    alike = "At the start, real and imaginary parts are alike: draw each on its own."
    check(abs(related) < 0.35, alike, f"Their correlation is {related:.2f}.")


NO_VIEW = "There is no view, or the scores are those of the images, not of the view."


@visualize_class
def test_looks_at_a_fresh_view_in_every_step(work: Work) -> None:
    """Each step looks at the images by another view; the scores are logits of what it sees.

    With step_size=0 the images stay as they are, and the scores tell how the views differ.
    """
    network, classes = four(work), models.classes(work.seed, 4)
    function = work.natural_images.visualize_class
    images, scores = check_tuple(function(network, classes, 4, work.seed, None, VIEW, 0.0), PARTS)
    images, scores = as_array(images, FOUR, "the images"), as_array(scores, (5, 4), "the scores")
    check_close(scores[-1], models.outputs(network, images, classes), AS_RETURNED)
    wrong = "All steps see the same view." if scores[0, 0] != scores[-1, 0] else NO_VIEW
    among = np.ptp(scores[:-1], axis=0)
    check(np.all(among > 1e-5), wrong, "With step_size=0, all rows of the scores are equal.")
    # Steps so short that the scores of views rise and fall: the images of the highest are others.
    images, scores = check_tuple(function(network, classes, 4, work.seed, None, VIEW, 0.02), PARTS)
    seen, last = as_array(images, FOUR), as_array(scores, (5, 4), "the scores")[-1]
    check_close(last, models.outputs(network, seen, classes), AS_RETURNED)


@visualize_class
def test_sees_each_image_by_a_view_of_its_own(work: Work) -> None:
    """Each image is seen by its own view, within the limits, and the gradient is that of the view.

    Each class looks at single pixels; the change of grey images tells from where a view took them.
    """
    classes = models.classes(work.seed, 4)
    function = partial(work.natural_images.visualize_class, four(work), classes)
    check_views(lambda limits: spots_after(function, work.seed, limits), classes)


def spots_after(function: Callable[..., Any], seed: int, limits: Limits) -> np.ndarray:
    """Where one step up from grey images tells that views look, as `spots_in` has it.

    Args:
        function: what is left of the arguments are the steps and all after them.
        seed: of the views.
        limits: of the views.
    """
    images, _ = check_tuple(function(1, seed, FAINT, limits, FAR), PARTS)
    return spots_in(inverse_sigmoid(as_array(images, FOUR, "the images")))


@visualize_class
def test_the_seed_decides_all(work: Work) -> None:
    """The same seed gives the same valid images, and the logits rise; another seed gives others."""
    seed = own(work, 1) % 10_000
    network, classes = four(work), models.classes(seed, 4)
    function = work.natural_images.visualize_class

    def climb(one: int) -> Any:
        return check_tuple(function(network, classes, 5, one, None, (1, 10, 0.1), 0.1), PARTS)

    def draw(one: int) -> np.ndarray:
        return as_array(climb(one)[0], FOUR, "the images")

    first, scores = climb(seed)
    check_inside(first, FOUR)
    means = as_array(scores, (6, 4), "the scores").mean(axis=1)
    said = f"From {means[0]:.3g} to {means[-1]:.3g}, in the mean."
    check(means[-1] > means[0], "The scores do not rise.", said)
    first = as_array(first, FOUR, "the images")
    check_repeats_itself("The same seed gives other images in a second call.", draw, seed, first)
    others = [seed, *others_than(seed)]
    # Without a step, images are the start, and with a step of 0, the scores tell of the view.
    found = [function(network, classes, 1, one, None, VIEW, 0.0) for one in others]
    for part, shape in enumerate((FOUR, (2, 4))):
        drawn = [as_array(check_tuple(one, PARTS)[part], shape) for one in found]
        wrong = same_for_two("Another seed gives the same images.", others, drawn)
        for one, other in combinations(drawn, 2):
            check(not is_close(one, other, 1e-3), wrong)
    short, full = (function(network, classes, 1, seed, *more)[0] for more in ((), DEFAULTS))
    check_close(short, as_array(full, FOUR), OTHER_DEFAULTS, "the images")


DEFAULTS = (None, (16.0, 15.0, 0.2), 0.02)
OTHER_DEFAULTS = "Without colors, view and step_size, others are taken than the signature says."


@visualize_class
def test_an_image_depends_on_no_other(work: Work) -> None:
    """An image stays the same when its neighbours in the batch climb to other classes."""
    function = partial(work.natural_images.visualize_class, four(work))
    images, others = (
        as_array(function(np.array([0, one, 2, 1]), 2, work.seed, None, VIEW, 0.3)[0], FOUR)
        for one in (1, 3)
    )
    mixed = "The images of a batch influence each other."
    check_close(np.delete(images, 1, 0), np.delete(others, 1, 0), mixed, "the other images")


@visualize_class
def test_one_class_gives_one_image(work: Work) -> None:
    """One int, Python's or NumPy's, gives a batch of one image, the same as an array or a tensor
    with this class alone.
    """
    seed, one, shape = work.seed, work.seed % models.CLASSES, one_shape(work)
    function = partial(work.natural_images.visualize_class, single(work))
    in_an_array = Tensor(np.array([one], np.int32))
    wanted = check_tuple(function(in_an_array, 2, seed, None, STILL), PARTS)
    for class_index in (one, np.int64(one)):
        images, scores = check_tuple(function(class_index, 2, seed, None, STILL), PARTS)
        check_close(images, as_array(wanted[0], (1, *shape)), "", "the images")
        check_close(scores, as_array(wanted[1], (3, 1)), "", "the scores")


ANY_SIZE = ((None, None, 3), (None, 7, 3), (7, None, 3))
"""Shapes of models for images of any size: one that takes 224 pixels for it is right by chance, or
refused by the model, where an edge is known."""


@visualize_class
def test_refuses_a_model_for_any_size(work: Work) -> None:
    """A model that takes images of any size is a ValueError: it leaves the size open, or one edge
    of it.
    """
    function = work.natural_images.visualize_class
    function(single(work), 0, 0, 0, None, STILL)
    for shape in ANY_SIZE:
        network = models.branching(work.seed, shape)
        check_refuses(function, network, 0, 1, 0, None, STILL, argument="a model for any size")


@visualize_class
def test_start_has_random_numbers_of_its_own(work: Work) -> None:
    """The random state that all code shares is neither used nor changed: by start and views."""
    function = work.natural_images.visualize_class
    check_own_random_numbers(work, function, single(work), 0, 1, work.seed)


PARTS = ("images", "scores")
AS_RETURNED = "The last row of the scores does not tell of the images that are returned."


def mixing(seed: int, channels: int, is_colored: bool) -> np.ndarray | None:
    """A matrix that mixes channels, not symmetric and far from singular; or None."""
    if not is_colored:
        return None
    noise = np.random.default_rng([seed, 9]).uniform(-0.4, 0.4, (channels, channels))
    return (np.eye(channels) + noise).astype(np.float32)


def start_of(answer: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The images of an ascent without steps, in double precision."""
    images, _ = check_tuple(answer, PARTS)
    check_inside(images, shape)
    return as_array(images, shape, "the images")


LARGEST_DOUBT = 0.005
"""Starts of which less is certain are not used."""

Rule = Callable[[np.ndarray, np.ndarray, np.ndarray, int], np.ndarray]
"""A step's direction, from the slope, Adam's two running means, and the step's number from 0."""


def adam_of(first: float = 0.9, second: float = 0.999, small: float = 1e-7) -> Rule:
    """As in algorithm 1 of Kingma and Ba, with these β₁, β₂ and ε."""

    def rule(slope: np.ndarray, mean: np.ndarray, square: np.ndarray, n: int) -> np.ndarray:
        mean, square = mean / (1 - first ** (n + 1)), square / (1 - second ** (n + 1))
        return mean / (np.sqrt(square) + small)

    return rule


adam = adam_of()


def adam_in_short(slope: np.ndarray, mean: np.ndarray, square: np.ndarray, n: int) -> np.ndarray:
    """As in the end of their section 2, and in Keras: other where slopes are tiny."""
    correction = np.sqrt(1 - 0.999 ** (n + 1)) / (1 - 0.9 ** (n + 1))
    return correction * mean / (np.sqrt(square) + 1e-7)


def adam_of_images(slope: np.ndarray, mean: np.ndarray, square: np.ndarray, n: int) -> np.ndarray:
    """Adam, with the mean of the squares over each image."""
    return adam(slope, mean, square.mean(axis=(0, 2, 3, 4), keepdims=True), n)


def adam_of_small_epsilon(slope: np.ndarray, mean: np.ndarray, square: np.ndarray, n: int) -> Any:
    """With the ε of other libraries."""
    return mean / (1 - 0.9 ** (n + 1)) / (np.sqrt(square / (1 - 0.999 ** (n + 1))) + 1e-8)


@dataclass
class Climb:
    """An ascent in the spectrum without views, in double precision.

    Only changes of spectra are needed: the start is known by its images. After `path`, `doubt`
    says by how much rounding may have moved a value of the last images.
    """

    start: np.ndarray
    steps: int
    colors: np.ndarray | None
    step_size: float
    slopes: Callable[[np.ndarray], np.ndarray]
    rule: Rule = adam
    betas: tuple[float, float] = (0.9, 0.999)
    fading: Callable[[int, int], float] = lambda n, steps: 1 - n / steps
    is_divided: bool = True
    is_clipped: bool = False
    has_slope: bool = True
    is_certain: bool = True
    doubt: float = 0.0

    def path(self) -> list[np.ndarray]:
        """The images before, between and after the steps."""
        self.doubt = 0.0
        mixed = np.eye(self.start.shape[-1]) if self.colors is None else self.colors
        size, z, path = self.start.shape[1:3], inverse_sigmoid(self.start), [self.start]
        times = 1 / weights(*size)
        times = times if self.is_divided else np.ones_like(times)
        free, mean, square, change = free_parts(*size)[:, None, None], 0.0, 0.0, 0.0
        for n in range(self.steps):
            bend = path[-1] * (1 - path[-1]) if self.has_slope else 1.0
            slope = self.slopes(path[-1]) * (1.0 if self.is_clipped else bend) @ mixed
            spectrum = np.fft.rfft2(np.moveaxis(slope, -1, 1), norm="ortho")
            spectrum *= times * multiplicity(*size)
            parts = np.where(free, [spectrum.real, spectrum.imag], 0)
            rate = self.step_size * self.fading(n, self.steps)
            # Adam divides a slope by its size, and with it the rounding of float32: of slopes that
            # are tiny beside the others, the sign is all chance.
            noise = 5e-6 * np.abs(parts).max()
            share = np.where(free, np.minimum(2, noise / np.maximum(np.abs(parts), noise / 2)), 0)
            waves = share * times * multiplicity(*size) / np.sqrt(np.prod(size))
            reach = np.sqrt(np.sum(waves**2, axis=(0, 2, 3, 4)).max())
            self.doubt += rate * reach * np.abs(mixed).max() / 4
            if self.is_certain:
                assume(self.doubt < LARGEST_DOUBT)
            mean = self.betas[0] * mean + (1 - self.betas[0]) * parts
            square = self.betas[1] * square + (1 - self.betas[1]) * parts**2
            change = change + rate * self.rule(parts, mean, square, n)
            moved = (change[0] + 1j * change[1]) * times * weights(*size)
            planes = painted(moved, *size) @ mixed.T
            clipped = np.clip(self.start + planes, 0, 1)
            path.append(clipped if self.is_clipped else sigmoid(z + planes))
        return path

    def paths(self) -> list[list[np.ndarray]]:
        """By both forms of Adam: libraries take the one or the other."""
        return [replace(self, rule=adam_in_short).path(), self.path()]

    def mistaken(self) -> dict[str, np.ndarray]:
        """Where known mistakes end, by what is said of them."""
        transposed = None if self.colors is None else self.colors.T
        scaled = None
        if self.colors is not None:
            scaled = self.colors / np.linalg.norm(self.colors, axis=0).max()
        changed: dict[str, dict[str, Any]] = {
            "a descent: the step goes down": {"rule": lambda *given: -adam(*given)},
            "plain steps along the gradient, not Adam's": {"rule": lambda slope, *_: slope},
            "the sign of the gradient, not Adam's step": {"rule": lambda slope, *_: np.sign(slope)},
            "Adam without the correction of its first steps": {
                "rule": lambda slope, mean, square, n: mean / (np.sqrt(square) + 1e-7)
            },
            **{
                f"Adam with β₁ = {betas[0]:g} and β₂ = {betas[1]:g}": {
                    "rule": adam_of(*betas),
                    "betas": betas,
                }
                for betas in ((0.9, 0.99), (0.9, 0.9), (0.8, 0.999), (0.95, 0.999))
            },
            "a step size that does not fall": {"fading": lambda n, steps: 1.0},
            "a step size that falls one step too early": {
                "fading": lambda n, steps: 1 - (n + 1) / steps
            },
            "a step size that falls by half a step more, 1 − (n + 0.5) / N": {
                "fading": lambda n, steps: 1 - (n + 0.5) / steps
            },
            "a step size that falls as a square, (1 − n / N)²": {
                "fading": lambda n, steps: (1 - n / steps) ** 2
            },
            "a step size that is halved after every step": {"fading": lambda n, steps: 0.5**n},
            "a step size that is multiplied with 0.9 after every step": {
                "fading": lambda n, steps: 0.9**n
            },
            "a step size that falls as a cosine": {
                "fading": lambda n, steps: (1 + np.cos(np.pi * n / steps)) / 2
            },
            "Adam with ε = 1e-3, not 1e-7": {"rule": adam_of(small=1e-3)},
            "Adam with ε = 1e-2, not 1e-7": {"rule": adam_of(small=1e-2)},
            "a step size that falls to a half only": {"fading": lambda n, steps: 1 - n / steps / 2},
            "a step size that is divided by the number of the step": {
                "fading": lambda n, steps: 1 / (n + 1)
            },
            "a step size that is 0 in the last step": {
                "fading": lambda n, steps: 1 - n / max(steps - 1, 1)
            },
            "independent channels, whatever colors says": {"colors": None},
            "the transposed matrix of colors": {"colors": transposed},
            "a matrix of colors that is scaled first": {"colors": scaled},
            "one size of step for all numbers of an image, where Adam has one for each": {
                "rule": adam_of_images
            },
            "the running mean of the gradient (momentum), not Adam's step": {
                "rule": lambda slope, mean, square, n: mean
            },
            "the gradient divided by its root mean square, not Adam's step": {
                "rule": lambda slope, *_: (
                    slope / np.sqrt(np.mean(slope**2, axis=(0, 2, 3, 4), keepdims=True))
                )
            },
            "waves that are not divided by their frequency": {"is_divided": False},
            "images that are clipped to [0, 1], not bent by a sigmoid": {"is_clipped": True},
            "a gradient without the slope of the sigmoid": {"has_slope": False},
        }
        return {
            says: replace(self, is_certain=False, **change).path()[-1]
            for says, change in changed.items()
        }


Score = Callable[[np.ndarray], np.ndarray]
"""One number for each image."""


def check_path(
    answer: Any,
    climb: Climb,
    score: Score,
    others: Mapping[str, Climb] | None = None,
    other_scores: Mapping[str, Score] | None = None,
) -> None:
    """Insist that an ascent ends where it should, and has the scores of all images on its way.

    Args:
        answer: what the student's function returned.
        climb: the right ascent.
        score: of every image on its way.
        others: ascents of known mistakes, by what is said of them.
        other_scores: scores of known mistakes.
    """
    images, found = check_tuple(answer, PARTS)
    check_inside(images, climb.start.shape)
    path = min(climb.paths(), key=lambda one: np.abs(as_array(images) - one[-1]).max())

    def ends() -> dict[str, np.ndarray]:
        known = climb.mistaken() | {"the images of one step earlier": path[-2]}
        return known | {says: other.path()[-1] for says, other in (others or {}).items()}

    def rows(score: Score) -> np.ndarray:
        return np.stack([score(one) for one in path])

    def scores() -> dict[str, np.ndarray]:
        return {says: rows(other) for says, other in (other_scores or {}).items()}

    near = 2e-4 + 2 * climb.doubt
    check_close(images, path[-1], "", "the images", near, ends)
    check_close(found, rows(score), "", "the scores", near, scores)


# --- visualize_channel ----------------------------------------------------------------------------

visualize_channel = task("natural_images.visualize_channel")


@visualize_channel
def test_climbs_the_mean_of_the_channel(work: Work) -> None:
    """It does as visualize_class, with the seed, colors and view that it is given, for each image's
    own channel of the layer: its mean over all positions.
    """
    network, layer = models.branching(work.seed), ["last", "joined"][work.seed % 2]
    channels, colors = (work.seed + np.arange(3)) % 4, mixing(work.seed, 3, True)
    function = work.natural_images.visualize_channel

    def means(images: np.ndarray) -> np.ndarray:
        each = enumerate(channels)
        return np.array([models.channel_means(network, layer, c, images)[i] for i, c in each])

    def climb(start: np.ndarray, wanted: np.ndarray, step_size: float = 0.3) -> Climb:
        slopes = partial(channel_slopes, network, layer, wanted)
        return Climb(start, 2, colors, step_size, slopes, is_certain=False)

    for seed in range(work.seed, work.seed + 10):
        start = start_of(
            function(network, layer, channels, 0, seed, colors, STILL), (3, *models.SHAPE)
        )
        right = climb(start, channels)
        right.path()
        if right.doubt < LARGEST_DOUBT:
            break
    total = models.activations(network, layer, start[:1]).shape[-1]
    others = {
        "the channel before: counting begins with 0": climb(start, (channels - 1) % total),
        "the channel of the first image for all": climb(start, 0 * channels + channels[0]),
        "another step size than the one asked for": climb(start, channels, 0.02),
        "all the channels for every image: each has its own": replace(
            right, slopes=partial(slopes_of_all, network, layer, channels)
        ),
    }
    other_scores = {}
    for says, measure in MEASURES.items():
        slopes = partial(measured_slopes, network, layer, channels, measure)
        others[says] = replace(right, slopes=slopes)
        other_scores[says] = partial(measured, network, layer, channels, measure)
    answer = function(network, layer, channels, 2, seed, colors, STILL, 0.3)
    check_path(answer, right, means, others, other_scores)


def slopes_of_all(
    network: Network, layer: str, channels: np.ndarray, images: np.ndarray
) -> np.ndarray:
    """The gradient of the mean of several channels, for every image."""
    each = [channel_slopes(network, layer, 0 * channels + one, images) for one in channels]
    return np.asarray(np.mean(each, axis=0))


@visualize_channel
def test_channels_are_seen_by_views_too(work: Work) -> None:
    """The start is of the seed, and each step sees each image by a fresh view of its own.

    Each channel, of a layer without positions, looks at single pixels.
    """
    seed, network, channels = own(work, 1) % 10_000, four(work), models.classes(work.seed, 4)
    function = partial(work.natural_images.visualize_channel, network, "logits", channels)
    images, scores = check_tuple(function(3, seed, None, VIEW, 0.0), PARTS)
    images, scores = as_array(images, FOUR, "the images"), as_array(scores, (4, 4), "the scores")
    means = models.outputs(network, images, channels)
    check_close(scores[-1], means, "", "the last row of the scores")
    among = np.ptp(scores[:-1], axis=0)
    check(np.all(among > 1e-6), "view is not passed on: all steps see the same.")
    check_first_step(function, network, channels, seed)
    check_views(lambda limits: spots_after(function, seed, limits), channels)
    short, full = (function(1, seed, *more)[0] for more in ((), DEFAULTS))
    check_close(short, as_array(full, FOUR), OTHER_DEFAULTS, "the images")
    wrong = "seed is not passed on: another gives the same start."
    for one in others_than(seed):
        other = as_array(function(0, one, None, VIEW, 0.0)[0], FOUR)
        check(not is_close(other, images, 1e-3), wrong, f"Seeds {seed} and {one} do.")


@visualize_channel
def test_channel_needs_a_layer_that_is_there(work: Work) -> None:
    """A layer that is not there is a ValueError."""
    function, network = work.natural_images.visualize_channel, models.branching(work.seed)
    function(network, "last", 0, 0, 0, None, STILL)
    for name in ("lost", *no_names("last")):
        refused = f"layer_name={name!r}"
        check_refuses(function, network, name, 0, 0, 0, None, STILL, argument=refused)


@visualize_channel
def test_channel_needs_a_known_size(work: Work) -> None:
    """A model that takes images of any size is a ValueError."""
    function = work.natural_images.visualize_channel
    function(models.branching(work.seed), "last", 0, 0, 0, None, STILL)
    for shape in ANY_SIZE:
        network, refused = models.branching(work.seed, shape), "a model for any size"
        check_refuses(function, network, "last", 0, 0, 0, None, STILL, argument=refused)


@visualize_channel
def test_channel_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards.

    In a layer without positions, a channel is one number, which is climbed as it is. One int gives
    one image.
    """
    network, function = single(work), work.natural_images.visualize_channel
    images, scores = check_tuple(function(network, "logits", 0, 0, 0, None, STILL), PARTS)
    images = as_array(images, (1, *one_shape(work)), "the images")
    expected = models.outputs(network, images, 0)
    check_close(as_array(scores, (1, 1))[-1], expected, IN_TRAINING, "the last row of scores")
    check_untrained(work, network)


@visualize_channel
def test_adam_remembers_for_channels_too(work: Work) -> None:
    """Adam's two running means forget as slowly as β₁ = 0.9 and β₂ = 0.999 say."""
    network, channel = single(work), models.classes(work.seed, 1)
    function = partial(work.natural_images.visualize_channel, network, "logits", channel)
    check_memory(function, work.seed, one_shape(work), partial(slopes_of, network, channel))


def channel_slopes(network: Network, layer: str, channels: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of the mean of each image's own channel."""
    each = [models.channel_slopes(network, layer, c, x[i : i + 1]) for i, c in enumerate(channels)]
    return np.concatenate(each)


# --- deep_dream -----------------------------------------------------------------------------------

deep_dream = task("natural_images.deep_dream")

LAYERS = ["first", "added", "joined", "last"]


@deep_dream
@few
@given(seeds, st.sampled_from(LAYERS), st.sampled_from([2, 1, 4]), step_counts)
def test_one_octave_climbs_the_squared_activations(
    work: Work, seed: int, layer: str, channels: int, steps: int
) -> None:
    """In one size, each step goes up the gradient of the mean squared activations, and is clipped.

    The gradient is divided by its own root mean square: an average value moves by step_size. The
    photo may be a tensor.
    """
    network, photo = models.branching(work.seed, (6, 5, channels)), photos(seed, (6, 5, channels))
    answer = work.natural_images.deep_dream(network, Tensor(photo), layer, 1, steps, 0.1)
    given = network, photo, layer, 1, steps, 0.1, 1.4
    check_dream(answer, dreamt(*given), partial(other_dreams, *given))


@deep_dream
def test_octaves_grow_and_keep_the_photo(work: Work) -> None:
    """Each size is the photo's own over a power of scale, rounded; what the dream has added in one
    is enlarged, and added to the photo in the next.
    """
    network = models.branching(work.seed, (None, None, 3))
    for octaves, height, width, scale in ((3, 12, 9, 1.4), (2, 9, 13, 2.0), (2, 9, 12, 1.3)):
        photo = photos(work.seed, (height, width, 3))
        answer = work.natural_images.deep_dream(network, photo, "joined", octaves, 2, 0.05, scale)
        given = network, photo, "joined", octaves, 2, 0.05, scale
        check_dream(answer, dreamt(*given), partial(other_dreams, *given))
    function = partial(work.natural_images.deep_dream, network, photo, "joined", 2)
    others = "Without steps, step_size and scale, others are taken than the signature says."
    check_close(function(), as_array(function(10, 0.01, 1.4), photo.shape), others)


@deep_dream
def test_dreams_nothing_where_nothing_excites(work: Work) -> None:
    """A gradient that is zero everywhere stays zero: the photo comes back."""
    size = int(np.prod(models.SHAPE))
    weights = np.zeros((size, models.CLASSES)), np.ones(models.CLASSES)
    network = models.chain(models.SHAPE, Flatten("flatten"), Dense("logits", weights))
    photo = photos(work.seed, models.SHAPE)
    check_close(work.natural_images.deep_dream(network, photo, "logits", 1, 2), photo)


@deep_dream
@few
@given(seeds, st.integers(1, 3))
def test_no_steps_no_dream(work: Work, seed: int, octaves: int) -> None:
    """With steps=0 the photo comes back, whatever the number of octaves."""
    network, photo = models.branching(work.seed, (None, None, 3)), photos(seed, (12, 9, 3))
    answer = work.natural_images.deep_dream(network, photo, "joined", octaves, 0)
    check_close(answer, photo)


@deep_dream
def test_dream_needs_a_layer_that_is_there(work: Work) -> None:
    """A layer that is not there is a ValueError."""
    function, network = work.natural_images.deep_dream, models.branching(work.seed)
    photo = photos(work.seed, models.SHAPE)
    function(network, photo, "last", 1, 0)
    for name in ("lost", *no_names("last")):
        check_refuses(function, network, photo, name, 1, argument=f"layer_name={name!r}")


@deep_dream
def test_dream_needs_an_octave(work: Work) -> None:
    """Less than one octave is a ValueError."""
    function, network = work.natural_images.deep_dream, models.branching(work.seed)
    photo = photos(work.seed, models.SHAPE)
    function(network, photo, "last", 1, 0)
    for octaves in (0, -1):
        check_refuses(function, network, photo, "last", octaves, argument=f"octaves={octaves}")


@deep_dream
def test_dream_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    network, photo = models.with_training_state(work.seed), photos(work.seed, models.SHAPE)
    answer = work.natural_images.deep_dream(network, photo, "logits", 1, 1, 0.1)
    check_close(answer, dreamt(network, photo, "logits", 1, 1, 0.1, 1.4), IN_TRAINING)
    check_untrained(work, network)


def photos(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """One image, of which some values are near black and near white."""
    draw = np.random.default_rng([seed, 11])
    return np.clip(draw.uniform(-0.1, 1.1, shape), 0, 1).astype(np.float32)


def check_dream(
    answer: Any,
    expected: np.ndarray,
    others: Callable[[], Mapping[str, np.ndarray]] | None = None,
) -> None:
    """Insist on a valid image that is the right one."""
    shape = getattr(answer, "shape", None)
    check(shape != (1, *expected.shape), "The batch axis is still there: return its one image.")
    check_inside(answer, expected.shape)
    check_close(answer, expected, instead=others)


Sizes = Callable[[int, int, float, int], list[int]]
"""The size of an octave, from height, width, scale, and how many octaves follow it."""


def rounded(height: int, width: int, scale: float, left: int) -> list[int]:
    """The size as it should be."""
    return [round(side / scale**left) for side in (height, width)]


def square_by(choose: Callable[[int, int], int]) -> Sizes:
    """Sizes that are square, but for the last."""
    return lambda height, width, scale, left: (
        [round(choose(height, width) / scale**left)] * 2 if left else [height, width]
    )


Slope = Callable[[np.ndarray], np.ndarray]
"""From a layer's activations to the slope over them of what is climbed."""


def squared(values: np.ndarray) -> np.ndarray:
    """Of the mean of the squares."""
    return 2 * values / values.size


def by_its_size(slope: np.ndarray) -> np.ndarray:
    """A gradient over its root mean square."""
    return np.asarray(slope / np.sqrt(np.mean(slope**2)))


def in_grey(slope: np.ndarray) -> np.ndarray:
    """A gradient that is averaged over the channels."""
    return np.broadcast_to(slope.mean(axis=-1, keepdims=True), slope.shape)


@dataclass
class Octaves:
    """How a dream goes from one size to the next; by default as it should.

    Attributes:
        sizes: of the octaves.
        is_pyramid: whether each photo is made from the smaller one before it.
        is_cascade: whether each photo is made from the next larger one.
        keeps: what is taken along of the dream: "all" that it has added, what its "last" size has
            added, or "nothing".
        is_upwards: whether the smallest size comes first.
        slope: of what is climbed, over the layer's activations.
        direct: makes a direction of a gradient.
        rate: what the step size is multiplied by, from how many octaves follow and the step's
            number from 0.
    """

    sizes: Sizes = rounded
    is_pyramid: bool = False
    is_cascade: bool = False
    keeps: str = "all"
    is_upwards: bool = True
    slope: Slope = squared
    direct: Callable[[np.ndarray], np.ndarray] = by_its_size
    rate: Callable[[int, int], float] = lambda left, step: 1.0


RIGHT_OCTAVES = Octaves()


def in_direction(direct: Direct) -> Octaves:
    """Steps along what is made of a gradient before it is scaled."""
    return Octaves(direct=lambda g: by_its_size(direct(g[None])[0]))


OTHER_OCTAVES = {
    **{says: in_direction(direct) for says, direct in DIRECTIONS.items()},
    "each size made from the smaller one before it: its details are lost": Octaves(is_pyramid=True),
    "each size made from the next larger one, not from the photo": Octaves(is_cascade=True),
    "only what the last size has added, not all that came before": Octaves(keeps="last"),
    "a dream that begins anew in every size": Octaves(keeps="nothing"),
    "sizes that go from large to small": Octaves(is_upwards=False),
    "square sizes, by the shorter side": Octaves(square_by(min)),
    "square sizes, by the longer side": Octaves(square_by(max)),
    "sizes with height and width swapped": Octaves(
        lambda height, width, scale, left: (
            rounded(width, height, scale, left) if left else [height, width]
        )
    ),
    "sizes divided by scale · n, not by scale to the power of n": Octaves(
        lambda height, width, scale, left: [
            round(side / (scale * left)) if left else side for side in (height, width)
        ]
    ),
    "the sign of the gradient": Octaves(direct=np.sign),
    "the gradient over its largest magnitude": Octaves(direct=lambda g: g / np.abs(g).max()),
    "the gradient over its Euclidean norm": Octaves(direct=lambda g: g / np.linalg.norm(g)),
    "the gradient averaged over the channels once it has its size": Octaves(
        direct=lambda g: in_grey(by_its_size(g))
    ),
    "the mean square of the activations above zero": Octaves(
        slope=lambda values: np.maximum(squared(values), 0)
    ),
    "the variance of the activations, not their mean square": Octaves(
        slope=lambda values: squared(values - values.mean())
    ),
    "the mean of the magnitudes, not of the squares": Octaves(slope=np.sign),
    "the largest activation, not the mean square": Octaves(
        slope=lambda values: (values == values.max()).astype(float)
    ),
    "the mean square of the first channel alone": Octaves(
        slope=lambda values: values * (np.arange(values.shape[-1]) == 0)
    ),
    "the mean of the third powers, not of the squares": Octaves(slope=lambda values: values**2),
    "a step size that falls from size to size, by their number": Octaves(
        rate=lambda left, step: 1 / (left + 1)
    ),
    "a step size that falls from step to step": Octaves(rate=lambda left, step: 1 / (step + 1)),
    "sizes divided by the root of scale for each octave": Octaves(
        lambda height, width, scale, left: rounded(height, width, scale**0.5, left)
    ),
    "sizes divided by the square of scale for each octave": Octaves(
        lambda height, width, scale, left: rounded(height, width, scale**2, left)
    ),
    "sizes that are rounded up": Octaves(
        lambda height, width, scale, left: [
            int(np.ceil(side / scale**left)) for side in (height, width)
        ]
    ),
}
"""Known mistakes on the way from one size to the next, by what is said of them."""


def other_dreams(*given: Any) -> dict[str, np.ndarray]:
    """Where they lead."""
    return {says: dreamt(*given, how=how) for says, how in OTHER_OCTAVES.items()}


def dreamt(
    network: Network,
    photo: np.ndarray,
    layer: str,
    octaves: int,
    steps: int,
    step_size: float,
    scale: float,
    how: Octaves = RIGHT_OCTAVES,
) -> np.ndarray:
    """What `deep_dream` is, in double precision."""
    photo = photo.astype(np.float64)
    dream = base = photo
    for octave in reversed(range(octaves)) if how.is_upwards else range(octaves):
        # Mistakes may make sizes that are smaller than the filters of the network.
        size = [max(side, 3) for side in how.sizes(*photo.shape[:2], scale, octave)]
        source = base if how.is_pyramid and base is not photo else photo
        for larger in range(octave) if how.is_cascade else ():
            source = resized(source, how.sizes(*photo.shape[:2], scale, larger))
        added, base = resized(dream - base, size), resized(source, size)
        dream = base + added * (how.keeps != "nothing")
        base = dream if how.keeps == "last" else base
        for step in range(steps):
            weights_of_values = how.slope(models.activations(network, layer, dream[None]))
            slope = network.gradients(dream[None], weights_of_values, layer)["input"][0]
            rate = step_size * how.rate(octave, step)
            dream = np.clip(dream + rate * how.direct(slope), 0, 1)
    return resized(dream, list(photo.shape[:2]))


def resized(image: np.ndarray, size: list[int]) -> np.ndarray:
    """Bilinearly, as `tf.image.resize` does it: pixels are squares, and nothing is smoothed."""
    for axis, wanted in enumerate(size):
        have = image.shape[axis]
        places = np.clip((np.arange(wanted) + 0.5) * have / wanted - 0.5, 0, have - 1)
        low = np.floor(places).astype(int)
        share = np.expand_dims(places - low, tuple(range(1, image.ndim - axis)))
        below, above = (np.take(image, np.minimum(low + k, have - 1), axis) for k in (0, 1))
        image = below + (above - below) * share
    return image
