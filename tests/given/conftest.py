import keras
import pytest

from course.given import load_model


@pytest.fixture(scope="session")
def network() -> keras.Model:
    """The embedded network."""
    return load_model()
