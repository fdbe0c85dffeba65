"""The same methods by other libraries, called as their documentation says.

Those for TensorFlow explain the very network that ours explains. captum is for PyTorch: it explains
a network of its own, and is compared with that network's own passes.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

Do = Callable[[], Any]

LIBRARIES = {
    "PAIR saliency": "saliency.core",
    "tf-keras-vis": "tf_keras_vis.saliency",
    "tf-explain": "tf_explain.core.vanilla_gradients",
    "xplique": "xplique.attributions",
    "captum": "captum.attr",
}
"""What is tried, and the module that has to be there."""


def why_missing() -> dict[str, str]:
    """The libraries that cannot be measured here, and why."""
    missing = {}
    for name, module in LIBRARIES.items():
        try:
            importlib.import_module(module)
        except Exception as error:  # some pin other versions, and break in their own ways
            missing[name] = f"{type(error).__name__}: {error}"[:120]
    return missing


def of(
    model: Any, batch: np.ndarray, samples: int, patch: int, layer: str
) -> dict[str, dict[str, Do]]:
    """What the libraries that are there do, by method and library.

    Args:
        model: the network.
        batch: the images, all explained for class 1.
        samples: noisy copies, and steps.
        patch: edge of the occluding square, and its stride.
        layer: the last layer with positions.
    """
    missing = why_missing()
    methods: dict[str, dict[str, Do]] = {
        name: {}
        for name in ("saliency", "smooth_grad", "integrated_gradients", "grad_cam", "occlusion")
    }
    for name, make in (
        ("PAIR saliency", _pair),
        ("tf-keras-vis", _tf_keras_vis),
        ("tf-explain", _tf_explain),
        ("xplique", _xplique),
    ):
        if name not in missing:
            for method, do in make(model, batch, samples, patch, layer).items():
                methods[method][name] = do
    return methods


def of_visualizing(model: Any, count: int, steps: int) -> dict[str, Do]:
    """Ascents to class 1 from noise, by ever new views; in pixels, for lack of one in waves.

    Args:
        model: the network.
        count: how many images at once.
        steps: how many steps of Adam.
    """
    if "tf-keras-vis" in why_missing():
        return {}
    import keras
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.activation_maximization.input_modifiers import Jitter, Rotate2D, Scale
    from tf_keras_vis.utils.scores import CategoricalScore

    climb = ActivationMaximization(model, clone=False)
    noise = np.random.default_rng(0).uniform(0.4, 0.6, (count, *model.inputs[0].shape[1:]))
    return {
        "tf-keras-vis": lambda: climb(
            CategoricalScore([1] * count),
            seed_input=noise.astype(np.float32),
            input_range=(0.0, 1.0),
            input_modifiers=[Jitter(16), Rotate2D(15), Scale(0.8, 1.2)],
            steps=steps,
            optimizer=keras.optimizers.Adam(0.02),
        )
    }


def _pair(model: Any, batch: np.ndarray, samples: int, patch: int, layer: str) -> dict[str, Do]:
    import saliency.core as pair
    import tensorflow as tf

    def call(images: Any, call_model_args: Any = None, expected_keys: Any = None) -> Any:
        images = tf.convert_to_tensor(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = model(images, training=False)[:, 1]
        return {pair.INPUT_OUTPUT_GRADIENTS: tape.gradient(value, images).numpy()}

    plain, path = pair.GradientSaliency(), pair.IntegratedGradients()
    zero = np.zeros_like(batch[0])
    return {
        "saliency": lambda: [plain.GetMask(one, call) for one in batch],
        "smooth_grad": lambda: [
            plain.GetSmoothedMask(one, call, stdev_spread=0.1, nsamples=samples, magnitude=False)
            for one in batch
        ],
        "integrated_gradients": lambda: [
            path.GetMask(one, call, x_steps=samples, x_baseline=zero, batch_size=8) for one in batch
        ],
    }


def _tf_keras_vis(
    model: Any, batch: np.ndarray, samples: int, patch: int, layer: str
) -> dict[str, Do]:
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.scores import CategoricalScore

    score, plain = CategoricalScore([1] * len(batch)), Saliency(model, clone=False)
    cam = Gradcam(model, clone=False)
    noisy = {"smooth_samples": samples, "smooth_noise": 0.1}
    return {
        "saliency": lambda: plain(score, batch, keepdims=True),
        "smooth_grad": lambda: plain(score, batch, keepdims=True, **noisy),
        "grad_cam": lambda: cam(score, batch, penultimate_layer=layer),
    }


def _tf_explain(
    model: Any, batch: np.ndarray, samples: int, patch: int, layer: str
) -> dict[str, Do]:
    from tf_explain.core.grad_cam import GradCAM
    from tf_explain.core.integrated_gradients import IntegratedGradients
    from tf_explain.core.smoothgrad import SmoothGrad
    from tf_explain.core.vanilla_gradients import VanillaGradients

    return {
        "saliency": lambda: VanillaGradients().compute_gradients(batch, model, 1),
        "smooth_grad": lambda: SmoothGrad.get_averaged_gradients(
            SmoothGrad.generate_noisy_images(batch, samples, 0.1), model, 1, samples
        ),
        "integrated_gradients": lambda: IntegratedGradients.get_integrated_gradients(
            IntegratedGradients.generate_interpolations(batch, samples), model, 1, samples
        ),
        "grad_cam": lambda: GradCAM.get_gradients_and_filters(model, batch, layer, 1, False),
    }


def _xplique(model: Any, batch: np.ndarray, samples: int, patch: int, layer: str) -> dict[str, Do]:
    import tensorflow as tf
    from xplique import attributions as ways

    targets = tf.one_hot([1] * len(batch), model.outputs[0].shape[-1])
    explainers = {
        "saliency": ways.Saliency(model, reducer=None),
        "smooth_grad": ways.SmoothGrad(model, nb_samples=samples, noise=0.1, reducer=None),
        "integrated_gradients": ways.IntegratedGradients(model, steps=samples, reducer=None),
        "grad_cam": ways.GradCAM(model, conv_layer=layer),
        "occlusion": ways.Occlusion(model, patch_size=patch, patch_stride=patch),
    }
    return {name: lambda one=one: one.explain(batch, targets) for name, one in explainers.items()}


def captum(batch: np.ndarray, samples: int, patch: int) -> dict[str, tuple[Do, Do, float]]:
    """captum's methods on a network of PyTorch, each with that network's own bound.

    Returns:
        By method: what captum does, a pass, and how many passes it needs.
    """
    import torch
    from captum import attr

    torch.manual_seed(0)
    net = _torch_network(torch).eval()
    for weight in net.parameters():
        weight.requires_grad_(False)
    images = torch.from_numpy(batch.transpose(0, 3, 1, 2).copy())

    def forward() -> Any:
        with torch.no_grad():
            return net(images)

    def backward() -> Any:
        moved = images.clone().requires_grad_()
        return torch.autograd.grad(net(moved)[:, 1].sum(), moved)[0]

    plain, path, hide = attr.Saliency(net), attr.IntegratedGradients(net), attr.Occlusion(net)
    smooth, windows = attr.NoiseTunnel(plain), (batch.shape[1] // patch) ** 2
    square = {"sliding_window_shapes": (3, patch, patch), "strides": (3, patch, patch)}
    return {
        "saliency": (lambda: plain.attribute(images, target=1, abs=False), backward, 1),
        "smooth_grad": (
            lambda: smooth.attribute(
                images, nt_samples=samples, stdevs=0.1, target=1, abs=False, nt_samples_batch_size=8
            ),
            backward,
            samples,
        ),
        "integrated_gradients": (
            lambda: path.attribute(images, n_steps=samples, target=1, internal_batch_size=8),
            backward,
            samples,
        ),
        "occlusion": (
            lambda: hide.attribute(images, target=1, **square), forward, windows + 1,
        ),
    }  # fmt: skip


def _torch_network(torch: Any) -> Any:
    """A network of depthwise separable convolutions, of about the same kind and cost."""
    nn = torch.nn
    layers, channels = [nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU6()], 32
    for wide, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        layers += [
            nn.Conv2d(channels, channels, 3, stride, 1, groups=channels),
            nn.ReLU6(),
            nn.Conv2d(channels, wide, 1),
            nn.ReLU6(),
        ]
        channels = wide
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))
