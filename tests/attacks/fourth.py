"""The fourth set: by another reader of the grader, who looked at what is new in it first.

New are the case that a teacher may set, and much that a failure is explained by. `CASES` are
submissions whose `case.toml` attacks.
"""

import gzip
import io
import tarfile
from collections.abc import Callable
from typing import NamedTuple

from course.given.cases.plan import NETWORKS
from course.given.shapes import SHAPES
from tests.attacks.files import (
    CODE,
    SMOOTH,
    FileAttack,
    gzipped,
    header,
    notebook,
    zipped,
)
from tests.attacks.fresh import RIGHT, Attack
from tests.attacks.known import LOOK, hard, returning, smoothing

TAPES = "with " + ", ".join(["GradientTape"] * 1000) + ":"
IN_TAPES = "".join(f"{' ' * i}with GradientTape:\n" for i in range(1, 90))

POINTS: dict[str, Attack] = {
    "answers_with_much_nothing": Attack(
        "two thousand million rows without columns, which take no memory here",
        smoothing("import numpy\nreturn numpy.zeros((2**31 - 1, 0))"),
        broke="the counter-example filled all memory of the grader",
    ),
    "answers_with_nothing_in_parts": Attack(
        "the same, in a tuple, and deeper",
        smoothing(
            "import numpy\nreturn ((numpy.zeros((1, 2**30, 0)),) * 9, numpy.zeros((2**29, 0)))"
        ),
        broke="the counter-example filled all memory of the grader",
    ),
    "holds_many_tapes": Attack(
        "thousands of tapes in one `with`, and much that is computed in it",
        f"def smooth(a, b):\n    {TAPES}\n        {'a;' * 20_000}\n        None + 1\n",
        broke="minutes and gigabytes, to say what an error may come from",
    ),
    "holds_tapes_in_tapes": Attack(
        "tapes in tapes in tapes",
        f"def smooth(a, b):\n{IN_TAPES}{' ' * 90}{'a;' * 20_000}None + 1\n",
        broke="minutes, to say what an error may come from",
    ),
    "calls_a_helper_often": Attack(
        "tens of thousands of calls of one function",
        f"def f(): pass\ndef smooth(a, b):\n    None + 1\n    {'f();' * 60_000}\n",
    ),
    "names_an_argument_at_length": Attack(
        "an argument whose name fills the message",
        f"def smooth({'a' * 200_000}, b):\n    return {'a' * 9}\n".replace(
            f"return {'a' * 9}", f"return {'a' * 200_000}"
        ),
    ),
    "names_a_call_at_length": Attack(
        "a call in a tape whose name is a text of hyphens",
        f"import numpy as np\ndef smooth(a, b):\n    with GradientTape:\n"
        f"        np.a['{'a-' * 25_000}'].b(None)\n    None + 1\n",
    ),
    "is_of_a_class_without_a_name": Attack(
        "an answer of a type whose name is empty", returning({"type": "opaque", "type_name": ""})
    ),
    "pretends_to_be_a_tuple": Attack(
        "an answer that says it is a tuple, and of whom",
        smoothing(
            """
            class Tuple:
                __class__ = tuple
                __iter__ = lambda self: iter([heatmaps, self])
            return Tuple()
            """
        ),
    ),
    "masks_its_answer": Attack(
        "an array in which everything is masked",
        smoothing("import numpy\nreturn numpy.ma.masked_all_like(heatmaps)"),
    ),
    "answers_in_records": Attack(
        "numbers that are fields of records",
        smoothing("import numpy\nreturn heatmaps.view([('value', heatmaps.dtype)])"),
    ),
    "answers_in_times": Attack(
        "dates that are not a time",
        smoothing("import numpy\nreturn numpy.full(heatmaps.shape, 'NaT', 'datetime64[s]')"),
    ),
    "answers_in_long_numbers": Attack(
        "numbers that are longer than those that may cross",
        smoothing("import numpy\nreturn numpy.zeros(heatmaps.shape, numpy.longdouble)"),
    ),
    "answers_in_letters": Attack("the digits of numbers", smoothing("return '0'\n")),
    "spreads_one_number": Attack(
        "one number at a million million places",
        smoothing("import numpy\nreturn numpy.broadcast_to(numpy.float32(0), (2**40,))"),
    ),
    "changes_while_it_is_read": Attack(
        "an answer in memory that another thread goes on writing to",
        smoothing(
            """
            import numpy, threading
            answer = numpy.zeros_like(heatmaps)
            def write():
                for number in range(20_000):
                    answer[:] = heatmaps * (number % 3)
            threading.Thread(target=write, daemon=True).start()
            return answer
            """
        ),
    ),
    "is_computed_when_it_is_looked_at": Attack(
        "an answer that is another one for each who looks",
        smoothing(
            """
            class Lazy:
                def __array__(self, *how, **more):
                    import inspect
                    here = inspect.currentframe().f_back.f_code.co_name
                    return heatmaps if here == "_pack" else 1 / 0
            return Lazy()
            """
        ),
    ),
    "never_is_an_array": Attack(
        "an answer that becomes itself for ever",
        smoothing("class Same:\n    __array__ = lambda self, *how, **more: self\nreturn Same()"),
    ),
    "answers_later": Attack(
        "a function that only promises", "async def smooth(a, b):\n    return a\n"
    ),
    "answers_piece_by_piece": Attack(
        "a function that gives its answer in pieces", "def smooth(a, b):\n    yield from a\n"
    ),
    "makes_its_functions_up": Attack(
        "a module in which there is whatever is asked for",
        "def __getattr__(name):\n    return lambda *a, **k: a[0]\n",
    ),
    "takes_all_exceptions_along": Attack(
        "an end of a generator, where errors are caught", smoothing("raise GeneratorExit")
    ),
    "talks_to_itself": Attack(
        "a line that leads back to the worker",
        smoothing(
            """
            import socket
            one, other = socket.socketpair()
            for number in range(3, 64):
                if number not in (one.fileno(), other.fileno()):
                    try:
                        os.fstat(number)
                        os.dup2(one.fileno(), number)
                    except OSError:
                        pass
            return 0 * heatmaps
            """
        ),
    ),
    "has_no_memory_for_an_error": Attack(
        "a limit of its own, so low that the error cannot be told",
        smoothing(
            """
            import resource
            resource.setrlimit(resource.RLIMIT_AS, (2**20, 2**20))
            raise ValueError("x" * 10**7)
            """
        ),
    ),
    "ends_without_a_name": Attack(
        "an end by a signal that has no name",
        smoothing("os.kill(os.getpid(), 40)\nreturn heatmaps"),
        broke="without a sandbox, the grader stumbled over it",
    ),
    "answers_by_heart": Attack(
        "the answers of the task's first calls, for all others",
        f"""
known = {{}}
def smooth(heatmaps, sigma):
{RIGHT}
    return known.setdefault(heatmaps.shape, right)
""",
    ),
    "is_described_by_itself": Attack(
        "an error whose words change with each look",
        hard("__str__ = lambda self: 'x' * (self.__dict__.setdefault('n', []).append(0) or 10**6)"),
    ),
}
"""They want points: none may pass, and the next submission must not notice."""

