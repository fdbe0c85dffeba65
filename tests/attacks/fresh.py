"""The attacks of the last round: by somebody who had read the grader, and had not written it.

As in `known`, each is a `saliency.py`; what it has found, it tells as `LOOT: ...`. `broke` says
what an attack broke when it was new. All of that is mended, and every attack is a test.
"""

from typing import NamedTuple

from tests.attacks.known import LOOK, SMOOTH, calling, hard, returning, smoothing


class Attack(NamedTuple):
    """A submission that attacks.

    Attributes:
        tries: what, in a line.
        source: the text of its `saliency.py`.
        broke: what it broke when it was new; empty if it never did.
        has_gradescope: whether it is worth trying as the user nobody, too.
        task: whose function it is.
    """

    tries: str
    source: str
    broke: str = ""
    has_gradescope: bool = True
    task: str = "saliency.smooth"


WRITE = """
import struct, msgspec
def write(frame):
    for number in range(3, 64):
        try:
            os.write(number, struct.pack("<I", len(frame)) + frame)
        except OSError:
            pass
    os._exit(0)
"""


def late(body: str) -> str:
    """An attack that fails at first, and strikes when it is asked why: on fixed calls of 6 x 5."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return f"""{LOOK}{WRITE}
calls = []
def smooth(heatmaps, sigma):
    calls.append(0)
    if len(calls) > 1 and sigma in (0.7, 0.8, 1.0, 1.5, 2.0) and heatmaps.shape[1:] == (6, 5):
{lines}
    return heatmaps * 2
"""


RIGHT = """
    import numpy as np
    from scipy.ndimage import gaussian_filter
    if sigma < 0:
        raise ValueError
    right = gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma))
"""
"""The right answer, for attacks that spoil it."""

EMPTY = {"type": "array", "dtype": "uint8", "shape": [0, *[2**31 - 1] * 3], "data": b""}

POINTS: dict[str, Attack] = {
    "answers_in_complex_numbers": Attack(
        "the right answer, and anything at all in its imaginary part",
        f"""
from course.worker import protocol
protocol.DTYPES.add("complex64")
def smooth(heatmaps, sigma):
{RIGHT}
    return right.astype("complex64") + 5j
""",
        broke="it passed",
    ),
    "sends_an_empty_array_with_long_sides": Attack(
        "a shape that NumPy cannot make, though it holds nothing", returning(EMPTY)
    ),
    "sends_it_when_asked_why": Attack(
        "the same, in the calls by which a mistake is named",
        late(
            f'frame = {{"type": "returned", "value": {EMPTY}, "changed": []}}\n'
            "write(msgspec.msgpack.encode(frame))"
        ),
        broke="the run for the whole class ended",
    ),
    "sends_half_a_letter_when_asked_why": Attack(
        "a text that is not UTF-8, in the calls by which a mistake is named",
        late(
            'value = {"type": "scalar", "value": "AAAA"}\n'
            'frame = {"type": "returned", "value": value, "changed": []}\n'
            'write(msgspec.msgpack.encode(frame).replace(b"AAAA", b"\\xed\\xa0\\x80\\xff"))'
        ),
        broke="the run for the whole class ended",
    ),
    "sends_many_parts_when_asked_why": Attack(
        "tens of thousands of parts, each of which is looked at",
        late("return tuple(range(60_000))"),
        broke="12 seconds of the grader, and more for more",
    ),
    "is_wrong_only_once": Attack(
        "one wrong answer, and the right one when it is asked again",
        f"""
calls = []
def smooth(heatmaps, sigma):
{RIGHT}
    calls.append(0)
    return right + (len(calls) == 9)
""",
    ),
    "is_killed_by_its_own_limit": Attack(
        "an end by the kernel, so that it is tried again",
        smoothing(
            """
            import resource
            resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
            while True:
                pass
            """
        ),
    ),
    "lies_about_the_shape": Attack(
        "an array of a class whose shape and type are as they should be",
        smoothing(
            """
            import numpy as np
            class Liar(np.ndarray):
                shape = property(lambda self: heatmaps.shape)
                dtype = property(lambda self: heatmaps.dtype)
                tobytes = lambda self, *order: np.asarray(heatmaps).tobytes()
                astype = lambda self, *kind, **how: self
            return np.zeros(1).view(Liar)
            """
        ),
    ),
    "has_an_interface_to_other_memory": Attack(
        "an array that lies where the input lies, by its address",
        smoothing(
            """
            class There:
                __array_interface__ = heatmaps.__array_interface__
                __array__ = None
            return There()
            """
        ),
    ),
    "has_no_end": Attack(
        "a tuple whose items never end, within little memory",
        smoothing(
            """
            import resource
            used = int(open("/proc/self/statm").read().split()[5]) * 4096
            tried(lambda: resource.setrlimit(resource.RLIMIT_DATA, (used + 2**23,) * 2))
            class Endless(tuple):
                def __iter__(self):
                    while True:
                        yield 0.5
            return Endless()
            """
        ),
    ),
    "answers_with_a_model": Attack(
        "a Keras model whose name is that of the task",
        smoothing(
            """
            import gc
            for one in gc.get_objects():
                if type(one).__name__ == "Student":
                    one._models["saliency.smooth"] = lambda *a, **k: heatmaps
            return heatmaps
            """
        ),
    ),
    "swaps_the_importer": Attack(
        "another module in place of itself, once it is loaded",
        f"""
