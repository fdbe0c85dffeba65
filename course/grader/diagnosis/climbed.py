"""What has been climbed: an answer that follows a gradient, told by the logits it belongs to.

Every gradient of something that is computed from the logits is a mixture of the gradients of the
single logits. The mixture is found from the answer, and compared with the mixtures of what one may
climb by mistake: another class, the probability, its logarithm, all classes of the batch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from course.grader.compare import TOLERANCE
from course.grader.diagnosis.compared import Case
from course.grader.networks import softmax

Values = np.ndarray


@dataclass(frozen=True, eq=False)
class Mixture:
    """Of every image, how much of each logit's gradient there is: `(B, K)`.

    Attributes:
        wanted: in the right answer.
        found: in the answer.
        logits: of the images.
        wanted_pulls: how much there is of each of the `PULLS` in the right answer, `(B, P)`.
        found_pulls: and in the answer.
    """

    wanted: Values
    found: Values
    logits: Values
    wanted_pulls: Values
    found_pulls: Values

    @property
    def is_same_up_to_one(self) -> bool:
        """Whether it is right up to a factor, as where an image is scaled inside of the tape."""
        factor = float((self.found * self.wanted).sum() / (self.wanted**2).sum())
        return _like(self.found, factor * self.wanted)

    @property
    def shares(self) -> Values:
        """The probabilities of the classes."""
        return softmax(self.logits)


MOST_CASES = 12
"""How many of the last cases are looked at: each costs a gradient per class."""


def climbed(cases: Sequence[Case]) -> str | None:
    """What all answers have followed, if it is another mixture of the logits than the right one."""
    cases = cases[-MOST_CASES:]
    cases = [case for case in cases if case.network is not None]
    for follow in (_gradient, _product, _step):
        mixtures = [mixture for case in cases if (mixture := _mixture(case, follow)) is not None]
        if len(mixtures) == len(cases) > 0:
            return _say(mixtures)
    if not cases:
        return None
    return _elsewhere(cases, _gradient) or _elsewhere(cases, _step)


def _in_grey(images: Values) -> Values:
    return np.broadcast_to(images.mean(axis=-1, keepdims=True), images.shape)


PLACES: dict[str, Callable[[Values], Values]] = {
    "images that are scaled to [-1, 1]": lambda x: 2 * x - 1,
    "images that are scaled to [0, 255]": lambda x: 255 * x,
    "images that are divided by 255": lambda x: x / 255,
    "images less one half": lambda x: x - 0.5,
    "images less their mean": lambda x: x - x.mean(axis=(1, 2, 3), keepdims=True),
    "images that are standardized": lambda x: (
        (x - x.mean(axis=(1, 2, 3), keepdims=True)) / x.std(axis=(1, 2, 3), keepdims=True)
    ),
    "the negative, 1 − images": lambda x: 1 - x,
    "black images": lambda x: 0 * x,
    "grey images": lambda x: 0 * x + 0.5,
    "images with the channels in the reverse order": lambda x: x[..., ::-1],
    "half of the images": lambda x: x / 2,
    "grey images, the mean of the channels": _in_grey,
}
"""At what else a gradient may have been taken."""

SEEN_THROUGH: dict[str, Callable[[Values], Values]] = {
    "images that are made grey on the way to the model (the mean of the channels)": _in_grey,
    "images whose channels are reversed on the way to the model": lambda x: x[..., ::-1],
    "images that are mirrored on the way to the model": lambda x: x[:, :, ::-1],
    "images that are turned upside down on the way to the model": lambda x: x[:, ::-1],
}
"""What may stand between images and model: linear, and its own transpose, so that a gradient comes
back through it by the same function.
"""


def _elsewhere(cases: Sequence[Case], follow: "Follow") -> str | None:
    """Whether a gradient is right, but for other images than those that were given."""

    def moved(case: Case, *places: Callable[[Values], Values]) -> Mixture | None:
        right = _mixture(replace(case, answer=case.expected), follow)
        found = _mixture(replace(case, expected=case.answer), follow, *places)
        if right is None or found is None:
            return None
        return replace(right, found=found.found)

    options: dict[str, tuple[Callable[[Values], Values], ...]]
    options = {says: (place,) for says, place in PLACES.items()}
    options |= {says: (place, place) for says, place in SEEN_THROUGH.items()}
    said = [
        says
        for says, places in options.items()
        if all(
            (one := moved(case, *places)) is not None and one.is_same_up_to_one for case in cases
        )
    ]
    what = "It is" if follow is _gradient else "It follows"
    return f"{what} the gradient at {said[0]}." if len(said) == 1 else None


# --- from an answer to a mixture ------------------------------------------------------------------

Follow = Callable[[Case, Values], tuple[Values, Values, Values]]
"""From a case and its images to what follows a gradient: as it is, as it should be, and where."""


def _gradient(case: Case, images: Values) -> tuple[Values, Values, Values]:
    return case.answer, case.expected, np.ones_like(images, bool)


def _product(case: Case, images: Values) -> tuple[Values, Values, Values]:
    return case.answer / images, case.expected / images, np.abs(images) > 1e-3


def _step(case: Case, images: Values) -> tuple[Values, Values, Values]:
    if case.options.get("steps", 1) != 1:
        raise KeyError("steps")
    size = float(case.options["step_size"])
    inside = (case.answer % 1 != 0) & (case.expected % 1 != 0)  # elsewhere it has been clipped
    return (case.answer - images) / size, (case.expected - images) / size, inside


def _mixture(
    case: Case,
    follow: Follow,
    place: Callable[[Values], Values] | None = None,
    back: Callable[[Values], Values] = np.asarray,
) -> Mixture | None:
    """The mixture in an answer; None if it, or the right answer, is none.

    Args:
        case: the answer.
        follow: what in it follows a gradient.
        place: from the images that were given to those at which the gradients are taken.
        back: what a gradient goes through on its way back from there.
    """
    images = next(
        (case.arrays[n] for n in ("images", "start", "originals") if n in case.arrays), None
    )
    if case.network is None or images is None or case.answer.shape != images.shape:
        return None
    try:
        with np.errstate(all="ignore"):
            mine, right, where = follow(case, images)
    except KeyError:
        return None
    images = images if place is None else place(images)
    logits = case.network.outputs(images)
    classes = np.eye(logits.shape[1])
    slopes = np.stack(
        [
            back(case.network.gradients(images, np.tile(one, (len(images), 1)))["input"])
            for one in classes
        ]
    )
    count, pulls = len(slopes), [pull(images) for pull in PULLS.values()]
    if follow is _step and place is None and np.ptp(images) > 0:
        slopes = np.concatenate([slopes, pulls])
    parts = [
        [_parts(slopes[:, i], one[i], where[i]) for i in range(len(images))]
        for one in (right, mine)
    ]
    if not len(images) or any(one is None for side in parts for one in side):
        return None
    wanted, found = np.array(parts)
    return Mixture(wanted[:, :count], found[:, :count], logits, wanted[:, count:], found[:, count:])


def _roughness(images: Values) -> Values:
    """The gradient of total variation."""
    slopes = np.zeros_like(images)
    for axis in (1, 2):
        sides = [(0, 0)] * 4
        sides[axis] = (1, 1)
        slopes -= np.diff(np.pad(np.sign(np.diff(images, axis=axis)), sides), axis=axis)
    return slopes


PULLS: dict[str, Callable[[Values], Values]] = {
    "the gradient of total variation": _roughness,
    "the distance from grey, images − 0.5,": lambda images: images - 0.5,
    "the sign of images − 0.5": lambda images: np.sign(images - 0.5),
}
"""What else than a gradient of the logits an image may be moved by."""


def _parts(slopes: Values, values: Values, where: Values) -> Values | None:
    """How much of each of the slopes is in some values, or None if there is something else."""
    table, wanted = slopes[:, where].T, values[where]
    if len(table) < len(slopes) + 4 or not np.all(np.isfinite(wanted)):
        return None
    parts, _, rank, _ = np.linalg.lstsq(table, wanted, rcond=1e-6)
    allowed = 4 * TOLERANCE * max(np.abs(wanted).max(), np.abs(table).max())
    is_all = rank == len(slopes) and np.abs(table @ parts - wanted).max() <= allowed
    return parts if is_all else None


# --- what it says ---------------------------------------------------------------------------------

Form = Callable[[Values, Values], Values]
"""From probabilities `(B, K)` and the classes' rows of ones and zeros to a mixture."""

