"""A platform, a clock and processes in memory, over a real journal: the model, step by step."""

import pytest

from tests.sending.state_model.machine import Model


@pytest.fixture
def model():
    """Whatever a test does with it, all of it must come to a true end afterwards."""
    model = Model()
    yield model
    model.teardown()
