"""The second set of the last round, made after what the first had broken was mended."""

from tests.attacks.files import CODE, FileAttack, gzipped, header, note, notebook, tar_of, zipped
from tests.attacks.fresh import RIGHT, Attack, late
from tests.attacks.known import FRAME, LOOK, raising, returning, smoothing

DRAWN = {
    "values": {"type": "array", "dtype": "float64", "shape": [0], "data": b""},
    "is_mapped": True,
    "colors": {"type": "array", "dtype": "float64", "shape": [0], "data": b""},
    "limits": [float("nan"), float("inf")],
    "alpha": float("nan"),
}

POINTS: dict[str, Attack] = {
    "goes_away_when_asked_why": Attack(
        "an end in the calls by which a mistake is named", late("os._exit(0)")
    ),
    "answers_twice": Attack(
        "a child that answers too, on the same line",
        f"""
import os
def smooth(heatmaps, sigma):
{RIGHT}
    return right if os.fork() else 0 * right
""",
    ),
    "answers_out_of_turn": Attack(
        "a thread that answers what nobody has asked yet",
        smoothing(
            """
            import struct, threading, time, msgspec
            value = {"type": "scalar", "value": 0.0}
            frame = msgspec.msgpack.encode({"type": "returned", "value": value, "changed": []})
            def answer():
                for _ in range(50):
                    time.sleep(0.001)
                    for number in range(3, 64):
                        try:
                            os.write(number, struct.pack("<I", len(frame)) + frame)
                        except OSError:
                            pass
            threading.Thread(target=answer, daemon=True).start()
            return 0 * heatmaps
            """
        ),
    ),
    "speaks_x32": Attack(
        "system calls by the numbers of another kind of program",
        smoothing(
            """
            import ctypes
            raise RuntimeError(ctypes.CDLL(None).syscall(0x40000000 | 39))
            """
        ),
    ),
    "numbers_its_lines_oddly": Attack(
        "lines of an error far outside of any file",
        raising(types=["ValueError"], frames=[FRAME | {"line": -(2**63)}, FRAME | {"line": 2**63}]),
    ),
    "draws_what_is_no_number": Attack(
        "a picture whose limits are NaN and infinity",
        "nan, inf = float('nan'), float('inf')\n"
        + returning({"type": "picture", "axes": [{"is_colorbar": False, "images": [DRAWN]}]}),
    ),
    "answers_at_the_edge": Attack(
        "the largest numbers that there are",
        smoothing("import numpy\nreturn numpy.full(heatmaps.shape, -1.79e308)"),
        broke="the terminal was full of warnings",
    ),
    "answers_in_every_kind": Attack(
        "another type and shape in every call",
        smoothing(
            """
            import numpy
            kinds = ["u1", "f2", "i8", "?", "u8", "f4"]
            smooth.calls = getattr(smooth, "calls", -1) + 1
            kind = kinds[smooth.calls % 6]
            return [heatmaps.astype(kind), numpy.ones((), kind), "x", None, 7, ()][smooth.calls % 5]
            """
        ),
    ),
    "changes_priorities": Attack(
        "everybody of its user put last",
        smoothing(
            """
            for which in (os.PRIO_USER, os.PRIO_PGRP, os.PRIO_PROCESS):
                try:
                    os.setpriority(which, 0, 19)
                except OSError:
                    pass
            return 0 * heatmaps
            """
        ),
    ),
    "fills_sockets": Attack(
        "memory of the kernel, in sockets that nobody reads",
        smoothing(
            """
            import socket
            kept = []
            for _ in range(60):
                one, other = socket.socketpair()
                one.setblocking(False)
                kept.append((one, other, one.send(bytes(100_000))))
            return 0 * heatmaps
            """
        ),
    ),
}

