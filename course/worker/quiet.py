"""Keeping TensorFlow's native code from talking into everything."""

import io
import os
import sys


def silence_native_code() -> None:
    """Let only Python write to the error stream from here on.

    TensorFlow's native code greets every process with some lines about processors and graphics
    cards, straight to file descriptor 2, before any setting can reach it. Python's own stream moves
    to another descriptor, and what goes to 2 goes nowhere.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # a tiny network is not work for a card
    try:
        if sys.stderr.fileno() != 2:
            return
    except (AttributeError, OSError, io.UnsupportedOperation):  # not the real stream: a test's
        return
    own = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding, errors="replace", buffering=1)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    sys.stderr = own
