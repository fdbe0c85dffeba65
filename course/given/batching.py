"""A few images at a time: on a CPU that is the fastest, and it bounds the memory."""

BATCH = 16
"""Images: beyond that a batch of photos no longer fits into the processor's cache."""


def batches(count: int, size: int = BATCH) -> list[slice]:
    """Cut a number of things into slices, each small enough to be computed at once.

    Args:
        count: how many there are, 0 or more.
        size: how many a slice holds at most, 1 or more.

    Returns:
        The slices in their order: `batches(40)` is `[0:16, 16:32, 32:40]`.

    Raises:
        ValueError: if `size` is less than 1.
    """
    if size < 1:
        raise ValueError(f"size must be 1 or more, not {size}")
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