import sys, types
other = types.ModuleType("course.saliency")
other.smooth = lambda heatmaps, sigma: heatmaps
sys.meta_path.clear()
sys.modules["course.saliency"] = sys.modules["course.worker.helpers"] = other
{SMOOTH}""",
    ),
    "replaces_the_encoder": Attack(
        "a channel of its own that says what it likes",
        smoothing(
            """
            import gc
            for one in gc.get_objects():
                if type(one).__name__ == "Channel":
                    one._encode = lambda message: b"\\x80"
            return 0 * heatmaps
            """
        ),
    ),
    "raises_in_the_workers_own_code": Attack(
        "an alarm that goes off while the worker waits for the next question",
        smoothing(
            """
            import signal
            def ring(*details):
                raise ValueError("a ValueError is what is expected")
            signal.signal(signal.SIGALRM, ring)
            signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
            return 0 * heatmaps
            """
        ),
    ),
    "hears_everything": Attack(
        "a hook that refuses whatever Python does",
        smoothing(
            """
            def refuse(*details):
                raise RuntimeError(details[0])
            sys.addaudithook(refuse)
            return 0 * heatmaps
            """
        ),
    ),
    "traces_the_worker": Attack(
        "a trace function that changes what the worker returns",
        smoothing(
            """
            def trace(frame, event, value):
                frame.f_locals["result"] = frame.f_locals["reply"] = None
                frame.f_trace_opcodes = True
                return trace
            sys.settrace(trace)
            sys._getframe(1).f_trace = trace
            return 0 * heatmaps
            """
        ),
    ),
    "overflows_the_stack": Attack(
        "recursion until the stack of C is full",
        smoothing(
            """
            sys.setrecursionlimit(10**9)
            class Deep:
                def __getattr__(self, name):
                    return getattr(self, name + "x")
            return Deep().x
            """
        ),
    ),
    "stops_listening": Attack(
        "a line on which nothing can be asked any more",
        smoothing(
            """
            import socket
            for number in range(3, 64):
                try:
                    socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RD)
                except OSError:
                    pass
            return 0 * heatmaps
            """
        ),
    ),
    "sends_out_of_band": Attack(
        "urgent bytes beside the messages",
        smoothing(
            """
            import socket
            for number in range(3, 64):
                try:
                    socket.socket(fileno=os.dup(number)).send(b"!", socket.MSG_OOB)
                except OSError:
                    pass
            return 0 * heatmaps
            """
        ),
    ),
    "shuts_itself_in": Attack(
        "a filter of its own that forbids it to write or to end",
        smoothing(
            """
            import pyseccomp
            rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
            for name in ("write", "sendto", "sendmsg", "exit_group"):
                rules.add_rule(pyseccomp.ERRNO(1), name)
            rules.load()
            return 0 * heatmaps
            """
        ),
    ),
    "fails_at_being_looked_at": Attack(
        "an error whose class has no bases and whose trace cannot be read",
        hard("__traceback__ = property(lambda self: 1 / 0)"),
    ),
    "names_its_arguments_like_the_graders": Attack(
        "arguments called as what a mistake is told by",
        "def smooth(images, expected, *, answer=None):\n    return images * 3\n",
    ),
    "fakes_the_random_states": Attack(
        "helpers of the grader that always say the same",
        f"""
