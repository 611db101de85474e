"""What all tests of figures share."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def no_figure_left_open():
    """Close what a test has drawn, also where it failed."""
    yield
    plt.close("all")
