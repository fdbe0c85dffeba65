"""The third set of the last round, made after what the second had broken was mended."""

import gzip

from tests.attacks.files import CODE, FileAttack, gzipped, header, notebook, with_holes, zipped
from tests.attacks.fresh import Attack
from tests.attacks.known import SMOOTH, smoothing

POINTS: dict[str, Attack] = {
    "breaks_its_output": Attack(
        "an output that fails whenever something is written to it",
        smoothing("sys.stdout = sys.stderr = object()\nprint('x')\nreturn 0 * heatmaps"),
    ),
    "raises_a_group_of_groups": Attack(
        "an error of errors of errors",
        smoothing(
            """
            error = ValueError("x")
            for _ in range(500):
                error = ExceptionGroup("y" * 100, [error])
            raise error
            """
        ),
    ),
    "patches_builtins": Attack(
        "functions of Python itself that say yes to everything",
        f"""
import builtins
builtins.isinstance = builtins.hasattr = lambda *of: True
builtins.any = builtins.len = lambda of: 0
{SMOOTH}""",
    ),
    "speaks_when_it_is_collected": Attack(
        "an end of the program when its answer is taken away",
        smoothing(
            """
            import numpy
            class Last(numpy.ndarray):
                def __del__(self):
                    os._exit(0)
            return (0 * heatmaps).view(Last)
            """
        ),
    ),
    "ends_later": Attack(
        "an end by a thread of Python's own, some calls later",
        smoothing(
            """
            import faulthandler
            faulthandler.dump_traceback_later(0.002, exit=True, file=open("/dev/null", "w"))
            return 0 * heatmaps
            """
        ),
    ),
    "makes_one_of_zero": Attack(
        "another value for the number 0, in the memory of Python",
        smoothing(
            """
            import ctypes
            ctypes.c_uint32.from_address(id(0) + 24).value = 1
            return 0 * heatmaps
            """
        ),
    ),
}

FILES: dict[str, FileAttack] = {
    "many_helpers": FileAttack(
        "thousands of files, and a module with as many imports",
        "eve.zip",
        lambda: zipped(
            {"saliency.py": b"import x\n" * 29_000, **{f"f{i}.py": b"" for i in range(1000)}}
        ),
        "",
    ),
    "all_use_all": FileAttack(
        "a notebook in which every function uses every other",
        "saliency.ipynb",
        lambda: notebook(
            *[f"def f{i}(): return [{', '.join(f'f{j}' for j in range(100))}]" for i in range(99)],
            "def smooth(a, b): return f0",
        ),
        "def smooth",
    ),
    "a_ladder": FileAttack(
        "one condition after the other, each in the one before",
        "saliency.py",
        lambda: b"if a: pass\n" + b"elif a: pass\n" * 18_000,
        "",
    ),
    "an_archive_with_holes_in_a_zip": FileAttack(
        "an endless list in an archive in an archive",
        "eve.zip",
        lambda: zipped({"a.tgz": with_holes()}),
        "has holes",
    ),
    "packed_twice": FileAttack(
        "a stream that is packed once more",
        "eve.tgz",
        lambda: gzip.compress(gzip.compress(bytes(10**6))),
        "damaged",
    ),
    "many_zips": FileAttack(
        "hundreds of zips in a zip",
        "eve.zip",
        lambda: zipped({f"{i}.zip": zipped({"x.txt": b"x"}) for i in range(300)}),
        "none of the modules",
    ),
    "a_long_link": FileAttack(
        "a link to a place whose name is long",
        "eve.tgz",
        lambda: gzipped(header("l", b"K", 3000), b"a" * 3072, header("saliency.py", b"2")),
        "is a link",
    ),
    "a_name_that_steers": FileAttack(
        "a name that is a link to click on in the teacher's terminal",
        "eve.zip",
        lambda: zipped({"\x1b]8;;x\x07saliency.txt": CODE}),
        r"x\?saliency.txt was not graded",
    ),
    "a_name_in_two_lines": FileAttack(
        "a name with a formula in its second line",
        "eve.zip",
        lambda: zipped({"Saliency\r\n=1+1.py": CODE}),
        r"Saliency\?\?=1",
    ),
}
