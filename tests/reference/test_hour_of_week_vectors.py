"""Aoristic weights: worked values (science F11)."""

import numpy as np

from peelian.forecasts import HourOfWeek


def test_aoristic_weights_f11():
    """22:30 to 02:15, the night from Monday to Tuesday."""
    event, hour, weight = HourOfWeek(zone="UTC").aoristic(
        np.array(["2024-01-01T22:30:00"], "M8[s]"), np.array(["2024-01-02T02:15:00"], "M8[s]")
    )
    assert not event.any()
    assert hour.tolist() == [22, 23, 24, 25, 26]
    np.testing.assert_allclose(
        weight, [0.133333, 0.266667, 0.266667, 0.266667, 0.066667], atol=5e-7
    )
