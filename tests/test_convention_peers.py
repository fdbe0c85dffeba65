"""Our maps agree with captum's on the same network, wherever the conventions are the same.

Captum works with PyTorch, so the network is built twice, with the same weights. It runs with the
extra `[peers]`. Where the conventions differ:

- Integrated gradients: captum's default is the Gauss-Legendre rule; ours is its "riemann_middle".
- SmoothGrad: the noise has the same meaning (standard deviation in image units), but comes from
  other generators. So the maps agree in the limit of many samples only.
- Grad-CAM: captum leaves the ReLU and the resizing to the caller; its `interpolate` with "bilinear"
  is `tf.image.resize`.
- Occlusion: captum also lays patches that are cut off at the lower and the right edge; ours have to
  fit. Where the last patch ends exactly at the edge, nothing is cut, and the maps agree.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

from course.grader.compare import is_close
from tests.grading import models

torch = pytest.importorskip("torch", reason="needs the extra [peers]")
peers = pytest.importorskip("captum.attr", reason="needs the extra [peers]")

CLASSES = np.array([2, 0, 3])
IMAGES = models.images(1, 3)


class Flatten(torch.nn.Module):
    """One row per image, in the order in which Keras flattens: channels last."""

    def forward(self, values: Any) -> Any:
        return values.permute(0, 2, 3, 1).flatten(1)


def twin_of(original: models.Network) -> Any:
    """`models.smooth` in PyTorch, with its weights; images are `(B, C, H, W)` here."""
    first = torch.nn.Conv2d(3, 4, 3, padding="same")
    second = torch.nn.Conv2d(4, 5, 3)
    last = torch.nn.Linear(4 * 3 * 5, models.CLASSES)
    ours = (parameter for layer in (first, second, last) for parameter in layer.parameters())
    weights = (weight for layer in original.layers for weight in layer.weights)
    for mine, theirs in zip(ours, weights, strict=True):
        axes = (3, 2, 0, 1) if theirs.ndim == 4 else None
        mine.data = torch.tensor(np.transpose(theirs, axes), dtype=torch.float32)
    parts = {
        "first": torch.nn.Sequential(first, torch.nn.Softplus()),
        "second": torch.nn.Sequential(second, torch.nn.Tanh()),
        "flatten": Flatten(),
        "logits": last,
    }
    return torch.nn.Sequential(OrderedDict(parts)).eval()


@pytest.fixture(scope="module")
def model() -> Any:
    return models.smooth(3).keras_model


@pytest.fixture(scope="module")
def twin(model: Any) -> Any:
    return twin_of(models.smooth(3))


def ask(peer: Any, **options: Any) -> np.ndarray:
    """A map of captum's for our images and classes, with the channels last."""
    images = torch.tensor(IMAGES).permute(0, 3, 1, 2).requires_grad_()
    maps = peer.attribute(images, target=torch.tensor(CLASSES), **options)
    return maps.detach().permute(0, 2, 3, 1).numpy()


def test_the_twin_is_one(twin: Any) -> None:
    logits = twin(torch.tensor(IMAGES).permute(0, 3, 1, 2)).detach().numpy()
    assert is_close(logits, models.logits(models.smooth(3), IMAGES))


def test_gradients(model: Any, twin: Any) -> None:
    from solutions.saliency import gradient_saliency

    theirs = ask(peers.Saliency(twin), abs=False)
    assert is_close(gradient_saliency(model, IMAGES, CLASSES), theirs)


def test_gradient_times_input(model: Any, twin: Any) -> None:
    from solutions.contrastive import gradient_times_input

    theirs = ask(peers.InputXGradient(twin))
    assert is_close(gradient_times_input(model, IMAGES, CLASSES), theirs)


@pytest.mark.parametrize("steps", [3, 20])
def test_integrated_gradients(model: Any, twin: Any, steps: int) -> None:
    from solutions.contrastive import integrated_gradients

    method = peers.IntegratedGradients(twin)
    theirs = ask(method, baselines=0.3, n_steps=steps, method="riemann_middle")
    ours = integrated_gradients(model, IMAGES, CLASSES, baseline=0.3, steps=steps)
    assert is_close(ours, theirs)


def test_smooth_grad(model: Any, twin: Any) -> None:
    """Both go the same way from the gradient, much further than they are from each other."""
    from solutions.contrastive import smooth_grad

    torch.manual_seed(0)
    method, options = peers.NoiseTunnel(peers.Saliency(twin)), {"nt_type": "smoothgrad"}
    theirs = ask(method, nt_samples=1000, stdevs=0.5, abs=False, **options)
    ours = np.asarray(smooth_grad(model, IMAGES, CLASSES, samples=1000, noise=0.5, seed=0))
    gradient = np.asarray(smooth_grad(model, IMAGES, CLASSES, samples=1, noise=0.0, seed=0))
    assert np.linalg.norm(ours - theirs) < 0.2 * np.linalg.norm(ours - gradient)


@pytest.mark.parametrize("layer_name", ["first", "second"])
def test_grad_cam(model: Any, twin: Any, layer_name: str) -> None:
    from solutions.contrastive import grad_cam

    small = ask(peers.LayerGradCam(twin, getattr(twin, layer_name)), relu_attributions=True)
    small = torch.tensor(small).permute(0, 3, 1, 2)
    theirs = peers.LayerAttribution.interpolate(small, models.SHAPE[:2], "bilinear")
    assert is_close(grad_cam(model, IMAGES, CLASSES, layer_name), theirs[:, 0].numpy())


@pytest.mark.parametrize(("patch", "stride"), [(1, 1), (2, 1), (3, 1), (5, 1)])
def test_occlusion(model: Any, twin: Any, patch: int, stride: int) -> None:
    from solutions.contrastive import occlusion_sensitivity

    theirs = occlude(twin, patch, stride)
    ours = occlusion_sensitivity(model, IMAGES, CLASSES, patch, stride, fill=0.4)
    assert is_close(ours, theirs)


def test_occlusion_differs_where_patches_are_cut_off(model: Any, twin: Any) -> None:
    """With patch and stride 2, the last of 5 columns has half a patch of captum's, none of ours."""
    from solutions.contrastive import occlusion_sensitivity

    theirs = occlude(twin, 2, 2)
    ours = occlusion_sensitivity(model, IMAGES, CLASSES, 2, 2, fill=0.4)
    assert is_close(ours[:, :, :4], theirs[:, :, :4])
    assert np.all(ours[:, :, 4] == 0)
    assert np.all(theirs[:, :, 4] != 0)


def occlude(twin: Any, patch: int, stride: int) -> np.ndarray:
    window, steps = (3, patch, patch), (3, stride, stride)
    maps = ask(peers.Occlusion(twin), sliding_window_shapes=window, strides=steps, baselines=0.4)
    return maps[..., 0]  # all channels are covered at once, and get the same value