POINTS["lists_a_million_errors"] = Attack(
    "a list of all numbers, where a few are asked for",
    """
import numpy as np
def find_errors(*images):
    numbers = np.arange(900_000, dtype="int32")
    return numbers, numbers[:3], numbers[:3]
""",
    broke="a quarter of a minute of the grader, and 0.2 GB",
    task="contrastive.find_errors",
)

LEAKS: dict[str, Attack] = {
    "hears_who_opens_files": Attack(
        "to be told when somebody reads the files of the course",
        smoothing(
            """
            import fcntl, course.given
            def hear(place):
                return fcntl.fcntl(os.open(place, os.O_RDONLY), 1026, 0x80000001)
            places = (os.path.dirname(course.given.__file__), sys.prefix, "/usr", "/tmp")
            report(tried(*[lambda place=place: hear(place) for place in places]))
            """
        ),
        broke="it was told",
    ),
    "takes_all_timers": Attack(
        "so many timers that its user has none left",
        smoothing(
            """
            import ctypes
            library, timer, made = ctypes.CDLL(None), ctypes.c_void_p(), 0
            while made < 5000 and library.timer_create(1, None, ctypes.byref(timer)) == 0:
                made += 1
            report([] if made <= 300 else [made])
            """
        ),
        broke="an ordinary user's own programs could get no timer meanwhile",
    ),
    "locks_memory": Attack(
        "memory that is never put aside",
        smoothing(
            """
            import ctypes, mmap
            def lock(size):
                place = mmap.mmap(-1, size)
                if ctypes.CDLL(None).mlock(ctypes.byref(ctypes.c_char.from_buffer(place)), size):
                    raise OSError
                return size
            report(tried(lambda: lock(2**30)))
            """
        ),
    ),
    "goes_first": Attack(
        "to be served before all others, by processor and disk",
        smoothing(
            """
            import ctypes
            if os.uname().machine != "x86_64":
                report([])
            def first(number, *arguments):
                if ctypes.CDLL(None).syscall(number, *arguments) < 0:
                    raise OSError
                return number
            report(tried(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
                         lambda: first(251, 1, 0, 1 << 13)))  # ioprio_set: real time
            """
        ),
    ),
    "asks_after_others": Attack(
        "what the kernel says of processes by their numbers",
        smoothing(
            """
            import resource
            numbers = [number for number in range(2, 60) if number != os.getpid()]
            asks = (os.getpgid, os.getsid, os.pidfd_open, os.sched_getaffinity,
                    lambda number: resource.prlimit(number, resource.RLIMIT_CPU))
            report(tried(*[lambda number=number, ask=ask: ask(number)
                           for number in numbers for ask in asks]))
            """
        ),
        has_gradescope=False,
    ),
    "shows_false_papers": Attack(
        "a message that says it comes from root",
        smoothing(
            """
            import socket, struct
            one, other = socket.socketpair()
            def say(*who):
                papers = [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, struct.pack("3i", *who))]
                return one.sendmsg([b"x"], papers)
            report(tried(lambda: say(1, 0, 0), lambda: say(os.getpid(), 0, os.getgid())))
            """
        ),
        has_gradescope=False,
    ),
    "looks_for_the_case": Attack(
        "the truth of the case that the teacher has set",
        smoothing(
            """
            import importlib
            names = ("course.grader.case.truth", "course.classroom.case", "course.grader.case")
            report(tried(*[lambda name=name: importlib.import_module(name) for name in names]))
            """
        ),
        has_gradescope=False,
    ),
    "climbs_out_by_its_own_folder": Attack(
        "other folders, by way of what the kernel says of itself",
        smoothing(
            """
            ways = ("root", "cwd", "fd/0/..", "task/1/root", "map_files")
            report(name for way in ways for up in ("", "..", "../..")
                   if os.path.isdir(place := f"/proc/self/{way}/{up}")
                   for name in tried(lambda: os.listdir(place))
                   if any(word in name for word in (".ssh", "passwd", "solutions", "submissions")))
            """
        ),
        has_gradescope=False,
    ),
    "marks_by_the_time_of_reading": Attack(
        "a mark for the next one: when a file was read last",
        smoothing(
            """
            import time
            loot, week = [], 7 * 24 * 3600
            for one in os.scandir(os.path.dirname(os.__file__)):
                before = one.stat() if one.is_file() else None  # links may lead nowhere
                if before and before.st_atime < time.time() - week:
                    open(one.path, "rb").read(1)
                    loot += [one.name] if os.stat(one.path).st_atime > before.st_atime else []
            report(loot)
            """
        ),
        has_gradescope=False,
    ),
    "locks_parts_of_files": Attack(
        "locks on parts of files, which the next one would meet",
        LOOK
        + """
import fcntl, struct, course.given
def lock(file):
    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    kind, *_ = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))
    fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 10)
    return [] if kind == fcntl.F_UNLCK else [file.name]
folder = os.path.dirname(course.given.__file__)
kept = [open(one.path, "rb") for one in os.scandir(folder) if one.is_file()]
loot = sum(map(lock, kept), [])
if os.fork() == 0:
    import time
    fcntl.lockf(kept[0], fcntl.LOCK_SH, 10)
    time.sleep(1000)
def smooth(heatmaps, sigma):
    report(loot)
""",
    ),
}
"""Their loot has to be empty, also the second time."""


