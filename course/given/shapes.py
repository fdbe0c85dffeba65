"""A generated set of images whose objects are known to the pixel.

Every image shows one shape on a textured ground. What it is called depends on its outline alone:
place, size, rotation, colours, textures and noise are drawn at random, and say nothing.
"""

from collections.abc import Callable

import numpy as np

SIZE = 32  # pixels

Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _circle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.hypot(u, v) - 0.8


def _ring(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(u, v) - 0.65) - 0.25


def _square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(u), np.abs(v)) - 0.7


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    u, v = np.abs(u), np.abs(v)
    return np.minimum(np.maximum(u - 0.95, v - 0.32), np.maximum(v - 0.95, u - 0.32))


def _triangle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(v, np.sqrt(0.75) * np.abs(u) - v / 2) - 0.5


def _star(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Five points: all ten edges are folded onto one."""
    fifth = 2 * np.pi / 5
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    angle = np.abs((angle + fifth / 2) % fifth - fifth / 2)
    tip = np.array([1.05, 0.0])
    notch = 0.48 * np.array([np.cos(fifth / 2), np.sin(fifth / 2)])
    normal = np.array([notch[1], tip[0] - notch[0]]) / np.hypot(*(notch - tip))
    return (radius * np.cos(angle) - tip[0]) * normal[0] + radius * np.sin(angle) * normal[1]


# From coordinates to the signed distance from the outline, negative inside; the shape fills
# about [-1, 1] × [-1, 1].
SHAPES: dict[str, Distance] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "cross": _cross,
    "ring": _ring,
}


def generate_shapes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw images, all classes equally often but for the remainder.

    Args:
        n: how many images, B.
        rng: where chance comes from.

    Returns:
        images `(B, 32, 32, 3)`, float32 in [0, 1]; labels `(B,)`, int, places in `SHAPES`; masks
        `(B, 32, 32)`, bool, the pixels that the object touches: no other depends on it.
    """
    labels = rng.permutation(np.arange(n) % len(SHAPES))
    cover = _coverage(labels, rng)
    ground, color = _colors(n, rng)
    cover_rgb = cover[..., None]
    images = (1 - cover_rgb) * _textured(ground, rng) + cover_rgb * _textured(color, rng)
    noise = rng.uniform(0.01, 0.06, (n, 1, 1, 1)).astype(np.float32)
    images += noise * rng.standard_normal(images.shape, np.float32)
    return np.clip(images, 0, 1, out=images), labels, cover > 0


def _coverage(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`(B, 32, 32)`: how much of each pixel the object covers, 0 to 1."""
    n = len(labels)
    radius = rng.uniform(9, 13, (n, 1, 1)).astype(np.float32)  # pixels
    room = SIZE / 2 - 0.9 * radius
    y0, x0 = (SIZE / 2 - 0.5 + room * rng.uniform(-1, 1, (2, n, 1, 1))).astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi, (n, 1, 1)).astype(np.float32)
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    y, x = (y - y0) / radius, (x - x0) / radius
    u, v = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    cover = np.empty((n, SIZE, SIZE), np.float32)
    for label, distance in enumerate(SHAPES.values()):
        own = labels == label
        cover[own] = np.clip(0.5 - distance(u[own], v[own]) * radius[own], 0, 1)
    return cover


def _colors(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two colours an image, `(B, 1, 1, 3)`, far enough apart to be told from each other."""
    ground = rng.uniform(0.25, 0.75, (n, 1, 1, 1)) + rng.uniform(-0.2, 0.2, (n, 1, 1, 3))
    direction = rng.standard_normal((n, 1, 1, 3))
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    color = ground + rng.uniform(0.45, 0.8, (n, 1, 1, 1)) * direction
    return ground.astype(np.float32), color.astype(np.float32)


def _textured(color: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`(B, 32, 32, 3)`: the colour, modulated by three gratings of random direction and tint."""
    n = len(color)
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    image = np.broadcast_to(color, (n, SIZE, SIZE, 3)).copy()
    for _ in range(3):
        angle, phase = rng.uniform(0, 2 * np.pi, (2, n, 1, 1)).astype(np.float32)
        frequency = rng.uniform(0.1, 1.3, (n, 1, 1)).astype(np.float32)  # radians a pixel
        wave = np.sin(frequency * (np.cos(angle) * x + np.sin(angle) * y) + phase)
        tint = rng.uniform(-0.05, 0.05, (n, 1, 1, 1)) + rng.uniform(-0.05, 0.05, (n, 1, 1, 3))
        image += wave[..., None] * tint.astype(np.float32)
    return image
