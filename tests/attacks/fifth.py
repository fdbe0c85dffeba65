"""The fifth set, made after what the fourth had broken was mended: most are against the mending."""

import gzip
import zlib

from tests.attacks.files import CODE, FileAttack, gzipped, header, notebook
from tests.attacks.fourth import CaseAttack, named
from tests.attacks.fresh import Attack
from tests.attacks.known import smoothing

IN_TAPES = "".join(f"{' ' * i}with GradientTape:\n" for i in range(1, 9))
HELPERS = "".join(f"def f{i}():\n{IN_TAPES}{' ' * 9}{'a;' * 400}f{i + 1}()\n" for i in range(50))

POINTS: dict[str, Attack] = {
    "answers_with_nothing_in_many_rows": Attack(
        "as many rows of nothing as may be, over and over",
        smoothing("import numpy\nreturn (numpy.zeros((2**20, 0)),) * 2000"),
    ),
    "holds_a_few_tapes_in_each_helper": Attack(
        "a chain of functions, each with as many tapes as are looked at",
        f"{HELPERS}def smooth(a, b):\n    f0()\n",
    ),
    "raises_many_lines": Attack(
        "an error in a thousand lines", smoothing("raise ValueError('a-\\n' * 1000)")
    ),
}

LEAKS: dict[str, Attack] = {
    "says_it_in_longer_numbers": Attack(
        "what is refused, asked for with more bits than the kernel looks at",
        smoothing(
            """
            if os.uname().machine != "x86_64":
                report([])
            import ctypes, course.given
            more = 2**32
            def must(number, *arguments):
                longs = map(ctypes.c_long, arguments)
                if ctypes.CDLL(None).syscall(number, *longs, bytes(8)) < 0:
                    raise OSError
                return number
            open("/tmp/mine", "w").close()
            mine = os.open("/tmp/mine", os.O_RDONLY)
            folder = os.open(os.path.dirname(course.given.__file__), os.O_RDONLY)
            report(tried(lambda: must(72, folder, 1026 + more, 1),  # fcntl: a notice, a lease
                         lambda: must(72, mine, 1024 + more, 1),
                         lambda: must(41, 2 + more, 1, 0),  # socket, socketpair
                         lambda: must(53, 2 + more, 1, 0),
                         lambda: must(56, 0x10000000 + 17 + 2 * more, 0, 0, 0, 0)))  # clone
            """
        ),
        broke="it could lease files, and be told who opens them",
    ),
    "queues_signals": Attack(
        "so many signals that its user has none left",
        smoothing(
            """
            import ctypes, signal
            signal.pthread_sigmask(signal.SIG_BLOCK, [40])
            library, queued = ctypes.CDLL(None), 0
            while queued < 5000 and library.sigqueue(os.getpid(), 40, None) == 0:
                queued += 1
            report([] if queued <= 300 else [queued])
            """
        ),
    ),
    "sets_its_limits_of_old": Attack(
        "higher limits, by the calls of old and for others",
        smoothing(
            """
            import resource
            names = ("SIGPENDING", "MEMLOCK", "MSGQUEUE", "RTPRIO", "NICE", "STACK")
            def raised(name):
                which = getattr(resource, f"RLIMIT_{name}")
                soft, hard = resource.getrlimit(which)
                if hard == resource.RLIM_INFINITY:
                    raise ValueError
                return resource.prlimit(0, which, (hard + 1, hard + 1))
            report(tried(*[lambda name=name: raised(name) for name in names]))
            """
        ),
    ),
}


def blocks_of_nothing() -> bytes:
    """A stream with hundreds of thousands of blocks in which there is nothing."""
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(header("saliency.py", size=6) + CODE + bytes(506 + 1024))
    start += packer.flush(zlib.Z_SYNC_FLUSH)
    return start + b"\0\0\0\xff\xff" * 400_000 + packer.flush()


def a_module() -> bytes:
    """A tar with a module."""
    return gzipped(header("saliency.py", size=6), CODE + bytes(506))


FILES: dict[str, FileAttack] = {
    "blocks_of_nothing": FileAttack(
        "one part of a stream, made of blocks in which there is nothing",
        "eve.tgz",
        blocks_of_nothing,
        "",
    ),
    "an_archive_after_the_end": FileAttack(
        "another module, after a gap behind the end",
        "eve.tgz",
        lambda: a_module() + bytes(1000) + gzip.compress(b"y = 2\n"),
        "after the end",
    ),
    "a_stream_without_an_end": FileAttack(
        "a stream that is cut off", "eve.tgz", lambda: a_module()[:-12], "ends too early"
    ),
    "a_wrong_sum": FileAttack(
        "a stream whose sum is wrong",
        "eve.tgz",
        lambda: a_module()[:-8] + bytes(8),
        "damaged",
    ),
    "imports_in_the_wrong_place": FileAttack(
        "names without a word on which, within a function, and a variable of nobody's",
        "saliency.ipynb",
        lambda: notebook("def smooth(a, b):\n    from x import *\n    nonlocal c\n"),
        "def smooth",
    ),
}

CASES: dict[str, CaseAttack] = {
    "a_text_in_four_quotes": CaseAttack(
        "a text whose last quote looks like another's first, and a key of many parts behind it",
        lambda: b'x = """a"""" # \\\n' + b"a." * 9980 + b"a = 1\n",
        "too many parts",
        broke="seconds and half a gigabyte for 20 kB, once more",
    ),
    "a_comment_in_a_text": CaseAttack(
        "what looks like a comment, and like the end of one",
        lambda: b"x = '#' # '''\n" + b"a." * 9980 + b"a = 1\n",
        "too many parts",
    ),
    "places_that_look_alike": CaseAttack(
        "two folders whose names cannot be read, and are not the same",
        lambda: named("\udcff/case.toml", "\udcfe/case.toml", "?/case.toml"),
        "more than once",
    ),
    "a_place_far_below": CaseAttack(
        "a folder in a folder, a thousand times",
        lambda: named("a/" * 1000 + "case.toml"),
        "there is no",
    ),
}