def empty_parts() -> bytes:
    """A tar after whose end come a hundred thousand parts in which there is nothing."""
    return gzipped(header("saliency.py", size=6), CODE + bytes(506)) + gzip.compress(b"") * 100_000


def named(*names: str) -> bytes:
    """A tar with a module, and with files of any names, UTF-8 or not, of which each is another."""
    buffer = io.BytesIO()
    files = {name: CODE + b"#" * i for i, name in enumerate(("saliency.py", *names))}
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


FILES: dict[str, FileAttack] = {
    "empty_parts": FileAttack(
        "a stream of parts in which there is nothing, so that nothing is counted",
        "eve.tgz",
        empty_parts,
        "after the end",
        broke="minutes for some kilobytes, if archives are in an archive",
    ),
    "one_name_for_two": FileAttack(
        "a function in a notebook that only a compiler refuses",
        "saliency.ipynb",
        lambda: notebook("def smooth(a, a):\n    return a\n"),
        "def smooth",
        broke="all modules of the submission were refused, and `course check` ended with an error",
    ),
    "a_global_argument": FileAttack(
        "another one",
        "saliency.ipynb",
        lambda: notebook("def helper(a):\n    global a\n", SMOOTH.replace("x", "helper(a)")),
        "def smooth",
        broke="all modules of the submission were refused, and `course check` ended with an error",
    ),
    "many_notes_on_files": FileAttack(
        "a thousand files of which something is to be noted",
        "eve.zip",
        lambda: zipped(
            {"saliency.py": CODE, **{f"contrastive ({i}).txt": b"" for i in range(1000)}}
        ),
        "There is more to note",
        broke="notes on other submissions could not be seen among them",
    ),
    "a_name_backwards": FileAttack(
        "a name that is written from right to left",
        "eve.zip",
        lambda: zipped({"\u202eyp.ycneilas": CODE}),
        "none of the modules",
    ),
    "a_place_on_another_computer": FileAttack(
        "a module in a shared folder of somebody's",
        "eve.zip",
        lambda: zipped({"\\\\host\\share\\saliency.py": CODE}),
        "leads out",
    ),
    "a_stream_of_a_file": FileAttack(
        "another name that Windows has for a file",
        "eve.zip",
        lambda: zipped({"saliency.py::$DATA": CODE, "saliency.py.": CODE, "saliency.py ": CODE}),
        "none of the modules|was not graded",
    ),
    "an_archive_in_a_comment": FileAttack(
        "a zip in the comment of a zip",
        "eve.zip",
        lambda: _with_comment({"notes.txt": CODE}, zipped({"saliency.py": CODE})),
        "",
    ),
    "a_file_in_wide_letters": FileAttack(
        "source in UTF-16", "saliency.py", lambda: "x = 1\n".encode("utf-16"), "not text in UTF-8"
    ),
    "two_lists_of_cells": FileAttack(
        "a notebook in which there is another, of the same name",
        "saliency.ipynb",
        lambda: b'{"cells": [], ' + notebook("def smooth(a, b):\n    return a\n")[1:],
        "def smooth",
    ),
    "cells_of_numbers": FileAttack(
        "a notebook whose cells are made of numbers",
        "saliency.ipynb",
        lambda: b'{"cells": [{"cell_type": "code", "source": [' + b"1," * 10_000 + b"1]}]}",
        "not a notebook",
    ),
    "timed_for_ever": FileAttack(
        "a cell that is timed while it is timed",
        "saliency.ipynb",
        lambda: notebook("%%time\n" * 400 + "x = 1", "def smooth(a, b):\n    return a\n"),
        "too many magics",
    ),
    "cells_of_nothing_in_python": FileAttack(
        "thousands of cells that are no Python, and no magic either",
        "saliency.ipynb",
        lambda: notebook(*["a b"] * 20_000),
        "too many magics",
        broke="half a minute for each module",
    ),
    "a_chain_of_calls": FileAttack(
        "a name that is made of itself, thousands of times",
        "saliency.ipynb",
        lambda: notebook("x = f(x)\n" * 4900, "def smooth(a, b):\n    return x\n"),
        "def smooth",
        broke="ten seconds for each module",
    ),
    "half_a_letter_in_a_text": FileAttack(
        "a text that cannot be written in UTF-8",
        "saliency.ipynb",
        lambda: notebook("def smooth(a, b):\n    '\\ud800'\n    return f'\\ud800{a}'\n"),
        "def smooth",
    ),
}


