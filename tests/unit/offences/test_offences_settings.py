"""Public place apart from domestic and indoor, as far as the data say."""

import numpy as np
import pytest

from peelian.offences import public_place
from peelian.terms import Setting


def test_domestic_and_indoor_are_set_aside():
    found = public_place(np.array(["public", "domestic", "indoor", "unknown"]))
    assert found.chosen.tolist() == [True, False, False, True]
    assert found.n_unknown == 1
    assert found.note == (
        "2 domestic or indoor events of 4 are set aside; for 1 the data do not say, and they "
        "are kept as if public."
    )


def test_the_unknown_can_be_left_out():
    found = public_place(np.array(["public", "unknown"]), keep_unknown=False)
    assert found.chosen.tolist() == [True, False]
    assert found.note.endswith("for 1 the data do not say, and they are left out.")


@pytest.mark.parametrize(("keep", "said"), [(True, "kept as if public"), (False, "left out")])
def test_data_that_never_say_are_said_to(keep, said):
    found = public_place(np.array(["unknown"] * 3), keep_unknown=keep)
    assert found.chosen.all() == keep
    assert "do not say whether an event was in a public place" in found.note
    assert found.note.endswith(f"all 3 are {said}.")


def test_no_events_and_every_setting_known():
    assert public_place(np.array([], dtype=str)).note == "No events."
    note = public_place(np.array([Setting.PUBLIC.value])).note
    assert note == "0 domestic or indoor events of 1 are set aside."
