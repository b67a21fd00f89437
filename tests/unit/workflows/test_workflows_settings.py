"""Settings: written once, they reach the command line, a page and a record unchanged."""

import json
from dataclasses import replace

import numpy as np
import pytest

from peelian.terms import ParameterError
from peelian.workflows import JOBS, flat_fields, from_flat, from_json, to_json
from peelian.workflows.settings import (
    Cells,
    CountSettings,
    EventsFile,
    ForecastSettings,
    MapSettings,
    PlanSettings,
    generator,
)

KINDS = [job.settings for job in JOBS.values()]
CHANGED = PlanSettings(
    ForecastSettings(
        Cells(EventsFile("a.csv", x="e"), cell_size=250.0, keep_sinks=True),
        flag_cells=7,
        seed=3,
    ),
    date="2018-12-01",
    teams=3,
)


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_survive_a_record(kind):
    assert from_json(kind, json.loads(json.dumps(to_json(kind())))) == kind()


def test_changed_settings_survive_a_record():
    assert from_json(PlanSettings, json.loads(json.dumps(to_json(CHANGED)))) == CHANGED


def test_a_record_keeps_a_whole_number_whole():
    """Else the same map made again would say 500.0 where the first said 500."""
    values = to_json(Cells(cell_size=500))
    assert json.dumps(to_json(from_json(Cells, values))) == json.dumps(values)


def test_a_record_may_leave_settings_out():
    made = from_json(CountSettings, {"cells": {"cell_size": 250.0}})
    assert made.cells == replace(CountSettings().cells, cell_size=250.0)


@pytest.mark.parametrize("kind", KINDS)
def test_flat_text_makes_the_same_settings(kind):
    """As a query string would have them."""
    text = {name: str(default) for name, _, default, _ in flat_fields(kind)}
    assert from_flat(kind, text) == kind()


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_has_a_plain_type_a_sentence_and_a_name_of_its_own(kind):
    rows = list(flat_fields(kind))
    names = [name for name, *_ in rows]
    assert len(set(names)) == len(names)
    for name, hint, default, text in rows:
        assert hint in (str, int, float, bool)
        assert isinstance(default, hint), name
        assert len(text) > 8, name


def test_nested_settings_are_reached_by_their_own_name():
    made = from_flat(MapSettings, {"cell_size": "250", "keep_sinks": "on", "seed": "9"})
    assert made.forecast.cells.cell_size == 250.0
    assert made.forecast.cells.keep_sinks is True
    assert made.forecast.seed == 9


@pytest.mark.parametrize("word", ["1", "on", "true", "Yes"])
def test_words_for_yes(word):
    assert from_flat(Cells, {"keep_sinks": word}).keep_sinks is True


@pytest.mark.parametrize("word", ["0", "off", "no", ""])
def test_words_for_no(word):
    assert from_flat(Cells, {"keep_sinks": word}).keep_sinks is False


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"cells": {"cell_sise": 1.0}}, "cell_sise"),
        ({"bye": "cell"}, "bye"),
        ({"cells": 5}, "Cells is 5"),
        ({"cells": {"cell_size": "500"}}, "'500'.*a number"),
        ({"cells": {"cell_size": True}}, "True.*a number"),
        ({"cells": {"cell_size": float("nan")}}, "nan.*a number"),
        ({"cells": {"keep_sinks": 1}}, "1.*true or false"),
        ({"by": None}, "None.*text"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(values, said):
    with pytest.raises(ParameterError, match=said):
        from_json(CountSettings, values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"cell_sise": "1"}, "cell_sise"),
        ({"teams": "8.5"}, "teams is '8.5': give a whole number"),
        ({"cell_size": "big"}, "cell size is 'big': give a number"),
        ({"cell_size": "inf"}, "cell size is 'inf': give a number"),
        ({"cell_size": "nan"}, "cell size is 'nan'"),
        ({"teams": None}, "teams is None"),
    ],
)
def test_a_query_that_does_not_fit_is_refused(values, said):
    with pytest.raises(ParameterError, match=said):
        from_flat(PlanSettings, values)


def test_an_unknown_setting_is_told_those_there_are():
    with pytest.raises(ParameterError, match=r"CountSettings has no setting 'b'.*by"):
        from_flat(CountSettings, {"b": "cell"})


def test_the_generator_is_numpys_of_that_seed():
    assert generator(7).random() == np.random.default_rng(7).random()
    with pytest.raises(ParameterError, match="seed is -1"):
        generator(-1)