def _with_comment(entries: dict[str, bytes], comment: bytes) -> bytes:
    """A zip with a comment."""
    data = zipped(entries)
    return data[:-2] + len(comment).to_bytes(2, "little") + comment


class CaseAttack(NamedTuple):
    """A submission whose `case.toml` attacks.

    Attributes:
        tries: what, in a line.
        data: makes the bytes of `eve.tgz` or, if it is no archive, those of `case.toml`.
        says: what the verdict says.
        broke: what it broke when it was new; empty if it never did.
    """

    tries: str
    data: Callable[[], bytes]
    says: str
    broke: str = ""


def cases(names: list[str]) -> bytes:
    """A zip with a `case.toml` at each of these places, every one of its own, as long as may be."""
    files = {name: f"# {i}\n".ljust(20_000, "#").encode() for i, name in enumerate(names)}
    return zipped({"saliency.py": CODE, **files})


def claiming(claim: str) -> bytes:
    """A case with one claim of any words."""
    others = "".join(f'[{one}]\nverdict = "open"\n' for one in NETWORKS[1:])
    return f'[network_1]\nverdict = "cheating"\n[[network_1.cheat]]\n{claim}\n{others}'.encode()


PLAIN = 'class = "star"\nkind = "texture"\nbox = "everywhere"\neffect = 0.5'