from course.worker import helpers
helpers.next_random_numbers = helpers.seed_everything = lambda *a: None
{SMOOTH}""",
    ),
}
"""They want points: none may pass, and the next submission must not notice."""


LEAKS: dict[str, Attack] = {
    "makes_others_die_first": Attack(
        "to be the last that the kernel ends when memory runs out",
        smoothing(
            """
            def spare(number):
                with open("/proc/self/oom_score_adj", "w") as file:
                    file.write(str(number))
                return number
            report(tried(*[lambda number=number: spare(number) for number in (0, -1000, 500)]))
            """
        ),
        broke="the grader would have been ended first",
        has_gradescope=False,
    ),
    "calls_home": Attack(
        "a socket of the internet, where there may be a network",
        smoothing(
            """
            import socket
            kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)
            report(tried(*[lambda family=family, kind=kind: socket.socket(family, kind)
                           for family in (socket.AF_INET, socket.AF_INET6) for kind in kinds]))
            """
        ),
        broke="in Gradescope's containers it could ask others for answers",
    ),
    "leases_files": Attack(
        "to make everybody wait who opens a file",
        smoothing(
            """
            import fcntl, course.given
            def lease(path):
                file = open(path)
                kept.append(file)
                return fcntl.fcntl(file, 1024, fcntl.F_WRLCK)
            kept, folder = [], os.path.dirname(course.given.__file__)
            paths = [os.path.join(folder, name) for name in os.listdir(folder)]
            open("/tmp/mine", "w").close()
            paths = [path for path in paths if os.path.isfile(path)] + ["/tmp/mine"]
            report(tried(*[lambda path=path: lease(path) for path in paths]))
            """
        ),
        broke="an ordinary user waited 31 seconds for a file of the course",
    ),
    "plants_in_the_home_folder": Attack(
        "a library of its own, where Python looks for a user's",
        smoothing("report([] if sys.flags.no_user_site else ['the user has libraries'])"),
    ),
    "searches_its_memory": Attack(
        "the teacher's secrets in what it has inherited",
        smoothing(
            """
            loot, word = [], b"-canary-" + b"sings"
            with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
                for line in maps:
                    place, rights = line.split()[:2]
                    start, end = (int(one, 16) for one in place.split("-"))
                    if rights.startswith("rw") and end - start < 2**26:
                        memory.seek(start)
                        try:
                            data = memory.read(end - start)
                        except OSError:
                            continue
                        found = data.find(b"the" + word)
                        loot += [data[found:found + 40]] if found >= 0 else []
            report(loot)
            """
        ),
        has_gradescope=False,
    ),
    "looks_through_its_files": Attack(
        "files that it has inherited, open",
        smoothing(
            """
            places = [os.readlink(f"/proc/self/fd/{number}") for number in range(3, 256)
                      if os.path.islink(f"/proc/self/fd/{number}")]
            report(place for place in places if not place.startswith(("socket:", "/dev/null")))
            """
        ),
    ),
    "asks_who_is_at_the_other_end": Attack(
        "a handle on the grader's process, from the line between them",
        smoothing(
            """
            import ctypes, socket
            def handle(number):
                line = socket.socket(fileno=os.dup(number))
                other = line.getsockopt(socket.SOL_SOCKET, 77)
                if other <= 2 or ctypes.CDLL(None).syscall(424, other, 0, None, 0) != 0:
                    raise OSError
                return other
            report(tried(*[lambda number=number: handle(number) for number in range(3, 64)]))
            """
        ),
        has_gradescope=False,
    ),
    "lists_sockets": Attack(
        "names of sockets of others",
        smoothing(
            """
            lines = open("/proc/self/net/unix").read().splitlines()[1:]
            report(line.split()[7] for line in lines if len(line.split()) > 7)
            """
        ),
        has_gradescope=False,
    ),
    "looks_for_devices": Attack(
        "disks, memory, virtual machines, and what the kernel says of itself",
        smoothing(
            """
            usual = set("null zero full random urandom tty pts ptmx shm fd stdin stdout stderr "
                        "core console".split())
            report([*{*os.listdir("/dev")} - usual,
                    *[place for place in ("/sys/class", "/sys/fs/cgroup", "/proc/kmsg", "/proc/sys",
                                          "/proc/keys", "/run", "/var", "/home", "/root")
                      if os.path.isdir(place) and os.listdir(place)]])
            """.replace('"/root"', '"/boot"')
        ),
        has_gradescope=False,
    ),
    "walks_the_libraries": Attack(
        "solutions or properties among Python's libraries",
        smoothing(
            """
            wanted = {"solutions", "test_saliency.py", "fingerprints.json", "carried", "grading.py"}
            loot = []
            for folder, folders, files in os.walk(sys.prefix):
                folders[:] = [one for one in folders if one not in ("tensorflow", "sklearn", "jax")]
                loot += [os.path.join(folder, one) for one in wanted & {*folders, *files}]
            report(loot)
            """
        ),
        broke="an editable installation leaves the properties there",
        has_gradescope=False,
    ),
    "lists_the_package": Attack(
        "modules of the package that it should not know",
        smoothing(
            """
            import pkgutil, course
            report(one.name for one in pkgutil.iter_modules(course.__path__)
                   if one.name not in ("given", "worker"))
            """
        ),
        has_gradescope=False,
    ),
    "reads_the_distribution": Attack(
        "the files that the installer has listed",
        smoothing(
            """
            from importlib.metadata import distribution
            files = distribution("introspection-course").files or ()
            report(tried(*[lambda file=file: file.read_text() for file in files
                           if "grading" in str(file) or "solutions" in str(file)]))
            """
        ),
        broke="an editable installation leaves the properties there",
        has_gradescope=False,
    ),
    "changes_what_it_can_see": Attack(
        "times, rights and owners of files, for all that come after it",
        smoothing(
            """
            import course.given
            places = ["/dev/null", "/dev/pts", "/dev/pts/ptmx", "/dev", "/", "/usr", "/proc/self",
                      sys.executable, sys.prefix, course.given.__file__]
            report(tried(*[lambda place=place: os.utime(place, (0, 0)) for place in places],
                         *[lambda place=place: os.chmod(place, 0) for place in places],
                         *[lambda place=place: os.chown(place, 65534, -1) for place in places],
                         *[lambda place=place: os.setxattr(place, "user.x", b"x")
                           for place in places],
                         lambda: os.link(course.given.__file__, "/tmp/linked"),
                         lambda: os.rename("/tmp", "/tmp2"), lambda: os.mknod("/tmp/x", 0o60600)))
            """
        ),
        broke="an ordinary user's later submissions could not open a terminal",
        has_gradescope=False,
    ),
    "calls_more_of_the_kernel": Attack(
        "system calls that move in time, other processes and memory",
        calling(
            (135, 0xFFFFFFFF),  # personality
            (304, -100, b"/", 0),  # open_by_handle_at
            (312, 1, 1, 0, 0, 0),  # kcmp
            (159, bytes(300)),  # adjtimex
            (227, 0, bytes(16)),  # clock_settime
            (161, b"/tmp"),  # chroot
            (155, b"/", b"/tmp"),  # pivot_root
            (428, -100, b"/", 0),  # open_tree
            (430, b"tmpfs", 0),  # fsopen
            (300, 0, 0),  # fanotify_init
            (240, b"x", 0o101, 0o600, 0),  # mq_open
            (64, 0, 1, 0o1600),  # semget
            (68, 0, 0o1600),  # msgget
            (103, 2, 0, 0),  # syslog
            (172, 3),  # iopl
        ),
    ),
    "leaves_things_behind": Attack(
        "files and sockets that the next one finds",
        LOOK
        + r"""