FORMS: dict[str, Form] = {
    "the logit": lambda shares, chosen: chosen,
    "the probability": lambda shares, chosen: (
        (shares * chosen).sum(axis=1, keepdims=True) * (chosen - shares)
    ),
    "the logarithm of the probability (the cross-entropy)": lambda shares, chosen: chosen - shares,
}


def _say(mixtures: Sequence[Mixture]) -> str | None:
    """What is followed in place of what; the mixtures themselves where that has no name."""
    if all(_like(one.found, one.wanted) for one in mixtures):
        return _pulled(mixtures)
    for name, form in FORMS.items():
        for sign in (1, -1):
            classes = [_classes(one, form, sign) for one in mixtures]
            if all(one is not None for one in classes):
                return _against(mixtures, classes, name, form, sign)  # type: ignore[arg-type]
    return None


def _pulled(mixtures: Sequence[Mixture]) -> str | None:
    """What pulls images too much or too little, where what they climb is right."""
    for one in reversed(mixtures):
        if not one.wanted_pulls.shape[1]:
            continue
        means = (pulls.mean(axis=0).round(5) + 0.0 for pulls in (one.found_pulls, one.wanted_pulls))
        said = [
            f"{says} counts {mine:.3g}, where it should count {right:.3g}"
            for says, mine, right in zip(PULLS, *means, strict=True)
            if abs(mine - right) > 3e-3 * max(abs(right), abs(mine), 0.1)
        ]
        if said:
            return f"In a step, {', and '.join(said)}."
    return None