def all_at_once() -> bytes:
    """Every class of every network, accused of everything that has no place."""
    text = ""
    for network in NETWORKS:
        text += f'[{network}]\nverdict = "cheating"\n'
        for name in SHAPES:
            text += f"[[{network}.cheat]]\n{PLAIN.replace('star', name)}\n"
    return text.encode()


CASES: dict[str, CaseAttack] = {
    "a_place_that_is_not_utf_8": CaseAttack(
        "a folder whose name is not text",
        lambda: named("\udcff/case.toml"),
        "there is no",
        broke="the run for the whole class ended",
    ),
    "thousands_of_cases": CaseAttack(
        "thousands of cases, each another",
        lambda: cases([f"{i}/case.toml" for i in range(300)]),
        "more than once",
        broke="hundreds of megabytes for each such submission, until the run ended",
    ),
    "a_place_that_steers": CaseAttack(
        "folders with the words of a terminal in their names",
        lambda: cases(["\x1b[2J/case.toml", "\x1b]0;x\x07/case.toml"]),
        "more than once",
        broke="they were written into pages and results as they are",
    ),
    "a_long_place": CaseAttack(
        "folders with long names",
        lambda: cases([f"{i}{'x' * 60_000}/case.toml" for i in range(3)]),
        "more than once",
        broke="the student's page was as long",
    ),
    "a_key_of_many_parts": CaseAttack(
        "a name in a name in a name",
        lambda: b"a." * 9990 + b"a = 1\n",
        "too many parts",
        broke="seconds and half a gigabyte for 20 kB",
    ),
    "a_key_of_many_parts_in_quotes": CaseAttack(
        "the same in quotes, after a table of many parts",
        lambda: b"[" + b"'='.\t" * 1500 + b"a]\n" + b'"\\".\'" . ' * 1000 + b"a = 1",
        "too many parts",
        broke="seconds and half a gigabyte for 20 kB",
    ),
    "a_text_without_an_end": CaseAttack(
        "quotes that begin a text, and begin it again", lambda: b'"""\\' * 4900, "no TOML"
    ),
    "a_list_in_a_list": CaseAttack("lists in lists", lambda: b"a = " + b"[" * 19_000, "no TOML"),
    "a_long_number": CaseAttack(
        "a place that Python does not write",
        lambda: claiming(PLAIN.replace('"everywhere"', "[0, 0, 0x" + "f" * 9000 + ", 4]")),
        "that number is no part",
    ),
    "an_effect_that_is_no_number": CaseAttack(
        "an effect beyond all effects", lambda: claiming(PLAIN.replace("0.5", "-nan")), "effect is"
    ),
    "an_effect_of_nearly_nothing": CaseAttack(
        "an effect so small that it is like any",
        lambda: claiming(PLAIN.replace("0.5", "1e-300")),
        "the effect differs|It does not cheat",
    ),
    "a_class_of_markup": CaseAttack(
        "a class that is a script",
        lambda: claiming(PLAIN.replace("star", "<script>=1+1\\u001b[2J</script>\\u202e")),
        "class cannot be",
    ),
    "a_key_of_markup": CaseAttack(
        "a key that is a formula, and as long as may be",
        lambda: claiming('"=HYPERLINK(\\u0007' + "x" * 15_000 + '" = 1'),
        "knows no",
    ),
    "everything_at_once": CaseAttack(
        "all classes of all networks accused", all_at_once, "does not cheat"
    ),
    "a_class_twice": CaseAttack(
        "two claims of one class, one of which has to hold",
        lambda: claiming(f"{PLAIN}\n[[network_1.cheat]]\n{PLAIN.replace('0.5', '0.1')}"),
        "twice",
    ),
    "a_case_that_is_not_text": CaseAttack(
        "a text that is not UTF-8", lambda: b'a = "\xed\xa0\x80"\n', "not text in UTF-8"
    ),
    "evidence_elsewhere": CaseAttack(
        "evidence that lies with the teacher",
        lambda: claiming(PLAIN).replace(
            b'"cheating"', b'"cheating"\nevidence = ["../../etc/passwd", "/dev/zero"]', 1
        ),
        "effect differs|does not cheat|cheats",
    ),
}
"""None gets a point, ends the run, or writes anything of its own on a page."""
