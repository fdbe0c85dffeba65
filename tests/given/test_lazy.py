import subprocess
import sys

import course.given


def test_every_exported_name_is_there() -> None:
    for name in course.given.__all__:
        assert getattr(course.given, name) is not None


def test_looking_up_a_name_does_not_wait_for_tensorflow() -> None:
    code = (
        "import sys; from course.given import PHOTOS, Ascent, class_index_of, load_photo;"
        "load_photo('coffee'); class_index_of('espresso');"
        "assert not {'tensorflow', 'keras', 'skimage', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
