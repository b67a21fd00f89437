"""The self-exciting process: worked values (science F6)."""

import numpy as np
import pytest

from peelian.forecasts import Trigger

AGE, DISTANCE = np.array([1.0, 5, 20]), np.array([30.0, 100, 50])


def test_point_form_f6():
    """Per square kilometre and day, over a background of 0.02."""
    added = Trigger(0.3, decay=0.1, bandwidth=80).at(AGE, DISTANCE).sum() * 1e6
    assert added == pytest.approx(0.919429, abs=5e-7)
    assert 2e-8 * 1e6 + added == pytest.approx(0.939429, abs=5e-7)


def test_cell_form_f6():
    rate = 0.01 + Trigger(0.2, decay=0.1, bandwidth=80).by_time(AGE).sum()
    assert rate == pytest.approx(0.042934, abs=5e-7)


def test_a_trigger_adds_up_to_its_branching_ratio():
    trigger, days = Trigger(0.3, decay=0.1, bandwidth=80), np.linspace(0, 300, 600_001)
    assert np.trapezoid(trigger.by_time(days), days) == pytest.approx(0.3, abs=1e-4)
    radius = np.linspace(0, 800, 8001)
    ring = trigger.at(1.0, radius) * 2 * np.pi * radius
    assert np.trapezoid(ring, radius) == pytest.approx(float(trigger.by_time(1.0)), rel=1e-5)
