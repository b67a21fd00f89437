"""A small plan kept in a store, and pings of the teams that carried it out, or did not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from peelian.store import open_store
from peelian.workflows import ForecastSettings, PlanSettings, run
from peelian.workflows.patrols.kept_plan import read_plan

# The morning after the planned shift.
AFTER = datetime(2018, 11, 2, 9, tzinfo=ZoneInfo("Europe/London"))
AWAY = 0.02  # degrees east of a spot: out of it and of its neighbours


def kept_plan(path, *, day="2018-11-01", now=AFTER, teams=2, seed=1):
    """Plan a shift of two teams over six spots, keep it, and read it as delivery does."""
    store = open_store(path)
    forecast = ForecastSettings(model="count", flag_cells=6, seed=seed)
    settings = PlanSettings(forecast, teams=teams, date=day, shift_end="18:00")
    run("plan", store, settings, now=now + timedelta(minutes=len(store.artefacts("plan"))))
    return read_plan(store)


def at_stop(plan, stop, unit="Team 1", *, minutes=10, step=1, before=2, after=2):
    """Pings of a unit that comes to a stop, stays and goes, one every ``step`` minutes."""
    rows = []
    for minute in range(-before, minutes + after + 1, step):
        east = 0 if 0 <= minute <= minutes else AWAY
        when = stop.arrive + timedelta(minutes=minute)
        longitude = plan.longitude[stop.spot] + east
        rows.append((unit, when.isoformat(), longitude, plan.latitude[stop.spot]))
    return rows


def write_pings(path, rows):
    """Pings as CSV."""
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(["unit,time,longitude,latitude", *lines]) + "\n")
    return path


def entries_of(store):
    """Everything that teams reported, of every plan."""
    return [e for kind in store.journal_heads("visit-") for e in store.entries(kind)]