def _classes(mixture: Mixture, form: Form, sign: int) -> Values | None:
    """Of which classes the right mixture is, if it has this form."""
    count = mixture.wanted.shape[1]
    found = [
        k
        for row, shares in zip(mixture.wanted, mixture.shares, strict=True)
        for k in range(count)
        if _like(sign * row, form(shares[None], np.eye(count)[k : k + 1])[0])
    ]
    return np.array(found) if len(found) == len(mixture.wanted) else None


def _against(
    mixtures: Sequence[Mixture], classes: Sequence[Values], name: str, form: Form, sign: int
) -> str | None:
    pairs = list(zip(mixtures, classes, strict=True))
    said = [
        says
        for says, other in _others(name, form)
        if all(_like(sign * one.found, other(one, each)) for one, each in pairs)
    ]
    if len(said) == 1:
        return f"It follows {said[0]}, where it should follow {name} of each image's class."
    if said:
        return None
    if (smoothed := _smoothed(pairs, name, sign)) is not None:
        return smoothed
    one = next(one for one in reversed(mixtures) if not _like(one.found, one.wanted))
    place = int(np.abs(one.found - one.wanted).sum(axis=1).argmax())
    mine, right = (_show(sign * row[place]) for row in (one.found, one.wanted))
    return (
        f"It follows another mixture of the logits than {name} of the image's class does: for "
        f"image {place}, the gradients of the logits count {mine}, not {right}."
    )


Other = Callable[[Mixture, Values], Values]


def _others(name: str, form: Form) -> Iterator[tuple[str, Other]]:
    """What one may follow by mistake: other forms, and other classes."""

    def of(form: Form, choose: Other) -> Other:
        return lambda one, classes: form(one.shares, _rows(one, choose(one, classes)))

    for other_name, other in FORMS.items():
        if other_name != name:
            yield other_name, of(other, lambda one, classes: classes)
    for says, choose in CHOICES.items():
        yield f"{name} of {says}", of(form, choose)

    def of_all(one: Mixture, classes: Values) -> Values:
        each = [form(one.shares, _rows(one, np.full_like(classes, other))) for other in classes]
        return np.sum(each, axis=0)

    def over_the_rival(one: Mixture, classes: Values) -> Values:
        rows = (_rows(one, each) for each in (classes, _rival(one, classes)))
        own, rival = (form(one.shares, each) for each in rows)
        return np.asarray(own - rival)

    def over_the_mean(one: Mixture, classes: Values) -> Values:
        others = one.wanted.shape[1] - 1
        return np.asarray((1 + 1 / others) * _rows(one, classes) - 1 / others)

    yield f"{name} of all the batch's classes, added up", of_all
    yield "all logits, added up", lambda one, classes: np.ones_like(one.wanted)
    yield f"{name} of the class, less that of the next best", over_the_rival
    yield "the logit of the class, less the mean over the other classes", over_the_mean


CHOICES: dict[str, Other] = {
    "the first image's class": lambda m, k: 0 * k + k[0],
    "the last image's class": lambda m, k: 0 * k + k[-1],
    "the class that the model sees": lambda m, k: m.logits.argmax(axis=1),
    "the class before": lambda m, k: (k - 1) % m.wanted.shape[1],
    "the class after": lambda m, k: (k + 1) % m.wanted.shape[1],
    "another image's class: they come in the reverse order": lambda m, k: k[::-1],
    "class 0, whatever is asked for,": lambda m, k: 0 * k,
    "the least likely class": lambda m, k: m.logits.argmin(axis=1),
}


def _rival(mixture: Mixture, classes: Values) -> Values:
    """The class with the largest logit, apart from the image's own."""
    others = np.where(_rows(mixture, classes) > 0, -np.inf, mixture.logits)
    return others.argmax(axis=1)


def _rows(mixture: Mixture, classes: Values) -> Values:
    return np.eye(mixture.wanted.shape[1])[classes]


def _smoothed(pairs: Sequence[tuple[Mixture, Values]], name: str, sign: int) -> str | None:
    """Whether the target's probability is not 1: then it is the same share less in all images."""
    if "logarithm" not in name:
        return None
    shares = []
    for one, classes in pairs:
        targets = sign * one.found + one.shares
        shares += [row[k] for row, k in zip(targets, classes, strict=True)]
        rest = np.where(_rows(one, classes) > 0, np.nan, targets)
        if np.nanmax(rest) - np.nanmin(rest) > 1e-2:
            return None
    if np.ptp(shares) > 1e-2:
        return None
    return (
        f"It follows a cross-entropy in which the target counts {np.mean(shares):.3g}, and the "
        "other classes count too: are the labels smoothed? The target counts 1 alone."
    )


def _show(row: Values) -> str:
    return "(" + ", ".join(f"{value + 0.0:.2g}" for value in np.round(row, 3)) + ")"


def _like(one: Values, other: Values) -> bool:
    return bool(np.abs(one - other).max() <= 3e-3 * max(np.abs(other).max(), np.abs(one).max()))
