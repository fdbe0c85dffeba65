"""What the gradings share: how inputs are drawn, and checks that many tasks need."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from course.grader.compare import NamedError, SideEffectError, WrongAnswerError, is_close
from course.grader.grading import settings
from course.grader.networks import Network
from course.grader.work import Function, StudentError, Work

seeds = st.integers(0, 10_000)
"""Of one example; `own` mixes the run's own seed into it."""

outputs = st.sampled_from(["logit", "softmax"])

few = hypothesis_settings(settings, max_examples=3)
"""For properties whose examples are slow, and whose inputs hardly differ."""

IN_TRAINING = "The model seems to run in training mode: use training=False."


def own(work: Work, seed: int) -> int:
    """An example's seed in this run: whoever does not know the run's cannot know the inputs."""
    return int(np.random.SeedSequence([work.seed, seed]).generate_state(1)[0]) >> 2


def random_maps(seed: int, count: int = 2, size: tuple[int, int] = (6, 5)) -> np.ndarray:
    """Signed heat maps, in steps of 0.01, neither square nor symmetric: `(count, 6, 5)`."""
    draw = np.random.default_rng(seed)
    return (draw.integers(-100, 101, (count, *size)) / 100).astype(np.float32)


def wrong_words(seed: int) -> Iterator[str | None]:
    """What is neither "logit" nor "softmax", though some of it looks like it."""
    draw = np.random.default_rng([seed, 3])
    first, second = draw.permutation(["logit", "softmax"]).tolist()
    yield str(draw.choice([first[:-1], first[1:]]))  # a part of a word is none
    yield str(draw.choice([second.upper(), second.title()]))
    other = "".join(draw.choice(list("abcdefghij"), draw.integers(0, 9)))
    yield str(draw.choice([f"{first}s", f" {second}", other]))
    yield None


def check_refuses(function: Function, *args: Any, argument: str, **kwargs: Any) -> None:
    """Insist that a student's function raises a ValueError for these arguments.

    Args:
        function: the student's.
        args: what to call it with; one of them is bad.
        argument: the name of the bad one and its value, for the message.
        kwargs: likewise.
    """
    try:
        function(*args, **kwargs)
    except StudentError as error:
        if "ValueError" in error.types:
            return
        error.wanted = argument
        raise
    raise NamedError(f"{argument} is accepted, but should be a ValueError.")


def check_refuses_other_outputs(work: Work, function: Function, *args: Any) -> None:
    """Insist on a ValueError for words other than "logit" and "softmax", after a right call."""
    function(*args)
    for word in wrong_words(work.seed):
        shown = "output=None" if word is None else f'output="{word}"'
        check_refuses(function, *args, output=word, argument=shown)


def check_tuple(answer: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Insist that an answer is a tuple with these parts, named or plain, and return it."""
    shown = f"({', '.join(names)})"
    if not isinstance(answer, tuple):
        raise NamedError(f"The result should be a tuple {shown}.")
    if len(answer) != len(names):
        found = f"Yours has {len(answer)} parts."
        raise NamedError(f"The result should have {len(names)} parts: {shown}.", found)
    axes = [getattr(part, "ndim", None) for part in answer]
    if names == ("images", "scores") and axes == [2, 4]:
        raise NamedError(f"The parts are exchanged: the result should be {shown}.")
    return answer


def check_untrained(work: Work, network: Network) -> None:
    """Insist that the student's functions have left a model's layers as they were."""
    before, after = network.state(), work.state(network)
    if before.keys() != after.keys():
        raise SideEffectError("The model's layers are changed.")
    for name, (was_trained, *weights) in before.items():
        is_trained, *found = after[name]
        if len(weights) != len(found) or not all(map(np.array_equal, weights, found)):
            raise SideEffectError("The model's weights are changed.")
        if is_trained != was_trained:
            raise SideEffectError(
                "The `trainable` flags of the model's layers are changed.",
                f"Layer {name!r} had trainable={was_trained}, and has {is_trained} afterwards.",
            )
    images = np.full((1, *network.layers[0].options["shape"]), 0.3, np.float32)
    if not is_close(work.call(network.handle, (images,), {}), network.outputs(images)):
        raise SideEffectError("The model's layers are changed: it says something else afterwards.")


CUT = (
    "No gradient flows through it, and later tasks climb on it: all has to be done in TensorFlow, "
    "from the argument to the result (NumPy and .numpy() cut the way)."
)


PARTLY = "Only a part of the gradient flows through it: some of the way leaves TensorFlow."


def gradient_through(work: Work, function: Function, place: int, weights: Any, *args: Any) -> Any:
    """The gradient of a weighted sum of what a student's function returns.

    Args:
        work: the submission.
        function: the student's.
        place: the position of the argument with respect to which it is taken.
        weights: of the values that the function returns.
        args: what to call the function with.

    Raises:
        NamedError: if there is none.
    """
    helper = "course.worker.helpers.slope_through"
    gradient = work.call(helper, (function, place, np.float32(weights), *args), {})
    if gradient is None:
        raise NamedError(CUT)
    return gradient


def check_gradient_flows(work: Work, function: Function, answer: Any, *args: Any) -> None:
    """Insist that a gradient flows through a function that is linear in its first argument.

    Of a linear function, the values times any weights are the argument times the gradient of that.

    Args:
        work: the submission.
        function: the student's.
        answer: what it returns for these arguments.
        args: what to call it with.
    """
    weights = np.random.default_rng(work.seed).uniform(0.5, 1.5, np.shape(answer))
    gradient = gradient_through(work, function, 0, weights, *args)
    first = np.stack([args[0].real, args[0].imag]) if np.iscomplexobj(args[0]) else args[0]
    wanted, found = np.sum(np.float32(weights) * answer), np.sum(first * gradient)
    if not is_close(found, wanted, 1e-3):
        raise WrongAnswerError(PARTLY)


def no_names(name: str) -> tuple[str, ...]:
    """What no layer is called, though it looks like the name of one: parts of it, and more."""
    return (name[:-1], name[1:], name[1:-1], name.capitalize(), f"{name}_", f"un{name}", "qqqqqq")


def check_own_random_numbers(work: Work, function: Callable[..., Any], *args: Any) -> None:
    """Insist that a function neither uses nor changes the random state that all code shares."""
    function(*args)  # the first call builds the model, for which Keras itself draws numbers
    answers, states = [], []
    for seed in (1, 2):
        work.call("course.worker.helpers.seed_everything", (seed,), {})
        states.append(work.call("course.worker.helpers.next_random_numbers", (), {}))
        work.call("course.worker.helpers.seed_everything", (seed,), {})
        answer = function(*args)
        answers.append(np.asarray(answer[0] if isinstance(answer, tuple) else answer))
        after = work.call("course.worker.helpers.next_random_numbers", (), {})
        if not np.array_equal(after, states[-1]):
            raise SideEffectError(
                "The random state that all code shares is changed (np.random or tf.random): "
                "make a generator of your own from the seed."
            )
    if not np.array_equal(*answers):
        raise NamedError(
            "The result depends on the random state that all code shares, not on the seed alone."
        )
