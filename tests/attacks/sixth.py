"""The sixth set, made after what the fifth had broken was mended."""

import gzip
import struct

from tests.attacks.files import FileAttack, gzipped, header, notebook, zipped
from tests.attacks.fourth import CaseAttack, cases
from tests.attacks.fresh import RIGHT, Attack
from tests.attacks.known import smoothing

POINTS: dict[str, Attack] = {
    "is_right_but_for_one_place": Attack(
        "the right answer, and no number at one place",
        f"def smooth(heatmaps, sigma):{RIGHT}    right[-1, -1, -1] = np.nan\n    return right\n",
    ),
    "is_nearly_right": Attack(
        "the right answer and a little more than may be by chance",
        f"def smooth(heatmaps, sigma):{RIGHT}    return right * 1.001\n",
    ),
    "answers_in_another_order": Attack(
        "numbers that lie in another order in memory, and cannot be written to",
        smoothing(
            """
            import numpy
            answer = numpy.asfortranarray(0 * heatmaps)[::-1]
            answer.flags.writeable = False
            return answer
            """
        ),
    ),
    "prints_hyphens": Attack(
        "words before an error that can be broken anywhere",
        smoothing("print('a-' * 5000, '-' * 5000)\nraise ValueError('-a' * 5000)"),
    ),
}

LEAKS: dict[str, Attack] = {
    "numbers_its_calls_at_length": Attack(
        "calls that are refused, by numbers with more bits than the kernel looks at",
        smoothing(
            """
            import ctypes
            if os.uname().machine != "x86_64":
                report([])
            def must(number, *arguments):
                longs = map(ctypes.c_long, (number, *arguments))
                if ctypes.CDLL(None).syscall(*longs, bytes(8)) < 0:
                    raise OSError
                return number
            report(tried(*[lambda call=call: must(call[0] + 2**32, *call[1:]) for call in
                           ((41, 2, 1, 0), (272, 0x10000000), (250, 0, -3, 0), (321, 0), (253,))]))
            """
        ),
    ),
    "clones_itself_into_other_worlds": Attack(
        "processes in worlds of their own, of every kind",
        smoothing(
            """
            import ctypes
            if os.uname().machine != "x86_64":
                report([])
            def clone(flags):
                made = ctypes.CDLL(None).syscall(56, ctypes.c_long(flags | 17), 0, 0, 0, 0)
                if made == 0:
                    os._exit(0)
                if made < 0:
                    raise OSError
                return flags
            bits = (17, 25, 26, 27, 28, 29, 30)
            report(tried(*[lambda bit=bit: clone(1 << bit) for bit in bits]))
            """
        ),
        has_gradescope=False,
    ),
    "takes_timers_as_files": Attack(
        "timers that are files",
        smoothing(
            """
            import ctypes
            made = 0
            while made < 5000 and ctypes.CDLL(None).timerfd_create(1, 0) >= 0:
                made += 1
            report([] if made <= 256 else [made])
            """
        ),
    ),
}


def with_a_long_name() -> bytes:
    """A stream that begins with the name of a file, two million letters long."""
    plain = gzipped(header("notes.txt"))
    return plain[:3] + b"\x08" + plain[4:10] + b"x" * 2_000_000 + b"\0" + plain[10:]


FILES: dict[str, FileAttack] = {
    "a_long_name_in_a_stream": FileAttack(
        "a stream with a name that has no end", "eve.tgz", with_a_long_name, "none of the modules"
    ),
    "archives_of_nothing": FileAttack(
        "hundreds of archives with parts in which there is nothing",
        "eve.zip",
        lambda: zipped(
            {f"{i}.tgz": gzipped(header("x.txt")) + gzip.compress(b"") * 999 for i in range(100)}
        ),
        "after the end",
    ),
    "a_stream_of_an_odd_kind": FileAttack(
        "a stream with fields that nobody uses",
        "eve.tgz",
        lambda: b"\x1f\x8b\x08\x04" + bytes(6) + struct.pack("<H", 2**16 - 1) + bytes(2**16),
        "damaged",
    ),
    "a_long_chain_of_functions": FileAttack(
        "hundreds of functions, each of which needs the next",
        "saliency.ipynb",
        lambda: notebook(
            *[f"def f{i}(): return f{i + 1}" for i in range(600)],
            "def smooth(a, b):\n    return f0\n",
        ),
        "def smooth",
    ),
}

CASES: dict[str, CaseAttack] = {
    "a_text_in_four_single_quotes": CaseAttack(
        "a text whose last quote looks like another's first",
        lambda: b"x = '''a'''' # \\\n" + b"a." * 9980 + b"a = 1\n",
        "too many parts",
    ),
    "a_text_that_goes_on": CaseAttack(
        "a text in one line that seems to go on in the next",
        lambda: b'x = "a\\\n' + b"a." * 9980 + b'a = 1\n"',
        "too many parts|no TOML",
    ),
    "many_keys_of_some_parts": CaseAttack(
        "hundreds of tables with keys of as many parts as may be",
        lambda: "".join(f"[a{i}{'.b' * 7}]\nc{'.d' * 8} = 1\n" for i in range(400)).encode(),
        "there is no",
    ),
    "long_places_that_end_alike": CaseAttack(
        "folders of which only the ends are kept, and these are the same",
        lambda: cases([f"{i}{'x' * 400}/case.toml" for i in range(3)]),
        "more than once",
    ),
}