LEAKS: dict[str, Attack] = {
    "clones_itself_as_root": Attack(
        "a process that is root in a world of its own, by clone",
        smoothing(
            """
            import ctypes
            def clone(number, *arguments):
                made = ctypes.CDLL(None).syscall(number, *arguments)
                if made == 0:
                    os._exit(0)
                if made < 0:
                    raise OSError
                return made
            wanted = bytes(ctypes.c_uint64(0x10000000)) + bytes(24) + bytes(ctypes.c_uint64(17))
            report(tried(lambda: clone(56, 0x10000000 | 17, 0, 0, 0, 0),
                         lambda: clone(435, wanted + bytes(24), 64)))
            """
        ),
        broke="as nobody, it could",
    ),
    "watches_files": Attack(
        "to see who opens files, and to take the watchers from the user's own programs",
        smoothing(
            """
            import ctypes
            def watch(number, *arguments):
                if ctypes.CDLL(None).syscall(number, *arguments) < 0:
                    raise OSError
                return number
            report(tried(lambda: watch(253), lambda: watch(294, 0)))
            """
        ),
        broke="an ordinary user's own programs could watch no files meanwhile",
    ),
    "locks_files": Attack(
        "locks on files that the next one may need",
        LOOK
        + """
import fcntl, course.given
def lock(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return [file.name]
    return []
folder = os.path.dirname(course.given.__file__)
kept = [open(one.path) for one in os.scandir(folder) if one.is_file()]
loot = sum(map(lock, kept), [])
if os.fork() == 0:
    import time
    time.sleep(1000)
def smooth(heatmaps, sigma):
    report(loot)
""",
    ),
}

FILES: dict[str, FileAttack] = {
    "blank_lines_in_a_cell": FileAttack(
        "a cell with magic and blank lines without end",
        "saliency.ipynb",
        lambda: notebook("a b" + "\n" * 30_000),
        "",
        broke="three minutes",
    ),
    "cells_of_magic": FileAttack(
        "thousands of cells, each with a command for the shell",
        "saliency.ipynb",
        lambda: notebook(*["!x"] * 20_000),
        "too many magics",
        broke="20 seconds for each module",
    ),
    "blank_lines": FileAttack(
        "blank lines before an import of a file that is there",
        "eve.zip",
        lambda: zipped({"saliency.py": b"\n" * 200_000 + b"import x", "x.py": b""}),
        "x.py was not graded, and saliency imports it",
        broke="minutes, since this very round",
    ),
    "escapes": FileAttack(
        "strings of which Python warns",
        "saliency.py",
        lambda: b'"\\d"\n' * 20_000,
        "",
        broke="with Python 3.12, the terminal was full of warnings",
    ),
    "long_numbers_in_cells": FileAttack(
        "numbers that Python does not write",
        "saliency.ipynb",
        lambda: notebook("x = 0x" + "f" * 100_000, "def smooth(a, b):\n    return a\n"),
        "def smooth",
    ),
    "long_numbers_in_a_notebook": FileAttack(
        "numbers that Python does not read",
        "saliency.ipynb",
        lambda: b'{"cells": [], "x": ' + b"9" * 5000 + b"}",
        "not a notebook",
    ),
    "a_zip_behind_a_picture": FileAttack(
        "a zip that is something else at its beginning",
        "eve.zip",
        lambda: b"\x89PNG\r\n" + bytes(1000) + zipped({"saliency.py": CODE}),
        "",
    ),
    "a_zip_that_is_called_a_tar": FileAttack(
        "a zip under the name of a tar",
        "eve.tar.gz",
        lambda: zipped({"saliency.py": CODE}),
        "",
    ),
    "two_ways_to_one_place": FileAttack(
        "two files of one place, by two ways to write it",
        "eve.tgz",
        lambda: gzipped(
            header("./saliency.py", size=6),
            CODE + bytes(506),
            header("saliency.py", size=6),
            b"y = 2\n" + bytes(506),
        ),
        "saliency.py is in it twice",
    ),
    "a_negative_size": FileAttack(
        "a file in a tar that is smaller than nothing",
        "eve.tgz",
        lambda: gzipped(header("saliency.py", size=-600)),
        "damaged|too long",
    ),
    "a_size_without_an_end": FileAttack(
        "a file in a tar that is larger than all disks",
        "eve.tgz",
        lambda: gzipped(note([("size", "9" * 30)]), header("saliency.py", size=6), CODE),
        "damaged|longer than|too long",
    ),
    "a_folder_in_place_of_a_file": FileAttack(
        "a module that is a folder, in a tar",
        "eve.tgz",
        lambda: tar_of(b"5"),
        "none of the modules",
    ),
}
