"""What to say when something has to be fetched and there is no network."""

import contextlib
import socket
from collections.abc import Iterator

PATIENCE = 20.0  # seconds without an answer


class NotReachableError(ConnectionError):
    """Weights or data that must be fetched could not be."""


@contextlib.contextmanager
def fetching(what: str, offline: str) -> Iterator[None]:
    """Turn a failed download into an error that says what still works.

    Args:
        what: the thing that is fetched, such as `"the weights of ResNet50"`.
        offline: what works without a network.

    Raises:
        NotReachableError: if the download fails.
    """
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)  # without one, a silent network hangs for ever
    try:
        yield
    except Exception as error:
        # Keras reports a failed download as a bare Exception.
        if not isinstance(error, OSError) and "fetch failure" not in str(error):
            raise
        raise NotReachableError(
            f"{what} could not be fetched: {error}. Without a network, {offline} works."
        ) from error
    finally:
        socket.setdefaulttimeout(before)