import socket
def left():
    with socket.socket(socket.AF_UNIX) as line:
        line.connect("\0left-behind")
    return "a socket"
loot = [one for one in os.listdir("/tmp") if "left" in one] + tried(left)
open("/tmp/left-behind", "w").close()
line = socket.socket(socket.AF_UNIX)
line.bind("\0left-behind")
line.listen()
def smooth(heatmaps, sigma):
    report(loot)
""",
        has_gradescope=False,
    ),
}
"""They look for something, or leave something: their loot has to be empty, also the second time."""


RESOURCES: dict[str, Attack] = {
    "opens_many_files": Attack(
        "more open files than it may have",
        smoothing("kept = [open('/dev/null') for _ in range(5000)]\nreturn 0 * heatmaps"),
    ),
    "opens_many_terminals": Attack(
        "all pseudo-terminals that there are",
        smoothing("kept = [os.openpty() for _ in range(5000)]\nreturn 0 * heatmaps"),
    ),
    "makes_many_files": Attack(
        "more files than the disk can name",
        smoothing("for n in range(50_000): open(f'/tmp/{n}', 'w').close()\nreturn 0 * heatmaps"),
        has_gradescope=False,
    ),
    "passes_files_on": Attack(
        "open files, sent to the grader along with its line",
        smoothing(
            """
            import array, socket
            files = array.array("i", [os.open("/dev/null", os.O_RDONLY) for _ in range(100)])
            for number in range(3, 64):
                try:
                    line = socket.socket(fileno=os.dup(number))
                    for _ in range(3):
                        line.sendmsg([b"\\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
                except OSError:
                    pass
            return 0 * heatmaps
            """
        ),
    ),
    "fills_pipes": Attack(
        "memory of the kernel, in pipes that nobody reads",
        smoothing(
            """
            kept = []
            for _ in range(60):
                reader, writer = os.pipe()
                os.set_blocking(writer, False)
                kept.append((reader, writer, os.write(writer, bytes(2**16))))
            return 0 * heatmaps
            """
        ),
    ),
    "leaves_zombies": Attack(
        "processes that have ended and that nobody has asked for",
        smoothing(
            """
            for _ in range(140):
                os.posix_spawn("/bin/true", ["true"], {})
            return 0 * heatmaps
            """
        ),
    ),
    "maps_files_that_are_shared": Attack(
        "memory that belongs to a file",
        smoothing(
            """
            import mmap
            kept = []
            with open("/tmp/large", "wb+") as file:
                file.truncate(2**26)
                for _ in range(200):
                    kept.append(mmap.mmap(file.fileno(), 2**26))
            return 0 * heatmaps
            """
        ),
    ),
}
"""They want all that there is: they get no point, and the next submission does not notice."""
